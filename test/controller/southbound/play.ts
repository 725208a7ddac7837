/** Plays a scheduler over a plane on simulated time, command by command. */
import fc from 'fast-check';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import type {
  CommitResult,
  RetryOptions,
  SouthboundEvent,
  SouthboundTransaction,
} from '../../../src/controller/southbound/port.js';
import type { MemorySchedulerOptions } from '../../../src/controller/southbound/options.js';
import { MemoryScheduler } from '../../../src/controller/southbound/scheduler.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import type { Item } from './naive-southbound.js';

/** Values below /a can be updated, those below /b have to be recreated, those below /c cannot be read. */
const keys = ['/a/1', '/a/2', '/a/3', '/b/1', '/b/2', '/b/3', '/c/1', '/c/2'];
export const endless: RetryOptions = { delay: 1_000, maxAttempts: 0, exponential: true };

export class Play {
  readonly clock = new SimulatedClock(1_000_000);
  readonly plane: MemoryPlane = new MemoryPlane({ clock: this.clock });
  readonly scheduler: MemoryScheduler;
  readonly events: SouthboundEvent[] = [];

  constructor(options: Partial<MemorySchedulerOptions> = {}) {
    const shared = {
      dependencies: (_key: string, value: unknown) => (value as Item).needs ?? [],
      validate: (_key: string, value: unknown) => {
        if ((value as Item).bad === true) throw new Error('bad');
      },
    };
    const { plane, clock } = this;
    const descriptors = [
      plane.descriptor({ ...shared, name: 'c', prefix: '/c/', canRetrieve: false }),
      plane.descriptor({ ...shared, name: 'b', prefix: '/b/', canUpdate: false }),
      plane.descriptor({ ...shared, name: 'a', prefix: '/a/', recreate: (_key, _before, after) => (after as Item).v === 3 }),
    ];
    this.scheduler = new MemoryScheduler({ descriptors, clock, operationTimeout: 50, maxRetryDelay: 4_000, ...options });
    this.scheduler.subscribe((event) => this.events.push(event));
  }

  /** Commits, and lets time pass until there is an answer. */
  async commit(values: Iterable<readonly [string, unknown]>, parts: Partial<SouthboundTransaction> = {}): Promise<CommitResult> {
    let result: CommitResult | undefined;
    const defaults = { description: 'test', kind: 'update', revertOnFailure: false, retry: endless, verbose: false } as const;
    void this.scheduler.commit({ ...defaults, ...parts, values: new Map(values) }).then((answer) => (result = answer));
    await this.clock.runUntil(() => result !== undefined);
    if (result === undefined) throw new Error('No answer.');
    return result;
  }

  operations(sequence: number | undefined): readonly string[] {
    const executed = this.scheduler.getRecordedTransaction(sequence ?? -1)?.executed ?? [];
    return executed.map(({ operation, key, error, isRevert }) =>
      [isRevert ? 'revert ' : '', operation, ' ', key, error === undefined ? '' : ' failed'].join(''),
    );
  }

  status(key: string): string {
    return this.scheduler.statusOf(key)?.status ?? 'removed';
  }
}

const anyKey = fc.constantFrom(...keys);
const readable = keys.filter((key) => !key.startsWith('/c/'));

function anyItem(needs: fc.Arbitrary<string>, canBeBad: boolean): fc.Arbitrary<Item> {
  const item = fc.record({ v: fc.nat(3), needs: fc.uniqueArray(needs, { maxLength: 2 }) });
  const bad = item.map((one) => ({ ...one, bad: true }));
  return canBeBad ? fc.oneof({ weight: 9, arbitrary: item }, { weight: 1, arbitrary: bad }) : item;
}

/** Entries of a transaction. `isAcyclic`: a value only needs those whose keys come before its own. */
function anyValues(canBeBad: boolean, isAcyclic = false): fc.Arbitrary<(readonly [string, Item | null])[]> {
  const entry = anyKey.chain((key) => {
    const needs = isAcyclic ? fc.constantFrom(...keys.filter((other) => other < key), '/a/0') : anyKey;
    return fc.tuple(fc.constant(key), fc.option(anyItem(needs, canBeBad), { freq: 4 }));
  });
  return fc.uniqueArray(entry, { selector: ([key]) => key, maxLength: 6 });
}

export function anyCommit(canBeBad: boolean, isAcyclic = false) {
  const update = { kind: fc.constant('update' as const), values: anyValues(canBeBad, isAcyclic), revertOnFailure: fc.boolean() };
  const resync = { values: anyValues(canBeBad, isAcyclic), revertOnFailure: fc.constant(false) };
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('commit' as const), ...update }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('commit' as const),
        kind: fc.constantFrom('fullResync', 'upstreamResync'),
        ...resync,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('commit' as const),
        kind: fc.constant('downstreamResync' as const),
        values: fc.constant([]),
        revertOnFailure: fc.constant(false),
      }),
    },
  );
}

const anyTimes = fc.integer({ min: 1, max: 3 });
export const anyFault = fc.oneof(
  fc.record({
    do: fc.constant('fault' as const),
    key: fc.constantFrom(...readable),
    operation: fc.constantFrom('create', 'update', 'delete'),
    times: anyTimes,
    mode: fc.constantFrom('fail', 'loseAnswer', 'hang'),
  }),
  fc.record({
    do: fc.constant('fault' as const),
    key: fc.constantFrom('/c/1', '/c/2'),
    operation: fc.constantFrom('create', 'update', 'delete'),
    times: anyTimes,
    mode: fc.constant('fail'),
  }),
);
export const anyHarshFault = fc.oneof(
  anyFault,
  fc.record({
    do: fc.constant('fault' as const),
    key: fc.constantFrom(...keys),
    operation: fc.constantFrom('create', 'update', 'delete'),
    times: anyTimes,
    mode: fc.constant('refuse'),
  }),
  fc.record({
    do: fc.constant('fault' as const),
    key: fc.constantFrom('a', 'b'),
    operation: fc.constant('retrieve'),
    times: anyTimes,
    mode: fc.constantFrom('fail', 'hang'),
  }),
);
export const anyDrift = fc.record({
  do: fc.constant('drift' as const),
  key: fc.constantFrom(...readable, '/a/stranger'),
  value: fc.option(anyItem(anyKey, false)),
});
export const anyAdvance = fc.record({ do: fc.constant('advance' as const), duration: fc.constantFrom(0, 500, 1_000, 3_000) });
