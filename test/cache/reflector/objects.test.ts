/** What does not get into a store: objects of another type, without a key, that are no plain data, that cannot be read. */
import { describe, expect, it } from 'vitest';
import { createStore } from '../../../src/cache/keyed-store.js';
import { DeletedFinalStateUnknown, ExplicitKey, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { newestDelta } from '../../../src/cache/queues/delta.js';
import { DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import { typeCheckOf } from '../../../src/cache/reflector/expected-type.js';
import type { ReflectorProblem } from '../../../src/cache/reflector/problems.js';
import { defaultStoreKey } from '../../../src/cache/reflector/store-key.js';
import {
  ApiMissingError,
  ClosedError,
  ParseError,
  RevisionCompactedError,
  type KVPair,
  type WatchEvent,
} from '../../../src/index.js';
import { added, bookmark, deleted, listOf, modified, openBench, pod, syncedBench, type Bench } from './bench.js';
import { NaiveStore, NaiveTransactionalStore, type Pod } from './naive-store.js';

/** `object /pods/a no-key`, `malformed /pods/b`, ... */
function told({ problems }: Pick<Bench<unknown>, 'problems'>): readonly string[] {
  return problems.splice(0).map(lineOf);
}

function lineOf(problem: ReflectorProblem): string {
  switch (problem.kind) {
    case 'object':
      return `object ${problem.key} ${'code' in problem.error ? String(problem.error.code) : problem.error.message}`;
    case 'deletion':
      return `deletion ${problem.key} ${'code' in problem.error ? String(problem.error.code) : problem.error.message}`;
    case 'malformed':
      return `malformed ${problem.error.rawKey}`;
    case 'store':
      return `store ${problem.error.message}`;
    case 'request':
      return `request ${problem.phase} ${problem.failure.kind}`;
  }
}

/** A pod that no key can be made for. */
function nameless(name: string, revision: number): KVPair<Pod> {
  return { ...pod(name, revision), value: { metadata: {} } as unknown as Pod };
}

function unreadable(name: string, revision: number): ParseError {
  return new ParseError('half a pod', { rawKey: `/pods/${name}`, key: `/pods/${name}`, revision: String(revision) });
}

/** Ends the watch and answers with this list. */
async function relist(bench: Bench<unknown>, list: ReturnType<typeof listOf>): Promise<void> {
  const { client, clock } = bench;
  client.onList('pods', list);
  client.onWatch('pods', 'opened');
  client.end('pods', new RevisionCompactedError('too old'));
  await clock.runUntil(() => client.isWatching('pods'));
  await clock.settle();
  bench.problems.splice(0, bench.problems.findLastIndex(({ kind }) => kind === 'request') + 1);
}

describe('an object that the store refuses', () => {
  it('K22: on a watch it is told of, the others of its batch get in as one, and its last state stays', async () => {
    const bench = await syncedBench({ store: new NaiveTransactionalStore() }, pod('a', 1), pod('b', 2));
    const { client, clock, store, reflector, logger } = bench;
    client.send('pods', modified(pod('a', 11)), modified(nameless('b', 12)), added(pod('c', 13)), deleted(pod('a', 11), 14));
    await clock.settle();
    expect(told(bench)).toEqual(['object /pods/b invalid']);
    expect(logger.entries.filter(({ level }) => level === 'warn').length).toBe(1);
    expect(store.take()).toEqual(['transaction update a, add c, delete a @14']);
    expect(store.objects.get('b')?.spec).toBe(2);
    expect(reflector.lastSyncResourceVersion()).toBe('14');
    await bench.end();
  });

  it('K22: in a list it is told of, and its last state stays', async () => {
    const bench = await syncedBench({ store: new NaiveTransactionalStore() }, pod('a', 1), pod('b', 2), pod('gone', 3));
    await relist(bench, listOf(20, pod('a', 15), nameless('b', 16), nameless('new', 17)));
    expect(told(bench)).toEqual(['object /pods/b invalid', 'object /pods/new invalid']);
    expect(bench.store.take()).toEqual(['replace a,b @20']);
    expect(bench.store.objects.get('b')?.spec).toBe(2);
    await bench.end();
  });

  it('is told of once for each state of it, also when it is listed again', async () => {
    const bench = await syncedBench({ store: new NaiveTransactionalStore() }, nameless('b', 2));
    expect(told(bench)).toEqual(['object /pods/b invalid']);
    await relist(bench, listOf(20, nameless('b', 2)));
    expect(told(bench)).toEqual([]);
    bench.client.send('pods', modified(nameless('b', 21)));
    await bench.clock.settle();
    expect(told(bench)).toEqual(['object /pods/b invalid']);
    bench.client.send('pods', modified(pod('b', 22)));
    bench.client.send('pods', modified(nameless('b', 23)));
    await relist(bench, listOf(30));
    await relist(bench, listOf(40, nameless('b', 23)));
    expect(told(bench)).toEqual(['object /pods/b invalid']);
    await bench.end();
  });

  it('goes when it is deleted, by the key of the datastore: its state was never in the store', async () => {
    const bench = await syncedBench({ store: new NaiveTransactionalStore() }, pod('b', 2));
    const { client, clock, store } = bench;
    client.send('pods', modified(nameless('b', 11)));
    client.send('pods', deleted(nameless('b', 11), 12));
    await clock.settle();
    expect(store.deleted).toEqual([new DeletedFinalStateUnknown('b', pod('b', 2).value)]);
    expect(store.listKeys()).toEqual([]);
    client.send('pods', added(pod('b', 13)), modified(nameless('b', 14)), deleted(nameless('b', 14), 15));
    await clock.settle();
    expect(store.listKeys()).toEqual([]);
    await bench.end();
  });

  it('does not take another one with it when it is deleted, whatever key its state would have had', async () => {
    const store = new NaiveTransactionalStore();
    const bench = await syncedBench({ store }, pod('a', 1), pod('b', 2));
    store.admit = ({ spec }) => {
      if (spec === 'too much') throw new Error('too much');
    };
    const astray: KVPair<Pod> = { ...pod('a', 11, { spec: 'too much' }), key: '/pods/b' };
    bench.client.send('pods', modified(astray));
    bench.client.send('pods', deleted(astray, 12));
    await bench.clock.settle();
    expect(told(bench)).toEqual(['object /pods/b too much']);
    expect(store.listKeys()).toEqual(['a']);
    await bench.end();
  });

  it('is found by ours, too: an object that is no plain data costs only itself', async () => {
    const store = createStore<Pod>(metaNamespaceKeyFunc);
    const bench = await openBench({ store });
    bench.client.onList('pods', listOf(10, pod('a', 1, { spec: new Date(0) }), pod('b', 2)));
    bench.client.onWatch('pods', 'opened');
    await bench.clock.settle();
    expect(told(bench)).toEqual(['object /pods/a invalid']);
    bench.client.send('pods', modified(pod('b', 11, { spec: new Map() })), added(pod('c', 12)));
    await bench.clock.settle();
    expect(told(bench)).toEqual(['object /pods/b invalid']);
    expect([store.listKeys(), store.getByKey('b')?.spec, store.resourceVersion]).toEqual([['b', 'c'], 2, '12']);
    await bench.end();
  });

  it('is found one by one where the store refuses it for a reason of its own', async () => {
    const store = new NaiveTransactionalStore();
    const bench = await syncedBench({ store }, pod('a', 1), pod('b', 2), pod('gone', 3));
    store.admit = ({ spec }) => {
      if (spec === 'too much') throw new Error('too much');
    };
    bench.client.send('pods', modified(pod('a', 11)), modified(pod('b', 12, { spec: 'too much' })), deleted(pod('b', 12), 13));
    await bench.clock.settle();
    expect(store.take()).toEqual(['update a', 'delete b', 'transaction  @13']);
    expect(told(bench)).toEqual(['object /pods/b too much']);
    await relist(bench, listOf(20, pod('a', 15, { spec: 'too much' }), pod('c', 16)));
    expect(store.take()).toEqual(['update c', 'delete gone?']);
    expect(told(bench)).toEqual(['object /pods/a too much']);
    expect(store.objects.get('a')?.spec).toBe(11);
    await bench.end();
  });

  it('costs nothing but itself in a store without transactions', async () => {
    const store = new NaiveStore();
    const bench = await openBench({ store });
    bench.client.onList('pods', listOf(10, pod('a', 1)));
    bench.client.onWatch('pods', 'opened');
    await bench.clock.settle();
    const events = [added(nameless('b', 11)), deleted(nameless('a', 1), 12), added(pod('c', 13)), bookmark(14)];
    bench.client.send('pods', ...events);
    await bench.clock.settle();
    expect(store.lines).toEqual(['replace a @10', 'delete a?', 'add c']);
    expect(told(bench)).toEqual(['object /pods/b invalid']);
    await bench.end();
  });

  it('does not cost a queue its last state, though the queue cannot say what it was', async () => {
    const store = new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc });
    const bench = await openBench({ store });
    bench.client.onList('pods', listOf(10, pod('a', 1), pod('b', 2)));
    bench.client.onWatch('pods', 'opened');
    await bench.clock.settle();
    store.tryPopMany(Infinity);
    await relist(bench, listOf(20, nameless('a', 15)));
    const deltas = store.tryPopMany(Infinity).map((delta) => newestDelta(delta));
    expect(deltas.map((delta) => [delta?.type, delta?.object])).toEqual([
      ['Sync', pod('a', 1).value],
      ['Deleted', new DeletedFinalStateUnknown('b', pod('b', 2).value)],
    ]);
    bench.client.send('pods', deleted({ key: '/pods/a' }, 21));
    await bench.clock.settle();
    expect(newestDelta(store.tryPop() ?? [])?.object).toEqual(new DeletedFinalStateUnknown('a', pod('a', 1).value));
    await bench.end();
  });
});

describe('an entry that cannot be read', () => {
  it('is told of once for each state of it; what was last read of it stays, on a watch and in lists', async () => {
    const bench = await syncedBench({ store: new NaiveTransactionalStore() }, pod('a', 1), pod('b', 2));
    const { client, clock, store } = bench;
    const error = unreadable('a', 11);
    client.send('pods', { type: 'ERROR', revision: '11', error } satisfies WatchEvent<Pod>);
    await clock.settle();
    expect(bench.problems).toEqual([{ kind: 'malformed', error }]);
    expect(told(bench)).toEqual(['malformed /pods/a']);
    await relist(bench, { ...listOf(20), malformed: [unreadable('a', 11), unreadable('never-read', 12)] });
    expect(told(bench)).toEqual(['malformed /pods/never-read']);
    expect(store.listKeys()).toEqual(['a']);
    client.send('pods', { type: 'MENDED', revision: '21', rawKey: '/pods/never-read' });
    await relist(bench, { ...listOf(30, pod('a', 25)), malformed: [unreadable('a', 11), unreadable('never-read', 12)] });
    expect(told(bench), 'mended, it is news again').toEqual(['malformed /pods/never-read']);
    expect(store.objects.get('a')?.spec, 'what can be read counts').toBe(25);
    await bench.end();
  });

  it('goes with its deletion', async () => {
    const bench = await syncedBench({ store: new NaiveTransactionalStore() }, pod('a', 1));
    bench.client.send('pods', { type: 'ERROR', revision: '11', error: unreadable('a', 11) }, deleted({ key: '/pods/a' }, 12));
    await bench.clock.settle();
    expect(bench.store.listKeys()).toEqual([]);
    await bench.end();
  });
});

describe('an object of another type', () => {
  it('never enters the store, and what was there under its key goes: there is no object of the type any more', async () => {
    const store = new NaiveTransactionalStore();
    const options = { store, expectedType: { kind: 'Pod', apiVersion: 'v1' } };
    const right = { kind: 'Pod', apiVersion: 'v1' };
    const bench = await syncedBench(options, pod('a', 1, right), pod('b', 2, { ...right, kind: 'Service' }), pod('c', 3, right));
    expect(told(bench)).toEqual(['object /pods/b invalid']);
    expect(store.listKeys()).toEqual(['a', 'c']);
    const other = pod('a', 11, { ...right, apiVersion: 'v2' });
    bench.client.send('pods', modified(other), deleted(pod('c', 3, { kind: 'Service' }), 12));
    await bench.clock.settle();
    expect(told(bench)).toEqual(['object /pods/a invalid']);
    expect(store.listKeys()).toEqual([]);
    expect(store.deleted, 'what is of another type is not even deleted').toEqual([
      new DeletedFinalStateUnknown('a', pod('a', 1, right).value),
      new DeletedFinalStateUnknown('c', pod('c', 3, right).value),
    ]);
    bench.client.send('pods', deleted(other, 13));
    await relist(bench, listOf(20, other));
    expect(told(bench)).toEqual(['object /pods/a invalid']);
    expect(store.listKeys()).toEqual([]);
    await bench.end();
  });

  it.each([
    [undefined, { kind: 'Anything' }, undefined],
    [{ kind: 'Pod' }, { kind: 'Pod', apiVersion: 'v9' }, undefined],
    [{ kind: 'Pod' }, { apiVersion: 'v1' }, /has kind undefined where "Pod" is expected/],
    [{ kind: 'Pod' }, 'a pod', /has kind undefined/],
    [(object: unknown) => typeof object === 'string', 'a pod', undefined],
    [(object: unknown) => typeof object === 'string', 7, /says the predicate/],
    [
      () => {
        throw new Error('broken');
      },
      7,
      /made the predicate throw/,
    ],
    [undefined, null, /is null, which means "no object"/],
    [undefined, undefined, /is undefined/],
  ])('TestGetExpectedGVKFromObject: %o and %j: %o', (expected, object, message) => {
    const refusal = typeCheckOf(expected)(object);
    if (message === undefined) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ code: 'invalid', field: 'expectedType', message: expect.stringMatching(message) });
  });

  it.each([
    ['meta.k8s.io/v1', true],
    ['meta.k8s.io/v1beta1', true],
    ['example.com/v1', false],
  ])('TestIsUnsupportedTableObject: a Table of %s: %s', (apiVersion, isTable) => {
    const refusal = typeCheckOf(undefined)({ kind: 'Table', apiVersion });
    expect(refusal?.message.includes('Table') ?? false).toBe(isTable);
  });

  it.each([{}, { kind: 7 }, { apiVersion: null }])('is not told by %j', (expected) => {
    expect(() => typeCheckOf(expected as unknown as { kind: string })).toThrow(expect.objectContaining({ field: 'expectedType' }));
  });
});

describe('the key in the store', () => {
  it.each([
    ['/pods/default/web-0', 'default/web-0'],
    ['/nodes/node-1', 'node-1'],
    ['/pods/default/web-0/status', 'default/web-0/status'],
  ])('of %s is %s', (key, storeKey) => {
    expect(defaultStoreKey(key)).toBe(storeKey);
  });

  it.each(['/pods', '/pods/a%2Fb', 'pods', '/pods//a'])('of %s cannot be told', (key) => {
    expect(() => defaultStoreKey(key)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('is another rule where that is given', async () => {
    const store = new NaiveTransactionalStore();
    const toStoreKey = (key: string): string => key.slice('/pods/prefixed-'.length);
    const bench = await syncedBench({ store, toStoreKey }, { ...pod('a', 1), key: '/pods/prefixed-a' });
    bench.client.send('pods', deleted({ key: '/pods/prefixed-a' }, 11));
    await bench.clock.settle();
    expect(store.take()).toEqual(['transaction delete a @11']);
    await bench.end();
  });

  it('that cannot be told costs no other object: the deletion is told of', async () => {
    const bench = await syncedBench({ store: new NaiveTransactionalStore() }, { ...pod('b', 1), key: '/pods/a/b' });
    bench.client.send('pods', deleted({ key: '/pods/a%2Fb' }, 11));
    await bench.clock.settle();
    expect(told(bench)).toEqual(['deletion /pods/a%2Fb invalid']);
    expect(bench.store.listKeys()).toEqual(['b']);
    await bench.end();
  });
});

describe('a store', () => {
  it('that is closed is told of once a batch, and nothing else is tried', async () => {
    const store = new NaiveTransactionalStore();
    const bench = await syncedBench({ store }, pod('a', 1));
    store.admit = () => {
      throw new ClosedError('this queue has been closed');
    };
    bench.client.send('pods', added(pod('b', 11)), added(pod('c', 12)));
    await relist(bench, listOf(20, pod('d', 13)));
    expect(told(bench)).toEqual(['store this queue has been closed']);
    expect(store.listKeys()).toEqual(['a']);
    await bench.end();
  });

  it('that cannot replace is filled one by one, and told of', async () => {
    const store = new NaiveTransactionalStore();
    store.replace = () => {
      throw new Error('not today');
    };
    const bench = await openBench({ store });
    bench.client.onList('pods', listOf(10, pod('a', 1), pod('b', 2)));
    bench.client.onWatch('pods', 'opened');
    await bench.clock.settle();
    expect([store.listKeys(), told(bench), bench.reflector.hasSynced()]).toEqual([['a', 'b'], ['store not today'], true]);
    await relist(bench, listOf(20, pod('b', 2)));
    expect(store.listKeys()).toEqual(['b']);
    await bench.end();
  });

  it('whose keys are of its own making is not emptied when it is filled one by one', async () => {
    class ByUid extends NaiveTransactionalStore {
      override keyOf(object: Parameters<NaiveStore['keyOf']>[0]): string {
        return object instanceof DeletedFinalStateUnknown || object instanceof ExplicitKey
          ? object.key
          : `uid of ${object.metadata.name}`;
      }
    }
    const store = new ByUid();
    const bench = await syncedBench({ store }, pod('a', 1), pod('gone', 2));
    store.replace = () => {
      throw new Error('not today');
    };
    await relist(bench, listOf(20, pod('a', 1), pod('b', 15)));
    expect(store.listKeys()).toEqual(['uid of a', 'uid of b']);
    await bench.end();
  });

  it('that refuses everything holds nothing and is not in sync', async () => {
    const store = new NaiveTransactionalStore();
    store.admit = () => {
      throw new Error('never');
    };
    const bench = await openBench({ store });
    bench.client.onList('pods', listOf(10, pod('a', 1), pod('b', 2)));
    await bench.clock.settle();
    expect(told(bench)).toEqual(['object /pods/a never', 'object /pods/b never']);
    expect(bench.reflector.hasSynced()).toBe(false);
    await bench.end();
  });

  it('is emptied when the API of the kind is not installed, which is an answer', async () => {
    const store = new NaiveTransactionalStore();
    const bench = await openBench({ store });
    bench.client.onList('pods', new ApiMissingError('no such kind'));
    await bench.clock.settle();
    expect([store.lines, told(bench), bench.reflector.hasSynced()]).toEqual([['replace  @'], ['request list missing'], true]);
    await bench.end();
  });
});
