/// <reference lib="esnext.disposable" preserve="true" />
/** The controller: a transactional event loop with healing (Contiv controller). */
import type { EventKind } from '../../machines/index.js';
import { ClosedError, StoppedError, ValidationError } from '../model/errors.js';
import { EventQueueFullError, WouldDeadlockError } from './errors.js';
import { DBResync } from './events/db-resync.js';
import type { Event } from './events/event.js';
import type { EventLoop } from './events/event-loop.js';
import { isInsideLoop, markAccepted, wasAccepted } from './events/loop-scope.js';
import { Shutdown } from './events/shutdown.js';
import { ExternalMerger } from './external/merger.js';
import type { ConfigRetriever, EventHandler } from './handler.js';
import { HistoryKeeper } from './history/keeper.js';
import type { EventHistory, EventRecord } from './history/record.js';
import type { KeyValuePairs, KubeStateData } from './key-values.js';
import { recordOf } from './key-values.js';
import { planOf, type PlanOptions } from './kit/dry-run.js';
import { orderHandlers } from './kit/order.js';
import type { Plan } from './kit/plan.js';
import { answerEvent, closed } from './loop/answers.js';
import { RunningEventLoop } from './loop/event-loop.js';
import type { Accepted } from './loop/intake.js';
import { Processor } from './loop/processor.js';
import { admit, checkShape, receive } from './loop/receive.js';
import { initialState, kubeStateOf } from './loop/state.js';
import { controllerSettingsOf, type ControllerOptions, type ControllerSettings } from './options.js';
import { catchLate, ProblemTeller } from './problems.js';
import type { ControllerPlace, ControllerReport } from './report.js';

/**
 * Leads events through ordered handlers into one transaction each, which is committed, reverted or healed. One event at a time, from the
 * first DBResync to the Shutdown; every event that was accepted is answered exactly once.
 *
 * @throws ValidationError when an option is missing or cannot be; when two handlers have one name, or depend on each other in a circle.
 * @example
 * ```ts
 * import { Controller, DBResync, isResync, MemoryPlane, MemoryScheduler, type EventHandler } from 'heliostat/controller';
 *
 * const routes: EventHandler = {
 *   name: 'routes',
 *   handlesEvent: isResync,
 *   resync(_event, kubeState, _resyncCount, txn) {
 *     for (const key of Object.keys(kubeState['pods'] ?? {})) txn.put(`/routes${key}`, { to: key });
 *   },
 *   update() {},
 *   revert() {},
 * };
 * const plane = new MemoryPlane();
 * const southbound = new MemoryScheduler({ descriptors: [plane.descriptor({ name: 'routes', prefix: '/routes/' })] });
 * await using controller = new Controller({ handlers: [routes], southbound });
 * await controller.start();
 * controller.pushEvent(new DBResync({ kubeState: { pods: { '/pods/default/web-0': { image: 'web:1' } } } }));
 * ```
 */
export class Controller implements EventLoop, ConfigRetriever, AsyncDisposable {
  /** The handlers, in the order in which they react. */
  readonly handlers: readonly EventHandler[];
  /** What has been done. */
  readonly history: EventHistory;
  private readonly settings: ControllerSettings;
  private readonly problems: ProblemTeller;
  private readonly merger: ExternalMerger;
  private readonly processor: Processor;
  private readonly keeper: HistoryKeeper;
  private readonly loop: RunningEventLoop;
  private phase: 'new' | 'running' | 'closed' = 'new';
  private isShuttingDown = false;
  /** What was pushed before the start. */
  private early: Accepted[] = [];
  private closing: Promise<void> | undefined;

  constructor(options: ControllerOptions) {
    this.settings = controllerSettingsOf(options);
    const { onProblem, logger, precedence, mergeRules, resources, southbound, clock, history } = this.settings;
    this.handlers = orderHandlers(options.handlers);
    this.problems = new ProblemTeller(onProblem, logger);
    this.merger = new ExternalMerger({ precedence, rules: mergeRules });
    const stranger = this.handlers.find(({ name }) => this.merger.knows(name));
    if (stranger !== undefined) {
      throw new ValidationError(
        `The handler "${stranger.name}" is called as a source of external configuration; rename one of them.`,
        {
          field: 'handlers',
        },
      );
    }
    this.keeper = new HistoryKeeper({
      ...(history === undefined ? { enabled: false } : { retention: history }),
      clock,
      transactionOf: (sequence) => southbound.getRecordedTransaction?.(sequence),
    });
    this.history = this.keeper;
    this.processor = new Processor({
      settings: this.settings,
      handlers: this.handlers,
      merger: this.merger,
      state: initialState(resources),
      problems: this.problems,
      loop: this,
    });
    this.loop = new RunningEventLoop({
      settings: this.settings,
      processor: this.processor,
      problems: this.problems,
      loop: this,
      keep: (record, began) => this.keep(record, began),
    });
  }

  /**
   * Begins. What was pushed before is processed as if it were pushed now. Calling it again changes nothing.
   *
   * @throws StoppedError when the controller is closed: it does not run again.
   */
  async start(): Promise<void> {
    if (this.phase === 'closed' || (this.phase === 'running' && this.isShuttingDown)) {
      throw new StoppedError('This controller is closed and does not run again; create another one.');
    }
    if (this.phase === 'running') return;
    this.phase = 'running';
    this.loop.start(this.early);
    this.early = [];
  }

  pushEvent(event: Event): void {
    // A DBResync is what the datastore holds after everything that was told before: it waits behind that, whoever pushes it.
    const isFollowUp = isInsideLoop(this) && !(event instanceof DBResync);
    if (this.phase === 'closed' || (this.isShuttingDown && !(isFollowUp && this.mayFollowUp()))) {
      throw new ClosedError(`The event "${nameOf(event)}" was not accepted: the event loop is closed.`);
    }
    checkShape(event);
    if (wasAccepted(event)) {
      throw new ValidationError(`The event "${event.name}" was pushed before; an event is pushed once: create another one.`, {
        field: 'event',
      });
    }
    if (isFollowUp && event.isBlocking) {
      throw new WouldDeadlockError(
        `A handler pushes the event "${event.name}", which somebody waits for: the loop would wait for itself. Push it without blocking, ` +
          'and react to it when it is processed.',
      );
    }
    this.checkRoom(event, isFollowUp);
    admit(event, { resources: this.settings.resources, knowsSource: (source) => this.merger.knows(source) });
    this.accept(event, isFollowUp);
  }

  getConfig(key: string): unknown {
    return this.processor.getConfig(key);
  }

  /**
   * What handlers would do about `event` now, with what is known and wanted at this moment (see `planOf`): nothing is kept, and nothing
   * committed. External configuration is not part of a plan. The event can still be pushed.
   *
   * @throws ValidationError when it is no event, or brings what cannot be.
   */
  async plan(event: Event, options: Pick<PlanOptions, 'signal'> = {}): Promise<Plan> {
    checkShape(event);
    admit(event, { resources: this.settings.resources, knowsSource: (source) => this.merger.knows(source) });
    const { kube, internal } = receive(this.processor.currentState, event).state;
    const resyncCount = this.processor.resyncs + 1;
    return planOf({ ...options, handlers: this.handlers, event, kubeState: kubeStateOf(kube), internal, resyncCount });
  }

  /** Kubernetes' state as received, frozen. */
  get kubeState(): KubeStateData {
    return kubeStateOf(this.processor.currentState.kube);
  }

  /** What handlers want, by key, frozen. */
  get internalConfig(): KeyValuePairs {
    const entries = [...this.processor.currentState.internal].map(([key, { value }]) => [key, value] as const);
    return Object.freeze(recordOf(entries));
  }

  /** What external sources want, by source and key, frozen. */
  get externalConfig(): Readonly<Record<string, KeyValuePairs>> {
    const entries = [...this.processor.currentState.external].map(
      ([source, { values }]) => [source, Object.freeze(recordOf(values))] as const,
    );
    return Object.freeze(recordOf(entries));
  }

  /** How it is doing, for people and for gauges. */
  report(): ControllerReport {
    const { value, context } = this.loop.state;
    const running = typeof value === 'object' && 'running' in value ? value.running : undefined;
    return {
      state: this.placeOf(running?.work ?? (value as Exclude<typeof value, object>)),
      healing: running?.healing ?? 'none',
      queue: this.loop.counts.queue + this.early.length,
      followUps: this.loop.counts.followUps,
      processing: this.loop.processing?.name,
      resyncCount: this.processor.resyncs,
      failedHealings: context.failedHealings,
    };
  }

  /**
   * Ends: pushes a Shutdown, which handlers may clean up at, and waits until everything is answered, for `shutdownTimeout` at most. What is
   * pushed from now on is refused. Called by a handler it asks for the end and resolves at once, since the end waits for the handler.
   *
   * @throws what went wrong with the Shutdown.
   */
  async close(): Promise<void> {
    this.closing ??= this.shutDown();
    if (isInsideLoop(this)) {
      this.closing.catch(ignore);
      return;
    }
    return this.closing;
  }

  /** Closes it. What goes wrong with the Shutdown is in the history. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(ignore);
  }

  private keep(record: EventRecord, began: number): void {
    this.keeper.append(record, began);
    try {
      catchLate(this.settings.onRecord?.(record), (thrown) => this.problems.failed('onRecord', thrown));
    } catch (thrown) {
      this.problems.failed('onRecord', thrown);
    }
  }

  /** A chart that was never started says nothing. */
  private placeOf(place: ControllerPlace): ControllerPlace {
    if (this.phase === 'running') return place;
    return this.phase === 'new' ? 'notStarted' : 'stopped';
  }

  private async shutDown(): Promise<void> {
    if (this.phase === 'new') return this.closeUnstarted();
    const shutdown = new Shutdown();
    if (!this.isShuttingDown) this.accept(shutdown, false);
    await this.loop.over;
    this.phase = 'closed';
    if (wasAccepted(shutdown)) await shutdown.wait();
  }

  private closeUnstarted(): void {
    this.phase = 'closed';
    const early = this.early;
    this.early = [];
    for (const { event } of early) answerEvent(event, closed(event), { loop: this, problems: this.problems });
  }

  private accept(event: Event, isFollowUp: boolean): void {
    markAccepted(event, this);
    const accepted: Accepted = { event, kind: kindOf(event), followUpTo: isFollowUp ? this.processor.sequence : undefined };
    if (accepted.kind === 'shutdown') this.isShuttingDown = true;
    if (this.phase === 'new') this.early.push(accepted);
    else this.loop.accept(accepted);
  }

  /** What is processed before the Shutdown may still push; the Shutdown itself, and what is answered after it, may not. */
  private mayFollowUp(): boolean {
    const processing = this.loop.processing;
    return processing !== undefined && !(processing instanceof Shutdown);
  }

  private checkRoom(event: Event, isFollowUp: boolean): void {
    if (event instanceof Shutdown) return;
    // What waits for the first DBResync must not keep it out.
    if (event instanceof DBResync && this.processor.resyncs === 0) return;
    const { limits } = this.settings;
    const { queue, followUps } = this.loop.counts;
    const [waiting, limit, name] = isFollowUp
      ? ([followUps, limits.followUps, 'followUps'] as const)
      : ([queue + this.early.length, limits.queue, 'queue'] as const);
    if (waiting < limit) return;
    throw new EventQueueFullError(
      `The event "${event.name}" was not accepted: ${waiting} events wait, as many as may (limits.${name}). Push it again later.`,
    );
  }
}

function kindOf(event: Event): EventKind {
  if (event instanceof DBResync) return 'dbResync';
  return event instanceof Shutdown ? 'shutdown' : 'other';
}

function nameOf(event: Event | undefined): string {
  return String(event?.name);
}

function ignore(): void {}
