/** The expiration cache by its documents and by the original's tests. */
import { describe, expect, it } from 'vitest';
import { createFakeExpirationStore, createTTLStore } from '../../../src/cache/expiration/create-expiring-stores.js';
import { ExpirationCache, type ExpirationCacheOptions } from '../../../src/cache/expiration/expiration-cache.js';
import { FakeExpirationPolicy, TTLPolicy, type TimestampedEntry } from '../../../src/cache/expiration/expiration-policy.js';
import { DeletedFinalStateUnknown, ExplicitKey } from '../../../src/cache/keys.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { FaultyClock } from '../../../src/ports/faulty-clock.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

interface Item {
  readonly id: string;
  readonly val: string;
}

const keyFunc = ({ id }: Item): string => {
  if (typeof id !== 'string') throw new Error('it has no id');
  return id;
};
const item = (id: string, val = 'foo'): Item => ({ id, val });

/** A fake store whose items have expired, except those that never do. */
function fakeStore(neverExpire: Set<string> = new Set()) {
  const deleted: string[] = [];
  const policy = new FakeExpirationPolicy<Item>({ neverExpire, retrieveKeyFunc: ({ object }) => object.id });
  const store = createFakeExpirationStore<Item>(keyFunc, (key) => deleted.push(key), policy, new SimulatedClock());
  return { store, deleted, neverExpire };
}

/** A cache with a time to live of 100, and everything that it told. */
function ttlCache(options: Partial<ExpirationCacheOptions<Item>> = {}) {
  const clock = new SimulatedClock();
  const logger = new MemoryLogger();
  const expired: TimestampedEntry<Item>[] = [];
  const policy = new TTLPolicy({ ttl: 100, clock });
  const onExpired = (entry: TimestampedEntry<Item>): void => void expired.push(entry);
  const cache = new ExpirationCache<Item>({ keyFunc, policy, clock, logger, onExpired, ...options });
  return { cache, clock, logger, expired };
}

describe('an expiration cache', () => {
  it('TestTTLExpirationBasic: what has expired is absent, without an error, and its deletion is requested', () => {
    const { store, deleted } = fakeStore();
    store.add(item('foo'));
    expect(store.get(item('foo', 'bar'))).toBeUndefined();
    expect(deleted).toEqual(['foo']);
  });

  it('TestReAddExpiredItem, K34: what is put in again after it was found expired is there', () => {
    const { store, deleted, neverExpire } = fakeStore();
    store.add(item('foo', 'bar'));
    expect(store.get(item('foo'))).toBeUndefined();
    expect(deleted).toEqual(['foo']);
    store.add(item('foo', 'different_bar'));
    neverExpire.add('foo');
    expect(store.getByKey('foo')).toEqual(item('foo', 'different_bar'));
    expect(deleted).toEqual(['foo']);
  });

  it('TestTTLList: only what never expires is listed, and the deletion of exactly the others is requested', () => {
    const { store, deleted } = fakeStore(new Set(['foo1']));
    store.replace([item('foo'), item('foo1'), item('foo2')]);
    expect(store.list()).toEqual([item('foo1')]);
    expect(deleted).toEqual(['foo', 'foo2']);
  });

  it('TestTTLPolicy, F13: expired is what is older than the ttl, and with 0 or less nothing is', async () => {
    const clock = new SimulatedClock();
    await clock.advance(1_000);
    const entry = (age: number) => ({ key: 'foo', object: item('foo'), timestamp: clock.now() - age });
    const policy = new TTLPolicy({ ttl: 30, clock });
    expect([0, 30, 30.000001, 31, -5].map((age) => policy.isExpired(entry(age)))).toEqual([false, false, true, true, false]);
    for (const ttl of [0, -1, -Infinity, Infinity]) expect(new TTLPolicy({ ttl, clock }).isExpired(entry(1_000))).toBe(false);
  });

  it('a fake store deletes nothing: an explicit deletion is requested as well, and may be asked of nobody', () => {
    const { store, deleted, neverExpire } = fakeStore(new Set(['foo']));
    store.add(item('foo'));
    store.delete(item('foo'));
    store.transaction?.([
      { op: 'add', object: item('bar') },
      { op: 'delete', object: new ExplicitKey('nobody') },
    ]);
    expect(deleted).toEqual(['foo', 'nobody']);
    expect(store.getByKey('foo')).toEqual(item('foo'));
    neverExpire.add('bar');
    expect(store.listKeys()).toEqual(['bar', 'foo']);
    const policy = new FakeExpirationPolicy<Item>({ neverExpire: new Set(), retrieveKeyFunc: keyOfNothing });
    const silent = createFakeExpirationStore<Item>(keyFunc, undefined, policy, new SimulatedClock());
    silent.add(item('foo'));
    expect(silent.list()).toEqual([]);
  });

  it('F13: is visible up to the ttl and not after it, to every way of reading', async () => {
    const reads: readonly ((cache: ExpirationCache<Item>) => unknown)[] = [
      (cache) => cache.list().length,
      (cache) => cache.listKeys().length,
      (cache) => (cache.get(item('a', 'another state')) === undefined ? 0 : 1),
      (cache) => (cache.getByKey('a') === undefined ? 0 : 1),
    ];
    for (const read of reads) {
      const { cache, clock, expired } = ttlCache();
      cache.add(item('a'));
      await clock.advance(100);
      expect([read(cache), expired]).toEqual([1, []]);
      await clock.advance(1);
      expect(read(cache)).toBe(0);
      expect(expired).toEqual([{ key: 'a', object: item('a'), timestamp: 0 }]);
      expect([read(cache), expired.length]).toEqual([0, 1]);
    }
  });

  it('F13: whatever the wall clock is set to, nothing becomes older or younger', async () => {
    for (const jump of [-1e9, 1e9]) {
      const clock = new FaultyClock(1_000_000);
      const { cache } = ttlCache({ clock, policy: new TTLPolicy({ ttl: 100, clock }) });
      cache.add(item('a'));
      clock.jumpWall(jump);
      await clock.advance(100);
      expect(cache.listKeys()).toEqual(['a']);
      clock.jumpWall(-2 * jump);
      await clock.advance(1);
      expect(cache.listKeys()).toEqual([]);
    }
  });

  it('F13: adding and updating stamp anew, changed or not; a replacement stamps everything with one time', async () => {
    const { cache, clock } = ttlCache();
    cache.replace([item('a'), item('b'), item('c')]);
    await clock.advance(60);
    cache.add(item('a'));
    cache.update(item('b', 'changed'));
    await clock.advance(60);
    expect(cache.listKeys()).toEqual(['a', 'b']);
    await clock.advance(41);
    expect(cache.listKeys()).toEqual([]);
  });

  it('K34, F13: what a policy puts in while it is asked about an old entry is not taken out with that', () => {
    let cache: ExpirationCache<Item> | undefined;
    const policy = {
      isExpired({ object }: TimestampedEntry<Item>): boolean {
        if (object.val === 'old') cache?.add(item(object.id, 'new'));
        return object.val === 'old';
      },
    };
    const made = ttlCache({ policy });
    cache = made.cache;
    for (const read of [() => made.cache.getByKey('a'), () => made.cache.list()]) {
      made.cache.add(item('a', 'old'));
      expect([read()].flat().filter((found) => found !== undefined)).toEqual([]);
      expect(made.cache.getByKey('a')).toEqual(item('a', 'new'));
      expect(made.expired).toEqual([]);
    }
  });

  it('F14: tells each entry once, in order, when it is gone already; whatever was not found expired is not told', async () => {
    const seen: string[] = [];
    const { cache, clock } = ttlCache({
      onExpired: ({ key }) => seen.push(`${key}, of ${made.cache.listKeys().join()}`),
    });
    const made = { cache };
    cache.replace([item('c'), item('a'), item('b'), item('deleted'), item('renewed')]);
    await clock.advance(101);
    cache.delete(item('deleted'));
    cache.add(item('renewed'));
    expect(cache.listKeys()).toEqual(['renewed']);
    expect(seen).toEqual(['a, of renewed', 'b, of renewed', 'c, of renewed']);
    expect([cache.list().length, seen.length]).toEqual([1, 3]);
  });

  it('F14: a callback may do anything to the cache, and what it causes is told after what it was told', async () => {
    const seen: string[] = [];
    const { cache, clock } = ttlCache({
      onExpired: ({ key }) => {
        seen.push(`begin ${key}`);
        if (key === 'a') expect(made.cache.getByKey('z')).toBeUndefined();
        if (key === 'a') made.cache.add(item('a', 'renewed'));
        seen.push(`end ${key}`);
      },
    });
    const made = { cache };
    cache.replace([item('a'), item('z')]);
    await clock.advance(101);
    expect(cache.getByKey('a')).toBeUndefined();
    expect(seen).toEqual(['begin a', 'end a', 'begin z', 'end z']);
    expect(cache.list()).toEqual([item('a', 'renewed')]);
  });

  it('D7: a callback that throws or rejects is reported, and the others are told', async () => {
    let told = 0;
    const { cache, clock, logger } = ttlCache({
      onExpired: ({ key }) => {
        told++;
        if (key === 'a') throw new Error('from onExpired');
        return Promise.reject(new Error('later')) as unknown as undefined;
      },
    });
    cache.replace([item('a'), item('b')]);
    await clock.advance(101);
    expect(cache.list()).toEqual([]);
    await clock.settle();
    expect(told).toBe(2);
    expect(logger.entries.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'error: A callback onExpired failed: from onExpired',
      'error: A callback onExpired failed: later',
    ]);
  });

  it('F13: a policy that throws, or answers something else, is reported, and its entry stays', () => {
    const answers: Readonly<Record<string, () => boolean>> = {
      throws: () => {
        throw new Error('it cannot tell');
      },
      promises: () => Promise.resolve(true) as unknown as boolean,
      expired: () => true,
    };
    const policy = { isExpired: ({ key }: TimestampedEntry<Item>) => answers[key]?.() ?? false };
    const { cache, logger } = ttlCache({ policy });
    cache.replace(Object.keys(answers).map((id) => item(id)));
    expect(cache.listKeys()).toEqual(['promises', 'throws']);
    expect(logger.entries.map(({ level, fields }) => `${level} ${String(fields['key'])}`)).toEqual([
      'error promises',
      'error throws',
    ]);
    expect(cache.getByKey('throws')).toEqual(item('throws'));
  });

  it('K36: changes nothing at all when one object has no key or is no plain data', () => {
    const { cache } = ttlCache();
    cache.add(item('a'));
    const bad: readonly (readonly [object: unknown, code: string])[] = [
      [{ val: 'no id' }, 'no-key'],
      [{ id: 'x', val: new Date(0) }, 'invalid'],
      [null, 'no-key'],
      [undefined, 'no-key'],
    ];
    for (const [thing, code] of bad) {
      const object = thing as Item;
      for (const change of [
        () => cache.add(object),
        () => cache.update(object),
        () => cache.replace([item('b'), object]),
        () =>
          cache.transaction([
            { op: 'delete', object: item('a') },
            { op: 'add', object },
          ]),
      ]) {
        expect(change).toThrow(expect.objectContaining({ code }));
        expect(cache.list()).toEqual([item('a')]);
      }
    }
    expect(() => cache.get({ val: 'no id' } as unknown as Item)).toThrow(expect.objectContaining({ code: 'no-key' }));
  });

  it('takes keys and tombstones for objects, does transactions in one step, and lets the last of a key count', () => {
    const { cache } = ttlCache();
    cache.replace([item('b', 'first'), item('a'), item('b', 'last')]);
    expect(cache.list()).toEqual([item('a'), item('b', 'last')]);
    expect(cache.get(new ExplicitKey('a'))).toEqual(item('a'));
    cache.delete(new DeletedFinalStateUnknown<Item>('a', undefined));
    cache.delete(new ExplicitKey('nobody'));
    cache.transaction([
      { op: 'add', object: item('c') },
      { op: 'delete', object: new ExplicitKey('b') },
      { op: 'delete', object: item('c') },
      { op: 'update', object: item('__proto__') },
    ]);
    expect(cache.listKeys()).toEqual(['__proto__']);
    expect(cache.getByKey('constructor')).toBeUndefined();
  });

  it('K48: freezes what it takes in, unless somebody vouches for it', () => {
    const { cache } = ttlCache();
    const nested = { id: 'a', val: 'foo', more: { deep: [1] } };
    cache.add(nested);
    expect([nested, nested.more, nested.more.deep].every(Object.isFrozen)).toBe(true);
    expect(cache.getByKey('a')).toBe(nested);
    const trusting = ttlCache({ immutableValues: true, keyFunc: () => 'k' });
    const own = item('b');
    trusting.cache.add(own);
    expect(Object.isFrozen(own)).toBe(false);
    expect(() => trusting.cache.add(null as unknown as Item)).toThrow('which means "no object"');
  });

  it('createTTLStore: expires on the clock that it is given, and refuses what is no time', async () => {
    const clock = new SimulatedClock();
    const expired: string[] = [];
    const store = createTTLStore<Item>(keyFunc, 50, { clock, onExpired: ({ key }) => expired.push(key) });
    store.add(item('a'));
    await clock.advance(51);
    expect([store.list(), expired]).toEqual([[], ['a']]);
    for (const ttl of [Number.NaN, '5', undefined]) {
      expect(() => createTTLStore<Item>(keyFunc, ttl as number)).toThrow(
        expect.objectContaining({ code: 'invalid', field: 'ttl' }),
      );
    }
    const real = createTTLStore<Item>(keyFunc, 60_000);
    real.add(item('a'));
    expect(real.listKeys()).toEqual(['a']);
  });

  it.each([
    [{ keyFunc: undefined }, 'keyFunc'],
    [{ policy: undefined }, 'policy'],
    [{ policy: {} }, 'policy'],
    [{ onExpired: 'tell me' }, 'onExpired'],
  ] as const)('D11: %j is refused, naming %s', (illegal, field) => {
    let thrown: unknown;
    try {
      ttlCache(illegal as unknown as Partial<ExpirationCacheOptions<Item>>);
    } catch (error) {
      thrown = error;
    }
    expect(isHeliostatError(thrown, 'invalid') ? thrown.field : thrown).toBe(field);
  });
});

function keyOfNothing(): never {
  throw new Error('no key');
}
