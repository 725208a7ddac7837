/** The three operations on a value. Each does one thing, records it, and says whether it was done. */
import type { Answer } from './calls.js';
import type { Descriptor, OperationContext } from './descriptor.js';
import type { Need } from './needs.js';
import type { OperationKind } from './port.js';
import type { Run } from './run.js';

export async function createValue(run: Run, key: string, value: unknown, needs: readonly Need[]): Promise<boolean> {
  const { error } = await perform(run, key, 'create', (descriptor, context) => descriptor.create(key, value, context));
  if (error !== undefined) return failed(run.fail(key, 'create', error, value));
  const parts = { actual: value, isObtained: false, status: 'configured', error: undefined, needs } as const;
  run.succeed(key, 'create', undefined, { ...run.nodeOrNothing(key), ...parts });
  return true;
}

export async function updateValue(run: Run, key: string, value: unknown, needs: readonly Need[]): Promise<boolean> {
  const node = run.nodeOrNothing(key);
  if (node.actual === undefined) return createValue(run, key, value, needs); // it was lost meanwhile
  const { error } = await perform(run, key, 'update', (descriptor, context) =>
    descriptor.update?.(key, node.actual, value, context),
  );
  if (error !== undefined) return failed(run.fail(key, 'update', error, value));
  const parts = { actual: value, isObtained: false, status: 'configured', error: undefined, needs } as const;
  run.succeed(key, 'update', node.actual, { ...node, ...parts });
  return true;
}

/** Deletes what is there, which is not always what is wanted. */
export async function deleteValue(run: Run, key: string): Promise<boolean> {
  const node = run.nodeOrNothing(key);
  const isLost = node.actual === undefined; // meanwhile: there is nothing that could be deleted
  const { error } = isLost
    ? {}
    : await perform(run, key, 'delete', (descriptor, context) => descriptor.delete(key, node.actual, context));
  if (error !== undefined) return failed(run.fail(key, 'delete', error));
  const isWanted = node.wanted !== undefined;
  // What has failed in this run keeps saying so.
  const said = run.broken.has(key) ? {} : ({ status: 'pending', error: undefined } as const);
  run.succeed(key, 'delete', node.actual, isWanted ? { ...node, ...said, actual: undefined, isObtained: false } : undefined);
  if (!isWanted) run.setRetry(key, undefined);
  return true;
}

function perform(
  run: Run,
  key: string,
  operation: OperationKind,
  call: (descriptor: Descriptor, context: OperationContext) => void | Promise<void>,
): Promise<Answer<void>> {
  const { registry, calls } = run.workshop;
  const descriptor = registry.of(key);
  if (descriptor === undefined)
    throw new Error(`There is no descriptor for ${JSON.stringify(key)}, which has been checked before.`);
  return calls.make(`The ${operation} of ${JSON.stringify(key)}`, (context) => call(descriptor, context));
}

async function failed(failing: Promise<void>): Promise<false> {
  await failing;
  return false;
}
