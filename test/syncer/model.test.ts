/**
 * Model tests of the whole mirror: commands on the datastore, on the line and on the consumer, in virtual time. The model holds the
 * data: what the datastore contains is kept a second time, in a plain Map, by the commands themselves; the mirror is compared with it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSyncer, mapKV, refCountedOutputs, syncerDefaults, type ResourceType, type Syncer } from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import { faultNames, FaultyClient, MemoryLogger, seededRandom, SimulatedClock, type FaultRates } from '../../src/testing/index.js';
import { Recorder } from '../support/recorder.js';

interface Value {
  readonly text: string;
  readonly shares: readonly string[];
}

/** What the datastore must contain, and contained, kept by the commands. */
interface Model {
  readonly objects: Map<string, Value>;
  readonly corrupt: Set<string>;
  /** Every state of kind `a` so far, oldest first: a write may have made several. */
  readonly states: string[];
}

/** A state of kind `a`, as text. */
function stateOf(objects: Iterable<readonly [string, unknown]>): string {
  return JSON.stringify([...objects].filter(([key]) => key.startsWith('/a/')).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface Real {
  readonly clock: SimulatedClock;
  readonly datastore: MemoryDatastore<Value>;
  readonly client: FaultyClient<Value>;
  readonly recorder: Recorder;
  readonly syncer: Syncer;
  /** What was iterated, folded. */
  readonly iterated: Map<string, unknown>;
}

type Command = fc.AsyncCommand<Model, Real>;

const kinds = ['a', 'b', 'c'] as const;
const names = ['x', 'y', 'z', '__proto__', 'constructor', 'a/b', '0'] as const;
const keyOf = (kind: string, name: string): string => `/${kind}/${name.replace('/', '%2F')}`;
const anyKey = fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...names)).map(([kind, name]) => keyOf(kind, name));
const anyValue = fc.record({
  text: fc.string({ maxLength: 3 }),
  shares: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { maxLength: 2 }),
});

function command(
  text: string,
  act: (model: Model, real: Real) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Command {
  const run = async (model: Model, real: Real): Promise<void> => {
    await act(model, real);
    model.states.push(stateOf(model.objects));
  };
  return { check, run, toString: () => text };
}

const apply = fc.tuple(anyKey, anyValue).map(([key, value]) =>
  command(`apply(${key}, ${JSON.stringify(value)})`, async (model, { datastore }) => {
    await datastore.apply({ key, value });
    model.objects.set(key, value);
    model.corrupt.delete(key);
  }),
);
const remove = anyKey.map((key) =>
  command(
    `delete(${key})`,
    async (model, { datastore }) => {
      await datastore.delete(key);
      model.objects.delete(key);
      model.corrupt.delete(key);
    },
    (model) => model.objects.has(key) || model.corrupt.has(key),
  ),
);
const recreate = fc.tuple(anyKey, anyValue).map(([key, value]) =>
  command(
    `recreate(${key}, ${JSON.stringify(value)})`,
    async (model, { datastore }) => {
      await datastore.delete(key);
      model.objects.delete(key);
      model.states.push(stateOf(model.objects));
      await datastore.create({ key, value });
      model.objects.set(key, value);
    },
    (model) => model.objects.has(key) && !model.corrupt.has(key),
  ),
);
const transaction = fc
  .uniqueArray(fc.tuple(anyKey, anyValue), { minLength: 1, maxLength: 4, selector: ([key]) => key })
  .map((writes) =>
    command(`transaction(${writes.map(([key]) => key).join()})`, async (model, { datastore }) => {
      await datastore.transaction(writes.map(([key, value]) => ({ op: 'apply', object: { key, value } })));
      for (const [key, value] of writes) {
        model.objects.set(key, value);
        model.corrupt.delete(key);
      }
    }),
  );
const corrupt = anyKey.map((key) =>
  command(`corrupt(${key})`, async (model, { datastore }) => {
    await datastore.corrupt(key, '{"half":');
    model.corrupt.add(key);
  }),
);
const compact = fc.constant(command('compact()', async (_, { datastore }) => datastore.compact()));
const clean = fc.constant(
  command('clean()', async (model, { datastore }) => {
    await datastore.clean();
    model.objects.clear();
    model.corrupt.clear();
  }),
);
const pass = fc
  .constantFrom(0, 10, 700, 6_000, 400_000)
  .map((ms) => command(`pass(${ms})`, async (_, { clock }) => clock.advance(ms)));
const strike = fc
  .constantFrom('watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed' as const)
  .map((fault) => command(`strike(${fault})`, async (_, { client }) => client.strike(fault)));
const anyWeather: fc.Arbitrary<FaultRates> = fc
  .uniqueArray(fc.constantFrom(...faultNames.filter((name) => !name.startsWith('write.'))), { maxLength: 4 })
  .map((faults) => Object.fromEntries(faults.map((fault) => [fault, 0.5])));
const weather = anyWeather.map((rates) =>
  command(`weather(${Object.keys(rates).join()})`, async (_, { client }) => client.setRates(rates)),
);
const lag = fc.constant(
  command('lag()', async (_, { client }) => {
    client.setRates({ 'list.stale': 0.8 });
    client.strike('watch.expired');
  }),
);
const block = fc.constant(
  command('block()', async (_, { recorder, clock }) => {
    recorder.gate = () => new Promise((resolve) => clock.setTimeout(resolve, 3_000));
  }),
);
const throwing = fc.constant(
  command('throwing()', async (_, { recorder }) => {
    recorder.gate = () => {
      throw new Error('the consumer is in a bad mood');
    };
  }),
);
const unblock = fc.constant(
  command('unblock()', async (_, { recorder }) => {
    recorder.gate = undefined;
  }),
);

const always = [
  apply,
  apply,
  apply,
  remove,
  remove,
  recreate,
  transaction,
  compact,
  clean,
  pass,
  pass,
  pass,
  strike,
  lag,
  weather,
  block,
  throwing,
  unblock,
];
const scripts = (more: readonly fc.Arbitrary<Command>[]): fc.Arbitrary<Iterable<Command>> =>
  fc.commands<Model, Real, false>([...always, ...more], { maxCommands: 60, size: 'max' });

/**
 * R1 and R2, told by what the consumer has after each batch: it is a state that the datastore had, and never an earlier one than
 * before. Only while nothing is corrupt: what is shown for an entry that cannot be read is no state of the datastore.
 */
function checkPrefix(recorder: Recorder, model: Model): () => void {
  let reached = 0;
  return () => {
    const shown = stateOf([...recorder.picture].map(([key, { value }]) => [key, value]));
    const found = model.states.indexOf(shown, reached);
    if (found === -1)
      recorder.violations.push(new Error(`R1, R2: ${shown} is no state of the datastore since ${model.states[reached]}`));
    else reached = found;
  };
}

/** What must be shown for these objects: computed from the model alone. */
function expectedPicture(types: readonly string[], model: Model): Map<string, unknown> {
  const picture = new Map<string, unknown>();
  for (const [key, value] of [...model.objects].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const kind = key.split('/')[1] ?? '';
    if (!types.includes(kind)) continue;
    if (kind === 'a') picture.set(key, value);
    if (kind === 'b' && value.text !== '') picture.set(key.replace('/b/', '/mapped/'), value.text);
    if (kind === 'c') for (const share of value.shares) picture.set(`/shares/${share}`, share);
  }
  return picture;
}

const types: readonly ResourceType<Value, unknown>[] = [
  { list: { kind: 'a' } },
  {
    list: { kind: 'b' },
    updateProcessor: mapKV<Value, unknown>({
      key: ({ key }) => key.replace('/b/', '/mapped/'),
      value: ({ value }) => (value.text === '' ? null : value.text),
    }),
  },
  {
    list: { kind: 'c' },
    updateProcessor: refCountedOutputs<Value, unknown>(({ value }) =>
      value.shares.map((key) => ({ key: `/shares/${key}`, value: key })),
    ),
  },
];

const fired = new Map<string, number>();

interface Setup {
  readonly initialList: 'paged' | 'streamed';
  readonly pageSize: number;
  readonly corrupts: boolean;
}

/** What a run begins with, besides its setup. */
interface Beginning {
  readonly seed: number;
  readonly objects: readonly (readonly [string, Value])[];
  readonly weather: FaultRates;
}
const anyBeginning: fc.Arbitrary<Beginning> = fc.record({
  seed: fc.nat(),
  objects: fc.uniqueArray(fc.tuple(anyKey, anyValue), { selector: ([key]) => key, size: 'max', maxLength: 12 }),
  weather: anyWeather,
});

async function play({ seed, objects, weather: rates }: Beginning, script: Iterable<Command>, setup: Setup): Promise<void> {
  const { initialList, pageSize, corrupts } = setup;
  const clock = new SimulatedClock();
  const datastore = new MemoryDatastore<Value>({ clock, random: seededRandom(seed), history: { maxRevisions: 20 } });
  const client = new FaultyClient(datastore, { clock, random: seededRandom(seed), rates, latency: 40 });
  for (const [key, value] of objects) await datastore.create({ key, value });
  const recorder = new Recorder();
  const logger = new MemoryLogger();
  const syncer = createSyncer(client, types, recorder, {
    clock,
    random: seededRandom(seed),
    logger,
    initialList,
    pageSize,
    watchRetryTimeout: 60_000,
  });
  const iterated = new Map<string, unknown>();
  const iteration = (async () => {
    for await (const batch of syncer.updates()) {
      for (const { key, value } of batch) {
        if (value === null) iterated.delete(key);
        else iterated.set(key, value);
      }
    }
  })();
  const model: Model = { objects: new Map(objects), corrupt: new Set(), states: [stateOf([]), stateOf(objects)] };
  if (!corrupts) recorder.afterUpdates = checkPrefix(recorder, model);
  syncer.start();
  await fc.asyncModelRun(() => ({ model, real: { clock, datastore, client, recorder, syncer, iterated } }), script);

  // The weather clears. What cannot be read is written again, so that there is one right answer.
  client.heal();
  recorder.gate = undefined;
  for (const key of model.corrupt) {
    await datastore.apply({ key, value: { text: 'mended', shares: [] } });
    model.objects.set(key, { text: 'mended', shares: [] });
  }
  await clock.advance(healingBound);
  expect(syncer.status, 'RL1: in sync within the bound').toBe('inSync');

  const expected = expectedPicture(kinds, model);
  expect(new Map([...recorder.picture].map(([key, { value }]) => [key, value])), 'what the callbacks were told').toEqual(expected);
  expect(new Map([...syncer.snapshot()].map(({ key, value }) => [key, value])), 'what the snapshot shows').toEqual(expected);
  expect(iterated, 'what was iterated').toEqual(expected);
  expect(syncer.types().flatMap(({ malformed }) => malformed)).toEqual([]);
  expect(recorder.statuses.at(-1)).toBe('inSync');

  recorder.afterUpdates = undefined;
  const stopped = syncer.stop();
  await clock.advance(10_000);
  expect(await stopped).toEqual({ undelivered: 0 });
  await iteration;
  await client.close();
  await datastore.close();
  expect(recorder.picture.size, 'I11: after stop the consumer has nothing').toBe(0);
  expect(iterated.size).toBe(0);
  expect(recorder.violations).toEqual([]);
  expect(clock.pending, 'R19: no timer is left').toBe(0);
  expect(logger.entries.filter(({ message }) => message.includes('crashed'))).toEqual([]);
  for (const [name, count] of Object.entries(client.fired)) fired.set(name, (fired.get(name) ?? 0) + count);
}

/**
 * How long the mirror may take when nothing goes wrong any more: a watch that has fallen silent is noticed after the idle limit, a
 * request that hangs after its timeout (of a watch, and of the list that follows it), each followed by the longest pause.
 */
const { idleLimit, requestTimeout, backoff } = syncerDefaults;
const healingBound = idleLimit + 2 * (requestTimeout + backoff.max) + 60_000;

describe('the mirror converges', () => {
  const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 150);
  const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);

  it.each<[string, Setup]>([
    ['in pages', { initialList: 'paged', pageSize: 2, corrupts: false }],
    ['in one piece, with entries that cannot be read', { initialList: 'paged', pageSize: 0, corrupts: true }],
    ['as a stream', { initialList: 'streamed', pageSize: 0, corrupts: false }],
    ['as a stream, with entries that cannot be read', { initialList: 'streamed', pageSize: 0, corrupts: true }],
  ])(
    'listing %s (R1, R2, RL1, I1-I11, R21)',
    async (_, setup) => {
      const script = scripts(setup.corrupts ? [corrupt] : []);
      await fc.assert(
        fc.asyncProperty(anyBeginning, script, (beginning, commands) => play(beginning, commands, setup)),
        { seed, numRuns },
      );
    },
    600_000,
  );

  it('has met every fault that it can meet', () => {
    const never = faultNames.filter((name) => !name.startsWith('write.') && (fired.get(name) ?? 0) === 0);
    expect(never).toEqual([]);
  });
});
