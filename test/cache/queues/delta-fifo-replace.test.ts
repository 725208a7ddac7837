/** What client-go's own tests ask of DeltaFIFO.Replace (delta_fifo_test.go). */
import { describe, expect, it } from 'vitest';
import type { DeltaFIFOOptions, DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import { deltaFifo, drain, knowing, thing, type Thing } from './things.js';

const threeKnown = (): DeltaFIFOOptions<Thing>['knownObjects'] => knowing(thing('foo', 5), thing('bar', 6), thing('baz', 7));

describe('DeltaFIFO.replace, as its original', () => {
  it('TestDeltaFIFO_addReplace: what is queued and what a list has are handed out together', () => {
    const queue = deltaFifo();
    queue.add(thing('foo', 10));
    queue.replace([thing('foo', 15)]);
    expect(queue.list()).toEqual([thing('foo', 15)]);
    expect(drain(queue)).toEqual(['foo: Added 10, Sync 15']);
    expect(queue.get(thing('foo', 10))).toBeUndefined();
  });

  it.each([
    {
      name: 'a queued deletion stays, what is listed is told, what is known and gone is deleted',
      prepare: (queue: DeltaFIFO<Thing>) => queue.delete(thing('baz', 10)),
      expected: ['baz: Deleted 10', 'foo: Sync 5', 'bar: Deleted †6'],
    },
    {
      name: 'the tombstone has the queued object, not the known one',
      prepare: (queue: DeltaFIFO<Thing>) => queue.add(thing('baz', 10)),
      expected: ['baz: Added 10, Deleted †10', 'foo: Sync 5', 'bar: Deleted †6'],
    },
    {
      name: 'the tombstone has what came after a deletion',
      prepare: (queue: DeltaFIFO<Thing>) => {
        queue.delete(thing('bar', 6));
        queue.add(thing('bar', 100));
      },
      expected: ['bar: Deleted 6, Added 100, Deleted †100', 'foo: Sync 5', 'baz: Deleted †7'],
    },
    {
      name: 'of two lists the tombstone has what the first listed',
      prepare: (queue: DeltaFIFO<Thing>) => queue.replace([thing('foo', 4), thing('bar', 60), thing('baz', 70)]),
      expected: ['foo: Sync 4, Sync 5', 'bar: Sync 60, Deleted †60', 'baz: Sync 70, Deleted †70'],
    },
  ])('TestDeltaFIFO_ReplaceMakesDeletions: $name', ({ prepare, expected }) => {
    const queue = deltaFifo({ knownObjects: threeKnown() });
    prepare(queue);
    queue.replace([thing('foo', 5)]);
    expect(drain(queue)).toEqual(expected);
  });

  it('TestDeltaFIFO_ReplaceMakesDeletions: without known objects the tombstone has what is queued', () => {
    const queue = deltaFifo();
    queue.add(thing('baz', 10));
    queue.replace([thing('foo', 5)]);
    expect(drain(queue)).toEqual(['baz: Added 10, Deleted †10', 'foo: Sync 5']);
  });

  it('TestDeltaFIFO_ReplaceMakesDeletionsReplaced: the same with deltas that tell a list from a resync', () => {
    const queue = deltaFifo({ knownObjects: threeKnown(), relistDelta: 'Replaced' });
    queue.delete(thing('baz', 10));
    queue.replace([thing('foo', 5)]);
    expect(drain(queue)).toEqual(['baz: Deleted 10', 'foo: Replaced 5', 'bar: Deleted †6']);
  });

  it.each([true, false])('TestDeltaFIFO_ReplaceDeltaType, F8, K6: Replaced only where it is asked for: %o', (isAsked) => {
    const queue = deltaFifo(isAsked ? { relistDelta: 'Replaced' } : {});
    queue.replace([thing('foo', 5)]);
    expect(drain(queue)).toEqual([`foo: ${isAsked ? 'Replaced' : 'Sync'} 5`]);
    queue.resync();
    expect(drain(queue)).toEqual(['foo: Sync 5']);
  });

  describe.each([true, false])('with known objects: %o', (hasKnown) => {
    it.each([
      {
        name: 'added, not listed',
        perform: (queue: DeltaFIFO<Thing>) => {
          queue.add(thing('foo', 10));
          queue.replace([]);
        },
        expected: 'foo: Added 10, Deleted †10',
      },
      {
        name: 'listed, then not',
        perform: (queue: DeltaFIFO<Thing>) => {
          queue.replace([thing('foo', 10)]);
          queue.replace([]);
        },
        expected: 'foo: Sync 10, Deleted †10',
      },
      {
        name: 'deleted already',
        perform: (queue: DeltaFIFO<Thing>) => {
          queue.add(thing('foo', 10));
          queue.delete(thing('foo', 11));
          queue.replace([]);
        },
        expected: 'foo: Added 10, Deleted 11',
      },
      {
        name: 'listed twice, then not',
        perform: (queue: DeltaFIFO<Thing>) => {
          queue.replace([thing('foo', 10)]);
          queue.replace([thing('foo', 11)]);
          queue.replace([]);
        },
        expected: 'foo: Sync 10, Sync 11, Deleted †11',
      },
      {
        name: 'not listed twice',
        perform: (queue: DeltaFIFO<Thing>) => {
          queue.add(thing('foo', 10));
          queue.replace([]);
          queue.replace([]);
        },
        expected: 'foo: Added 10, Deleted †10',
      },
      {
        name: 'added, deleted, added',
        perform: (queue: DeltaFIFO<Thing>) => {
          queue.add(thing('foo', 10));
          queue.delete(thing('foo', 11));
          queue.add(thing('foo', 12));
          queue.replace([]);
        },
        expected: 'foo: Added 10, Deleted 11, Added 12, Deleted †12',
      },
    ])('TestDeltaFIFOW_ReplaceMakesDeletionsForObjectsOnlyInQueue: $name', ({ perform, expected }) => {
      const queue = deltaFifo(hasKnown ? { knownObjects: knowing() } : {});
      perform(queue);
      expect(drain(queue)).toEqual([expected]);
    });
  });

  it('TestDeltaFIFO_replaceWithDeleteDeltaIn, K2: a list is told though a deletion is queued', () => {
    const queue = deltaFifo({ knownObjects: knowing(thing('foo', 1)) });
    queue.delete(thing('foo', 1));
    queue.replace([thing('foo', 2)]);
    expect(drain(queue)).toEqual(['foo: Deleted 1, Sync 2']);
  });
});
