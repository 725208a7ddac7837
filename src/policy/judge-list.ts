import type { Revision } from '../model/revision.js';

/** What is known about a list and about what we have. */
export interface ListEvidence {
  /** What is committed. */
  readonly applied: Revision | undefined;
  readonly listed: Revision | undefined;
  /** The order of revisions, where the datastore knows it. */
  readonly compare: ((a: Revision, b: Revision) => number) | undefined;
  /** Which store answered, and which one before. */
  readonly storeId: string | undefined;
  readonly previousStoreId: string | undefined;
  /** The datastore has insisted often enough. */
  readonly mayGoBack: boolean;
}

/**
 * Whether a list may replace what we have, or is the answer of a lagging replica.
 *
 * Another store, recognised by its id, starts anew. The same store never goes back. Where there is no id, a datastore that insists is
 * believed: it was restored from a backup, and a mirror that refuses it for ever would never converge again.
 */
export function judgeList({ applied, listed, compare, storeId, previousStoreId, mayGoBack }: ListEvidence): 'accept' | 'stale' {
  if (applied === undefined || listed === undefined || compare === undefined) return 'accept';
  const isIdentified = storeId !== undefined && previousStoreId !== undefined;
  if (isIdentified && storeId !== previousStoreId) return 'accept';
  if (!isOlder(listed, applied, compare)) return 'accept';
  return mayGoBack && !isIdentified ? 'accept' : 'stale';
}

/** Whether `a` is known to be older than `b`. What cannot be compared is of another history, about which nothing is known. */
export function isOlder(a: Revision, b: Revision, compare: (a: Revision, b: Revision) => number): boolean {
  try {
    return compare(a, b) < 0;
  } catch {
    return false;
  }
}
