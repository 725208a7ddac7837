/** The expiration cache against a Map of objects with the times at which they were put in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpirationCache } from '../../../src/cache/expiration/expiration-cache.js';
import { TTLPolicy } from '../../../src/cache/expiration/expiration-policy.js';
import { FaultyClock } from '../../../src/ports/faulty-clock.js';

interface Item {
  readonly id: string;
  readonly value: number;
}

type Step =
  | { readonly do: 'add' | 'update' | 'delete' | 'get'; readonly object: Item }
  | { readonly do: 'replace'; readonly objects: readonly Item[] }
  | { readonly do: 'transaction'; readonly operations: readonly { readonly op: 'add' | 'delete'; readonly object: Item }[] }
  | { readonly do: 'list' | 'listKeys' }
  | { readonly do: 'wait' | 'jump' | 'pause'; readonly by: number };

const anyObject: fc.Arbitrary<Item> = fc.record({ id: fc.constantFrom('a', 'b', 'c', '', '__proto__'), value: fc.nat(3) });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add' as const, 'update' as const, 'delete' as const, 'get' as const), object: anyObject }),
  fc.record({ do: fc.constant('replace' as const), objects: fc.array(anyObject, { maxLength: 5 }) }),
  fc.record({
    do: fc.constant('transaction' as const),
    operations: fc.array(fc.record({ op: fc.constantFrom('add' as const, 'delete' as const), object: anyObject }), {
      maxLength: 4,
    }),
  }),
  fc.record({ do: fc.constantFrom('list' as const, 'listKeys' as const) }),
  fc.record({ do: fc.constant('wait' as const), by: fc.nat(6) }),
  fc.record({ do: fc.constant('jump' as const), by: fc.integer({ min: -1_000_000, max: 1_000_000 }) }),
  fc.record({ do: fc.constant('pause' as const), by: fc.nat(6) }),
);

/** The naive one: it forgets an entry when somebody reads it too late, and writes that down. */
class Model {
  readonly told: string[] = [];
  readonly entries = new Map<string, { readonly object: Item; readonly since: number }>();
  private readonly ttl: number;
  private ticked = 0;
  private pausedUntil = 0;

  constructor(ttl: number) {
    this.ttl = ttl;
  }

  /** By an account of its own. */
  private get time(): number {
    return Math.max(this.ticked, this.pausedUntil);
  }

  wait(by: number): void {
    this.ticked += by; // what a pause has brought forward is not waited for again
  }

  pause(by: number): void {
    this.pausedUntil = this.time + by;
  }

  put(object: Item): void {
    this.entries.set(object.id, { object, since: this.time });
  }

  read(ids: readonly string[]): readonly Item[] {
    const found: Item[] = [];
    for (const id of ids) {
      const entry = this.entries.get(id);
      if (entry === undefined) continue;
      const isTooOld = this.ttl > 0 && this.time > entry.since + this.ttl;
      if (!isTooOld) found.push(entry.object);
      else if (this.entries.delete(id)) this.told.push(`${id} ${entry.object.value}`);
    }
    return found;
  }

  all(): readonly Item[] {
    return this.read([...this.entries.keys()].toSorted());
  }
}

const met = new Set<string>();

async function play(ttl: number, steps: readonly Step[]): Promise<void> {
  const clock = new FaultyClock(1_700_000_000_000);
  const model = new Model(ttl);
  const told: string[] = [];
  const cache = new ExpirationCache<Item>({
    keyFunc: ({ id }) => id,
    policy: new TTLPolicy({ ttl, clock }),
    clock,
    onExpired: ({ key, object }) => told.push(`${key} ${object.value}`),
  });
  for (const step of steps) {
    const before = told.length;
    switch (step.do) {
      case 'add':
      case 'update':
        cache[step.do]({ ...step.object });
        model.put(step.object);
        break;
      case 'delete':
        cache.delete({ ...step.object });
        model.entries.delete(step.object.id);
        break;
      case 'get':
        expect(cache.get(step.object)).toEqual(model.read([step.object.id])[0]);
        break;
      case 'replace':
        cache.replace(step.objects.map((object) => ({ ...object })));
        model.entries.clear();
        for (const object of step.objects) model.put(object);
        break;
      case 'transaction':
        cache.transaction(step.operations.map(({ op, object }) => ({ op, object: { ...object } })));
        for (const { op, object } of step.operations) {
          if (op === 'add') model.put(object);
          else model.entries.delete(object.id);
        }
        break;
      case 'list':
        expect(cache.list()).toEqual(model.all());
        break;
      case 'listKeys':
        expect(cache.listKeys()).toEqual(model.all().map(({ id }) => id));
        break;
      case 'wait':
        await clock.advance(step.by);
        model.wait(step.by);
        break;
      case 'jump':
        clock.jumpWall(step.by);
        break;
      case 'pause':
        clock.pauseProcess(step.by);
        model.pause(step.by);
        break;
    }
    expect(told).toEqual(model.told);
    if (told.length > before) met.add(`expired at ${step.do}`);
  }
  expect(cache.list()).toEqual(model.all());
  expect(told).toEqual(model.told);
  if (ttl > 0 && cache.listKeys().length > 0 && told.length > 0) met.add('some expired and some did not');
}

describe('any expiration cache', () => {
  it('F13, F14, K34: shows what is not older than its ttl, and tells each of the others once, whatever the clocks do', async () => {
    const ttls = fc.constantFrom(0, -1, 1, 3, 8);
    await fc.assert(fc.asyncProperty(ttls, fc.array(anyStep, { maxLength: 40 }), play), {
      seed: 13,
      numRuns: Number(process.env['HELIOSTAT_RUNS'] ?? 400),
    });
    for (const read of ['get', 'list', 'listKeys']) expect(met).toContain(`expired at ${read}`);
    expect(met).toContain('some expired and some did not');
  });
});
