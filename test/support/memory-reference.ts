/**
 * What a multi-version datastore must answer, told as naively as possible: a whole copy of everything for each revision, texts instead
 * of events, and nothing shared with the code that is compared with it.
 */

/** An object, or an entry that cannot be read. */
export type Held =
  | {
      readonly is: 'object';
      readonly key: string;
      readonly value: unknown;
      readonly revision: number;
      readonly uid: string;
      readonly ttl: number | undefined;
    }
  | { readonly is: 'malformed'; readonly key: string; readonly revision: number }
  /** As `key`, the raw one; which object it would be nobody knows. */
  | { readonly is: 'unknown'; readonly key: string; readonly revision: number };

export type Content = ReadonlyMap<string, Held>;

/** Which objects a reader wants. Of an entry that cannot be read only the key is known. */
export interface Wish {
  readonly key: (key: string) => boolean;
  readonly value: (value: unknown) => boolean;
}

interface Version {
  readonly revision: number;
  readonly at: number;
  readonly content: Content;
}

/** How an object is told. */
export function textOf(held: Held): string {
  if (held.is !== 'object') return `${held.is} ${held.key} at ${held.revision}`;
  const { key, value, revision, uid, ttl } = held;
  return `${key} = ${JSON.stringify(value)} at ${revision}, ${uid}${ttl === undefined ? '' : `, for ${ttl}`}`;
}

export class MemoryReference {
  /** Every version, oldest first; which of them can be read is another matter. */
  readonly versions: Version[] = [{ revision: 1, at: 0, content: new Map() }];
  /** The oldest revision that can be read. */
  compacted = 1;
  private readonly deadlines = new Map<string, number>();
  private readonly limits: { readonly maxRevisions: number; readonly maxAge: number };

  constructor(limits: { readonly maxRevisions: number; readonly maxAge: number }) {
    this.limits = limits;
  }

  get head(): number {
    return this.versions.length;
  }

  at(revision: number): Content {
    return this.versions[revision - 1]?.content ?? new Map();
  }

  get now(): Content {
    return this.at(this.head);
  }

  /** Writes a new version. Every object that is written anew is a new life: its time to live counts from now. */
  commit(at: number, content: Content): void {
    const before = this.now;
    for (const key of new Set([...before.keys(), ...content.keys()])) {
      const held = content.get(key);
      if (before.get(key) === held) continue;
      this.deadlines.delete(key);
      if (held?.is === 'object' && held.ttl !== undefined) this.deadlines.set(key, at + held.ttl);
    }
    this.versions.push({ revision: this.head + 1, at, content });
    this.trim(at);
  }

  /** What nobody may read any more at the time `now`. */
  trim(now: number): void {
    const oldest = this.versions.find(
      ({ revision, at }) =>
        revision === this.head || (revision >= this.head - this.limits.maxRevisions && now - at <= this.limits.maxAge),
    );
    this.compacted = Math.max(this.compacted, oldest?.revision ?? this.head);
  }

  /** The next object whose time runs out until `end`, and when. */
  nextExpiry(end: number): readonly [key: string, at: number] | undefined {
    const [first] = [...this.deadlines].filter(([, at]) => at <= end).toSorted(([, a], [, b]) => a - b);
    return first;
  }

  /** What a list of version `revision` holds. */
  list(revision: number, wish: Wish): readonly string[] {
    return [...this.at(revision).values()]
      .filter((held) => held.is === 'object' && wish.key(held.key) && wish.value(held.value))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(textOf);
  }

  /** What a list of it cannot read. */
  malformed(revision: number, wish: Wish): readonly string[] {
    const broken = [...this.at(revision).values()].filter(
      ({ is, key }) => is === 'unknown' || (is === 'malformed' && wish.key(key)),
    );
    return broken.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(textOf);
  }

  /** What `revision` tells a watch, in the order of keys. */
  events(revision: number, wish: Wish): readonly string[] {
    const [before, after] = [this.at(revision - 1), this.at(revision)];
    const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
    return keys
      .flatMap((key) => eventOf(before.get(key), after.get(key), wish))
      .map((event) => `${revision} ${event}`)
      .toSorted();
  }
}

function eventOf(before: Held | undefined, after: Held | undefined, wish: Wish): readonly string[] {
  const key = before?.key ?? after?.key ?? '';
  if (after?.is === 'unknown') return [`ERROR ${textOf(after)}`];
  if (before?.is === 'unknown') return [`MENDED ${key}`];
  if (after?.is === 'malformed') return wish.key(key) ? [`ERROR ${textOf(after)}`] : [];
  if (before?.is === 'malformed' && after === undefined) return wish.key(key) ? [`DELETED ${key}`] : [];
  const seen = (held: Held | undefined) =>
    held?.is === 'object' && wish.key(key) && wish.value(held.value) ? textOf(held) : undefined;
  const [old, now] = [seen(before), seen(after)];
  // Whoever was told that it cannot be read may still show the last state that could be.
  if (now === undefined && before?.is === 'malformed') return wish.key(key) ? [`DELETED ${key}`] : [];
  if (now === undefined) return old === undefined ? [] : [`DELETED ${old}`];
  return [old === undefined ? `ADDED ${now}` : `MODIFIED ${old} -> ${now}`];
}
