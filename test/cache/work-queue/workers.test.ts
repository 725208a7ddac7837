/** The workers of a work queue. */
import { describe, expect, it } from 'vitest';
import { exponentialItemLimiter, type ItemLimiter } from '../../../src/cache/work-queue/item-limiter.js';
import type { ReconcileFailure } from '../../../src/cache/work-queue/reconcile.js';
import { WorkQueue } from '../../../src/cache/work-queue/work-queue.js';
import { pause, type Clock } from '../../../src/ports/clock.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

const never = new Promise<never>(() => {});

function newQueue(rateLimiter: ItemLimiter = exponentialItemLimiter({ base: 10, max: 40 })) {
  const clock = new SimulatedClock();
  const logger = new MemoryLogger();
  return { clock, logger, queue: new WorkQueue({ clock, logger, rateLimiter, name: 'routes' }) };
}

describe('workers', () => {
  it('W9: what fails is tried again, later each time, reported each time, and forgotten when it succeeds', async () => {
    const { clock, logger, queue } = newQueue();
    const times: number[] = [];
    const failures: ReconcileFailure<string>[] = [];
    const working = queue.run(
      async () => {
        times.push(clock.now());
        if (times.length < 5) throw new Error(`no luck ${times.length}`);
      },
      { onError: (failure) => failures.push(failure) },
    );
    queue.add('a');
    await clock.advance(1_000);
    expect(times).toEqual([0, 10, 30, 70, 110]);
    expect(failures.map(({ item, error, requeues, isRetried }) => [item, String(error), requeues, isRetried])).toEqual(
      [1, 2, 3, 4].map((count) => ['a', `Error: no luck ${count}`, count, true]),
    );
    expect(logger.entries[0]).toMatchObject({
      level: 'error',
      message: 'routes: an item could not be reconciled: no luck 1. It is tried again.',
      fields: { item: 'a', requeues: 1 },
    });
    expect(logger.entries).toHaveLength(4);
    expect(queue.numRequeues('a')).toBe(0);
    expect(queue.report()).toMatchObject({ length: 0, processing: 0, waiting: 0, retries: 4 });
    queue.shutDown();
    await working;
  });

  it('W9: an item that asks to be added again later is (kube-rs, Action::requeue)', async () => {
    const { clock, queue } = newQueue();
    const times: number[] = [];
    void queue.run(() => {
      times.push(clock.now());
      if (times.length < 4) return { requeueAfter: times.length * 100 };
      return undefined;
    });
    queue.add('a');
    await clock.advance(5_000);
    expect(times).toEqual([0, 100, 300, 600]);
    queue.shutDown();
  });

  it('W9: an item that asks to be added again at once still lets time pass; one that asks nonsense has failed', async () => {
    const { clock, queue } = newQueue();
    let runs = 0;
    const errors: unknown[] = [];
    void queue.run(
      (item) => {
        if (item === 'odd') return { requeueAfter: NaN };
        return runs++ < 50 ? { requeueAfter: 0 } : undefined;
      },
      { onError: ({ error }) => errors.push(error) },
    );
    queue.add('a');
    queue.add('odd');
    await clock.advance(49);
    expect(runs).toBe(50);
    expect(errors[0]).toMatchObject({ code: 'invalid', field: 'delayMs' });
    queue.shutDown();
  });

  it('W1, W9: an item is with one worker, whoever adds it, and others go on with others', async () => {
    const { clock, queue } = newQueue();
    const running = new Map<string, number>();
    let most = 0;
    let together = 0;
    const seen: string[] = [];
    const working = queue.run(
      async (item) => {
        running.set(item, (running.get(item) ?? 0) + 1);
        seen.push(item);
        most = Math.max(most, ...running.values());
        together = Math.max(together, [...running.values()].filter((count) => count > 0).length);
        if (seen.length < 20) queue.add(item);
        await pause(clock, 5);
        running.set(item, (running.get(item) ?? 0) - 1);
      },
      { workers: 3 },
    );
    for (const item of ['a', 'b', 'a', 'a']) queue.add(item);
    await clock.advance(1_000);
    expect([most, together]).toEqual([1, 2]);
    expect(seen.length).toBeGreaterThanOrEqual(20);
    queue.shutDown();
    await working;
  });

  it('W9, K39, K41: a worker that never comes back stops no other, and the report shows it', async () => {
    const { clock, queue } = newQueue();
    const seen: string[] = [];
    void queue.run((item) => (item === 'stuck' ? never : void seen.push(item)), { workers: 2 });
    for (const item of ['stuck', 'a', 'b', 'stuck']) queue.add(item);
    await clock.advance(60_000);
    expect(seen).toEqual(['a', 'b']);
    expect(queue.report()).toMatchObject({ processing: 1, longestRunning: 60_000 });
    queue.shutDown();
  });

  it('W9, K39: whatever is thrown, and wherever, is told, and costs nobody else', async () => {
    const { clock, logger, queue } = newQueue();
    const seen = new Set<string>();
    const thrown: Readonly<Record<string, unknown>> = {
      text: 'just text',
      nothing: undefined,
      bare: Object.create(null),
      error: new Error('x'),
    };
    const working = queue.run(
      (item) => {
        if (seen.size === 4) return;
        seen.add(item);
        throw thrown[item];
      },
      {
        onError({ item }) {
          if (item === 'text') throw new Error('onError throws');
          return item === 'nothing' ? Promise.reject(new Error('onError rejects')) : undefined;
        },
      },
    );
    for (const item of Object.keys(thrown)) queue.add(item);
    await clock.advance(1_000);
    expect(logger.entries.map(({ message }) => message).toSorted()).toEqual([
      'routes: an item could not be reconciled: something that is no Error was thrown: just text. It is tried again.',
      'routes: an item could not be reconciled: something that is no Error was thrown: object. It is tried again.',
      'routes: an item could not be reconciled: something that is no Error was thrown: undefined. It is tried again.',
      'routes: an item could not be reconciled: x. It is tried again.',
      'routes: onError failed: onError rejects',
      'routes: onError failed: onError throws',
    ]);
    expect(queue.report()).toMatchObject({ length: 0, processing: 0, waiting: 0 });
    queue.shutDown();
    await working;
  });

  it('W2, W9: a rate limiter that fails neither loses the item nor lets it spin', async () => {
    const broken = (): never => {
      throw new Error('broken limiter');
    };
    const { clock, logger, queue } = newQueue({ delayFor: broken, forget: () => {}, requeues: broken });
    const times: number[] = [];
    const working = queue.run(() => {
      times.push(clock.now());
      if (times.length < 3) throw new Error('no luck');
    });
    queue.add('a');
    await clock.advance(10_000);
    expect(times).toEqual([0, 1_000, 2_000]);
    expect(logger.entries[0]).toMatchObject({ level: 'error', message: 'routes: the rate limiter failed: broken limiter' });
    queue.shutDown();
    await working;
  });

  it('W9: an item whose key changes while it is processed is told of, and costs nobody else', async () => {
    const clock = new SimulatedClock();
    const logger = new MemoryLogger();
    const queue = new WorkQueue<{ key: string | undefined }>({ clock, logger, keyOf: (item) => item.key as string });
    const seen: unknown[] = [];
    const working = queue.run((item) => {
      seen.push(item.key);
      if (item.key === 'a') item.key = 'b';
      if (item.key === 'c') item.key = undefined;
    });
    for (const key of ['a', 'c', 'd']) queue.add({ key });
    await clock.advance(5_000);
    expect(seen).toEqual(['a', 'c', 'd']);
    const complaints = logger.entries.filter(({ message }) => message.includes('another key than when it was taken'));
    expect(complaints).toHaveLength(2);
    queue.shutDown();
    await working;
  });

  it('W8, K28: they end when the signal aborts: who waits at once, who works when that has ended', async () => {
    const { clock, queue } = newQueue();
    const abort = new AbortController();
    const { signal } = abort;
    let isAborted = false;
    const working = queue.run(
      async (_item, context) => {
        await pause(clock, 100);
        isAborted = context.signal.aborted;
      },
      { workers: 4, signal },
    );
    let hasEnded = false;
    void working.then(() => (hasEnded = true));
    queue.add('a');
    await clock.advance(50);
    abort.abort();
    await clock.settle();
    expect(hasEnded).toBe(false);
    await clock.advance(50);
    await working;
    expect([isAborted, queue.report().processing, clock.pending]).toEqual([true, 0, 0]);
    queue.add('later');
    await queue.run(() => expect.unreachable(), { signal });
    expect(queue.length).toBe(1);
  });

  it('W2, K28: an item whose reconcile gives up when told to is back in the queue, and counts as no failure', async () => {
    const { clock, logger, queue } = newQueue();
    const abort = new AbortController();
    const untilTold = (item: string, { signal }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => {
        const refuse = (): void => reject(item === 'a' ? signal.reason : new Error('as Node wraps it', { cause: signal.reason }));
        signal.addEventListener('abort', refuse);
      });
    const working = queue.run(untilTold, { signal: abort.signal, workers: 2, onError: () => expect.unreachable() });
    queue.add('a');
    queue.add('b');
    await clock.settle();
    abort.abort(new Error('enough'));
    await working;
    expect(queue.report()).toMatchObject({ length: 2, processing: 0, waiting: 0, retries: 0 });
    expect(logger.entries).toEqual([]);
    const seen: string[] = [];
    const again = queue.run((item) => void seen.push(item));
    await queue.shutDownWithDrain();
    await again;
    expect(seen).toEqual(['a', 'b']);
  });

  it.each(['goes on', 'is shut down too'])(
    'W2, W8: in whatever moment the signal aborts, nothing is begun after it, and nothing is lost; the queue %s',
    async (fate) => {
      const counts = { reconciled: 0, left: 0 };
      for (let ticks = 0; ticks < 10; ticks++) {
        const { queue } = newQueue();
        const abort = new AbortController();
        const seen: boolean[] = [];
        const working = queue.run((_item, { signal }) => void seen.push(signal.aborted), { signal: abort.signal });
        queue.add('a');
        for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
        abort.abort();
        if (fate === 'is shut down too') queue.shutDown();
        await working;
        expect(seen, `aborted after ${ticks} ticks`).not.toContain(true);
        expect(queue.report()).toMatchObject({ length: 1 - seen.length, processing: 0, waiting: 0, retries: 0 });
        expect(queue.tryGet()).toBe(seen.length === 1 ? undefined : 'a');
        counts[seen.length === 1 ? 'reconciled' : 'left']++;
      }
      expect(Math.min(counts.reconciled, counts.left)).toBeGreaterThan(1); // the moments before and after are among them
    },
  );

  it('W3, W4: what is not begun because the signal has aborted is back where it was, as it was last added', async () => {
    const clock = new SimulatedClock();
    const queue = new WorkQueue<{ key: string; version: number }>({ clock, keyOf: ({ key }) => key });
    const abort = new AbortController();
    queue.add({ key: 'a', version: 1 });
    await clock.advance(30);
    queue.add({ key: 'b', version: 1 });
    const working = queue.run(() => expect.unreachable(), { signal: abort.signal });
    expect(queue.report()).toMatchObject({ length: 1, processing: 1 }); // taken, and not begun yet
    queue.add({ key: 'a', version: 2 });
    abort.abort();
    await working;
    expect(queue.report()).toMatchObject({ length: 2, processing: 0, oldestQueued: 30 });
    expect([queue.tryGet(), queue.tryGet()]).toEqual([
      { key: 'a', version: 2 },
      { key: 'b', version: 1 },
    ]);
  });

  it('W9: an item that has lost its key before it is begun, when the signal aborts, is told of', async () => {
    const logger = new MemoryLogger();
    const queue = new WorkQueue<{ key: string | undefined }>({ logger, keyOf: (item) => item.key as string });
    const abort = new AbortController();
    const item: { key: string | undefined } = { key: 'a' };
    queue.add(item);
    const working = queue.run(() => expect.unreachable(), { signal: abort.signal });
    item.key = undefined;
    abort.abort();
    await working;
    expect(logger.entries.map(({ message }) => message)).toEqual([
      'work queue: an item has another key than when it was taken; it stays under way for good.',
    ]);
  });

  it('W7: they end when the queue is shut down and drained; what fails then is told not to be tried again', async () => {
    const { clock, logger, queue } = newQueue();
    const failures: ReconcileFailure<string>[] = [];
    const working = queue.run(
      async (item) => {
        await pause(clock, 10);
        if (item === 'bad') throw new Error('no luck');
        return { requeueAfter: 1_000 };
      },
      { workers: 2, onError: (failure) => failures.push(failure) },
    );
    for (const item of ['a', 'bad', 'c']) queue.add(item);
    const drained = queue.shutDownWithDrain();
    await clock.advance(100);
    await Promise.all([drained, working]);
    expect(failures).toMatchObject([{ item: 'bad', isRetried: false }]);
    expect(logger.entries.map(({ level, message, fields }) => [level, message, fields['item']])).toEqual([
      ['info', 'routes: an item is not added again: the queue has been shut down.', 'a'],
      ['error', 'routes: an item could not be reconciled: no luck. It is not tried again.', 'bad'],
      ['info', 'routes: an item is not added again: the queue has been shut down.', 'c'],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('K41: many quick items in a row let everything else of the process have its turn', async () => {
    let now = 0;
    let breaths = 0;
    const clock: Clock = {
      now: () => (now += 0.1), // every look at the clock takes its time
      wallNow: () => now,
      setTimeout: (callback) => (breaths++, setImmediate(callback)),
      clearTimeout: () => {},
    };
    const queue = new WorkQueue<number>({ clock });
    for (let item = 0; item < 2_000; item++) queue.add(item);
    const begin = now;
    const working = queue.run(() => {}, { workers: 4 });
    await queue.shutDownWithDrain();
    await working;
    expect(breaths).toBeGreaterThan(((now - begin) / 10) * 0.5);
    expect(breaths).toBeLessThan(((now - begin) / 10) * 1.5);
  });

  it('W8: workers with nothing more to do set no timer, however long they have been there', async () => {
    const { clock, queue } = newQueue();
    const seen: string[] = [];
    const working = queue.run((item) => void seen.push(item), { workers: 2 });
    await clock.advance(60_000);
    queue.add('a');
    await clock.settle();
    expect([seen, clock.pending]).toEqual([['a'], 0]);
    await queue.shutDownWithDrain();
    await working;
  });

  it.each([undefined, null, 'reconcile', { reconcile: () => {} }])('W9: refuses to reconcile with %o', (reconcile) => {
    const { queue } = newQueue();
    queue.add('a');
    expect(() => queue.run(reconcile as unknown as () => void)).toThrow(
      expect.objectContaining({ code: 'invalid', field: 'reconcile', message: expect.stringContaining('it must be a function') }),
    );
    expect(queue.length).toBe(1);
  });

  it('W9: refuses an onError that is none', () => {
    const { queue } = newQueue();
    expect(() => queue.run(() => {}, { onError: {} as unknown as () => void })).toThrow(
      expect.objectContaining({ code: 'invalid', field: 'onError' }),
    );
  });

  it.each([0, -1, 1.5, NaN, Infinity])('W9: refuses %s workers', (workers) => {
    const { queue } = newQueue();
    expect(() => queue.run(() => {}, { workers })).toThrow(expect.objectContaining({ code: 'invalid', field: 'workers' }));
  });
});
