/** What is queued for one key: its deltas. One more costs the same, however many there are; only who reads them pays for their number. */
import { DeletedFinalStateUnknown } from '../keys.js';
import { DeltaType, newestDelta, type Delta, type Deltas } from './delta.js';

/** The deltas of one key that nobody has taken yet: at least one. They do not change; what is added makes others. */
export class Pending<T> {
  readonly newest: Delta<T>;
  /** What came before the newest. Those that were made from these share it, and only add to its end, which these do not look at. */
  private readonly earlier: Delta<T>[];
  private readonly count: number;
  private list: Deltas<T> | undefined;

  /** @internal */
  constructor(earlier: Delta<T>[], count: number, newest: Delta<T>, list?: Deltas<T>) {
    this.earlier = earlier;
    this.count = count;
    this.newest = newest;
    this.list = list;
  }

  /** All of them, the oldest first. Frozen. */
  get deltas(): Deltas<T> {
    return (this.list ??= Object.freeze([...this.earlier.slice(0, this.count), this.newest]));
  }

  /** Whether the last that happened was a deletion. */
  get endsDeleted(): boolean {
    return this.newest.type === DeltaType.Deleted;
  }

  /**
   * These with one more. A deletion after a deletion says nothing new: the one that was seen stays in place of any other, and a tombstone
   * gives way to the one after it, which knows as much or more.
   */
  with(delta: Delta<T>): Pending<T> {
    if (this.endsDeleted && delta.type === DeltaType.Deleted) {
      const isSeen = !(this.newest.object instanceof DeletedFinalStateUnknown);
      return isSeen ? this : new Pending(this.earlier, this.count, Object.freeze(delta));
    }
    // When others have added already, the end is theirs. It is so after an operation that was refused.
    const earlier = this.earlier.length === this.count ? this.earlier : this.earlier.slice(0, this.count);
    earlier.push(this.newest);
    return new Pending(earlier, this.count + 1, Object.freeze(delta));
  }
}

/** The first delta of a key. */
export function beginning<T>(delta: Delta<T>): Pending<T> {
  return new Pending<T>([], 0, Object.freeze(delta));
}

/** The deltas as what is pending; undefined when there are none. */
export function pendingOf<T>(deltas: Deltas<T>): Pending<T> | undefined {
  const newest = newestDelta(deltas);
  return newest === undefined ? undefined : new Pending(deltas.slice(0, -1), deltas.length - 1, newest, deltas);
}
