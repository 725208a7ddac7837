/** Processes one event: takes its inputs in, leads it through the handlers into the southbound, and keeps what has become of it. */
import type { TransactionOutcome } from '../../../machines/index.js';
import type { Clock } from '../../ports/clock.js';
import { DBResync } from '../events/db-resync.js';
import { HealingResync } from '../events/healing-resync.js';
import { EventMethod, isResync, type Event } from '../events/event.js';
import { callInScope, type LoopScope } from '../events/loop-scope.js';
import { withLayer } from '../external/layers.js';
import type { ExternalMerger } from '../external/merger.js';
import { loadSnapshots } from '../external/snapshots.js';
import type { EventHandler } from '../handler.js';
import { recordOf } from '../history/record-of.js';
import type { EventRecord } from '../history/record.js';
import { OwnershipLedger } from '../kit/ownership.js';
import type { ControllerSettings } from '../options.js';
import type { ProblemTeller } from '../problems.js';
import { TransactionDraft } from '../transaction/draft.js';
import { TransactionRunner, type TransactionReport } from '../transaction/event-transaction.js';
import type { HandlerCall } from '../transaction/handler-calls.js';
import { asError } from '../transaction/thrown.js';
import { mergeResync, mergeUpdate, wantedAfterResync, wantedAfterUpdate, type MergedTransaction } from '../transaction/wanted.js';
import { Committer } from './committer.js';
import { attributionOf, nothingMerged, type CurrentEvent } from './current-event.js';
import { chainOf, errorOf, isKept, transactionInputOf } from './flow.js';
import type { Accepted } from './intake.js';
import { Knowledge } from './knowledge.js';
import { receive } from './receive.js';
import { kubeStateOf, withPart, type ControllerState } from './state.js';

/** What a processor is made with. */
export interface ProcessorOptions {
  readonly settings: ControllerSettings;
  readonly handlers: readonly EventHandler[];
  readonly merger: ExternalMerger;
  readonly state: ControllerState;
  readonly problems: ProblemTeller;
  /** What scopes of user code belong to. */
  readonly loop: object;
}

/** What has become of an event. */
export interface Processed {
  readonly outcome: TransactionOutcome;
  readonly needsHealing: boolean;
  /** What its `done` is to be called with. */
  readonly error: Error | undefined;
  readonly record: EventRecord;
  /** When it began, by the monotonic clock. */
  readonly began: number;
  readonly report: TransactionReport;
}

export class Processor {
  private readonly options: ProcessorOptions;
  private readonly clock: Clock;
  private state: ControllerState;
  private nextSequence = 0;
  private resyncCount = 0;
  private readonly transactions: TransactionRunner;
  private readonly committer: Committer;
  private readonly knowledge: Knowledge;
  private readonly interrupting = new AbortController();
  private current: CurrentEvent | undefined;

  constructor(options: ProcessorOptions) {
    this.options = options;
    this.clock = options.settings.clock;
    this.state = options.state;
    this.transactions = new TransactionRunner(this.clock);
    this.knowledge = new Knowledge(options.settings.externalSources.map(({ name }) => name));
    this.committer = new Committer({
      settings: options.settings,
      problems: options.problems,
      handlerNames: new Set(options.handlers.map(({ name }) => name)),
      enter: (scope, call) => this.enter(scope, call),
    });
  }

  /** What is known and wanted now; while an event is processed, with its inputs and without its outputs. */
  get currentState(): ControllerState {
    return this.state;
  }

  /** The number of the event that is being processed, or was last. */
  get sequence(): number {
    return this.nextSequence - 1;
  }

  get resyncs(): number {
    return this.resyncCount;
  }

  /** The sources that had no snapshot when they were asked last. */
  get silentSources(): ReadonlySet<string> {
    return this.knowledge.silent;
  }

  /** See ConfigRetriever. */
  getConfig(key: string): unknown {
    return this.current === undefined ? this.state.internal.get(key)?.value : this.current.draft.getConfig(key);
  }

  /** Ends what is under way. It is kept as far as it has come. */
  interrupt(): void {
    this.interrupting.abort();
    this.transactions.interrupt();
  }

  /** Processes `accepted`. */
  async process(accepted: Accepted): Promise<Processed> {
    const { event } = accepted;
    const startedAt = this.clock.wallNow();
    const began = this.clock.now();
    const sequence = this.nextSequence++;
    if (isResync(event)) this.resyncCount++;
    const description = this.describe(event);
    const current = this.begin(accepted, sequence);
    this.current = current;
    if (event instanceof HealingResync) await this.committer.answered(this.interrupting.signal);
    if (event instanceof DBResync) await this.loadSources(current);
    const running = this.transactions.run(
      {
        event,
        handlers: chainOf(event, this.options.handlers),
        clock: this.clock,
        enter: (scope, call) => this.enter(scope, call),
        call: (handler) => this.callOf(handler, current),
        merge: (failed) => this.merge(current, failed),
        commit: (merged, reports, waiting) =>
          this.committer.commit({
            event,
            merged,
            reports,
            attribution: attributionOf(current, merged),
            isStartup: this.resyncCount === 1,
            keepsStrangers: rebuilds(event) && this.knowledge.isMissingSomething(reports),
            signal: waiting,
          }),
        onLateFailure: (handler, error) => this.options.problems.tell({ kind: 'lateFailure', handler, error }),
      },
      transactionInputOf(event, this.options.settings.timings),
    );
    if (this.interrupting.signal.aborted) this.transactions.interrupt(); // while sources were asked
    const report = await running;
    this.settle(current, report);
    if (isResync(event)) this.knowledge.heard(report);
    this.current = undefined;
    const error = errorOf(report);
    const record = recordOf({
      event,
      sequence,
      description,
      startedAt,
      endedAt: this.clock.wallNow(),
      followUpTo: accepted.followUpTo,
      resyncCount: isResync(event) ? this.resyncCount : undefined,
      report,
      before: current.before,
      after: this.state,
      wantedBefore: (key) => this.options.merger.merge(key, current.before.internal.get(key)?.value, current.before.external).value,
      attribution: attributionOf(current, report.merged),
      notes: current.notes,
      error,
    });
    return { outcome: report.outcome, needsHealing: report.needsHealing, error, record, began, report };
  }

  /** What an event says of itself. One that cannot say it has its name. */
  private describe(event: Event): string {
    try {
      return String(event);
    } catch (thrown) {
      this.options.problems.tell({ kind: 'event', name: event.name, error: asError(thrown) });
      return event.name;
    }
  }

  /** Takes the inputs in. They stay, whatever becomes of the event. */
  private begin(accepted: Accepted, sequence: number): CurrentEvent {
    const { settings, problems } = this.options;
    const before = this.state;
    const { state, changedKeys, note } = receive(before, accepted.event);
    this.state = state;
    this.knowledge.received(accepted.event);
    const wanted = before.internal;
    const ledger = new OwnershipLedger({
      event: accepted.event.name,
      wanted,
      policy: settings.ownership,
      isShared: settings.isShared,
    });
    const draft = new TransactionDraft(wanted, ledger, (handler, error) => problems.tell({ kind: 'late', handler, error }));
    return { accepted, sequence, draft, ledger, before, changedKeys, notes: note === undefined ? [] : [note] };
  }

  /** A resync of the datastore asks every other source what it wants. One that does not answer wants what it wanted. */
  private async loadSources({ notes }: CurrentEvent): Promise<void> {
    const { externalSources, timings } = this.options.settings;
    if (externalSources.length === 0) return;
    const asking = { clock: this.clock, timeout: timings.handlerTimeout, signal: this.interrupting.signal };
    const scope = { isActive: true };
    const snapshots = await this.enter(scope, () => loadSnapshots(externalSources, asking));
    scope.isActive = false;
    for (const snapshot of snapshots) {
      this.knowledge.asked(snapshot);
      if ('layer' in snapshot) {
        const { layers, note } = withLayer(this.state.external, snapshot.source, snapshot.layer);
        this.state = withPart(this.state, { external: layers });
        if (note !== undefined) notes.push(note);
      } else {
        const { source, error } = snapshot;
        notes.push(`The source "${source}" has no snapshot; what it wanted before stays. ${error.message}`);
        this.options.problems.tell({ kind: 'snapshot', source, error });
      }
    }
  }

  private enter<R>(scope: { isActive: boolean }, call: () => R): R {
    // The scope is the caller's, who ends it; the loop is ours.
    return callInScope(Object.assign(scope, { loop: this.options.loop }) satisfies LoopScope, call);
  }

  private callOf(handler: EventHandler, { accepted: { event }, draft }: CurrentEvent): HandlerCall {
    const { operations, close } = draft.openFor(handler.name);
    const resyncCount = this.resyncCount;
    const { kube } = this.state;
    return {
      react: () =>
        isResync(event) ? handler.resync(event, kubeStateOf(kube), resyncCount, operations) : handler.update(event, operations),
      revert: () => handler.revert(event),
      end: close,
    };
  }

  private merge(current: CurrentEvent, failed: readonly string[]): MergedTransaction {
    const { accepted, draft, changedKeys } = current;
    const { merger } = this.options;
    const merged = ((): MergedTransaction => {
      switch (accepted.event.method) {
        case EventMethod.DownstreamResync:
          return nothingMerged;
        case EventMethod.Update:
          return mergeUpdate({ state: this.state, merger, draft, changedKeys });
        default:
          return mergeResync({ state: this.state, merger }, wantedAfterResync(this.state.internal, draft, failed));
      }
    })();
    for (const problem of merged.problems) {
      current.notes.push(`What the source "${problem.source}" wants for ${problem.key} was left out: ${problem.error.message}`);
      this.options.problems.tell({ kind: 'merge', ...problem });
    }
    return merged;
  }

  /** What handlers want from now on, if what became of the event says so. */
  private settle({ accepted: { event }, draft, ledger, notes }: CurrentEvent, report: TransactionReport): void {
    for (const problem of ledger.problems) {
      notes.push(problem.message);
      this.options.problems.tell({ kind: 'ownership', problem });
    }
    if (report.merged === undefined || event.method === EventMethod.DownstreamResync || !isKept(event, report)) return;
    const { internal, version } = this.state;
    const after =
      event.method === EventMethod.Update
        ? wantedAfterUpdate(internal, draft, this.options.settings.isShared ?? nobody)
        : wantedAfterResync(internal, draft, report.failedHandlers);
    if (after !== internal) this.state = withPart(this.state, { internal: after, version: version + 1 });
  }
}

function nobody(): boolean {
  return false;
}

/** Whether handlers and sources say anew all that they want. */
function rebuilds({ method }: Event): boolean {
  return method === EventMethod.FullResync || method === EventMethod.UpstreamResync;
}
