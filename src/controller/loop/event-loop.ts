/** The event loop at work: runs its chart, holds the events that wait, and answers each of them exactly once. */
import { createActor, fromCallback, type Actor } from 'xstate';
import {
  eventLoopMachine,
  type EscalateInput,
  type EventKind,
  type EventLoopInput,
  type EventLoopLogic,
  type ProcessInput,
} from '../../../machines/index.js';
import { EventLoopAbortingError, FatalError, StartupDeadlineError } from '../errors.js';
import type { Event } from '../events/event.js';
import { HealingResync, HealingResyncType } from '../events/healing-resync.js';
import { callInScope } from '../events/loop-scope.js';
import { Breather } from '../../ports/breather.js';
import type { EventRecord } from '../history/record.js';
import type { ControllerSettings } from '../options.js';
import { catchLate, type ProblemTeller } from '../problems.js';
import { asError } from '../transaction/thrown.js';
import { answerEvent, closed } from './answers.js';
import { Intake, type Accepted } from './intake.js';
import { Mending } from './mending.js';
import { notificationOf } from './notification.js';
import type { Processed, Processor } from './processor.js';
import { SnapshotRetries } from './snapshot-retries.js';

/** What a running loop is made of. */
export interface EventLoopOptions {
  readonly settings: ControllerSettings;
  readonly processor: Processor;
  readonly problems: ProblemTeller;
  /** What scopes of user code belong to. */
  readonly loop: object;
  /** Keeps the record of an event, before the event is answered. */
  readonly keep: (record: EventRecord, began: number) => void;
}

type Fact = Parameters<Actor<typeof eventLoopMachine>['send']>[0];

export class RunningEventLoop {
  private readonly options: EventLoopOptions;
  private readonly intake = new Intake();
  private readonly mending: Mending;
  private readonly actor: Actor<typeof eventLoopMachine>;
  private current: Accepted | undefined;
  private lastError: Error | undefined;
  private fatal: Error | undefined;
  private readonly breather: Breather;
  private readonly snapshots: SnapshotRetries;
  private isStarted = false;
  private isStopping = false;
  /** The processing of one event; it ends soon after it is interrupted. */
  private working: Promise<void> = Promise.resolve();
  private unsubscribe: (() => void) | undefined;
  /** Resolves when the loop is over and everything is answered. */
  readonly over: Promise<void>;
  private end: () => void = () => {};

  constructor(options: EventLoopOptions) {
    this.options = options;
    this.over = new Promise((resolve) => (this.end = resolve));
    this.breather = new Breather(options.settings.clock);
    this.snapshots = this.snapshotRetries();
    this.mending = new Mending(options.settings.southbound.subscribe !== undefined);
    this.actor = createActor(this.chart(), { clock: options.settings.clock, input: this.input() });
  }

  /** Begins; what was accepted before is told to the chart in its order. */
  start(waiting: readonly Accepted[]): void {
    this.isStarted = true;
    this.actor.start();
    this.unsubscribe = this.subscribe();
    for (const accepted of waiting) this.accept(accepted);
  }

  /** How many wait. */
  get counts(): Intake['counts'] {
    return this.intake.counts;
  }

  get state(): ReturnType<Actor<typeof eventLoopMachine>['getSnapshot']> {
    return this.actor.getSnapshot();
  }

  /** The event that is being processed. */
  get processing(): Event | undefined {
    return this.current?.event;
  }

  accept(accepted: Accepted): void {
    this.intake.add(accepted);
    this.send({ type: 'event.accepted', kind: accepted.kind });
  }

  private send(fact: Fact): void {
    if (this.isStarted && this.actor.getSnapshot().status === 'active') this.actor.send(fact);
  }

  private input(): EventLoopInput {
    const { timings, healing, periodicHealing } = this.options.settings;
    return {
      startupDeadline: timings.startupResyncDeadline,
      healingDelay: timings.delayAfterErrorHealing,
      healingFactor: healing.factor,
      maxHealingDelay: Math.max(healing.maxDelay, timings.delayAfterErrorHealing),
      healingAttempts: healing.attempts,
      periodicHealingInterval: periodicHealing ? timings.periodicHealingInterval : Infinity,
      shutdownTimeout: timings.shutdownTimeout,
      escalationTimeout: timings.handlerTimeout,
    };
  }

  private chart(): typeof eventLoopMachine {
    return eventLoopMachine.provide({
      actors: {
        process: this.effect((input: ProcessInput) => void (this.working = this.process(input))),
        escalate: this.effect((input: EscalateInput) => void this.escalate(input)),
      },
      actions: {
        pushHealing: () =>
          this.later(() => this.push('healing', new HealingResync({ type: HealingResyncType.AfterError, error: this.lastError }))),
        pushPeriodicHealing: () =>
          this.later(() => this.push('periodicHealing', new HealingResync({ type: HealingResyncType.Periodic }))),
        abort: (_, { reason }) => this.later(() => this.abort(reason)),
        refuse: () => this.later(() => void this.refuse()),
        stop: () => this.later(() => void this.stop()),
      },
    });
  }

  /** An effect of the chart. User code is called when the transition is over, never inside it. */
  private effect<I>(begin: (input: I) => void): EventLoopLogic<I> {
    return fromCallback<{ type: 'none' }, I>(({ input }) => {
      let isOver = false;
      this.later(() => void (isOver || begin(input)));
      return () => void (isOver = true);
    });
  }

  private later(action: () => void): void {
    void Promise.resolve().then(action);
  }

  /** Our own events are accepted whatever waits. */
  private push(kind: EventKind, event: Event): void {
    this.accept({ event, kind, followUpTo: undefined });
  }

  private async process({ request, take }: ProcessInput): Promise<void> {
    if (this.breather.isDue) await this.breather.breathe();
    if (this.isStopping) return;
    const accepted = this.intake.take(take);
    if (accepted === undefined) return; // it was answered meanwhile: the loop is over
    this.current = accepted;
    const { kind } = accepted;
    if (kind === 'healing') this.mending.begun();
    let processed: Processed;
    try {
      processed = await this.options.processor.process(accepted);
    } catch (defect) {
      this.fatal = new FatalError(asError(defect));
      this.answer(accepted, this.fatal);
      this.send({ type: 'event.processed', request, kind, outcome: 'fatal', needsHealing: false });
      return;
    }
    const { outcome, needsHealing, error, record, began, report } = processed;
    this.options.keep(record, began);
    this.askAgain();
    if (needsHealing) {
      this.lastError = error;
      this.mending.failed(report);
    }
    // What interrupts itself has met a defect of ours: nobody knows what was done.
    const isDefect = outcome === 'interrupted' && !this.isStopping;
    if (isDefect) this.fatal = new FatalError(error ?? new Error('the transaction was interrupted'));
    else if (outcome === 'fatal') this.fatal = error;
    const isCutOff = outcome === 'interrupted' && !isDefect;
    this.answer(accepted, isCutOff ? closed(accepted.event, error) : isDefect ? this.fatal : error);
    this.send({ type: 'event.processed', request, kind, outcome: isDefect ? 'fatal' : outcome, needsHealing });
  }

  /** Sources that could not say what they want are asked again; those that could meanwhile are not. */
  private askAgain(): void {
    const { processor, settings } = this.options;
    for (const { name } of settings.externalSources) {
      if (processor.silentSources.has(name)) this.snapshots.add(name);
      else this.snapshots.remove(name);
    }
  }

  private snapshotRetries(): SnapshotRetries {
    const { settings, problems, loop } = this.options;
    const { externalSources, clock, timings, healing } = settings;
    return new SnapshotRetries({
      sources: externalSources,
      clock,
      delay: timings.delayAfterErrorHealing,
      maxDelay: Math.max(healing.maxDelay, timings.delayAfterErrorHealing),
      timeout: timings.handlerTimeout,
      enter: async (call) => {
        const scope = { loop, isActive: true };
        try {
          return await callInScope(scope, call);
        } finally {
          scope.isActive = false;
        }
      },
      onFailure: (source, error) => problems.tell({ kind: 'snapshot', source, error }),
      push: (event) => this.push('other', event),
    });
  }

  private async escalate({ request, attempts }: EscalateInput): Promise<void> {
    const { onExhausted } = this.options.settings.healing;
    const scope = { loop: this.options.loop, isActive: true };
    let verdict: unknown = 'abort';
    try {
      verdict = await callInScope(scope, () => onExhausted?.(attempts));
    } catch (thrown) {
      this.options.problems.tell({ kind: 'escalation', error: asError(thrown) });
    }
    scope.isActive = false;
    this.send({ type: 'escalation.decided', request, verdict: verdict === 'retry' ? 'retry' : 'abort' });
  }

  /** Nothing is processed any more: everything that waits is answered, and whoever runs the process is told, once. */
  private abort(reason: 'fatal' | 'startupDeadline' | 'healingFailed'): void {
    this.fatal ??= this.reasonOf(reason);
    this.snapshots.stop();
    const { problems, settings } = this.options;
    problems.log('error', `The event loop aborts: ${this.fatal.message}`, { error: this.fatal });
    this.answerAll(() => this.aborting());
    try {
      catchLate(settings.onFatal?.(this.fatal), (thrown) => problems.failed('onFatal', thrown));
    } catch (thrown) {
      problems.failed('onFatal', thrown);
    }
  }

  private reasonOf(reason: 'fatal' | 'startupDeadline' | 'healingFailed'): Error {
    const { timings, healing } = this.options.settings;
    if (reason === 'startupDeadline') {
      return new StartupDeadlineError(
        `No DBResync was pushed within ${timings.startupResyncDeadline} ms after the start: is the datastore out of reach, and no local fallback there?`,
      );
    }
    const cause = this.lastError ?? new Error('something has failed');
    return new FatalError(new Error(`Healing has failed ${healing.attempts} times: ${cause.message}`, { cause }));
  }

  private aborting(): EventLoopAbortingError {
    const cause = this.fatal;
    return new EventLoopAbortingError(`The event loop is aborting after a fatal error: ${cause?.message ?? 'unknown'}`, { cause });
  }

  /** Whoever pushes again when he is refused must not keep the process to himself. */
  private async refuse(): Promise<void> {
    if (this.breather.isDue) await this.breather.breathe();
    this.answerAll(() => this.aborting());
  }

  /** The loop is over: what is under way is interrupted, kept and answered as what waits. */
  private async stop(): Promise<void> {
    this.isStopping = true;
    this.snapshots.stop();
    this.options.processor.interrupt();
    try {
      this.unsubscribe?.();
    } catch (thrown) {
      this.options.problems.tell({ kind: 'southbound', error: asError(thrown) });
    }
    await this.working;
    this.answerAll((event) => (this.fatal === undefined ? closed(event) : this.aborting()));
    this.end();
  }

  private answerAll(errorOf: (event: Event) => Error): void {
    for (const accepted of this.intake.takeAll()) this.answer(accepted, errorOf(accepted.event));
  }

  /** Answers an event, which is nowhere any more. What its `done` pushes follows up on it. */
  private answer(accepted: Accepted, error: Error | undefined): void {
    answerEvent(accepted.event, error, this.options);
    if (this.current === accepted) this.current = undefined;
  }

  private subscribe(): (() => void) | undefined {
    const { settings, problems } = this.options;
    const listen = (told: unknown): void => {
      const event = notificationOf(told);
      if (event === undefined) {
        const error = new Error(
          'The southbound tells something that is neither { type: "restored" } nor { type: "value", report }.',
          {
            cause: told,
          },
        );
        problems.tell({ kind: 'southbound', error });
      } else if (event.type === 'restored') this.send({ type: 'southbound.restored' });
      else if (this.mending.told(event)) this.send({ type: 'failures.mended' });
    };
    try {
      return settings.southbound.subscribe?.(listen);
    } catch (thrown) {
      problems.tell({ kind: 'southbound', error: asError(thrown) });
      return undefined;
    }
  }
}
