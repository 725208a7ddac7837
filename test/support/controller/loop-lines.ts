/** What was seen of a controller, line by line. */
import type { Seen } from './loop-play.js';

type Kind = 'taken' | 'call' | 'commit' | 'done';
export type Line<K extends Kind = Kind> = Extract<Seen, { readonly kind: K }>;

/** Calls, commits and answers, to be read in their order. */
export class Lines {
  private readonly lines: readonly Line[];
  private at = 0;

  constructor(seen: readonly Seen[]) {
    this.lines = seen.filter((entry) => entry.kind !== 'push' && entry.kind !== 'fatal' && entry.kind !== 'exhausted');
  }

  get next(): Line | undefined {
    return this.lines[this.at];
  }

  get rest(): readonly Line[] {
    return this.lines.slice(this.at);
  }

  /** The next line, when it is the one that is wanted. */
  take<K extends Kind>(kind: K, isIt: (line: Line<K>) => boolean): Line<K> | undefined {
    if (this.next?.kind !== kind) return undefined;
    const found = this.next as Line<K>; // its kind was looked at
    if (!isIt(found)) return undefined;
    this.at++;
    return found;
  }
}
