/** Update processors against a second telling of what they show, over histories and in a syncer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  claimByKey,
  createSyncer,
  explodeFields,
  filter,
  mapKV,
  overlay,
  passThrough,
  refCountedOutputs,
  type KVChange,
  type KVPair,
  type SyncerUpdateProcessor,
} from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import { FaultyClient, seededRandom, SimulatedClock } from '../../src/testing/index.js';
import { Recorder } from '../support/recorder.js';

interface Thing {
  readonly slot: string;
  readonly tags: readonly string[];
  readonly level: number;
}

/** What a processor shows after a history of changes. */
function shownBy<Out>(processor: SyncerUpdateProcessor<Thing, Out>, changes: readonly KVChange<Thing>[]): Map<string, Out> {
  const shown = new Map<string, Out>();
  processor.onSyncerStarting();
  for (const change of changes) {
    const answer = processor.process(change);
    for (const { key, value } of 'error' in answer ? answer.changes : answer) {
      if (value === null) shown.delete(key);
      else shown.set(key, value);
    }
  }
  return shown;
}

const things = fc.uniqueArray(
  fc.record({
    key: fc.constantFrom('/t/1', '/t/2', '/t/3', '/t/4'),
    value: fc.record({
      slot: fc.constantFrom('x', 'y', ''),
      tags: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { maxLength: 3 }),
      level: fc.nat(2),
    }),
  }),
  { selector: ({ key }) => key },
);

/** Each with what it must show for a set of objects, told a second time and in another way. */
const readyMade: readonly [
  string,
  () => SyncerUpdateProcessor<Thing, unknown>,
  (objects: readonly KVPair<Thing>[]) => Map<string, unknown>,
][] = [
  ['passThrough', () => passThrough(), (objects) => new Map(objects.map(({ key, value }) => [key, value]))],
  [
    'filter',
    () => filter<Thing>(({ value }) => value.slot !== ''),
    (objects) => new Map(objects.filter(({ value }) => value.slot !== '').map(({ key, value }) => [key, value])),
  ],
  [
    'mapKV, falsy values included',
    () => mapKV<Thing, unknown>({ value: ({ value }) => [false, 0, '', null][value.level + (value.slot === '' ? 1 : 0)] ?? null }),
    (objects) =>
      new Map(
        objects.flatMap(({ key, value }) => {
          const index = value.level + (value.slot === '' ? 1 : 0);
          return index === 3 ? [] : [[key, [false, 0, ''][index]] as const];
        }),
      ),
  ],
  [
    'claimByKey',
    () => claimByKey<Thing>(({ value }) => (value.slot === '' ? null : `/slots/${value.slot}`)),
    (objects) => {
      const winners = new Map<string, unknown>();
      for (const { value } of objects.toSorted((a, b) => (a.key > b.key ? -1 : 1)))
        if (value.slot !== '') winners.set(`/slots/${value.slot}`, value);
      return winners;
    },
  ],
  [
    'explodeFields',
    () =>
      explodeFields<Thing, unknown>({
        fields: ({ value }) => ({ slot: value.slot || null, level: value.level }),
        key: ({ key }, field) => `${key}/${field}`,
      }),
    (objects) =>
      new Map(
        objects.flatMap(({ key, value }): (readonly [string, unknown])[] => [
          [`${key}/level`, value.level],
          ...(value.slot === '' ? [] : [[`${key}/slot`, value.slot] as const]),
        ]),
      ),
  ],
  [
    'refCountedOutputs',
    () => refCountedOutputs<Thing, unknown>(({ value }) => value.tags.map((tag) => ({ key: `/tags/${tag}`, value: tag }))),
    (objects) => new Map(objects.flatMap(({ value }) => value.tags.map((tag) => [`/tags/${tag}`, tag] as const))),
  ],
  [
    'overlay',
    () =>
      overlay<Thing, unknown>({
        target: ({ value }) => (value.slot === '' ? null : `/over/${value.slot}`),
        layer: ({ value }) => value.level,
        merge: (values) => values.flatMap(({ tags }) => tags),
      }),
    (objects) => {
      const layers = new Map<string, KVPair<Thing>[]>();
      for (const object of objects)
        if (object.value.slot !== '')
          layers.set(`/over/${object.value.slot}`, [...(layers.get(`/over/${object.value.slot}`) ?? []), object]);
      const ordered = (list: KVPair<Thing>[]) => list.toSorted((a, b) => a.value.level - b.value.level || (a.key > b.key ? -1 : 1));
      return new Map([...layers].map(([key, list]) => [key, ordered(list).flatMap(({ value }) => value.tags)]));
    },
  ],
];

describe('ready-made processors', () => {
  it.each(readyMade)('H18, H21, S9: %s shows a function of the set of objects, whatever the history', (_, create, expected) => {
    fc.assert(
      fc.property(fc.array(things, { maxLength: 6 }), fc.nat(), (states, seed) => {
        const random = seededRandom(seed);
        const changes: KVChange<Thing>[] = [];
        let before: readonly KVPair<Thing>[] = [];
        for (const state of states) {
          const gone = before
            .filter(({ key }) => !state.some((object) => object.key === key))
            .map(({ key }) => ({ key, value: null }));
          const step: KVChange<Thing>[] = [...gone, ...state];
          changes.push(...step.toSorted(() => random.next() - 0.5));
          before = state;
        }
        expect(shownBy(create(), changes)).toEqual(expected(before));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

describe('what the syncer promises to processors', () => {
  it('I8, S9: whatever happens on the line, what is shown is what a fresh run of the processors over the objects shows', async () => {
    const op = fc.record({
      key: fc.constantFrom('/t/1', '/t/2', '/t/3', '/t/4'),
      value: fc.option(fc.record({ slot: fc.constantFrom('x', 'y', ''), tags: fc.constant([]), level: fc.nat(2) })),
      cut: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(op, { maxLength: 15 }), async (ops) => {
        const clock = new SimulatedClock();
        const datastore = new MemoryDatastore<Thing>({ clock, random: seededRandom(1) });
        const client = new FaultyClient(datastore, { clock, random: seededRandom(1) });
        const recorder = new Recorder();
        const create = () => claimByKey<Thing>(({ value }) => (value.slot === '' ? null : `/slots/${value.slot}`));
        const syncer = createSyncer(client, [{ list: { kind: 't' }, updateProcessor: create() }], recorder, {
          clock,
          random: seededRandom(2),
        });
        syncer.start();
        for (const { key, value, cut } of ops) {
          if (value !== null) await datastore.apply({ key, value });
          else await datastore.delete(key).catch(() => {});
          if (cut) client.strike('watch.expired');
          await clock.advance(cut ? 2_000 : 1);
        }
        await clock.advance(120_000);
        const { items } = await datastore.list({ kind: 't' });
        expect(new Map([...recorder.picture].map(([key, { value }]) => [key, value]))).toEqual(shownBy(create(), items));
        const stopped = syncer.stop();
        await clock.advance(10_000);
        await stopped;
        await datastore.close();
        expect(recorder.violations).toEqual([]);
      }),
      { seed: 9, numRuns: 60 },
    );
  });
});
