/** Brings one value to what is wanted, and takes care of those that need it. */
import { ValidationError } from '../../model/errors.js';
import { dependentsOf, isAvailable, isKept, missingOf } from './graph.js';
import { needsOf, noNeeds, type Need } from './needs.js';
import { createValue, deleteValue, updateValue } from './operations.js';
import { circleOf, withdrawalOf } from './plan.js';
import type { Run } from './run.js';
import { isSameData } from './same-data.js';

/** What leads from one value to another. */
export type Step = 'none' | 'update' | 'recreate';

/** Does what there is to do for `key`, but for what has failed already. */
export async function converge(run: Run, key: string): Promise<void> {
  const node = run.node(key);
  if (node === undefined || run.broken.has(key) || run.isStopped) return;
  run.setRetry(key, undefined);
  if (node.wanted === undefined) {
    if (node.actual === undefined) run.forget(key);
    else if (!isKept(run.graph, node)) await removeValue(run, key);
    else if (node.status !== 'obtained') run.change(key, { status: 'obtained', error: undefined });
    return;
  }
  if (!(await isValid(run, key, node.wanted))) return;
  const needs = await askNeeds(run, key, node.wanted);
  if (needs === undefined) return;
  if (node.actual === undefined || missingOf(run.graph, key, needs).length > 0) return establish(run, key, needs);
  const step = await askStep(run, key, node.actual, node.wanted);
  if (step === 'update') await updateValue(run, key, node.wanted, needs);
  else if (step === 'recreate' && (await removeValue(run, key))) return establish(run, key, needs);
  else if (step === 'none') run.change(key, { status: 'configured', error: undefined, isObtained: false, needs });
  lookAfterDependents(run, key);
}

/** Looks again at values that have been waiting, or were taken away, until there are none left. */
export async function settle(run: Run): Promise<void> {
  while (run.candidates.size > 0) {
    for (const key of [...run.candidates.keys()].toSorted()) {
      if (run.breather.isDue) await run.breather.breathe();
      if (run.isStopped) return;
      const look = run.candidates.get(key);
      run.candidates.delete(key);
      const node = run.node(key);
      if (look === undefined || node?.wanted === undefined || node.actual !== undefined) continue;
      if (look === 'always' || missingOf(run.graph, key, node.needs).length === 0) await converge(run, key);
    }
  }
}

/** Takes a value away, and before it those that need it. They are looked at again afterwards. */
export async function removeValue(run: Run, key: string): Promise<boolean> {
  await withdrawDependents(run, key);
  return !run.isStopped && (await deleteValue(run, key));
}

/** Takes away what cannot be there without `key`. What cannot be taken away is left there: it has failed, and `key` has not. */
export async function withdrawDependents(run: Run, key: string): Promise<void> {
  for (const dependent of withdrawalOf(run.graph, key)) {
    if (run.breather.isDue) await run.breather.breathe();
    if (run.isStopped) return;
    if (run.broken.get(dependent) === 'delete') continue;
    run.setRetry(dependent, undefined);
    const { wanted, actual } = run.nodeOrNothing(dependent);
    // When it was there as wanted, its needs are known, and there is nothing to look at before they are met.
    const look = isSameData(wanted, actual) ? 'whenMet' : 'always';
    if (await deleteValue(run, dependent)) run.candidates.set(dependent, look);
  }
}

/** Those that wait for `key` are to be looked at, when it is there. */
export function lookAfterDependents(run: Run, key: string): void {
  if (!isAvailable(run.graph, run.node(key))) return;
  for (const dependent of dependentsOf(run.graph, key)) {
    if (run.node(dependent)?.status === 'pending') run.candidates.set(dependent, 'always');
  }
}

/** What `value` needs; undefined: nobody can tell, and the value has failed. */
export async function askNeeds(run: Run, key: string, value: unknown): Promise<readonly Need[] | undefined> {
  const descriptor = run.workshop.registry.of(key);
  if (descriptor?.dependencies === undefined) return noNeeds;
  const answer = await run.ask(key, 'The dependencies', async () =>
    needsOf(key, (await descriptor.dependencies?.(key, value)) ?? []),
  );
  return answer.value;
}

/** What has to be done to get from one value to the other; undefined: nobody can tell, and the value has failed. */
export async function askStep(run: Run, key: string, from: unknown, to: unknown): Promise<Step | undefined> {
  const descriptor = run.workshop.registry.of(key);
  if (descriptor?.equals === undefined) {
    if (isSameData(from, to)) return 'none';
  } else {
    const same = await run.ask(key, 'The comparison', () => descriptor.equals?.(key, from, to) ?? false);
    if (same.error !== undefined) return undefined;
    if (same.value) return 'none';
  }
  if (descriptor?.update === undefined) return 'recreate';
  if (descriptor.recreate === undefined) return 'update';
  const answer = await run.ask(key, 'The way to change', () => descriptor.recreate?.(key, from, to) ?? false);
  if (answer.error !== undefined) return undefined;
  return answer.value ? 'recreate' : 'update';
}

/** Judges the value that is wanted. The one that is there stays there when it is refused. */
async function isValid(run: Run, key: string, value: unknown): Promise<boolean> {
  const { registry, calls } = run.workshop;
  const descriptor = registry.of(key);
  const unknown = (): ValidationError =>
    new ValidationError(`No descriptor has a prefix of the key ${JSON.stringify(key)}.`, { key });
  const error =
    descriptor === undefined
      ? unknown()
      : (await calls.make(`The validation of ${JSON.stringify(key)}`, () => descriptor.validate?.(key, value))).error;
  if (error !== undefined) await run.fail(key, 'validate', error, value, true);
  return error === undefined;
}

/** Creates a value if everything it needs is there, with those that it only misses because they wait for it; else it waits. */
async function establish(run: Run, key: string, needs: readonly Need[]): Promise<void> {
  const isReady = missingOf(run.graph, key, needs).length === 0;
  // It cannot stay without what it needs; and if that is only waiting for it in turn, they come back together.
  if (!isReady && run.nodeOrNothing(key).actual !== undefined && !(await removeValue(run, key))) return;
  const circle = isReady ? [key] : circleOf(run.graph, key, needs);
  run.candidates.delete(key); // it is being looked at
  run.change(key, isReady ? { needs } : { status: 'pending', error: undefined, needs });
  const created: string[] = [];
  for (const one of circle) {
    if (run.breather.isDue) await run.breather.breathe();
    const { wanted, needs: itsNeeds } = run.nodeOrNothing(one);
    if (run.isStopped || !(await createValue(run, one, wanted, itsNeeds))) break;
    created.push(one);
  }
  // A circle is there as a whole, or not at all.
  const isWhole = created.length === circle.length;
  for (const one of isWhole ? [] : created.toReversed()) if (!run.isStopped) await deleteValue(run, one);
  for (const one of created) lookAfterDependents(run, one);
}
