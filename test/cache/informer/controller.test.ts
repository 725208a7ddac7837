/**
 * The cases of client-go's controller_test: one reflector, one store, one handler. A title begins with the original's name; where ours
 * differs on purpose, it says so.
 */
import { describe, expect, it } from 'vitest';
import type { Deleted, HandlerOptions } from '../../../src/cache/informer/handler.js';
import { SharedInformer } from '../../../src/cache/informer/shared-informer.js';
import { DeletedFinalStateUnknown, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { seededRandom } from '../../../src/ports/random.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { FedInformer, messageOf, pod, Recorder, type Pod } from './fed-informer.js';
import { added, bookmark, deleted, modified, ScriptedInformer } from './scripted-informer.js';

const every: HandlerOptions = { backpressure: { mode: 'every', limit: 1_000, whenFull: 'remove' } };

describe('from a datastore to a handler', () => {
  it('TestHammerController: three writers at random beside resyncs: the handler ends with what there is', async () => {
    const clock = new SimulatedClock();
    const random = seededRandom(7);
    const datastore = new MemoryDatastore<Pod>({ clock, random });
    const recorder = new Recorder();
    const informer = new SharedInformer<Pod>({
      listerWatcher: createListWatchFromClient<Pod>(datastore, 'pods'),
      resyncPeriod: 1_000,
      clock,
      random,
    });
    informer.addEventHandler(recorder);
    const stop = new AbortController();
    const running = informer.run({ signal: stop.signal });
    const write = async (writer: number): Promise<void> => {
      for (let step = 0; step < 100; step++) {
        const name = `w${writer}-${Math.floor(random.next() * 5)}`;
        const key = `/pods/${name}`;
        if (random.next() < 0.3)
          await datastore.delete(key).catch(() => {}); // there may be none
        else await datastore.apply({ key, value: pod(name, step) });
        await new Promise<void>((resolve) => clock.setTimeout(resolve, Math.floor(random.next() * 100)));
      }
    };
    const writing = Promise.all([write(0), write(1), write(2)]);
    await clock.advance(20_000);
    await writing;
    const { items } = await datastore.list({ kind: 'pods', prefix: true });
    expect([...recorder.view.values()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))).toEqual(
      items.map(({ value }) => value),
    );
    expect(recorder.calls.some((call) => call.startsWith('resync'))).toBe(true);
    stop.abort();
    await running;
    expect(informer.report().handlers).toEqual([]);
  });

  it('TestUpdate: a handler sees from and to, and nothing in between that was not told; every object is deleted in the end', async () => {
    const scripted = new ScriptedInformer();
    const recorder = new Recorder();
    scripted.informer.addEventHandler(recorder);
    await scripted.start(9);
    await scripted.send(added(pod('a', 1)));
    await scripted.send(modified(pod('a', 2)), modified(pod('a', 3)));
    await scripted.send(added(pod('b', 4)), deleted(pod('b', 5), 5));
    await scripted.send(deleted(pod('a', 6), 6));
    expect(recorder.calls).toEqual(['add a@1', 'update a@1 a@3', 'delete a@6 exact']);
    expect(recorder.view.size).toBe(0);
    await scripted.end();
  });

  it('TestPanicPropagated: differs: what a handler throws is reported, and ends nothing', async () => {
    const scripted = new ScriptedInformer();
    scripted.informer.addEventHandler({
      onAdd: () => {
        throw new Error('just a test');
      },
    });
    await scripted.start(1, pod('a', 1));
    expect(scripted.problems.map(messageOf)).toEqual(['just a test']);
    expect(scripted.informer.isStopped).toBe(false);
    await scripted.end();
  });

  it('TestProcessDeltasInBatch: what cannot be let in costs the others of its batch nothing', async () => {
    const scripted = new ScriptedInformer({
      transform: (object) => {
        if (object.color === 'bad') throw new Error('a bad color');
        return { ...object };
      },
    });
    const recorder = new Recorder();
    scripted.informer.addEventHandler(recorder, every);
    await scripted.start(1, pod('a', 1));
    await scripted.send(added({ ...pod('b', 2), color: 'bad' }), modified({ ...pod('a', 3), color: 'bad' }), added(pod('c', 4)));
    expect(recorder.calls).toEqual(['initial a@1', 'add c@4']);
    expect(scripted.informer.indexer.list()).toEqual([pod('a', 1), pod('c', 4)]);
    expect(scripted.problems.map((problem) => (problem.kind === 'transform' ? problem.key : problem.kind))).toEqual(['b', 'a']);
    expect(scripted.informer.lastSyncResourceVersion()).toBe('4');
    await scripted.end();
  });

  it('TestResetWatch: what has changed while there was no watch is one update and one add, and no part of the initial list', async () => {
    const scripted = new ScriptedInformer();
    const recorder = new Recorder();
    scripted.informer.addEventHandler(recorder, every);
    await scripted.start(1, pod('a', 1));
    await scripted.relist(3, pod('a', 2), pod('b', 3));
    expect(recorder.calls).toEqual(['initial a@1', 'update a@1 a@2', 'add b@3']);
    await scripted.end();
  });
});

describe('transforms', () => {
  it('TestTransformingInformer: adds, updates, deletes and the store all show the transformed form', async () => {
    const told: (string | undefined)[] = [];
    const scripted = new ScriptedInformer({ transform: (object) => ({ ...object, color: `T${object.color ?? ''}` }) });
    scripted.informer.addEventHandler(
      {
        onAdd: ({ color }) => told.push(color),
        onUpdate: (before, after) => told.push(before.color, after.color),
        onDelete: ({ last }) => told.push(last.color),
      },
      every,
    );
    await scripted.start(1, { ...pod('a', 1), color: '1' });
    await scripted.send(modified({ ...pod('a', 2), color: '2' }), deleted({ ...pod('a', 3), color: '3' }, 3));
    expect(told).toEqual(['T1', 'T1', 'T2', 'T3']);
    await scripted.end();
  });

  it('TestTransformingInformerRace: resyncs and reads beside changes never show what was transformed twice', async () => {
    const scripted = new ScriptedInformer({ transform: (object) => ({ ...object, color: `T${object.color ?? ''}` }) });
    const told = new Set<string | undefined>();
    scripted.informer.addEventHandler(
      { onAdd: ({ color }) => told.add(color), onUpdate: (_, { color }) => told.add(color) },
      { resyncPeriod: 1_000 },
    );
    await scripted.start(1, pod('a', 1));
    for (let version = 2; version < 30; version++) {
      await scripted.send(modified(pod('a', version)));
      await scripted.clock.advance(500);
    }
    await scripted.relist(30, pod('a', 29), pod('b', 30));
    for (const { color } of scripted.informer.indexer.list()) told.add(color);
    expect([...told]).toEqual(['T']);
    await scripted.end();
  });
});

describe('deleted objects', () => {
  it('TestDeletionHandlingObjectToName, TestDeletedObjectGetObjectName, TestDeletedObjectGetKey: a key from an object or its tombstone', () => {
    expect(metaNamespaceKeyFunc({ metadata: { namespace: 'ns', name: 'a' } })).toBe('ns/a');
    expect(metaNamespaceKeyFunc(new DeletedFinalStateUnknown('ns/a', undefined))).toBe('ns/a');
    for (const nothing of [undefined, null, {}, 'text']) expect(() => metaNamespaceKeyFunc(nothing)).toThrow('No key');
  });

  it('TestReplaceEvents: created, deleted and mixed: deletions first, then what is there in the order of the keys', async () => {
    const fed = new FedInformer();
    const [each, folded] = [new Recorder(), new Recorder()];
    const seen: boolean[] = [];
    const lookBack = { onDelete: ({ last }: Deleted<Pod>) => seen.push(fed.informer.indexer.get(last) === undefined) };
    for (const [recorder, options] of [
      [each, every],
      [folded, {}],
    ] as const)
      fed.add(recorder, options);
    fed.add(lookBack);
    fed.sink.replace([pod('b', 1), pod('a', 1)]);
    await fed.clock.settle();
    fed.sink.replace([]);
    await fed.clock.settle();
    fed.sink.replace([pod('b', 2), pod('c', 2)]);
    await fed.clock.settle();
    fed.sink.replace([pod('a', 3), pod('b', 3)]);
    await fed.clock.settle();
    const calls = ['initial a@1', 'initial b@1', 'delete a@1 unknown', 'delete b@1 unknown', 'add b@2', 'add c@2'];
    expect(each.calls).toEqual([...calls, 'delete c@2 unknown', 'add a@3', 'update b@2 b@3']);
    expect(folded.calls).toEqual(each.calls);
    expect(seen).toEqual([true, true, true]); // the store is new already inside callbacks
    await fed.end();
  });
});

describe('the revision', () => {
  it('TestStoreResourceVersion: is that of the last list, event, deletion or bookmark', async () => {
    const scripted = new ScriptedInformer();
    const revisions: string[] = [scripted.informer.lastSyncResourceVersion()];
    const note = (): unknown => revisions.push(scripted.informer.lastSyncResourceVersion());
    await scripted.start(10, pod('a', 1));
    note();
    for (const event of [added(pod('b', 11)), modified(pod('b', 12)), deleted(pod('b', 13), 13), bookmark(14)]) {
      await scripted.send(event);
      note();
    }
    await scripted.relist(20);
    note();
    expect(revisions).toEqual(['', '10', '11', '12', '13', '14', '20']);
    await scripted.end();
  });

  it('TestStoreResourceVersionWithNonMetaTransform: differs: it is that of the datastore, whatever a transform leaves of the object', async () => {
    const scripted = new ScriptedInformer({ transform: ({ metadata: { name } }) => ({ metadata: { name } }) });
    await scripted.start(10, pod('a', 1));
    await scripted.send(added(pod('b', 11)));
    expect(scripted.informer.lastSyncResourceVersion()).toBe('11');
    expect(scripted.informer.indexer.list()).toEqual([{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }]);
    await scripted.end();
  });
});
