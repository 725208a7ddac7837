/** The poller against a timeline that is computed from its script alone: what the store must hold at any moment, and who was told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enumeratorOf, type Enumerator } from '../../../src/cache/poller/enumerator.js';
import { Poller } from '../../../src/cache/poller/poller.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { NaiveStore, type Item } from './naive-store.js';

/** What one call of getFunc does; after the last one none answers. It never answers at the moment at which it is given up. */
interface Answer {
  /** `broken`: the enumerator throws at its last object. */
  readonly kind: 'objects' | 'error' | 'broken' | 'never';
  readonly objects: readonly Item[];
  readonly after: number;
  /** It ends when it is told to; else it goes on, for nothing. */
  readonly listens: boolean;
  /** The store refuses what comes of it. */
  readonly isRefused: boolean;
}

interface Script {
  readonly answers: readonly Answer[];
  readonly period: number;
  readonly requestTimeout: number;
  readonly stopAt: number;
}

const anyItem: fc.Arbitrary<Item> = fc.record({ id: fc.constantFrom('a', 'b', '__proto__', ''), value: fc.nat(1) });
const anyList: fc.Arbitrary<readonly Item[]> = fc.oneof(
  fc.constantFrom<readonly Item[]>([], [{ id: 'a', value: 0 }]), // so that lists come back
  fc.shuffledSubarray<Item>(
    [
      { id: 'a', value: 0 },
      { id: 'b', value: 1 },
      { id: '', value: 0 },
    ],
    { minLength: 2 },
  ), // in another order
  fc.uniqueArray(anyItem, { maxLength: 3, selector: ({ id }) => id }),
);
const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  kind: fc.constantFrom('objects', 'objects', 'objects', 'error', 'broken', 'never'),
  objects: anyList,
  after: fc.nat(12).map((quarter) => quarter * 4),
  listens: fc.boolean(),
  isRefused: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
});
const anyScript: fc.Arbitrary<Script> = fc.record({
  answers: fc.array(anyAnswer, { minLength: 1, maxLength: 12 }),
  period: fc.integer({ min: 1, max: 8 }).map((quarter) => quarter * 4),
  requestTimeout: fc.nat(15).map((quarter) => quarter * 4 + 2),
  stopAt: fc.nat(400).map((half) => half * 2 + 1),
});

/** Something that must be the case from a moment on. */
interface Moment {
  readonly at: number;
  readonly held: readonly Item[];
  readonly calls: number;
  readonly replaces: number;
  readonly errors: number;
}

const sorted = (objects: readonly Item[]): readonly Item[] => objects.toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** What has happened in some script: a case that is never met proves nothing. */
const met = new Set<string>();

/** The timeline: written without a poller in mind, as a list of moments. */
function timelineOf({ answers, period, requestTimeout, stopAt }: Script): readonly Moment[] {
  const moments: Moment[] = [{ at: 0, held: [], calls: 0, replaces: 0, errors: 0 }];
  const note = (at: number, changes: Partial<Moment>): void => {
    const last = moments.at(-1);
    if (last !== undefined && at < stopAt) moments.push({ ...last, at, ...changes });
  };
  let [at, calls, replaces, errors] = [0, 0, 0, 0];
  let held: readonly Item[] = [];
  let accepted: string | undefined;
  let last = '';
  while (at < stopAt) {
    const answer = answers[calls];
    note(at, { calls: ++calls });
    const isInTime = answer !== undefined && answer.kind !== 'never' && answer.after < requestTimeout;
    at += isInTime ? answer.after : requestTimeout;
    if (at < stopAt)
      met.add(!isInTime ? 'given up' : answer.kind !== 'objects' ? 'failed' : answer.isRefused ? 'refused' : 'taken');
    else met.add('stopped while fetching');
    if (!isInTime || answer.kind !== 'objects') note(at, { errors: ++errors });
    else if (JSON.stringify(sorted(answer.objects)) !== accepted) {
      replaces++;
      if (answer.isRefused) errors++;
      else held = sorted(answer.objects);
      accepted = answer.isRefused ? undefined : JSON.stringify(sorted(answer.objects));
      note(at, { held, replaces, errors });
    } else met.add(JSON.stringify(answer.objects) === last ? 'quiet' : 'quiet in another order');
    if (isInTime && answer.kind === 'objects') last = JSON.stringify(answer.objects);
    if (at < stopAt && at + period >= stopAt) met.add('stopped while waiting');
    at += period;
  }
  return moments;
}

async function play(script: Script): Promise<void> {
  const clock = new SimulatedClock();
  const store = new NaiveStore();
  const timeline = timelineOf(script);
  const stop = new AbortController();
  let [calls, errors] = [0, 0];
  const getFunc = ({ signal }: { readonly signal: AbortSignal }): Promise<Enumerator<Item>> => {
    const answer = script.answers[calls++];
    return new Promise((resolve, reject) => {
      if (answer === undefined || answer.listens)
        signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
      if (answer === undefined || answer.kind === 'never') return;
      clock.setTimeout(() => {
        if (answer.kind === 'error') return reject(new Error('away'));
        if (answer.kind === 'objects' && !signal.aborted)
          store.refusals.splice(0, 1, ...(answer.isRefused ? [new Error('no')] : []));
        const { length } = answer.objects;
        const whole = enumeratorOf(answer.objects.map((item) => ({ ...item })));
        resolve(answer.kind === 'objects' ? whole : { length: length + 1, get: (index) => whole.get(index) });
      }, answer.after);
    });
  };
  const poller = new Poller<Item>({
    getFunc,
    period: script.period,
    requestTimeout: script.requestTimeout,
    stopLimit: 500,
    store,
    clock,
    onError: () => errors++,
  });
  let endedAt: number | undefined;
  const run = poller.run({ signal: stop.signal }).then(() => void (endedAt = clock.now()));
  const isSo = (): void => {
    const expected = timeline.findLast(({ at }) => at <= clock.now());
    const { held, replaces } = expected ?? {};
    expect({ held: store.list(), calls, replaces: store.given.length, errors, at: clock.now() }).toEqual({
      held,
      calls: expected?.calls,
      replaces,
      errors: expected?.errors,
      at: clock.now(),
    });
  };
  await clock.settle();
  while (clock.nextDue !== undefined && clock.nextDue < script.stopAt) {
    await clock.step();
    if (clock.nextDue !== clock.now()) isSo();
  }
  await clock.advance(script.stopAt - clock.now());
  stop.abort();
  await clock.advance(500);
  await run;
  expect(endedAt).toBeLessThanOrEqual(script.stopAt + 500);
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
  isSo();
}

describe('any poller', () => {
  it('PO1, PO2, PO3, PO4, PO5: holds, calls and tells exactly what its script leads to, at every moment, and nothing after its end', async () => {
    await fc.assert(fc.asyncProperty(anyScript, play), { seed: 11, numRuns: Number(process.env['HELIOSTAT_RUNS'] ?? 150) });
    const cases = [
      'failed',
      'given up',
      'quiet',
      'quiet in another order',
      'refused',
      'stopped while fetching',
      'stopped while waiting',
      'taken',
    ];
    expect([...met].toSorted()).toEqual(cases);
  });
});
