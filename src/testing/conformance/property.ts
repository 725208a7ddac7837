/** What a property of the conformance suite is, and what it is given. */
import type { Backend, ClientCapabilities } from '../../model/client.js';
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { Revision } from '../../model/revision.js';

/** What a test needs besides the client itself: something only the author of a backend can do to it. */
export interface ConformanceTools<C extends Backend = Backend> {
  /** Lets `ms` milliseconds pass for the client. Needed for bookmarks and times to live. */
  readonly advance?: (ms: number, client: C) => Promise<void>;
  /** Forgets the history before `revision`. */
  readonly compact?: (client: C, revision: Revision) => Promise<void>;
  /** Makes the entry at `key` unreadable, as a foreign writer could. */
  readonly corrupt?: (client: C, key: Key) => Promise<void>;
}

/** Writes to the datastore behind a client that cannot write itself. */
export interface ConformanceWriter {
  apply(object: KVPair): Promise<unknown>;
  delete(key: Key): Promise<unknown>;
}

/** What makes the value of a test object. */
export interface ValueWish {
  readonly key: Key;
  /** Objects with different numbers have different values. */
  readonly n: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Everything a property works with: a fresh, empty datastore. */
export interface Conformance {
  readonly client: Backend;
  readonly writer: ConformanceWriter;
  readonly tools: ConformanceTools;
  /** Three kinds, of which the second begins with the first. */
  readonly kinds: readonly [string, string, string];
  /** Makes a value that the datastore takes. */
  readonly value: (wish: ValueWish) => unknown;
}

/** What must be offered for a property to apply. */
export type Need = keyof ClientCapabilities | keyof ConformanceTools;

/** One thing that every client must do, if it offers what it `needs`. */
export interface ConformanceProperty {
  /** Ids of docs/SPEC.md. */
  readonly spec: string;
  readonly name: string;
  readonly needs: readonly Need[];
  readonly run: (conformance: Conformance) => Promise<void>;
}
