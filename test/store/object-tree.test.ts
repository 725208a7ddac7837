/** The object tree against a plain Map, and the promises of transactions, differences and snapshots. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/index.js';
import { emptyTree, type Change, type ObjectTree } from '../../src/store/object-tree.js';
import { amend } from '../../src/store/root.js';
import { emptySnapshot, TreeSnapshot } from '../../src/store/snapshot.js';
import { applyChanges, openTransaction, replaceAll, transact, undoOf } from '../../src/store/transact.js';

type Write = readonly [key: string, value: number | undefined];

const anyKey = fc.oneof(
  fc.constantFrom('/a', '/a/b', '/a-b', '/ab', '/__proto__', '/constructor', '/0'),
  fc.nat(40).map((n) => `/k/${n}`),
);
const anyWrite: fc.Arbitrary<Write> = fc.tuple(anyKey, fc.option(fc.nat(3), { nil: undefined }));
const anyHistory = fc.array(fc.array(anyWrite, { maxLength: 12 }), { maxLength: 12 });

function contentOf(tree: ObjectTree<number>): readonly (readonly [string, number])[] {
  return [...tree];
}

function sorted(model: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...model].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function write(tree: ObjectTree<number>, writes: readonly Write[]) {
  return transact(tree, (draft) => {
    for (const [key, value] of writes) {
      if (value === undefined) draft.delete(key);
      else draft.set(key, value);
    }
  });
}

/** The difference of two contents, told by comparing every key. */
function differenceOf(
  before: readonly (readonly [string, number])[],
  after: readonly (readonly [string, number])[],
): readonly Change<number>[] {
  const [old, now] = [new Map(before), new Map(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((key) => ({ key, before: old.get(key), after: now.get(key) }))
    .filter(({ before: was, after: is }) => was !== is);
}

const byKey = (a: { readonly key: string }, b: { readonly key: string }): number => (a.key < b.key ? -1 : 1);

describe('the object tree', () => {
  it('D5, R15, R16: behaves as a Map in key order; every earlier version stays what it was; changes, undo and diff are exact', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const model = new Map<string, number>();
        let tree: ObjectTree<number> = emptyTree();
        const versions: { tree: ObjectTree<number>; content: readonly (readonly [string, number])[] }[] = [{ tree, content: [] }];
        for (const writes of history) {
          const before = contentOf(tree);
          const commit = write(tree, writes);
          for (const [key, value] of writes) {
            if (value === undefined) model.delete(key);
            else model.set(key, value);
          }
          expect(contentOf(commit.after)).toEqual(sorted(model));
          expect(commit.after.size).toBe(model.size);
          expect(commit.changes.toSorted(byKey)).toEqual(differenceOf(before, sorted(model)));
          expect(contentOf(applyChanges(commit.after, undoOf(commit.changes)).after)).toEqual(before);
          expect(contentOf(applyChanges(commit.before, commit.changes).after)).toEqual(sorted(model));
          if (commit.changes.length === 0) expect(commit.after).toBe(tree);
          tree = commit.after;
          versions.push({ tree, content: sorted(model) });
        }
        for (const version of versions) expect(contentOf(version.tree)).toEqual(version.content);
        for (const [index, version] of versions.entries()) {
          const other = versions[(index * 7) % versions.length];
          if (other !== undefined) expect(version.tree.diff(other.tree)).toEqual(differenceOf(other.content, version.content));
        }
        for (const key of ['/a', '/k/7', '/nobody', '/__proto__']) {
          expect(tree.get(key)).toBe(model.get(key));
          expect(tree.has(key)).toBe(model.has(key));
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

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

  it('R11: replacing everything keeps what is the same, sets what is not, and deletes what is missing, once and last', () => {
    fc.assert(
      fc.property(fc.array(anyWrite), fc.array(anyWrite), (old, now) => {
        const boxed = (writes: readonly Write[]) =>
          new Map(writes.flatMap(([key, value]) => (value === undefined ? [] : [[key, { value }] as const])));
        const [before, next] = [boxed(old), boxed(now)];
        const entries = [...before].toSorted(([a], [b]) => (a < b ? -1 : 1));
        const tree = replaceAll(emptyTree<{ readonly value: number }>(), entries, () => false).after;
        const commit = replaceAll(
          tree,
          [...next].toSorted(([a], [b]) => (a < b ? -1 : 1)),
          (a, b) => a.value === b.value,
        );
        expect(new Map([...commit.after].map(([key, { value }]) => [key, value]))).toEqual(
          new Map([...next].map(([key, { value }]) => [key, value])),
        );
        for (const [key, box] of commit.after)
          if (before.get(key)?.value === box.value) expect(box, 'unchanged entries keep their identity').toBe(before.get(key));
        const kinds = commit.changes.map(({ after }) => after === undefined);
        expect(kinds.indexOf(true) === -1 ? [] : kinds.slice(kinds.indexOf(true)).filter((isDelete) => !isDelete)).toEqual([]);
        expect(commit.changes.filter(({ after }) => after === undefined).map(({ key }) => key)).toEqual(
          [...before.keys()].filter((key) => !next.has(key)).toSorted(),
        );
      }),
      { seed: 2, numRuns: 300 },
    );
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
