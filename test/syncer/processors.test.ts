/** Update processors: the ready-made ones, and what the syncer promises to anybody's. */
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
  type ResourceType,
  type SyncerUpdateProcessor,
} from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import { FaultyClient, seededRandom, SimulatedClock } from '../../src/testing/index.js';
import { added, deleted, listOf, modified, openBench, pair } from '../support/bench.js';
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

  it("the cases of Calico's conflict resolver (its IP pool tests)", () => {
    const pools = claimByKey<{ readonly cidr: string }>(({ value }) => {
      if (value.cidr === 'bad') throw new Error('no CIDR');
      return `/pool/${value.cidr}`;
    });
    pools.onSyncerStarting();
    const put = (name: string, cidr: string) => pools.process({ key: `/pools/${name}`, value: { cidr } });
    const remove = (name: string) => pools.process({ key: `/pools/${name}`, value: null });
    const short = (answer: ReturnType<typeof put>) =>
      ('error' in answer ? [] : answer).map(({ key, source, value }) => (value === null ? `-${key}` : `${key} by ${source}`));
    expect(short(put('1', 'A'))).toEqual(['/pool/A by /pools/1']);
    expect(short(put('2', 'A')), 'a second claim changes nothing').toEqual(['/pool/A by /pools/1']);
    expect(short(put('1', 'B')), 'the winner moves: the other is promoted').toEqual(['/pool/A by /pools/2', '/pool/B by /pools/1']);
    expect(short(put('1', 'A')), 'and back').toEqual(['-/pool/B', '/pool/A by /pools/1']);
    expect(short(remove('1')), 'the winner goes').toEqual(['/pool/A by /pools/2']);
    expect(short(remove('2')), 'the last goes').toEqual(['-/pool/A']);
    expect(short(remove('2')), 'a name that is unknown').toEqual([]);
    put('3', 'C');
    expect(() => put('3', 'bad'), 'what cannot be converted').toThrow('no CIDR');
    expect(short(remove('3')), 'keeps what it claimed').toEqual(['-/pool/C']);
  });
});

describe('what the syncer promises to processors', () => {
  it('H18: the order of a list makes no difference, and nothing flickers while it is replayed', async () => {
    const lastWins: SyncerUpdateProcessor = {
      process: ({ value, revision }) => [{ key: '/out/only', value, ...(revision === undefined ? {} : { revision }) }],
      onSyncerStarting: () => {},
    };
    for (const order of [
      [1, 2, 3],
      [3, 1, 2],
      [2, 3, 1],
    ]) {
      const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor: lastWins }] });
      client.onList('a', listOf(10, ...order.map((name) => pair('a', String(name), name))));
      client.onWatch('a', 'opened');
      await clock.settle();
      expect(recorder.take().slice(2)).toEqual(['new /out/only', 'status inSync']);
      expect(recorder.picture.get('/out/only')?.value).toBe('3@3');
      await end();
    }
  });

  it('H19: a handover between two objects of one revision is told', async () => {
    const updateProcessor = claimByKey(() => '/winner/is');
    const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    client.onList('a', listOf(10, pair('a', '1', 5, 'one'), pair('a', '2', 5, 'two')));
    client.onWatch('a', 'opened');
    await clock.settle();
    client.send('a', deleted(pair('a', '1', 5), 11));
    await clock.settle();
    expect(recorder.take().at(-1)).toBe('updated /winner/is');
    expect(recorder.updates.at(-1)).toMatchObject({ value: 'two', source: '/a/2' });
    await end();
  });

  it('H20: of two resource types that show one key the first is shown, the collision is told once, and the other takes over', async () => {
    const into = (key: string): Partial<ResourceType> => ({
      updateProcessor: mapKV({ key: () => key, value: ({ value }) => value }),
    });
    const types: ResourceType[] = [
      { list: { kind: 'a' }, ...into('/out/x') },
      { list: { kind: 'b' }, ...into('/out/x') },
    ];
    const { client, clock, recorder, end } = await openBench({ types });
    client.onList('b', listOf(10, pair('b', '1', 1, 'second')));
    client.onWatch('b', 'opened');
    await clock.settle();
    client.onList('a', listOf(10, pair('a', '1', 2, 'first')));
    client.onWatch('a', 'opened');
    await clock.settle();
    expect(recorder.take().slice(2)).toEqual(['new /out/x', 'updated /out/x', 'problem keyCollision', 'status inSync']);
    expect(recorder.picture.get('/out/x')?.value).toBe('first');
    client.send('b', modified(pair('b', '1', 11, 'hidden')));
    await clock.settle();
    expect(recorder.take()).toEqual([]);
    client.send('a', deleted(pair('a', '1', 2), 12));
    await clock.settle();
    expect(recorder.take()).toEqual(['updated /out/x']);
    expect(recorder.picture.get('/out/x')?.value).toBe('hidden');
    client.send('b', deleted(pair('b', '1', 11), 13));
    await clock.settle();
    expect(recorder.take()).toEqual(['deleted /out/x']);
    await end();
  });

  it('H22: a processor begins anew with each list that succeeds, and only with those', async () => {
    let starts = 0;
    const counting = new Map<string, number>();
    const updateProcessor: SyncerUpdateProcessor = {
      onSyncerStarting: () => {
        starts++;
        counting.clear();
      },
      process: ({ key, value }) => {
        counting.set(key, (counting.get(key) ?? 0) + 1);
        return [{ key, value: value === null ? null : counting.get(key) }];
      },
    };
    const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    client.onList('a', new Error('1'), new Error('2'), listOf(10, pair('a', '1', 1)));
    client.onWatch('a', 'opened');
    await clock.advance(2_000);
    expect(starts).toBe(1);
    client.send('a', modified(pair('a', '1', 11)));
    await clock.settle();
    expect(recorder.picture.get('/a/1')?.value).toBe(2);
    client.end('a');
    client.onWatch('a', new Error('x'), new Error('x'), new Error('x'), new Error('x'), new Error('x'), 'opened');
    client.onList('a', new Error('3'), listOf(12, pair('a', '1', 11)));
    await clock.advance(20_000);
    expect(starts).toBe(2);
    expect(recorder.picture.get('/a/1')?.value).toBe(1);
    await end();
  });

  it.each(['keepLast', 'delete'] as const)('H23, R17: a throw costs nobody but the object it is for (%s)', async (onMalformed) => {
    const updateProcessor = mapKV<unknown, unknown>({
      value: ({ value }) => {
        if (value === 'poison') throw new Error('cannot convert');
        return value;
      },
    });
    const { client, clock, recorder, end } = await openBench({
      types: [{ list: { kind: 'a' }, updateProcessor, onMalformed }, 'b'],
    });
    client.onList('a', listOf(10, pair('a', '1', 1, 'good'), pair('a', '2', 2, 'poison'), pair('a', '3', 3, 'good')));
    client.onList('b', listOf(10));
    client.onWatch('a', 'opened');
    await clock.settle();
    expect(recorder.take().slice(2)).toEqual(['new /a/1, new /a/3', 'problem processorFailed', 'status inSync']);
    client.send('a', modified(pair('a', '1', 11, 'poison')), added(pair('a', '4', 12, 'good')));
    await clock.settle();
    expect(recorder.take()).toEqual([
      onMalformed === 'keepLast' ? 'new /a/4' : 'deleted /a/1, new /a/4',
      'problem processorFailed',
    ]);
    client.end('a', Object.assign(new Error('x'), { code: 'x' }));
    client.onWatch('a', ...Array.from({ length: 4 }, () => new Error('x')));
    client.onList('a', listOf(20, pair('a', '1', 11, 'poison'), pair('a', '4', 12, 'good')));
    await clock.advance(10_000);
    expect(recorder.picture.has('/a/1')).toBe(onMalformed === 'keepLast');
    expect(recorder.picture.has('/a/3')).toBe(false);
    await end();
  });

  it('what a processor answers is checked: an illegal key, a value that is no data, an answer that is none', async () => {
    const answers: unknown[] = [
      [{ key: 'no-slash', value: 1 }],
      [{ key: '/out/x', value: () => 1 }],
      undefined,
      [{ key: '/out/ok', value: 1 }],
    ];
    const updateProcessor: SyncerUpdateProcessor = {
      process: () => answers.shift() as readonly KVChange[],
      onSyncerStarting: () => {
        throw new Error('no start either');
      },
    };
    const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    client.onList('a', listOf(10, pair('a', '1', 1), pair('a', '2', 2), pair('a', '3', 3), pair('a', '4', 4)));
    await clock.settle();
    expect([...recorder.picture.keys()]).toEqual(['/out/ok']);
    expect(recorder.problems.map(({ kind }) => kind)).toEqual(Array.from({ length: 4 }, () => 'processorFailed'));
    await end();
  });

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
