/** What may be committed. */
import { ValidationError } from '../../model/errors.js';
import { freezePlainData } from '../../store/plain-data.js';
import type { CommitKind, RetryOptions, SouthboundTransaction } from './port.js';
import { illegal, mustBeNumber, mustBeText, mustBeWhole } from './refusals.js';

const kinds: readonly CommitKind[] = ['update', 'fullResync', 'upstreamResync', 'downstreamResync'];

/**
 * The transaction with its values in key order and frozen. Later changes to the map that was given change nothing.
 *
 * @throws ValidationError when it is none.
 */
export function admit(transaction: SouthboundTransaction): SouthboundTransaction {
  if (typeof transaction !== 'object' || transaction === null) throw illegal('transaction', transaction, 'a transaction');
  const { kind, values, revertOnFailure, retry } = transaction;
  if (!kinds.includes(kind)) throw illegal('kind', kind, `one of ${kinds.join(', ')}`);
  if (!(values instanceof Map)) throw illegal('values', values, 'a Map');
  if (kind === 'downstreamResync' && values.size > 0)
    throw mixed('values', 'A downstream resync wants what was wanted before: it has no values.');
  if (kind !== 'update' && revertOnFailure)
    throw mixed('revertOnFailure', 'A resync cannot be taken back: revertOnFailure is for updates.');
  if (retry !== undefined) checkRetry(retry);
  for (const [key, value] of values) {
    mustBeText('key', key);
    if (value !== null) freezePlainData<unknown>(value);
  }
  const inOrder = [...values].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...transaction, values: new Map(inOrder) };
}

function checkRetry(retry: RetryOptions): void {
  if (typeof retry !== 'object' || retry === null) throw illegal('retry', retry, 'retry options, or undefined');
  mustBeNumber('retry.delay', retry.delay, 0);
  mustBeWhole('retry.maxAttempts', retry.maxAttempts, 0);
}

function mixed(field: string, message: string): ValidationError {
  return new ValidationError(message, { field });
}
