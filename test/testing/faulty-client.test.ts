/** The line that faults are injected on: each fault does what its name says, and without faults nothing is changed. */
import { describe, expect, it } from 'vitest';
import { isHeliostatError, type ErrorCode } from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import {
  faultNames,
  FaultyClient,
  seededRandom,
  SimulatedClock,
  type FaultName,
  type FaultRates,
} from '../../src/testing/index.js';

async function open(rates: FaultRates, latency = 0) {
  const clock = new SimulatedClock();
  const datastore = new MemoryDatastore<number>({ clock, random: seededRandom(1), bookmarkInterval: 86_400_000 });
  for (let n = 0; n < 5; n++) await datastore.create({ key: `/a/${n}`, value: n });
  return { clock, datastore, client: new FaultyClient(datastore, { clock, random: seededRandom(1), rates, latency }) };
}

async function outcomeOf(work: Promise<unknown>, clock: SimulatedClock): Promise<ErrorCode | 'done' | 'unclassified' | 'nothing'> {
  let outcome: ErrorCode | 'done' | 'unclassified' | 'nothing' = 'nothing';
  void work.then(
    () => (outcome = 'done'),
    (error: unknown) => (outcome = isHeliostatError(error) ? error.code : 'unclassified'),
  );
  await clock.advance(60_000);
  return outcome;
}

/** Begins to read a watch from the beginning. */
function read(client: FaultyClient<number>): { readonly revisions: string[]; readonly ended: Promise<void> } {
  const revisions: string[] = [];
  const ended = (async () => {
    for await (const batch of await client.watch({}, { revision: '1' })) revisions.push(...batch.map(({ revision }) => revision));
  })();
  return { revisions, ended };
}

const all = ['2', '3', '4', '5', '6'];

describe('a faulty client', () => {
  it.each<[FaultName, string]>([
    ['list.refused', 'datastore-unavailable'],
    ['list.throttled', 'datastore-throttled'],
    ['list.tooNew', 'revision-too-new'],
    ['list.unauthorized', 'unauthorized'],
    ['list.broken', 'unclassified'],
    ['list.hangs', 'nothing'],
  ])('%s: a list ends as %s', async (fault, outcome) => {
    const { clock, client } = await open({ [fault]: 1 });
    const abort = new AbortController();
    expect(await outcomeOf(client.list({}, { signal: abort.signal }), clock)).toBe(outcome);
    expect(client.fired[fault]).toBe(1);
    client.heal();
    expect((await client.list({})).items).toHaveLength(5);
    abort.abort();
  });

  it('list.stale: a list shows an earlier state', async () => {
    const { datastore, client } = await open({});
    await client.list({});
    await datastore.create({ key: '/a/new', value: 9 });
    await client.list({});
    client.setRates({ 'list.stale': 1 });
    expect((await client.list({})).items).toHaveLength(5);
    expect(client.fired['list.stale']).toBe(1);
  });

  it('list.pageExpired: a page after the first is compacted', async () => {
    const { clock, client } = await open({ 'list.pageExpired': 1 });
    const first = await client.list({}, { limit: 2 });
    expect(await outcomeOf(client.list({}, { limit: 2, continue: first.continue ?? '' }), clock)).toBe('revision-compacted');
  });

  it.each<[FaultName, string, readonly string[]]>([
    ['watch.refused', 'datastore-unavailable', []],
    ['watch.throttled', 'datastore-throttled', []],
    ['watch.tooNew', 'revision-too-new', []],
    ['watch.unauthorized', 'unauthorized', []],
    ['watch.unsupported', 'operation-not-supported', []],
    ['watch.broken', 'unclassified', []],
    ['watch.hangs', 'nothing', []],
    ['watch.closedAtOnce', 'done', []],
    ['watch.cut', 'datastore-unavailable', []],
    ['watch.silent', 'nothing', []],
    ['watch.closed', 'done', []],
    ['watch.failed', 'unclassified', []],
    ['watch.expired', 'revision-compacted', []],
    ['watch.duplicated', 'nothing', [...all, ...all]],
    ['watch.delayed', 'nothing', all],
    ['watch.replayed', 'nothing', all],
  ])('%s: a watch ends as %s and brings %j', async (fault, end, revisions) => {
    const { clock, client } = await open({ [fault]: 1 });
    const reading = read(client);
    expect(await outcomeOf(reading.ended, clock)).toBe(end);
    expect(reading.revisions).toEqual(revisions);
    if (fault !== 'watch.replayed') expect(client.fired[fault]).toBeGreaterThan(0);
  });

  it('watch.replayed: what was brought comes again before what is next', async () => {
    const { clock, datastore, client } = await open({ 'watch.replayed': 1 });
    const { revisions } = read(client);
    await clock.advance(1);
    await datastore.create({ key: '/a/new', value: 9 });
    await clock.advance(1);
    expect(revisions).toEqual([...all, ...all, '7']);
  });

  it.each(['watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed'] as const)(
    'strike(%s) hits the watches that are open',
    async (fault) => {
      const { clock, datastore, client } = await open({});
      const reading = read(client);
      await clock.advance(1);
      client.strike(fault);
      await datastore.create({ key: '/a/lost', value: 9 });
      const ends = {
        'watch.cut': 'datastore-unavailable',
        'watch.closed': 'done',
        'watch.silent': 'nothing',
        'watch.expired': 'revision-compacted',
        'watch.failed': 'unclassified',
      };
      expect(await outcomeOf(reading.ended, clock)).toBe(ends[fault]);
      expect(reading.revisions).toEqual(all);
    },
  );

  it('C4: a write that was not sent is refused, and one whose answer is lost is unknown, and done', async () => {
    const { clock, datastore, client } = await open({ 'write.refused': 1 });
    expect(await outcomeOf(client.apply({ key: '/a/w', value: 1 }), clock)).toBe('datastore-unavailable');
    expect((await datastore.list({})).items).toHaveLength(5);
    client.setRates({ 'write.answerLost': 1 });
    expect(await outcomeOf(client.apply({ key: '/a/w', value: 1 }), clock)).toBe('outcome-unknown');
    expect((await datastore.get('/a/w')).value).toBe(1);
  });

  it('watch.garbled: a watch brings an event that says nothing', async () => {
    const { clock, client } = await open({ 'watch.garbled': 1 });
    const { revisions } = read(client);
    await clock.advance(1);
    expect(revisions).toEqual([undefined, ...all]);
    expect(client.fired['watch.garbled']).toBe(1);
  });

  it.each(['list', 'watch'] as const)(
    'C11: a %s that hangs is given up though its signal aborts while it is being sent',
    async (op) => {
      const { clock, client } = await open({ 'list.hangs': 1, 'watch.hangs': 1 });
      const abort = new AbortController();
      const outcome = outcomeOf(client[op]({}, { signal: abort.signal }), clock);
      abort.abort();
      expect(await outcome).toBe('datastore-unavailable');
    },
  );

  it('latency takes time, and no more than it may', async () => {
    const { clock, client } = await open({}, 500);
    let answered = 0;
    for (let n = 0; n < 50; n++) void client.list({}).then(() => answered++);
    await clock.advance(100);
    expect(answered).toBeLessThan(25);
    await clock.advance(1_000);
    expect(answered).toBe(50);
  });

  it('counts every fault that there is', async () => {
    const { client } = await open({});
    expect(Object.keys(client.fired).toSorted()).toEqual([...faultNames].toSorted());
  });
});
