/** The memory datastore against a naive multi-version reference: a plain Map for each revision, and nothing shared. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../../src/datastore/memory/memory-backend.js';
import { seededRandom } from '../../../src/ports/random.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { codeOf, lineOf } from '../../support/answers.js';

interface Stored {
  readonly value: number;
  readonly revision: number;
  readonly created: number;
}
type Content = ReadonlyMap<string, Stored>;

/** Every state that the datastore had, by revision. */
class Reference {
  readonly states = new Map<number, Content>([[1, new Map()]]);
  head = 1;
  compacted = 1;

  at(revision: number): Content {
    return this.states.get(revision) ?? new Map();
  }

  commit(change: (draft: Map<string, Stored>, revision: number) => void): void {
    const draft = new Map(this.at(this.head));
    change(draft, this.head + 1);
    this.states.set(++this.head, draft);
  }

  put(key: string, value: number): void {
    this.commit((draft, revision) => draft.set(key, { value, revision, created: draft.get(key)?.created ?? revision }));
  }
}

const keys = ['/a/1', '/a/1/x', '/a/10', '/a/2', '/b/1', '/ab/1'] as const;
const anyKey = fc.constantFrom(...keys, '/a');
const anyStep = fc.oneof(
  fc.record({ op: fc.constant('create' as const), key: anyKey, value: fc.nat(9) }),
  fc.record({ op: fc.constant('update' as const), key: anyKey, value: fc.nat(9), lag: fc.nat(3) }),
  fc.record({ op: fc.constant('apply' as const), key: anyKey, value: fc.nat(9) }),
  fc.record({ op: fc.constant('delete' as const), key: anyKey }),
  fc.record({
    op: fc.constant('transaction' as const),
    writes: fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.nat(9)), { selector: ([key]) => key, minLength: 1, maxLength: 3 }),
  }),
  fc.record({ op: fc.constant('compact' as const), back: fc.nat(5) }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

async function perform(step: Step, store: MemoryBackend<number>, reference: Reference): Promise<void> {
  const now = reference.at(reference.head);
  switch (step.op) {
    case 'create': {
      const expected = now.has(step.key) ? 'resource-already-exists' : 'done';
      expect(await codeOf(store.create({ key: step.key, value: step.value }))).toBe(expected);
      if (expected === 'done') reference.put(step.key, step.value);
      return;
    }
    case 'update': {
      const current = now.get(step.key);
      const revision = current === undefined ? 1 : current.revision - step.lag;
      const expected = current === undefined ? 'resource-does-not-exist' : step.lag === 0 ? 'done' : 'resource-update-conflict';
      expect(await codeOf(store.update({ key: step.key, value: step.value, revision: String(revision) }))).toBe(expected);
      if (expected === 'done') reference.put(step.key, step.value);
      return;
    }
    case 'apply':
      await store.apply({ key: step.key, value: step.value });
      return reference.put(step.key, step.value);
    case 'delete': {
      const below = [...now.keys()].filter((key) => key === step.key || key.startsWith(`${step.key}/`));
      expect(await codeOf(store.delete(step.key))).toBe(below.length === 0 ? 'resource-does-not-exist' : 'done');
      if (below.length > 0) reference.commit((draft) => below.forEach((key) => draft.delete(key)));
      return;
    }
    case 'transaction':
      await store.transaction(step.writes.map(([key, value]) => ({ op: 'apply', object: { key, value } })));
      return reference.commit((draft, revision) => {
        for (const [key, value] of step.writes) draft.set(key, { value, revision, created: draft.get(key)?.created ?? revision });
      });
    case 'compact': {
      const target = Math.max(1, reference.head - step.back);
      await store.compact(String(target));
      reference.compacted = Math.max(reference.compacted, target);
    }
  }
}

/** What a watch after `from` must tell, by comparing one state with the next. */
function expectedEvents(reference: Reference, from: number): readonly string[] {
  const lines: string[] = [];
  for (let revision = from + 1; revision <= reference.head; revision++) {
    const [before, after] = [reference.at(revision - 1), reference.at(revision)];
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
    const told = changed.map((key) => {
      const [old, now] = [before.get(key), after.get(key)];
      const type = now === undefined ? 'DELETED' : old === undefined ? 'ADDED' : 'MODIFIED';
      return `${revision} ${type} ${key} ${now?.value ?? old?.value}`;
    });
    lines.push(...told.toSorted());
  }
  return lines;
}

async function readUpTo(store: MemoryBackend<number>, from: number, head: number): Promise<readonly string[]> {
  const lines: string[] = [];
  if (from === head) return lines;
  for await (const batch of await store.watch({}, { revision: String(from) })) {
    const byRevision = batch.toSorted((a, b) => Number(a.revision) - Number(b.revision) || (lineOf(a) < lineOf(b) ? -1 : 1));
    expect(batch.map(({ revision }) => revision)).toEqual(byRevision.map(({ revision }) => revision));
    lines.push(...byRevision.map(lineOf));
    if (batch.at(-1)?.revision === String(head)) break;
  }
  return lines;
}

describe('the memory datastore', () => {
  it('C1-C3, C6-C8, C14: answers as a plain Map for each revision would, now and at every revision that is kept', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 40, size: 'max' }), async (steps) => {
        const store = new MemoryBackend<number>({ clock: new SimulatedClock(), random: seededRandom(1), maxBatch: 3 });
        const reference = new Reference();
        for (const step of steps) await perform(step, store, reference);
        expect([store.revision, store.compactedRevision]).toEqual([String(reference.head), String(reference.compacted)]);
        for (let revision = 1; revision <= reference.head; revision++) {
          const listing = store.list({}, { revision: String(revision) });
          if (revision < reference.compacted) {
            expect(await codeOf(listing)).toBe('revision-compacted');
            expect(await codeOf(store.watch({}, { revision: String(revision) }))).toBe('revision-compacted');
            continue;
          }
          const { items } = await listing;
          const content = [...reference.at(revision)].toSorted(([a], [b]) => (a < b ? -1 : 1));
          expect(items.map(({ key, value, revision: written }) => [key, value, Number(written)])).toEqual(
            content.map(([key, stored]) => [key, stored.value, stored.revision]),
          );
          expect(new Set(items.map(({ key, uid }) => `${key} ${uid}`)).size).toBe(items.length);
          expect(await readUpTo(store, revision, reference.head)).toEqual(expectedEvents(reference, revision));
        }
        await store.close();
      }),
      { seed: 11, numRuns: 120 },
    );
  });
});
