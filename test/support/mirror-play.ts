/** Plays steps against a whole mirror, lets the weather clear, and compares everything with the model. */
import { expect } from 'vitest';
import { createSyncer, mapKV, refCountedOutputs, syncerDefaults, type ResourceType, type Syncer } from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import { FaultyClient, MemoryLogger, seededRandom, SimulatedClock, type FaultRates } from '../../src/testing/index.js';
import { Probe } from '../../src/testing/simulation/probe.js';
import { Tally } from '../../src/testing/simulation/tally.js';
import { stateOf, type Model, type Real, type Value } from './mirror-steps.js';
import { Recorder } from './recorder.js';

/** How the mirror lists, and whether entries become unreadable. */
export interface Setup {
  readonly initialList: 'paged' | 'streamed';
  readonly pageSize: number;
  readonly corrupts: boolean;
}

/** The ways to list that the mirror is tried with, by name. */
export const setups: Readonly<Record<string, Setup>> = {
  'in pages': { initialList: 'paged', pageSize: 2, corrupts: false },
  'in one piece, with entries that cannot be read': { initialList: 'paged', pageSize: 0, corrupts: true },
  'as a stream': { initialList: 'streamed', pageSize: 0, corrupts: false },
  'as a stream, with entries that cannot be read': { initialList: 'streamed', pageSize: 0, corrupts: true },
};

/** What a run begins with. */
export interface Beginning {
  readonly seed: number;
  readonly objects: readonly (readonly [string, Value])[];
  readonly weather: FaultRates;
}

/**
 * How long the mirror may take when nothing goes wrong any more: a watch that has fallen silent is noticed after the idle limit, a
 * request that hangs after its timeout (of a watch, and of the list that follows it), each followed by the longest pause.
 */
const { idleLimit, requestTimeout, backoff: usualBackoff } = syncerDefaults;
const healingBound = idleLimit + 2 * (requestTimeout + usualBackoff.max) + 60_000;

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

/** What must be shown for these objects: computed from the model alone. */
function expectedPicture(model: Model): Map<string, unknown> {
  const picture = new Map<string, unknown>();
  for (const [key, value] of model.objects) {
    if (key.startsWith('/a/')) picture.set(key, value);
    if (key.startsWith('/b/') && value.text !== '') picture.set(key.replace('/b/', '/mapped/'), value.text);
    if (key.startsWith('/c/')) for (const share of value.shares) picture.set(`/shares/${share}`, share);
  }
  return picture;
}

/**
 * R1 and R2, told by what the consumer has after each batch: it is a state that the datastore had, and never an earlier one than
 * before. Only while nothing is corrupt: what is shown for an entry that cannot be read is no state of the datastore.
 */
function checkPrefix(recorder: Recorder, model: Model): () => void {
  let reached = 0;
  return () => {
    const shown = stateOf([...recorder.picture].map(([key, { value }]) => [key, value]));
    const found = model.states.indexOf(shown, reached);
    if (found === -1) recorder.violations.push(new Error(`R1, R2: ${shown} is no state since ${model.states[reached]}`));
    else reached = found;
  };
}

/** Folds what an iteration brings. */
async function follow(syncer: Syncer, picture: Map<string, unknown>): Promise<void> {
  for await (const batch of syncer.updates()) {
    for (const { key, value } of batch) {
      if (value === null) picture.delete(key);
      else picture.set(key, value);
    }
  }
}

/**
 * Plays one run and checks it.
 *
 * @param perform performs the steps.
 * @returns how often each fault has happened, and how many distances between requests were judged.
 */
export async function play(
  { seed, objects, weather }: Beginning,
  { initialList, pageSize, corrupts }: Setup,
  perform: (model: Model, real: Real) => Promise<void>,
): Promise<Readonly<Record<string, number>>> {
  const clock = new SimulatedClock();
  const random = seededRandom(seed);
  const datastore = new MemoryDatastore<Value>({ clock, random, history: { maxRevisions: 20 } });
  const client = new FaultyClient(datastore, { clock, random, rates: weather, latency: 40 });
  for (const [key, value] of objects) await datastore.create({ key, value });
  const [recorder, logger] = [new Recorder(), new MemoryLogger()];
  // Without jitter, which is every second run, the backoff can be judged too, and not only the pace.
  const backoff = { ...usualBackoff, jitter: seed % 2 === 0 ? 'none' : 'full' } as const;
  const options = { clock, random, logger, initialList, pageSize, backoff, watchRetryTimeout: 60_000 };
  const probe = new Probe({
    client,
    timings: { ...syncerDefaults, backoff },
    now: () => clock.now(),
    trace: () => {},
    violate: (id, message) => recorder.violations.push(new Error(`${id}: ${message}`)),
    seen: new Tally([]),
    onEvent: () => {},
  });
  const syncer = createSyncer<Value, unknown>(probe, types, recorder, options);
  const iterated = new Map<string, unknown>();
  const iteration = follow(syncer, iterated);
  const model: Model = { objects: new Map(objects), corrupt: new Set(), states: [stateOf([]), stateOf(objects)] };
  if (!corrupts) recorder.afterUpdates = checkPrefix(recorder, model);
  syncer.start();
  await perform(model, { clock, datastore, client, recorder, syncer });

  // The weather clears. What cannot be read is written again, so that there is one right answer.
  client.heal();
  recorder.gate = undefined;
  for (const key of model.corrupt) {
    await datastore.apply({ key, value: { text: 'mended', shares: [] } });
    model.objects.set(key, { text: 'mended', shares: [] });
    model.states.push(stateOf(model.objects));
  }
  await clock.advance(healingBound);
  expect(syncer.status, 'RL1: in sync within the bound').toBe('inSync');
  const converged = recorder.lines.length;

  const expected = expectedPicture(model);
  expect(new Map([...recorder.picture].map(([key, { value }]) => [key, value])), 'what the callbacks were told').toEqual(expected);
  expect(new Map([...syncer.snapshot()].map(({ key, value }) => [key, value])), 'what the snapshot shows').toEqual(expected);
  expect(iterated, 'what was iterated').toEqual(expected);
  expect(syncer.types().flatMap(({ malformed }) => malformed)).toEqual([]);
  await clock.advance(3_600_000);
  expect(recorder.lines.slice(converged), 'RL1: and stays so').toEqual([]);

  recorder.afterUpdates = undefined;
  const stopped = syncer.stop();
  await clock.advance(10_000);
  expect(await stopped).toEqual({ undelivered: 0 });
  probe.end();
  await iteration;
  await client.close();
  await datastore.close();
  expect([recorder.picture.size, iterated.size], 'I11: after stop the consumers have nothing').toEqual([0, 0]);
  expect(recorder.violations).toEqual([]);
  expect(clock.pending, 'R19: no timer is left').toBe(0);
  expect(logger.entries.filter(({ message }) => message.includes('crashed'))).toEqual([]);
  return { ...client.fired, 'paces judged': probe.judged };
}
