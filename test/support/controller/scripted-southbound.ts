/** A southbound that does what a test says: a map of values, every commit kept, and answers that can be scripted. */
import type {
  CommitOutcome,
  CommitResult,
  OperationFailure,
  Southbound,
  SouthboundEvent,
  SouthboundTransaction,
} from '../../../src/controller/southbound/port.js';

/** What is answered to one commit; it may throw, reject, or never settle. */
export type ScriptedAnswer = (transaction: SouthboundTransaction, options: { readonly signal: AbortSignal }) => unknown;

export class ScriptedSouthbound implements Southbound {
  /** Every commit that was asked for, in order. */
  readonly commits: SouthboundTransaction[] = [];
  /** What is applied. */
  values: Map<string, unknown> = new Map();
  private readonly script: ScriptedAnswer[] = [];
  private readonly listeners = new Set<(event: SouthboundEvent) => void>();
  private sequence = 0;
  private readonly trace: string[];

  constructor(trace: string[] = []) {
    this.trace = trace;
  }

  /** The next commits are answered like this, one each; those after them are applied. */
  next(...answers: readonly ScriptedAnswer[]): void {
    this.script.push(...answers);
  }

  /** Tells whoever listens. */
  tell(event: SouthboundEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  /** How many listen. */
  get listening(): number {
    return this.listeners.size;
  }

  /** The commit that was asked for last, as a record. */
  get last(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.commits.at(-1)?.values ?? []);
  }

  /** What is applied, as a record. */
  get applied(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.values);
  }

  async commit(transaction: SouthboundTransaction, options: { readonly signal: AbortSignal }): Promise<CommitResult> {
    this.commits.push(transaction);
    this.trace.push(`commit ${transaction.kind}`);
    const answer = this.script.shift();
    if (answer !== undefined) return (await answer(transaction, options)) as CommitResult; // a script may answer nonsense on purpose
    this.apply(transaction);
    return this.answer('applied');
  }

  subscribe(listener: (event: SouthboundEvent) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Applies a transaction, but for some keys. */
  apply({ kind, values }: SouthboundTransaction, except: readonly string[] = []): void {
    if (kind === 'fullResync' || kind === 'upstreamResync')
      this.values = new Map([...this.values].filter(([key]) => values.has(key)));
    for (const [key, value] of values) {
      if (except.includes(key)) continue;
      if (value === null) this.values.delete(key);
      else this.values.set(key, value);
    }
  }

  /** An answer of this southbound. */
  answer(outcome: CommitOutcome, failures: readonly OperationFailure[] = []): CommitResult {
    return { outcome, sequence: outcome === 'refused' ? undefined : this.sequence++, failures, values: [] };
  }

  /** Applies everything but `keys`, which fail. */
  failing(...keys: readonly string[]): ScriptedAnswer {
    return (transaction) => {
      this.apply(transaction, keys);
      return this.answer(
        'partlyApplied',
        keys.map((key) => failure(key)),
      );
    };
  }

  /** Takes everything back, because of `keys`. */
  reverting(...keys: readonly string[]): ScriptedAnswer {
    return () =>
      this.answer(
        'reverted',
        keys.map((key) => failure(key)),
      );
  }
}

/** A failed operation. */
export function failure(key: string, parts: Partial<OperationFailure> = {}): OperationFailure {
  return { key, owner: key, operation: 'create', error: new Error(`no room for ${key}`), isRevert: false, ...parts };
}
