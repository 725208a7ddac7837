/** The object tree, the root of a state and snapshots, by example. */
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/index.js';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { amend } from '../../src/store/root.js';
import { emptySnapshot, TreeSnapshot } from '../../src/store/snapshot.js';
import { openTransaction, transact } from '../../src/store/transact.js';

type Write = readonly [key: string, value: number | undefined];

function contentOf(tree: ObjectTree<number>): readonly (readonly [string, number])[] {
  return [...tree];
}

function write(tree: ObjectTree<number>, writes: readonly Write[]) {
  return transact(tree, (draft) => {
    for (const [key, value] of writes) {
      if (value === undefined) draft.delete(key);
      else draft.set(key, value);
    }
  });
}

describe('the object tree', () => {
  it('scans a range in order, and stops when it is told to', () => {
    const { after: tree } = write(emptyTree<number>(), [
      ['/a', 1],
      ['/a/1', 2],
      ['/a/2', 3],
      ['/a-b', 4],
      ['/b', 5],
    ]);
    const seen: string[] = [];
    tree.scan({ from: '/a/', to: '/a0' }, (_, key) => void seen.push(key));
    expect(seen).toEqual(['/a/1', '/a/2']);
    tree.scan(undefined, (_, key) => (seen.push(key), seen.length < 4));
    expect(seen).toEqual(['/a/1', '/a/2', '/a', '/a-b']);
  });

  it('a transaction that throws, or that nobody commits, has not happened', () => {
    const { after: tree } = write(emptyTree<number>(), [['/a', 1]]);
    expect(() =>
      transact(tree, (draft) => {
        draft.set('/b', 2);
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    openTransaction(tree).draft.delete('/a');
    expect(contentOf(tree)).toEqual([['/a', 1]]);
  });

  it('what a transaction reads is what it has written', () => {
    transact(emptyTree<number>(), (draft) => {
      draft.set('/a', 1);
      expect(draft.get('/a')).toBe(1);
      draft.delete('/a');
      expect(draft.get('/a')).toBeUndefined();
    });
  });
});

describe('the root of a state', () => {
  it('is frozen, shares what did not change, and is itself when nothing did', () => {
    const state = amend({ a: { n: 1 }, b: { n: 2 } }, () => {});
    const next = amend(state, (draft) => void (draft.a.n = 5));
    expect(next).toEqual({ a: { n: 5 }, b: { n: 2 } });
    expect(next.b).toBe(state.b);
    expect(Object.isFrozen(next) && Object.isFrozen(next.a)).toBe(true);
    expect(amend(next, () => {})).toBe(next);
  });
});

describe('snapshots', () => {
  const pairs = (...keys: readonly string[]) =>
    transact(emptyTree<{ readonly key: string; readonly value: unknown }>(), (draft) =>
      keys.forEach((key) => draft.set(key, { key, value: key })),
    ).after;

  it('read, list by selection, iterate and compare, and cannot be written to', () => {
    const tree = pairs('/pods/a/1', '/pods/b/1', '/nodes/1');
    const snapshot = new TreeSnapshot(tree);
    expect([snapshot.size, snapshot.has('/nodes/1'), snapshot.get('/nodes/2')]).toEqual([3, true, undefined]);
    expect(snapshot.list({ kind: 'pods' }).map(({ key }) => key)).toEqual(['/pods/a/1', '/pods/b/1']);
    expect(snapshot.list()).toEqual([...snapshot]);
    const later = new TreeSnapshot(transact(tree, (draft) => draft.delete('/nodes/1')).after);
    expect(later.diff(snapshot).map(({ key }) => key)).toEqual(['/nodes/1']);
    expect(snapshot.diff(snapshot)).toEqual([]);
    expect(() => Object.assign(snapshot, { size: 0 })).toThrow(TypeError);
  });

  it('compare with snapshots of somebody else, too', () => {
    const mine = new TreeSnapshot(pairs('/a', '/b'));
    const foreign: Snapshot = {
      size: 1,
      get: (key) => (key === '/c' ? { key, value: 1 } : undefined),
      has: (key) => key === '/c',
      list: () => [],
      diff: () => [],
      *[Symbol.iterator]() {
        yield { key: '/c', value: 1 };
      },
    };
    expect(mine.diff(foreign).map(({ key, before }) => [key, before?.value])).toEqual([
      ['/a', undefined],
      ['/b', undefined],
      ['/c', 1],
    ]);
    expect(emptySnapshot().diff(emptySnapshot())).toEqual([]);
  });
});
