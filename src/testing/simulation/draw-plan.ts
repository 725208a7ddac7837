/** Draws a plan from a seed. Each run draws which faults it knows at all, so that rare combinations are not drowned by common ones. */
import { formatKey, type Key } from '../../index.js';
import { seededRandom, type Random } from '../../ports/random.js';
import { faultNames, type FaultName } from '../faults.js';
import {
  actionNames,
  actionWeights,
  moods,
  readings,
  type ActionName,
  type PlannedAction,
  type Setup,
  type SimulationPlan,
} from './plan.js';
import type { Subject } from './subjects.js';

export interface Drawing<V> {
  readonly seed: number;
  /** How long things go wrong, in milliseconds. */
  readonly duration: number;
  readonly subjects: readonly Subject<V>[];
  /** A value for a key: most of the time another one. */
  readonly value: (random: Random, key: Key) => V;
}

/** Names that have broken somebody's cache, and ordinary ones. */
const names = ['x', 'y', 'z', '__proto__', 'constructor', 'toString', 'a/b', '0', '10', 'ü', 'x\u0000', 'q'.repeat(60)];

/** Drawn by every run. */
const always: ReadonlySet<ActionName> = new Set(['apply', 'delete', 'transaction', 'weather', 'start', 'compact']);
const strikes = ['watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed'] as const;

export function drawPlan<V>({ seed, duration, subjects, value }: Drawing<V>): SimulationPlan<V> {
  const dice = new Dice(seed);
  const isDoubted = dice.chance(0.3);
  const setup = drawSetup(dice, isDoubted);
  const known = actionNames.filter((name) => {
    if (name === 'restore' || name === 'lies') return isDoubted && dice.chance(0.5); // only an audit finds out about them
    return always.has(name) || dice.chance(0.6);
  });
  const swarm = dice.pick([0.1, 0.25, 0.5]);
  const faults = faultNames.filter(() => dice.chance(swarm));
  const drawn = new Arguments(dice, { setup, subjects, faults, value });
  const actions: PlannedAction<V>[] = [[0, 'start', 0]];
  for (let at = dice.below(2_000); at < duration; at += pauseBetween(dice)) {
    const name = dice.weighed(known.map((action) => [action, actionWeights[action]]));
    actions.push(drawn.action(Math.floor(at), name));
  }
  return { seed, setup, actions, healAt: duration };
}

function drawSetup(dice: Dice, isDoubted: boolean): Setup {
  return {
    mirrors: dice.chance(0.3) ? 2 : 1,
    initialList: dice.chance(0.35) ? 'streamed' : 'paged',
    pageSize: dice.pick([0, 1, 2, 3, 500]),
    jitter: dice.chance(0.5) ? 'none' : 'full',
    idleLimit: dice.pick([30_000, 300_000]),
    watchRetryTimeout: dice.pick([60_000, 600_000]),
    auditInterval: isDoubted ? dice.pick([120_000, 600_000]) : 0,
    history: dice.pick([5, 20, 10_000]),
    maxBatch: dice.pick([1, 3, 1_000]),
    bookmarkInterval: dice.pick([10_000, 10_000, 25_000, 1_000_000_000]),
    latency: dice.pick([0, 40, 2_000]),
    hasStoreId: dice.chance(0.6),
  };
}

/** Most of it happens at once, and some of it after a long time. */
function pauseBetween(dice: Dice): number {
  const spell = dice.below(100);
  if (spell < 55) return dice.below(500);
  if (spell < 88) return dice.exponential(3_000);
  return dice.exponential(spell < 98 ? 30_000 : 400_000);
}

/** Draws the arguments of actions. */
class Arguments<V> {
  private readonly dice: Dice;
  private readonly about: { readonly setup: Setup; readonly faults: readonly FaultName[] } & Pick<Drawing<V>, 'subjects' | 'value'>;

  constructor(dice: Dice, about: Arguments<V>['about']) {
    this.dice = dice;
    this.about = about;
  }

  action(at: number, name: ActionName): PlannedAction<V> {
    const { dice } = this;
    const { mirrors } = this.about.setup;
    switch (name) {
      case 'apply':
      case 'create':
      case 'update':
      case 'recreate':
        return [at, name, ...this.object()];
      case 'delete':
        return [at, name, this.key()];
      case 'corrupt':
        return [at, name, this.fragileKey()];
      case 'transaction':
        return [at, name, this.writes(5).map(([key, value]) => [key, dice.chance(0.3) ? null : value] as const)];
      case 'burst':
        return [at, name, this.writes(12)];
      case 'lease':
        return [at, name, ...this.object(), 1 + dice.below(60_000)];
      case 'clean':
      case 'backup':
      case 'restore':
        return [at, name];
      case 'compact':
        return [at, name, dice.pick([0, 0, 1, 5])];
      case 'race':
        return [at, name, 1 + dice.below(4)];
      case 'restart':
        return [at, name, dice.pick([500, 5_000, 120_000])];
      case 'uninstall':
        return [at, name, dice.pick(this.kinds), dice.pick([10_000, 100_000, 600_000])];
      case 'weather':
        return [at, name, this.rates(this.about.faults, 0.35)];
      case 'strike':
        return [at, name, dice.pick(strikes)];
      case 'lies':
        return [at, name, this.rates(['watch.lost', 'watch.falseBookmark'], 0.5)];
      case 'start':
        return [at, name, dice.below(mirrors)];
      case 'stop':
        return [at, name, dice.below(mirrors), dice.pick(['emitDeletes', 'drain', 'silent'])];
      case 'mood':
        return [at, name, dice.below(mirrors), dice.pick(moods)];
      case 'iterate':
        return [at, name, dice.below(mirrors), dice.pick(readings)];
      case 'pause':
        return [at, name, dice.pick([1_000, 60_000, 600_000])];
      case 'setWall':
        return [at, name, dice.pick([-86_400_000, -3_600_000, 3_600_000, 86_400_000])];
      case 'late':
        return [at, name, dice.pick([0, 100, 10_000])];
    }
  }

  private get kinds(): readonly string[] {
    return this.about.subjects.map(({ kind }) => kind);
  }

  private key(): Key {
    return formatKey([this.dice.pick(this.kinds), this.dice.pick(names)]);
  }

  /** What becomes unreadable cannot be told from its state any more: a few keys of each kind are used for it. */
  private fragileKey(): Key {
    return formatKey([this.dice.pick(this.kinds), this.dice.pick(['y', 'constructor'])]);
  }

  private object(): [Key, V] {
    const key = this.key();
    return [key, this.about.value(this.dice, key)];
  }

  private writes(most: number): readonly [Key, V][] {
    const writes = Array.from({ length: 1 + this.dice.below(most) }, () => this.object());
    return [...new Map(writes)];
  }

  private rates<N extends string>(among: readonly N[], share: number): Readonly<Partial<Record<N, number>>> {
    const chosen = this.dice.chance(0.25) ? [] : among.filter(() => this.dice.chance(share));
    return Object.fromEntries(chosen.map((name) => [name, this.dice.pick([0.05, 0.2, 0.6, 1])])) as Partial<Record<N, number>>; // names of `among`
  }
}

/** Draws from a seed. */
class Dice implements Random {
  private readonly random: Random;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  next(): number {
    return this.random.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from 0, less than `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  exponential(mean: number): number {
    return -Math.log(1 - this.next()) * mean;
  }

  pick<T>(among: readonly T[]): T {
    const picked = among[this.below(among.length)];
    if (picked === undefined) throw new RangeError('There is nothing to pick from.');
    return picked;
  }

  weighed<T>(among: readonly (readonly [T, number])[]): T {
    let rest = this.next() * among.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of among) {
      rest -= weight;
      if (rest < 0) return item;
    }
    return this.pick(among)[0];
  }
}
