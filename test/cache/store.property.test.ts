/** Stores and indices against a plain Map and indices that are computed from scratch. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndexer } from '../../src/cache/keyed-store.js';
import { ExplicitKey } from '../../src/cache/keys.js';
import type { Indexer, ObjectChange, StoreOperation, StoreSnapshot } from '../../src/cache/store.js';

interface Thing {
  readonly id: string;
  readonly tags: readonly string[];
  readonly bad?: boolean;
}

type Command =
  | { readonly do: 'transaction'; readonly operations: readonly StoreOperation<Thing>[] }
  | { readonly do: 'replace'; readonly things: readonly Thing[] }
  | { readonly do: 'addIndexer' };

const anyThing: fc.Arbitrary<Thing> = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c', 'a/b', '__proto__', ''),
    tags: fc.array(fc.constantFrom('x', 'y', 'z', '__proto__', ''), { maxLength: 4 }),
    bad: fc.constant(true),
  },
  { requiredKeys: ['id', 'tags'] },
);
const anyOperation: fc.Arbitrary<StoreOperation<Thing>> = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'update'), object: anyThing }),
  fc.record({
    op: fc.constant('delete'),
    object: fc.oneof(
      anyThing,
      anyThing.map(({ id }) => new ExplicitKey(id)),
    ),
  }),
);
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('transaction'), operations: fc.array(anyOperation, { maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replace'), things: fc.array(anyThing, { maxLength: 8 }) }) },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'addIndexer' }) },
);

function tagsOf(thing: Thing): readonly string[] {
  if (thing.bad === true) throw new Error('a bad thing');
  return thing.tags;
}

type Model = Map<string, Thing>;

function apply(model: Model, command: Command): void {
  if (command.do === 'replace') {
    model.clear();
    for (const thing of command.things) model.set(thing.id, thing);
  }
  if (command.do !== 'transaction') return;
  for (const { op, object } of command.operations) {
    if (op === 'delete')
      model.delete(object instanceof ExplicitKey ? object.key : (object as Thing).id); // no tombstone is drawn
    else model.set(object.id, object);
  }
}

const sortedKeys = (keys: Iterable<string>): string[] => [...keys].toSorted((a, b) => (a < b ? -1 : 1));

/** What an index must hold, from the objects alone. */
function indexFromScratch(model: Model): { readonly index: Map<string, Set<string>>; readonly failed: readonly string[] } {
  const index = new Map<string, Set<string>>();
  const failed: string[] = [];
  for (const key of sortedKeys(model.keys())) {
    const thing = model.get(key);
    if (thing?.bad === true) failed.push(key);
    else for (const tag of thing?.tags ?? []) index.set(tag, (index.get(tag) ?? new Set()).add(key));
  }
  return { index, failed };
}

function check(read: StoreSnapshot<Thing> | Indexer<Thing>, model: Model, indexNames: readonly string[]): void {
  const keys = sortedKeys(model.keys());
  expect(read.listKeys()).toEqual(keys);
  expect(read.list()).toEqual(keys.map((key) => model.get(key)));
  const { index, failed } = indexFromScratch(model);
  expect(Object.keys(read.indices())).toEqual(indexNames);
  for (const name of indexNames) {
    expect(read.indices()[name]).toEqual(index);
    expect(read.unindexed(name)).toEqual(failed);
    expect(read.listIndexFuncValues(name)).toEqual(sortedKeys(index.keys()));
    for (const tag of ['x', 'y', 'none', '__proto__']) {
      const wanted = sortedKeys(index.get(tag) ?? []);
      expect(read.indexKeys(name, tag)).toEqual(wanted);
      expect(read.byIndex(name, tag)).toEqual(wanted.map((key) => model.get(key)));
    }
    const shared = keys.filter((key) => index.get('x')?.has(key) === true || index.get('z')?.has(key) === true);
    expect(read.index(name, { id: 'probe', tags: ['z', 'x', 'z'] })).toEqual(shared.map((key) => model.get(key)));
  }
}

/** The difference of two models, told by comparing every key. */
function differenceOf(before: Model, after: Model): readonly ObjectChange<Thing>[] {
  return sortedKeys(new Set([...before.keys(), ...after.keys()]))
    .map((key) => ({ key, before: before.get(key), after: after.get(key) }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

describe('an indexer', () => {
  it('X2-X7: is a Map in key order whose indices are what their functions say, at every moment, for ever', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 40 }), (commands) => {
        const store = createIndexer<Thing>(({ id }) => id, { tags: tagsOf });
        const indexNames = ['tags'];
        const model: Model = new Map();
        const versions = [{ snapshot: store.snapshot(), model: new Map(model), indexNames: [...indexNames] }];
        const told: (readonly ObjectChange<Thing>[])[] = [];
        let announced: StoreSnapshot<Thing> = store.snapshot();
        store.subscribe((commit) => {
          told.push(commit.changes.toSorted((a, b) => (a.key < b.key ? -1 : 1)));
          expect(store.diff(announced, commit.before)).toEqual([]);
          announced = commit.after;
        });
        for (const command of commands) {
          const before: Model = new Map(model);
          told.length = 0;
          if (command.do === 'transaction') store.transaction(structuredCloned(command.operations));
          else if (command.do === 'replace') store.replace(command.things.map((thing) => structuredClone(thing)));
          else {
            indexNames.push(`index ${indexNames.length}`);
            store.addIndexers({ [indexNames.at(-1) ?? '']: tagsOf });
          }
          apply(model, command);
          check(store, model, indexNames);
          const difference = differenceOf(before, model);
          expect(told).toEqual(difference.length === 0 ? [] : [difference]);
          versions.push({ snapshot: store.snapshot(), model: new Map(model), indexNames: [...indexNames] });
        }
        for (const version of versions) check(version.snapshot, version.model, version.indexNames);
        for (const [place, version] of versions.entries()) {
          const other = versions[(place * 5) % versions.length];
          if (other === undefined) continue;
          expect(store.diff(version.snapshot, other.snapshot)).toEqual(differenceOf(version.model, other.model));
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

/** The store takes ownership: the model keeps its own. Explicit keys are instances, and stay so. */
function structuredCloned(operations: readonly StoreOperation<Thing>[]): readonly StoreOperation<Thing>[] {
  return operations.map((operation) =>
    operation.op === 'delete' ? operation : { ...operation, object: structuredClone(operation.object) },
  );
}
