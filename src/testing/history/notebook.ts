import { isHeliostatError } from '../../model/errors.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { HistoryNote, ListedItem, ValueHash } from './record.js';

/** Where the parts of a recorder write. */
export interface Notebook {
  /** Writes a record and returns its number. */
  note(actor: string, note: HistoryNote): number;
  /** The number of the next list or watch. */
  nextRequest(): number;
  /** The number of the next operation of a client. */
  nextCall(): number;
  hash(value: unknown): ValueHash;
}

/** The code of an error, or its name where it has none: never its message, which may hold values. */
export function codeOf(error: unknown): string {
  if (isHeliostatError(error)) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

/** An object as it is recorded. */
export function itemOf({ key, value, revision, uid }: KVPair, notebook: Notebook): ListedItem {
  return { key, hash: notebook.hash(value), ...defined({ revision, uid }) };
}

/** Leaves out what is undefined. */
export function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Exactly the members that are undefined are gone.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
