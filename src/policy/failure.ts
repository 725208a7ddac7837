/** What an error means for a reflector: asked once, where the error arrives. */
import { isHeliostatError, type DatastoreThrottledError, type ErrorCode } from '../model/errors.js';
import type { Failure, FailureKind } from '../model/failure.js';
import { longestRetryAfter } from './backoff.js';

const kinds: Readonly<Partial<Record<ErrorCode, Exclude<FailureKind, 'throttled'>>>> = {
  'revision-compacted': 'compacted',
  'revision-too-new': 'tooNew',
  'stale-list': 'stale',
  'datastore-unavailable': 'unavailable',
  closed: 'unavailable',
  unauthorized: 'unauthorized',
  'operation-not-supported': 'unsupported',
  'api-missing': 'missing',
  'resource-does-not-exist': 'missing',
};

/** System errors that mean "no answer", from a client that does not classify them. */
const transportCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Classifies whatever a client threw, looking through its causes. */
export function failureOf(thrown: unknown): Failure {
  const error =
    thrown instanceof Error ? thrown : new Error(`Something that is no Error was thrown: ${describe(thrown)}`, { cause: thrown });
  for (const link of causesOf(error)) {
    if (isHeliostatError(link, 'datastore-throttled')) {
      return { kind: 'throttled', error, retryAfter: (link as DatastoreThrottledError).retryAfter }; // the code says which class it is
    }
    const kind = isHeliostatError(link) ? kinds[link.code] : undefined;
    if (kind !== undefined) return { kind, error };
    if (transportCodes.has(codeOf(link))) return { kind: 'unavailable', error };
  }
  return { kind: 'unknown', error };
}

/**
 * What a throttling datastore asks us to wait, in milliseconds: never more than {@link longestRetryAfter}. What is no number of
 * milliseconds was not asked for.
 */
export function retryAfterOf(failure: Failure | undefined): number {
  const asked = failure?.kind === 'throttled' ? (failure.retryAfter ?? 0) : 0;
  return asked > 0 ? Math.min(asked, longestRetryAfter) : 0;
}

/** Whether a failure proves that the datastore is there and knows what it says. */
export function isAnswer({ kind }: Failure): boolean {
  return kind === 'compacted' || kind === 'tooNew' || kind === 'missing' || kind === 'unsupported';
}

/** Whether the end of a watch proves it: being closed does, and so does any error of a stream that was open, unless it was cut. */
export function isWatchEndAnswer(failure: Failure | undefined, wasOpened: boolean): boolean {
  return failure === undefined || isAnswer(failure) || (wasOpened && failure.kind !== 'unavailable');
}

/** The error and what caused it, AggregateErrors included (a refused connection to several addresses is one), nearest first. */
function* causesOf(error: unknown, depth = 0): Generator {
  if (depth > 8) return;
  yield error;
  if (error instanceof AggregateError) for (const part of error.errors) yield* causesOf(part, depth + 1);
  if (error instanceof Error) yield* causesOf(error.cause, depth + 1);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

function describe(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return 'an object without a text form';
  }
}
