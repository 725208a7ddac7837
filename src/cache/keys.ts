/** Keys of the cache: how an object is told from others, and what stands for an object that is not at hand (client-go, cache.KeyFunc). */
import { ValidationError } from '../model/errors.js';
import { KeyError } from './errors.js';

/** Makes the key of an object. It must say the same of the same object every time; it throws when there is none to make. */
export type KeyFunc<T> = (object: T) => string;

/** Stands for an object of which only the key is known, wherever a store takes an object to look it up or to delete it. */
export class ExplicitKey {
  readonly key: string;

  constructor(key: string) {
    this.key = key;
    Object.freeze(this);
  }

  toString(): string {
    return this.key;
  }
}

/**
 * A tombstone: an object that is gone, and whose deletion nobody saw. `object` is the last state that was known of it, which may not be
 * its final one; undefined when none was known.
 */
export class DeletedFinalStateUnknown<T> {
  readonly key: string;
  readonly object: T | undefined;

  constructor(key: string, object: T | undefined) {
    this.key = key;
    this.object = object;
    Object.freeze(this);
  }
}

/** What a store can find an object by: the object, in any state; its key; its tombstone. */
export type Keyed<T> = T | ExplicitKey | DeletedFinalStateUnknown<T>;

/**
 * The key of what `keyFunc` is about, of an explicit key, or of a tombstone.
 *
 * @throws KeyError when `keyFunc` throws, or returns something else than a string.
 */
export function keyOf<T>(keyFunc: KeyFunc<T>, object: Keyed<T>): string {
  if (object instanceof ExplicitKey || object instanceof DeletedFinalStateUnknown) return object.key;
  let key: unknown;
  try {
    key = keyFunc(object);
  } catch (error) {
    throw error instanceof KeyError ? error : new KeyError(object, error);
  }
  if (typeof key === 'string') return key;
  throw new KeyError(
    object,
    new ValidationError(`the key function returned ${typeof key} instead of a string`, { field: 'keyFunc' }),
  );
}

/** An object as Kubernetes writes it down, as far as its key is concerned. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/**
 * The key of an object with Kubernetes' metadata: `<namespace>/<name>`, or `<name>` where there is no namespace. Explicit keys and
 * tombstones have their own.
 *
 * A name with a slash is refused: two objects could have one key, and one of them would be lost.
 *
 * @throws ValidationError when the object has no metadata, no name, or a name or namespace that cannot be part of a key.
 * @example
 * ```ts
 * import { metaNamespaceKeyFunc, splitMetaNamespaceKey } from 'heliostat/cache';
 * const key = metaNamespaceKeyFunc({ metadata: { namespace: 'default', name: 'web-0' } }); // default/web-0
 * console.log(splitMetaNamespaceKey(key).name); // web-0
 * ```
 */
export function metaNamespaceKeyFunc(object: unknown): string {
  if (object instanceof ExplicitKey || object instanceof DeletedFinalStateUnknown) return object.key;
  const metadata = propertyOf(object, 'metadata');
  if (typeof metadata !== 'object' || metadata === null) throw refuse('metadata', 'the object has no metadata');
  const name = propertyOf(metadata, 'name');
  const namespace = propertyOf(metadata, 'namespace') ?? '';
  if (typeof name !== 'string' || name === '') throw refuse('metadata.name', `it is ${JSON.stringify(name)}, not a name`);
  if (name.includes('/'))
    throw refuse('metadata.name', `${JSON.stringify(name)} holds a slash, which separates namespace and name`);
  if (typeof namespace !== 'string') throw refuse('metadata.namespace', `it is ${typeof namespace}, not a string`);
  if (namespace.includes('/')) throw refuse('metadata.namespace', `${JSON.stringify(namespace)} holds a slash`);
  return namespace === '' ? name : `${namespace}/${name}`;
}

/**
 * What {@link metaNamespaceKeyFunc} has put together. `namespace` is empty where there is none.
 *
 * @throws ValidationError when `key` has more than one slash.
 */
export function splitMetaNamespaceKey(key: string): { readonly namespace: string; readonly name: string } {
  const [first = '', second, ...more] = key.split('/');
  if (more.length > 0) {
    throw new ValidationError(`Unexpected key format: ${JSON.stringify(key)} should be "<namespace>/<name>" or "<name>".`, {
      field: 'key',
    });
  }
  return second === undefined ? { namespace: '', name: first } : { namespace: first, name: second };
}

/** Indexes by namespace: the empty string for objects that have none. */
export function metaNamespaceIndexFunc(object: unknown): readonly string[] {
  return [splitMetaNamespaceKey(metaNamespaceKeyFunc(object)).namespace];
}

function propertyOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name]; // it has this property of its own
}

function refuse(field: string, reason: string): ValidationError {
  return new ValidationError(`No key: ${field}: ${reason}.`, { field });
}
