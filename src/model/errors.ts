/**
 * Errors: what went wrong, as a stable `code`, whether trying again can help, and what to do.
 *
 * Test them with {@link isHeliostatError} or with `code`, which also hold when two copies of this package meet in one process;
 * `instanceof` holds within one copy only.
 */
import type { Key } from './key.js';
import type { Revision } from './revision.js';

const brand: unique symbol = Symbol.for('heliostat.error');

/** Every code an error of this package can carry. docs/SPEC.md lists them with their meaning. */
export type ErrorCode =
  | 'resource-already-exists'
  | 'resource-does-not-exist'
  | 'resource-update-conflict'
  | 'operation-not-supported'
  | 'revision-compacted'
  | 'revision-too-new'
  | 'datastore-unavailable'
  | 'datastore-throttled'
  | 'unauthorized'
  | 'api-missing'
  | 'outcome-unknown'
  | 'invalid'
  | 'malformed'
  | 'stale-list'
  | 'closed'
  | 'stopped'
  | 'no-key'
  | 'zero-length-deltas'
  | 'index-failed'
  | 'selector-syntax'
  | 'overflow'
  | 'event-aborted'
  | 'fatal'
  | 'loop-aborting'
  | 'queue-full'
  | 'would-deadlock'
  | 'timed-out'
  | 'startup-deadline'
  | 'transaction-failed'
  | 'event-failed';

/** What every error of this package may be given besides its message. */
export interface ErrorDetails {
  /** What caused it: the transport's own error, kept whole. */
  readonly cause?: unknown;
  /** The key it is about. */
  readonly key?: Key;
  /** The option, argument or path inside a value that is at fault. */
  readonly field?: string;
}

/** The base of every error of this package. */
export abstract class HeliostatError extends Error {
  /** Says which kind of error this is. Stable across versions. */
  abstract readonly code: ErrorCode;
  /** Whether the same call can succeed later without being changed. */
  abstract readonly retryable: boolean;
  /** The key at fault, when there is one. */
  readonly key: Key | undefined;
  /** The option, argument or path inside a value at fault, when there is one. */
  readonly field: string | undefined;
  /** @internal */
  readonly [brand] = true;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.key = details.key;
    this.field = details.field;
  }
}

/**
 * Whether `error` is an error of this package (of any copy of it), with the given code when one is given.
 *
 * @example
 * ```ts
 * import { isHeliostatError } from 'heliostat';
 * const describe = (error: unknown) => (isHeliostatError(error, 'revision-compacted') ? 'list again' : 'something else');
 * ```
 */
export function isHeliostatError(error: unknown, code?: ErrorCode): error is HeliostatError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || (error as HeliostatError).code === code;
}

/** `resource-already-exists`: create met an object with that key. */
export class ResourceAlreadyExistsError extends HeliostatError {
  readonly code = 'resource-already-exists';
  readonly retryable = false;
}

/** `resource-does-not-exist`: there is no object with that key. */
export class ResourceDoesNotExistError extends HeliostatError {
  readonly code = 'resource-does-not-exist';
  readonly retryable = false;
}

/** `resource-update-conflict`: the object is no longer at the revision, or no longer has the uid, that was given. */
export class ResourceUpdateConflictError extends HeliostatError {
  readonly code = 'resource-update-conflict';
  readonly retryable = false;
}

/** `operation-not-supported`: this datastore cannot do that at all. */
export class OperationNotSupportedError extends HeliostatError {
  readonly code = 'operation-not-supported';
  readonly retryable = false;
}

/** `revision-compacted`: the history at that revision is gone; list again. */
export class RevisionCompactedError extends HeliostatError {
  readonly code = 'revision-compacted';
  readonly retryable = false;
  /** The oldest revision that can still be read, when the datastore tells it. */
  readonly compactedRevision: Revision | undefined;
  constructor(message: string, details: ErrorDetails & { readonly compactedRevision?: Revision } = {}) {
    super(message, details);
    this.compactedRevision = details.compactedRevision;
  }
}

/** `revision-too-new`: the datastore has not reached that revision; it may be a lagging replica or a restored backup. */
export class RevisionTooNewError extends HeliostatError {
  readonly code = 'revision-too-new';
  readonly retryable = true;
}

/** `datastore-unavailable`: no answer: refused, reset, timed out, out of reach. */
export class DatastoreUnavailableError extends HeliostatError {
  readonly code = 'datastore-unavailable';
  readonly retryable = true;
}

/** `datastore-throttled`: the datastore asks for patience. */
export class DatastoreThrottledError extends HeliostatError {
  readonly code = 'datastore-throttled';
  readonly retryable = true;
  /** How long the datastore asks to wait, in milliseconds, when it says so. */
  readonly retryAfter: number | undefined;
  constructor(message: string, details: ErrorDetails & { readonly retryAfter?: number } = {}) {
    super(message, details);
    this.retryAfter = details.retryAfter;
  }
}

/** `unauthorized`: the credentials are missing, wrong or do not suffice. */
export class UnauthorizedError extends HeliostatError {
  readonly code = 'unauthorized';
  readonly retryable = true;
}

/** `api-missing`: the datastore does not know this kind (yet): its API is not installed. */
export class ApiMissingError extends HeliostatError {
  readonly code = 'api-missing';
  readonly retryable = true;
}

/** `outcome-unknown`: the request was sent and its answer lost; the write may or may not have happened. */
export class OutcomeUnknownError extends HeliostatError {
  readonly code = 'outcome-unknown';
  readonly retryable = false;
}

/** `invalid`: an argument, option or value that can never be accepted. Nothing was changed. */
export class ValidationError extends HeliostatError {
  readonly code = 'invalid';
  readonly retryable = false;
}

/** Where a malformed entry stands and what it looked like. */
export interface ParseErrorDetails extends ErrorDetails {
  /** The name under which the datastore holds the entry: a key, or a file and its document. */
  readonly rawKey: string;
  /** What was found there, when it is small enough to be shown. */
  readonly rawValue?: string;
  /** The revision at which it was found. */
  readonly revision?: Revision;
  /** The file that holds it. */
  readonly path?: string;
  /** The line in that file, counted from 1. */
  readonly line?: number;
  /** The column in that line, counted from 1. */
  readonly column?: number;
}

/** `malformed`: one entry of the datastore cannot be read. The others can. */
export class ParseError extends HeliostatError {
  readonly code = 'malformed';
  readonly retryable = false;
  readonly rawKey: string;
  readonly rawValue: string | undefined;
  readonly revision: Revision | undefined;
  readonly path: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  constructor(message: string, details: ParseErrorDetails) {
    super(message, details);
    this.rawKey = details.rawKey;
    this.rawValue = details.rawValue;
    this.revision = details.revision;
    this.path = details.path;
    this.line = details.line;
    this.column = details.column;
  }
}

/** `stale-list`: the datastore answered with a picture older than one it gave before. */
export class StaleListError extends HeliostatError {
  readonly code = 'stale-list';
  readonly retryable = true;
}

/** `closed`: this client has been closed. */
export class ClosedError extends HeliostatError {
  readonly code = 'closed';
  readonly retryable = false;
}

/** `stopped`: the syncer was stopped before what you waited for could happen. */
export class StoppedError extends HeliostatError {
  readonly code = 'stopped';
  readonly retryable = false;
}
