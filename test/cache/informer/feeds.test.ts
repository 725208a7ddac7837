/** Informers that something else than a script fills. */
import { describe, expect, it } from 'vitest';
import { Informer } from '../../../src/cache/informer/informer.js';
import { SharedInformer } from '../../../src/cache/informer/shared-informer.js';
import { enumeratorOf } from '../../../src/cache/poller/enumerator.js';
import { Poller } from '../../../src/cache/poller/poller.js';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { pod, Recorder, type Pod } from './fed-informer.js';

describe('feeds', () => {
  it('N1: a poller: handlers are told the differences between two polls', async () => {
    const clock = new SimulatedClock();
    const polls = [[pod('a', 1), pod('b', 1)], [pod('a', 2), pod('c', 1)], []];
    const informer = new Informer<Pod>({ clock }, ({ store }) => {
      return new Poller({ getFunc: () => Promise.resolve(enumeratorOf(polls.shift() ?? [])), period: 1_000, store, clock });
    });
    const recorder = new Recorder();
    informer.addEventHandler(recorder);
    const running = informer.run();
    await clock.advance(2_500);
    const first = ['initial a@1', 'initial b@1', 'delete b@1 unknown', 'update a@1 a@2', 'add c@1'];
    expect(recorder.calls).toEqual([...first, 'delete a@2 unknown', 'delete c@1 unknown']);
    await informer[Symbol.asyncDispose]();
    await running;
    expect(clock.pending).toBe(0);
  });

  it('N1: N9: a reflector on a real datastore, with its own keys, in the time of the process', async () => {
    const datastore = new MemoryDatastore<Pod>();
    await datastore.create({ key: '/pods/a', value: pod('a', 1) });
    await using informer = new SharedInformer<Pod>({
      listerWatcher: createListWatchFromClient<Pod>(datastore, 'pods'),
      keyFunc: ({ metadata }) => `pod:${metadata.name}`,
      toStoreKey: (key) => key.replace('/pods/', 'pod:'),
      transform: (object) => ({ ...object, color: 'red' }), // what it is given is frozen
    });
    const recorder = new Recorder();
    const registration = informer.addEventHandler(recorder);
    const stop = new AbortController();
    const running = informer.run({ signal: stop.signal });
    await registration.synced;
    expect(informer.indexer.list()).toEqual([{ ...pod('a', 1), color: 'red' }]);
    const changed = new Promise<void>((resolve) => informer.indexer.subscribe(() => resolve()));
    await datastore.delete('/pods/a');
    await changed;
    stop.abort();
    await running;
    expect(informer.indexer.list()).toEqual([]);
    await expect(informer.run()).rejects.toThrow('has stopped');
  });
});
