/** What the simulation has found, as small as it gets: each of these failed once. */
import { describe, expect, it } from 'vitest';
import { createSyncer, RevisionCompactedError, type KVPair, type ListWatchClient, type StopReport } from '../../src/index.js';
import { emptyTree } from '../../src/store/object-tree.js';
import { transact } from '../../src/store/transact.js';
import { ChangeQueue } from '../../src/syncer/change-queue.js';
import { MemoryLogger, ScriptedClient, SimulatedClock } from '../../src/testing/index.js';

const types = [{ list: { kind: 'pods' } }];
const noRemoval = () => ({ revision: undefined, finalStateUnknown: true });

describe('found by simulation', () => {
  it('I6, S8: a key that is back in the state that was told last is not told again', () => {
    const queue = new ChangeQueue<{ readonly n: number }>();
    const pair = (n: number): KVPair<{ readonly n: number }> => ({ key: '/a/x', value: { n }, revision: `${n}`, uid: 'u' });
    const first = transact(emptyTree<KVPair<{ readonly n: number }>>(), (draft) => draft.set('/a/x', pair(1)));
    queue.change(first.changes, first.after, noRemoval);
    expect(queue.take(Infinity)).toMatchObject({ updates: [{ type: 'new', key: '/a/x' }] });
    const away = transact(first.after, (draft) => draft.set('/a/x', pair(2)));
    queue.change(away.changes, away.after, noRemoval);
    const back = transact(away.after, (draft) => draft.set('/a/x', pair(1)));
    queue.change(back.changes, back.after, noRemoval);
    expect(queue.take(Infinity)).toBeUndefined();
    const other = transact(back.after, (draft) => draft.set('/a/x', { ...pair(1), source: '/b/y' }));
    queue.change(other.changes, other.after, noRemoval);
    expect(queue.take(Infinity)).toMatchObject({ updates: [{ type: 'updated', source: '/b/y' }] });
  });

  it('RL5: stop() from inside a callback ends within its limit, though a request never does', async () => {
    const clock = new SimulatedClock();
    const deaf: ListWatchClient = { capabilities: {}, list: () => new Promise(() => {}), watch: () => new Promise(() => {}) };
    const reports: StopReport[] = [];
    const syncer = createSyncer(
      deaf,
      types,
      {
        onStatusUpdated: async () => {
          reports.push(await syncer.stop({ limit: 1_000 }));
        },
      },
      { clock },
    );
    syncer.start();
    await clock.advance(5_000);
    expect(reports).toEqual([{ undelivered: 0 }]);
    expect(await syncer.stop()).toEqual({ undelivered: 0 });
    expect(clock.pending).toBe(0);
  });

  it('R19, R21: a callback that fails after the syncer has stopped is heard of in the log, and by nobody who is called', async () => {
    const clock = new SimulatedClock();
    const logger = new MemoryLogger();
    const problems: unknown[] = [];
    let fail: (error: Error) => void = () => {};
    const stuck = new Promise<void>((_, reject) => (fail = reject));
    const callbacks = { onStatusUpdated: () => stuck, onProblem: (problem: unknown) => void problems.push(problem) };
    const syncer = createSyncer(new ScriptedClient(clock), types, callbacks, { clock, logger });
    syncer.start();
    await clock.advance(10);
    const stopped = syncer.stop({ limit: 1_000 });
    await clock.advance(1_000);
    await stopped;
    fail(new Error('too late'));
    await clock.advance(10);
    expect(problems).toEqual([]);
    expect(logger.entries.filter(({ message }) => message.includes('too late'))).toHaveLength(1);
  });

  it('R19: a list whose page expires while the mirror is stopped is not asked for again', async () => {
    const clock = new SimulatedClock();
    const asked: (string | undefined)[] = [];
    const client: ListWatchClient = {
      capabilities: {},
      list: (_, { continue: page, signal } = {}) => {
        asked.push(page);
        if (page === undefined) return Promise.resolve({ items: [], revision: '7', continue: 'more' });
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new RevisionCompactedError('the page has expired')));
        });
      },
      watch: () => new Promise(() => {}),
    };
    const syncer = createSyncer(client, types, {}, { clock });
    syncer.start();
    await clock.advance(10);
    await syncer.stop();
    expect(asked).toEqual([undefined, 'more']);
  });

  it('R20: the time that a list took as a stream counts once for the pace', async () => {
    const clock = new SimulatedClock();
    const client = new ScriptedClient(clock);
    const syncer = createSyncer(client, types, {}, { clock, initialList: 'streamed' });
    client.onWatch('pods', 'opened', 'opened');
    syncer.start();
    await clock.advance(200);
    client.send('pods', { type: 'BOOKMARK', revision: '7', initialListEnd: true });
    await clock.advance(50);
    client.send('pods', { type: 'BOOKMARK', revision: '8' });
    client.end('pods');
    await clock.advance(5_000);
    expect(client.calls.map(({ at }) => at)).toEqual([0, 500]);
    await syncer.stop();
  });
});
