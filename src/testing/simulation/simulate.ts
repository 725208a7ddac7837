/**
 * Deterministic simulation: a whole mirror, as it is shipped, in one process and in virtual time, with everything that can go wrong
 * between it and its datastore, at its datastore, in its consumers and in its process, all of it drawn from one seed.
 */
import type { Key } from '../../index.js';
import type { Random } from '../../ports/random.js';
import { checkOptions } from './check-options.js';
import { drawPlan } from './draw-plan.js';
import type { MirrorUnderTest, Surroundings } from './mirror-under-test.js';
import type { SimulationPlan } from './plan.js';
import type { SimulationReport } from './report.js';
import { runPlan, type Outcome } from './run.js';
import { shrinkPlan } from './shrink.js';
import { defaultSubjects, unbearable, type SimulatedValue, type Subject } from './subjects.js';
import type { Violation } from './world.js';

/** What to simulate. Everything has a default: without options a syncer of this package over four resource types is simulated. */
export interface SimulationOptions<V = SimulatedValue> {
  /** Everything is drawn from it. Default 1. */
  readonly seed?: number | undefined;
  /** How long things go wrong, in simulated hours; about half an hour of healing and rest follows. Default 2. */
  readonly hours?: number | undefined;
  /** Run this plan instead of drawing one: what a failure prints. */
  readonly plan?: SimulationPlan<V> | undefined;
  /** What is mirrored, and what must come of it. Give `value` with it, or a `plan`. */
  readonly subjects?: readonly Subject<V>[] | undefined;
  /** Draws the value of an object that is written. */
  readonly value?: ((random: Random, key: Key) => V) | undefined;
  /** Builds the mirror under test. Default: `createSyncer` with what it is given. */
  readonly build?: ((surroundings: Surroundings<V>) => MirrorUnderTest) | undefined;
  /** `run-twice`: run again, and compare everything that happened to the byte. Default `once`. */
  readonly determinism?: 'once' | 'run-twice' | undefined;
  /**
   * Hold the run against every checker of histories as well (see `createCheckers`). Slower; runs with another store, with untrue
   * answers, with a process that stands still or with an API that is missing are left to the simulation's own judges. Default false.
   */
  readonly histories?: boolean | undefined;
  /** How many runs may be spent on making a failure smaller. Default 150; 0: none. */
  readonly shrink?: number | undefined;
  /** Which code is simulated, for the message of a failure. */
  readonly commit?: string | undefined;
}

/** A simulation in which something happened that must not. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
  /** The line of docs/SPEC.md that was broken, or what {@link Surroundings.violate} was told. */
  readonly id: string;
  readonly seed: number;
  /** The smallest plan that was found to do it. */
  readonly plan: SimulationPlan;
  /** What happened, up to it. */
  readonly trace: readonly string[];

  constructor(message: string, details: Pick<SimulationError, 'id' | 'seed' | 'plan' | 'trace'>) {
    super(message);
    this.id = details.id;
    this.seed = details.seed;
    this.plan = details.plan;
    this.trace = details.trace;
  }
}

/** So many lines of a trace are printed, the last ones. */
const printedLines = 80;
/** So many lines of a trace are kept when nobody compares them. */
const keptLines = 2_000;

/**
 * Simulates a mirror: first everything goes wrong, then everything heals and the mirror must converge within its bound (RL1), then it
 * is stopped and must leave nothing behind. What must hold in any history is judged with every call of its consumers and every request.
 *
 * Simulations run one at a time. While one runs, a sentinel watches the process: a timer, a file, a socket, a clock or chance that is
 * not the simulation's is a failure, with the stack of whoever asked for it.
 *
 * @throws SimulationError with the line of the specification that was broken, a plan that is as small as it gets and still breaks it,
 * what happened in it, and how to run it again. ValidationError when an option is not what it must be.
 *
 * @example
 * ```ts
 * import { simulate } from 'heliostat/testing';
 * const { events, simulatedMs } = await simulate({ seed: 7 });
 * console.log(events, simulatedMs / 3_600_000);
 * ```
 *
 * @example Your own processor, and what must come of it
 * ```ts
 * import { createSyncer, mapKV } from 'heliostat';
 * import { simulate } from 'heliostat/testing';
 * const upper = () => mapKV<string, string>({ key: ({ key }) => key.replace('/words/', '/loud/'), value: ({ value }) => value.toUpperCase() });
 * await simulate<string>({
 *   seed: 7,
 *   hours: 0.5,
 *   subjects: [
 *     {
 *       kind: 'words',
 *       shows: 'loud',
 *       type: () => ({ list: { kind: 'words' }, updateProcessor: upper() }),
 *       expect: (words) => [...words].map(([key, word]) => [key.replace('/words/', '/loud/'), word.toUpperCase()] as const),
 *     },
 *   ],
 *   value: (random) => `word ${Math.floor(random.next() * 100)}`,
 *   build: ({ client, types, callbacks, options }) => createSyncer(client, types, callbacks, options),
 * });
 * ```
 */
export async function simulate<V = SimulatedValue>(options: SimulationOptions<V> = {}): Promise<SimulationReport> {
  checkOptions(options);
  const { seed = options.plan?.seed ?? 1, hours = 2, determinism = 'once', shrink = 150, histories = false, build } = options;
  const subjects = options.subjects ?? (defaultSubjects as unknown as readonly Subject<V>[]); // without subjects of one's own V is theirs
  const value = options.value ?? (drawValue as unknown as (random: Random, key: Key) => V); // likewise
  const plan = options.plan ?? drawPlan({ seed, duration: hours * 3_600_000, subjects, value });
  const run = (of: SimulationPlan<V>, keep: number): Promise<Outcome> => runPlan({ plan: of, subjects, build, histories, keep });
  const outcome = await run(plan, determinism === 'once' ? keptLines : Infinity);
  const { violation: first } = outcome;
  if (first !== undefined) {
    const violationOf = async (of: SimulationPlan<V>): Promise<Violation | undefined> => (await run(of, 0)).violation;
    const smallest = shrink === 0 ? plan : await shrinkPlan(plan, first, violationOf, shrink);
    for (const candidate of new Set([smallest, plan])) {
      const { violation, trace } = await run(candidate, keptLines);
      if (violation?.id === first.id) throw describeFailure(violation, seed, candidate, trace.lines, options);
    }
    const message = `${first.message} (it did not happen again: the run is not deterministic)`;
    throw describeFailure({ id: first.id, message }, seed, plan, outcome.trace.lines, options);
  }
  if (determinism === 'run-twice') compare(seed, plan, outcome, await run(plan, Infinity), options);
  const { violation: _, trace: __, ...report } = outcome;
  return { seed, ...report };
}

/** Values for the default subjects: some of them empty, some too much for a processor, some the same again. */
function drawValue(random: Random): SimulatedValue {
  const chance = random.next();
  const fresh = `t${Math.floor(random.next() * 1_000_000)}`;
  const text = chance < 0.1 ? '' : chance < 0.2 ? unbearable : chance < 0.35 ? 'same' : fresh;
  return { text, shares: ['p', 'q', 'r'].filter(() => random.next() < 0.4) };
}

function compare<V>(seed: number, plan: SimulationPlan<V>, first: Outcome, second: Outcome, options: SimulationOptions<V>): void {
  if (first.traceHash === second.traceHash) return;
  const [a, b] = [first.trace.lines, second.trace.lines];
  const index = a.findIndex((line, at) => line !== b[at]);
  const at = index === -1 ? a.length : index;
  const message = `The same plan ran differently the second time. Line ${at + 1} was ${JSON.stringify(a[at])}, then ${JSON.stringify(b[at])}.`;
  throw describeFailure({ id: 'D6', message }, seed, plan, b.slice(0, at + 1), options);
}

function describeFailure<V>(
  { id, message }: Pick<Violation, 'id' | 'message'>,
  seed: number,
  plan: SimulationPlan<V>,
  trace: readonly string[],
  { commit = 'unknown', build, subjects, value, histories, determinism }: SimulationOptions<V>,
): SimulationError {
  const own = Object.entries({ subjects, build, value }).flatMap(([name, given]) => (given === undefined ? [] : [`, ${name}`]));
  if (histories === true) own.push(', histories: true');
  if (determinism === 'run-twice') own.push(`, determinism: 'run-twice'`);
  const left = trace.length - printedLines;
  const text = [
    `${id}: ${message}`,
    `Seed ${seed}, commit ${commit}, ${plan.actions.length} actions.`,
    `What happened${left > 0 ? ` (after ${left} lines)` : ''}, in milliseconds:`,
    ...trace.slice(-printedLines).map((line) => `  ${line}`),
    'Again:',
    `  await simulate({ plan: ${JSON.stringify(plan)}${own.join('')} })`,
  ].join('\n');
  return new SimulationError(text, { id, seed, plan, trace });
}
