/** The answers of a line that refuses. */
import {
  DatastoreThrottledError,
  DatastoreUnavailableError,
  OperationNotSupportedError,
  RevisionTooNewError,
  UnauthorizedError,
} from '../model/errors.js';
import type { FaultName } from './faults.js';

/** A fault that answers a request with an error, and the error. */
type Refusal = readonly [fault: FaultName, errorOf: (retryAfter: number) => Error];

export const listRefusals: readonly Refusal[] = [
  ['list.refused', noConnection],
  ['list.throttled', throttled],
  ['list.tooNew', tooNew],
  ['list.unauthorized', unauthorized],
  ['list.broken', () => new Error('the answer to a list made no sense')],
];

export const watchRefusals: readonly Refusal[] = [
  ['watch.refused', noConnection],
  ['watch.throttled', throttled],
  ['watch.tooNew', tooNew],
  ['watch.unauthorized', unauthorized],
  ['watch.unsupported', () => new OperationNotSupportedError('there is no watch here')],
  ['watch.broken', () => new Error('the answer to a watch made no sense')],
];

/** Nobody is there. */
export function noConnection(): DatastoreUnavailableError {
  return new DatastoreUnavailableError('connection refused');
}

function throttled(retryAfter: number): DatastoreThrottledError {
  return new DatastoreThrottledError('too many requests', { retryAfter });
}

function tooNew(): RevisionTooNewError {
  return new RevisionTooNewError('a replica has not reached this revision');
}

function unauthorized(): UnauthorizedError {
  return new UnauthorizedError('the credentials have expired');
}

/** Never answers; rejects when `signal` aborts, or has. */
export function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => reject(new DatastoreUnavailableError('given up', { cause: signal?.reason }));
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
  });
}
