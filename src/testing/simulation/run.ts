/** One run of a plan, from its first action to the end of everything. */
import { FaultyClock } from '../../ports/faulty-clock.js';
import type { MirrorUnderTest, Surroundings } from './mirror-under-test.js';
import type { SimulationPlan } from './plan.js';
import { Sentinel } from './sentinel.js';
import type { Subject } from './subjects.js';
import type { Counts } from './tally.js';
import { Trace } from './trace.js';
import { World, type Violation } from './world.js';

/** What a run is about. */
export interface RunOptions<V> {
  readonly plan: SimulationPlan<V>;
  readonly subjects: readonly Subject<V>[];
  readonly build: ((surroundings: Surroundings<V>) => MirrorUnderTest) | undefined;
  /** Holds the run against every checker of histories, too. */
  readonly histories: boolean;
  /** How many of the last lines of the trace to keep. */
  readonly keep: number;
}

/** What came of a run. */
export interface Outcome {
  readonly violation: Violation | undefined;
  readonly events: number;
  readonly simulatedMs: number;
  readonly fired: Counts;
  readonly seen: Counts;
  readonly traceHash: string;
  readonly trace: Trace;
  readonly finalState: string;
}

/** How long everything must stay as it is after it has converged, in milliseconds. */
const steadiness = 15 * 60_000;
/** How long the end may take, in milliseconds: longer than stopping may. */
const ending = 30_000;

class Stopped extends Error {}

/** One at a time: they share the process, which is watched. */
let turn: Promise<unknown> = Promise.resolve();

export function runPlan<V>(options: RunOptions<V>): Promise<Outcome> {
  const run = turn.then(() => runAlone(options));
  turn = run.catch(() => {});
  return run;
}

async function runAlone<V>({ plan, subjects, build, histories, keep }: RunOptions<V>): Promise<Outcome> {
  const trace = new Trace(keep);
  const clock: FaultyClock = new FaultyClock(1_800_000_000_000, (isBreathing) => sentinel.rest(isBreathing));
  const sentinel = new Sentinel(clock, plan.seed);
  const world = new World<V>({ plan, subjects, build, clock, trace, histories });
  const onRejection = (reason: unknown): void => world.violate('C11', `A rejection is unhandled: ${String(reason)}`);
  process.on('unhandledRejection', onRejection);
  sentinel.enter();
  try {
    await play(plan, world, clock, sentinel);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    sentinel.leave();
    process.off('unhandledRejection', onRejection);
  }
  const { violation } = world;
  if (violation !== undefined) trace.add(`VIOLATION ${violation.id}: ${violation.message}`);
  const { paces, pictures } = world.judged;
  world.seen.add('judged:paces', paces);
  world.seen.add('judged:pictures', pictures);
  return {
    violation,
    events: world.happenings + clock.fired,
    simulatedMs: clock.now(),
    fired: world.fired.toJSON(),
    seen: world.seen.toJSON(),
    traceHash: trace.end(),
    trace,
    finalState: JSON.stringify(world.describe()),
  };
}

async function play<V>(plan: SimulationPlan<V>, world: World<V>, clock: FaultyClock, sentinel: Sentinel): Promise<void> {
  const check = (): void => {
    const { caught } = sentinel;
    if (caught !== undefined)
      world.violate('D6', `The run asked its process for ${caught.name}, which is no port:\n${caught.stack}`);
    if (world.violation !== undefined) throw new Stopped(world.violation.message);
  };
  const runTo = async (time: number): Promise<void> => {
    await clock.runTo(time, check);
    check();
  };
  for (const action of plan.actions) {
    await runTo(action[0]);
    world.perform(action);
  }
  await runTo(plan.healAt);
  await world.heal();
  await runTo(clock.now() + world.bound);
  await world.judge();
  check();
  const { calls } = world;
  await runTo(clock.now() + steadiness);
  if (world.calls !== calls) world.violate('RL1', 'Something was told though nothing has happened since everything converged.');
  await world.judge();
  world.end();
  await runTo(clock.now() + ending);
  await world.judgeEnd();
  check();
}
