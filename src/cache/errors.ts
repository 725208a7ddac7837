/** What can go wrong in the cache, beside what can go wrong everywhere (src/model/errors.ts). */
import { HeliostatError, type ErrorDetails } from '../model/errors.js';

/** `no-key`: an object's key could not be made. `object` is the one at fault, `cause` what the key function threw. */
export class KeyError extends HeliostatError {
  readonly code = 'no-key';
  readonly retryable = false;
  readonly object: unknown;

  constructor(object: unknown, cause: unknown) {
    super(`No key can be made for the object ${excerptOf(object)}: ${reasonOf(cause)}`, { cause });
    this.object = object;
  }
}

/** `zero-length-deltas`: a list of deltas without a delta has no object, and so no key. It is the `cause` of a {@link KeyError}. */
export class ZeroLengthDeltasError extends HeliostatError {
  readonly code = 'zero-length-deltas';
  readonly retryable = false;

  constructor() {
    super('A list of deltas is empty: it says nothing about any object. Compress what is redundant, and leave out what is empty.');
  }
}

/**
 * `index-failed`: an index function threw for an object, or returned something else than strings. The object is in the store and in
 * every other index; it is not in this one until it changes.
 */
export class IndexError extends HeliostatError {
  readonly code = 'index-failed';
  readonly retryable = false;
  /** The index by its name. */
  readonly indexName: string;

  constructor(indexName: string, details: ErrorDetails & { readonly key: string }) {
    super(
      `The index function ${JSON.stringify(indexName)} failed for ${JSON.stringify(details.key)}: ${reasonOf(details.cause)}`,
      details,
    );
    this.indexName = indexName;
  }
}

/** How much of an object a message shows, in characters. */
const longestExcerpt = 200;

function excerptOf(object: unknown): string {
  const text = textOf(object);
  return text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text;
}

function textOf(object: unknown): string {
  try {
    return JSON.stringify(object) ?? String(object);
  } catch {
    return Object.prototype.toString.call(object); // a cycle, a bigint, an accessor that throws
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : `something that is no Error was thrown: ${textOf(cause)}`;
}
