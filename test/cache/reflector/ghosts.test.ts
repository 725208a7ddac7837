/** Nothing stays in a store that is gone from the datastore: whatever its final state is, and whatever keys the store has. */
import { describe, expect, it } from 'vitest';
import { createStore } from '../../../src/cache/keyed-store.js';
import { DeletedFinalStateUnknown, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { newestDelta, type Deltas } from '../../../src/cache/queues/delta.js';
import { DeltaFIFO, type DeltaFIFOOptions } from '../../../src/cache/queues/delta-fifo.js';
import type { Store } from '../../../src/cache/store.js';
import { ParseError, RevisionCompactedError } from '../../../src/index.js';
import type { KVPair, WatchEvent } from '../../../src/index.js';
import { added, deleted, listOf, modified, openBench, pod, syncedBench, type Bench, type BenchOptions } from './bench.js';
import { NaiveStore, NaiveTransactionalStore, type Pod } from './naive-store.js';

type Extra = Partial<DeltaFIFOOptions<Pod>>;

/** A queue that a reflector fills: what it handed out at first is taken. */
async function queueBench(options: Extra, ...objects: readonly KVPair<Pod>[]): Promise<Bench<DeltaFIFO<Pod>>> {
  const bench = await openBench({ store: new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc, ...options }) });
  await listed(bench, ...objects);
  bench.store.tryPopMany(Infinity);
  return bench;
}

async function listed(bench: Bench<unknown>, ...objects: readonly KVPair<Pod>[]): Promise<void> {
  bench.client.onList('pods', listOf(10, ...objects));
  bench.client.onWatch('pods', 'opened');
  await bench.clock.settle();
}

async function send(bench: Bench<unknown>, ...events: readonly WatchEvent<Pod>[]): Promise<void> {
  bench.client.send('pods', ...events);
  await bench.clock.settle();
}

/** `Deleted a`, with a question mark for a tombstone. */
function told(items: readonly Deltas<Pod>[]): readonly string[] {
  return items.map((deltas) => {
    const newest = newestDelta(deltas);
    const object = newest?.object;
    return object instanceof DeletedFinalStateUnknown
      ? `${newest?.type} ${object.key}? ${String(object.object?.spec)}`
      : `${newest?.type} ${object?.metadata.name} ${String(object?.spec)}`;
  });
}

const throwsForPoison = (object: Pod): Pod => {
  if (object.spec === 'poison') throw new Error('this cannot be transformed');
  return { ...object };
};

describe('a deletion with a final state that cannot be let in', () => {
  it.each([
    ['is no plain data', {}, new Date(0)],
    ['makes the transformer throw', { transformer: throwsForPoison }, 'poison'],
  ])('K22: reaches a queue as a tombstone with the last known state, when it %s', async (_, options, spec) => {
    const bench = await queueBench(options, pod('a', 1), pod('b', 2));
    await send(bench, deleted(pod('a', 11, { spec }), 11), modified(pod('b', 12)));
    expect(told(bench.store.tryPopMany(Infinity))).toEqual(['Deleted a? 1', 'Updated b 12']);
    expect(bench.problems).toEqual([]);
    await bench.end();
  });

  it.each([
    ['with transactions', new NaiveTransactionalStore()],
    ['without transactions', new NaiveStore()],
  ])('K22: leaves nothing in a foreign store %s that refuses it', async (_, store) => {
    const remove = store.delete.bind(store);
    store.delete = (object) => {
      if (!(object instanceof DeletedFinalStateUnknown)) throw new Error('not in this state');
      remove(object);
    };
    if (store instanceof NaiveTransactionalStore) {
      const transact = store.transaction.bind(store);
      store.transaction = (operations, revision) => {
        for (const { op, object } of operations) {
          if (op === 'delete' && !(object instanceof DeletedFinalStateUnknown)) throw new Error('not in this state');
        }
        transact(operations, revision);
      };
    }
    const bench = await openBench<NaiveStore>({ store });
    await listed(bench, pod('a', 1), pod('b', 2));
    await send(bench, modified(pod('b', 11)), deleted(pod('a', 12), 12));
    expect([store.listKeys(), bench.problems]).toEqual([['b'], []]);
    await bench.end();
  });

  it('is told as a deletion when the store lets nothing go at all', async () => {
    const store = new NaiveStore();
    store.delete = () => {
      throw new Error('never');
    };
    const bench = await openBench<NaiveStore>({ store });
    await listed(bench, pod('a', 1));
    await send(bench, deleted(pod('a', 11), 11));
    expect(bench.problems).toMatchObject([{ kind: 'deletion', key: '/pods/a', error: { message: 'never' } }]);
    expect(bench.logger.entries.map(({ message }) => message)).toContain('/pods/a is gone, and is still in the store: never');
    await bench.end();
  });
});

/** The eight methods of a store, and no more. */
function withoutKeyOf(store: Store<Pod>): Store<Pod> {
  return {
    add: (object) => store.add(object),
    update: (object) => store.update(object),
    delete: (object) => store.delete(object),
    list: () => store.list(),
    listKeys: () => store.listKeys(),
    get: (object) => store.get(object),
    getByKey: (key) => store.getByKey(key),
    replace: (objects, revision) => store.replace(objects, revision),
  };
}

const uidOf = (object: Pod): string => (object.metadata as { readonly uid?: string }).uid ?? '';

/** A pod of which the key in the store is `uid`. */
function withUid(name: string, uid: string, revision: number): KVPair<Pod> {
  return { ...pod(name, revision), value: { metadata: { name, uid }, spec: revision } as Pod };
}

class ByUid extends NaiveTransactionalStore {
  override keyOf(object: Parameters<NaiveStore['keyOf']>[0]): string {
    return object instanceof DeletedFinalStateUnknown ? super.keyOf(object) : uidOf(object as Pod); // nothing else comes
  }
}

function unreadable(name: string): ParseError {
  return new ParseError('half a pod', { rawKey: `/pods/${name}`, key: `/pods/${name}`, revision: '19' });
}

describe('a store whose keys are of its own making, and that tells them', () => {
  const byUid = (...objects: readonly KVPair<Pod>[]): Promise<Bench<NaiveTransactionalStore>> =>
    syncedBench({ store: new ByUid() }, ...objects);

  it('RL1: holds no ghost after a deletion without a state, be it in the very batch of what it is about', async () => {
    const bench = await byUid(withUid('a', 'u1', 1), withUid('b', 'u2', 2));
    await send(bench, deleted({ key: '/pods/a' }, 11), added(withUid('c', 'u3', 12)), deleted({ key: '/pods/c' }, 13));
    expect([bench.store.listKeys(), bench.problems]).toEqual([['u2'], []]);
    expect(bench.store.deleted).toMatchObject([{ key: 'u1', object: { spec: 1 } }, { key: 'u3' }]);
    await bench.end();
  });

  it('RL1: keeps what was last read of an entry that cannot be, and lets it go later', async () => {
    const bench = await byUid(withUid('a', 'u1', 1), withUid('b', 'u2', 2), withUid('gone', 'u3', 3));
    for (const revision of [20, 30]) {
      bench.client.onList('pods', { ...listOf(revision, withUid('a', 'u1', 15)), malformed: [unreadable('b')] });
      bench.client.onWatch('pods', 'opened');
      bench.client.end('pods', new RevisionCompactedError('too old'));
      await bench.clock.runUntil(() => bench.client.isWatching('pods'));
      expect(bench.store.listKeys()).toEqual(['u1', 'u2']);
    }
    await send(bench, deleted({ key: '/pods/b' }, 31));
    expect(bench.store.listKeys()).toEqual(['u1']);
    await bench.end();
  });

  it('RL1: holds one object for each key of the datastore, also when its key in the store changes', async () => {
    const bench = await byUid(withUid('a', 'u1', 1), withUid('b', 'u2', 2));
    await send(bench, modified(withUid('a', 'u3', 11)), deleted(withUid('b', 'u9', 12), 12));
    expect(bench.store.listKeys()).toEqual(['u3']);
    bench.store.transaction = () => {
      throw new Error('one by one, please');
    };
    await send(bench, modified(withUid('a', 'u4', 13)), added(withUid('b', 'u5', 14)), deleted({ key: '/pods/b' }, 15));
    expect(bench.store.listKeys()).toEqual(['u4']);
    await send(bench, deleted({ key: '/pods/a' }, 16));
    expect([bench.store.listKeys(), bench.problems.filter(({ kind }) => kind !== 'store')]).toEqual([[], []]);
    await bench.end();
  });

  it('K22: keeps the last state when the one that would take its place is refused', async () => {
    const bench = await byUid(withUid('a', 'u1', 1));
    bench.store.admit = () => {
      throw new Error('too much');
    };
    await send(bench, modified(withUid('a', 'u2', 11)));
    expect(bench.store.listKeys()).toEqual(['u1']);
    expect(bench.problems).toMatchObject([{ kind: 'object', key: '/pods/a' }]);
    await bench.end();
  });

  it('RL1: is a queue, too', async () => {
    const bench = await queueBench({ keyFunc: uidOf }, withUid('a', 'u1', 1), withUid('b', 'u2', 2));
    await send(bench, deleted({ key: '/pods/a' }, 11));
    expect(told(bench.store.tryPopMany(Infinity))).toEqual(['Deleted u1? 1']);
    await bench.end();
  });
});

describe('a store whose keys are not those of toStoreKey', () => {
  const mismatch = { kind: 'store', error: { code: 'invalid', field: 'toStoreKey' } };

  it('is told of, once: deletions without a state would be lost', async () => {
    const store = withoutKeyOf(createStore<Pod>(uidOf));
    const bench = await openBench({ store });
    await listed(bench, withUid('a', 'u1', 1));
    await send(bench, added(withUid('b', 'u2', 11)));
    expect(bench.problems).toMatchObject([mismatch]);
    await bench.end();
  });

  it('is told of when the rule is given, too', async () => {
    const options: BenchOptions<NaiveTransactionalStore> = { store: new ByUid(), toStoreKey: (key) => key.slice('/pods/'.length) };
    const bench = await openBench(options);
    await listed(bench);
    await send(bench, added(withUid('b', 'u2', 11)));
    expect(bench.problems).toMatchObject([mismatch]);
    await bench.end();
  });
});

describe('the transformer of a queue', () => {
  it('K44: F12: is asked once of each state, whoever of its list or batch has no key', async () => {
    const asked: string[] = [];
    const transformer = (object: Pod): Pod => {
      asked.push(`${object.metadata.name}@${String(object.spec)}`);
      return { ...object };
    };
    const nameless: KVPair<Pod> = { ...pod('b', 2), value: { metadata: {} } as unknown as Pod };
    const bench = await queueBench({ transformer }, pod('a', 1), nameless, pod('c', 3));
    await send(bench, modified(pod('a', 11)), added(nameless), deleted(pod('c', 12), 12));
    expect(asked).toEqual(['a@1', 'c@3', 'a@11', 'c@12']);
    expect(bench.problems).toMatchObject([{ kind: 'object', key: '/pods/b' }]);
    expect(Object.isFrozen(nameless.value)).toBe(false);
    await bench.end();
  });
});
