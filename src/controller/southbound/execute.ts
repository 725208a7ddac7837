/** Executes a transaction: an update, a resync, or a retry. */
import { askStep, converge, settle } from './converge.js';
import { isKept, withStrangers, type RetryEntry, type ValueNode } from './graph.js';
import { planOf, type Intent } from './plan.js';
import type { CommitOutcome, SouthboundTransaction } from './port.js';
import { refreshBroken, retrieveAll, retrieveSome, takeIn } from './retrieval.js';
import type { Run } from './run.js';
import { undo } from './undo.js';
import { isSameData } from './same-data.js';

/** Makes what is there what `transaction` wants. */
export async function executeTransaction(run: Run, transaction: SouthboundTransaction): Promise<CommitOutcome> {
  const { kind, values } = transaction;
  if (kind === 'fullResync' || kind === 'upstreamResync')
    run.workshop.graph = withStrangers(run.graph, transaction.keepsStrangers === true ? 'kept' : 'deleted');
  if (kind === 'fullResync' || kind === 'downstreamResync') await takeIn(run, await retrieveAll(run, values));
  if (kind !== 'downstreamResync') await want(run, transaction);
  await convergeAll(run, kind === 'update' ? values.keys() : run.graph.values.keys());
  if (!run.isStopped) return outcomeOf(run);
  await undo(run);
  return run.failures.some(({ isRevert }) => isRevert) ? 'revertFailed' : 'reverted';
}

/** Tries values again, but those of which something else has been wanted since. */
export async function executeRetry(run: Run, entries: readonly RetryEntry[]): Promise<CommitOutcome> {
  await convergeAll(
    run,
    entries.map(({ key }) => key),
  );
  return outcomeOf(run);
}

/** Reads again what has been touched. What is not as it should be is reported, and nothing is done about it. */
export async function verify(run: Run): Promise<void> {
  for (const [found, keys] of (await retrieveSome(run, run.saved.keys())).values()) {
    for (const key of [...keys].toSorted()) {
      if (run.breather.isDue) await run.breather.breathe();
      const known = run.node(key)?.actual;
      const there = found.get(key)?.value;
      if (known === undefined ? there === undefined : there !== undefined && (await isEquivalent(run, key, there, known))) continue;
      const expected = known === undefined ? 'is expected not to be there, and is' : 'is expected to be there, and is not';
      const what = known !== undefined && there !== undefined ? 'is there, and has another value than expected' : expected;
      const error = new Error(`${JSON.stringify(key)} ${what}: the verification has read it again.`);
      run.failures.push(Object.freeze({ key, owner: key, operation: 'retrieve', error, isRevert: false }));
    }
  }
}

async function want(run: Run, { kind, values, retry }: SouthboundTransaction): Promise<void> {
  const { sequence } = run.task;
  const said = { sequence, retry };
  const staysUnwanted = (node: ValueNode): boolean => node.wanted === undefined && isKept(run.graph, node);
  if (kind !== 'update') {
    for (const key of run.graph.values.keys()) {
      if (run.breather.isDue) await run.breather.breathe();
      if (!values.has(key) && !staysUnwanted(run.nodeOrNothing(key))) run.change(key, { ...said, wanted: undefined });
    }
  }
  for (const [key, value] of values) {
    if (run.breather.isDue) await run.breather.breathe();
    const wanted = value === null ? undefined : value;
    const node = run.node(key);
    if (wanted === undefined && (node === undefined || (kind !== 'update' && staysUnwanted(node)))) continue;
    run.change(key, { ...said, wanted, wasNamed: true });
  }
}

async function convergeAll(run: Run, keys: Iterable<string>): Promise<void> {
  const intents = new Map<string, Intent>();
  for (const key of keys) {
    if (run.breather.isDue) await run.breather.breathe();
    intents.set(key, await intentOf(run, key));
  }
  for (const key of planOf(intents)) {
    if (run.breather.isDue) await run.breather.breathe();
    if (run.isStopped) return;
    await converge(run, key);
    await settle(run);
  }
  if (!run.isStopped) await refreshBroken(run);
}

async function intentOf(run: Run, key: string): Promise<Intent> {
  const { wanted, actual } = run.nodeOrNothing(key);
  if (wanted === undefined) return 'delete';
  if (actual === undefined) return 'create';
  const descriptor = run.workshop.registry.of(key);
  if (descriptor === undefined || (descriptor.update !== undefined && descriptor.recreate === undefined)) return 'update';
  return (await askStep(run, key, actual, wanted)) === 'recreate' ? 'recreate' : 'update';
}

async function isEquivalent(run: Run, key: string, there: unknown, known: unknown): Promise<boolean> {
  const descriptor = run.workshop.registry.of(key);
  if (descriptor?.equals === undefined) return isSameData(there, known);
  return (await run.workshop.calls.make('equals', () => descriptor.equals?.(key, there, known) ?? false)).value ?? false;
}

function outcomeOf(run: Run): CommitOutcome {
  return run.failures.length === 0 ? 'applied' : 'partlyApplied';
}
