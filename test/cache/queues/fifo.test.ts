/** What client-go's own tests ask of the FIFO (fifo_test.go). */
import { describe, expect, it } from 'vitest';
import { FIFO } from '../../../src/cache/queues/fifo.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { nameOf, thing, type Thing } from './things.js';

function fifo(): FIFO<Thing> {
  return new FIFO({ keyFunc: nameOf });
}

function valuesOf(queue: FIFO<Thing>): readonly number[] {
  return queue.tryPopMany(Infinity).map(({ value }) => value);
}

describe('FIFO, as its original', () => {
  it('TestFIFOCache: adds, gets, updates, deletes, lists and replaces, as any store', () => {
    const queue = fifo();
    queue.add(thing('foo', 1));
    expect(queue.get(thing('foo', 0))).toEqual(thing('foo', 1));
    queue.update(thing('foo', 2));
    expect(queue.get(thing('foo', 0))).toEqual(thing('foo', 2));
    queue.delete(thing('foo', 0));
    expect(queue.get(thing('foo', 0))).toBeUndefined();
    for (const [name, value] of [
      ['a', 1],
      ['c', 2],
      ['e', 3],
    ] as const) {
      queue.add(thing(name, value));
    }
    expect(queue.list()).toEqual([thing('a', 1), thing('c', 2), thing('e', 3)]);
    expect(queue.listKeys()).toEqual(['a', 'c', 'e']);
    queue.replace([thing('foo', 4), thing('bar', 5)]);
    expect(queue.list()).toEqual([thing('bar', 5), thing('foo', 4)]);
    expect([queue.getByKey('a'), queue.getByKey('foo')]).toEqual([undefined, thing('foo', 4)]);
  });

  it('TestFIFO_basic: what each of two producers adds comes out in the order in which it was added', async () => {
    const queue = fifo();
    const produce = async (name: string, from: number): Promise<void> => {
      for (let n = 0; n < 500; n++) {
        queue.add(thing(`${name}${n}`, from + n));
        if (n % 7 === 0) await Promise.resolve();
      }
    };
    const producers = [produce('a', 0), produce('b', 1_000)];
    const last = { a: -1, b: 999 };
    for (let n = 0; n < 1_000; n++) {
      const { value } = await queue.pop();
      const of = value < 1_000 ? 'a' : 'b';
      expect(value).toBe(last[of] + 1);
      last[of] = value;
    }
    await Promise.all(producers);
    expect(queue.tryPop()).toBeUndefined();
  });

  it('TestFIFO_addUpdate: an object that is updated while it is queued is handed out once, in its newest state', () => {
    const queue = fifo();
    queue.add(thing('foo', 10));
    queue.update(thing('foo', 15));
    expect(queue.list()).toEqual([thing('foo', 15)]);
    expect(queue.listKeys()).toEqual(['foo']);
    expect(queue.tryPop()).toEqual(thing('foo', 15));
    expect(queue.tryPop()).toBeUndefined();
    expect(queue.get(thing('foo', 0))).toBeUndefined();
  });

  it('TestFIFO_addReplace: a list takes the place of what is queued', () => {
    const queue = fifo();
    queue.add(thing('foo', 10));
    queue.replace([thing('foo', 15)]);
    expect(queue.get(thing('foo', 10))).toEqual(thing('foo', 15));
    expect(valuesOf(queue)).toEqual([15]);
    expect(queue.getByKey('foo')).toBeUndefined();
  });

  it('TestFIFO_detectLineJumpers: what comes again after it was taken stands last', () => {
    const queue = fifo();
    for (const [name, value] of [
      ['foo', 10],
      ['bar', 1],
      ['foo', 11],
      ['foo', 13],
      ['zab', 30],
    ] as const) {
      queue.add(thing(name, value));
    }
    expect(queue.tryPop()?.value).toBe(13);
    queue.add(thing('foo', 14)); // must not jump the line
    expect(valuesOf(queue)).toEqual([1, 30, 14]);
  });

  it('TestFIFO_addIfNotPresent: only what is not queued is put in', () => {
    const queue = fifo();
    queue.add(thing('a', 1));
    queue.add(thing('b', 2));
    expect(queue.addIfNotPresent(thing('b', 3))).toBe(false);
    expect(queue.addIfNotPresent(thing('c', 4))).toBe(true);
    expect(valuesOf(queue)).toEqual([1, 2, 4]);
  });

  it('TestFIFO_requeueOnPop: what cannot be processed is put back, and the error comes out', async () => {
    const queue = fifo();
    queue.add(thing('foo', 10));
    const failure = new Error('test error');
    const failing = queue.process(() => {
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(queue.getByKey('foo')).toEqual(thing('foo', 10));
    await expect(queue.process(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(queue.getByKey('foo')).toEqual(thing('foo', 10));
    expect(await queue.process(({ value }) => value)).toBe(10);
    expect(queue.getByKey('foo')).toBeUndefined();
  });

  it.each([
    { name: 'nothing', perform: () => {}, pops: 0, synced: [false] },
    { name: 'an add', perform: (queue: FIFO<Thing>) => queue.add(thing('a', 1)), pops: 0, synced: [true] },
    { name: 'an empty list', perform: (queue: FIFO<Thing>) => queue.replace([]), pops: 0, synced: [true] },
    {
      name: 'a list',
      perform: (queue: FIFO<Thing>) => queue.replace([thing('a', 1), thing('b', 2)]),
      pops: 2,
      synced: [false, false, true],
    },
    {
      name: 'a list with a key twice',
      perform: (queue: FIFO<Thing>) => queue.replace([thing('a', 1), thing('a', 2)]),
      pops: 1,
      synced: [false, true],
    },
  ])('TestFIFO_HasSynced, K37: after $name it is $synced', ({ perform, pops, synced }) => {
    const queue = fifo();
    perform(queue);
    const seen = [queue.hasSynced()];
    for (let n = 0; n < pops; n++) {
      queue.tryPop();
      seen.push(queue.hasSynced());
    }
    expect(seen).toEqual(synced);
  });

  it('TestFIFO_PopShouldUnblockWhenClosed, K46: everybody who waits is refused when the queue is closed', async () => {
    const queue = fifo();
    const waiting = Array.from({ length: 10 }, () => queue.pop());
    queue.close();
    const ended = await Promise.allSettled(waiting);
    expect(ended.every((end) => end.status === 'rejected' && isHeliostatError(end.reason, 'closed'))).toBe(true);
    expect(new Set(ended.map((end) => (end.status === 'rejected' ? end.reason : undefined))).size).toBe(10);
  });
});

describe('FIFO, where it is better', () => {
  it('K33: an object that is deleted loses its place, and its key is not queued twice', () => {
    const queue = fifo();
    queue.add(thing('a', 1));
    queue.add(thing('b', 2));
    queue.delete(thing('a', 0));
    queue.add(thing('a', 3));
    expect(valuesOf(queue)).toEqual([2, 3]);
  });

  it('K33, F15: adding and deleting without end leaves nothing behind', () => {
    const queue = fifo();
    for (let n = 0; n < 2_000; n++) {
      queue.add(thing(`k${n % 5}`, n));
      queue.delete(thing(`k${n % 5}`, n));
    }
    expect(queue.listKeys()).toEqual([]);
    queue.add(thing('last', 1));
    expect(valuesOf(queue)).toEqual([1]);
  });

  it('F9, K37: a second list that comes before the first is taken out stands for it', () => {
    const queue = fifo();
    queue.replace([thing('a', 1), thing('b', 2)]);
    queue.tryPop();
    queue.replace([thing('c', 3)]);
    expect(queue.hasSynced()).toBe(false);
    queue.tryPop();
    expect(queue.hasSynced()).toBe(true);
    queue.replace([thing('d', 4)]);
    expect(queue.hasSynced()).toBe(true);
  });

  it('F9: what is deleted need not be taken out', () => {
    const queue = fifo();
    queue.replace([thing('a', 1)]);
    queue.delete(thing('a', 1));
    expect(queue.hasSynced()).toBe(true);
  });

  it.each([
    ['was deleted', (queue: FIFO<Thing>) => queue.delete(thing('a', 1))],
    ['is not in a list', (queue: FIFO<Thing>) => queue.replace([])],
    [
      'has come and was taken',
      (queue: FIFO<Thing>) => {
        queue.update(thing('a', 2));
        queue.tryPop();
      },
    ],
  ])('F10, K1: a failing handler does not bring back what %s meanwhile', async (_, meanwhile) => {
    const queue = fifo();
    queue.add(thing('a', 1));
    const failing = queue.process(async () => {
      await Promise.resolve();
      throw new Error('too bad');
    });
    meanwhile(queue);
    await expect(failing).rejects.toThrow('too bad');
    expect(queue.listKeys()).toEqual([]);
  });

  it('tells the revision that was told last, with a list or with a batch', () => {
    const queue = fifo();
    expect(queue.resourceVersion).toBeUndefined();
    queue.replace([], '7');
    queue.add(thing('a', 1));
    expect(queue.resourceVersion).toBe('7');
    queue.transaction([], '8');
    expect(queue.resourceVersion).toBe('8');
  });

  it('F9: an empty batch is nothing that came before the first list', () => {
    const queue = fifo();
    queue.transaction([], '1');
    queue.replace([thing('a', 1)]);
    expect(queue.hasSynced()).toBe(false);
  });

  it('keeps equal keys of several lists apart from what is in a prototype', () => {
    const queue = fifo();
    queue.replace([thing('__proto__', 1), thing('constructor', 2)]);
    expect(queue.listKeys()).toEqual(['__proto__', 'constructor']);
    expect(queue.getByKey('toString')).toBeUndefined();
  });
});
