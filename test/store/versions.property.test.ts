/** Versions of a tree that branch: each answers for itself, however it came about and whatever became of the one it came from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { openTransaction, replaceAll, transact } from '../../src/store/transact.js';

interface Version {
  readonly tree: ObjectTree<number>;
  readonly content: ReadonlyMap<string, number>;
}

const anyKey = fc.nat(60).map((n) => `/k/${String(n).padStart(2, '0')}`);
/** From which version, how, and with what: a key without a number is deleted. */
const anyStep = fc.record({
  from: fc.nat(),
  how: fc.constantFrom('transact', 'replaceAll', 'forget'),
  writes: fc.uniqueArray(fc.tuple(anyKey, fc.option(fc.nat(5), { nil: undefined })), { selector: ([key]) => key, maxLength: 40 }),
});

function next({ tree, content }: Version, how: string, writes: readonly (readonly [string, number | undefined])[]): Version {
  const given = new Map(writes.filter((write): write is [string, number] => write[1] !== undefined));
  if (how === 'replaceAll') {
    const entries = [...given].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return { tree: replaceAll(tree, entries, (a, b) => a === b).after, content: given };
  }
  const changed = new Map(content);
  for (const [key, value] of writes) {
    if (value === undefined) changed.delete(key);
    else changed.set(key, value);
  }
  const after = transact(tree, (draft) => {
    for (const [key, value] of writes) {
      if (value === undefined) draft.delete(key);
      else draft.set(key, value);
    }
  }).after;
  return how === 'forget' ? { tree, content } : { tree: after, content: changed };
}

describe('versions of an object tree', () => {
  it('D5: each finds what it holds and nothing else, however often one of them was changed', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 12 }), (steps) => {
        const versions: Version[] = [{ tree: emptyTree(), content: new Map() }];
        for (const { from, how, writes } of steps) {
          const origin = versions[from % versions.length];
          if (origin !== undefined) versions.push(next(origin, how, writes));
          for (const { tree, content } of versions) {
            expect(tree.size).toBe(content.size);
            for (let n = 0; n <= 60; n++) {
              const key = `/k/${String(n).padStart(2, '0')}`;
              expect([tree.get(key), tree.has(key)]).toEqual([content.get(key), content.has(key)]);
            }
          }
        }
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it('a draft cannot be used after its transaction: what it says would be of no version', () => {
    const { draft, commit } = openTransaction(emptyTree<number>());
    draft.set('/a', 1);
    commit();
    expect(() => draft.set('/a', 2)).toThrow('/a cannot be read or written with its draft any more');
    expect(() => draft.get('/a')).toThrow('has been committed');
    expect(() => draft.delete('/a')).toThrow('has been committed');
  });
});
