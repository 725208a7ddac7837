/** A southbound in memory: applies values by descriptors, in the order that their dependencies demand, until they are as wanted. */
import { ClosedError } from '../../model/errors.js';
import { failureOf } from '../../policy/failure.js';
import { admit } from './admission.js';
import { dumpOf, type DumpedValue } from './dump.js';
import { Engine, reportOf } from './engine.js';
import { JobLine } from './job-line.js';
import { completeOptions, type CompleteOptions, type MemorySchedulerOptions } from './options.js';
import type { CommitResult, RecordedTransaction, Southbound, SouthboundEvent, SouthboundTransaction, ValueReport } from './port.js';
import { mustBeFunction, TransactionQueueFullError } from './refusals.js';
import { waitFor } from './wait-for.js';

/**
 * Applies transactions one at a time, in the order of the commits, with the semantics of ligato's kvscheduler.
 *
 * - Within a transaction keys are deleted first, then recreated, created and updated, each in key order.
 * - A value whose dependencies are not there is `pending`, and is created as soon as they are; values that depend on what is deleted go
 *   back to pending before it is.
 * - A value that fails is tried again as the last transaction that said something about it wants it. Failures of values that are not in
 *   the transaction never take it back: it is partly applied, and they are tried again.
 * - What fails is read again, where its descriptor can retrieve; what was there before a failed operation stays known.
 *
 * @example
 * ```ts
 * import { MemoryPlane, MemoryScheduler } from 'heliostat/controller';
 * const plane = new MemoryPlane();
 * await using scheduler = new MemoryScheduler({ descriptors: [plane.descriptor({ name: 'interfaces', prefix: '/interfaces/' })] });
 * const values = new Map([['/interfaces/eth0', { mtu: 1500 }]]);
 * const transaction = { description: 'one', kind: 'update', values, revertOnFailure: false, retry: undefined, verbose: false } as const;
 * const result = await scheduler.commit(transaction);
 * console.log(result.outcome, plane.values.get('/interfaces/eth0')); // applied { mtu: 1500 }
 * ```
 */
export class MemoryScheduler implements Southbound, AsyncDisposable {
  private readonly options: CompleteOptions;
  private readonly engine: Engine;
  private readonly line: JobLine;
  private readonly settled = new Set<SettledWaiter>();
  private closing: Promise<void> | undefined;

  /** @throws ValidationError when an option cannot be, or the descriptors do not fit together. */
  constructor(options: MemorySchedulerOptions) {
    this.options = completeOptions(options);
    this.engine = new Engine(this.options, (groups) => {
      for (const group of groups) this.line.add({ run: () => this.engine.retry(group), refuse: () => {} });
    });
    this.line = new JobLine(this.engine.breather, () => this.noteIdle());
  }

  /**
   * Applies `transaction` when all before it have been. What cannot be applied is said in the result; so is that it was refused: it is
   * malformed, too many wait, the scheduler is closed, or `signal` had aborted before.
   *
   * @param options.signal ends the waiting: the promise rejects with its reason, and the transaction is executed all the same.
   */
  commit(transaction: SouthboundTransaction, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<CommitResult> {
    const { signal } = options;
    if (this.closing !== undefined) return Promise.resolve(refused(closed()));
    if (signal?.aborted === true) return Promise.resolve(refused(failureOf(signal.reason).error));
    if (this.line.waiting >= this.options.maxQueued) return Promise.resolve(refused(this.queueFull()));
    const answer = new Promise<CommitResult>((resolve, reject) => {
      try {
        const admitted = admit(transaction);
        const run = (): Promise<void> => this.engine.execute(admitted).then(resolve, reject);
        this.line.add({ run, refuse: () => resolve(refused(closed())) });
      } catch (thrown) {
        resolve(refused(failureOf(thrown).error));
      }
    });
    return waitFor(answer, signal);
  }

  /** Tells `listener` when a value gets another status and no commit's answer says so, and when the southbound has started anew. */
  subscribe(listener: (event: SouthboundEvent) => void): () => void {
    mustBeFunction('listener', listener, 'required');
    return this.closing === undefined ? this.engine.listeners.add(listener) : () => {};
  }

  /** How a value is doing; undefined when nothing is wanted or known to be there. */
  statusOf(key: string): ValueReport | undefined {
    return this.engine.reportOf(key);
  }

  /** How all values are doing whose keys begin with `prefix`, in key order. */
  statuses(prefix = ''): readonly ValueReport[] {
    const reports: ValueReport[] = [];
    for (const [key, node] of this.engine.graph.values.entries(prefix)) {
      if (!key.startsWith(prefix)) break;
      reports.push(reportOf(node));
    }
    return reports;
  }

  /** What is wanted, what is there and what is wrong with the values whose keys begin with `prefix`: plain data, in key order. */
  dump(prefix = ''): readonly DumpedValue[] {
    return dumpOf(this.engine.graph, prefix, this.options.clock.now());
  }

  getRecordedTransaction(sequence: number): RecordedTransaction | undefined {
    return this.engine.log.get(sequence, this.options.clock.now());
  }

  /** The transactions that are remembered, retries among them, the oldest first. */
  history(): readonly RecordedTransaction[] {
    return this.engine.log.all(this.options.clock.now());
  }

  /**
   * Resolves when nothing is waiting or under way, and no value is going to be tried again; values may be pending or failed then.
   * Rejects with the reason of `signal`.
   */
  whenSettled(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.isSettled && options.signal?.aborted !== true) return Promise.resolve();
    const waiter: SettledWaiter = {};
    const answer = new Promise<void>((resolve) => (waiter.serve = resolve));
    this.settled.add(waiter);
    return waitFor(answer, options.signal).finally(() => this.settled.delete(waiter));
  }

  /**
   * Whatever stands below has started anew, and may have lost everything: listeners are told, so that somebody orders a resync. Values whose
   * descriptors cannot retrieve are taken for lost, and a full or downstream resync creates them again.
   */
  restored(): void {
    if (this.closing === undefined) this.engine.restored();
  }

  /**
   * Refuses what waits, and lets the transaction under way come to its end; after `closeTimeout` it is cut off: what it has not done by
   * then fails. Values that were going to be tried again have failed, and are told so.
   */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private get isSettled(): boolean {
    return this.line.isIdle && this.engine.graph.retries.size === 0;
  }

  private noteIdle(): void {
    if (!this.isSettled) return;
    for (const { serve } of this.settled) serve?.();
  }

  private async end(): Promise<void> {
    const { clock, closeTimeout } = this.options;
    this.engine.stopRetrying();
    const timer = clock.setTimeout(() => this.engine.cutOff(), closeTimeout);
    await this.line.close();
    clock.clearTimeout(timer);
    this.engine.cutOff();
    this.engine.giveUp();
    this.engine.listeners.clear();
    this.noteIdle();
  }

  private queueFull(): TransactionQueueFullError {
    return new TransactionQueueFullError(
      `${this.options.maxQueued} transactions are waiting, which is as many as may: commit it later.`,
    );
  }
}

/** Somebody who waits until nothing is left to do. */
interface SettledWaiter {
  serve?: () => void;
}

function refused(refusal: Error): CommitResult {
  return { outcome: 'refused', sequence: undefined, failures: [], refusal, values: [] };
}

function closed(): ClosedError {
  return new ClosedError('The scheduler is closed: nothing is committed any more.');
}
