/** Makes a plan that fails as small as it gets: without the actions, faults and peculiarities that the failure does not need. */
import type { PlannedAction, Setup, SimulationPlan } from './plan.js';
import type { Violation } from './world.js';

/** The plainest setup: what differs from it is there for a reason. */
const plain: Partial<Setup> = {
  mirrors: 1,
  initialList: 'paged',
  pageSize: 0,
  latency: 0,
  maxBatch: 1_000,
  history: 10_000,
  hasStoreId: true,
};

/**
 * Tries smaller and smaller plans, always the same ones in the same order.
 *
 * @param violationOf runs a plan and tells what it violates.
 * @param budget how many runs it may take.
 * @returns the smallest plan that was found to violate the same line of the specification.
 */
export async function shrinkPlan<V>(
  plan: SimulationPlan<V>,
  violation: Violation,
  violationOf: (plan: SimulationPlan<V>) => Promise<Violation | undefined>,
  budget: number,
): Promise<SimulationPlan<V>> {
  let smallest = plan;
  let runs = 0;
  /** Takes `candidate` if it fails in the same way. */
  const attempt = async (candidate: SimulationPlan<V>): Promise<boolean> => {
    if (runs >= budget) return false;
    runs++;
    const found = await violationOf(candidate);
    if (found?.id !== violation.id) return false;
    const actions = found.at < candidate.healAt ? candidate.actions.filter(([at]) => at <= found.at) : candidate.actions;
    smallest = { ...candidate, actions };
    return true;
  };
  await attempt(plan);
  for (let size = -1; size !== smallest.actions.length;) {
    size = smallest.actions.length;
    for (let length = Math.ceil(size / 2); length >= 1; length = length === 1 ? 0 : Math.ceil(length / 2)) {
      for (let start = smallest.actions.length - length; start > -length; start -= length) {
        const from = Math.max(0, start);
        await attempt({ ...smallest, actions: smallest.actions.toSpliced(from, start + length - from) });
      }
    }
    for (const [index, action] of smallest.actions.entries()) {
      for (const simpler of simplerThan(action)) await attempt({ ...smallest, actions: smallest.actions.with(index, simpler) });
    }
    for (const [name, value] of Object.entries(plain)) {
      if (smallest.setup[name as keyof Setup] !== value)
        await attempt({ ...smallest, setup: { ...smallest.setup, [name]: value } });
    }
  }
  const end = (smallest.actions.at(-1)?.[0] ?? 0) + 1;
  if (end < smallest.healAt) await attempt({ ...smallest, healAt: end });
  return smallest;
}

/** The same action with one part less. */
function* simplerThan<V>(action: PlannedAction<V>): Generator<PlannedAction<V>> {
  const [at, name] = action;
  if (name === 'weather' || name === 'lies') {
    for (const left of Object.keys(action[2])) {
      yield [at, name, Object.fromEntries(Object.entries(action[2]).filter(([other]) => other !== left))] as PlannedAction<V>; // a part of what it was
    }
  } else if (name === 'transaction' || name === 'burst') {
    for (const index of action[2].keys())
      if (action[2].length > 1) yield [at, name, action[2].toSpliced(index, 1)] as PlannedAction<V>;
  }
}
