/** Transactions of one's own: what a program that has no event loop commits to a southbound. */
import { ClosedError, ValidationError } from '../../model/errors.js';
import { TransactionError } from '../errors.js';
import type { Transaction } from '../handler.js';
import { frozenValue } from '../loop/state.js';
import type { RetryOptions, Southbound } from '../southbound/port.js';
import { answerOf, judge } from './commit.js';

/** How a transaction of one's own is committed. */
export interface TransactionOptions {
  /** For people. Default: `Transaction`. */
  readonly description?: string | undefined;
  /** All or nothing. Default: false. */
  readonly revertOnFailure?: boolean | undefined;
  /** Default: what fails is not tried again. */
  readonly retry?: RetryOptions | undefined;
}

/**
 * A transaction that is committed by whoever builds it. It is committed once.
 *
 * @example
 * ```ts
 * import { createTransaction, MemoryPlane, MemoryScheduler } from 'heliostat/controller';
 * const plane = new MemoryPlane();
 * await using southbound = new MemoryScheduler({ descriptors: [plane.descriptor({ name: 'routes', prefix: '/routes/' })] });
 * const transaction = createTransaction(southbound);
 * transaction.put('/routes/web', { to: '10.0.0.1' });
 * console.log(await transaction.commit()); // 0
 * ```
 */
export function createTransaction(southbound: Southbound, options: TransactionOptions = {}): Transaction {
  return new OwnTransaction(southbound, options);
}

class OwnTransaction implements Transaction {
  private readonly southbound: Southbound;
  private readonly options: TransactionOptions;
  private readonly values = new Map<string, unknown>();
  private isCommitted = false;

  constructor(southbound: Southbound, options: TransactionOptions) {
    this.southbound = southbound;
    this.options = options;
  }

  put(key: string, value: unknown): void {
    this.write(key, frozenValue(value, `key ${JSON.stringify(key)}`, key));
  }

  get(key: string): unknown {
    return this.values.get(key) ?? undefined;
  }

  delete(key: string): void {
    this.write(key, null);
  }

  async commit({ signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {}): Promise<number> {
    signal.throwIfAborted();
    this.refuseWhenCommitted();
    this.isCommitted = true;
    const { description = 'Transaction', revertOnFailure = false, retry } = this.options;
    const values = new Map([...this.values].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const transaction = { kind: 'update', description, values, revertOnFailure, retry, verbose: false } as const;
    const { result } = answerOf(await this.southbound.commit(transaction, { signal }));
    const failures = result.failures.map((failure) => ({ ...failure, wantedBy: [] }));
    const { error } = judge(result, failures, { handlers: new Set(), merged: { sources: new Map() } });
    if (error !== undefined) throw error;
    if (result.sequence !== undefined) return result.sequence;
    throw new TransactionError('The southbound says that the transaction was applied, and not under which number.', {
      outcome: result.outcome,
    });
  }

  private write(key: string, value: unknown): void {
    this.refuseWhenCommitted();
    if (typeof key !== 'string' || key === '') {
      throw new ValidationError(`A key is a text that is not empty; it is ${JSON.stringify(key)}.`, {
        field: 'key',
      });
    }
    this.values.set(key, value);
  }

  private refuseWhenCommitted(): void {
    if (!this.isCommitted) return;
    throw new ClosedError('This transaction has been committed; begin another one with createTransaction().');
  }
}
