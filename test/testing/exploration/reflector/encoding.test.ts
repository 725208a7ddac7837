/**
 * Whether the short texts of worlds are sound: two worlds with the same text must do the same, or the exploration would look at one of
 * them only and call it everything.
 */
import { describe, expect, it } from 'vitest';
import { reflectorMachine } from '../../../../machines/index.js';
import { MachineStepper } from '../../../../src/testing/exploration/machine-stepper.js';
import { Forbidden, type Move, type WorldState } from '../../../../src/testing/index.js';
import { smallExplorations, type ReflectorExploration } from './explorations.js';
import { canonicalContext, reflectorEnvironment, timings } from './reflector-environment.js';
import type { WorldOptions } from './moves.js';
import type { World } from './world.js';

type Machine = typeof reflectorMachine;
type State = WorldState<Machine, World>;

/** Worlds with the same text as one before them, and those of them that do something else. */
function compare({ world, streamsLists = false, redeliverInterval = 0, timings: others = {} }: ReflectorExploration): {
  readonly merged: number;
  readonly different: readonly string[];
} {
  const environment = reflectorEnvironment(world);
  const input = { timings: { ...timings, ...others }, streamsLists, redeliverInterval };
  const stepper = new MachineStepper({ machine: reflectorMachine, input, canonical: canonicalContext });
  const textOf = (state: State): string => `${state.place.number} ${environment.encode(state.environment)}`;
  const make = ({ place }: State, { next, send }: Move<Machine, World>): State | Forbidden => {
    if (send === undefined) return { place, environment: next };
    const step = stepper.step(place, send);
    const after = environment.perform(next, step);
    return after instanceof Forbidden ? after : { place: step.after, environment: after };
  };
  const behaviourOf = (state: State): string =>
    environment
      .moves(state)
      .map((move) => {
        const after = make(state, move);
        const result = after instanceof Forbidden ? after.message : textOf(after);
        return `${move.kind} ${move.name} ${JSON.stringify(move.send)} ${result}`;
      })
      .concat(`converged ${environment.hasConverged?.(state)}`)
      .toSorted()
      .join('\n');
  const first: State = { place: stepper.initial, environment: environment.initial };
  const known = new Map([[textOf(first), first]]);
  const worlds = new Set([JSON.stringify(first.environment)]);
  const different: string[] = [];
  let merged = 0;
  for (const state of known.values()) {
    // The map grows while it is walked: each new world is looked at in its turn.
    for (const move of environment.moves(state)) {
      const after = make(state, move);
      if (after instanceof Forbidden) throw new Error(after.message);
      const text = textOf(after);
      const twin = known.get(text);
      if (twin === undefined) known.set(text, after);
      const whole = `${after.place.number} ${JSON.stringify(after.environment)}`;
      if (twin === undefined || worlds.has(whole)) {
        worlds.add(whole);
        continue;
      }
      worlds.add(whole);
      merged++;
      if (behaviourOf(twin) !== behaviourOf(after)) different.push(`${twin.environment.log} and ${after.environment.log}: ${text}`);
    }
  }
  return { merged, different };
}

const writes: Omit<WorldOptions, 'only' | 'storeId'> = {
  writes: 2,
  faults: 2,
  failures: ['unavailable'],
  deletesOnDisconnect: false,
};

describe('worlds with the same text do the same', () => {
  it.each(Object.entries(smallExplorations))('%s', (_, exploration) => {
    expect(compare(exploration).different).toEqual([]);
  });

  it('with what was told before, told again', () => {
    const only = new Set(['watch.replayed', 'watch.cut', 'compacted', 'late watch.received', 'auditInterval']);
    const { merged, different } = compare({ world: { ...writes, writes: 3, storeId: 'store', only } });
    expect(different).toEqual([]);
    expect(merged, 'there is something to compare').toBeGreaterThan(100);
  });

  it('of a store without an id, whose whole past can come back', () => {
    const only = new Set(['list.stale', 'watch.cut', 'compacted']);
    expect(compare({ world: { ...writes, storeId: '', only } }).different).toEqual([]);
  });
});
