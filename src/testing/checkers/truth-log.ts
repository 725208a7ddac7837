/**
 * What the datastore was, state by state, folded from the records of its writes: `State(r)` of docs/SPEC.md.
 *
 * States are counted: position 0 is the first, every write makes the next one. Where revisions are opaque, their order is that of the
 * positions. A datastore that is replaced goes on counting, whatever its revisions do.
 */
import type { Key } from '../../model/key.js';
import type { ListOptions } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import type { HistoryHeader, HistoryRecord, StateRecord, WriteRecord } from '../history/record.js';
import { nameOfList } from './selection.js';
import { TruthView } from './truth-view.js';
import type { Version } from './version.js';

/** The revisions of one datastore, until it is replaced. */
interface Epoch {
  readonly revisions: Revision[];
  /** Of the first of `revisions`. */
  readonly start: number;
}

interface Waiting {
  readonly revision: Revision | undefined;
  readonly run: () => void;
}

export class TruthLog {
  private readonly isOrdered: boolean;
  private readonly epochs: Epoch[] = [];
  private readonly versions = new Map<Key, Version[]>();
  private readonly touched: (readonly Key[])[] = [];
  private readonly places = new Map<Revision, number[]>();
  private readonly views = new Map<string, TruthView>();
  private waiting: Waiting[] = [];
  private isLost = false;

  constructor({ revisions }: Pick<HistoryHeader, 'revisions'>) {
    this.isOrdered = revisions === 'integers';
  }

  /** Whether what the datastore did is known, from its beginning until now. */
  get isKnown(): boolean {
    return this.epochs.length > 0 && !this.isLost;
  }

  /** The position of the latest state; -1 when there is none. */
  get head(): number {
    return this.touched.length - 1;
  }

  take(record: HistoryRecord): void {
    if (record.kind === 'truth.lost') this.isLost = true;
    else if (record.kind === 'state') this.begin(record);
    else if (record.kind === 'write') this.write(record);
    else return;
    this.wake();
  }

  /** Every key that there ever was. */
  keys(): Iterable<Key> {
    return this.versions.keys();
  }

  /** The key's versions, oldest first. */
  versionsOf(key: Key): readonly Version[] {
    return this.versions.get(key) ?? [];
  }

  /** What stood at `key` in the state at `position`. */
  at(key: Key, position: number): Version | undefined {
    const versions = this.versionsOf(key);
    return versions[lastAtMost(versions, position)];
  }

  /** Where `key` came into this state: every position, oldest first. A hash of null is a deletion. */
  placesOf(key: Key, revision: Revision | undefined, hash: string | null): readonly number[] {
    return this.versionsOf(key)
      .filter((version) => version.hash === hash && version.revision === revision)
      .map(({ position }) => position);
  }

  /** The keys that changed with the state at `position`. */
  changedAt(position: number): readonly Key[] {
    return this.touched[position] ?? [];
  }

  /** The revision of the state at `position`. */
  revisionAt(position: number): Revision | undefined {
    const epoch = this.epochs.findLast(({ start }) => start <= position);
    return epoch?.revisions[position - epoch.start];
  }

  /** Where the datastore stood at `revision`; several places when it was replaced by one that had that revision too, latest first. */
  positionsOf(revision: Revision): readonly number[] {
    if (!this.isOrdered) return this.places.get(revision)?.toReversed() ?? [];
    return this.epochs.toReversed().flatMap(({ revisions, start }) => {
      const first = revisions[0];
      if (first === undefined || compareIntegers(revision, first) < 0) return [];
      return isAfter(revision, revisions.at(-1)) ? [] : [start + lastNotAfter(revisions, revision)];
    });
  }

  /** Whether the truth has come as far as `revision`. */
  reaches(revision: Revision): boolean {
    if (!this.isOrdered) return this.places.has(revision);
    return this.epochs.some(({ revisions }) => !isAfter(revision, revisions.at(-1)));
  }

  /** Which of two revisions is later: negative, zero, positive. Undefined when it is not known. */
  compare(a: Revision, b: Revision): number | undefined {
    if (a === b) return 0;
    if (this.isOrdered) return compareIntegers(a, b);
    const [first, second] = [this.places.get(a)?.at(-1), this.places.get(b)?.at(-1)];
    return first === undefined || second === undefined ? undefined : first - second;
  }

  /** Calls `run` when the truth has come as far as `revision`, at once if it has. */
  when(revision: Revision | undefined, run: () => void): void {
    if (revision === undefined || this.reaches(revision)) run();
    else this.waiting.push({ revision, run });
  }

  /** There is no more truth to come: what waits for it has to do without. */
  finish(): void {
    for (const { run } of this.waiting.splice(0)) run();
  }

  /** The states of what `list` selects. */
  viewOf(list: ListOptions): TruthView {
    const name = nameOfList(list);
    const known = this.views.get(name);
    if (known !== undefined) return known;
    const view = new TruthView(list);
    for (let position = 0; position <= this.head; position++)
      for (const key of this.changedAt(position)) view.take(key, this.at(key, position), this.at(key, position - 1));
    this.views.set(name, view);
    return view;
  }

  private begin({ revision, items, malformed = [] }: StateRecord): void {
    this.epochs.push({ revisions: [], start: this.touched.length });
    const named = new Set([...items.map(({ key }) => key), ...malformed]);
    const gone = [...this.versions].flatMap(([key, versions]) => {
      const last = versions.at(-1);
      const isThere = last !== undefined && (last.hash !== null || last.isMalformed);
      return isThere && !named.has(key) ? [{ key, hash: null }] : [];
    });
    this.commit(revision, [...gone, ...items, ...malformed.map((key) => ({ key, hash: null, malformed: true }))]);
  }

  private write({ revision, changes }: WriteRecord): void {
    if (this.epochs.length === 0) this.epochs.push({ revisions: [], start: 0 });
    this.commit(revision, changes);
  }

  private commit(
    revision: Revision,
    changes: readonly { key: Key; hash: string | null; revision?: Revision; uid?: string; malformed?: boolean }[],
  ): void {
    const position = this.touched.length;
    this.touched.push(changes.map(({ key }) => key));
    this.epochs.at(-1)?.revisions.push(revision);
    if (!this.isOrdered) this.places.set(revision, [...(this.places.get(revision) ?? []), position]);
    for (const { key, hash, uid, malformed = false, revision: own = revision } of changes) {
      const versions = this.versions.get(key) ?? [];
      const before = versions.at(-1);
      const version: Version = { position, revision: own, hash, uid, isMalformed: malformed };
      versions.push(version);
      this.versions.set(key, versions);
      for (const view of this.views.values()) view.take(key, version, before);
    }
  }

  private wake(): void {
    if (this.waiting.length === 0) return;
    const ready = this.waiting.filter(({ revision }) => revision !== undefined && this.reaches(revision));
    if (ready.length === 0) return;
    this.waiting = this.waiting.filter((item) => !ready.includes(item));
    for (const { run } of ready) run();
  }
}

/** Compares decimal numbers of any length. Zeros in front do not count. */
function compareIntegers(a: Revision, b: Revision): number {
  const [first, second] = [a.replace(/^0+(?=\d)/, ''), b.replace(/^0+(?=\d)/, '')];
  if (first.length !== second.length) return first.length - second.length;
  return first < second ? -1 : first > second ? 1 : 0;
}

function isAfter(revision: Revision, last: Revision | undefined): boolean {
  return last === undefined || compareIntegers(revision, last) > 0;
}

function lastNotAfter(revisions: readonly Revision[], revision: Revision): number {
  let [low, high] = [0, revisions.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (compareIntegers(revisions[middle] ?? '', revision) <= 0) low = middle;
    else high = middle;
  }
  return low;
}

/** The index of the last version that began at `position` or before; -1 when there is none. */
function lastAtMost(versions: readonly Version[], position: number): number {
  let [low, high] = [-1, versions.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((versions[middle]?.position ?? Infinity) <= position) low = middle;
    else high = middle;
  }
  return low;
}
