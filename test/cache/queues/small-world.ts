/** A small DeltaFIFO with a producer and a slow consumer, and everything that can happen to them: for the exploration. */
import { expect } from 'vitest';
import { DeletedFinalStateUnknown } from '../../../src/cache/keys.js';
import {
  putBack,
  putIfAbsent,
  released,
  replaced,
  resynced,
  stepped,
  taken,
  type DeltaPolicy,
  type DeltaQueueState,
} from '../../../src/cache/queues/delta-queue.js';
import { keepNewest, newestDelta, type Deltas } from '../../../src/cache/queues/delta.js';
import type { Taken } from '../../../src/cache/queues/line.js';
import type { DeltaModel, Taking } from './reference.js';
import { toldOf, type Thing } from './things.js';

export type Line = readonly (readonly [string, readonly string[]])[];

export interface World {
  readonly state: DeltaQueueState<Thing>;
  /** What `state` holds, in order, as text. */
  readonly line: Line;
  readonly model: DeltaModel;
  /** What the producer has. */
  readonly truth: ReadonlyMap<string, number>;
  /** What everything that was taken comes to. */
  readonly folded: ReadonlyMap<string, number>;
  /** What the consumer has written down. */
  readonly known: ReadonlyMap<string, number>;
  /** What the consumer has in its hand, and is processing. */
  readonly hand: Hand | undefined;
  /** What another consumer has taken last. It writes down at once what it takes. */
  readonly popped: Hand | undefined;
}

interface Hand {
  readonly taken: Taken<Deltas<Thing>>;
  readonly place: Taking;
  /** Nobody has taken anything of its key since. */
  readonly isNewest: boolean;
}

export interface Setting {
  readonly name: string;
  readonly compresses: boolean;
  readonly hasKnown: boolean;
  /** Of so many deltas of one key nothing more is put in. */
  readonly pending: number;
  /** Whether another consumer takes, too. */
  readonly hasSecond: boolean;
  readonly depth: number;
}

/** The worlds that are explored. */
export const queueSettings: readonly Setting[] = [
  { name: 'everything is kept', compresses: false, hasKnown: false, pending: 2, hasSecond: true, depth: 5 },
  {
    name: 'everything is kept, and the consumer is asked',
    compresses: false,
    hasKnown: true,
    pending: 2,
    hasSecond: true,
    depth: 5,
  },
  { name: 'the newest is kept, and two consumers take', compresses: true, hasKnown: false, pending: 1, hasSecond: true, depth: 6 },
  {
    name: 'the newest is kept, and the consumer is asked',
    compresses: true,
    hasKnown: true,
    pending: 1,
    hasSecond: false,
    depth: Infinity,
  },
];

export interface Move {
  readonly name: string;
  readonly make: (world: World) => World | undefined;
}

const objects: Readonly<Record<string, Thing>> = {
  a1: Object.freeze({ name: 'a', value: 1 }),
  a2: Object.freeze({ name: 'a', value: 2 }),
  b1: Object.freeze({ name: 'b', value: 1 }),
};

function objectOf(key: string, value: number): Thing {
  return objects[`${key}${value}`] ?? expect.fail(`no object ${key}${value}`);
}

/** What the queue holds, in order, as text. */
function lineOf({ order, entries }: DeltaQueueState<Thing>): Line {
  return Array.from(order, ([, key]) => [key, (entries.get(key)?.item.deltas ?? []).map(toldOf)] as const);
}

export function endingOf(told: readonly string[]): number | undefined {
  const newest = told.at(-1) ?? 'Deleted';
  return newest.startsWith('Deleted') ? undefined : Number(newest.split(' ')[1]);
}

function withKey(map: ReadonlyMap<string, number>, key: string, value: number | undefined): ReadonlyMap<string, number> {
  const next = new Map(map);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

export function movesOf({ compresses, hasKnown, pending, hasSecond }: Setting): readonly Move[] {
  const policyOf = (known: ReadonlyMap<string, number>): DeltaPolicy<Thing> => ({
    known: {
      keys: () => [...known.keys()],
      has: (key) => known.has(key),
      get: (key) => {
        const value = known.get(key);
        return value === undefined ? undefined : objectOf(key, value);
      },
    },
    relistDelta: 'Sync',
    compress: compresses ? (_, deltas) => keepNewest(deltas) : undefined,
  });
  const change = (
    name: string,
    real: (state: DeltaQueueState<Thing>, policy: DeltaPolicy<Thing>) => DeltaQueueState<Thing>,
    perform: (model: DeltaModel) => void,
    truth: (before: ReadonlyMap<string, number>) => ReadonlyMap<string, number>,
    begins = true,
  ): Move => ({
    name,
    make: (world) => {
      const model = world.model.copy(hasKnown ? world.known : undefined);
      perform(model);
      model.hasBegun ||= begins;
      if (model.line.some(({ item }) => item.length > pending)) return undefined;
      const state = real(world.state, policyOf(world.known));
      return { ...world, model, state, line: lineOf(state), truth: truth(world.truth) };
    },
  });
  const put = (key: string, value: number): Move =>
    change(
      `put ${key}${value}`,
      (state, policy) => stepped(state, [{ key, delta: { type: 'Updated', object: objectOf(key, value) } }], policy),
      (model) => model.put1('Updated', key, value),
      (truth) => withKey(truth, key, value),
    );
  const list = (...pairs: readonly (readonly [string, number])[]): Move =>
    change(
      `list ${pairs.map(([key, value]) => `${key}${value}`).join(' ')}`,
      (state, policy) => {
        const items = pairs.map(([key, value]) => ({ key, object: objectOf(key, value) }));
        return replaced(state, items, policy);
      },
      (model) => model.replace(pairs),
      () => new Map(pairs),
    );
  const seen = change(
    'delete a, seen',
    (state, policy) => stepped(state, [{ key: 'a', delta: { type: 'Deleted', object: objectOf('a', 2) } }], policy),
    (model) => model.delete('a', 2),
    (truth) => withKey(truth, 'a', undefined),
  );
  const unseen = change(
    'delete a, unseen',
    (state, policy) => {
      const object = new DeletedFinalStateUnknown<Thing>('a', undefined);
      return stepped(state, [{ key: 'a', delta: { type: 'Deleted', object } }], policy);
    },
    (model) => model.delete('a', undefined),
    (truth) => withKey(truth, 'a', undefined),
  );
  const resync = change(
    'resync',
    (state, policy) => resynced(state, policy),
    (model) => model.resync(),
    (truth) => truth,
    false,
  );
  const takeFrom = (world: World, isHeld: boolean): World | undefined => {
    const model = world.model.copy(hasKnown ? world.known : undefined);
    const [state, [item]] = taken(world.state, 1, { hasKnown, isHeld });
    const [place] = model.take(1);
    if (item === undefined || place === undefined) {
      expect(item).toBe(place);
      return undefined;
    }
    expect(item.item.map(toldOf)).toEqual(place.item);
    expect(item.isInitial).toBe(place.isInitial);
    const folded = withKey(world.folded, place.key, endingOf(place.item));
    const older = (hand: Hand | undefined): Hand | undefined =>
      hand?.place.key === place.key ? { ...hand, isNewest: false } : hand;
    const hand: Hand = { taken: item, place, isNewest: true };
    const hands = isHeld ? { hand, popped: older(world.popped) } : { hand: older(world.hand), popped: hand };
    return { ...world, model, state, line: lineOf(state), folded, ...hands };
  };
  const take: Move = {
    name: 'take',
    make: (world) => {
      const after = world.hand === undefined ? takeFrom(world, true) : undefined;
      if (after?.hand !== undefined) after.model.held.set(0, { ...after.hand.place, isInitial: false, isStale: false });
      return after;
    },
  };
  const pop: Move = {
    name: 'pop',
    make: (world) => {
      const after = takeFrom(world, false);
      if (after?.popped === undefined) return undefined;
      const { key, item } = after.popped.place;
      const known = hasKnown ? withKey(world.known, key, endingOf(item)) : world.known;
      return { ...after, model: after.model.copy(hasKnown ? known : undefined), known };
    },
  };
  const giveBack: Move = {
    name: 'give back',
    make: (world) => {
      if (world.popped === undefined) return undefined;
      const { taken: had, place, isNewest } = world.popped;
      const model = world.model.copy(hasKnown ? world.known : undefined);
      const newest = newestDelta(had.item) ?? expect.fail('no deltas');
      const state = putIfAbsent(world.state, place.key, had.item, newest);
      const isAbsent = model.queued(place.key) === undefined;
      expect(model.putBack(place), 'F10').toBe(isNewest && isAbsent);
      expect(state !== world.state, 'F10').toBe(isNewest && isAbsent);
      return { ...world, model, state, line: lineOf(state), popped: undefined };
    },
  };
  const write: Move = {
    name: 'write',
    make: (world) => {
      if (world.hand === undefined) return undefined;
      const { taken: had, place, isNewest } = world.hand;
      // Where two have one key, it is for them to see that the newer state stays.
      const known = hasKnown && isNewest ? withKey(world.known, place.key, endingOf(place.item)) : world.known;
      const model = world.model.copy(hasKnown ? known : undefined);
      model.held.clear();
      return { ...world, model, state: released(world.state, had), known, hand: undefined };
    },
  };
  const fail: Move = {
    name: 'fail',
    make: (world) => {
      if (world.hand === undefined) return undefined;
      const model = world.model.copy(hasKnown ? world.known : undefined);
      model.finish(0, true);
      const state = putBack(world.state, world.hand.taken, policyOf(world.known));
      return { ...world, model, state, line: lineOf(state), hand: undefined };
    },
  };
  const lists = [list(), list(['a', 1]), list(['b', 1]), list(['b', 1], ['a', 2])];
  return [put('a', 2), put('b', 1), seen, unseen, ...lists, resync, take, write, fail, ...(hasSecond ? [pop, giveBack] : [])];
}

/** The state and all that surrounds it, as one text: equal for those that nothing can tell apart. */
export function textOf({ state, line, model, truth, folded, known, hand, popped }: World): string {
  const sorted = (map: ReadonlyMap<string, number>): unknown => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const { initialEnd = -1, delivered, departed, hands, entries } = state;
  const initial = Array.from(entries, ([key, { position }]) => (position < initialEnd ? key : ''));
  const things = Array.from(delivered, ([key, delta]) => [key, toldOf(delta)]);
  const real = [line, initial, initialEnd < 0, things, Array.from(departed, ([key]) => key), Array.from(hands, ([key]) => key)];
  const had = [hand, popped].map((one) => one && [one.place.key, one.place.item, one.isNewest]);
  return JSON.stringify([real, model.line, sorted(truth), sorted(folded), sorted(known), had]);
}
