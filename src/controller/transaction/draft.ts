/** A transaction while handlers build it: what each key is to have, and who says so. */
import { ClosedError, ValidationError } from '../../model/errors.js';
import type { ObjectTree } from '../../store/object-tree.js';
import { frozenValue } from '../loop/state.js';
import type { UpdateOperations } from '../handler.js';
import type { OwnershipLedger, WantedValue } from '../kit/ownership.js';

/** A transaction as one handler sees it, until its call is over. */
export interface HandlerScope {
  readonly operations: UpdateOperations;
  /** From now on the operations refuse. @param givenUp why nobody waits for the call any more, when it has not come to its end. */
  readonly close: (givenUp?: Error) => void;
}

/** What is told of a handler that uses its transaction too late. */
export type OnLateUse = (handler: string, error: Error) => void;

/** Built by handlers over what is wanted already; a resync begins with nothing. */
export class TransactionDraft {
  private readonly wanted: ObjectTree<WantedValue>;
  private readonly ledger: OwnershipLedger;
  private readonly onLateUse: OnLateUse;
  /** null: to be deleted. */
  private readonly written = new Map<string, unknown>();

  constructor(wanted: ObjectTree<WantedValue>, ledger: OwnershipLedger, onLateUse: OnLateUse) {
    this.wanted = wanted;
    this.ledger = ledger;
    this.onLateUse = onLateUse;
  }

  /** The keys that were written, with their values, in key order; null: to be deleted. */
  entries(): readonly (readonly [string, unknown])[] {
    return [...this.written].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  has(key: string): boolean {
    return this.written.has(key);
  }

  /** What this transaction says of `key`; undefined when it deletes it, or says nothing. */
  get(key: string): unknown {
    return this.written.get(key) ?? undefined;
  }

  /** As {@link get}, and where it says nothing what was wanted before (ConfigRetriever). */
  getConfig(key: string): unknown {
    return this.written.has(key) ? this.get(key) : this.wanted.get(key)?.value;
  }

  writersOf(key: string): readonly string[] {
    return this.ledger.writersOf(key);
  }

  /** The transaction for one call of `handler`. */
  openFor(handler: string): HandlerScope {
    let isOpen = true;
    let waiting: AbortController | undefined; // made when it is asked for: most handlers do not
    const check = (what: string): void => {
      if (isOpen) return;
      const advice = 'await everything that a handler starts before it returns, or push another event';
      const error = new ClosedError(`The handler "${handler}" calls ${what} when its call is over; ${advice}.`);
      this.onLateUse(handler, error);
      throw error;
    };
    return {
      operations: {
        put: (key, value) => {
          check('put');
          this.write(handler, key, frozenValue(value, `key ${JSON.stringify(key)}, put by "${handler}",`, key));
        },
        get: (key) => {
          check('get');
          return this.get(key);
        },
        delete: (key) => {
          check('delete');
          this.write(handler, key, null);
        },
        get signal() {
          waiting ??= new AbortController();
          return waiting.signal;
        },
      },
      close: (givenUp) => {
        isOpen = false;
        if (givenUp === undefined) return;
        const given = (waiting ??= new AbortController());
        void Promise.resolve().then(() => given.abort(givenUp)); // who listens is users' code, and this may be inside a transition
      },
    };
  }

  private write(handler: string, key: string, value: unknown): void {
    if (typeof key !== 'string' || key === '') {
      throw new ValidationError(
        `The handler "${handler}" writes the key ${JSON.stringify(key)}; a key is a text that is not empty.`,
        {
          field: 'key',
        },
      );
    }
    this.ledger.write(key, handler);
    this.written.set(key, value);
  }
}
