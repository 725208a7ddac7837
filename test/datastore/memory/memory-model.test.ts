/** The memory datastore against a naive multi-version reference: a plain Map for each revision, and nothing shared. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isHeliostatError, type ErrorCode, type WatchEvent } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { seededRandom, SimulatedClock } from '../../../src/testing/index.js';

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

async function codeOf(work: Promise<unknown>): Promise<ErrorCode | 'done'> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (isHeliostatError(error)) return error.code;
    throw error;
  }
}

async function perform(step: Step, store: MemoryDatastore<number>, reference: Reference): Promise<void> {
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

function lineOf(event: WatchEvent): string {
  if (event.type === 'ADDED' || event.type === 'MODIFIED')
    return `${event.revision} ${event.type} ${event.new.key} ${String(event.new.value)}`;
  if (event.type === 'DELETED')
    return `${event.revision} ${event.type} ${event.old.key} ${'value' in event.old ? String(event.old.value) : ''}`;
  return `${event.revision} ${event.type}`;
}

async function readUpTo(store: MemoryDatastore<number>, from: number, head: number): Promise<readonly string[]> {
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
        const store = new MemoryDatastore<number>({ clock: new SimulatedClock(), random: seededRandom(1), maxBatch: 3 });
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

  it('keeps as many revisions, and as old ones, as it is told to, and always the latest', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryDatastore<number>({ clock, history: { maxRevisions: 3, maxAge: 1_000 } });
    for (let n = 0; n < 10; n++) await store.apply({ key: '/a/1', value: n });
    expect([store.compactedRevision, store.revision]).toEqual(['8', '11']);
    expect((await store.get('/a/1', { revision: '8' })).value).toBe(6);
    await clock.advance(1_001);
    expect(await codeOf(store.get('/a/1', { revision: '8' }))).toBe('revision-compacted');
    expect([store.compactedRevision, (await store.get('/a/1')).value]).toEqual(['11', 9]);
    await store.close();
  });

  it('a watch that is read slowly finds everything; one that falls behind what is kept is told so', async () => {
    const store = new MemoryDatastore<number>({ clock: new SimulatedClock(), history: { maxRevisions: 10 } });
    const slow = (await store.watch({}, { revision: '1' }))[Symbol.asyncIterator]();
    for (let n = 0; n < 10; n++) await store.apply({ key: `/a/${n}`, value: n });
    expect(((await slow.next()).value as readonly WatchEvent[]).length).toBe(10);
    for (let n = 0; n < 11; n++) await store.apply({ key: `/a/${n}`, value: n });
    expect(await codeOf(slow.next())).toBe('revision-compacted');
    await store.close();
  });

  it('compacting beyond the latest revision, to nonsense, or backwards', async () => {
    const store = new MemoryDatastore<number>();
    await store.apply({ key: '/a/1', value: 1 });
    expect(await codeOf(store.compact('99'))).toBe('revision-too-new');
    expect(await codeOf(store.compact('x'))).toBe('invalid');
    await store.compact();
    await store.compact('1');
    expect(store.compactedRevision).toBe('2');
    await store.close();
  });

  it('C11, C13: times to live and watches end with it, and leave no timer', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryDatastore<number>({ clock });
    for (let n = 0; n < 5; n++) await store.create({ key: `/a/${n}`, value: n, ttl: 1_000 });
    const reading = (async () => {
      for await (const batch of await store.watch({})) void batch;
    })();
    await clock.settle();
    expect(clock.pending).toBeGreaterThan(5);
    await store.close();
    expect(await codeOf(reading)).toBe('closed');
    expect(clock.pending).toBe(0);
  });

  it('an object that expires is deleted at a revision of its own, with what it was', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryDatastore<number>({ clock });
    const { revision = '' } = await store.create({ key: '/a/1', value: 7, ttl: 500 });
    const watch = await store.watch({}, { revision });
    const reading = watch[Symbol.asyncIterator]().next();
    await clock.advance(500);
    expect(((await reading).value as readonly WatchEvent[]).map(lineOf)).toEqual(['3 DELETED /a/1 7']);
    await store.close();
  });

  it('options that are none are refused', () => {
    expect(() => new MemoryDatastore({ maxBatch: 0 })).toThrow('Illegal maxBatch 0');
    expect(() => new MemoryDatastore({ bookmarkInterval: NaN })).toThrow('Illegal bookmarkInterval NaN');
  });
});

describe('a transaction', () => {
  it('C12: with an operation that is none is refused, and nothing is stored', async () => {
    const datastore = new MemoryDatastore();
    const wrong = [{ type: 'create', object: { key: '/pods/a', value: 1 } }] as unknown as Parameters<
      MemoryDatastore['transaction']
    >[0]; // as JavaScript can
    await expect(datastore.transaction(wrong)).rejects.toMatchObject({ code: 'invalid' });
    expect((await datastore.list({})).items).toEqual([]);
    await datastore.close();
  });
});
