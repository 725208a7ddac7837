/** The life of a syncer: what it says of itself, how it ends, and what it leaves behind, whenever that is. */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/datastore/memory/memory-backend.js';
import type { ListWatchClient } from '../../src/model/client.js';
import { isHeliostatError } from '../../src/model/errors.js';
import type { KVPair } from '../../src/model/kv-pair.js';
import { SyncStatus } from '../../src/model/status.js';
import { seededRandom } from '../../src/ports/random.js';
import { SimulatedClock } from '../../src/ports/simulated-clock.js';
import { createSyncer } from '../../src/syncer/create-syncer.js';
import { Recorder } from '../support/recorder.js';

const anyNames = fc.uniqueArray(fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'b/3'));
const anyMode = fc.constantFrom('emitDeletes' as const, 'drain' as const, 'silent' as const, undefined);
const never = new Promise<void>(() => {});

function open(
  more: { readonly maxBatchSize?: number } = {},
  around: (client: MemoryBackend) => ListWatchClient = (client) => client,
) {
  const clock = new SimulatedClock();
  const store = new MemoryBackend({ clock, random: seededRandom(1) });
  const recorder = new Recorder();
  const types = [{ list: { kind: 'a' } }, { list: { kind: 'b' } }];
  const syncer = createSyncer(around(store), types, recorder, { clock, random: seededRandom(2), ...more });
  const put = async (names: readonly string[], value: unknown): Promise<void> => {
    for (const name of names) await store.apply({ key: `/${name}`, value });
  };
  /** What the datastore holds. */
  const held = async () => new Map((await store.list({})).items.map(({ key, value }) => [key, value]));
  const told = () => new Map([...recorder.picture].map(([key, { value }]) => [key, value]));
  return { clock, store, recorder, syncer, put, held, told };
}

/** What becomes of a promise without anybody waiting for it. */
function fateOf(promise: Promise<unknown>): { is: unknown } {
  const fate: { is: unknown } = { is: 'pending' };
  promise.then(
    (value) => (fate.is = value ?? 'done'),
    (error: unknown) => (fate.is = isHeliostatError(error) ? error.code : error),
  );
  return fate;
}

describe('a syncer', () => {
  it('D8, D9, R14: says of each type where it stands, and how old the picture is; of all of them, the worst', async () => {
    await fc.assert(
      fc.asyncProperty(anyNames, fc.array(fc.constantFrom(1, 500, 4_000, 30_000), { maxLength: 5 }), async (names, pauses) => {
        const { clock, store, syncer, recorder, put, held, told } = open();
        await put(names, 1);
        const first = fateOf(syncer.firstSync);
        expect([syncer.status, syncer.connectivity, syncer.snapshot().size]).toEqual([
          SyncStatus.WaitForDatastore,
          'neverConnected',
          0,
        ]);
        expect(Object.keys(syncer.freshness())).toEqual([]);
        for (const report of syncer.types()) expect(Object.keys(report)).not.toEqual(expect.arrayContaining(['revision']));
        syncer.start();
        syncer.start();
        await clock.settle();
        expect([syncer.status, syncer.connectivity, first.is]).toEqual([SyncStatus.InSync, 'connected', 'done']);
        expect(recorder.statuses).toEqual([SyncStatus.WaitForDatastore, SyncStatus.ResyncInProgress, SyncStatus.InSync]);
        let [contact, commit] = [0, 0];
        for (const [index, pause] of pauses.entries()) {
          const before = clock.now();
          await clock.advance(pause);
          if (index % 2 === 1) {
            await put(['a/1'], index);
            await clock.settle();
          }
          const reports = syncer.types();
          const { sinceContact = -1, sinceCommit = -1 } = syncer.freshness();
          expect(sinceContact).toBe(Math.max(...reports.map((report) => report.sinceContact ?? -1)));
          expect(sinceCommit).toBe(Math.max(...reports.map((report) => report.sinceCommit ?? -1)));
          // A quiet watch has a bookmark every ten seconds, which is contact.
          contact = clock.now() - contact > 10_000 ? before : contact;
          expect(sinceContact).toBeLessThanOrEqual(10_000);
          expect(sinceContact).toBeGreaterThanOrEqual(0);
          expect(sinceCommit).toBeLessThanOrEqual(clock.now() - commit);
        }
        const reports = syncer.types();
        expect(reports.map(({ list }) => list)).toEqual([{ kind: 'a' }, { kind: 'b' }]);
        const now = await held();
        for (const { list, objects, status, connectivity, malformed, listFailures, watchFailures, lastFailure, state } of reports) {
          expect(objects).toBe([...now.keys()].filter((key) => key.startsWith(`/${list.kind}/`)).length);
          expect([status, connectivity, malformed, listFailures, watchFailures, lastFailure]).toEqual([
            SyncStatus.InSync,
            'connected',
            [],
            0,
            0,
            undefined,
          ]);
          expect(state).toContain('following');
        }
        if (pauses.length === 0) expect(reports.map(({ revision }) => revision)).toEqual([store.revision, store.revision]);
        expect(told()).toEqual(now);
        expect(new Map([...syncer.snapshot()].map(({ key, value }) => [key, value]))).toEqual(now);
        await syncer[Symbol.asyncDispose]();
        await store.close();
        expect(recorder.violations).toEqual([]);
      }),
      { seed: 141, numRuns: 20 },
    );
  });

  it('S12, R19, D10, I11: ends as it is told to, in any state, once; and leaves nothing', async () => {
    const anyEnd = fc.record({
      mode: anyMode,
      isStarted: fc.boolean(),
      isSynced: fc.boolean(),
      isInside: fc.boolean(),
      isSlow: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(anyNames, anyNames, anyEnd, async (before, after, { mode, isStarted, isSynced, isInside, isSlow }) => {
        const { clock, store, syncer, recorder, put, held, told } = open();
        await put(before, 1);
        const first = fateOf(syncer.firstSync);
        const iterated = new Map<string, unknown>();
        const follow = async (): Promise<void> => {
          for await (const batch of syncer.updates())
            for (const { key, value } of batch)
              if (value === null) iterated.delete(key);
              else iterated.set(key, value);
        };
        const iteration = fateOf(follow());
        if (isStarted) syncer.start();
        if (isStarted && isSynced) await clock.settle();
        const isReallySynced = isStarted && isSynced;
        let toldBefore = told();
        let release: (() => void) | undefined;
        if (isSlow && isReallySynced) recorder.gate = () => new Promise((resolve) => (release = resolve));
        if (isReallySynced) await put(after, 2);
        if (isReallySynced) await clock.settle();
        const content = isReallySynced ? await held() : new Map<string, unknown>();
        const stop = (): Promise<unknown> => syncer.stop(mode === undefined ? {} : { mode });
        let ended: { is: unknown } = { is: 'pending' };
        if (isInside && isReallySynced && !isSlow) {
          recorder.afterUpdates = () => {
            recorder.afterUpdates = undefined;
            toldBefore = told();
            ended = fateOf(stop());
          };
          await put(['a/9'], 3);
          content.set('/a/9', 3);
          await clock.settle();
        } else {
          toldBefore = told();
          ended = fateOf(stop());
        }
        const again = fateOf(stop());
        expect(() => syncer.start()).toThrow(expect.objectContaining({ code: 'stopped' }));
        await clock.settle();
        // A slow consumer is waited for; it has been called with what changed first, and has the rest ahead of it.
        const isBusy = release !== undefined;
        if (isBusy) toldBefore = told();
        if (isBusy && mode !== 'silent') expect(ended.is).toBe('pending');
        recorder.gate = undefined;
        release?.();
        await clock.settle();
        const unwanted = mode === 'silent' ? [...content].filter(([key, value]) => toldBefore.get(key) !== value).length : 0;
        expect([ended.is, again.is]).toEqual([{ undelivered: unwanted }, { undelivered: unwanted }]);
        const wanted = mode === 'drain' ? content : mode === 'silent' ? toldBefore : new Map();
        if (isReallySynced || mode !== 'silent') expect(told()).toEqual(isReallySynced ? wanted : new Map());
        expect([iteration.is, first.is]).toEqual(['done', isReallySynced ? 'done' : 'stopped']);
        if (mode !== 'silent') expect(iterated).toEqual(mode === 'drain' ? content : new Map());
        expect(syncer.status).toBe(SyncStatus.WaitForDatastore);
        const lines = recorder.lines.length;
        await put(['a/1'], 4);
        await clock.advance(100_000);
        expect(recorder.lines.length).toBe(lines);
        // Who comes too late is given what is shown, which is nothing when everything was told as deleted, and then the end.
        const late = new Map<string, unknown>();
        for await (const batch of syncer.updates()) for (const { key, value } of batch) late.set(key, value);
        expect(late).toEqual(mode === 'drain' || mode === 'silent' ? content : new Map());
        await store.close();
        expect([recorder.violations, clock.pending]).toEqual([[], 0]);
      }),
      { seed: 142, numRuns: 100 },
    );
  });

  it('RL5, S14: waits for a consumer and for requests until the limit and no longer, and says how many keys it could not tell', async () => {
    const anyLimit = fc.constantFrom(undefined, 0, 700);
    await fc.assert(
      fc.asyncProperty(anyNames, anyMode, anyLimit, fc.boolean(), async (names, mode, limit, isTransport) => {
        const hanging = (client: MemoryBackend): ListWatchClient => ({
          capabilities: client.capabilities,
          list: (options, request) => (isTransport ? (never as Promise<never>) : client.list(options, request)),
          watch: (options, request) => client.watch(options, request),
        });
        const { clock, store, syncer, recorder, put } = open({}, hanging);
        await put(['a/0'], 1);
        syncer.start();
        await clock.settle();
        recorder.gate = () => never;
        await put(['b/9'], 2);
        await clock.settle();
        await put(names, 3);
        await clock.settle();
        const pending = names.length;
        const ended = fateOf(syncer.stop({ mode, limit }));
        const deadline = limit ?? 5_000;
        if (deadline > 0) {
          await clock.advance(deadline - 1);
          expect(ended.is).toEqual(mode === 'silent' && !isTransport ? { undelivered: pending } : 'pending');
        }
        await clock.advance(1);
        // Told: /a/0 and /b/9. With deletes these two are to be told as gone, and what was never told is not told at all.
        const undelivered = isTransport ? 0 : mode === 'drain' || mode === 'silent' ? pending : 2;
        if (isTransport) expect(ended.is).toEqual({ undelivered: 0 });
        else expect((ended.is as { undelivered: number }).undelivered).toBeGreaterThanOrEqual(undelivered);
        const lines = recorder.lines.length;
        await clock.advance(100_000);
        expect(recorder.lines.length).toBe(lines);
        await store.close();
        expect(clock.pending).toBe(0);
      }),
      { seed: 143, numRuns: 40 },
    );
  });

  it('S8: tells at most so many updates at once, and an iteration ends when its signal aborts, whenever that is', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyNames,
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('before', 'between', 'never'),
        async (names, maxBatchSize, aborts) => {
          const { clock, store, syncer, recorder, put, held, told } = open({ maxBatchSize });
          await put(names, 1);
          const sizes: number[] = [];
          const { onUpdates } = recorder;
          recorder.onUpdates = (updates) => (sizes.push(updates.length), onUpdates(updates));
          syncer.start();
          await clock.settle();
          expect(told()).toEqual(await held());
          expect(sizes.every((size) => size <= maxBatchSize)).toBe(true);
          const abort = new AbortController();
          if (aborts === 'before') abort.abort();
          const updates = syncer.updates({ signal: abort.signal });
          const seen: KVPair[] = [];
          let turn = fateOf(updates.next());
          await clock.settle();
          if (aborts === 'before') expect(turn.is).toEqual({ done: true, value: undefined });
          else if (names.length > 0) {
            const { value } = turn.is as { readonly value: readonly KVPair[] };
            seen.push(...value);
            expect(seen.length).toBe(Math.min(names.length, maxBatchSize));
          }
          if (aborts === 'between') {
            abort.abort();
            turn = fateOf(updates.next());
            await clock.settle();
            expect(turn.is).toEqual({ done: true, value: undefined });
          }
          await syncer.stop();
          // What is left is there for who asks; then there is nothing to wait for any more.
          for (let rest = await updates.next(); rest.done !== true; rest = await updates.next())
            expect(rest.value.length).toBeGreaterThan(0);
          expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
          await store.close();
          expect(recorder.violations).toEqual([]);
        },
      ),
      { seed: 144, numRuns: 40 },
    );
  });
});
