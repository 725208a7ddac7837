/** The transaction of a plan: nobody commits it. */
import { ClosedError, ValidationError } from '../../model/errors.js';
import { copyPlainData } from '../../store/plain-data.js';
import type { UpdateOperations } from '../handler.js';

/** What the transaction says about a key. */
export interface PlannedWrite {
  /** Undefined: the key is deleted. */
  readonly value: unknown;
  readonly writers: readonly string[];
}

/** Collects what handlers want. */
export class PlanDraft {
  readonly writes: Map<string, PlannedWrite> = new Map();

  /** Runs `call` with operations that note `handler` as the writer and end with it. */
  async use<R>(handler: string, call: (txn: UpdateOperations) => R | Promise<R>): Promise<R> {
    let isOpen = true;
    const write = (key: string, value: unknown): void => {
      if (!isOpen)
        throw new ClosedError(`The call of the handler '${handler}' is over: ${key} cannot be written any more.`, { key });
      if (typeof key !== 'string' || key === '') {
        throw new ValidationError(`The key is ${JSON.stringify(key)}, expected a string that is not empty.`, { field: 'key' });
      }
      const { writers = [] } = this.writes.get(key) ?? {};
      this.writes.set(key, { value, writers: writers.includes(handler) ? writers : [...writers, handler] });
    };
    try {
      return await call({
        put: (key, value) => write(key, copyPlainData(value)), // a copy, since nothing of a plan may remain anywhere
        get: (key) => this.writes.get(key)?.value,
        delete: (key) => write(key, undefined),
      });
    } finally {
      isOpen = false;
    }
  }
}
