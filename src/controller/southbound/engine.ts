/** Executes transactions and retries, records them, and tells what nobody was answered. One at a time: the scheduler sees to that. */
import { failureOf } from '../../policy/failure.js';
import { Breather } from '../../ports/breather.js';
import { Calls } from './calls.js';
import { executeRetry, executeTransaction, verify } from './execute.js';
import { emptyGraph, withNode, withoutActual, withRetry, type Graph } from './graph.js';
import { Listeners } from './listeners.js';
import type { CompleteOptions } from './options.js';
import type {
  CommitOutcome,
  CommitResult,
  RecordedTransaction,
  SouthboundEvent,
  SouthboundTransaction,
  ValueReport,
  ValueStatus,
} from './port.js';
import { DescriptorRegistry } from './registry.js';
import { RetryTimer, type RetryGroup } from './retries.js';
import { Run, type Task, type Workshop } from './run.js';
import { SafeLog } from './safe-log.js';
import { TransactionLog } from './transaction-log.js';

export class Engine {
  readonly log: TransactionLog;
  readonly listeners: Listeners<SouthboundEvent>;
  /** Lets timers have their turn while it works. */
  readonly breather: Breather;
  private readonly options: CompleteOptions;
  private readonly workshop: Workshop;
  private readonly retries: RetryTimer;
  private nextSequence = 0;
  private isEnding = false;

  /** @param onDue is given what is to be tried again, in its turn. */
  constructor(options: CompleteOptions, onDue: (groups: readonly RetryGroup[]) => void) {
    this.options = options;
    const { clock, random, logger, operationTimeout, maxRetryDelay } = options;
    const registry = new DescriptorRegistry(options.descriptors);
    const log = new SafeLog(logger);
    const calls = new Calls(clock, operationTimeout);
    this.breather = new Breather(clock);
    this.workshop = { graph: emptyGraph(), registry, calls, clock, breather: this.breather, log, random, maxRetryDelay };
    this.log = new TransactionLog(options);
    this.listeners = new Listeners(log);
    this.retries = new RetryTimer(clock, onDue);
  }

  get graph(): Graph {
    return this.workshop.graph;
  }

  reportOf(key: string): ValueReport | undefined {
    const node = this.graph.values.get(key);
    return node === undefined ? undefined : reportOf(node);
  }

  async execute(transaction: SouthboundTransaction): Promise<CommitResult> {
    const { kind, description, values, revertOnFailure } = transaction;
    const own = new Set(values.keys());
    const run = this.begin({ kind, own, isAllOrNothing: revertOnFailure, attempt: 0 });
    if (transaction.verbose)
      this.workshop.log.say('info', `Transaction ${run.task.sequence} (${description}) begins`, { kind, keys: own.size });
    const outcome = await this.perform(run, { kind, description }, () => executeTransaction(run, transaction));
    const reports = [...own].map((key): ValueReport => this.reportOf(key) ?? { key, status: 'removed' });
    return { outcome, sequence: run.task.sequence, failures: run.failures, values: reports };
  }

  /** Tries values again, but those of which something else has been wanted since. It never rejects. */
  async retry({ sequence: retryFor, attempt, entries }: RetryGroup): Promise<void> {
    const valid = entries.filter((entry) => this.graph.retries.get(entry.key) === entry);
    if (valid.length === 0) return;
    const run = this.begin({ kind: 'retry', own: new Set(valid.map(({ key }) => key)), isAllOrNothing: false, attempt });
    const description = `retry ${attempt} of transaction ${retryFor}`;
    try {
      await this.perform(run, { kind: 'retry', description, retryFor, attempt }, () => executeRetry(run, valid));
    } catch (thrown) {
      const { error } = failureOf(thrown);
      this.workshop.log.say('error', `A retry was not finished: ${error.message}`, { error, retryFor, attempt });
    }
  }

  /** What is there is unknown. What can be read will be; what cannot is taken for gone, so that the next resync creates it again. */
  restored(): void {
    const { registry } = this.workshop;
    this.workshop.graph = withoutActual(this.graph, (key) => registry.of(key)?.retrieve === undefined);
    this.listeners.tell({ type: 'restored' });
  }

  /** Nothing is tried again from now on. */
  stopRetrying(): void {
    this.isEnding = true;
    this.retries.stop();
  }

  /** The call under way fails, and so does every later one. */
  cutOff(): void {
    this.workshop.calls.cutOff();
  }

  /** What was going to be tried again has failed for good. */
  giveUp(): void {
    for (const { key } of this.graph.retries.values()) {
      const node = this.graph.values.get(key);
      this.workshop.graph = withRetry(this.graph, key, undefined);
      if (node === undefined) continue;
      this.workshop.graph = withNode(this.graph, key, { ...node, status: 'failed' });
      this.listeners.tell({ type: 'value', report: reportOf({ ...node, status: 'failed' }) });
    }
  }

  private begin(task: Omit<Task, 'sequence'>): Run {
    return new Run(this.workshop, { ...task, sequence: this.nextSequence++ });
  }

  private async perform(
    run: Run,
    what: Pick<RecordedTransaction, 'kind' | 'description' | 'retryFor' | 'attempt'>,
    execute: () => Promise<CommitOutcome>,
  ): Promise<CommitOutcome> {
    const { clock, verify: isVerified } = this.options;
    const startedAt = clock.wallNow();
    try {
      let outcome = await execute();
      if (isVerified) await verify(run);
      if (outcome === 'applied' && run.failures.length > 0) outcome = 'partlyApplied';
      const { sequence } = run.task;
      const executed = Object.freeze(run.executed);
      this.log.add(Object.freeze({ sequence, ...what, startedAt, endedAt: clock.wallNow(), outcome, executed }), clock.now());
      this.workshop.log.say('debug', `Transaction ${sequence} (${what.description}): ${outcome}`, { ...what, sequence, outcome });
      return outcome;
    } finally {
      if (!this.isEnding) this.retries.follow(this.graph.retries);
      await this.tellChanges(run);
    }
  }

  /** Tells the statuses that are not in the answer to a commit. */
  private async tellChanges(run: Run): Promise<void> {
    for (const [key, { node }] of [...run.saved].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (run.breather.isDue) await run.breather.breathe();
      const report = this.reportOf(key) ?? { key, status: 'removed' as ValueStatus };
      const isAnswered = run.task.kind !== 'retry' && run.task.own.has(key);
      if (!isAnswered && report.status !== (node?.status ?? 'removed')) this.listeners.tell({ type: 'value', report });
    }
  }
}

/** How a value is doing, for others. */
export function reportOf(node: {
  readonly key: string;
  readonly status: ValueStatus;
  readonly error: Error | undefined;
}): ValueReport {
  const { key, status, error } = node;
  return Object.freeze({ key, status, ...(error === undefined ? {} : { error }) });
}
