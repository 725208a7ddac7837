/** One transaction under way: what it has done, what has failed, and how everything was before. */
import { isHeliostatError } from '../../model/errors.js';
import { backoffDelay } from '../../policy/backoff.js';
import type { Breather } from '../../ports/breather.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { Answer, Calls } from './calls.js';
import type { Descriptor } from './descriptor.js';
import { withNode, withRetry, type Graph, type RetryEntry, type ValueNode } from './graph.js';
import { noNeeds } from './needs.js';
import type { CommitKind, ExecutedOperation, OperationFailure, OperationKind, ValueStatus } from './port.js';
import type { DescriptorRegistry } from './registry.js';
import type { SafeLog } from './safe-log.js';

/** What all transactions of a scheduler share. */
export interface Workshop {
  graph: Graph;
  readonly registry: DescriptorRegistry;
  readonly calls: Calls;
  readonly clock: Clock;
  /** Between any two of many values, so that timers have their turn. */
  readonly breather: Breather;
  readonly log: SafeLog;
  /** What spreads retries; undefined: nothing. */
  readonly random: Random | undefined;
  /** No retry waits longer, in milliseconds. */
  readonly maxRetryDelay: number;
}

/** What is to be done. */
export interface Task {
  readonly sequence: number;
  readonly kind: CommitKind | 'retry';
  /** The values that it is about. What fails with others is reported, and changes nothing for it. */
  readonly own: ReadonlySet<string>;
  readonly isAllOrNothing: boolean;
  /** Of a retry: which one. */
  readonly attempt: number;
}

/** How a value was before. */
export interface Saved {
  readonly node: ValueNode | undefined;
  readonly retry: RetryEntry | undefined;
}

export class Run {
  readonly workshop: Workshop;
  readonly task: Task;
  readonly executed: ExecutedOperation[] = [];
  readonly failures: OperationFailure[] = [];
  /** Every value that was touched, as it was before. */
  readonly saved: Map<string, Saved> = new Map();
  /** What has failed, and with which operation: it is not tried again before this is over. */
  readonly broken: Map<string, OperationKind> = new Map();
  /** Values that are not there, and are to be looked at again: whatever they need, or only when all of it is there. */
  readonly candidates: Map<string, 'always' | 'whenMet'> = new Map();
  /** A value of a transaction that is all or nothing has failed. */
  isStopped = false;
  isReverting = false;

  constructor(workshop: Workshop, task: Task) {
    this.workshop = workshop;
    this.task = task;
  }

  get graph(): Graph {
    return this.workshop.graph;
  }

  get breather(): Breather {
    return this.workshop.breather;
  }

  node(key: string): ValueNode | undefined {
    return this.graph.values.get(key);
  }

  /** The value at `key`, as it is known; or as nothing. */
  nodeOrNothing(key: string): ValueNode {
    const { sequence } = this.task;
    const nothing = { wanted: undefined, actual: undefined, error: undefined, retry: undefined };
    return this.node(key) ?? { ...nothing, key, isObtained: false, wasNamed: false, status: 'removed', needs: noNeeds, sequence };
  }

  put(key: string, node: ValueNode | undefined): void {
    this.save(key);
    this.workshop.graph = withNode(this.graph, key, node);
  }

  change(key: string, parts: Partial<ValueNode>): void {
    this.put(key, { ...this.nodeOrNothing(key), ...parts });
  }

  setRetry(key: string, entry: RetryEntry | undefined): void {
    this.save(key);
    this.workshop.graph = withRetry(this.graph, key, entry);
  }

  /** Forgets a value that is neither wanted nor there. */
  forget(key: string): void {
    this.put(key, undefined);
    this.setRetry(key, undefined);
  }

  /** Asks the descriptor of `key` something. One that does not answer has failed to validate the value. */
  async ask<T>(key: string, question: string, call: () => T | Promise<T>): Promise<Answer<T>> {
    const answer = await this.workshop.calls.make(`${question} of ${JSON.stringify(key)}`, call);
    if (answer.error !== undefined) await this.fail(key, 'validate', answer.error);
    return answer;
  }

  /** Something was done with `key`, and this is how it is now. */
  succeed(key: string, operation: OperationKind, before: unknown, node: ValueNode | undefined): void {
    this.put(key, node);
    this.note(key, operation, before, node?.actual, node?.status ?? 'removed', undefined);
  }

  /** An operation has failed. What is there is as it was, as far as is known. */
  async fail(key: string, operation: OperationKind, error: Error, wanted?: unknown, isInvalid = false): Promise<void> {
    this.broken.set(key, operation);
    const isTakenBack = this.task.isAllOrNothing && this.task.own.has(key) && !this.isReverting;
    const entry = isInvalid || isTakenBack ? undefined : await this.retryOf(key, error);
    const status = isInvalid ? 'invalid' : entry === undefined ? 'failed' : 'retrying';
    this.change(key, { status, error });
    this.setRetry(key, entry);
    this.note(key, operation, this.node(key)?.actual, operation === 'delete' ? undefined : wanted, status, error);
    this.failures.push(Object.freeze({ key, owner: key, operation, error, isRevert: this.isReverting }));
    this.isStopped ||= isTakenBack;
  }

  /** Puts an operation into the record. */
  note(
    key: string,
    operation: OperationKind,
    before: unknown,
    after: unknown,
    status: ValueStatus,
    error: Error | undefined,
  ): void {
    const isRetry = this.task.kind === 'retry';
    const sides = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
    const said = { status, isRevert: this.isReverting, isRetry, ...(error === undefined ? {} : { error }) };
    this.executed.push(Object.freeze({ key, operation, ...sides, ...said }));
  }

  /** When to try `key` again; undefined: never. */
  private async retryOf(key: string, error: Error): Promise<RetryEntry | undefined> {
    const { retry, sequence } = this.nodeOrNothing(key);
    const attempt = (this.task.kind === 'retry' && this.task.own.has(key) ? this.task.attempt : 0) + 1;
    if (retry === undefined || (retry.maxAttempts > 0 && attempt > retry.maxAttempts)) return undefined;
    if (!(await this.isRetriable(key, error))) return undefined;
    const { clock, maxRetryDelay, random } = this.workshop;
    const jitter = random === undefined ? 'none' : 'full';
    const backoff = { factor: retry.exponential ? 2 : 1, max: maxRetryDelay, jitter } as const;
    return { key, sequence, attempt, due: clock.now() + backoffDelay(attempt, retry.delay, backoff, random) };
  }

  private async isRetriable(key: string, error: Error): Promise<boolean> {
    const descriptor: Descriptor | undefined = this.workshop.registry.of(key);
    if (descriptor?.isRetriable === undefined) return isHeliostatError(error) ? error.retryable : true;
    const answer = await this.workshop.calls.make('isRetriable', () => descriptor.isRetriable?.(error, key) ?? true);
    if (answer.error === undefined) return answer.value;
    const fields = { key, descriptor: descriptor.name, error: answer.error };
    this.workshop.log.say('warn', `isRetriable failed, so the value is tried again: ${answer.error.message}`, fields);
    return true;
  }

  private save(key: string): void {
    if (this.saved.has(key)) return;
    this.saved.set(key, { node: this.node(key), retry: this.graph.retries.get(key) });
  }
}
