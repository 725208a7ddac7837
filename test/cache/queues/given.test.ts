/** What is given to the queues, by callers and by the functions that they bring along. */
import { describe, expect, it } from 'vitest';
import { KeyError, ZeroLengthDeltasError } from '../../../src/cache/errors.js';
import { createStore } from '../../../src/cache/keyed-store.js';
import { DeletedFinalStateUnknown, ExplicitKey } from '../../../src/cache/keys.js';
import { DeltaFIFO, type DeltaFIFOOptions } from '../../../src/cache/queues/delta-fifo.js';
import type { Deltas } from '../../../src/cache/queues/delta.js';
import { FIFO } from '../../../src/cache/queues/fifo.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { deltaFifo, drain, errorOf, nameOf, thing, type Thing } from './things.js';

describe('what is given', () => {
  it('K36: a list or a batch with one object without a key changes nothing', () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    const nameless = thing('nameless', 0);
    expect(errorOf(() => queue.replace([thing('b', 1), nameless], '5'))).toBeInstanceOf(KeyError);
    const batch = [{ op: 'delete', object: thing('a', 1) } as const, { op: 'add', object: nameless } as const];
    expect(errorOf(() => queue.transaction(batch, '5'))).toBeInstanceOf(KeyError);
    expect(queue.resourceVersion).toBeUndefined();
    expect(queue.hasSynced()).toBe(true);
    expect(drain(queue)).toEqual(['a: Added 1']);
  });

  it('F12: when the transformer fails for one object, nothing is queued', () => {
    const failure = new Error('cannot transform');
    const transformer = (object: Thing): Thing => {
      if (object.value === 13) throw failure;
      return object;
    };
    const queue = deltaFifo({ transformer });
    expect(errorOf(() => queue.replace([thing('a', 1), thing('b', 13)]))).toBe(failure);
    expect(errorOf(() => queue.delete(thing('b', 13)))).toBe(failure);
    expect(queue.listKeys()).toEqual([]);
    expect(queue.hasSynced()).toBe(false);
  });

  it('F12: a transformer that changes the key is refused', () => {
    const queue = deltaFifo({ transformer: ({ value }) => thing('other', value) });
    expect(errorOf(() => queue.add(thing('a', 1)))).toMatchObject({ code: 'invalid', field: 'transformer', key: 'a' });
    expect(queue.listKeys()).toEqual([]);
  });

  it.each([false, true])(
    'F12: a transformer that changes what it is given is refused every time; frozen already: %o',
    (isFrozen) => {
      const transformer = (object: Thing): Thing => Object.assign(object, { value: 0 });
      const queue = deltaFifo({ transformer });
      const given = (name: string): Thing => (isFrozen ? Object.freeze(thing(name, 1)) : thing(name, 1));
      const expected = {
        code: 'invalid',
        field: 'transformer',
        key: 'a',
        message: expect.stringContaining('copy'),
        cause: expect.any(TypeError),
      };
      expect(errorOf(() => queue.add(given('a')))).toMatchObject(expected);
      expect(errorOf(() => queue.replace([given('a'), given('b')]))).toMatchObject(expected);
      expect(queue.listKeys()).toEqual([]);
    },
  );

  it.each([
    ['is no list', () => 'nothing' as unknown as Deltas<Thing>],
    ['holds something else', () => [7] as unknown as Deltas<Thing>],
    ['holds an unknown type', () => [{ type: 'Moved', object: thing('a', 1) }] as unknown as Deltas<Thing>],
    ['holds no object', () => [{ type: 'Added' }] as unknown as Deltas<Thing>],
    ['is about another key', (): Deltas<Thing> => [{ type: 'Added', object: thing('b', 1) }]],
    [
      'adds a tombstone',
      () => [{ type: 'Added', object: new DeletedFinalStateUnknown('a', thing('a', 1)) }] as unknown as Deltas<Thing>,
    ],
  ])('a compressor whose result %s is refused, and nothing is queued', (_, compressor) => {
    const queue = deltaFifo({ compressor });
    expect(errorOf(() => queue.add(thing('a', 1)))).toMatchObject({ code: 'invalid', field: 'deltas' });
    expect(queue.listKeys()).toEqual([]);
    expect(queue.hasSynced()).toBe(false);
  });

  it('a compressor may make deltas of its own, or leave nothing at all', () => {
    const own = deltaFifo({ compressor: (deltas) => [{ type: 'Updated', object: thing('a', deltas.length) }] });
    own.add(thing('a', 9));
    expect(Object.isFrozen(own.getByKey('a')?.[0]?.object)).toBe(true);
    expect(drain(own)).toEqual(['a: Updated 1']);

    const even = deltaFifo({ compressor: (deltas) => (deltas.length > 1 ? [] : deltas) });
    even.replace([thing('a', 1), thing('b', 1)]);
    even.update(thing('a', 2));
    expect([even.listKeys(), even.hasSynced()]).toEqual([['b'], false]);
    even.add(thing('a', 3));
    expect(drain(even)).toEqual(['b: Sync 1', 'a: Added 3']);
  });

  it('F5: a compressor is not asked when nothing new has happened', () => {
    let asked = 0;
    const compressor = (deltas: Deltas<Thing>): Deltas<Thing> => {
      asked++;
      return deltas;
    };
    const queue = deltaFifo({ compressor });
    queue.add(thing('a', 1));
    queue.add(thing('b', 1));
    queue.delete(thing('a', 2));
    queue.replace([]);
    queue.delete(thing('a', 3));
    queue.replace([]);
    expect(asked).toBe(4);
    expect(drain(queue)).toEqual(['a: Added 1, Deleted 2', 'b: Added 1, Deleted †1']);
  });

  it('a compressor that throws, or changes the queue, is refused, and nothing is lost', () => {
    const failure = new Error('cannot compress');
    const failing = deltaFifo({
      compressor: () => {
        throw failure;
      },
    });
    expect(errorOf(() => failing.add(thing('a', 1)))).toBe(failure);
    const meddling: DeltaFIFO<Thing> = deltaFifo({
      compressor: (deltas) => {
        if (deltas.length > 1) meddling.tryPop();
        return deltas;
      },
    });
    meddling.add(thing('a', 1));
    expect(errorOf(() => meddling.update(thing('a', 2)))).toMatchObject({ message: expect.stringContaining('compressor') });
    expect(drain(meddling)).toEqual(['a: Added 1']);
  });

  it('key functions and transformers may use the queue', () => {
    const queue: FIFO<Thing> = new FIFO({
      keyFunc: (object) => {
        if (object.name === 'a') queue.add(thing('b', 1));
        return nameOf(object);
      },
    });
    queue.add(thing('a', 1));
    expect(queue.tryPopMany(Infinity)).toEqual([thing('b', 1), thing('a', 1)]);
  });

  it.each([undefined, null, 7, new ExplicitKey('a'), { name: 'a', at: new Date(0) }])('%o is no object', (object) => {
    for (const queue of [deltaFifo(), new FIFO<Thing>({ keyFunc: nameOf })]) {
      const error = errorOf(() => queue.add(object as unknown as Thing)); // as one who has no types would
      expect(isHeliostatError(error, 'invalid') || isHeliostatError(error, 'no-key')).toBe(true);
      expect(queue.listKeys()).toEqual([]);
    }
  });

  it('a tombstone cannot be put in, though objects are promised to be frozen', () => {
    const queue = deltaFifo({ immutableValues: true });
    const tombstone = new DeletedFinalStateUnknown('a', thing('a', 1));
    expect(errorOf(() => queue.add(tombstone as unknown as Thing))).toMatchObject({ code: 'invalid', field: 'object' });
  });

  it('K48: what is handed out is frozen to the last leaf', () => {
    const queue = new DeltaFIFO<{ name: string; labels: { app: string } }>({ keyFunc: ({ name }) => name });
    queue.add({ name: 'a', labels: { app: 'web' } });
    queue.delete(new DeletedFinalStateUnknown('a', { name: 'a', labels: { app: 'db' } }));
    for (const delta of queue.getByKey('a') ?? []) {
      const object = delta.object instanceof DeletedFinalStateUnknown ? delta.object.object : delta.object;
      expect([Object.isFrozen(delta), Object.isFrozen(object), Object.isFrozen(object?.labels)]).toEqual([true, true, true]);
    }
  });

  it('only deltas can be put back, and at least one', () => {
    const queue = deltaFifo();
    const empty = errorOf(() => queue.addIfNotPresent([]));
    expect(empty).toBeInstanceOf(KeyError);
    expect(empty).toMatchObject({ cause: expect.any(ZeroLengthDeltasError) });
    expect(errorOf(() => queue.keyOf([]))).toBeInstanceOf(KeyError);
    expect(errorOf(() => queue.addIfNotPresent(thing('a', 1) as unknown as Deltas<Thing>))).toMatchObject({ code: 'invalid' });
    const mixed: Deltas<Thing> = [
      { type: 'Added', object: thing('b', 1) },
      { type: 'Added', object: thing('a', 1) },
    ];
    expect(errorOf(() => queue.addIfNotPresent(mixed))).toMatchObject({ code: 'invalid', field: 'deltas', key: 'a' });
    expect(queue.hasSynced()).toBe(false);
  });

  it.each([
    ['keyFunc', { keyFunc: 'name' }],
    ['compressor', { compressor: {} }],
    ['transformer', { transformer: 1 }],
    ['relistDelta', { relistDelta: 'Added' }],
    ['knownObjects.listKeys', { knownObjects: {} }],
  ])('the option %s is looked at', (field, options) => {
    const error = errorOf(() => deltaFifo(options as unknown as Partial<DeltaFIFOOptions<Thing>>)); // as one who has no types would
    expect(error).toMatchObject({ code: 'invalid', field });
  });

  it.each([0, -1, 1.5, NaN])('%o is no number of items', async (limit) => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    expect(errorOf(() => queue.tryPopMany(limit))).toMatchObject({ code: 'invalid', field: 'limit' });
    await expect(queue.popMany(limit)).rejects.toMatchObject({ code: 'invalid', field: 'limit' });
    expect(queue.listKeys()).toEqual(['a']);
  });
});

describe('known objects that fail', () => {
  it('when they cannot tell an object, the tombstone is without it, and the log says why', () => {
    const logger = new MemoryLogger();
    const failure = new Error('no answer');
    const getByKey = (): Thing => {
      throw failure;
    };
    const queue = deltaFifo({ knownObjects: { listKeys: () => ['a'], getByKey }, logger });
    queue.replace([]);
    expect(drain(queue)).toEqual(['a: Deleted †?']);
    queue.delete(new ExplicitKey('a')); // it is listed, after all
    expect(drain(queue)).toEqual(['a: Deleted †?']);
    expect(logger.entries[0]).toMatchObject({ level: 'error', fields: { key: 'a', error: failure } });
  });

  it('when they cannot list their keys, a list is refused as a whole', () => {
    const failure = new Error('no answer');
    const listKeys = (): readonly string[] => {
      throw failure;
    };
    const queue = deltaFifo({ knownObjects: { listKeys } });
    expect(errorOf(() => queue.replace([thing('a', 1)]))).toBe(failure);
    expect([queue.listKeys(), queue.hasSynced()]).toEqual([[], false]);
  });

  it('F15: what has departed is forgotten, without asking for all keys at every deletion', () => {
    const pods = createStore<Thing>(nameOf);
    let asked = 0;
    const listKeys = (): readonly string[] => {
      asked++;
      return pods.listKeys();
    };
    const logger = new MemoryLogger();
    const queue = deltaFifo({ knownObjects: { listKeys, getByKey: (key) => pods.getByKey(key) }, logger });
    for (let n = 0; n < 5_000; n++) {
      queue.add(thing(`pod-${n}`, n));
      queue.tryPop();
      queue.delete(thing(`pod-${n}`, n));
      queue.tryPop();
    }
    expect(asked).toBe(4); // 5,000 deletions, 1,024 a time
    pods.add(thing('pod-7', 7));
    queue.resync();
    expect(drain(queue)).toEqual(['pod-7: Sync 7']);
  });

  it('F15: when they cannot list their keys, taking goes on', () => {
    const logger = new MemoryLogger();
    let fails = false;
    const listKeys = (): readonly string[] => {
      if (fails) throw new Error('no answer');
      return [];
    };
    const queue = deltaFifo({ knownObjects: { listKeys }, logger });
    for (let n = 0; n < 1_100; n++) {
      queue.add(thing(`pod-${n}`, n));
      queue.delete(thing(`pod-${n}`, n));
    }
    fails = true;
    expect(queue.tryPopMany(Infinity).length).toBe(1_100);
    expect(logger.entries.map(({ level }) => level)).toEqual(['error']);
  });
});
