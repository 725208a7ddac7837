/** The end of a poller: from every state, from inside of everything that it calls, in bounded time, leaving nothing. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { enumeratorOf, type Enumerator, type GetFunc } from '../../../src/cache/poller/enumerator.js';
import { Poller, type PollerOptions } from '../../../src/cache/poller/poller.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { items, NaiveStore, type Item } from './naive-store.js';

const period = 1_000;
const requestTimeout = 10_000;
const stopLimit = 2_000;

function setup(
  getFunc: (call: number, signal: AbortSignal) => ReturnType<GetFunc<Item>>,
  options: Partial<PollerOptions<Item>> = {},
) {
  const clock = new SimulatedClock();
  const store = new NaiveStore();
  const logger = new MemoryLogger();
  const stop = new AbortController();
  let calls = 0;
  const poller = new Poller<Item>({
    getFunc: ({ signal }) => getFunc(++calls, signal),
    period,
    requestTimeout,
    stopLimit,
    store,
    clock,
    logger,
    ...options,
  });
  return { clock, store, logger, stop, poller, calls: () => calls };
}

const never = (): Promise<Enumerator<Item>> => new Promise(() => {});

/** Ends with the signal, as whoever listens to it does. */
function until(signal: AbortSignal): Promise<Enumerator<Item>> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true }));
}

describe('the end of a poller', () => {
  it('K28, PO5: stopped before it runs, it never polls', async () => {
    const { clock, poller, stop, calls } = setup(() => enumeratorOf(items('a')));
    stop.abort();
    await poller.run({ signal: stop.signal });
    expect([calls(), clock.pending]).toEqual([0, 0]);
  });

  it.each([
    ['while it waits', 500, () => enumeratorOf(items('a')), 0],
    ['while it fetches', 500, (_: number, signal: AbortSignal) => until(signal), 0],
    ['while a fetch hangs that does not listen', 500, never, stopLimit],
    ['while it waits after a fetch that hangs for ever', requestTimeout + 500, never, stopLimit],
    ['while it fetches again, with one that hangs for ever', requestTimeout + period + 500, never, stopLimit],
  ] as const)('K28, PO5: stopped %s, it ends in bounded time and leaves nothing', async (_, at, getFunc, bound) => {
    const { clock, store, logger, stop, poller, calls } = setup(getFunc);
    let endedAt: number | undefined;
    const running = poller.run({ signal: stop.signal }).then(() => void (endedAt = clock.now()));
    await clock.advance(at);
    const before = [calls(), store.given.length];
    stop.abort();
    await clock.settle();
    if (bound > 0) {
      expect(endedAt).toBeUndefined();
      await clock.advance(bound);
      expect(logger.entries.at(-1)?.message).toContain('getFunc has not ended within 2000 ms');
    }
    expect(endedAt).toBe(at + bound);
    expect(clock.pending).toBe(0);
    await clock.advance(1_000_000);
    expect([calls(), store.given.length]).toEqual(before);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    await running;
  });

  it('PO5: an answer that comes after the stop is dropped, and so is an error', async () => {
    for (const settle of ['resolve', 'reject'] as const) {
      const pending: { resolve: (answer: Enumerator<Item>) => void; reject: (error: Error) => void }[] = [];
      const errors: Error[] = [];
      const { clock, store, logger, stop, poller } = setup(
        () => new Promise((resolve, reject) => pending.push({ resolve, reject })),
        { onError: (error) => errors.push(error) },
      );
      const running = poller.run({ signal: stop.signal });
      await clock.advance(100);
      stop.abort();
      await clock.settle();
      if (settle === 'resolve') pending[0]?.resolve(enumeratorOf(items('late')));
      else pending[0]?.reject(new Error('late'));
      await running;
      expect([store.given, errors, logger.entries, clock.pending, clock.now()]).toEqual([[], [], [], 0, 100]);
    }
  });

  it('PO2, PO5: a late answer is not even read', async () => {
    const late: ((answer: Enumerator<Item>) => void)[] = [];
    const { clock, stop, poller } = setup(() => new Promise((resolve) => late.push(resolve)));
    const running = poller.run({ signal: stop.signal });
    await clock.advance(requestTimeout + period);
    stop.abort();
    let reads = 0;
    for (const resolve of late) resolve({ length: 1, get: () => ({ id: 'late', value: reads++ }) });
    await running;
    expect([late.length, reads]).toEqual([2, 0]);
  });

  it.each(['getFunc', 'replace', 'onError'] as const)('K28, PO5: stopped from inside %s, it ends', async (where) => {
    const stop = new AbortController();
    const { clock, store, poller, calls } = setup(
      () => {
        if (where === 'getFunc') stop.abort();
        if (where === 'onError') throw new Error('away');
        return enumeratorOf(items('a'));
      },
      { onError: () => stop.abort() },
    );
    if (where === 'replace') store.onReplace = () => stop.abort();
    await poller.run({ signal: stop.signal });
    expect([calls(), clock.pending, clock.now()]).toEqual([1, 0, 0]);
    expect(store.given).toHaveLength(where === 'replace' ? 1 : 0);
  });

  it('D10: disposing of it ends the run that is under way, from inside of it too, and for good', async () => {
    const disposals: Promise<void>[] = [];
    const { clock, poller, calls } = setup(() => {
      if (calls() === 3) disposals.push(poller[Symbol.asyncDispose](), poller[Symbol.asyncDispose]());
      return enumeratorOf(items('a'));
    });
    const running = poller.run();
    await clock.advance(10 * period);
    await Promise.all([running, ...disposals]);
    expect([calls(), clock.pending, disposals.length]).toEqual([3, 0, 2]);
    await expect(poller.run()).rejects.toMatchObject({ code: 'closed' });
    const other = setup(() => enumeratorOf(items('a')));
    const signalled = other.poller.run({ signal: other.stop.signal });
    await other.poller[Symbol.asyncDispose]();
    await signalled;
    expect(getEventListeners(other.stop.signal, 'abort')).toEqual([]);
    const unused = setup(() => enumeratorOf(items('a')));
    await unused.poller[Symbol.asyncDispose]();
    await expect(unused.poller.run()).rejects.toMatchObject({ code: 'closed' });
  });

  it('D10: a second run while it runs is refused and changes nothing; afterwards it runs again, from the beginning', async () => {
    const { clock, store, stop, poller, calls } = setup(() => enumeratorOf(items('a')));
    const running = poller.run({ signal: stop.signal });
    await expect(poller.run()).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('running already') as string,
    });
    await clock.advance(period);
    expect(calls()).toBe(2);
    stop.abort();
    await running;
    store.objects.clear(); // whatever happened in between
    const again = new AbortController();
    const second = poller.run({ signal: again.signal });
    await clock.settle();
    expect([calls(), store.listKeys()]).toEqual([3, ['a']]);
    again.abort();
    await second;
    expect(clock.pending).toBe(0);
  });

  it('K30: over a thousand polls, good and bad, there is one timer and one listener', async () => {
    const signals: AbortSignal[] = [];
    const { clock, stop, poller, calls } = setup((call, signal) => {
      signals.push(signal);
      if (call % 3 === 0) throw new Error('away');
      return call % 5 === 0 ? until(signal) : enumeratorOf(items(`${call}`));
    });
    const running = poller.run({ signal: stop.signal });
    while (calls() < 1_000) {
      await clock.step();
      expect(clock.pending).toBe(1);
    }
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort();
    await running;
    expect([clock.pending, getEventListeners(stop.signal, 'abort').length]).toEqual([0, 0]);
  });

  it('D2: nobody is called from inside a transition: a failure is told after it', async () => {
    const told: string[] = [];
    class WatchedClock extends SimulatedClock {
      override setTimeout(callback: () => void, delay: number): object | number {
        const watched = (): void => {
          const before = told.length;
          callback();
          expect(told.length).toBe(before);
        };
        return super.setTimeout(watched, delay);
      }
    }
    const clock = new WatchedClock();
    const { stop, poller } = setup((_, signal) => until(signal), { clock, onError: ({ message }) => told.push(message) });
    const running = poller.run({ signal: stop.signal });
    await clock.advance(requestTimeout);
    expect(told).toEqual(['getFunc has not answered within 10000 ms.']);
    stop.abort();
    await running;
  });

  it.each([
    ['the pause after an answer', period, () => enumeratorOf(items('a'))],
    ['the pause after a fetch that was given up', period, (_: number, signal: AbortSignal) => until(signal)],
    ['the beginning of a fetch', requestTimeout, (_: number, signal: AbortSignal) => until(signal)],
  ] as const)(
    'D2: whoever runs it is told when the clock itself fails at %s, and nothing is left under way',
    async (_, broken, getFunc) => {
      class BrokenClock extends SimulatedClock {
        override setTimeout(callback: () => void, delay: number): object | number {
          if (delay === broken) throw new Error('no timer is left');
          return super.setTimeout(callback, delay);
        }
      }
      const clock = new BrokenClock();
      const signals: AbortSignal[] = [];
      const { poller } = setup(
        (call, signal) => {
          signals.push(signal);
          return getFunc(call, signal);
        },
        { clock },
      );
      const outcome = poller.run().catch((error: unknown) => error);
      await clock.advance(requestTimeout + stopLimit);
      expect(await outcome).toMatchObject({ message: 'no timer is left' });
      expect([clock.pending, signals.length <= 1]).toEqual([0, true]);
      if (getFunc.length > 0) expect(signals.filter(({ aborted }) => !aborted)).toEqual([]);
      await poller[Symbol.asyncDispose]();
    },
  );
});
