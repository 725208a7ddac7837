/** What has gone wrong in other informers, and why it does not here. */
import { describe, expect, it } from 'vitest';
import type { Deleted, HandlerOptions } from '../../../src/cache/informer/handler.js';
import { DeletedFinalStateUnknown, ExplicitKey } from '../../../src/cache/keys.js';
import type { Clock } from '../../../src/ports/clock.js';
import { FedInformer, Gate, messageOf, pod, Recorder, type Pod } from './fed-informer.js';
import { modified, ScriptedInformer } from './scripted-informer.js';

const every: HandlerOptions = { backpressure: { mode: 'every', limit: 1_000, whenFull: 'remove' } };

describe('deletions', () => {
  it('K4: N8: a deletion that nobody saw carries the newest state that was known, also to a handler that is behind', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorder = new Recorder(gate.wait);
    fed.add(recorder);
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.sink.update(pod('a', 2));
    fed.sink.replace([]);
    gate.release();
    await fed.clock.settle();
    gate.release();
    expect(recorder.deletions).toEqual([
      { certainty: 'unknown', cause: 'relist', last: pod('a', 2), tombstone: new DeletedFinalStateUnknown('a', pod('a', 2)) },
    ]);
    await fed.end();
  });

  it('K5: N8: after two relists a tombstone holds an object, and no tombstone', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorder = new Recorder(gate.wait);
    fed.add(recorder);
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.sink.replace([]);
    fed.sink.replace([]);
    fed.sink.delete(new DeletedFinalStateUnknown('a', new DeletedFinalStateUnknown('a', pod('a', 0)) as unknown as Pod)); // nested by somebody
    gate.release();
    await fed.clock.settle();
    gate.release();
    expect(recorder.deletions.map(({ last }) => last)).toEqual([pod('a', 1)]);
    await fed.end();
  });

  it('K50: N8: says how certain it is, and the compiler asks', async () => {
    const fed = new FedInformer();
    const told: unknown[] = [];
    const onDelete = (deleted: Deleted<Pod>): void => {
      // @ts-expect-error: a tombstone is there only where the deletion was not seen
      told.push(deleted.tombstone?.key);
      told.push(deleted.certainty === 'unknown' ? deleted.tombstone.key : deleted.last.metadata.resourceVersion);
    };
    fed.add({ onDelete }, every);
    fed.sink.replace([pod('a', 1), pod('b', 1), pod('c', 1), pod('d', 1)]);
    fed.sink.delete(pod('a', 2)); // told with its final state
    fed.sink.delete(new ExplicitKey('b')); // told by its key: the last state is the final one
    fed.sink.delete(new DeletedFinalStateUnknown('c', undefined)); // told as unseen
    fed.sink.replace([]);
    await fed.clock.settle();
    expect(told).toEqual([undefined, '2', undefined, '1', 'c', 'c', 'd', 'd']);
    await fed.end();
  });

  it('N8: a final state that cannot be read keeps nobody from deleting, and is told as unknown', async () => {
    const fed = new FedInformer();
    const recorder = new Recorder();
    fed.add(recorder);
    fed.sink.replace([pod('a', 1)]);
    fed.sink.delete({ ...pod('a', 2), color: new Date(0) as unknown as string }); // what a datastore could hand over
    await fed.clock.settle();
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.sink.delete({ ...pod('a', 2), color: new Date(0) as unknown as string });
    await fed.clock.settle();
    expect(recorder.deletions.map(({ certainty, cause, last }) => [certainty, cause, last])).toEqual([
      ['unknown', 'event', pod('a', 1)],
    ]);
    await fed.end();
  });
});

describe('updates', () => {
  it('K6: a relist is no resync: what has changed is told to everybody, what has not to nobody', async () => {
    const scripted = new ScriptedInformer();
    const recorder = new Recorder();
    scripted.informer.addEventHandler(recorder, every);
    await scripted.start(2, pod('a', 1), pod('b', 2));
    await scripted.relist(3, pod('a', 3), pod('b', 2));
    await scripted.relist(3, pod('a', 3), pod('b', 2));
    await scripted.send(modified(pod('b', 2))); // as after an upgrade of the server
    expect(recorder.calls.slice(2)).toEqual(['update a@1 a@3']);
    await scripted.end();
  });

  it('K7: N2: deleted and created again is told as such, in whatever way it came', async () => {
    const fed = new FedInformer();
    const [folded, each] = [new Recorder(), new Recorder()];
    fed.add(folded);
    fed.add(each, every);
    fed.sink.replace([pod('a', 1, 'first')]);
    await fed.clock.settle();
    fed.sink.transaction?.([
      { op: 'delete', object: pod('a', 1, 'first') },
      { op: 'add', object: pod('a', 2, 'second') },
    ]);
    await fed.clock.settle();
    fed.sink.replace([pod('a', 3, 'third')]);
    await fed.clock.settle();
    fed.sink.update(pod('a', 4, 'third'));
    await fed.clock.settle();
    expect(folded.calls.slice(1)).toEqual(['recreate a@1 a@2', 'recreate a@2 a@3', 'update a@3 a@4']);
    expect(each.calls.slice(1)).toEqual(['delete a@1 exact', 'add a@2', 'recreate a@2 a@3', 'update a@3 a@4']);
    await fed.end();
  });

  it('K45: N7: a resync never tells an older state than what waits, nor in place of it', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorders = [new Recorder(gate.wait), new Recorder(gate.wait)] as const;
    fed.add(recorders[0], { resyncPeriod: 1_000 });
    fed.add(recorders[1], { ...every, resyncPeriod: 1_000 });
    fed.sink.replace([pod('a', 1), pod('b', 1), pod('c', 1)]);
    for (let told = 0; told < 3; told++) {
      await fed.clock.settle();
      gate.release();
    }
    await fed.clock.advance(1_000); // a is being told again, b and c wait
    fed.sink.update(pod('b', 2));
    fed.sink.delete(pod('c', 1));
    await fed.clock.advance(500);
    fed.sink.update(pod('b', 3));
    const drain = async (): Promise<void> => {
      while (gate.waiting > 0) {
        gate.release();
        await fed.clock.settle();
      }
    };
    await drain();
    expect(recorders[0].calls.slice(3)).toEqual(['resync a@1', 'update b@1 b@3', 'delete c@1 exact']);
    expect(recorders[1].calls.slice(3)).toEqual(['resync a@1', 'update b@1 b@2', 'delete c@1 exact', 'update b@2 b@3']);
    await fed.clock.advance(500);
    await drain();
    for (const { calls } of recorders) expect(calls.slice(-2)).toEqual(['resync a@1', 'resync b@3']);
    await fed.end();
  });
});

describe('in sync', () => {
  it.each([
    ['nothing', [[]]],
    ['an object', [[pod('a', 1)]]],
    ['an object twice', [[pod('a', 1), pod('a', 2)]]],
    ['an object that the next list does not hold', [[pod('a', 1)], []]],
  ] as const)('K37: N4: a first list of %s: not before its callbacks have returned, and not never', async (_, lists) => {
    const fed = new FedInformer();
    const gate = new Gate();
    const [slow, quick] = [fed.add(new Recorder(gate.wait)), fed.add(new Recorder())];
    expect(slow.hasSynced()).toBe(false);
    for (const list of lists) {
      fed.sink.replace(list);
      await fed.clock.settle();
      expect(quick.hasSynced()).toBe(true);
      expect(slow.hasSynced()).toBe(gate.waiting === 0);
    }
    gate.release();
    await slow.synced;
    gate.release();
    await fed.end();
  });

  it('K37: N4: a first list with deletions: what was there before it is gone, and told, before anybody is in sync', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorder = new Recorder(gate.wait);
    const registration = fed.add(recorder);
    fed.sink.add(pod('early', 1)); // before the first list
    await fed.clock.settle();
    fed.sink.replace([pod('a', 1)]);
    for (let told = 0; told < 3; told++) {
      expect(registration.hasSynced()).toBe(false);
      await fed.clock.settle();
      gate.release();
    }
    await registration.synced;
    expect(recorder.calls).toEqual(['initial early@1', 'delete early@1 unknown', 'initial a@1']);
    await fed.end();
  });

  it('K39: N3: N4: a handler that throws for an object of the first list is in sync all the same', async () => {
    const fed = new FedInformer();
    const failing = fed.add({
      onAdd: () => {
        throw new Error('no');
      },
    });
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await failing.synced;
    expect(fed.problems.map(messageOf)).toEqual(['no', 'no']);
    await fed.end();
  });
});

describe('the start', () => {
  it('K38: handlers that are added by handlers, during the start, are told everything once', async () => {
    const scripted = new ScriptedInformer();
    const second = new Recorder();
    const first = new Recorder((call) => {
      if (call === 'initial a@1') scripted.informer.addEventHandler(second, every);
    });
    scripted.informer.addEventHandler(first);
    await scripted.start(2, pod('a', 1), pod('b', 2));
    expect(first.calls).toEqual(['initial a@1', 'initial b@2']);
    expect(second.calls).toEqual(['initial a@1', 'initial b@2']);
    await scripted.end();
  });

  it('K38: it runs once: a second run is refused, and the first goes on', async () => {
    const scripted = new ScriptedInformer();
    scripted.run();
    await expect(scripted.informer.run()).rejects.toThrow(expect.objectContaining({ code: 'invalid', field: 'run' }));
    await scripted.clock.settle();
    expect(scripted.client.calls.length).toBe(1);
    await scripted.end();
    await expect(scripted.informer.run()).rejects.toThrow(expect.objectContaining({ code: 'stopped' }));
  });
});

describe('slow handlers', () => {
  it('K40: N5: a handler that never returns holds what has become of each key, and no more', async () => {
    const fed = new FedInformer();
    const stuck = { onAdd: () => new Promise(() => {}) };
    const folded = fed.add(stuck);
    const each = fed.add(stuck, { backpressure: { mode: 'every', limit: 7, whenFull: 'coalesce' } });
    const names = Array.from({ length: 10 }, (_, place) => `pod-${place}`);
    fed.sink.replace(names.map((name) => pod(name, 0)));
    await fed.clock.settle();
    for (let round = 1; round < 200; round++) {
      for (const name of names) fed.sink.update(pod(name, round));
      for (const name of names.slice(0, 3)) fed.sink.delete(pod(name, round));
      fed.sink.add(pod(`only-${round}`, round));
      fed.sink.delete(pod(`only-${round}`, round));
      fed.sink.resync?.();
      expect(folded.pending).toBeLessThanOrEqual(names.length);
      expect(each.pending).toBeLessThanOrEqual(names.length + 7);
    }
    fed.stop.abort();
    await fed.clock.advance(5_000);
    await fed.running;
  });

  it('K41: N3: a long row of synchronous callbacks lets others have a turn', async () => {
    const fed = new FedInformer();
    let now = 0;
    const clock: Clock = {
      now: () => now,
      wallNow: () => now,
      setTimeout: (callback, delay) => fed.clock.setTimeout(callback, delay),
      clearTimeout: (handle) => fed.clock.clearTimeout(handle),
    };
    const timed = new FedInformer({ clock });
    const order: string[] = [];
    timed.add({
      onAdd: ({ metadata }) => {
        order.push(metadata.name);
        now += 4; // milliseconds of work
      },
    });
    timed.sink.replace(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => pod(name, 1)));
    fed.clock.setTimeout(() => order.push('the reader'), 0);
    await fed.clock.advance(1);
    expect(order).toEqual(['a', 'b', 'c', 'the reader', 'd', 'e', 'f', 'g']);
    await timed.end();
    expect(fed.clock.pending).toBe(0);
    await fed.end();
  });

  it('K42: N3: readers hold snapshots, and delay nobody', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    fed.add(new Recorder(gate.wait));
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle(); // the handler is busy
    const held = fed.informer.indexer.snapshot();
    fed.sink.replace([pod('a', 2), pod('b', 2)]);
    expect(held.list()).toEqual([pod('a', 1)]);
    expect(fed.informer.indexer.list()).toEqual([pod('a', 2), pod('b', 2)]);
    expect(fed.informer.indexer.diff(held, fed.informer.indexer.snapshot()).map(({ key }) => key)).toEqual(['a', 'b']);
    while (gate.waiting > 0) {
      gate.release();
      await fed.clock.settle();
    }
    await fed.end();
  });
});

describe('transforms', () => {
  it('K44: each state that comes is transformed once: not for each handler, resync, late handler, or read; nor what is kept', async () => {
    const transformed: string[] = [];
    const fed = new FedInformer({
      transform: (object) => {
        transformed.push(`${object.metadata.name}@${object.metadata.resourceVersion}`);
        return { ...object, color: `T${object.color ?? ''}` };
      },
    });
    const [one, two] = [new Recorder(), new Recorder()];
    fed.add(one, every);
    fed.add(two);
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    fed.sink.resync?.();
    const late = new Recorder();
    fed.add(late);
    await fed.clock.settle();
    const kept = fed.sink.getByKey('b');
    if (kept === undefined) throw new Error('b is not there');
    fed.sink.replace([pod('a', 2), kept]); // an entry that could not be read, of which the last state is kept
    fed.sink.replace([kept]);
    fed.sink.delete(new DeletedFinalStateUnknown('b', kept));
    await fed.clock.settle();
    expect(transformed).toEqual(['a@1', 'b@1', 'a@2']);
    for (const { deletions } of [one, two, late]) for (const { last } of deletions) expect(last.color).toBe('T');
    await fed.end();
  });

  it('K44: a transform that fails, changes the key, or returns what is no plain data, leaves what was there, and is told', async () => {
    const fed = new FedInformer({
      transform: (object) => {
        if (object.color === 'throw') throw new Error('no such color');
        if (object.color === 'rename') return pod('other', 1);
        if (object.color === 'date') return { ...object, color: new Date(0) as unknown as string };
        if (object.color === 'nothing') return undefined as unknown as Pod;
        return object;
      },
    });
    const recorder = new Recorder();
    fed.add(recorder, every);
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    for (const color of ['throw', 'rename', 'date', 'nothing']) {
      fed.sink.update({ ...pod('a', 2), color });
      fed.sink.add({ ...pod('new', 2), color });
      fed.sink.replace([{ ...pod('a', 2), color }, pod('b', 1), { ...pod('new', 2), color }]);
    }
    await fed.clock.settle();
    expect(recorder.calls).toEqual(['initial a@1', 'initial b@1']);
    expect(fed.informer.indexer.list()).toEqual([pod('a', 1), pod('b', 1)]);
    expect(fed.problems.map((problem) => (problem.kind === 'transform' ? problem.key : problem.kind))).toEqual(
      Array.from({ length: 4 }, () => ['a', 'new', 'a', 'new']).flat(),
    );
    expect(messageOf(fed.problems[4] ?? { kind: 'store', error: new Error('none') })).toContain('gave "a" the key "other"');
    fed.sink.replace([pod('b', 1)]);
    await fed.clock.settle();
    expect(recorder.calls.slice(2)).toEqual(['delete a@1 unknown']);
    await fed.end();
  });

  it('K48: what is told, kept and transformed is frozen to the last leaf', async () => {
    const fed = new FedInformer({ transform: ({ metadata }) => ({ metadata: { ...metadata } }) });
    const told: Pod[] = [];
    fed.add({ onAdd: (object) => told.push(object), onDelete: ({ last }) => told.push(last) });
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.sink.delete(pod('a', 2));
    await fed.clock.settle();
    for (const object of told) expect([object, object.metadata].every(Object.isFrozen)).toBe(true);
    expect(told.length).toBe(2);
    await fed.end();
  });

  it('refuses to be filled by the functions that it asks about objects', async () => {
    const fed: FedInformer = new FedInformer({
      transform: (object) => {
        if (object.color === 'again') fed.sink.add(pod('b', 1));
        return { ...object };
      },
    });
    fed.sink.replace([]);
    fed.sink.add({ ...pod('a', 1), color: 'again' });
    await fed.clock.settle();
    expect(fed.problems.map(messageOf).join()).toContain('Such functions only look at their object');
    expect(fed.informer.indexer.list()).toEqual([]);
    fed.sink.add(pod('c', 1));
    expect(fed.informer.indexer.listKeys()).toEqual(['c']);
    await fed.end();
  });
});
