import type { Revision } from '../../model/revision.js';

/** Which entries of a datastore are not let in, and what of them was told: each state of each is told once. */
export class Troubles {
  private told = new Map<string, Revision | undefined>();
  /** The entries of the list that is being taken in. */
  private inList: Set<string> | undefined;

  has(rawKey: string): boolean {
    return this.told.has(rawKey);
  }

  /** Whether this state of an entry was not told yet. From now on it counts as told; a state without a revision never does. */
  isNews(rawKey: string, revision: Revision | undefined): boolean {
    const isKnown = revision !== undefined && this.told.get(rawKey) === revision;
    this.told.set(rawKey, revision);
    this.inList?.add(rawKey);
    return !isKnown;
  }

  /** The entry can be read again, or is gone. */
  release(rawKey: string): void {
    this.told.delete(rawKey);
  }

  /** Does something with a complete list: what it does not ask about can be read again, or is gone. */
  duringList<R>(take: () => R): R {
    const inList = new Set<string>();
    this.inList = inList;
    try {
      return take();
    } finally {
      this.inList = undefined;
      for (const rawKey of this.told.keys()) if (!inList.has(rawKey)) this.told.delete(rawKey);
    }
  }
}
