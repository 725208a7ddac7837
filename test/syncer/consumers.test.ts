/** A consumer can harm nobody but itself: throwing, rejecting, slow, never returning, re-entrant; and several beside each other. */
import { describe, expect, it } from 'vitest';
import {
  createSyncer,
  StoppedError,
  type ListWatchClient,
  type SyncerCallbacks,
  type SyncerProblem,
  type Update,
} from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import { MemoryLogger, seededRandom, SimulatedClock } from '../../src/testing/index.js';

function onMemory(callbacks: SyncerCallbacks = {}, options: { maxBatchSize?: number } = {}) {
  const clock = new SimulatedClock();
  const logger = new MemoryLogger();
  const datastore = new MemoryDatastore({ clock, random: seededRandom(1) });
  const syncer = createSyncer(datastore, [{ list: { kind: 'a' } }], callbacks, { clock, logger, ...options });
  const put = async (name: string, value: unknown): Promise<void> => void (await datastore.apply({ key: `/a/${name}`, value }));
  return { clock, logger, datastore, syncer, put };
}

/** Folds what an iteration brings, until it ends. */
async function fold(batches: AsyncIterable<readonly Update[]>, picture: Map<string, unknown>, sizes: number[] = []): Promise<void> {
  for await (const batch of batches) {
    sizes.push(batch.length);
    for (const { key, value } of batch) {
      if (value === null) picture.delete(key);
      else picture.set(key, value);
    }
  }
}

describe('a consumer', () => {
  it('R21: that throws is reported once for each throw, and is given everything that follows', async () => {
    const problems: SyncerProblem[] = [];
    const seen: string[] = [];
    const { clock, datastore, syncer, put, logger } = onMemory({
      onUpdates: (updates) => {
        seen.push(...updates.map(({ key }) => key));
        throw new Error('not my day');
      },
      onProblem: (problem) => void problems.push(problem),
    });
    syncer.start();
    await put('1', 1);
    await clock.settle();
    await put('2', 2);
    await clock.settle();
    expect(seen).toEqual(['/a/1', '/a/2']);
    expect(problems.map(({ kind }) => kind)).toEqual(['consumerFailed', 'consumerFailed']);
    expect(logger.entries.filter(({ level }) => level === 'error')).toHaveLength(2);
    expect(syncer.status).toBe('inSync');
    await syncer.stop();
    await datastore.close();
  });

  it.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('no'))],
    [
      'throws something that is no error',
      () => {
        throw undefined;
      },
    ],
    ['returns something that is no promise', () => 42],
    [
      'returns a thenable that throws',
      () => ({
        then: () => {
          throw new Error('then');
        },
      }),
    ],
  ])('that %s in every callback costs nothing but a report', async (_, act) => {
    const callback = (): void => act() as undefined; // whatever it returns is returned
    const { clock, datastore, syncer, put } = onMemory({ onUpdates: callback, onStatusUpdated: callback, onProblem: callback });
    syncer.start();
    await put('1', 1);
    await clock.settle();
    expect(syncer.snapshot().get('/a/1')?.value).toBe(1);
    await syncer.firstSync;
    await syncer.stop();
    await datastore.close();
  });

  it('D7, RL5: that never returns keeps nobody else from anything, and its memory is bounded by the keys', async () => {
    const { clock, datastore, syncer, put } = onMemory({ onUpdates: () => new Promise<never>(() => {}) });
    const iterated = new Map<string, unknown>();
    const iteration = fold(syncer.updates(), iterated);
    syncer.start();
    await put('1', 0);
    await clock.settle();
    for (let round = 1; round <= 1_000; round++) {
      await put('1', round);
      if (round % 100 === 0) await clock.settle();
    }
    await clock.settle();
    expect(iterated.get('/a/1')).toBe(1_000);
    expect(syncer.snapshot().get('/a/1')?.value, 'consistent with what it was given').toBe(0);
    const stopping = syncer.stop({ limit: 2_000 });
    await clock.advance(2_000);
    expect(await stopping).toEqual({ undelivered: 1 });
    await iteration;
    expect(iterated.size).toBe(0);
    await datastore.close();
  });

  it('D2: is called after the transition that it is told of, and sees it complete', async () => {
    const states: (string | undefined)[] = [];
    const { clock, datastore, syncer, put } = onMemory({
      onUpdates: (updates) => {
        states.push(syncer.types()[0]?.revision);
        for (const { key, value } of updates) expect(syncer.snapshot().get(key)?.value ?? null).toEqual(value);
      },
    });
    await put('1', 1);
    syncer.start();
    await clock.settle();
    await put('2', 2);
    await clock.settle();
    expect(states).toEqual(['2', '3']);
    await syncer.stop({ mode: 'silent' });
    await datastore.close();
  });

  it('can write to the datastore, start, and ask for everything from inside a callback', async () => {
    let written = 0;
    const { clock, datastore, syncer } = onMemory({
      onStatusUpdated: () => syncer.start(),
      onUpdates: async () => {
        if (written++ < 5) await datastore.apply({ key: '/a/mine', value: written });
        syncer.types();
        syncer.freshness();
      },
    });
    await datastore.create({ key: '/a/first', value: 0 });
    syncer.start();
    await clock.settle();
    expect(syncer.snapshot().get('/a/mine')?.value).toBe(5);
    await syncer.stop({ mode: 'silent' });
    await datastore.close();
  });

  it('is called with batches of at most maxBatchSize', async () => {
    const sizes: number[] = [];
    const { clock, datastore, syncer, put } = onMemory(
      { onUpdates: (updates) => void sizes.push(updates.length, syncer.snapshot().size) },
      { maxBatchSize: 2 },
    );
    for (const name of ['1', '2', '3', '4', '5']) await put(name, name);
    syncer.start();
    await clock.settle();
    expect(sizes).toEqual([2, 2, 2, 4, 1, 5]);
    await syncer.stop({ mode: 'silent' });
    await datastore.close();
  });
});

describe('stopping', () => {
  const inFirst = ['onStatusUpdated', 'onUpdates'] as const;
  it.each(
    inFirst.flatMap(
      (name) =>
        [
          [name, 'at once'],
          [name, 'after waiting for something'],
        ] as const,
    ),
  )('H35, R19: from inside %s, %s, ends everything and deadlocks nobody', async (name, when) => {
    const calls: string[] = [];
    let stopped = false;
    const stopInside = async (): Promise<void> => {
      calls.push(name);
      if (when !== 'at once') await Promise.resolve();
      await syncer.stop();
      stopped = true;
    };
    const { clock, datastore, syncer, put } = onMemory({ [name]: stopInside });
    await put('1', 1);
    syncer.start();
    await clock.advance(10_000);
    expect(stopped).toBe(true);
    const before = calls.length;
    await put('2', 2);
    await clock.advance(600_000);
    expect(calls.length, 'nothing after it').toBe(before);
    expect(syncer.status).toBe('waitForDatastore');
    await datastore.close();
    expect(clock.pending).toBe(0);
  });

  it('H35: twice, and before the start, is one and the same', async () => {
    const calls: string[] = [];
    const { syncer, datastore, clock } = onMemory({ onStatusUpdated: (status) => void calls.push(status) });
    expect(syncer.stop()).toBe(syncer.stop({ mode: 'drain' }));
    expect(await syncer.stop()).toEqual({ undelivered: 0 });
    expect(() => syncer.start()).toThrow(StoppedError);
    await expect(syncer.firstSync).rejects.toThrow(StoppedError);
    expect(calls).toEqual([]);
    await datastore.close();
    expect(clock.pending).toBe(0);
  });

  it('RL5: a transport that never answers, and does not listen either, cannot hold it up', async () => {
    const clock = new SimulatedClock();
    const deaf: ListWatchClient = { capabilities: {}, list: () => new Promise(() => {}), watch: () => new Promise(() => {}) };
    const syncer = createSyncer(deaf, [{ list: { kind: 'a' } }], {}, { clock });
    syncer.start();
    await clock.advance(1_000);
    const stopping = syncer.stop({ limit: 3_000 });
    await clock.advance(3_000);
    expect(await stopping).toEqual({ undelivered: 0 });
    expect(clock.pending).toBe(0);
  });

  it('S12: drain delivers what is pending and no deletions', async () => {
    const seen: string[] = [];
    const { clock, datastore, syncer, put } = onMemory({
      onUpdates: (updates) => void seen.push(...updates.map(({ type, key }) => `${type} ${key}`)),
    });
    syncer.start();
    await clock.settle();
    await put('1', 1);
    await clock.settle();
    expect(await syncer.stop({ mode: 'drain' })).toEqual({ undelivered: 0 });
    expect(seen).toEqual(['new /a/1']);
    expect(syncer.snapshot().size).toBe(1);
    await datastore.close();
  });

  it('S12: silent delivers nothing more, not even what is pending, and says how much that is', async () => {
    const seen: string[] = [];
    let open: () => void = () => {};
    const { clock, datastore, syncer, put } = onMemory({
      onUpdates: (updates) => {
        seen.push(...updates.map(({ key }) => key));
        return new Promise((resolve) => (open = resolve));
      },
    });
    syncer.start();
    await put('1', 1);
    await clock.settle();
    await put('2', 2);
    await put('3', 3);
    await clock.settle();
    expect(await syncer.stop({ mode: 'silent' })).toEqual({ undelivered: 2 });
    open();
    await clock.settle();
    expect(seen).toEqual(['/a/1']);
    await datastore.close();
  });

  it('await using stops it', async () => {
    const { clock, datastore, syncer } = onMemory();
    {
      await using used = syncer;
      used.start();
      await clock.settle();
    }
    expect(() => syncer.start()).toThrow(StoppedError);
    await datastore.close();
    expect(clock.pending).toBe(0);
  });
});

describe('iterating over updates', () => {
  it('H39: begins with everything that is there, goes on with changes, and ends with the syncer', async () => {
    const { clock, datastore, syncer, put } = onMemory();
    await put('1', 1);
    syncer.start();
    await clock.settle();
    const [early, late] = [new Map<string, unknown>(), new Map<string, unknown>()];
    const first = fold(syncer.updates(), early);
    await put('2', 2);
    await clock.settle();
    const second = fold(syncer.updates(), late);
    await put('3', 3);
    await clock.settle();
    expect(early).toEqual(
      new Map([
        ['/a/1', 1],
        ['/a/2', 2],
        ['/a/3', 3],
      ]),
    );
    expect(late).toEqual(early);
    await syncer.stop({ mode: 'drain' });
    await Promise.all([first, second]);
    expect(early.size).toBe(3);
    await datastore.close();
  });

  it('folds, key by key, what happens while nobody asks, and is given the rest after the syncer has stopped', async () => {
    const { clock, datastore, syncer, put } = onMemory();
    syncer.start();
    await clock.settle();
    const updates = syncer.updates();
    await put('1', 1);
    await put('2', 2);
    await put('1', 3);
    await datastore.delete('/a/2');
    await clock.settle();
    expect((await updates.next()).value).toMatchObject([{ type: 'new', key: '/a/1', value: 3 }]);
    await put('1', 4);
    await clock.settle();
    await syncer.stop({ mode: 'drain' });
    expect((await updates.next()).value).toMatchObject([{ type: 'updated', key: '/a/1', value: 4 }]);
    expect(await updates.next()).toEqual({ done: true, value: undefined });
    await datastore.close();
  });

  it('several calls of next are answered in turn', async () => {
    const { clock, datastore, syncer, put } = onMemory();
    syncer.start();
    await clock.settle();
    const updates = syncer.updates();
    const [first, second] = [updates.next(), updates.next()];
    await put('1', 1);
    await clock.settle();
    await put('2', 2);
    await clock.settle();
    expect((await first).value).toMatchObject([{ key: '/a/1' }]);
    expect((await second).value).toMatchObject([{ key: '/a/2' }]);
    const third = updates.next();
    await syncer.stop({ mode: 'silent' });
    expect((await third).done).toBe(true);
    await datastore.close();
  });

  it('ends when its signal aborts and when the loop is left, and not before', async () => {
    const { clock, datastore, syncer, put } = onMemory();
    await put('1', 1);
    syncer.start();
    await clock.settle();
    const abort = new AbortController();
    const sizes: number[] = [];
    const aborted = fold(syncer.updates({ signal: abort.signal }), new Map(), sizes);
    await clock.settle();
    abort.abort();
    await put('2', 2);
    await aborted;
    expect(sizes).toEqual([1]);
    await clock.settle();
    for await (const batch of syncer.updates()) {
      expect(batch).toHaveLength(2);
      break;
    }
    await fold(syncer.updates({ signal: AbortSignal.abort() }), new Map(), sizes);
    expect(sizes).toEqual([1]);
    await syncer.stop();
    await fold(syncer.updates(), new Map(), sizes);
    expect(sizes).toEqual([1]);
    await datastore.close();
  });
});
