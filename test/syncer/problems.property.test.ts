/** What a syncer tells of what goes wrong: each entry, object, key and datastore at fault, by name, once; and when it is over. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/datastore/memory/memory-backend.js';
import type { ListWatchClient } from '../../src/model/client.js';
import { DatastoreUnavailableError, ParseError } from '../../src/model/errors.js';
import type { ResourceType } from '../../src/model/resource-type.js';
import type { SyncFailure } from '../../src/model/syncer.js';
import { seededRandom } from '../../src/ports/random.js';
import { SimulatedClock } from '../../src/ports/simulated-clock.js';
import { createSyncer } from '../../src/syncer/create-syncer.js';
import { mapKV } from '../../src/syncer/processors/ready-made.js';
import { Recorder } from '../support/recorder.js';

const names = ['1', '2', '3'] as const;
const some = fc.subarray([...names]);
const of = (kind: string, chosen: readonly string[]) => chosen.map((name) => `/${kind}/${name}`);

/** `b` shows its objects where `a` shows its own; `c` cannot convert everything. */
const types: readonly ResourceType[] = [
  { list: { kind: 'a' } },
  { list: { kind: 'b' }, updateProcessor: mapKV({ key: ({ key }) => key.replace('/b/', '/a/'), value: ({ value }) => value }) },
  {
    list: { kind: 'c' },
    updateProcessor: mapKV<unknown, unknown>({
      value: ({ key, value }) => {
        if (value === 'bad') throw new Error('cannot convert');
        if (value === 'raw') throw new ParseError('cannot read', { key, rawKey: key });
        return value;
      },
    }),
  },
];

describe('a syncer', () => {
  it('R17, H20, H23: names the entries that cannot be read, the keys that two show, and the objects that cannot be converted', async () => {
    await fc.assert(
      fc.asyncProperty(some, some, some, some, fc.boolean(), fc.boolean(), async (a, b, broken, bad, isRaw, isStreamed) => {
        const clock = new SimulatedClock();
        const store = new MemoryBackend({ clock, random: seededRandom(1) });
        const recorder = new Recorder();
        for (const key of [...of('a', a), ...of('b', b), ...of('c', names)]) await store.apply({ key, value: key });
        for (const key of of('c', bad)) await store.apply({ key, value: isRaw ? 'raw' : 'bad' });
        const syncer = createSyncer(store, types, recorder, {
          clock,
          random: seededRandom(2),
          initialList: isStreamed ? 'streamed' : 'paged',
        });
        syncer.start();
        await clock.settle();
        for (const key of of('a', broken)) await store.corrupt(key, '{');
        await clock.settle();
        const collisions = of(
          'a',
          a.filter((name) => b.includes(name)),
        );
        const told = recorder.problems.flatMap((problem) => (problem.kind === 'keyCollision' ? [problem] : []));
        expect(told.map(({ key }) => key).toSorted()).toEqual(collisions);
        for (const { shown, hidden } of told) expect([shown, hidden]).toEqual([{ kind: 'a' }, { kind: 'b' }]);
        const failed = recorder.problems.flatMap((problem) => (problem.kind === 'processorFailed' ? [problem] : []));
        expect(failed.map(({ key }) => key)).toEqual(isRaw ? [] : of('c', bad));
        for (const { list, error } of failed) expect([list, error.message]).toEqual([{ kind: 'c' }, 'cannot convert']);
        const unread = [...of('a', broken), ...(isRaw ? of('c', bad) : [])];
        const lines = (of_: string) =>
          recorder.lines.filter((line) => line.startsWith(`${of_} `)).map((line) => line.slice(of_.length + 1));
        expect(lines('parseFailed').toSorted()).toEqual(unread.toSorted());
        const listed = syncer.types().map(({ malformed }) => malformed.map(({ rawKey }) => rawKey).toSorted());
        expect(listed).toEqual([of('a', broken), [], isRaw ? of('c', bad) : []]);
        expect(lines('parseMended')).toEqual([]);
        for (const key of unread) await store.apply({ key, value: 'good' });
        await clock.settle();
        expect(lines('parseMended').toSorted()).toEqual(unread.toSorted());
        expect(syncer.types().flatMap(({ malformed }) => malformed)).toEqual([]);
        await syncer.stop();
        await store.close();
        expect(recorder.violations).toEqual([]);
      }),
      { seed: 161, numRuns: 60 },
    );
  });

  it('S10, S12, D9: names the datastore that is lost, while it is, and once that it is back; what it held goes, where that is wanted', async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.constantFrom(true, false, undefined), fc.boolean(), async (a, deletesOnDisconnect, stops) => {
        const clock = new SimulatedClock();
        const store = new MemoryBackend({ clock, random: seededRandom(1) });
        let isLost = false;
        const refuse = async <R>(work: () => Promise<R>): Promise<R> => {
          if (isLost) throw new DatastoreUnavailableError('lost');
          return work();
        };
        const client: ListWatchClient = {
          capabilities: store.capabilities,
          list: (options, request) => refuse(() => store.list(options, request)),
          watch: (options, request) => refuse(() => store.watch(options, request)),
        };
        const recorder = new Recorder();
        const failures: SyncFailure[] = [];
        const { syncFailed } = recorder;
        recorder.syncFailed = (failure) => (failures.push(failure), syncFailed(failure));
        for (const key of of('a', a)) await store.apply({ key, value: key });
        const options = { clock, random: seededRandom(2), watchRetryTimeout: 5_000, idleLimit: 2_000, watchPollInterval: 500 };
        const type = { list: { kind: 'a' }, ...(deletesOnDisconnect === undefined ? {} : { deletesOnDisconnect }) };
        const syncer = createSyncer(client, [type], recorder, options);
        syncer.start();
        await clock.settle();
        isLost = true;
        await clock.advance(120_000);
        expect([syncer.status, syncer.connectivity]).toEqual(['waitForDatastore', 'disconnected']);
        const [report] = syncer.types();
        expect([report?.lastFailure?.kind, (report?.listFailures ?? 0) > 0]).toEqual(['unavailable', true]);
        expect(failures.length).toBeGreaterThan(0);
        for (const { list, failure, attempts } of failures)
          expect([list, failure.kind, attempts > 0]).toEqual([{ kind: 'a' }, 'unavailable', true]);
        expect(recorder.picture.size).toBe(deletesOnDisconnect === true ? 0 : a.length);
        if (stops) {
          const statuses = recorder.statuses.length;
          const stopped = syncer.stop();
          await clock.advance(10_000);
          expect(await stopped).toEqual({ undelivered: 0 });
          // Nobody is told of deletions while waiting for the datastore.
          const hasDeletions = deletesOnDisconnect !== true && a.length > 0;
          expect(recorder.statuses.slice(statuses)).toEqual(hasDeletions ? ['resyncInProgress'] : []);
          expect(recorder.picture.size).toBe(0);
        } else {
          isLost = false;
          await clock.advance(120_000);
          expect([syncer.status, syncer.connectivity, recorder.picture.size]).toEqual(['inSync', 'connected', a.length]);
          expect(recorder.lines.filter((line) => line === 'syncRecovered a')).toHaveLength(1);
          expect(recorder.statuses.at(-2)).toBe('resyncInProgress');
          await syncer.stop();
        }
        await store.close();
        expect(recorder.violations).toEqual([]);
      }),
      { seed: 162, numRuns: 40 },
    );
  });
});
