/** Which key in a store the object at a key of the datastore has. */
import { ValidationError } from '../../model/errors.js';
import { parseKey } from '../../model/key-format.js';
import type { Key } from '../../model/key.js';
import type { Store } from '../store.js';
import { attempt } from './steps.js';

/**
 * The key that an object of a datastore has in a store whose key function is `metaNamespaceKeyFunc`: `<namespace>/<name>` for
 * `/kind/namespace/name`, and `<name>` for `/kind/name`. What is deeper belongs to the name.
 *
 * @throws ValidationError when `key` is not a legal key, has no name, or when a part of it holds a slash: its store key would be that
 * of another object.
 */
export function defaultStoreKey(key: Key): string {
  const [, ...path] = parseKey(key);
  if (path.length > 0 && !path.some((part) => part.includes('/'))) return path.join('/');
  throw new ValidationError(`${key} has no key in a store of namespaces and names; toStoreKey can be given another rule.`, { key });
}

/**
 * The keys of the objects in one store. Where no rule is given and the store tells the key of an object (`keyOf`), those are remembered
 * that the default rule does not tell: a key by uid, say, cannot be had from the datastore's.
 */
export class StoreKeys<T> {
  private readonly rule: (key: Key) => string;
  private readonly tell: ((object: T) => unknown) | undefined;
  private readonly remembered = new Map<Key, string>();
  private hasMismatched = false;

  constructor(store: object, rule: ((key: Key) => string) | undefined) {
    this.rule = rule ?? defaultStoreKey;
    const keyOf: unknown = rule === undefined ? Reflect.get(store, 'keyOf') : undefined;
    this.tell = typeof keyOf === 'function' ? (object) => Reflect.apply(keyOf, store, [object]) : undefined;
  }

  /** Where the object at a key is, or would be. @throws what the rule throws. */
  of(key: Key): string {
    return this.remembered.get(key) ?? this.rule(key);
  }

  /** The same; undefined when it cannot be told. */
  ofAny(key: Key): string | undefined {
    try {
      return this.of(key);
    } catch {
      return undefined; // told with the object, where there is anything to tell
    }
  }

  /** What the rule does not tell, and so was remembered. */
  rememberedOf(key: Key): string | undefined {
    return this.remembered.get(key);
  }

  /** The key that the store makes of an object; undefined when the rule is all that there is to go by, or there is none. */
  madeOf(object: T): string | undefined {
    if (this.tell === undefined) return undefined;
    try {
      const key = this.tell(object);
      return typeof key === 'string' ? key : undefined;
    } catch {
      return undefined;
    }
  }

  /** An object has come in. */
  entered(key: Key, object: T): void {
    if (this.tell === undefined) return;
    this.left(key);
    const made = this.madeOf(object);
    if (made !== undefined && made !== this.ofAny(key)) this.remembered.set(key, made);
  }

  /** There is nothing at this key any more. */
  left(key: Key): void {
    this.remembered.delete(key);
  }

  /** There is nothing but at these keys. */
  keepOnly(keys: ReadonlySet<Key>): void {
    for (const key of this.remembered.keys()) if (!keys.has(key)) this.remembered.delete(key);
  }

  /** The error, once, when a store that has just been given an object has it under another key than this says. */
  mismatchOf(store: Store<T, unknown>, key: Key, object: T): ValidationError | undefined {
    const storeKey = this.hasMismatched ? undefined : this.ofAny(key);
    if (storeKey === undefined) return undefined;
    attempt(() => (this.hasMismatched = store.get(object) !== undefined && store.getByKey(storeKey) === undefined));
    if (!this.hasMismatched) return undefined;
    const advice = 'give a toStoreKey that agrees with the key function of the store, or a store with a method keyOf(object)';
    return new ValidationError(
      `The store has ${key} under another key than ${JSON.stringify(storeKey)}, so that it could stay when it is gone: ${advice}.`,
      { field: 'toStoreKey', key },
    );
  }
}
