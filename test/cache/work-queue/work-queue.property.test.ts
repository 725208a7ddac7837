/** The promises of the work queue, against a naive model, command by command. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exponentialItemLimiter } from '../../../src/cache/work-queue/item-limiter.js';
import { orderedText } from '../../../src/cache/work-queue/ordered-text.js';
import { WorkQueue } from '../../../src/cache/work-queue/work-queue.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { NaiveQueue, type Versioned } from './naive-queue.js';

const keys = ['a', 'b', 'c', '__proto__'];
const anyKey = fc.constantFrom(...keys);
const anyDelay = fc.oneof(fc.constantFrom(-1, 0, 5, 5.5, 10, 20, Infinity), fc.nat(30));
const anyCommand = fc.oneof(
  { weight: 20, arbitrary: fc.record({ do: fc.constant('add' as const), key: anyKey }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('addAfter' as const), key: anyKey, delay: anyDelay }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('addRateLimited' as const), key: anyKey }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('forget' as const), key: anyKey }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('tryGet' as const) }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('get' as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('getAddTryGet' as const), key: anyKey }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('abortGet' as const), which: fc.nat(5) }) },
  { weight: 24, arbitrary: fc.record({ do: fc.constant('done' as const), key: anyKey }) },
  { weight: 16, arbitrary: fc.record({ do: fc.constant('advance' as const), duration: fc.constantFrom(0, 4, 5, 10, 13, 1_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('shutDown' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drain' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abortDrain' as const), which: fc.nat(3) }) },
);
type Command = typeof anyCommand extends fc.Arbitrary<infer C> ? C : never;

/** The queue and its model, which are given the same commands. */
class Pair {
  readonly clock = new SimulatedClock();
  readonly model = new NaiveQueue();
  readonly queue = new WorkQueue<Versioned>({
    clock: this.clock,
    keyOf: ({ key }) => key,
    rateLimiter: exponentialItemLimiter({ base: 10, max: 35 }),
  });
  readonly got = new Map<number, unknown>();
  readonly drained = new Map<number, unknown>();
  private readonly aborts: AbortController[] = [];
  private readonly gets: number[] = [];
  private readonly drains: number[] = [];
  private version = 0;

  async obey(command: Command): Promise<void> {
    const { queue, model } = this;
    const item = { key: 'key' in command ? command.key : '', version: this.version++ };
    switch (command.do) {
      case 'add':
        return expect(queue.add(item)).toBe(model.add(item));
      case 'addAfter':
        return expect(queue.addAfter(item, command.delay)).toBe(model.addAfter(item, command.delay));
      case 'addRateLimited':
        return expect(queue.addRateLimited(item)).toBe(model.addRateLimited(item));
      case 'forget':
        model.failures.delete(item.key);
        return queue.forget(item);
      case 'tryGet':
        return expect(queue.tryGet()).toBe(model.tryGet());
      case 'done':
        return expect(queue.done(item)).toBe(model.done(item.key));
      case 'advance':
        model.advance(command.duration);
        return this.clock.advance(command.duration);
      case 'shutDown':
        model.shutDown();
        return queue.shutDown();
      case 'get': {
        const [id, signal] = this.begin(this.gets);
        model.get(id);
        return void queue.get({ signal }).then(...this.noting(this.got, id));
      }
      case 'getAddTryGet': {
        // All in one moment: whoever does not want to wait gets what nobody waits for.
        await this.obey({ do: 'get' });
        const isAwaited = model.getters.length > 0;
        expect(queue.add(item)).toBe(model.add(item));
        return expect(queue.tryGet()).toBe(isAwaited ? undefined : model.tryGet());
      }
      case 'drain': {
        const [id, signal] = this.begin(this.drains);
        model.drain(id);
        return void queue.shutDownWithDrain({ signal }).then(...this.noting(this.drained, id, 'drained'));
      }
      case 'abortGet':
        return this.abort(this.gets[command.which], (id) => model.abortGet(id));
      case 'abortDrain':
        return this.abort(this.drains[command.which], (id) => model.abortDrain(id));
    }
  }

  compare(): void {
    const { queue, model, clock } = this;
    expect(queue.report()).toEqual({
      name: 'work queue',
      length: model.queue.length,
      processing: model.underWay.size,
      waiting: model.waiting.length,
      retries: model.retries,
      longestRunning: model.longestRunning,
      oldestQueued: model.oldestQueued,
      isShuttingDown: model.isShutDown,
    });
    expect(queue.length).toBe(model.queue.length);
    expect(keys.map((key) => queue.numRequeues({ key, version: 0 }))).toEqual(keys.map((key) => model.failures.get(key) ?? 0));
    // One timer at any time, for the first deadline, and none when there is none.
    const dues = model.waiting.map(({ due }) => due).filter((due) => due < Infinity);
    expect([clock.pending, clock.nextDue]).toEqual(dues.length === 0 ? [0, undefined] : [1, Math.min(...dues)]);
    expect(this.got).toEqual(model.got);
    expect(this.drained).toEqual(model.drained);
  }

  private begin(ids: number[]): readonly [number, AbortSignal] {
    const abort = new AbortController();
    ids.push(this.aborts.length);
    this.aborts.push(abort);
    return [this.aborts.length - 1, abort.signal];
  }

  private noting(into: Map<number, unknown>, id: number, value?: string) {
    const note = (outcome: unknown): void => void into.set(id, outcome);
    return [
      (given: unknown) => note(value ?? given),
      (error: unknown) => note(error === 'enough' ? 'aborted' : (error as { code?: string }).code),
    ] as const;
  }

  private abort(id: number | undefined, tell: (id: number) => void): void {
    if (id === undefined) return;
    tell(id);
    this.aborts[id]?.abort('enough');
  }
}

describe('promises of the work queue', () => {
  it('W1-W5, W7, W8: does what the naive model does, whatever is asked of it', async () => {
    const counts = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { maxLength: 60, size: 'max' }), async (commands) => {
        const pair = new Pair();
        for (const command of commands) {
          await pair.obey(command);
          await pair.clock.settle();
          pair.compare();
        }
        // In the end everything that was taken in has been given out, and nothing is left.
        pair.model.drain(-1);
        const drained = pair.queue.shutDownWithDrain();
        while (pair.model.underWay.size + pair.model.queue.length > 0) {
          await pair.obey({ do: 'tryGet' });
          for (const key of keys) await pair.obey({ do: 'done', key });
        }
        await drained;
        pair.drained.set(-1, 'drained');
        await pair.clock.settle();
        pair.compare();
        expect(pair.queue.report()).toMatchObject({ length: 0, processing: 0, waiting: 0 });
        expect(pair.clock.pending).toBe(0);
        for (const outcome of [...pair.got.values(), ...pair.drained.values()]) {
          const kind = typeof outcome === 'string' ? outcome : 'item';
          counts.set(kind, (counts.get(kind) ?? 0) + 1);
        }
      }),
      { seed: 5, numRuns: 400 },
    );
    for (const kind of ['item', 'closed', 'aborted', 'drained']) expect(counts.get(kind), kind).toBeGreaterThan(20);
  });

  it('W5: texts are in the order of the numbers that they stand for', () => {
    const anyNumber = fc.double({ noNaN: true });
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const [first, second] = [orderedText(a), orderedText(b)];
        expect([first.length, second.length]).toEqual([16, 16]);
        expect(first < second ? -1 : first > second ? 1 : 0).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
      { seed: 1, numRuns: 2_000 },
    );
    expect(orderedText(-0)).toBe(orderedText(0));
  });
});
