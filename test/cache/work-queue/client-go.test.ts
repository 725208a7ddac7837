/** What client-go's own tests ask of its work queue (util/workqueue, *_test.go), asked of ours. Where we differ on purpose, the title says so. */
import { describe, expect, it } from 'vitest';
import { exponentialItemLimiter } from '../../../src/cache/work-queue/item-limiter.js';
import { WorkQueue } from '../../../src/cache/work-queue/work-queue.js';
import { pause } from '../../../src/ports/clock.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

const endings = [
  ['shutDown', (queue: WorkQueue<number>) => queue.shutDown()],
  ['shutDownWithDrain', (queue: WorkQueue<number>) => queue.shutDownWithDrain()],
] as const;

function newQueue(): { clock: SimulatedClock; queue: WorkQueue } {
  const clock = new SimulatedClock();
  return { clock, queue: new WorkQueue({ clock }) };
}

/** A consumer: takes items until there will be none. */
async function consume(queue: WorkQueue<number>, process: (item: number) => Promise<void> | void): Promise<void> {
  for (;;) {
    let item: number;
    try {
      item = await queue.get();
    } catch {
      return;
    }
    await process(item);
    queue.done(item);
  }
}

describe('client-go, queue_test.go', () => {
  it.each(endings)('TestBasic: 50 producers, 10 consumers, ended with %s', async (_name, end) => {
    const clock = new SimulatedClock();
    const queue = new WorkQueue<number>({ clock });
    const producers = Array.from({ length: 50 }, async (_, item) => {
      for (let round = 0; round < 50; round++) {
        queue.add(item);
        await pause(clock, 1);
      }
    });
    const seen = new Set<number>();
    const consumers = Array.from({ length: 10 }, () =>
      consume(queue, async (item) => {
        seen.add(item);
        await pause(clock, 3);
      }),
    );
    await clock.advance(50);
    await Promise.all(producers);
    const ended = end(queue);
    expect(queue.add(1_000)).toBe(false);
    await clock.advance(1_000);
    await Promise.all([...consumers, ended]);
    expect(seen).toEqual(new Set(Array.from({ length: 50 }, (_, item) => item)));
    expect(queue.length).toBe(0);
  });

  it.each(endings)('TestAddWhileProcessing: every worker adds every item again once, ended with %s', async (_name, end) => {
    const clock = new SimulatedClock();
    const queue = new WorkQueue<number>({ clock });
    for (let item = 0; item < 50; item++) queue.add(item);
    let processed = 0;
    const consumers = Array.from({ length: 10 }, () => {
      const seen = new Set<number>();
      return consume(queue, (item) => {
        processed++;
        if (seen.has(item)) return;
        seen.add(item);
        queue.add(item);
      });
    });
    await clock.settle();
    await end(queue);
    await Promise.all(consumers);
    expect(queue.length).toBe(0);
    expect(processed).toBeGreaterThanOrEqual(100);
  });

  it('TestLen: what is there already does not count twice', () => {
    const { queue } = newQueue();
    queue.add('foo');
    expect(queue.length).toBe(1);
    queue.add('bar');
    expect(queue.length).toBe(2);
    queue.add('foo');
    expect(queue.length).toBe(2);
  });

  it('TestReinsert: what is added while it is processed comes back when that is done', async () => {
    const { queue } = newQueue();
    queue.add('foo');
    expect(await queue.get()).toBe('foo');
    queue.add('foo');
    expect(queue.length).toBe(0);
    queue.done('foo');
    expect(await queue.get()).toBe('foo');
    queue.done('foo');
    expect(queue.length).toBe(0);
  });

  it('TestQueueDrainageUsingShutDownWithDrain: ends when the last item is done, and not before', async () => {
    const { clock, queue } = newQueue();
    queue.add('foo');
    queue.add('bar');
    const [first, second] = [await queue.get(), await queue.get()];
    let isDrained = false;
    const drained = queue.shutDownWithDrain().then(() => (isDrained = true));
    await expect(queue.get()).rejects.toMatchObject({ code: 'closed' });
    queue.done(first);
    await clock.settle();
    expect(isDrained).toBe(false);
    queue.done(second);
    await drained;
  });

  it('TestNoQueueDrainageUsingShutDown: shutDown waits for nobody', async () => {
    const { queue } = newQueue();
    queue.add('foo');
    await queue.get();
    queue.shutDown();
    expect(queue.report()).toMatchObject({ processing: 1, isShuttingDown: true });
  });

  it('TestForceQueueShutdownUsingShutDown: not as there: a drain ends early by its signal, and then says so', async () => {
    const { clock, queue } = newQueue();
    queue.add('foo');
    await queue.get();
    const impatience = new AbortController();
    const drained = queue.shutDownWithDrain({ signal: impatience.signal });
    const outcome = drained.catch((reason: unknown) => reason);
    queue.shutDown();
    await clock.settle();
    expect(queue.report()).toMatchObject({ processing: 1 });
    impatience.abort('second SIGTERM');
    expect(await outcome).toBe('second SIGTERM');
  });

  it('TestQueueDrainageUsingShutDownWithDrainWithDirtyItem: not as there: who waits meanwhile gets the item that comes back', async () => {
    const { clock, queue } = newQueue();
    queue.add('foo');
    const gotten = await queue.get();
    queue.add('foo');
    let isDrained = false;
    const drained = queue.shutDownWithDrain().then(() => (isDrained = true));
    const again = queue.get(); // there: refused, though an item will come
    await clock.settle();
    queue.done(gotten);
    expect(await again).toBe('foo');
    expect(isDrained).toBe(false);
    queue.done('foo');
    await expect(queue.get()).rejects.toMatchObject({ code: 'closed' });
    await drained;
  });
});

describe('client-go, delaying_queue_test.go', () => {
  it('TestSimpleQueue: comes when its time has, and once', async () => {
    const { clock, queue } = newQueue();
    queue.addAfter('foo', 50);
    expect(queue.length).toBe(0);
    await clock.advance(60);
    expect(queue.tryGet()).toBe('foo');
    queue.done('foo');
    await clock.advance(10_000);
    expect(queue.length).toBe(0);
  });

  it('TestDeduping: the earlier of two times counts, and the other does not', async () => {
    const { clock, queue } = newQueue();
    queue.addAfter('foo', 50);
    queue.addAfter('foo', 70);
    expect(queue.length).toBe(0);
    await clock.advance(60);
    expect(queue.tryGet()).toBe('foo');
    queue.done('foo');
    await clock.advance(20);
    expect(queue.length).toBe(0);

    queue.addAfter('foo', 50);
    queue.addAfter('foo', 30);
    expect(queue.length).toBe(0);
    await clock.advance(40);
    expect(queue.tryGet()).toBe('foo');
    queue.done('foo');
    await clock.advance(20);
    expect(queue.length).toBe(0);

    queue.add('foo'); // and while it is processed
    expect(queue.tryGet()).toBe('foo');
    queue.addAfter('foo', 5);
    await clock.advance(5);
    expect(queue.length).toBe(0);
    queue.done('foo');
    expect(queue.length).toBe(1);
  });

  it('TestAddTwoFireEarly: what is added later with an earlier time comes earlier', async () => {
    const { clock, queue } = newQueue();
    queue.addAfter('foo', 1_000);
    queue.addAfter('bar', 50);
    expect(queue.length).toBe(0);
    await clock.advance(60);
    expect(queue.tryGet()).toBe('bar');
    queue.addAfter('baz', 2_000);
    await clock.advance(1_000);
    expect(queue.tryGet()).toBe('foo');
    await clock.advance(2_000);
    expect(queue.tryGet()).toBe('baz');
  });

  it('TestCopyShifting: three at once come in the order of their times', async () => {
    const { clock, queue } = newQueue();
    queue.addAfter('foo', 1_000);
    queue.addAfter('bar', 500);
    queue.addAfter('baz', 250);
    expect(queue.length).toBe(0);
    await clock.advance(2_000);
    expect([queue.tryGet(), queue.tryGet(), queue.tryGet()]).toEqual(['baz', 'bar', 'foo']);
  });
});

describe('client-go, rate_limiting_queue_test.go', () => {
  it('TestRateLimitingQueue: the times grow with each failure of an item, and from the beginning after forget', async () => {
    const clock = new SimulatedClock();

    const queue = new WorkQueue({ clock, rateLimiter: exponentialItemLimiter({ base: 1, max: 1_000 }) });
    const waits = async (item: string): Promise<number> => {
      const begin = clock.now();
      queue.addRateLimited(item);
      await clock.runUntil(() => queue.length > 0);
      queue.done(queue.tryGet() ?? '');
      return clock.now() - begin;
    };
    expect([await waits('one'), await waits('one'), await waits('two')]).toEqual([1, 2, 1]);
    expect([queue.numRequeues('one'), queue.numRequeues('two')]).toEqual([2, 1]);
    queue.forget('one');
    expect([queue.numRequeues('one'), queue.numRequeues('two')]).toEqual([0, 1]);
    expect([await waits('one'), await waits('two')]).toEqual([1, 2]);
  });
});
