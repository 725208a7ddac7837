/** Snapshots and the root of a state, against plain maps and plain copies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KVPair } from '../../src/model/kv-pair.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import { emptyTree } from '../../src/store/object-tree.js';
import { amend } from '../../src/store/root.js';
import { emptySnapshot, TreeSnapshot } from '../../src/store/snapshot.js';
import { transact } from '../../src/store/transact.js';

const pairs: readonly KVPair<number>[] = ['/a/1', '/a/2', '/ab/1', '/b/1', '/b/x/1'].flatMap((key) =>
  [1, 2].map((value) => Object.freeze({ key, value })),
);
const anyContent = fc.array(fc.constantFrom(...pairs)).map((chosen) => new Map(chosen.map((pair) => [pair.key, pair])));
type Content = ReadonlyMap<string, KVPair<number>>;

function snapshotOf(content: Content): TreeSnapshot<number> {
  return new TreeSnapshot(
    transact(emptyTree<KVPair<number>>(), (draft) => content.forEach((pair, key) => draft.set(key, pair))).after,
  );
}

/** A snapshot that somebody else made. */
function foreign(content: Content): Snapshot<number> {
  return {
    size: content.size,
    get: (key) => content.get(key),
    has: (key) => content.has(key),
    list: () => [...content.values()],
    diff: () => [],
    [Symbol.iterator]: () => content.values(),
  };
}

const ordered = (content: Content) => [...content.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));

describe('a snapshot', () => {
  it('R15: reads, lists and iterates as a map would, in key order, and cannot be changed', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const snapshot = snapshotOf(content);
        expect([...snapshot]).toEqual(ordered(content));
        expect(snapshot.list()).toEqual(ordered(content));
        expect(snapshot.list({ kind: 'a' })).toEqual(ordered(content).filter(({ key }) => key.startsWith('/a/')));
        expect(snapshot.size).toBe(content.size);
        for (const { key } of pairs) expect([snapshot.get(key), snapshot.has(key)]).toEqual([content.get(key), content.has(key)]);
        expect(Object.isFrozen(snapshot)).toBe(true);
      }),
    );
    expect([...emptySnapshot()]).toEqual([]);
  });

  it('R15: differs from another one, ours or not, by exactly what differs, in key order', () => {
    fc.assert(
      fc.property(anyContent, anyContent, (before, after) => {
        const keys = [...new Set(pairs.map(({ key }) => key))].toSorted();
        const wanted = keys
          .map((key) => ({ key, before: before.get(key), after: after.get(key) }))
          .filter((change) => change.before !== change.after);
        expect(snapshotOf(after).diff(snapshotOf(before))).toEqual(wanted);
        expect(snapshotOf(after).diff(foreign(before))).toEqual(wanted);
      }),
      { seed: 71, numRuns: 300 },
    );
  });
});

describe('the root of a state', () => {
  it('D5: becomes what the recipe says, frozen; what is not touched is shared, and what does not change is itself', () => {
    const anyRoot = fc.record({ a: fc.record({ n: fc.nat(3) }), b: fc.record({ n: fc.nat(3) }) });
    fc.assert(
      fc.property(anyRoot, fc.nat(3), (root, n) => {
        const state = amend(root, () => {});
        const next = amend(state, (draft) => void (draft.a.n = n));
        expect(next).toEqual({ ...root, a: { n } });
        expect(next.b).toBe(state.b);
        expect([state, next, next.a].every((part) => Object.isFrozen(part))).toBe(true);
        if (n === state.a.n) expect(next).toBe(state);
      }),
    );
  });
});
