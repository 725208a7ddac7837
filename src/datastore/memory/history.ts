/**
 * The history of a memory datastore: what it was at each revision that has not been compacted, and what changed with it.
 *
 * Each revision keeps its whole state, which costs no more than what changed, since the object trees share the rest. Revisions are
 * consecutive numbers in here and decimal strings outside.
 */
import { RevisionCompactedError, RevisionTooNewError, ValidationError, type ParseError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { Revision } from '../../model/revision.js';
import type { WatchEvent } from '../../model/watch.js';
import type { Change, ObjectTree } from '../../store/object-tree.js';

/** Everything the datastore holds at one revision. */
export interface MemoryState<V> {
  readonly revision: number;
  readonly objects: ObjectTree<KVPair<V>>;
  /** Entries that cannot be read, by raw key. */
  readonly malformed: ObjectTree<ParseError>;
}

/** One revision: the state with it, and what it changed. */
export interface LogEntry<V> {
  readonly state: MemoryState<V>;
  /** When it was written, by the clock's `now`. */
  readonly at: number;
  readonly changes: readonly Change<KVPair<V>>[];
  /** What watches report beside the changes. */
  readonly notices: readonly WatchEvent<V>[];
  /** Keys whose change is told by a notice. */
  readonly told: ReadonlySet<Key | undefined>;
}

/** How much history is kept. What exceeds either limit is compacted. */
export interface HistoryLimits {
  /** Revisions besides the latest. */
  readonly maxRevisions: number;
  /** Milliseconds. */
  readonly maxAge: number;
}

/** The log, bounded. The latest revision is always there. */
export class History<V> {
  private entries: LogEntry<V>[];
  /** Entries before it are gone; they leave the array when they are the larger part of it. */
  private start = 0;
  private readonly limits: HistoryLimits;

  constructor(initial: MemoryState<V>, at: number, limits: HistoryLimits) {
    this.entries = [{ state: initial, at, changes: [], notices: [], told: new Set() }];
    this.limits = limits;
  }

  get head(): MemoryState<V> {
    return this.last().state;
  }

  /** The oldest revision that can be read. A watch may begin after it. */
  get compacted(): number {
    return this.entryAt(this.start).state.revision;
  }

  /** How many revisions are kept. */
  get length(): number {
    return this.entries.length - this.start;
  }

  append(entry: LogEntry<V>): void {
    this.entries.push(entry);
    this.trim(entry.at);
  }

  /** Compacts what exceeds the limits at the time `now`. */
  trim(now: number): void {
    while (this.length - 1 > this.limits.maxRevisions) this.start++;
    while (this.length > 1 && now - this.entryAt(this.start).at > this.limits.maxAge) this.start++;
    this.release();
  }

  /** Forgets everything before `revision`, which stays readable. */
  compact(revision: number): void {
    if (revision > this.head.revision) throw tooNew(revision, this.head.revision);
    this.start = Math.max(this.start, this.start + revision - this.compacted);
    this.release();
  }

  /**
   * The state at `revision`.
   *
   * @throws RevisionCompactedError, RevisionTooNewError
   */
  at(revision: number): MemoryState<V> {
    this.checkReadable(revision);
    return this.entryAt(this.start + revision - this.compacted).state;
  }

  /**
   * The revision after `revision`, or undefined when that is the latest.
   *
   * @throws RevisionCompactedError, RevisionTooNewError
   */
  after(revision: number): LogEntry<V> | undefined {
    this.checkReadable(revision);
    return this.entries[this.start + revision + 1 - this.compacted];
  }

  checkReadable(revision: number): void {
    if (revision > this.head.revision) throw tooNew(revision, this.head.revision);
    if (revision >= this.compacted) return;
    throw new RevisionCompactedError(
      `Revision ${revision} has been compacted, the oldest that can be read is ${this.compacted}. List again and go on from there.`,
      { compactedRevision: String(this.compacted) },
    );
  }

  private release(): void {
    if (this.start * 2 <= this.entries.length) return;
    this.entries = this.entries.slice(this.start);
    this.start = 0;
  }

  private last(): LogEntry<V> {
    return this.entryAt(this.entries.length - 1);
  }

  private entryAt(index: number): LogEntry<V> {
    const entry = this.entries[index];
    if (entry === undefined) throw new RangeError(`history has no entry ${index} of ${this.entries.length}`);
    return entry;
  }
}

/**
 * Reads a revision as the number it is in here.
 *
 * @throws ValidationError when it is not a decimal number that JavaScript can hold exactly.
 */
export function parseRevision(revision: Revision, field = 'revision'): number {
  const number = /^\d{1,16}$/.test(revision) ? Number(revision) : NaN;
  if (Number.isSafeInteger(number)) return number;
  throw new ValidationError(`Illegal ${field} ${JSON.stringify(revision)}: this datastore's revisions are decimal numbers.`, {
    field,
  });
}

function tooNew(revision: number, head: number): RevisionTooNewError {
  return new RevisionTooNewError(`Revision ${revision} has not been written yet, the latest is ${head}.`);
}
