/** The object tree against a plain Map, and the promises of transactions and differences. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTree, type Change, type ObjectTree } from '../../src/store/object-tree.js';
import { applyChanges, openTransaction, replaceAll, transact, undoOf } from '../../src/store/transact.js';

type Write = readonly [key: string, value: number | undefined];

const anyKey = fc.oneof(
  fc.constantFrom('/a', '/a/b', '/a-b', '/ab', '/__proto__', '/constructor', '/0'),
  fc.nat(40).map((n) => `/k/${n}`),
);
const anyWrite: fc.Arbitrary<Write> = fc.tuple(anyKey, fc.option(fc.nat(3), { nil: undefined }));
const anyHistory = fc.array(fc.array(anyWrite, { maxLength: 12 }), { maxLength: 12 });

function contentOf<T>(tree: ObjectTree<T>): readonly (readonly [string, T])[] {
  return [...tree];
}

function sorted(model: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...model].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function write(tree: ObjectTree<number>, writes: readonly Write[]) {
  return transact(tree, (draft) => {
    for (const [key, value] of writes) {
      expect(draft.original(key)).toBe(tree.get(key));
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
          expect(commit.after.keys()).toEqual(sorted(model).map(([key]) => key));
          expect(commit.after.values()).toEqual(sorted(model).map(([, value]) => value));
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
        const inOrder = (keys: Iterable<string>) =>
          [...keys].toSorted().map((key) => ({ key, before: before.get(key), after: next.get(key) }));
        const wanted = inOrder(next.keys()).filter((change) => change.before?.value !== change.after?.value);
        expect(commit.changes).toEqual([...wanted, ...inOrder(before.keys()).filter(({ key }) => !next.has(key))]);
        expect(commit.before).toBe(tree);
        expect(contentOf(tree)).toEqual(entries);
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('D5: scans a range in order, from its first key to before its last, until it is told to stop', () => {
    const anyRange = fc.option(fc.record({ from: anyKey, to: anyKey }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(anyWrite, { maxLength: 60, size: 'max' }),
        anyRange,
        fc.option(anyKey),
        fc.nat(8),
        (writes, range, first, most) => {
          const { after: tree } = write(emptyTree(), writes);
          const inside = contentOf(tree).filter(([key]) => range === undefined || (key >= range.from && key < range.to));
          const seen: (readonly [string, number])[] = [];
          tree.scan(range, (value, key) => void seen.push([key, value]));
          expect(seen).toEqual(inside);
          const some: string[] = [];
          tree.scan(range, (_, key) => some.push(key) <= most);
          expect(some).toEqual(inside.slice(0, most + 1).map(([key]) => key));
          expect([...tree.entries(first ?? undefined)]).toEqual(contentOf(tree).filter(([key]) => first === null || key >= first));
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });

  it('D5: a transaction reads what it has written, tells keys in the order in which it met them, and is over when it is committed', () => {
    const anyAct = fc.tuple(anyKey, fc.option(fc.nat(3), { nil: undefined }), fc.boolean());
    fc.assert(
      fc.property(fc.array(anyWrite), fc.array(anyAct, { maxLength: 15 }), (writes, acts) => {
        const { after: tree } = write(emptyTree(), writes);
        const { draft, commit } = openTransaction(tree);
        const now = new Map(contentOf(tree));
        const met = new Set<string>();
        for (const [key, value, reads] of acts) {
          met.add(key);
          if (reads) expect(draft.get(key)).toBe(now.get(key));
          else if (value === undefined) draft.delete(key);
          else draft.set(key, value);
          if (reads) continue;
          if (value === undefined) now.delete(key);
          else now.set(key, value);
        }
        const was = new Map(contentOf(tree));
        const { after, before, changes } = commit();
        expect(contentOf(after)).toEqual(sorted(now));
        expect(before).toBe(tree);
        expect(changes.map(({ key }) => key)).toEqual([...met].filter((key) => was.get(key) !== now.get(key)));
        for (const late of [() => draft.get('/a'), () => draft.set('/a', 1), () => draft.delete('/a')]) expect(late).toThrow('/a');
        expect(Object.isFrozen(after)).toBe(true);
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
