/** What a store asks of an object before it takes it in. */
import { deepEqual } from 'fast-equals';
import { ValidationError } from '../model/errors.js';
import { DeletedFinalStateUnknown, ExplicitKey } from './keys.js';

/**
 * `undefined` would delete, and what stands for an object is none.
 *
 * @throws ValidationError
 */
export function checkIsObject(object: unknown): void {
  const isStandIn = object instanceof ExplicitKey || object instanceof DeletedFinalStateUnknown;
  if (object !== undefined && object !== null && !isStandIn) return;
  const what = isStandIn ? `a ${object.constructor.name}, which stands for an object` : `${object}, which is no object`;
  throw new ValidationError(`What is to be put into the store is ${what}; delete with it, or put an object in.`, {
    field: 'object',
  });
}

/** What did not change keeps its identity, and nobody is told of it. */
export function isSame<T>(before: T, after: T): boolean {
  // Objects of Kubernetes tell by one string that they differ, which saves comparing all of them.
  return before === after || (versionOf(before) === versionOf(after) && deepEqual(before, after));
}

function versionOf(object: unknown): unknown {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return undefined;
  const { metadata } = object;
  return typeof metadata === 'object' && metadata !== null && 'resourceVersion' in metadata ? metadata.resourceVersion : undefined;
}
