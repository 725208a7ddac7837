/** When what has failed is tried again: one timer, for whatever is due first. */
import type { Clock, TimerHandle } from '../../ports/clock.js';
import type { ObjectTree } from '../../store/object-tree.js';
import type { RetryEntry } from './graph.js';

/** Values that are tried again together: they were wanted together, and have failed together. */
export interface RetryGroup {
  readonly sequence: number;
  readonly attempt: number;
  readonly entries: readonly RetryEntry[];
}

export class RetryTimer {
  private readonly clock: Clock;
  private readonly ring: (groups: readonly RetryGroup[]) => void;
  /** Those that are on their way: they are not due a second time. */
  private taken = new WeakSet<RetryEntry>();
  private timer: TimerHandle | undefined;

  /** @param ring is given what is due. */
  constructor(clock: Clock, ring: (groups: readonly RetryGroup[]) => void) {
    this.clock = clock;
    this.ring = ring;
  }

  /** Rings when the first of `retries` is due that has not been on its way yet. */
  follow(retries: ObjectTree<RetryEntry>): void {
    this.stop();
    const waiting = retries.values().filter((entry) => !this.taken.has(entry));
    const due = waiting.reduce((first, entry) => Math.min(first, entry.due), Infinity);
    if (due === Infinity) return;
    this.timer = this.clock.setTimeout(() => {
      this.timer = undefined;
      this.take(waiting);
      this.follow(retries);
    }, due - this.clock.now());
  }

  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private take(waiting: readonly RetryEntry[]): void {
    const now = this.clock.now();
    const due = waiting.filter((entry) => entry.due <= now);
    for (const entry of due) this.taken.add(entry);
    if (due.length > 0) this.ring(groupsOf(due));
  }
}

/** By transaction and attempt, in that order; each in key order. */
function groupsOf(entries: readonly RetryEntry[]): readonly RetryGroup[] {
  const groups = new Map<string, RetryGroup & { readonly entries: RetryEntry[] }>();
  for (const entry of entries) {
    const { sequence, attempt } = entry;
    const group = groups.get(`${sequence} ${attempt}`) ?? { sequence, attempt, entries: [] };
    group.entries.push(entry);
    groups.set(`${sequence} ${attempt}`, group);
  }
  return [...groups.values()].toSorted((a, b) => a.sequence - b.sequence || a.attempt - b.attempt);
}
