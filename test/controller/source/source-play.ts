/** Plays steps against a DatastoreSource, process after process, lets the weather clear, and compares what was told with the datastore. */
import { expect } from 'vitest';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import type { Event } from '../../../src/controller/events/event.js';
import type { MirroredState } from '../../../src/controller/source/local-mirror.js';
import type { ListWatchClient } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { seededRandom, SimulatedClock, type FaultName, type FaultRates } from '../../../src/testing/index.js';
import { expectedPicture, MemoryMirror, pictureOf, SourceBench } from './source-bench.js';

type Value = string | number | boolean;

export type Step =
  | { readonly do: 'apply'; readonly key: string; readonly value: Value }
  | { readonly do: 'delete'; readonly key: string }
  | { readonly do: 'transaction'; readonly writes: readonly (readonly [string, Value])[] }
  | { readonly do: 'compact' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'strike'; readonly fault: 'watch.cut' | 'watch.closed' | 'watch.silent' | 'watch.expired' | 'watch.failed' }
  | { readonly do: 'weather'; readonly faults: readonly FaultName[] }
  /** The loop takes so many more events. */
  | { readonly do: 'room'; readonly events: number }
  | { readonly do: 'request' }
  | { readonly do: 'disk'; readonly isFull: boolean }
  /** The process ends at once, and another one starts with what is on the disk. */
  | { readonly do: 'die' };

/** Values that the decoder of this test refuses. */
export const unreadable = 'unreadable';

function decode(value: unknown): unknown {
  if (value === unreadable) throw new Error('refused');
  return value;
}

/** How often what has happened, over all runs. */
export class Tally {
  readonly counts: Record<string, number> = {};
  add(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }
}

/** One process: judges each event against what the line and the loop have seen. */
class Process {
  readonly bench: SourceBench;
  readonly mirror: MemoryMirror;
  readonly violations: string[] = [];
  private readonly states: readonly string[];
  private readonly tally: Tally;
  /** What has happened since the last DBResync that can be a reason for one. */
  private reasons = 0;
  private mustResync = true;
  private reached = 0;
  private locals = 0;
  private resyncs = 0;
  isReadable = true;

  constructor(world: World, tally: Tally) {
    this.states = world.states;
    this.tally = tally;
    this.mirror = new MemoryMirror(world.clock);
    this.mirror.text = world.disk;
    const { clock, datastore } = world;
    const bench: SourceBench = new SourceBench(
      {
        mirror: this.mirror,
        pageSize: 0,
        resources: [
          { name: 'pods', kind: 'pods', decode },
          { name: 'nodes', prefix: '/registry/nodes' },
        ],
        client: this.counting(() => bench.client, datastore),
      },
      { clock, datastore, seed: world.seed++ },
    );
    this.bench = bench;
    bench.loop.onEvent = (event) => this.judge(event);
  }

  request(): void {
    this.reasons++;
    this.bench.source.requestResync();
  }

  /** What is on the disk when the process ends at once. */
  die(): string | undefined {
    const { text } = this.mirror;
    this.mirror.save = () => Promise.resolve(); // the dead do not write
    return text;
  }

  end(): readonly string[] {
    const { loop } = this.bench;
    this.tally.add('refusals', loop.refusedAt.length);
    for (const [fault, count] of Object.entries(this.bench.client.fired)) this.tally.add(fault, count);
    return [...this.violations, ...loop.violations];
  }

  /** The line, counting what can be a reason for a DBResync. */
  private counting(line: () => ListWatchClient, datastore: MemoryDatastore): ListWatchClient {
    return {
      capabilities: datastore.capabilities,
      compareRevisions: (a, b) => datastore.compareRevisions(a, b),
      list: async (...args) => {
        const list = await line().list(...args);
        this.reasons++;
        // What a list has that was not told can only be told as a whole: nobody knows when it happened.
        const listed = expectedPicture(list.items.map(({ key, value }) => [key, value] as const));
        if (this.isReadable && listed !== this.bench.loop.picture) this.mustResync = true;
        return list;
      },
      watch: async (...args) => {
        const watch = await line().watch(...args);
        this.reasons++;
        return watch;
      },
    };
  }

  private judge(event: Event): void {
    const { loop, connection } = this.bench;
    if (!(event instanceof DBResync)) {
      if (connection !== 'inSync') this.violations.push(`EH40: a change is told while ${connection}`);
      if (this.mustResync) this.violations.push('EH37: a change is told before the DBResync that everything waits for');
      return this.tally.add('changes');
    }
    if (event.local) {
      if (++this.locals > 1) this.violations.push('EC32: two resyncs from the local copy');
      if (this.resyncs > 0) this.violations.push('EC32: the local copy after the datastore');
      this.tally.add('local resyncs');
      if (this.isReadable && !this.states.includes(loop.picture))
        this.violations.push(`EH42: the copy is no state of the datastore: ${loop.picture}`);
      return;
    }
    this.resyncs++;
    this.tally.add('resyncs');
    if (this.reasons + loop.refusedAt.length === 0) this.violations.push('EH40: a DBResync without a reason');
    loop.refusedAt.splice(0).forEach(() => this.tally.add('refusals'));
    this.reasons = 0;
    this.mustResync = false;
    if (!this.isReadable) return;
    const found = this.states.indexOf(loop.picture, this.reached);
    if (found === -1) this.violations.push(`EH35: ${loop.picture} is no state since ${this.states[this.reached]}`);
    else this.reached = found;
  }
}

interface World {
  readonly clock: SimulatedClock;
  readonly datastore: MemoryDatastore;
  /** Every state that the datastore has had, oldest first. */
  readonly states: string[];
  disk: string | undefined;
  seed: number;
}

/** Longer than everything that can keep a source from what it should tell: silence, a hanging request, backoffs. */
const healingBound = 300_000 + 4 * 60_000 + 4 * 30_000;

export async function play(seed: number, steps: readonly Step[], tally: Tally): Promise<void> {
  const clock = new SimulatedClock();
  const datastore = new MemoryDatastore({ clock, random: seededRandom(seed), history: { maxRevisions: 12 } });
  const world: World = { clock, datastore, states: [expectedPicture([])], disk: undefined, seed };
  const objects = new Map<string, Value>();
  const violations: string[] = [];
  let process = new Process(world, tally);
  let weather: FaultRates = {};
  const isReadable = !JSON.stringify(steps).includes(unreadable);
  const write = (change: () => void): void => {
    change();
    world.states.push(expectedPicture(objects));
  };
  process.isReadable = isReadable;
  process.bench.source.start();

  const act = async (step: Step): Promise<void> => {
    const { client, loop, source } = process.bench;
    switch (step.do) {
      case 'apply':
        write(() => objects.set(step.key, step.value));
        return void (await datastore.apply({ key: step.key, value: step.value }));
      case 'delete':
        if (!objects.has(step.key)) return;
        write(() => objects.delete(step.key));
        return void (await datastore.delete(step.key));
      case 'transaction':
        write(() => step.writes.forEach(([key, value]) => objects.set(key, value)));
        return void (await datastore.transaction(step.writes.map(([key, value]) => ({ op: 'apply', object: { key, value } }))));
      case 'compact':
        return datastore.compact();
      case 'pass':
        return clock.advance(step.ms);
      case 'strike':
        return client.strike(step.fault);
      case 'weather':
        weather = Object.fromEntries(step.faults.map((fault) => [fault, 0.5]));
        return client.setRates(weather);
      case 'room':
        return void (loop.room = step.events);
      case 'request':
        return process.request();
      case 'disk':
        return void (process.mirror.failure = step.isFull ? new Error('no space left') : undefined);
      case 'die': {
        tally.add('deaths');
        world.disk = process.die();
        if (world.disk !== undefined && isReadable) {
          const { kubeState, externalConfig } = JSON.parse(world.disk) as MirroredState; // as save wrote it
          const all = { ...kubeState, external: externalConfig ?? {} };
          const saved = pictureOf(
            Object.entries(all).flatMap(([name, values]) =>
              Object.entries(values).map(([key, value]) => [name, key, value] as const),
            ),
          );
          if (!world.states.includes(saved)) violations.push(`EH42: ${saved} is on the disk, and is no state of the datastore`);
        }
        const closed = source.close();
        violations.push(...process.end());
        await clock.advance(6_000);
        await closed;
        process = new Process(world, tally);
        process.isReadable = isReadable;
        process.bench.client.setRates(weather);
        process.bench.source.start();
      }
    }
  };
  for (const step of steps) await act(step);

  process.bench.client.heal();
  process.bench.loop.room = Infinity;
  process.mirror.failure = undefined;
  for (const [key, value] of objects) if (value === unreadable) await act({ do: 'apply', key, value: 'mended' });
  await clock.advance(healingBound);
  const { bench } = process;
  expect(bench.connection, 'in sync when nothing goes wrong any more').toBe('inSync');
  expect(bench.loop.picture, 'what was told is what the datastore has').toBe(expectedPicture(objects));
  const told = bench.loop.events.length;
  await clock.advance(1_200_000);
  expect(bench.loop.events.slice(told), 'and nothing more is told').toEqual([]);
  expect(bench.source.report().malformed).toEqual([]);
  violations.push(...process.end(), ...(await bench.close()));
  expect(violations).toEqual([]);
  expect(clock.pending, 'no timer is left').toBe(0);
  const saved = JSON.parse(process.mirror.text ?? '{}') as MirroredState; // as save wrote it
  const values = { ...saved.kubeState, external: saved.externalConfig ?? {} };
  const picture = pictureOf(
    Object.entries(values).flatMap(([name, each]) => Object.entries(each).map(([key, value]) => [name, key, value] as const)),
  );
  expect(picture, 'EH33: and the copy has it').toBe(expectedPicture(objects));
}
