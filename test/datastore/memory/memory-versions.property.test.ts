/** The memory datastore against a whole copy of everything for each revision: answers, lists, histories and watches. */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../../src/datastore/memory/memory-backend.js';
import type { ListOptions } from '../../../src/model/list-options.js';
import type { Watch, WatchEvent } from '../../../src/model/watch.js';
import { seededRandom } from '../../../src/ports/random.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import {
  brokenText,
  eventText,
  MemoryPlay,
  pairText,
  refusalOf,
  type PlayOperation,
  type PlayStep,
} from '../../support/memory-play.js';
import { MemoryReference, type Wish } from '../../support/memory-reference.js';

const keys = ['/a/1', '/a/1/x', '/a/10', '/a/2', '/b/1', '/ab/1'] as const;
const anyKey = fc.constantFrom(...keys, '/a');
const anyValue = fc.oneof(
  fc.nat(3),
  fc.tuple(fc.constantFrom('x', 'y'), fc.nat(3)).map(([app, n]) => ({ n, metadata: { labels: { app } } })),
);
const anyInsistence = fc.constantFrom('nothing' as const, 'nothing' as const, 'current' as const, 'another' as const);
const anyTtl = fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.constantFrom(7, 500) }, { weight: 1, arbitrary: fc.constantFrom(0, -1, NaN, Infinity) }); // prettier-ignore
const conditions = { key: anyKey, revision: anyInsistence, uid: anyInsistence };
const anyOperation: fc.Arbitrary<PlayOperation> = fc.oneof(
  fc.record({
    op: fc.constantFrom('create' as const, 'update' as const, 'apply' as const),
    value: anyValue,
    ttl: anyTtl,
    ...conditions,
  }),
  fc.record({ op: fc.constant('apply' as const), value: anyValue, ttl: anyTtl, ...conditions }),
  fc.record({ op: fc.constant('delete' as const), ...conditions }),
);
const anyStep: fc.Arbitrary<PlayStep> = fc.oneof(
  { weight: 6, arbitrary: anyOperation },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('transaction' as const), operations: fc.array(anyOperation, { maxLength: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('corrupt' as const), key: anyKey }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('foreign' as const), isBroken: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ op: 'clean' as const }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('compact' as const), back: fc.integer({ min: -1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('pass' as const), ms: fc.constantFrom(1, 7, 600) }) },
);
const anySteps = fc.array(anyStep, { maxLength: 30, size: 'max' });

/** Selections, and what they mean, told in another way. */
const everything: Wish = { key: () => true, value: () => true };
const appOf = (value: unknown): unknown => (typeof value === 'object' ? JSON.stringify(value).includes('"app":"x"') : false);
const selections: readonly (readonly [ListOptions, Wish])[] = [
  [{}, everything],
  [{ kind: 'a' }, { ...everything, key: (key) => `${key}/`.startsWith('/a/') }],
  [{ labelSelector: { app: 'x' } }, { ...everything, value: (value) => appOf(value) === true }],
  [
    { kind: 'a', labelSelector: { app: 'x' } },
    { key: (key) => `${key}/`.startsWith('/a/'), value: (value) => appOf(value) === true },
  ],
];
const anySelection = fc.constantFrom(...selections);
const anyLimits = fc.record({ maxRevisions: fc.constantFrom(3, 1_000), maxAge: fc.constantFrom(7, 607, Infinity) });

function open(
  limits: { readonly maxRevisions: number; readonly maxAge: number },
  more: { readonly maxBatch?: number; readonly bookmarkInterval?: number } = {},
) {
  const clock = new SimulatedClock();
  const store = new MemoryBackend({ clock, random: seededRandom(1), history: limits, ...more });
  const reference = new MemoryReference(limits);
  return { clock, store, reference, play: new MemoryPlay(store, reference, clock) };
}

/** Batches as the reference tells them; the order inside a revision is nobody's business. */
function batchText(batch: readonly WatchEvent[]): readonly string[] {
  return batch.map(eventText).toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1));
}

/** Whole revisions, as many as fit. */
function packed(revisions: readonly (readonly string[])[], maxBatch: number): readonly (readonly string[])[] {
  const batches: (readonly string[])[] = [];
  for (const events of revisions) {
    const last = batches.at(-1);
    if (events.length === 0) continue;
    if (last !== undefined && last.length + events.length <= maxBatch) batches[batches.length - 1] = last.concat(events);
    else batches.push(events);
  }
  return batches;
}

/** Reads until it has to wait. */
class Reader {
  readonly batches: (readonly WatchEvent[])[] = [];
  /** How it ended, if it has. */
  end: string | undefined;

  constructor(watch: Watch) {
    void this.read(watch);
  }

  private async read(watch: Watch): Promise<void> {
    const reading = async (): Promise<void> => {
      for await (const batch of watch) this.batches.push(batch);
    };
    this.end = await refusalOf(reading());
  }

  take(): readonly (readonly string[])[] {
    return this.batches.splice(0).map(batchText);
  }
}

describe('the memory datastore', () => {
  it('C1-C3, C6, C8, C12, C14: answers each operation as the reference does, and refuses what that refuses, by key and field', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, anyLimits, anySelection, async (steps, limits, [options, wish]) => {
        const { store, reference, clock, play } = open(limits);
        for (const step of steps) {
          await play.perform(step);
          expect([store.revision, store.compactedRevision]).toEqual([String(reference.head), String(reference.compacted)]);
        }
        reference.trim(clock.now());
        const latest = await store.list(options);
        const broken = reference.malformed(reference.head, wish);
        expect(latest.items.map(pairText)).toEqual(reference.list(reference.head, wish));
        expect(latest.malformed?.map(brokenText)).toEqual(broken.length === 0 ? undefined : broken);
        expect([latest.revision, latest.storeId]).toEqual([store.revision, store.storeId]);
        expect(Object.keys(latest).toSorted()).toEqual([
          'items',
          ...(broken.length === 0 ? [] : ['malformed']),
          'revision',
          'storeId',
        ]);
        expect(store.compactedRevision).toBe(String(reference.compacted));
        await store.close();
      }),
      { seed: 81, numRuns: 150 },
    );
  });

  it('C6, R15: every revision that is kept can be read, as it was, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, anyLimits, anySelection, async (steps, limits, [options, wish]) => {
        const { store, reference, clock, play } = open(limits);
        for (const step of steps) await play.perform(step);
        reference.trim(clock.now());
        for (let revision = 0; revision <= reference.head + 1; revision++) {
          const at = String(revision);
          const refusal =
            revision > reference.head ? 'revision-too-new' : revision < reference.compacted ? 'revision-compacted' : 'done';
          expect(await refusalOf(store.list(options, { revision: at }))).toBe(refusal);
          const isAhead = revision > reference.head;
          expect(await refusalOf(store.list(options, { revision: at, revisionMatch: 'notOlderThan' }))).toBe(
            isAhead ? refusal : 'done',
          );
          expect(await refusalOf(store.watch(options, { revision: at }))).toBe(refusal);
          if (refusal === 'revision-compacted') {
            const error: unknown = await store.list(options, { revision: at }).catch((thrown: unknown) => thrown);
            expect(error).toMatchObject({ compactedRevision: String(reference.compacted) });
          }
          if (refusal !== 'done') continue;
          const list = await store.list(options, { revision: at });
          expect(list.items.map(pairText)).toEqual(reference.list(revision, wish));
          expect(list.revision).toBe(at);
          expect((await store.list(options, { revision: at, revisionMatch: 'notOlderThan' })).revision).toBe(store.revision);
          for (const key of keys) {
            const held = reference.at(revision).get(key);
            const answer =
              held === undefined ? `resource-does-not-exist ${key}` : held.is === 'malformed' ? `malformed ${key}` : 'done';
            expect(await refusalOf(store.get(key, { revision: at }))).toBe(answer);
            if (held?.is === 'object')
              expect(reference.list(revision, everything)).toContain(pairText(await store.get(key, { revision: at })));
          }
        }
        await store.close();
      }),
      { seed: 82, numRuns: 40 },
    );
  });

  it('C7, R3-R6: a watch from any revision tells what happened since, in batches of whole revisions, as many as fit', async () => {
    await fc.assert(
      fc.asyncProperty(anySteps, anySelection, fc.integer({ min: 1, max: 5 }), async (steps, [options, wish], maxBatch) => {
        const { store, reference, clock, play } = open({ maxRevisions: 1_000, maxAge: Infinity }, { maxBatch });
        for (const step of steps) await play.perform(step);
        for (let from = reference.compacted; from <= reference.head; from++) {
          const watch = await store.watch(options, { revision: String(from) });
          const reader = new Reader(watch);
          await clock.settle();
          const since = Array.from({ length: reference.head - from }, (_, index) => reference.events(from + 1 + index, wish));
          expect(reader.take()).toEqual(packed(since, maxBatch));
          expect(watch.hasTerminated).toBe(false);
          await watch.stop();
          await clock.settle();
          expect([reader.end, watch.hasTerminated]).toEqual(['done', true]);
        }
        expect(await refusalOf(store.watch(options, { initialList: true, revision: String(reference.head + 1) }))).toBe(
          'revision-too-new',
        );
        const notOlderThan = String(1 + (steps.length % reference.head));
        const reader = new Reader(await store.watch(options, { initialList: true, revision: notOlderThan }));
        await clock.settle();
        const listed = reader.batches.map((batch) => batch.length);
        const all = reference.list(reference.head, wish).map((text) => `${reference.head} ADDED ${text}`);
        const broken = reference.malformed(reference.head, wish).map((text) => `${reference.head} ERROR ${text}`);
        expect(reader.batches.flat().map(eventText)).toEqual([...all, ...broken, `${reference.head} BOOKMARK of the list`]);
        const whole = Array.from({ length: Math.floor((all.length + broken.length) / maxBatch) }, () => maxBatch);
        const rest = (all.length + broken.length) % maxBatch;
        expect(listed).toEqual([...whole, ...(rest === 0 ? [] : [rest]), 1]);
        await store.close();
        await clock.settle();
        expect([reader.end, clock.pending]).toEqual(['closed', 0]);
      }),
      { seed: 83, numRuns: 60 },
    );
  });

  it('C7, R8, D9: a watch that is read all the time tells each revision at once, and a bookmark when there was nothing to tell for so long', async () => {
    const interval = 1_000 + 1 / 1_024; // never at the moment of anything else
    await fc.assert(
      fc.asyncProperty(anySteps, anySelection, fc.boolean(), async (steps, [options, wish], isAborted) => {
        const { store, reference, clock, play } = open({ maxRevisions: 1_000, maxAge: Infinity }, { bookmarkInterval: interval });
        const abort = new AbortController();
        const watch = await store.watch(options, { signal: abort.signal });
        const reader = new Reader(watch);
        let due = interval;
        let told = 1;
        for (const step of steps) {
          await clock.settle();
          await play.perform(step);
          await clock.settle();
          const expected: (readonly string[])[] = [];
          const bookmarksUntil = (time: number, revision: number): void => {
            for (; due <= time; due += interval) expected.push([`${revision} BOOKMARK`]);
          };
          for (; told < reference.head; told++) {
            const events = reference.events(told + 1, wish);
            const at = reference.versions[told]?.at ?? 0;
            bookmarksUntil(at, told);
            if (events.length === 0) continue;
            due = at + interval;
            expected.push(events);
          }
          bookmarksUntil(clock.now(), told);
          expect(reader.take()).toEqual(expected);
        }
        if (isAborted) abort.abort();
        else await store.close();
        await clock.settle();
        expect([reader.end, watch.hasTerminated]).toEqual([isAborted ? 'done' : 'closed', true]);
        expect(getEventListeners(abort.signal, 'abort'), 'nobody listens any more').toEqual([]);
        await store.close();
        expect([watch.hasTerminated, clock.pending]).toEqual([true, 0]);
      }),
      { seed: 84, numRuns: 80 },
    );
  });

  it('C7, C13: a watch that is stopped, or whose datastore is closed, in the middle of its list tells no more of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 6 }), fc.nat(1), fc.boolean(), async (objects, read, isClosed) => {
        const { store, clock } = open({ maxRevisions: 1_000, maxAge: Infinity }, { maxBatch: 1 });
        for (let name = 0; name < objects; name++) await store.apply({ key: `/a/${name}`, value: name });
        const watch = await store.watch({}, { initialList: true });
        const batches = watch[Symbol.asyncIterator]();
        for (let turn = 0; turn <= read; turn++) expect((await batches.next()).done).toBe(false);
        if (isClosed) await store.close();
        else await watch.stop();
        let answer: string | undefined;
        void refusalOf(batches.next().then(({ done }) => expect(done).toBe(true))).then((end) => (answer = end));
        await clock.settle();
        expect([answer, watch.hasTerminated]).toEqual([isClosed ? 'closed' : 'done', true]);
      }),
      { seed: 85, numRuns: 40 },
    );
  });
});
