/** What `simulate` is asked for, before anything is run: a run that means nothing must not pass. */
import { ValidationError } from '../../index.js';
import { actionNames, type Setup, type SimulationPlan } from './plan.js';
import type { Subject } from './subjects.js';

/** The options of `simulate` that can be wrong. */
export interface Checkable<V> {
  readonly seed?: number | undefined;
  readonly hours?: number | undefined;
  readonly plan?: SimulationPlan<V> | undefined;
  readonly subjects?: readonly Subject<V>[] | undefined;
  readonly value?: unknown;
  readonly determinism?: string | undefined;
  readonly shrink?: number | undefined;
}

/** @throws ValidationError when an option is not what it must be. */
export function checkOptions<V>({ seed, hours, plan, subjects, value, determinism, shrink }: Checkable<V>): void {
  if (seed !== undefined && !Number.isFinite(seed)) refuse('seed', seed, 'it must be a finite number');
  if (hours !== undefined && !(Number.isFinite(hours) && hours > 0)) {
    refuse('hours', hours, 'it must be a positive, finite number of simulated hours');
  }
  if (shrink !== undefined && !(shrink >= 0)) refuse('shrink', shrink, 'it must be a number of runs from 0 up');
  if (determinism !== undefined && determinism !== 'once' && determinism !== 'run-twice') {
    refuse('determinism', determinism, "it must be 'once' or 'run-twice'");
  }
  if (plan !== undefined) checkPlan(plan);
  if (subjects === undefined) return;
  checkSubjects(subjects);
  if (value === undefined && plan === undefined) {
    refuse(
      'value',
      value,
      'subjects of your own need objects of their own: give a function that draws the value of one, or a plan',
    );
  }
}

function checkSubjects<V>(subjects: readonly Subject<V>[]): void {
  if (!Array.isArray(subjects) || subjects.length === 0) {
    refuse('subjects', subjects, 'give one resource type at least, or leave it out for the default ones');
  }
  for (const member of ['kind', 'shows'] as const) {
    const taken = new Set<string>();
    for (const { [member]: name } of subjects) {
      if (typeof name !== 'string' || name === '') refuse(`subjects.${member}`, name, 'it must be a string that is not empty');
      if (taken.has(name)) refuse(`subjects.${member}`, name, 'another subject has it; each must have one of its own');
      taken.add(name);
    }
  }
}

/** The least that a number of a setup may be. */
const least: Readonly<Partial<Record<keyof Setup, number>>> = { mirrors: 1, maxBatch: 1 };
const numbers = [
  'mirrors',
  'pageSize',
  'idleLimit',
  'watchRetryTimeout',
  'auditInterval',
  'history',
  'maxBatch',
  'bookmarkInterval',
  'latency',
] as const satisfies readonly (keyof Setup)[];

function checkPlan<V>(plan: SimulationPlan<V>): void {
  const { seed, setup, actions, healAt } = isObject(plan) ? plan : refuse('plan', plan, planned);
  if (!Number.isFinite(seed)) refuse('plan.seed', seed, `it must be a finite number; ${planned}`);
  if (!isObject(setup)) refuse('plan.setup', setup, planned);
  for (const name of numbers) {
    const from = least[name] ?? 0;
    if (!(Number.isFinite(setup[name]) && setup[name] >= from)) {
      refuse(`plan.setup.${name}`, setup[name], `it must be a finite number from ${from} up`);
    }
  }
  if (!Number.isInteger(setup.mirrors)) refuse('plan.setup.mirrors', setup.mirrors, 'it must be a whole number');
  checkChoice('initialList', setup.initialList, ['paged', 'streamed']);
  checkChoice('jitter', setup.jitter, ['full', 'none']);
  checkChoice('hasStoreId', setup.hasStoreId, [true, false]);
  if (!Array.isArray(actions)) refuse('plan.actions', actions, planned);
  let last = 0;
  for (const [index, action] of actions.entries()) {
    const [at, name] = Array.isArray(action)
      ? action
      : refuse(`plan.actions[${index}]`, action, 'it must be an array: a time, a name, arguments');
    if (!(Number.isFinite(at) && at >= last)) {
      refuse(
        `plan.actions[${index}]`,
        action,
        `its time must be a number of milliseconds, not before ${last}, that of the action before`,
      );
    }
    if (!actionNames.includes(name)) refuse(`plan.actions[${index}]`, action, `it must be one of ${actionNames.join(', ')}`);
    last = at;
  }
  if (!(Number.isFinite(healAt) && healAt >= last)) {
    refuse('plan.healAt', healAt, `it must be a number of milliseconds, not before the last action, which is at ${last}`);
  }
}

const planned = 'give the plan that a failure printed, whole';

function checkChoice(name: keyof Setup, given: unknown, choices: readonly unknown[]): void {
  if (!choices.includes(given)) refuse(`plan.setup.${name}`, given, `it must be one of ${choices.join(', ')}`);
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null;
}

function refuse(field: string, given: unknown, remedy: string): never {
  const shown = typeof given === 'number' ? String(given) : JSON.stringify(given);
  throw new ValidationError(`Illegal ${field} ${shown}: ${remedy}.`, { field });
}
