/**
 * The acceptance cases of Calico's watchersyncer, each on a script of answers and on simulated time: what is told, and when requests
 * are made. Where ours differs on purpose, the name says so and docs/differences.md says why.
 */
import { describe, expect, it } from 'vitest';
import {
  createSyncer,
  DatastoreUnavailableError,
  OperationNotSupportedError,
  ParseError,
  ResourceDoesNotExistError,
  RevisionCompactedError,
  ValidationError,
  ApiMissingError,
  type KVChange,
  type SyncerUpdateProcessor,
} from '../../src/index.js';
import { ScriptedClient, SimulatedClock } from '../../src/testing/index.js';
import { added, bookmark, constantBackoff, deleted, listOf, modified, openBench, pair, type Bench } from '../support/bench.js';
import { Recorder } from '../support/recorder.js';

const wait = 'status waitForDatastore';
const resync = 'status resyncInProgress';
const inSync = 'status inSync';

const unsupported = new OperationNotSupportedError('no watch here');
const compacted = new RevisionCompactedError('too old');
const refused = new DatastoreUnavailableError('refused', { cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }) });
const unknown = new Error('something else');

/** Lists nothing at revision 10, opens the watch, and forgets what was told so far. */
async function inSyncBench(options: Parameters<typeof openBench>[0] = {}): Promise<Bench> {
  const bench = await openBench(options);
  for (const type of options.types ?? ['a']) {
    const kind = typeof type === 'string' ? type : (type.list.kind ?? '');
    bench.client.onList(kind, listOf(10));
    bench.client.onWatch(kind, 'opened');
  }
  await bench.clock.settle();
  expect(bench.recorder.take().at(-1)).toBe(inSync);
  return bench;
}

describe('the 22 cases of the watchersyncer', () => {
  it('1, S1, S2: three types, listed one after the other: Resync after the first, InSync after the last', async () => {
    const { client, clock, recorder, end } = await openBench({ types: ['a', 'b', 'c'] });
    expect(recorder.take()).toEqual([wait]);
    client.onList('a', listOf(1, pair('a', '1', 1)));
    await clock.settle();
    expect(recorder.take()).toEqual([resync, 'new /a/1']);
    client.onList('b', listOf(2, pair('b', '1', 2)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /b/1']);
    client.onList('c', listOf(3, pair('c', '1', 3)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /c/1', inSync]);
    await end();
  });

  it.each([
    ['2, S11: Watch is not supported, five times', unsupported],
    ['3: Watch says that the resource does not exist, five times', new ResourceDoesNotExistError('no such resource')],
  ])('%s: polled, and the status never changes', async (_, error) => {
    const { client, clock, recorder, requests, end } = await openBench();
    for (let round = 0; round < 5; round++) {
      client.onList('a', listOf(10 + round));
      client.onWatch('a', error);
    }
    await clock.advance(24_999);
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    expect(requests('list')).toEqual(['0@latest', '5000@10', '10000@11', '15000@12', '20000@13']);
    await end();
  });

  it('4: an expired list is retried; a poll and its watch use the last revision; Watch and List both expired ask for the latest', async () => {
    const { client, clock, recorder, requests, end } = await openBench();
    client.onList('a', compacted);
    await clock.advance(999);
    expect(recorder.take()).toEqual([wait]);
    client.onList('a', listOf(12, pair('a', '1', 11)));
    client.onWatch('a', unsupported);
    await clock.advance(1);
    expect(recorder.take()).toEqual([resync, 'new /a/1', inSync]);
    client.onList('a', listOf(20, pair('a', '1', 11)));
    client.onWatch('a', compacted);
    client.onList('a', compacted, listOf(30, pair('a', '1', 11)));
    client.onWatch('a', 'opened');
    await clock.advance(10_000);
    expect(recorder.take()).toEqual([resync, inSync]);
    expect(requests('list')).toEqual(['0@latest', '1000@latest', '6000@12', '6500@20', '7500@latest']);
    expect(requests('watch')).toEqual(['1000@12', '6000@20', '7500@30']);
    await end();
  });

  it('5, S11: a list that says the API is missing: in sync with nothing, and no fast retry', async () => {
    const { client, clock, recorder, requests, end } = await openBench();
    client.onList('a', new ApiMissingError('no such API'));
    await clock.advance(29 * 60_000);
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    expect(requests('list')).toEqual(['0@latest']);
    client.onList('a', listOf(5, pair('a', '1', 5)));
    await clock.advance(60_000);
    expect(recorder.take()).toEqual(['new /a/1']);
    await end();
  });

  it('6: three types: one expires and lists at once, one polls twice, one polls and fails a list, and InSync comes with the last and stays', async () => {
    const { client, clock, recorder, requests, end } = await openBench({ types: ['r1', 'r2', 'r3'] });
    client.onList('r1', listOf(1));
    client.onWatch('r1', 'opened');
    client.onList('r2', listOf(1), listOf(2), listOf(3));
    client.onWatch('r2', unsupported, unsupported, 'opened');
    client.onList('r3', listOf(1), unknown, listOf(3));
    client.onWatch('r3', unsupported, 'opened');
    await clock.advance(2_000);
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    client.end('r1', compacted);
    client.onList('r1', listOf(4));
    client.onWatch('r1', 'opened');
    await clock.advance(10_000);
    expect(requests('list', 'r1')).toEqual(['0@latest', '2000@1']);
    expect(requests('list', 'r2')).toEqual(['0@latest', '5000@1', '10000@2']);
    expect(requests('list', 'r3')).toEqual(['0@latest', '5000@1', '6000@1']);
    expect(recorder.take()).toEqual([resync, inSync]);
    await end();
  });

  it('7: five unknown errors of Watch lead to a list, after five times the pace', async () => {
    const { client, clock, recorder, requests, end } = await openBench();
    client.onList('a', listOf(10), listOf(11));
    client.onWatch('a', unknown, unknown, unknown, unknown, unknown, 'opened');
    await clock.advance(2_499);
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    await clock.advance(1);
    expect(recorder.take()).toEqual([resync, inSync]);
    expect(requests('watch')).toEqual(['0@10', '500@10', '1000@10', '1500@10', '2000@10', '2500@11']);
    expect(requests('list')).toEqual(['0@latest', '2500@10']);
    await end();
  });

  it('8: a watch of one of three types ends with an error five times: resumed without a word, then listed', async () => {
    const { client, clock, recorder, requests, end } = await inSyncBench({ types: ['a', 'b', 'c'] });
    client.onWatch('b', 'opened', 'opened', 'opened', 'opened');
    for (let round = 1; round <= 5; round++) {
      client.end('b', unknown);
      await clock.advance(500);
      if (round < 5) expect(recorder.take(), `after error ${round}`).toEqual([]);
    }
    expect(recorder.take()).toEqual([resync]);
    client.onList('b', listOf(12));
    await clock.settle();
    expect(recorder.take()).toEqual([inSync]);
    expect(requests('watch', 'b').slice(1, 5)).toEqual(['500@10', '1000@10', '1500@10', '2000@10']);
    await end();
  });

  it('9: after a bookmark and an error the watch goes on from the bookmark', async () => {
    const { client, clock, recorder, requests, end } = await inSyncBench();
    client.send('a', bookmark(25));
    await clock.settle();
    client.end('a', unknown);
    await clock.advance(500);
    expect(requests('watch')).toEqual(['0@10', '500@25']);
    expect(recorder.take()).toEqual([]);
    await end();
  });

  it('10, S4: refused ten times, the watch is asked for from the same revision, without a list and without a word', async () => {
    const { client, clock, recorder, requests, end } = await inSyncBench();
    client.send('a', bookmark(25));
    await clock.settle();
    client.end('a', unknown);
    client.onWatch('a', ...Array.from({ length: 10 }, () => refused), 'opened');
    await clock.advance(5_500);
    expect(requests('watch').slice(1)).toEqual(Array.from({ length: 11 }, (_, index) => `${500 * (index + 1)}@25`));
    expect(requests('list')).toHaveLength(1);
    expect(recorder.take()).toEqual([]);
    expect(client.isWatching('a')).toBe(true);
    await end();
  });

  it('11, S13: while one type reconnects the others stream, and it delivers when it is back', async () => {
    const { client, clock, recorder, end } = await inSyncBench({ types: ['a', 'b', 'c'] });
    client.end('b', refused);
    client.send('a', added(pair('a', '1', 11)));
    await clock.settle();
    client.send('c', added(pair('c', '1', 12)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /a/1', 'new /c/1']);
    client.onWatch('b', 'opened');
    await clock.advance(500);
    client.send('b', added(pair('b', '1', 13)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /b/1']);
    await end();
  });

  it('12: after an expiry only the difference is told; what was told before is not told again', async () => {
    const { client, clock, recorder, end } = await openBench();
    client.onList('a', listOf(3, pair('a', '1', 1), pair('a', '2', 2), pair('a', '3', 3)));
    client.onWatch('a', 'opened');
    await clock.advance(600);
    expect(recorder.take()).toEqual([wait, resync, 'new /a/1, new /a/2, new /a/3', inSync]);
    client.end('a', compacted);
    client.onList('a', listOf(4, pair('a', '1', 1), pair('a', '3', 3), pair('a', '4', 4)));
    client.onWatch('a', 'opened');
    await clock.advance(600);
    expect(recorder.take()).toEqual([resync, 'new /a/4, deleted /a/2', inSync]);
    client.send('a', modified(pair('a', '4', 5)), deleted(pair('a', '1', 1), 6));
    await clock.settle();
    expect(recorder.take()).toEqual(['updated /a/4, deleted /a/1']);
    client.send('a', modified(pair('a', '4', 5)), deleted(pair('a', '1', 1), 6));
    await clock.settle();
    expect(recorder.take()).toEqual([]);
    client.end('a', compacted);
    client.onList('a', listOf(9, pair('a', '3', 3), pair('a', '4', 8)));
    await clock.advance(600);
    expect(recorder.take()).toEqual([resync, 'updated /a/4', inSync]);
    await end();
  });

  it('13: what happens while a callback is busy comes as one batch', async () => {
    const { client, clock, recorder, end } = await inSyncBench();
    let open: () => void = () => {};
    recorder.gate = () => new Promise((resolve) => (open = resolve));
    client.send('a', added(pair('a', '1', 11)));
    await clock.settle();
    client.send('a', added(pair('a', '2', 12)));
    await clock.settle();
    client.send('a', added(pair('a', '3', 13)));
    await clock.settle();
    client.send('a', modified(pair('a', '1', 14)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /a/1']);
    recorder.gate = undefined;
    open();
    await clock.settle();
    expect(recorder.take()).toEqual(['new /a/2, new /a/3, updated /a/1']);
    client.send('a', deleted(pair('a', '2', 12), 15));
    await clock.settle();
    expect(recorder.take()).toEqual(['deleted /a/2']);
    await end();
  });

  it('14, S12, I11: stopping deletes everything that was told, before it returns', async () => {
    const { client, clock, recorder, syncer, end } = await inSyncBench();
    client.send('a', added(pair('a', '1', 11)), added(pair('a', '2', 12)), added(pair('a', '3', 13)));
    await clock.settle();
    recorder.take();
    expect(await syncer.stop()).toEqual({ undelivered: 0 });
    expect(recorder.take()).toEqual(['deleted /a/1, deleted /a/2, deleted /a/3']);
    expect(recorder.picture.size).toBe(0);
    await end();
  });

  it('15: a processor: one to one, one to two, errors with and without results', async () => {
    const answers: (readonly KVChange[] | { changes: readonly KVChange[]; error: Error })[] = [];
    const updateProcessor: SyncerUpdateProcessor = { process: () => answers.shift() ?? [], onSyncerStarting: () => {} };
    const { client, clock, recorder, end } = await inSyncBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    const upsert = (name: string, revision: number): KVChange => ({ key: `/out/${name}`, value: name, revision: String(revision) });
    const parseError = (): ParseError => new ParseError('bad value', { rawKey: 'abcdef', rawValue: 'aabbccdd' });
    const tell = async (revision: number, answer: (typeof answers)[number]): Promise<readonly string[]> => {
      answers.push(answer);
      client.send('a', modified(pair('a', '1', revision)));
      await clock.settle();
      return recorder.take();
    };
    expect(await tell(11, [upsert('1', 11)])).toEqual(['new /out/1']);
    expect(await tell(12, [upsert('1', 12), upsert('2', 12)])).toEqual(['updated /out/1, new /out/2']);
    expect(await tell(13, { changes: [], error: new Error('bare') })).toEqual(['problem processorFailed']);
    expect(await tell(14, { changes: [{ key: '/out/1', value: null }], error: parseError() })).toEqual([
      'deleted /out/1',
      'parseFailed abcdef',
    ]);
    expect(await tell(15, [])).toEqual(['parseMended abcdef']);
    expect(await tell(16, [{ key: '/out/never-shown', value: null }])).toEqual([]);
    answers.push({ changes: [{ key: '/out/2', value: null }], error: parseError() });
    client.send('a', deleted(pair('a', '1', 16), 17));
    await clock.settle();
    expect(recorder.take()).toEqual(['deleted /out/2', 'parseFailed abcdef', 'parseMended abcdef']);
    await end();
  });

  it('16: with a short retry timeout: errors to the limit, Resync; a failing list, Wait; a good one, Resync and InSync', async () => {
    const { client, clock, recorder, end } = await inSyncBench({ watchRetryTimeout: 100 });
    await clock.advance(150);
    client.onWatch('a', 'opened', 'opened', 'opened', 'opened');
    for (let round = 0; round < 5; round++) {
      client.end('a', unknown);
      await clock.advance(500);
    }
    expect(recorder.take()).toEqual([resync]);
    client.onList('a', unknown);
    await clock.advance(99);
    expect(recorder.take()).toEqual([]);
    await clock.advance(1);
    expect(recorder.take()).toEqual([wait]);
    client.onList('a', listOf(20));
    await clock.advance(900);
    expect(recorder.take()).toEqual([resync, inSync]);
    await end();
  });

  it('17: an empty list without a revision: in sync after the first, and polled without a word', async () => {
    const { client, clock, recorder, requests, end } = await openBench();
    client.onList('a', listOf(0), listOf(0), { items: [] });
    await clock.advance(14_999);
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    expect(requests('list')).toEqual(['0@latest', '5000@latest', '10000@latest']);
    expect(requests('watch')).toEqual([]);
    await end();
  });

  it('17, mended: a list with objects but without a revision is polled as well, where the original panics', async () => {
    const { client, clock, recorder, requests, end } = await openBench();
    client.onList('a', { items: [pair('a', '1', 1)] }, { items: [pair('a', '2', 2)] });
    await clock.advance(5_000);
    expect(recorder.take()).toEqual([wait, resync, 'new /a/1', inSync, 'new /a/2, deleted /a/1']);
    expect(requests('watch')).toEqual([]);
    await end();
  });

  it('18: no updates while the last status is Wait: the recorder of every test here checks it with every call', async () => {
    const recorder = new Recorder();
    await recorder.onStatusUpdated('waitForDatastore');
    await recorder.onUpdates([{ type: 'new', key: '/a/1', value: 1 }]);
    expect(recorder.violations.map(String).join()).toContain('I3');
  });

  it('19, mended: a failing list is reported when the retry timeout has passed, not before, and then each time', async () => {
    const { client, clock, recorder, end } = await openBench({ watchRetryTimeout: 1_500 });
    client.onList('a', refused, refused, refused, refused, listOf(1));
    await clock.advance(1_999);
    expect(recorder.take()).toEqual([wait]);
    await clock.advance(1_001);
    expect(recorder.take()).toEqual(['syncFailed a unavailable', 'syncFailed a unavailable']);
    await clock.advance(1_000);
    expect(recorder.take()).toEqual(['syncRecovered a', resync, inSync]);
    await end();
  });

  it('20: several clients: each type reaches its own, and both are needed to be in sync', async () => {
    const clock = new SimulatedClock();
    const [one, two, recorder] = [new ScriptedClient(clock), new ScriptedClient(clock), new Recorder()];
    const types = [
      { list: { kind: 'a' }, clientId: 'one' },
      { list: { kind: 'b' }, clientId: 'two' },
    ];
    const syncer = createSyncer({ one, two }, types, recorder, { clock, backoff: constantBackoff });
    syncer.start();
    one.onList('a', listOf(1, pair('a', '1', 1)));
    await clock.settle();
    expect(recorder.take()).toEqual([wait, resync, 'new /a/1']);
    two.onList('b', listOf(1, pair('b', '1', 1)));
    await clock.settle();
    expect(recorder.take()).toEqual(['new /b/1', inSync]);
    expect(one.calls.map(({ kind }) => kind)).toEqual(['a', 'a']);
    expect(two.calls.map(({ kind }) => kind)).toEqual(['b', 'b']);
    await syncer.stop();
  });

  it('21, mended: a type whose client is not there is refused, or left out when that is asked for', async () => {
    const clock = new SimulatedClock();
    const [one, recorder] = [new ScriptedClient(clock), new Recorder()];
    const types = [
      { list: { kind: 'a' }, clientId: 'one' },
      { list: { kind: 'b' }, clientId: 'nobody' },
    ];
    expect(() => createSyncer({ one }, types, recorder, { clock })).toThrow(ValidationError);
    const syncer = createSyncer({ one }, types, recorder, { clock, missingClient: 'skip' });
    syncer.start();
    one.onList('a', listOf(1));
    await clock.settle();
    expect(recorder.take()).toEqual([wait, resync, inSync]);
    await syncer.stop();
  });

  it('22: a bookmark is a sign of life: a list that fails soon after it is not an outage', async () => {
    const { client, clock, recorder, end } = await inSyncBench({ watchRetryTimeout: 3_000 });
    await clock.advance(2_999);
    client.send('a', bookmark(20));
    await clock.settle();
    client.end('a', compacted);
    client.onList('a', refused);
    await clock.advance(900);
    expect(recorder.take()).toEqual([resync]);
    await end();
  });

  it('retired, 2019: sixteen errors in a row do not mean Wait: only silence does', async () => {
    const { client, clock, recorder, end } = await inSyncBench();
    client.end('a', compacted);
    client.onList('a', ...Array.from({ length: 16 }, () => unknown));
    await clock.advance(16_000);
    expect(recorder.take()).toEqual([resync]);
    await end();
  });

  it('retired, 2019: a watch that the datastore closes in peace is never an error; closed at once again and again, it is polled', async () => {
    const { client, clock, recorder, requests, end } = await inSyncBench();
    for (let round = 0; round < 10; round++) {
      await clock.advance(2_000);
      client.onWatch('a', 'opened');
      client.end('a');
      await clock.settle();
    }
    expect(requests('list')).toHaveLength(1);
    expect(recorder.take()).toEqual([]);
    await end();
  });
});
