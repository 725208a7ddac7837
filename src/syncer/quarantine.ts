/**
 * Entries that cannot be read, one by one: who told of them, and what has been told of them.
 *
 * An entry whose key is unknown, a document of a file say, is told by every resource type that lists its datastore. It is one entry.
 */
import type { ParseError } from '../model/errors.js';
import type { SyncerParseFailCallbacks } from '../model/syncer.js';

interface Entry {
  error: ParseError;
  readonly tellers: Set<Teller>;
}

/** Who can tell of an entry: the datastore of a resource type, or its processor. */
export type Teller = `${'datastore' | 'processor'} of ${number}`;

export class Quarantine {
  private readonly entries = new Map<string, Entry>();
  private readonly tell: SyncerParseFailCallbacks;

  constructor(tell: SyncerParseFailCallbacks) {
    this.tell = tell;
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  /** What `teller` cannot read. */
  of(teller: Teller): readonly ParseError[] {
    return [...this.entries.values()].filter(({ tellers }) => tellers.has(teller)).map(({ error }) => error);
  }

  add(teller: Teller, error: ParseError): void {
    const entry = this.entries.get(error.rawKey);
    if (entry === undefined) {
      this.entries.set(error.rawKey, { error, tellers: new Set([teller]) });
      void this.tell.parseFailed(error);
      return;
    }
    entry.tellers.add(teller);
    if (isSame(entry.error, error)) return;
    entry.error = error;
    void this.tell.parseFailed(error);
  }

  /** The entry is readable again, or gone, as far as `teller` knows. */
  clear(teller: Teller, rawKey: string): void {
    const entry = this.entries.get(rawKey);
    if (entry === undefined || !entry.tellers.delete(teller) || entry.tellers.size > 0) return;
    this.entries.delete(rawKey);
    void this.tell.parseMended(rawKey);
  }

  /** `errors` are all that `teller` cannot read. */
  replace(teller: Teller, errors: readonly ParseError[]): void {
    const stay = new Set(errors.map(({ rawKey }) => rawKey));
    for (const { rawKey } of this.of(teller)) if (!stay.has(rawKey)) this.clear(teller, rawKey);
    for (const error of errors) this.add(teller, error);
  }
}

/** The same state of the same entry is told once. */
function isSame(a: ParseError, b: ParseError): boolean {
  return a === b || (a.revision !== undefined && a.revision === b.revision);
}
