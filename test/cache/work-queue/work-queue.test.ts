/** The work queue, promise by promise. */
import { describe, expect, it } from 'vitest';
import type { ItemLimiter } from '../../../src/cache/work-queue/item-limiter.js';
import type { WorkQueueOptions } from '../../../src/cache/work-queue/options.js';
import { WorkQueue } from '../../../src/cache/work-queue/work-queue.js';
import type { Clock } from '../../../src/ports/clock.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

const year = 365 * 86_400_000;

function newQueue(): { clock: SimulatedClock; queue: WorkQueue; logger: MemoryLogger } {
  const clock = new SimulatedClock();
  const logger = new MemoryLogger();
  return { clock, queue: new WorkQueue({ clock, logger }), logger };
}

describe('the work queue', () => {
  it('W1: what is being processed is given to nobody else, and to end what nobody processes changes nothing', async () => {
    const { queue } = newQueue();
    queue.add('a');
    expect(queue.done('a')).toBe(false); // in client-go it would be in the queue twice from now on
    expect(queue.length).toBe(1);
    expect(await queue.get()).toBe('a');
    queue.add('a');
    expect(queue.tryGet()).toBeUndefined();
    expect([queue.done('a'), queue.done('a')]).toEqual([true, false]);
    expect(queue.length).toBe(1);
    expect(queue.tryGet()).toBe('a');
  });

  it('W3: of items with one key the last one is given out, at the place of the first', () => {
    const queue = new WorkQueue<{ id: number; text: string }>({ clock: new SimulatedClock(), keyOf: ({ id }) => String(id) });
    queue.add({ id: 1, text: 'old' });
    queue.add({ id: 2, text: 'other' });
    const newer = { id: 1, text: 'new' };
    queue.add(newer);
    expect(queue.length).toBe(2);
    expect(queue.tryGet()).toBe(newer);
    expect(Object.isFrozen(newer), 'items are handed out as they came in').toBe(false);
  });

  it('W3: what is added several times in one go is given out once, also to those who are waiting for it', async () => {
    const { clock, queue } = newQueue();
    const waiting = [queue.get(), queue.get()];
    queue.add('a');
    queue.add('a');
    expect(await waiting[0]).toBe('a');
    queue.done('a');
    await clock.settle();
    expect(queue.report()).toMatchObject({ length: 0, processing: 0 });
    queue.add('b');
    expect(await waiting[1]).toBe('b');
  });

  it('W2, W4: who gives up in the very moment in which something comes loses nothing, and who comes then waits in line', async () => {
    const { clock, queue } = newQueue();
    const gone = new AbortController();
    const [first, second] = [queue.get({ signal: gone.signal }), queue.get()];
    queue.add('a');
    queue.add('b');
    gone.abort('too late');
    const third = queue.get();
    await expect(first).rejects.toBe('too late');
    expect([await second, await third, queue.length]).toEqual(['a', 'b', 0]);

    const last = new AbortController();
    const fourth = queue.get({ signal: last.signal });
    queue.add('c');
    last.abort('too late');
    await expect(fourth).rejects.toBe('too late');
    await clock.settle();
    expect(queue.tryGet(), 'what nobody waits for any more stays in the queue').toBe('c');
  });

  it('W4: items come in the order in which they were added, to those who wait in the order in which they came', async () => {
    const { queue } = newQueue();
    const gone = new AbortController();
    const waiting = [queue.get(), queue.get({ signal: gone.signal }), queue.get()];
    gone.abort('no more');
    await expect(waiting[1]).rejects.toBe('no more');
    for (const item of ['z', 'a', 'm']) queue.add(item);
    expect(await Promise.all([waiting[0], waiting[2], queue.get()])).toEqual(['z', 'a', 'm']);
  });

  it('W4: who does not want to wait does not overtake those who do', async () => {
    const { queue } = newQueue();
    const waiting = queue.get();
    queue.add('a');
    expect(queue.tryGet()).toBeUndefined();
    queue.add('b');
    expect(queue.tryGet()).toBeUndefined();
    expect([await waiting, queue.tryGet()]).toEqual(['a', 'b']);
  });

  it('W4: whoever has given up already takes nothing', async () => {
    const { queue } = newQueue();
    queue.add('a');
    await expect(queue.get({ signal: AbortSignal.abort('late') })).rejects.toBe('late');
    expect(queue.length).toBe(1);
  });

  it('W4: the order holds while the queue grows and shrinks', () => {
    const { queue } = newQueue();
    const added: string[] = [];
    const taken: (string | undefined)[] = [];
    for (let round = 0; round < 50; round++) {
      for (let each = 0; each < 37; each++) added.push(`item ${added.length}`);
      for (const item of added.slice(-37)) queue.add(item);
      for (let each = 0; each < 30; each++) taken.push(queue.tryGet());
    }
    expect(taken).toEqual(added.slice(0, taken.length));
    expect(queue.length).toBe(50 * 7);
  });

  it('K47: delays of years, of forever and of nothing are all legal (client-go panics, kube#1772)', async () => {
    const { clock, queue } = newQueue();
    await clock.advance(1_000); // beside which the least number that there is means nothing
    queue.addAfter('3 years', 3 * year);
    queue.addAfter('300 years', 300 * year);
    queue.addAfter('longest', Number.MAX_VALUE);
    queue.addAfter('never', Infinity);
    queue.addAfter('at once', 0);
    queue.addAfter('long ago', -5);
    queue.addAfter('just now', Number.MIN_VALUE);
    expect([queue.tryGet(), queue.tryGet(), queue.tryGet()]).toEqual(['at once', 'long ago', undefined]);
    await clock.advance(0);
    expect(queue.tryGet()).toBe('just now');
    await clock.advance(3 * year - 1);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(queue.tryGet()).toBe('3 years');
    await clock.advance(297 * year);
    expect(queue.tryGet()).toBe('300 years');
    expect(queue.report().waiting).toBe(2);
    queue.addAfter('never', 7);
    await clock.advance(7);
    expect(queue.tryGet(), 'an earlier time wins over never').toBe('never');
  });

  it('K47: what becomes due while it is processed is neither lost nor stuck', async () => {
    const { clock, queue } = newQueue();
    queue.add('a');
    queue.tryGet();
    queue.addAfter('a', 10);
    queue.addAfter('b', 10);
    await clock.advance(10);
    expect(queue.tryGet(), 'an item that is held holds nobody up').toBe('b');
    expect(queue.tryGet()).toBeUndefined();
    queue.done('a');
    expect(queue.tryGet()).toBe('a');
  });

  it('K47: ten thousand items that come back at once come back, once each', async () => {
    const { clock, queue } = newQueue();
    const names = Array.from({ length: 10_000 }, (_, index) => `item ${index}`);
    for (const name of names) queue.addAfter(name, 1_000);
    expect(clock.pending).toBe(1);
    await clock.advance(1_000);
    const taken = names.map(() => queue.tryGet() ?? '');
    expect(taken).toEqual(names);
    for (const name of taken) {
      queue.addAfter(name, 1_000);
      queue.done(name);
    }
    await clock.advance(1_000);
    expect(queue.length).toBe(10_000);
  });

  it('W5: a timer that is early adds nothing, and the item comes all the same', () => {
    let now = 0;
    const timers: (() => void)[] = [];
    const clock: Clock = {
      now: () => now,
      wallNow: () => now,
      setTimeout: (callback) => timers.push(callback),
      clearTimeout: () => void timers.pop(),
    };
    const queue = new WorkQueue({ clock });
    queue.addAfter('a', 10);
    now = 9.5; // timers of Node can be early by a part of a millisecond
    timers.shift()?.();
    expect([queue.length, timers.length]).toEqual([0, 1]);
    now = 10;
    timers.shift()?.();
    expect([queue.length, timers.length]).toEqual([1, 0]);
  });

  it('W5: an item that waits can be added at once too, and comes again at its time', async () => {
    const { clock, queue } = newQueue();
    queue.addAfter('a', 10);
    queue.add('a');
    queue.done(queue.tryGet() ?? '');
    await clock.advance(10);
    expect(queue.tryGet()).toBe('a');
  });

  it('W6: the rate limiter is asked with the key, and says nothing after the end', async () => {
    const asked: string[] = [];
    const rateLimiter: ItemLimiter = {
      delayFor: (key) => asked.push(`delay ${key}`),
      forget: (key) => void asked.push(`forget ${key}`),
      requeues: () => 42,
    };
    const queue = new WorkQueue<{ id: number }>({ clock: new SimulatedClock(), rateLimiter, keyOf: ({ id }) => `#${id}` });
    queue.addRateLimited({ id: 1 });
    queue.forget({ id: 1 });
    expect(queue.numRequeues({ id: 1 })).toBe(42);
    queue.shutDown();
    expect(queue.addRateLimited({ id: 1 })).toBe(false);
    expect(asked).toEqual(['delay #1', 'forget #1']);
  });

  it('W6: a rate limiter that says no number is refused, and the item is not added', () => {
    const rateLimiter: ItemLimiter = { delayFor: () => NaN, forget: () => {}, requeues: () => 0 };
    const queue = new WorkQueue({ clock: new SimulatedClock(), rateLimiter });
    expect(() => queue.addRateLimited('a')).toThrow(expect.objectContaining({ code: 'invalid', field: 'delayMs' }));
    expect(queue.report()).toMatchObject({ waiting: 0, retries: 0 });
  });

  it('W7: after the end nothing is taken in, in no way, and each says so', async () => {
    const { clock, queue } = newQueue();
    queue.add('kept');
    queue.shutDown();
    queue.shutDown();
    expect([queue.add('a'), queue.addAfter('b', 0), queue.addAfter('c', 10), queue.addRateLimited('d')]).toEqual(
      Array(4).fill(false),
    );
    await clock.advance(1_000);
    expect([queue.tryGet(), queue.tryGet()]).toEqual(['kept', undefined]);
    expect(queue.isShuttingDown).toBe(true);
  });

  it('W7: what waits for its time when the queue is shut down is given up, and the log says what it was', async () => {
    const { clock, queue, logger } = newQueue();
    queue.addAfter('later', 20);
    queue.addAfter('sooner', 10);
    await queue.shutDownWithDrain();
    expect(clock.pending).toBe(0);
    expect(logger.entries).toEqual([
      {
        level: 'info',
        message: 'work queue: shut down; items that waited for their time are given up: 2.',
        fields: { items: ['sooner', 'later'] },
      },
    ]);
  });

  it('W7: everybody who drains is told, also who comes late', async () => {
    const { queue } = newQueue();
    queue.add('a');
    const drains = [queue.shutDownWithDrain(), queue.shutDownWithDrain()];
    queue.done(await queue.get());
    await Promise.all([...drains, queue.shutDownWithDrain(), queue.shutDownWithDrain({ signal: AbortSignal.abort() })]);
  });

  it('W7: a drain that was given up before it began still shuts down', async () => {
    const { queue } = newQueue();
    queue.add('a');
    await expect(queue.shutDownWithDrain({ signal: AbortSignal.abort('never mind') })).rejects.toBe('never mind');
    expect(queue.add('b')).toBe(false);
  });

  it('W8, K28, K46: the end wakes everybody who waits, once, and leaves no timer', async () => {
    const { clock, queue } = newQueue();
    queue.addAfter('late', 1_000);
    const waiting = Array.from({ length: 10 }, () => queue.get().catch((error: unknown) => error));
    await clock.settle();
    {
      await using disposed = queue;
      expect(clock.pending).toBe(1);
      expect(disposed.isShuttingDown).toBe(false);
    }
    expect(clock.pending).toBe(0);
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'closed' });
    await expect(queue.get()).rejects.toMatchObject({ code: 'closed', message: expect.stringContaining('work queue') });
  });

  it('W8, K30: a thousand waits and changes of mind leave one timer, and nothing on the signal', async () => {
    const { clock, queue } = newQueue();
    const abort = new AbortController();
    let listeners = 0;
    const signal = new Proxy(abort.signal, {
      get(target, name) {
        if (name === 'addEventListener') listeners++;
        if (name === 'removeEventListener') listeners--;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    for (let round = 0; round < 1_000; round++) {
      const item = queue.get({ signal });
      queue.addAfter('far', 10_000 - round);
      queue.add('a');
      queue.done(await item);
    }
    expect([clock.pending, clock.nextDue, listeners]).toEqual([1, 9_001, 0]);
  });

  it('W2: an item without a key is refused, and nothing has changed', () => {
    const strings = new WorkQueue<unknown>({ clock: new SimulatedClock() });
    strings.add('1');
    for (const item of [{ name: 'a' }, undefined, 1])
      expect(() => strings.add(item)).toThrow(expect.objectContaining({ code: 'no-key' }));
    expect(() => strings.addAfter(null, 5)).toThrow(expect.objectContaining({ code: 'no-key' }));
    expect(strings.report()).toMatchObject({ length: 1, waiting: 0 });
    const numbers = new WorkQueue<number>({ clock: new SimulatedClock() });
    numbers.add(1);
    numbers.add(1);
    expect([numbers.tryGet(), numbers.tryGet()]).toEqual([1, undefined]);
  });

  it('W2: a delay that is no number is refused, and nothing has changed', () => {
    const { clock, queue } = newQueue();
    expect(() => queue.addAfter('a', NaN)).toThrow('work queue: delayMs is NaN; it must be a number of milliseconds.');
    expect([queue.report().waiting, clock.pending]).toEqual([0, 0]);
  });

  const someLimiter: ItemLimiter = { delayFor: () => 0, forget: () => {}, requeues: () => 0 };
  it.each([
    [{ keyOf: 5 }, 'keyOf', 'Illegal keyOf: it is 5; it must be a function that makes the key of an item.'],
    [{ keyOf: null }, 'keyOf', 'Illegal keyOf: it is null;'],
    [{ keyOf: 'id' }, 'keyOf', 'Illegal keyOf: it is "id";'],
    [
      { rateLimiter: {} },
      'rateLimiter',
      'Illegal rateLimiter: it is without delayFor, forget, requeues; it must be an ItemLimiter',
    ],
    [{ rateLimiter: { ...someLimiter, requeues: 0 } }, 'rateLimiter', 'Illegal rateLimiter: it is without requeues;'],
    [{ rateLimiter: null }, 'rateLimiter', 'Illegal rateLimiter: it is null;'],
    [{ rateLimiter: () => 5 }, 'rateLimiter', 'Illegal rateLimiter: it is without delayFor, forget, requeues;'],
  ])('W2, W6: refuses %o at once, and not when an item comes', (options, field, message) => {
    const make = (): unknown => new WorkQueue(options as unknown as WorkQueueOptions<string>);
    expect(make).toThrow(expect.objectContaining({ code: 'invalid', field, message: expect.stringContaining(message) }));
  });

  it('tells how it is doing', async () => {
    const { clock, queue } = newQueue();
    for (const item of ['a', 'b', 'c', 'd']) queue.add(item);
    queue.tryGet();
    await clock.advance(30);
    queue.tryGet();
    queue.addRateLimited('e');
    await clock.advance(4);
    expect(queue.report()).toEqual({
      name: 'work queue',
      length: 2,
      processing: 2,
      waiting: 1,
      retries: 1,
      longestRunning: 34,
      oldestQueued: 34,
      isShuttingDown: false,
    });
  });
});
