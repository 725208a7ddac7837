/** The operations of a transaction as the handler kit offers them: with editing, and with drafts taken for what they hold. */
import { ValidationError } from '../../model/errors.js';
import { copyPlainData } from '../../store/plain-data.js';
import { amend, type Draft } from '../../store/root.js';
import type { ResyncOperations, UpdateOperations } from '../handler.js';

/** What every call of a handler of the kit can do with the transaction. */
export interface KitResyncOperations extends ResyncOperations {
  /**
   * Puts what `recipe` makes of the value under `key`: of what this transaction puts there, or else of `base`.
   *
   * @param base what to begin with when the transaction says nothing about the key: an empty value, or `controller.getConfig(key)`.
   * @throws ValidationError when there is neither.
   */
  edit<V extends object>(key: string, recipe: (draft: Draft<V>) => void, base?: V): void;
}

/** What an update of a handler of the kit can do with the transaction. */
export interface KitUpdateOperations extends KitResyncOperations, UpdateOperations {}

/** `txn`, with editing. Values are copied, so they may contain parts of the handler's draft: what these hold at that moment is put. */
export function kitResyncOperations(txn: ResyncOperations): KitResyncOperations {
  // A copy: part of a draft must be put as it is now, and what the handler goes on changing must not be what was put.
  const put = (key: string, value: unknown): void => txn.put(key, copyPlainData(value));
  return {
    put,
    get: (key) => txn.get(key),
    signal: txn.signal,
    edit<V extends object>(key: string, recipe: (draft: Draft<V>) => void, base?: V): void {
      const begin = txn.get(key) ?? (base === undefined ? undefined : copyPlainData(base));
      if (typeof begin !== 'object' || begin === null) throw nothingToEdit(key, begin);
      // The author says what is under his own keys; that it can be drafted is looked at above.
      put(key, amend(begin as V, recipe));
    },
  };
}

/** As {@link kitResyncOperations}, for updates. */
export function kitUpdateOperations(txn: UpdateOperations): KitUpdateOperations {
  return { ...kitResyncOperations(txn), delete: (key) => txn.delete(key) };
}

function nothingToEdit(key: string, found: unknown): ValidationError {
  const reason =
    found === undefined
      ? 'this transaction puts nothing there, and no value to begin with is given; put one first, or give one as the third argument'
      : `it is ${JSON.stringify(found)}; only objects and arrays can be edited, put the new value instead`;
  return new ValidationError(`The value of ${key} cannot be edited: ${reason}.`, { key, field: 'key' });
}
