/** Several consumers that wait, process, fail and leave, interleaved with a producer in every order that a scheduler can think of. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import { keepNewest, type Deltas } from '../../../src/cache/queues/delta.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { keys } from './commands.js';
import { nameOf, settle, type Thing } from './things.js';

type Step =
  | { readonly do: 'put' | 'delete'; readonly key: string }
  | { readonly do: 'replace'; readonly keys: readonly string[] }
  | { readonly do: 'resync' }
  | { readonly do: 'leave'; readonly consumer: number };

const anyKey = fc.constantFrom(...keys);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('put' as const), key: anyKey }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key: anyKey }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replace' as const), keys: fc.uniqueArray(anyKey) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('resync' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), consumer: fc.nat(2) }) },
);

/** What an object comes to when these deltas have happened to it: undefined when it is deleted. */
function ending(deltas: Deltas<Thing>): number | undefined {
  const newest = deltas[deltas.length - 1];
  if (newest === undefined || newest.type === 'Deleted') return undefined;
  return newest.object.value;
}

function apply(state: Map<string, number>, key: string, value: number | undefined): void {
  if (value === undefined) state.delete(key);
  else state.set(key, value);
}

function textOf(state: ReadonlyMap<string, number>): string {
  return JSON.stringify([...state].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What was taken of a key, and how its processing went. */
interface Taking {
  readonly deltas: Deltas<Thing>;
  hasFailed: boolean;
}

class Scene {
  readonly truth = new Map<string, number>();
  /** What everything that was taken comes to, in the order in which it was taken. */
  readonly taken = new Map<string, number>();
  /** What the consumers have written down: only after the work, and only where it succeeded. */
  readonly written = new Map<string, number>();
  readonly queue: DeltaFIFO<Thing>;
  readonly counts = { failed: 0, revised: 0, left: 0, deleted: 0, emptied: 0, returned: 0 };
  private readonly scheduler: fc.Scheduler;
  private readonly compresses: boolean;
  private readonly failures: boolean[];
  private readonly leaving = [new AbortController(), new AbortController()];
  private readonly writtenAt = new Map<string, number>();
  private readonly lastTakings = new Map<string, Taking>();
  private readonly takings = new Map<unknown, Taking>();
  private serial = 0;
  private working = 0;
  private value = 0;

  constructor(scheduler: fc.Scheduler, failures: readonly boolean[], compresses: boolean, knows: boolean) {
    this.scheduler = scheduler;
    this.compresses = compresses;
    this.failures = [...failures];
    const { written } = this;
    const stored = (key: string): Thing | undefined => {
      const value = written.get(key);
      return value === undefined ? undefined : { name: key, value };
    };
    this.queue = new DeltaFIFO<Thing>({
      keyFunc: nameOf,
      ...(compresses ? { compressor: keepNewest } : {}),
      ...(knows ? { knownObjects: { listKeys: () => [...written.keys()], getByKey: stored } } : {}),
    });
  }

  async run(steps: readonly Step[], consumers: number): Promise<void> {
    const all = Array.from({ length: consumers }, (_, index) => this.consume(this.leaving[index - 1]?.signal));
    const producing = this.scheduler.scheduleSequence(
      steps.map((step) => ({
        label: JSON.stringify(step),
        builder: async () => {
          await settle();
          this.check();
          this.perform(step);
          await settle();
          this.check();
        },
      })),
    );
    const closed = producing.task.then(() => this.queue.close());
    await this.scheduler.waitFor(Promise.all([closed, ...all]));
    expect(this.queue.listKeys()).toEqual([]);
    this.check();
    expect(textOf(this.written), 'F10: nothing is lost, and nothing is left').toBe(textOf(this.truth));
  }

  private async consume(signal: AbortSignal | undefined): Promise<void> {
    const hasLeft = (): boolean => signal?.aborted === true;
    while (!hasLeft()) {
      try {
        await this.queue.process((deltas) => this.handle(deltas), { signal });
      } catch (error) {
        if (isHeliostatError(error, 'closed')) return;
        if (!(error instanceof Error && error.message === 'failed') && !hasLeft()) throw error;
      }
    }
    this.counts.left++;
  }

  private async handle(deltas: Deltas<Thing>): Promise<void> {
    const [key, value, serial] = [this.queue.keyOf(deltas), ending(deltas), ++this.serial];
    const taking: Taking = { deltas, hasFailed: false };
    this.judgeReturned(key, taking);
    apply(this.taken, key, value);
    this.working++;
    try {
      await this.scheduler.schedule(Promise.resolve(), `work on ${key}`);
      if (this.failures.shift() === true) {
        this.counts.failed++;
        taking.hasFailed = true;
        throw new Error('failed');
      }
      // Whoever works on one key in two places must see to it that the newer state stays.
      if ((this.writtenAt.get(key) ?? 0) < serial) {
        this.writtenAt.set(key, serial);
        apply(this.written, key, value);
      } else this.counts.revised++;
    } finally {
      this.working--;
    }
  }

  /** What is handed out again was in what was taken last of its key, which has failed; and all of that is here, before anything newer. */
  private judgeReturned(key: string, taking: Taking): void {
    const last = this.lastTakings.get(key);
    this.lastTakings.set(key, taking);
    for (const delta of taking.deltas) {
      const earlier = this.takings.get(delta);
      if (earlier !== undefined) expect(earlier === last && earlier.hasFailed, 'F10, K1: it is out of date').toBe(true);
      this.takings.set(delta, taking);
    }
    if (last?.hasFailed !== true || this.compresses) return;
    // The last one may be the tombstone that has given way to a deletion.
    const [all, again] = [last.deltas.slice(0, -1), taking.deltas.slice(0, last.deltas.length - 1)];
    expect(again, 'F10: what has failed is lost').toEqual(all);
    if (ending(last.deltas) === undefined) expect(taking.deltas[all.length]?.type, 'K7').toBe('Deleted');
    else expect(taking.deltas[all.length]).toBe(last.deltas.at(-1));
    this.counts.returned++;
  }

  private perform(step: Step): void {
    const { queue, truth } = this;
    switch (step.do) {
      case 'put': {
        const object = { name: step.key, value: ++this.value };
        if (truth.has(step.key)) queue.update(object);
        else queue.add(object);
        truth.set(step.key, object.value);
        return;
      }
      case 'delete':
        if (!truth.has(step.key)) return;
        this.counts.deleted++;
        queue.delete({ name: step.key, value: truth.get(step.key) ?? 0 });
        truth.delete(step.key);
        return;
      case 'replace': {
        const objects = step.keys.map((name) => ({ name, value: ++this.value }));
        queue.replace(objects);
        truth.clear();
        for (const { name, value } of objects) truth.set(name, value);
        return;
      }
      case 'resync':
        return queue.resync();
      case 'leave':
        return this.leaving[step.consumer]?.abort(new Error('left'));
    }
  }

  private check(): void {
    if (this.queue.listKeys().length > 0) return;
    this.counts.emptied++;
    expect(textOf(this.taken), 'F6: everything that was taken').toBe(textOf(this.truth));
    if (this.working === 0) expect(textOf(this.written), 'F6: everything that was written').toBe(textOf(this.truth));
  }
}

describe('consumers of a DeltaFIFO', () => {
  it('F6, F7, F10, F11, K1, K3: whatever is interleaved, an empty queue means that the consumers have what the producer has', async () => {
    const total = { failed: 0, revised: 0, left: 0, deleted: 0, emptied: 0, returned: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(anyStep, { minLength: 60, maxLength: 80 }),
        fc.array(fc.boolean(), { maxLength: 60, size: 'max' }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.boolean(),
        async (scheduler, steps, failures, consumers, compresses, knows) => {
          const scene = new Scene(scheduler, failures, compresses, knows);
          await scene.run(steps, consumers);
          for (const name of ['failed', 'revised', 'left', 'deleted', 'emptied', 'returned'] as const)
            total[name] += scene.counts[name];
        },
      ),
      { seed: 3, numRuns: 150 },
    );
    for (const [name, count] of Object.entries(total)) expect(count, name).toBeGreaterThan(20);
  });
});
