/** Takes back what a transaction has done: the last operation first. */
import { askNeeds, askStep, removeValue } from './converge.js';
import { isAvailable, missingOf } from './graph.js';
import type { Need } from './needs.js';
import { createValue, deleteValue, updateValue } from './operations.js';
import { refreshBroken } from './retrieval.js';
import type { Run, Saved } from './run.js';
import { isSameData } from './same-data.js';

/** Brings everything back that `run` has touched. What cannot be brought back has failed, and is tried again as it was wanted before. */
export async function undo(run: Run): Promise<void> {
  run.isReverting = true;
  // What has failed may have had an effect all the same: that is read before anything is taken back.
  await refreshBroken(run);
  run.isStopped = false;
  run.broken.clear();
  run.candidates.clear();
  const steps = run.executed.filter(({ operation }) => isStep(operation));
  for (const [key, saved] of run.saved) {
    if (run.breather.isDue) await run.breather.breathe();
    wantAsBefore(run, key, saved);
  }
  // What needs each other left one after the other, and comes back that way: each may miss what is still to come.
  const returning = new Set([...run.saved].filter(([, saved]) => isAvailable(run.graph, saved.node)).map(([key]) => key));
  for (const { key, before } of steps.toReversed()) {
    if (run.breather.isDue) await run.breather.breathe();
    await restore(run, key, before, returning);
  }
  if (run.broken.size > 0) await withdrawOrphans(run);
  for (const [key, saved] of run.saved) {
    if (run.breather.isDue) await run.breather.breathe();
    putBack(run, key, saved);
  }
  await refreshBroken(run);
}

function isStep(operation: string): boolean {
  return operation === 'create' || operation === 'update' || operation === 'delete';
}

function wantAsBefore(run: Run, key: string, { node }: Saved): void {
  const current = run.nodeOrNothing(key);
  const { wanted, sequence, retry, isObtained, wasNamed } = node ?? { ...current, wanted: undefined, isObtained: false };
  run.put(key, { ...current, wanted, sequence, retry: retry ?? current.retry, isObtained, wasNamed });
}

/** Makes `key` have `target`, as it had before one operation; undefined: nothing. */
async function restore(run: Run, key: string, target: unknown, returning: ReadonlySet<string>): Promise<void> {
  const { actual } = run.nodeOrNothing(key);
  if (target === undefined) {
    if (actual !== undefined) await deleteValue(run, key);
    return;
  }
  if (run.workshop.registry.of(key) === undefined) return;
  const needs = await askNeeds(run, key, target);
  if (needs === undefined) return;
  const step = actual === undefined ? 'recreate' : await askStep(run, key, actual, target);
  if (step === 'update') await updateValue(run, key, target, needs);
  if (step !== 'recreate') return;
  if (actual !== undefined && !(await deleteValue(run, key))) return;
  // When something that it needs could not be brought back, it waits for it. What it missed before, it may miss again.
  const isLost = ({ target: other, isPrefix }: Need): boolean =>
    isPrefix ? run.broken.size > 0 : returning.has(other) && run.broken.has(other);
  if (!missingOf(run.graph, key, needs).some(isLost)) await createValue(run, key, target, needs);
  else run.change(key, { status: 'pending', error: undefined, needs });
}

/** Takes away what has come back in vain: something that it needs could not be brought back. */
async function withdrawOrphans(run: Run): Promise<void> {
  for (const key of run.saved.keys()) {
    if (run.breather.isDue) await run.breather.breathe();
    const node = run.node(key);
    if (node?.wanted === undefined || node.actual === undefined || run.broken.has(key)) continue;
    if (missingOf(run.graph, key, node.needs).length > 0) await removeValue(run, key);
  }
}

/** What is there as it was before, is again as it was before in every way. */
function putBack(run: Run, key: string, saved: Saved): void {
  const node = run.node(key);
  const isThere = node?.actual !== undefined;
  const wasThere = saved.node?.actual !== undefined;
  if (run.broken.has(key) || isThere !== wasThere || (isThere && !isSameData(node.actual, saved.node?.actual))) return;
  run.put(key, saved.node);
  run.setRetry(key, saved.retry);
}
