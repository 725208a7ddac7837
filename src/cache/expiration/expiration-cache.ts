/** A store whose objects expire (client-go, cache.ExpirationCache). */
import { ValidationError } from '../../model/errors.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { freezePlainData } from '../../store/plain-data.js';
import { amend } from '../../store/root.js';
import { replaceAll, transact } from '../../store/transact.js';
import { Announcer } from '../announcer.js';
import { keyOf, type Keyed, type KeyFunc } from '../keys.js';
import type { Store, StoreOperation } from '../store.js';
import type { ExpirationPolicy, TimestampedEntry } from './expiration-policy.js';

/** How an {@link ExpirationCache} is set up. */
export interface ExpirationCacheOptions<T> {
  readonly keyFunc: KeyFunc<T>;
  /** One that throws, or answers with something else than true or false, is reported to the logger; its entry stays. */
  readonly policy: ExpirationPolicy<T>;
  /** What entries are stamped with. Default: the time of the process. */
  readonly clock?: Clock | undefined;
  /**
   * Is told of each entry that was found expired, once, after it was taken out. One that throws is reported to the logger. What is
   * deleted, replaced or put in again before anybody reads it was not found expired.
   */
  readonly onExpired?: ((entry: TimestampedEntry<T>) => void) | undefined;
  /** What is put in is frozen plain data already: it is not looked at again. */
  readonly immutableValues?: boolean | undefined;
  /** Where a policy or callback that fails is reported. Default: nowhere. */
  readonly logger?: Logger | undefined;
}

/** What the cache holds at one moment: everything that was put in and not taken out, expired or not. Frozen. */
interface Contents<T> {
  readonly entries: ObjectTree<TimestampedEntry<T>>;
}

/** What is to be written: an object, or, where there is none, that the key is deleted. */
export type Write<T> = readonly [key: string, object: T | undefined];

/**
 * A store whose objects are stamped with the time when they are put in, and expire. Putting an object in again, changed or not, stamps
 * it anew; one `replace` or `transaction` stamps everything with one time.
 *
 * Nothing runs by itself: what has expired is found, and taken out, when it is read, and no read ever returns it. What nobody reads
 * stays in memory; `listKeys()` takes out everything that has expired. Taking an old entry out never takes out a newer one of its key.
 *
 * @example
 * ```ts
 * import { ExpirationCache, metaNamespaceKeyFunc, TTLPolicy } from 'heliostat/cache';
 * const leases = new ExpirationCache<{ metadata: { name: string } }>({
 *   keyFunc: metaNamespaceKeyFunc,
 *   policy: new TTLPolicy({ ttl: 30_000 }),
 *   onExpired: ({ key }) => console.log(`${key} was not renewed in time`),
 * });
 * leases.add({ metadata: { name: 'node-1' } });
 * console.log(leases.listKeys()); // ['node-1'], for 30 seconds
 * ```
 */
export class ExpirationCache<T> implements Store<T> {
  private readonly keyFunc: KeyFunc<T>;
  private readonly policy: ExpirationPolicy<T>;
  private readonly clock: Clock;
  private readonly immutableValues: boolean;
  private readonly logger: Logger;
  private readonly expiries: Announcer<TimestampedEntry<T>>;
  private contents: Contents<T> = Object.freeze({ entries: emptyTree<TimestampedEntry<T>>() });

  /** @throws ValidationError when `keyFunc` or `policy` is missing, or `onExpired` is no function. */
  constructor(options: ExpirationCacheOptions<T>) {
    const { keyFunc, policy, clock = systemClock, onExpired, immutableValues = false, logger = silentLogger } = options;
    if (typeof keyFunc !== 'function') throw illegal('keyFunc', typeof keyFunc, 'a function such as metaNamespaceKeyFunc');
    if (typeof policy?.isExpired !== 'function')
      throw illegal('policy', typeof policy, 'an ExpirationPolicy such as new TTLPolicy()');
    if (onExpired !== undefined && typeof onExpired !== 'function') throw illegal('onExpired', typeof onExpired, 'a function');
    this.keyFunc = keyFunc;
    this.policy = policy;
    this.clock = clock;
    this.immutableValues = immutableValues;
    this.logger = logger;
    this.expiries = new Announcer('callback onExpired', logger);
    if (onExpired !== undefined) this.expiries.subscribe(onExpired);
  }

  add(object: T): void {
    this.write([[keyOf(this.keyFunc, object), this.admit(object)]]);
  }

  update(object: T): void {
    this.add(object);
  }

  delete(object: Keyed<T>): void {
    this.write([[keyOf(this.keyFunc, object), undefined]]);
  }

  transaction(operations: readonly StoreOperation<T>[]): void {
    this.write(
      operations.map((operation): Write<T> => {
        const key = keyOf(this.keyFunc, operation.object);
        return [key, operation.op === 'delete' ? undefined : this.admit(operation.object)];
      }),
    );
  }

  replace(objects: Iterable<T>): void {
    const keyed = new Map(Array.from(objects, (object) => [keyOf(this.keyFunc, object), this.admit(object)] as const));
    const timestamp = this.clock.now();
    const entries = Array.from(keyed, ([key, object]) => [key, Object.freeze({ key, object, timestamp })] as const);
    this.become(replaceAll(this.contents.entries, entries.toSorted(byKey), () => false).after);
  }

  list(): readonly T[] {
    return this.living().map(({ object }) => object);
  }

  listKeys(): readonly string[] {
    return this.living().map(({ key }) => key);
  }

  get(object: Keyed<T>): T | undefined {
    return this.getByKey(keyOf(this.keyFunc, object));
  }

  getByKey(key: string): T | undefined {
    const entry = this.contents.entries.get(key);
    if (entry === undefined) return undefined;
    if (!this.isExpired(entry)) return entry.object;
    this.expire([entry]);
    return undefined;
  }

  /** Everything in one step. @internal */
  protected write(writes: readonly Write<T>[]): void {
    const timestamp = this.clock.now();
    const { after } = transact(this.contents.entries, (draft) => {
      for (const [key, object] of writes) {
        if (object === undefined) draft.delete(key);
        else draft.set(key, Object.freeze({ key, object, timestamp }));
      }
    });
    this.become(after);
  }

  /** Takes out what was found expired, unless it is there no more: a policy may have put something newer in. @internal */
  protected expire(found: readonly TimestampedEntry<T>[]): void {
    const { after, changes } = transact(this.contents.entries, (draft) => {
      for (const entry of found) if (draft.get(entry.key) === entry) draft.delete(entry.key);
    });
    this.become(after);
    for (const { before } of changes) if (before !== undefined) this.expiries.announce(before);
  }

  private living(): readonly TimestampedEntry<T>[] {
    const living: TimestampedEntry<T>[] = [];
    const expired: TimestampedEntry<T>[] = [];
    for (const [, entry] of this.contents.entries) (this.isExpired(entry) ? expired : living).push(entry);
    if (expired.length > 0) this.expire(expired);
    return living;
  }

  private isExpired(entry: TimestampedEntry<T>): boolean {
    try {
      const answer: unknown = this.policy.isExpired(entry);
      if (typeof answer === 'boolean') return answer;
      throw new ValidationError(`isExpired returned ${typeof answer} instead of true or false.`, { field: 'policy' });
    } catch (error) {
      this.logger.error(`The expiration policy failed for ${JSON.stringify(entry.key)}, which stays.`, { error, key: entry.key });
      return false;
    }
  }

  private admit(object: T): T {
    const isNothing = object === null || object === undefined; // refused, whoever has promised what
    return this.immutableValues && !isNothing ? object : freezePlainData(object);
  }

  private become(entries: ObjectTree<TimestampedEntry<T>>): void {
    this.contents = amend(this.contents, (draft) => void Object.assign(draft, { entries }));
  }
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1; // no key is there twice
}

function illegal(field: string, given: string, expected: string): ValidationError {
  return new ValidationError(`Illegal option ${field}: it is ${given}; give ${expected}.`, { field });
}
