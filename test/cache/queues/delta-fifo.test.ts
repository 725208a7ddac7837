/** What client-go's own tests ask of the DeltaFIFO (delta_fifo_test.go, and of 0.18 where it was the other way). */
import { describe, expect, it } from 'vitest';
import { DeletedFinalStateUnknown } from '../../../src/cache/keys.js';
import type { DeltaFIFOOptions, DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import { keepNewest, newestDelta, oldestDelta, type Deltas } from '../../../src/cache/queues/delta.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { deltaFifo, drain, knowing, thing, toldOf, type Thing } from './things.js';

const threeKnown = (): DeltaFIFOOptions<Thing>['knownObjects'] => knowing(thing('foo', 5), thing('bar', 6), thing('baz', 7));

describe('DeltaFIFO, as its original', () => {
  it('TestDeltaFIFO_basic: what each of two producers adds comes out in the order in which it was added', async () => {
    const queue = deltaFifo();
    const produce = async (name: string, from: number): Promise<void> => {
      for (let n = 0; n < 500; n++) {
        queue.add(thing(`${name}${n}`, from + n));
        if (n % 7 === 0) await Promise.resolve();
      }
    };
    const producers = [produce('a', 0), produce('b', 1_000)];
    const last = { a: -1, b: 999 };
    for (let n = 0; n < 1_000; n++) {
      const deltas = await queue.pop();
      const value = Number(toldOf(newestDelta(deltas) ?? expect.fail('no delta')).slice('Added '.length));
      const of = value < 1_000 ? 'a' : 'b';
      expect(value).toBe(last[of] + 1);
      last[of] = value;
    }
    await Promise.all(producers);
  });

  it('TestDeltaFIFO_compressorWorks: a compressor sees everything, and what it leaves is handed out', () => {
    const evicted: string[] = [];
    const compressor = (deltas: Deltas<Thing>): Deltas<Thing> => {
      evicted.push(...deltas.slice(0, -1).map(toldOf));
      return keepNewest(deltas);
    };
    const queue = deltaFifo({ compressor });
    queue.add(thing('foo', 10));
    queue.update(thing('foo', 12));
    queue.replace([thing('foo', 20)]);
    queue.delete(thing('foo', 22));
    queue.add(thing('foo', 25));
    queue.delete(thing('foo', 18));
    expect(drain(queue)).toEqual(['foo: Deleted 18']);
    expect(evicted).toEqual(['Added 10', 'Updated 12', 'Sync 20', 'Deleted 22', 'Added 25']);
    expect(queue.get(thing('foo', 0))).toBeUndefined();
  });

  it('TestDeltaFIFO_addUpdate: everything that happened to a key is handed out at once', () => {
    const queue = deltaFifo();
    queue.add(thing('foo', 10));
    queue.update(thing('foo', 12));
    queue.delete(thing('foo', 15));
    expect(queue.list()).toEqual([thing('foo', 15)]);
    expect(queue.listKeys()).toEqual(['foo']);
    const deltas = queue.tryPop() ?? [];
    expect(deltas.map(toldOf)).toEqual(['Added 10', 'Updated 12', 'Deleted 15']);
    expect([oldestDelta(deltas), newestDelta(deltas)].map((delta) => delta?.type)).toEqual(['Added', 'Deleted']);
    expect(queue.tryPop()).toBeUndefined();
    expect(queue.getByKey('foo')).toBeUndefined();
  });

  it('TestDeltaFIFO_enqueueing: on purpose otherwise: the deletion of what nobody knows is none', () => {
    const queue = deltaFifo();
    queue.add(thing('foo', 10));
    queue.update(thing('bar', 15));
    queue.delete(thing('baz', 20));
    expect(drain(queue)).toEqual(['foo: Added 10', 'bar: Updated 15']);
  });

  it('TestDeltaFIFO_enqueueingNoLister: without known objects the deletion of what is not queued is dropped', () => {
    const queue = deltaFifo();
    queue.add(thing('foo', 10));
    queue.update(thing('bar', 15));
    queue.add(thing('qux', 17));
    queue.delete(thing('qux', 18));
    queue.delete(thing('baz', 20)); // nothing is queued, and nothing known
    expect(drain(queue)).toEqual(['foo: Added 10', 'bar: Updated 15', 'qux: Added 17, Deleted 18']);
  });

  it('TestDeltaFIFO_enqueueingWithLister: the deletion of what is known is queued', () => {
    const queue = deltaFifo({ knownObjects: threeKnown() });
    queue.add(thing('foo', 10));
    queue.update(thing('bar', 15));
    queue.delete(thing('baz', 20));
    expect(drain(queue)).toEqual(['foo: Added 10', 'bar: Updated 15', 'baz: Deleted 20']);
  });

  it('TestDeltaFIFO_DeleteExistingNonPropagated, K3: the deletion of what only the queue knows is queued', () => {
    const queue = deltaFifo({ knownObjects: knowing() });
    queue.add(thing('foo', 5));
    queue.delete(thing('foo', 6));
    expect(drain(queue)).toEqual(['foo: Added 5, Deleted 6']);
  });

  it('TestDeltaFIFO_detectLineJumpers: what comes again after it was taken stands last', () => {
    const queue = deltaFifo();
    for (const [name, value] of [
      ['foo', 10],
      ['bar', 1],
      ['foo', 11],
      ['foo', 13],
      ['zab', 30],
    ] as const) {
      queue.add(thing(name, value));
    }
    expect(queue.tryPop()?.map(toldOf)).toEqual(['Added 10', 'Added 11', 'Added 13']);
    queue.add(thing('foo', 14)); // must not jump the line
    expect(drain(queue)).toEqual(['bar: Added 1', 'zab: Added 30', 'foo: Added 14']);
  });

  it('TestDeltaFIFO_addIfNotPresent: what was taken comes back, unless its key is queued', () => {
    const queue = deltaFifo();
    queue.add(thing('b', 3));
    const b3 = queue.tryPop() ?? [];
    queue.add(thing('c', 4));
    const c4 = queue.tryPop() ?? [];
    expect(queue.listKeys()).toEqual([]);
    queue.add(thing('a', 1));
    queue.add(thing('b', 2));
    expect(queue.addIfNotPresent(b3)).toBe(false);
    expect(queue.addIfNotPresent(c4)).toBe(true);
    expect(drain(queue)).toEqual(['a: Added 1', 'b: Added 2', 'c: Added 4']);
  });

  it('TestDeltaFIFO_KeyOf: of objects, tombstones, and deltas of either', () => {
    const queue = deltaFifo();
    expect(queue.keyOf(thing('A', 1))).toBe('A');
    expect(queue.keyOf(new DeletedFinalStateUnknown<Thing>('B', undefined))).toBe('B');
    expect(queue.keyOf([{ type: 'Added', object: thing('C', 1) }])).toBe('C');
    expect(queue.keyOf([{ type: 'Deleted', object: new DeletedFinalStateUnknown('D', thing('E', 1)) }])).toBe('D');
  });

  it('TestDeltaFIFO_transformer, F12, K44: every object is transformed once, tombstones never, and tombstones have what was queued', () => {
    const queue = deltaFifo({ transformer: ({ name, value }) => ({ name, value: value + 1_000 }) });
    queue.add(thing('foo', 10));
    queue.add(thing('bar', 11));
    queue.update(thing('foo', 12));
    queue.delete(thing('foo', 15));
    queue.replace([]);
    queue.add(thing('bar', 16));
    queue.replace([]);
    queue.replace([thing('foo', 20), thing('bar', 21)]);
    expect(drain(queue)).toEqual([
      'foo: Added 1010, Updated 1012, Deleted 1015, Sync 1020',
      'bar: Added 1011, Deleted †1011, Added 1016, Deleted †1016, Sync 1021',
    ]);
    queue.resync();
    expect(drain(queue)).toEqual(['bar: Sync 1021', 'foo: Sync 1020']);
    queue.delete(new DeletedFinalStateUnknown('foo', thing('foo', 5)));
    queue.replace([]);
    expect(drain(queue)).toEqual(['foo: Deleted †5', 'bar: Deleted †1021']);
  });

  it('TestDeltaFIFO_Resync: what is known and not queued is handed out once more', () => {
    const queue = deltaFifo({ knownObjects: knowing(thing('foo', 5)) });
    queue.resync();
    queue.resync();
    expect(drain(queue)).toEqual(['foo: Sync 5']);
  });

  it('TestDeltaFIFO_ResyncNonExisting, F7: what is about to be deleted does not come back', () => {
    const queue = deltaFifo({ knownObjects: knowing(thing('foo', 5)) });
    queue.delete(thing('foo', 10));
    queue.resync();
    expect(drain(queue)).toEqual(['foo: Deleted 10']);
  });

  it('TestDeltaFIFO_UpdateResyncRace, K45: a resync adds nothing to what is newer', () => {
    const queue = deltaFifo({ knownObjects: knowing(thing('foo', 5)) });
    queue.update(thing('foo', 6));
    queue.resync();
    expect(drain(queue)).toEqual(['foo: Updated 6']);
  });

  it.each([
    { name: 'nothing', perform: () => {}, synced: [false] },
    { name: 'an add', perform: (queue: DeltaFIFO<Thing>) => queue.add(thing('a', 1)), synced: [true, true] },
    {
      name: 'the deletion of nothing, then a list',
      perform: (queue: DeltaFIFO<Thing>) => {
        queue.delete(thing('a', 1));
        queue.replace([thing('a', 1)]);
      },
      synced: [true, true],
    },
    { name: 'an empty list', perform: (queue: DeltaFIFO<Thing>) => queue.replace([]), synced: [true] },
    {
      name: 'a list',
      perform: (queue: DeltaFIFO<Thing>) => queue.replace([thing('a', 1), thing('b', 2)]),
      synced: [false, false, true],
    },
    {
      name: 'a list with a key twice',
      perform: (queue: DeltaFIFO<Thing>) => queue.replace([thing('a', 1), thing('a', 2), thing('b', 3)]),
      synced: [false, false, true],
    },
    {
      name: 'a list and an add behind it',
      perform: (queue: DeltaFIFO<Thing>) => {
        queue.replace([thing('a', 1)]);
        queue.add(thing('b', 2));
      },
      synced: [false, true, true],
    },
  ])('TestDeltaFIFO_HasSynced, K37: after $name it is $synced, pop by pop', ({ perform, synced }) => {
    const queue = deltaFifo();
    perform(queue);
    const seen = [queue.hasSynced()];
    while (queue.tryPop() !== undefined) seen.push(queue.hasSynced());
    expect(seen).toEqual(synced);
  });

  it('TestDeltaFIFO_HasSyncedCorrectOnDeletion, F9: the deletions that the first list implies belong to it', async () => {
    const queue = deltaFifo({ knownObjects: threeKnown() });
    queue.replace([thing('foo', 5)]);
    const seen: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      expect(queue.hasSynced()).toBe(false);
      await queue.process((deltas, { isInInitialList }) => {
        seen.push([queue.keyOf(deltas), isInInitialList, queue.hasSynced()]);
      });
    }
    expect(seen).toEqual([
      ['foo', true, false],
      ['bar', true, false],
      ['baz', true, false],
    ]);
    expect(queue.hasSynced()).toBe(true);
  });

  it('TestDeltaFIFO_requeueOnPop: what cannot be processed is put back, and the error comes out', async () => {
    const queue = deltaFifo();
    queue.add(thing('foo', 10));
    const failure = new Error('test error');
    await expect(
      queue.process(() => {
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(queue.getByKey('foo')?.map(toldOf)).toEqual(['Added 10']);
    await expect(queue.process(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(await queue.process((deltas) => deltas.length)).toBe(1);
    expect(queue.getByKey('foo')).toBeUndefined();
  });

  it('TestDeltaFIFO_PopShouldUnblockWhenClosed, K46: everybody who waits is refused when the queue is closed', async () => {
    const queue = deltaFifo();
    const waiting = [...Array.from({ length: 8 }, () => queue.pop()), queue.popMany(3), queue.process(() => {})];
    queue.close();
    const ended = await Promise.allSettled(waiting);
    expect(ended.every((end) => end.status === 'rejected' && isHeliostatError(end.reason, 'closed'))).toBe(true);
  });
});
