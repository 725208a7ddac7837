/** Counts, by name: what has happened how often. */

/** How often each thing has happened. */
export type Counts = Readonly<Record<string, number>>;

export class Tally {
  private readonly counts = new Map<string, number>();

  /** @param names what is counted from the beginning, so that it is there with 0 when it never happens. */
  constructor(names: readonly string[] = []) {
    for (const name of names) this.counts.set(name, 0);
  }

  add(name: string, count = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + count);
  }

  addAll(counts: Counts): void {
    for (const [name, count] of Object.entries(counts)) this.add(name, count);
  }

  /** In the order of the names. */
  toJSON(): Counts {
    return Object.fromEntries([...this.counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}
