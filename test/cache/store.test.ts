/** Stores, indexers and the UndeltaStore: what client-go's tests ask of them, and the hazards that others have met. */
import { describe, expect, it } from 'vitest';
import { IndexError, KeyError } from '../../src/cache/errors.js';
import { createIndexer, createStore } from '../../src/cache/keyed-store.js';
import { DeletedFinalStateUnknown, ExplicitKey } from '../../src/cache/keys.js';
import type { Indexer, Store, StoreCommit } from '../../src/cache/store.js';
import { createThreadSafeStore } from '../../src/cache/thread-safe-store.js';
import { UndeltaStore } from '../../src/cache/undelta-store.js';
import { isHeliostatError } from '../../src/model/errors.js';
import { MemoryLogger } from '../../src/ports/logger.js';

interface Thing {
  readonly id: string;
  readonly val: string;
}

const byId = (thing: Thing): string => {
  if (typeof thing.id !== 'string') throw new Error('a thing needs an id');
  return thing.id;
};
const thing = (id: string, val: string): Thing => ({ id, val });
const nameless = { val: 'x' } as unknown as Thing; // what a datastore could hand over all the same

/** client-go's doTestStore. */
function testStore(store: Store<Thing>): void {
  const make = (id: string, val: string): Thing => thing(id, val);
  store.add(make('foo', 'bar'));
  expect(store.get(make('foo', ''))).toEqual(make('foo', 'bar'));
  store.update(make('foo', 'baz'));
  expect(store.get(make('foo', ''))).toEqual(make('foo', 'baz'));
  store.delete(make('foo', ''));
  expect(store.get(make('foo', ''))).toBeUndefined();
  store.add(make('a', 'b'));
  store.add(make('c', 'd'));
  store.add(make('e', 'e'));
  expect(store.list()).toEqual([make('a', 'b'), make('c', 'd'), make('e', 'e')]);
  expect(store.listKeys()).toEqual(['a', 'c', 'e']);
  store.replace([make('foo', 'foo'), make('bar', 'bar')]);
  expect(store.list()).toEqual([make('bar', 'bar'), make('foo', 'foo')]);
  expect(store.getByKey('a')).toBeUndefined();
}

describe('stores', () => {
  it('TestCache: adds, gets, updates, deletes, lists and replaces', () => testStore(createStore(byId)));
  it('TestUndeltaStore: does the same behind a push', () => testStore(new UndeltaStore({ keyFunc: byId, pushFunc: () => {} })));
  it('TestCache: with indices', () => testStore(createIndexer(byId, { val: ({ val }) => [val] })));

  it('X2: changes nothing when one object has no key or is no plain data, and says which', () => {
    const store = createIndexer(byId, { val: ({ val }) => [val] });
    store.add(thing('a', '1'));
    const before = store.snapshot();
    const told: unknown[] = [];
    store.subscribe((commit) => told.push(commit));
    expect(() => store.add(nameless)).toThrow(KeyError);
    expect(() => store.update(nameless)).toThrow(KeyError);
    expect(() => store.delete(nameless)).toThrow(KeyError);
    expect(() => store.get(nameless)).toThrow(KeyError);
    expect(() => store.snapshot().get(nameless)).toThrow(KeyError);
    expect(() => store.replace([thing('b', '2'), nameless])).toThrow(KeyError); // K36
    expect(() => store.replace([thing('b', '2'), { id: 'c', val: new Date(0) as unknown as string }])).toThrow('instance of Date');
    expect(() =>
      store.transaction([
        { op: 'add', object: thing('b', '2') },
        { op: 'delete', object: thing('a', '') },
        { op: 'add', object: { id: 'c', val: (() => {}) as unknown as string } },
      ]),
    ).toThrow('a function');
    expect(store.diff(before, store.snapshot())).toEqual([]);
    expect(store.byIndex('val', '2')).toEqual([]);
    expect(told).toEqual([]);
  });

  it('X2: does a transaction in one step, in order', () => {
    const store = createStore(byId);
    const commits: StoreCommit<Thing>[] = [];
    store.subscribe((commit) => commits.push(commit));
    store.transaction(
      [
        { op: 'add', object: thing('a', '1') },
        { op: 'add', object: thing('b', '1') },
        { op: 'update', object: thing('a', '2') },
        { op: 'delete', object: thing('b', '') },
        { op: 'delete', object: thing('never', '') },
      ],
      '7',
    );
    expect(commits.map(({ changes }) => changes)).toEqual([[{ key: 'a', before: undefined, after: thing('a', '2') }]]);
    expect(store.resourceVersion).toBe('7');
    store.transaction([], '8');
    expect(store.resourceVersion).toBe('8');
    store.add(thing('c', '1'));
    expect([store.resourceVersion, store.snapshot().resourceVersion]).toEqual(['8', '8']);
    expect(commits.length).toBe(2);
  });

  it('X1: finds and deletes by object, explicit key and tombstone', () => {
    const store = createStore(byId);
    store.replace(['a', 'b', 'c', 'd'].map((id) => thing(id, id)));
    expect(store.get(new ExplicitKey('a'))).toEqual(thing('a', 'a'));
    expect(store.snapshot().get(new DeletedFinalStateUnknown<Thing>('b', undefined))).toEqual(thing('b', 'b'));
    store.delete(new ExplicitKey('a'));
    store.delete(new DeletedFinalStateUnknown<Thing>('b', undefined));
    store.delete(thing('c', 'in any state'));
    expect(store.listKeys()).toEqual(['d']);
  });

  it('takes the last of several objects with one key', () => {
    const store = createStore(byId);
    store.replace([thing('a', '1'), thing('b', '1'), thing('a', '2')]);
    expect(store.list()).toEqual([thing('a', '2'), thing('b', '1')]);
  });

  it('X5: treats any key as a Map would', () => {
    const keys = ['', '__proto__', 'constructor', 'toString', 'a/b', '\u{1F600}', '\0'];
    const store = createIndexer(byId, { id: ({ id }) => [id] });
    for (const key of keys) store.add(thing(key, key));
    expect(store.listKeys()).toEqual(keys.toSorted());
    for (const key of keys) expect([store.getByKey(key)?.val, store.indexKeys('id', key)]).toEqual([key, [key]]);
  });

  it('K48: hands out what nobody can change', () => {
    const store = createStore<{ readonly id: string; readonly labels: Record<string, string[]> }>(({ id }) => id);
    const given = { id: 'a', labels: { app: ['web'] } };
    store.add(given);
    const stored = store.getByKey('a');
    expect(stored).toBe(given); // the store has taken ownership
    expect(() => given.labels.app.push('db')).toThrow(TypeError);
    expect(() => Object.assign(stored ?? {}, { id: 'b' })).toThrow(TypeError);
    expect(Object.isFrozen(store.list()[0]?.labels)).toBe(true);
  });

  it('X6: a snapshot is free, stays as it was, and reads as the store did', () => {
    const store = createIndexer(byId, { val: ({ val }) => [val] });
    store.replace([thing('a', '1'), thing('b', '1')], '5');
    const early = store.snapshot();
    store.delete(thing('a', ''));
    store.update(thing('b', '2'));
    store.addIndexers({ late: ({ id }) => [id] });
    expect([early.size, early.resourceVersion, early.listKeys()]).toEqual([2, '5', ['a', 'b']]);
    expect(early.list()).toEqual([thing('a', '1'), thing('b', '1')]);
    expect(early.byIndex('val', '1')).toHaveLength(2);
    expect(early.index('val', thing('not stored', '1'))).toHaveLength(2);
    expect(early.indexKeys('val', '2')).toEqual([]);
    expect(() => early.byIndex('late', 'b')).toThrow('does not exist');
    expect(early.getByKey('a')).toEqual(thing('a', '1'));
    const late = store.snapshot();
    expect(store.diff(early, late)).toEqual([
      { key: 'a', before: thing('a', '1'), after: undefined },
      { key: 'b', before: thing('b', '1'), after: thing('b', '2') },
    ]);
    expect(store.diff(late, late)).toEqual([]);
    expect(() => store.diff({} as typeof late, late)).toThrow('This is not a snapshot');
  });

  it('K6: tells nobody of what did not change, and keeps its identity', () => {
    const store = createStore(byId);
    store.replace([thing('a', '1'), thing('b', '1')]);
    const [a] = store.list();
    const told: string[] = [];
    store.subscribe(({ changes }) => changes.forEach(({ key }) => told.push(key)));
    store.replace([thing('a', '1'), thing('b', '2')]);
    store.update(thing('a', '1'));
    store.delete(thing('never', ''));
    expect(told).toEqual(['b']);
    expect(store.getByKey('a')).toBe(a);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an explicit key', new ExplicitKey('a')],
    ['a tombstone', new DeletedFinalStateUnknown('a', thing('a', '1'))],
  ])('takes nothing in that is no object: %s, whatever was promised', (_, object) => {
    const store = createThreadSafeStore<Thing>({}, { immutableValues: true });
    store.add('a', thing('a', '1'));
    const wrong = object as unknown as Thing;
    expect(() => store.update('a', wrong)).toThrow(expect.objectContaining({ code: 'invalid', field: 'object' }));
    expect(() => store.replace([['a', wrong]])).toThrow('put an object in');
    expect(store.get('a')).toEqual(thing('a', '1'));
  });

  it('asks for a key function, and for index functions', () => {
    const wrong = undefined as unknown as () => string;
    expect(() => createStore(wrong)).toThrow(expect.objectContaining({ code: 'invalid', field: 'keyFunc' }));
    expect(() => createIndexer(byId, { val: wrong })).toThrow('"val" is undefined, not a function');
  });
});

describe('subscribers', () => {
  it('X7: are told of every change once and in order, also of those that they make themselves', () => {
    const store = createStore(byId);
    const first: string[] = [];
    const second: string[] = [];
    store.subscribe(({ changes, after }) => {
      for (const { key } of changes) first.push(`${key}:${after.size}`);
      if (after.getByKey('b') === undefined) store.add(thing('b', '1'));
    });
    store.subscribe(({ before, after }) => second.push(`${before.size}>${after.size}`));
    store.add(thing('a', '1'));
    expect(first).toEqual(['a:1', 'b:2']);
    expect(second).toEqual(['0>1', '1>2']);
  });

  it('X7: are told only of what happens while they listen', () => {
    const store = createStore(byId);
    const late: string[] = [];
    const abort = new AbortController();
    const end = store.subscribe(() => {
      end();
      store.add(thing('b', '1'));
      store.subscribe(({ changes }) => changes.forEach(({ key }) => late.push(key)), { signal: abort.signal });
      store.add(thing('c', '1'));
    });
    store.add(thing('a', '1'));
    expect(late).toEqual(['c']);
    abort.abort();
    store.add(thing('d', '1'));
    expect(late).toEqual(['c']);
    const never = store.subscribe(() => late.push('never'), { signal: AbortSignal.abort() });
    store.add(thing('e', '1'));
    never();
    never();
    expect(late).toEqual(['c']);
  });

  it.each([
    ['an object without a text form', Object.create(null)],
    ['an error', new Error('listener')],
  ])('K39: cost nobody anything when they throw %s, and the logger throws, too', async (_, thrown) => {
    const broken = (): never => {
      throw new Error('the disk is full');
    };
    const store = createStore(byId, { logger: { debug: broken, info: broken, warn: broken, error: broken } });
    const told: string[] = [];
    store.subscribe(() => {
      throw thrown;
    });
    store.subscribe(async () => {
      throw thrown;
    });
    store.subscribe(({ changes }) => changes.forEach(({ key }) => told.push(key)));
    store.add(thing('a', '1'));
    store.add(thing('b', '1'));
    await Promise.resolve();
    expect(told).toEqual(['a', 'b']);
    expect(() => store.subscribe(undefined as unknown as () => void)).toThrow('it must be a function');
  });

  it('K39: cost nobody anything when they throw, or reject', async () => {
    const logger = new MemoryLogger();
    const store = createStore(byId, { logger });
    const told: string[] = [];
    store.subscribe(() => {
      throw new Error('listener one');
    });
    store.subscribe(async () => {
      throw new Error('listener two');
    });
    store.subscribe(({ changes }) => changes.forEach(({ key }) => told.push(key)));
    store.add(thing('a', '1'));
    store.add(thing('b', '1'));
    await Promise.resolve();
    expect(told).toEqual(['a', 'b']);
    expect(store.listKeys()).toEqual(['a', 'b']);
    expect(logger.entries.map(({ message }) => message).toSorted()).toEqual([
      'A listener of a store failed: listener one',
      'A listener of a store failed: listener one',
      'A listener of a store failed: listener two',
      'A listener of a store failed: listener two',
    ]);
  });
});

describe('indices', () => {
  it('TestIndex: lists the objects that share a value with the one given', () => {
    const store = createIndexer(byId, { by_val: ({ val }) => [val] });
    store.replace([thing('a', 'b'), thing('c', 'b'), thing('e', 'f'), thing('g', 'h')]);
    const idsWith = (val: string): string[] => store.index('by_val', thing('probe', val)).map(({ id }) => id);
    expect([idsWith('b'), idsWith('f'), idsWith('h'), idsWith('none')]).toEqual([['a', 'c'], ['e'], ['g'], []]);
    expect(() => store.index('by_nothing', thing('a', 'b'))).toThrow(
      'Index with name "by_nothing" does not exist; there is "by_val"',
    );
    expect(() => createStore(byId).snapshot().byIndex('by_val', 'b')).toThrow('there is none');
  });

  it('DeleteRemovesEmptySetsFromIndex: forgets a value with its last object', () => {
    const store = createThreadSafeStore<string>({ value: (object) => [object] });
    store.add('one', 'x');
    store.delete('one');
    expect(store.listIndexFuncValues('value')).toEqual([]);
    expect(store.indices()).toEqual({ value: new Map() });
  });

  it('AddKeepsNonEmptySetPostDeleteFromIndex: keeps a value that another object has', () => {
    const store = createThreadSafeStore<string>({ value: (object) => [object] });
    store.add('one', 'x');
    store.add('two', 'x');
    store.delete('one');
    expect(store.indices()).toEqual({ value: new Map([['x', new Set(['two'])]]) });
  });

  it('TestMultiIndexKeys: an object has as many values as its function says', () => {
    const store = createIndexer<{ id: string; users: string }>(({ id }) => id, { byUser: ({ users }) => users.split(',') });
    const pod = (id: string, users: string): { id: string; users: string } => ({ id, users });
    const idsOf = (user: string): string[] => store.byIndex('byUser', user).map(({ id }) => id);
    store.replace([pod('one', 'ernie,bert'), pod('two', 'bert,oscar'), pod('tre', 'ernie,elmo')]);
    expect(['ernie', 'bert', 'elmo', 'oscar', 'ernie1'].map(idsOf)).toEqual([['one', 'tre'], ['one', 'two'], ['tre'], ['two'], []]);
    expect(store.index('byUser', pod('probe', 'elmo,oscar,bert')).map(({ id }) => id)).toEqual(['one', 'tre', 'two']);
    store.delete(pod('two', ''));
    expect([idsOf('bert'), idsOf('oscar')]).toEqual([['one'], []]);
    store.update(pod('tre', 'bert,bert'));
    expect([idsOf('bert'), idsOf('elmo'), idsOf('ernie')]).toEqual([['one', 'tre'], [], ['one']]);
  });

  it('TestGetIndexFuncValues: lists the values there are, in order', () => {
    const store = createIndexer(byId, { val: ({ val }) => val });
    store.replace([thing('a', 'biz'), thing('b', 'bar'), thing('c', 'biz')]);
    expect(store.listIndexFuncValues('val')).toEqual(['bar', 'biz']);
  });

  it('TestIndexer: can be added to what is there; a taken name is refused', () => {
    const store = createIndexer(byId, {});
    store.replace([thing('a', '1'), thing('b', '2')]);
    const val = ({ val: value }: Thing): readonly string[] => [value];
    store.addIndexers({ val });
    expect(store.byIndex('val', '2')).toEqual([thing('b', '2')]);
    store.add(thing('c', '2'));
    expect(store.indexKeys('val', '2')).toEqual(['b', 'c']);
    expect(() => store.addIndexers({ other: val, val })).toThrow('The index "val" exists already');
    expect(store.getIndexers()).toEqual({ val });
  });

  it('K35: an index function that throws is told of, and no index holds on to what is over', () => {
    const logger = new MemoryLogger();
    const errors: IndexError[] = [];
    const moody = ({ val }: Thing): readonly string[] => {
      if (val === 'poison') throw new Error('I cannot look at this');
      return [val];
    };
    const store = createIndexer(byId, { moody, val: ({ val }) => [val] }, { logger, onIndexError: (error) => errors.push(error) });
    store.add(thing('a', '1'));
    store.update(thing('a', 'poison'));
    expect(store.getByKey('a')).toEqual(thing('a', 'poison'));
    expect([store.byIndex('moody', '1'), store.unindexed('moody')]).toEqual([[], ['a']]);
    expect(store.indexKeys('val', 'poison')).toEqual(['a']);
    expect(errors.map(({ code, key, indexName }) => [code, key, indexName])).toEqual([['index-failed', 'a', 'moody']]);
    expect(logger.entries.map(({ message }) => message)).toEqual([
      'The index function "moody" failed for "a": I cannot look at this',
    ]);
    expect(() => store.index('moody', thing('probe', 'poison'))).toThrow(IndexError);
    store.update(thing('a', '2'));
    expect([store.indexKeys('moody', '2'), store.unindexed('moody')]).toEqual([['a'], []]);
    store.update(thing('a', 'poison'));
    store.delete(thing('a', ''));
    expect([store.unindexed('moody'), store.indices()]).toEqual([[], { moody: new Map(), val: new Map() }]);
  });

  it('K35: an index function that says something else the second time leaves nothing behind', () => {
    let turn = 0;
    const store = createIndexer(byId, { fickle: () => [`turn ${turn++}`] });
    store.add(thing('a', '1'));
    store.update(thing('a', '2'));
    expect(store.listIndexFuncValues('fickle')).toEqual(['turn 1']);
    store.delete(thing('a', ''));
    expect(store.listIndexFuncValues('fickle')).toEqual([]);
  });

  it.each([
    ['a number', 7],
    ['null', null],
    ['numbers', ['a', 7]],
    ['a promise', Promise.resolve(['a'])],
  ])('K35: an index function that returns %s has failed', (_, returned) => {
    const store = createIndexer(byId, { odd: () => returned as unknown as string[] });
    store.add(thing('a', '1'));
    expect([store.unindexed('odd'), store.listIndexFuncValues('odd')]).toEqual([['a'], []]);
  });

  it('X2: refuses to be changed by the functions that it asks', () => {
    const errors: IndexError[] = [];
    const store = createIndexer<Thing>(
      byId,
      {
        rude: ({ id }) => {
          store.add(thing(`${id}+`, 'x'));
          return [];
        },
      },
      { onIndexError: (error) => errors.push(error) },
    );
    store.add(thing('a', '1'));
    expect(store.listKeys()).toEqual(['a']);
    expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('changed the store that asked it')]);
    store.replace([]); // and it is not stuck
    expect(store.listKeys()).toEqual([]);
  });

  it('an index function that says nothing has no value for its object', () => {
    const store = createIndexer<{ readonly id: string; readonly node?: string }>(({ id }) => id, { node: ({ node }) => node });
    store.replace([{ id: 'a' }, { id: 'b', node: 'north' }]);
    expect([store.listIndexFuncValues('node'), store.unindexed('node'), store.size]).toEqual([['north'], [], 2]);
    expect(Object.keys(store.snapshot().getIndexers())).toEqual(['node']);
  });

  it('X2: nothing that a store asks can change it: key functions and functions that are only looked with neither', () => {
    const meddled: string[] = [];
    let isMeddling = false;
    const meddle = (): void => {
      if (!isMeddling) return;
      isMeddling = false; // the key function is asked for this one, too
      try {
        store.add(thing('meddled', 'x'));
      } catch (error) {
        meddled.push(String(error));
      }
      isMeddling = true;
    };
    const store: Indexer<Thing> = createIndexer<Thing>(
      (one) => {
        meddle();
        return byId(one);
      },
      {
        val: ({ val }) => {
          meddle();
          return [val, String(store.getByKey('a')?.val)]; // looking is fine
        },
      },
    );
    isMeddling = true;
    store.replace([thing('a', '1')]);
    store.get(thing('a', ''));
    store.delete(thing('b', ''));
    store.index('val', thing('a', '1'));
    expect(store.listKeys()).toEqual(['a']);
    expect(meddled.length).toBeGreaterThanOrEqual(5);
    expect(new Set(meddled).size).toBe(1);
  });

  it('X7: those who are told of a failing index function may change the store, and everybody is told in order', () => {
    const told: string[] = [];
    const mirror = new Map<string, Thing>();
    const store = createIndexer<Thing>(
      byId,
      {
        picky: ({ val }) => {
          if (val === 'bad') throw new Error('no');
          return [val];
        },
      },
      { onIndexError: ({ key }) => store.delete(new ExplicitKey(key ?? '')) },
    );
    store.subscribe(({ changes, after }) => {
      for (const { key, after: now } of changes) {
        told.push(`${now === undefined ? '-' : '+'}${key} of ${after.size}`);
        if (now === undefined) mirror.delete(key);
        else mirror.set(key, now);
      }
    });
    store.replace([thing('good', 'fine'), thing('bad', 'bad')]);
    expect(told).toEqual(['+bad of 2', '+good of 2', '-bad of 1']);
    expect([...mirror.values()]).toEqual(store.list());
  });

  it('a callback for index errors that throws is reported', () => {
    const logger = new MemoryLogger();
    const onIndexError = (): never => {
      throw new Error('no');
    };
    const store = createIndexer(byId, { bad: onIndexError }, { logger, onIndexError });
    store.add(thing('a', '1'));
    expect(store.listKeys()).toEqual(['a']);
    expect(logger.entries.map(({ level }) => level)).toEqual(['warn', 'error']);
  });
});

describe('UndeltaStore', () => {
  function pushing(logger = new MemoryLogger()) {
    const pushes: (readonly string[])[] = [];
    const store: UndeltaStore<Thing> = new UndeltaStore({
      keyFunc: byId,
      logger,
      pushFunc: (things) => pushes.push(things.map(({ id, val }) => `${id}:${val}`)),
    });
    return { store, pushes };
  }

  it('TestUpdateCallsPush: pushes everything after an add and an update', () => {
    const { store, pushes } = pushing();
    store.add(thing('a', '0'));
    store.update(thing('a', '1'));
    expect(pushes).toEqual([['a:0'], ['a:1']]);
  });

  it('TestDeleteCallsPush: and after a delete, of what is not there too', () => {
    const { store, pushes } = pushing();
    store.add(thing('a', '0'));
    store.delete(thing('a', ''));
    store.delete(thing('a', ''));
    expect(pushes).toEqual([['a:0'], [], []]);
  });

  it('TestReadsDoNotCallPush: but not after reads, or after what was refused', () => {
    const { store, pushes } = pushing();
    store.list();
    store.listKeys();
    store.get(thing('a', ''));
    store.getByKey('a');
    expect(() => store.add(nameless)).toThrow(KeyError);
    expect(() => store.replace([nameless])).toThrow(KeyError);
    expect(pushes).toEqual([]);
  });

  it('TestReplaceCallsPush: once for a replace, and once for a transaction', () => {
    const { store, pushes } = pushing();
    store.replace([thing('b', '0'), thing('a', '0')]);
    store.transaction([
      { op: 'delete', object: thing('a', '') },
      { op: 'add', object: thing('c', '0') },
    ]);
    expect(pushes).toEqual([
      ['a:0', 'b:0'],
      ['b:0', 'c:0'],
    ]);
  });

  it('X8: pushes nothing for a transaction without operations, which tells a revision alone', () => {
    const { store, pushes } = pushing();
    store.transaction([], '7');
    expect(pushes).toEqual([]);
  });

  it('X8: pushes in the order of the operations, also when a push changes the store', () => {
    const pushes: string[] = [];
    const store: UndeltaStore<Thing> = new UndeltaStore({
      keyFunc: byId,
      pushFunc: (things) => {
        if (things.length < 3) store.add(thing(String(things.length), 'more'));
        pushes.push(things.map(({ id }) => id).join());
      },
    });
    store.add(thing('0', 'first'));
    expect(pushes).toEqual(['0', '0,1', '0,1,2']);
  });

  it('X8: reports a push that fails, and goes on', () => {
    const logger = new MemoryLogger();
    const store = new UndeltaStore<Thing>({
      keyFunc: byId,
      logger,
      pushFunc: () => {
        throw new Error('nobody there');
      },
    });
    store.add(thing('a', '1'));
    expect(store.listKeys()).toEqual(['a']);
    expect(logger.entries.map(({ message }) => message)).toEqual(['A pushFunc failed: nobody there']);
    const wrong = { keyFunc: byId, pushFunc: undefined as unknown as () => void };
    expect(() => new UndeltaStore(wrong)).toThrow(expect.objectContaining({ code: 'invalid', field: 'pushFunc' }));
    expect(isHeliostatError(new KeyError({}, new Error('')), 'no-key')).toBe(true);
  });
});
