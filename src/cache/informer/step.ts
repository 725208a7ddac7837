/** One change of one object in an informer's store, as it is handed to the handlers. */
import { DeletedFinalStateUnknown } from '../keys.js';
import type { Deleted } from './handler.js';

/** From one state of a key to the next. The two differ; one of them can be missing. */
export interface Step<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** How it went, where `after` is missing. */
  readonly deleted: Deleted<T> | undefined;
}

/** A deletion that the datastore told of, with the object's final state. */
export function deletedExactly<T>(last: T): Deleted<T> {
  return Object.freeze({ certainty: 'exact', cause: 'event', last });
}

/** A deletion of which no more than the last known state is left. */
export function deletedUnseen<T>(key: string, last: T, cause: 'relist' | 'event'): Deleted<T> {
  return Object.freeze({ certainty: 'unknown', cause, last, tombstone: new DeletedFinalStateUnknown(key, last) });
}

/** Whether two states of a key are of two objects: those that have a uid have it for life. */
export function isRecreated(before: unknown, after: unknown): boolean {
  const was = uidOf(before);
  const is = uidOf(after);
  return was !== undefined && is !== undefined && was !== is;
}

function uidOf(object: unknown): string | undefined {
  const uid = memberOf(memberOf(object, 'metadata'), 'uid');
  return typeof uid === 'string' && uid !== '' ? uid : undefined;
}

function memberOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name]; // it has this property of its own
}
