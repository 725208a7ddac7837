/** What the operations of a memory datastore mean, on a draft of its objects: decided here, committed elsewhere. */
import {
  ParseError,
  ResourceAlreadyExistsError,
  ResourceDoesNotExistError,
  ResourceUpdateConflictError,
  ValidationError,
} from '../../model/errors.js';
import { checkKey, isAtOrBelow } from '../../model/key-format.js';
import type { Key } from '../../model/key.js';
import type { DeleteOptions, Operation } from '../../model/client.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { Revision } from '../../model/revision.js';
import { WatchEventType, type WatchEvent } from '../../model/watch.js';
import type { ObjectTree } from '../../store/object-tree.js';
import { copyPlainData, type ValueLimits } from '../../store/plain-data.js';
import type { TreeDraft } from '../../store/transact.js';

/** A state that is being changed: its objects, and its entries that cannot be read. */
export interface OperationContext<V> {
  readonly objects: TreeDraft<KVPair<V>>;
  readonly malformed: TreeDraft<ParseError>;
  /** The state before. */
  readonly before: { readonly objects: ObjectTree<KVPair<V>>; readonly malformed: ObjectTree<ParseError> };
  /** What is written is written at this revision. */
  readonly revision: Revision;
  /** The identity of an object that is created here. */
  readonly uid: string;
  readonly limits: ValueLimits;
  /** Reports something to the watches. A notice about a key takes the place of the change of that key. */
  readonly notify: (notice: WatchEvent<V>) => void;
}

export function createObject<V>(context: OperationContext<V>, object: KVPair<V>): KVPair<V> {
  const key = checkKey(object.key);
  if (context.objects.get(key) !== undefined || context.malformed.get(key) !== undefined) {
    throw new ResourceAlreadyExistsError(`There is an object at ${key} already; update or apply it.`, { key });
  }
  return write(context, object, context.uid);
}

export function updateObject<V>(context: OperationContext<V>, object: KVPair<V>): KVPair<V> {
  const key = checkKey(object.key);
  const current = context.objects.get(key);
  if (current === undefined) throw doesNotExist(key);
  checkConditions(current, object);
  return write(context, object, current.uid ?? context.uid);
}

export function applyObject<V>(context: OperationContext<V>, object: KVPair<V>): KVPair<V> {
  const current = context.objects.get(checkKey(object.key));
  return write(context, object, current?.uid ?? context.uid);
}

/** Deletes the object at `key` and all below it, and returns them. */
export function deleteObjects<V>(context: OperationContext<V>, key: Key, conditions: DeleteOptions): readonly KVPair<V>[] {
  checkKey(key);
  const current = context.objects.get(key);
  const isConditional = conditions.revision !== undefined || conditions.uid !== undefined;
  if (isConditional && current === undefined) throw doesNotExist(key);
  if (current !== undefined) checkConditions(current, conditions);
  const removed: KVPair<V>[] = current === undefined ? [] : [current];
  const below = { from: `${key}/`, to: `${key}0` };
  context.before.objects.scan(below, (pair) => void removed.push(pair));
  const unreadable = [...keysAtOrBelow(context.before.malformed, key)];
  if (removed.length === 0 && unreadable.length === 0) throw doesNotExist(key);
  for (const pair of removed) context.objects.delete(pair.key);
  for (const malformedKey of unreadable) {
    context.malformed.delete(malformedKey);
    context.notify({ type: WatchEventType.Deleted, revision: context.revision, old: { key: malformedKey } });
  }
  return removed;
}

/** Deletes everything, readable or not. */
export function deleteEverything<V>({ before, objects, malformed, revision, notify }: OperationContext<V>): void {
  for (const [key] of before.objects) objects.delete(key);
  for (const [rawKey, { key }] of before.malformed) {
    malformed.delete(rawKey);
    notify(
      key === undefined
        ? { type: WatchEventType.Mended, revision, rawKey }
        : { type: WatchEventType.Deleted, revision, old: { key } },
    );
  }
}

/** Makes the entry at `key` unreadable. */
export function corruptEntry<V>({ objects, malformed, revision, notify }: OperationContext<V>, key: Key, rawValue: string): void {
  const text = JSON.stringify(rawValue.length > 200 ? `${rawValue.slice(0, 200)}...` : rawValue);
  const error = new ParseError(`The value at ${key} cannot be read: it is ${text}.`, { key, rawKey: key, rawValue, revision });
  objects.delete(key);
  malformed.set(key, error);
  notify({ type: WatchEventType.Error, revision, error });
}

/** One operation of a transaction. Returns the objects that it is about. */
export function performOperation<V>(context: OperationContext<V>, operation: Operation<V>): readonly KVPair<V>[] {
  switch (operation.op) {
    case 'create':
      return [createObject(context, operation.object)];
    case 'update':
      return [updateObject(context, operation.object)];
    case 'apply':
      return [applyObject(context, operation.object)];
    case 'delete':
      return deleteObjects(context, operation.key, operation);
  }
}

/** JavaScript can hand in anything. */
function checkName({ op }: { readonly op: string }): void {
  if (['create', 'update', 'apply', 'delete'].includes(op)) return;
  throw new ValidationError(`Not an operation: op is ${JSON.stringify(op)}; it must be create, update, apply or delete.`, {
    field: 'op',
  });
}

/**
 * Refuses operations that touch one key twice: at one revision an object has one state.
 *
 * @throws ValidationError
 */
export function checkDisjoint<V>(operations: readonly Operation<V>[]): void {
  const keys = new Set<Key>();
  const deleted = new Set<Key>();
  for (const operation of operations) {
    checkName(operation);
    const key = checkKey(operation.op === 'delete' ? operation.key : operation.object.key);
    if (keys.has(key)) throw overlapping(key, key);
    keys.add(key);
    if (operation.op === 'delete') deleted.add(key);
  }
  for (const key of keys) {
    for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) {
      const ancestor = key.slice(0, end);
      if (deleted.has(ancestor)) throw overlapping(key, ancestor);
    }
  }
}

function write<V>(context: OperationContext<V>, object: KVPair<V>, uid: string): KVPair<V> {
  const { key, value, ttl } = object;
  if (ttl !== undefined && !(Number.isFinite(ttl) && ttl > 0)) {
    throw new ValidationError(`Illegal ttl ${ttl} for ${key}: a time to live is a positive number of milliseconds.`, {
      key,
      field: 'ttl',
    });
  }
  const pair: KVPair<V> = Object.freeze({
    key,
    value: copyPlainData(value, context.limits),
    revision: context.revision,
    uid,
    ...(ttl === undefined ? {} : { ttl }),
  });
  context.objects.set(key, pair);
  if (context.malformed.get(key) !== undefined) {
    context.malformed.delete(key);
    // To those whom the new state does not concern: they may have been shown the last one that could be read.
    context.notify({ type: WatchEventType.Deleted, revision: context.revision, old: { key } });
  }
  return pair;
}

function checkConditions<V>(current: KVPair<V>, { revision, uid }: Pick<DeleteOptions, 'revision' | 'uid'>): void {
  const { key } = current;
  if (revision !== undefined && revision !== current.revision) {
    throw new ResourceUpdateConflictError(
      `The object at ${key} is at revision ${current.revision}, not ${revision}: read it again and decide anew.`,
      { key, field: 'revision' },
    );
  }
  if (uid !== undefined && uid !== current.uid) {
    throw new ResourceUpdateConflictError(`The object at ${key} is ${current.uid}, not ${uid}: the one you mean was deleted.`, {
      key,
      field: 'uid',
    });
  }
}

function* keysAtOrBelow(malformed: ObjectTree<ParseError>, key: Key): Generator<Key> {
  for (const [rawKey, error] of malformed) if (error.key !== undefined && isAtOrBelow(rawKey, key)) yield rawKey;
}

function doesNotExist(key: Key): ResourceDoesNotExistError {
  return new ResourceDoesNotExistError(`There is no object at ${key}.`, { key });
}

function overlapping(key: Key, other: Key): ValidationError {
  return new ValidationError(
    `Two operations of one transaction touch ${key}${key === other ? '' : `, one by deleting ${other}`}: make them one.`,
    { key, field: 'operations' },
  );
}
