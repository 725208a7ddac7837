/** What must not come back, and what must not stay: deletions, lists and resyncs between a queue and a slow consumer. */
import { describe, expect, it } from 'vitest';
import { createStore } from '../../../src/cache/keyed-store.js';
import { DeletedFinalStateUnknown, ExplicitKey } from '../../../src/cache/keys.js';
import { newestDelta } from '../../../src/cache/queues/delta.js';
import { deltaFifo, drain, nameOf, settle, thing, type Thing } from './things.js';

describe('ghosts', () => {
  it('K1, F5: what is queued and was never known is deleted by a list without it', () => {
    const queue = deltaFifo({ knownObjects: createStore<Thing>(nameOf) });
    queue.add(thing('a', 1));
    queue.replace([]);
    expect(drain(queue)).toEqual(['a: Added 1, Deleted †1']);
  });

  it.each([true, false])(
    'F11: a list deletes what was taken and is not written down yet; with known objects: %o',
    async (hasKnown) => {
      const pods = createStore<Thing>(nameOf);
      const queue = deltaFifo(hasKnown ? { knownObjects: pods } : {});
      queue.add(thing('a', 1));
      const processing = queue.process(async (deltas) => {
        await settle();
        const newest = newestDelta(deltas);
        if (newest?.type === 'Added') pods.add(newest.object);
      });
      queue.replace([]); // the consumer is still at it
      await processing;
      expect(pods.listKeys()).toEqual(['a']);
      expect(drain(queue)).toEqual(['a: Deleted †1']);
    },
  );

  it.each(['succeeds', 'fails'])('F5: a list tells no deletion again that is being processed, and %s', async (how) => {
    const pods = createStore<Thing>(nameOf);
    pods.add(thing('a', 1));
    const queue = deltaFifo({ knownObjects: pods });
    queue.delete(thing('a', 1));
    const processing = queue.process(async () => {
      await settle();
      if (how === 'fails') throw new Error('not now');
      pods.delete(new ExplicitKey('a'));
    });
    queue.replace([]); // the consumer is still at it
    await processing.catch(() => {});
    expect(drain(queue)).toEqual(how === 'fails' ? ['a: Deleted 1'] : []);
    pods.add(thing('a', 1)); // it lost the deletion after all
    queue.replace([]);
    expect(drain(queue)).toEqual(['a: Deleted †1']);
  });

  it('F7: a resync does not bring back what the consumer is about to delete', () => {
    const pods = createStore<Thing>(nameOf);
    pods.add(thing('a', 1));
    const queue = deltaFifo({ knownObjects: pods });
    queue.delete(thing('a', 2));
    expect(drain(queue)).toEqual(['a: Deleted 2']);
    queue.resync(); // the consumer has not deleted it yet
    expect(drain(queue)).toEqual([]);
    pods.delete(new ExplicitKey('a'));
    queue.resync();
    pods.add(thing('a', 3)); // what the consumer puts in by itself is its own affair
    queue.resync();
    expect(drain(queue)).toEqual(['a: Sync 3']);
  });

  it('F7, K45: a resync repeats what was handed out, though the consumer still has what was before', () => {
    const pods = createStore<Thing>(nameOf);
    pods.add(thing('a', 1));
    const queue = deltaFifo({ knownObjects: pods });
    queue.update(thing('a', 2));
    queue.tryPop();
    queue.resync();
    expect(drain(queue)).toEqual(['a: Sync 2']);
  });

  it('K1: a failing consumer does not bring back what was deleted, or is out of date', () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    const added = queue.tryPop() ?? [];
    queue.delete(thing('a', 2));
    const deleted = queue.tryPop() ?? [];
    expect(queue.addIfNotPresent(added)).toBe(false);
    expect(queue.addIfNotPresent(deleted)).toBe(true);
    expect(drain(queue)).toEqual(['a: Deleted 2']);
    expect(queue.addIfNotPresent([{ type: 'Added', object: thing('b', 1) }]), 'never handed out').toBe(false);
    expect(queue.addIfNotPresent([{ type: 'Deleted', object: thing('c', 1) }]), 'never handed out').toBe(false);
  });

  it('K1, F10: a deletion that was taken and told again since is out of date, too', async () => {
    const queue = deltaFifo();
    const live = (value: number): void => {
      queue.add(thing('a', value));
      queue.delete(thing('a', value));
    };
    live(1);
    const failing = queue.process(async () => {
      await settle();
      throw new Error('too late');
    });
    live(2);
    const second = queue.tryPop() ?? [];
    await expect(failing).rejects.toThrow('too late');
    expect(drain(queue)).toEqual([]);
    live(3);
    const third = queue.tryPop() ?? [];
    expect([queue.addIfNotPresent(second), queue.addIfNotPresent(third)]).toEqual([false, true]);
    expect(drain(queue)).toEqual(['a: Added 3, Deleted 3']);
  });

  it('F10: the same object, handed out once more, is something newer', () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    const first = queue.tryPop() ?? [];
    queue.resync();
    const second = queue.tryPop() ?? [];
    expect([queue.addIfNotPresent(first), queue.addIfNotPresent(second.slice(-1))]).toEqual([false, true]);
    expect(queue.addIfNotPresent(second), 'it is queued').toBe(false);
    expect(drain(queue)).toEqual(['a: Sync 1']);
  });

  it('F4: the deletion of what was handed out is queued, though nothing is kept that could be asked', () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    queue.tryPop();
    queue.delete(new ExplicitKey('a'));
    queue.delete(new ExplicitKey('b'));
    expect(drain(queue)).toEqual(['a: Deleted †1']);
    queue.delete(new ExplicitKey('a'));
    expect(drain(queue)).toEqual([]);
  });

  it('K4: a tombstone has the newest object: queued, else handed out, else kept by the consumer', () => {
    const pods = createStore<Thing>(nameOf);
    pods.replace([thing('a', 1), thing('b', 1), thing('c', 1)]);
    const queue = deltaFifo({ knownObjects: pods });
    queue.replace([thing('a', 2), thing('b', 2), thing('c', 1)]);
    queue.tryPopMany(Infinity);
    queue.update(thing('a', 3));
    queue.delete(thing('c', 4));
    queue.tryPopMany(1);
    queue.update(thing('a', 5));
    queue.tryPopMany(1);
    queue.replace([]);
    expect(drain(queue)).toEqual(['a: Updated 5, Deleted †5', 'b: Deleted †2', 'c: Deleted †1']);
  });

  it('K5: no tombstone is in a tombstone, whatever is given', () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    const inner = new DeletedFinalStateUnknown('a', thing('a', 2));
    // No type allows it, and yet it has happened.
    queue.delete(new DeletedFinalStateUnknown('a', inner as unknown as Thing));
    queue.replace([]);
    queue.replace([]);
    expect(drain(queue)).toEqual(['a: Added 1, Deleted †2']);
  });

  it('F3: of deletions in a row the one that was seen stays', () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    queue.delete(new ExplicitKey('a'));
    queue.delete(thing('a', 2));
    queue.delete(thing('a', 3));
    queue.delete(new ExplicitKey('a'));
    expect(drain(queue)).toEqual(['a: Added 1, Deleted 2']);
  });

  it('lists the object in a tombstone, and not the key that nobody knows an object of', () => {
    const queue = deltaFifo({ knownObjects: { listKeys: () => ['nobody'] } });
    queue.add(thing('a', 1));
    queue.replace([]);
    expect([queue.list(), queue.listKeys()]).toEqual([[thing('a', 1)], ['a', 'nobody']]);
  });
});
