/**
 * Key ownership: which handler wants which key. Two handlers that write one key overwrite each other, and which of them wins depends on
 * the order; so it is reported, or refused.
 */
import { ValidationError } from '../../model/errors.js';
import type { ObjectTree } from '../../store/object-tree.js';

/** A value that is wanted, and who wants it. */
export interface WantedValue {
  readonly value: unknown;
  /** The handlers that wrote it in the transaction that wanted it last. */
  readonly writers: readonly string[];
}

/** What becomes of a handler's write to a key that another one has written. */
export type OwnershipPolicy =
  /** It counts, and is reported. */
  | 'report'
  /** It throws, so that the event fails. */
  | 'refuse';

/** Two handlers that write one key. */
export interface OwnershipProblem {
  readonly key: string;
  /** Who wrote last. */
  readonly handler: string;
  /** Who else wrote: in this transaction, or in the one that wanted the key last. */
  readonly others: readonly string[];
  readonly kind:
    /** Both wrote in one transaction. */
    | 'sameTransaction'
    /** The others want the key since an earlier transaction. */
    | 'takenOver';
  /** The event of the transaction, as its name. */
  readonly event: string;
  /** All of this as a sentence, and what to do. */
  readonly message: string;
}

/** What an ownership ledger is given. */
export interface OwnershipOptions {
  /** What names the event in problems. */
  readonly event: string;
  /** What is wanted before the transaction. */
  readonly wanted: ObjectTree<WantedValue>;
  /** Default: `report`. */
  readonly policy?: OwnershipPolicy | undefined;
  /** The keys that several handlers may write on purpose. Default: none. */
  readonly isShared?: ((key: string) => boolean) | undefined;
}

/** Who has written which key in one transaction. A write costs one look into a map, and for a key's first writer one into the tree. */
export class OwnershipLedger {
  private readonly options: OwnershipOptions;
  private readonly writers = new Map<string, readonly string[]>();
  private readonly found: OwnershipProblem[] = [];

  constructor(options: OwnershipOptions) {
    const { policy } = options;
    if (policy !== undefined && policy !== 'report' && policy !== 'refuse') {
      throw new ValidationError(`The ownership policy is ${JSON.stringify(policy)}, expected 'report' or 'refuse'.`, {
        field: 'ownership',
      });
    }
    this.options = options;
  }

  /**
   * Notes that `handler` puts or deletes `key`; call it before the write is done.
   *
   * @throws ValidationError when the policy refuses it. It is not noted then, but it is among the problems.
   */
  write(key: string, handler: string): void {
    const before = this.writers.get(key);
    if (before?.includes(handler) === true) return;
    const problem = this.judge(key, handler, before);
    if (problem !== undefined) {
      this.found.push(problem);
      if (this.options.policy === 'refuse') throw new ValidationError(problem.message, { key, field: 'key' });
    }
    this.writers.set(key, before === undefined ? [handler] : [...before, handler]);
  }

  /** The handlers that have written `key` in this transaction, in the order of their first writes. */
  writersOf(key: string): readonly string[] {
    return this.writers.get(key) ?? [];
  }

  /** Everything that was found, in the order in which it happened; each pair of key and handler once, unless it was refused. */
  get problems(): readonly OwnershipProblem[] {
    return [...this.found];
  }

  private judge(key: string, handler: string, before: readonly string[] | undefined): OwnershipProblem | undefined {
    const { event, isShared, wanted } = this.options;
    const others = before ?? wanted.get(key)?.writers ?? [];
    if (others.length === 0 || others.includes(handler) || isShared?.(key) === true) return undefined;
    const kind = before === undefined ? 'takenOver' : 'sameTransaction';
    const names = others.map((name) => `'${name}'`).join(' and ');
    const what =
      kind === 'takenOver'
        ? `'${handler}' writes ${key}, which ${names} wants since an earlier event`
        : `${names} and '${handler}' both write ${key}`;
    const message = `During "${event}" ${what}. Let one handler own the key, or declare it shared when they build it together.`;
    return { key, handler, others, kind, event, message };
  }
}

/** What is known of a resync in which handlers failed. */
export interface FailedResync {
  /** What was wanted before it. */
  readonly wanted: ObjectTree<WantedValue>;
  /** Whether the transaction puts this key. */
  readonly isPut: (key: string) => boolean;
  /** The handlers that failed. */
  readonly failed: Iterable<string>;
}

/**
 * What a resync must go on wanting because the handlers that wanted it have failed, and so could not say that they still do. A key that
 * several have written is kept when any of them failed; one that the transaction puts is what the transaction says.
 *
 * @returns in key order.
 */
export function keptFor({ wanted, isPut, failed }: FailedResync): readonly (readonly [string, WantedValue])[] {
  const names = new Set(failed);
  if (names.size === 0) return [];
  const kept: (readonly [string, WantedValue])[] = [];
  for (const [key, value] of wanted) {
    if (value.writers.some((writer) => names.has(writer)) && !isPut(key)) kept.push([key, value]);
  }
  return kept;
}
