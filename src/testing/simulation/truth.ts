/**
 * What the datastore has held, kept a second time by whoever wrote it: the measure of every picture.
 *
 * For each subject it remembers a fingerprint of the picture that each state of the datastore comes to, so that a mirror can be asked
 * at any time which of those states it shows.
 */
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import { Digest, emptyDigest, entryText } from './digest.js';
import type { Subject } from './subjects.js';

/** One key of a write: what it is now, or undefined when it is gone. */
export type TrueChange<V> = readonly [key: Key, pair: KVPair<V> | undefined];

/** One state that a subject's picture has had. */
interface TrueState {
  readonly revision: string;
  readonly digest: string;
}

/** The states of one subject, in their order. */
export class Track {
  /** Keys whose picture follows from more than the state of the datastore: they do not count. */
  readonly leftOut: ReadonlySet<Key>;
  /** Whether pictures can be told by states at all. */
  isUsable: boolean;
  private readonly states: TrueState[] = [{ revision: 'the beginning', digest: emptyDigest }];

  constructor(leftOut: ReadonlySet<Key>, isUsable: boolean) {
    this.leftOut = leftOut;
    this.isUsable = isUsable;
  }

  add(revision: string, picture: Iterable<readonly [Key, unknown]>): void {
    const digest = new Digest();
    for (const [key, value] of picture) if (!this.leftOut.has(key)) digest.toggle(entryText(key, value));
    const text = digest.toString();
    if (text !== this.states.at(-1)?.digest) this.states.push({ revision, digest: text });
  }

  /** The number of the first state with this fingerprint, not before number `from`; undefined when there is none. */
  find(digest: string, from: number): number | undefined {
    for (let index = from; index < this.states.length; index++) if (this.states[index]?.digest === digest) return index;
    return undefined;
  }

  /** The number of the state that the datastore was in at a revision. */
  indexAt(revision: string): number {
    let index = this.states.length - 1;
    while (index > 0 && Number(this.states[index]?.revision) > Number(revision)) index--;
    return index;
  }

  /** What a state is called. */
  nameOf(index: number): string {
    return this.states[index]?.revision ?? 'none';
  }
}

export class Truth<V> {
  /** Every object, by kind and key, as it was last written. */
  readonly objects: Map<string, Map<Key, KVPair<V>>> = new Map();
  /** Keys of entries that cannot be read. */
  readonly malformed: Set<Key> = new Set();
  /** By what the subject shows. */
  readonly tracks: Map<string, Track> = new Map();
  /** The last value that was written. */
  lastValue: V | undefined;
  private readonly subjects: readonly Subject<V>[];
  private readonly withoutApi = new Set<string>();

  /** @param corrupted every key that will be made unreadable. */
  constructor(subjects: readonly Subject<V>[], corrupted: ReadonlySet<Key>) {
    this.subjects = subjects;
    for (const { shows, kind, type } of subjects) {
      const { onMalformed, updateProcessor } = type();
      const keepsLast = onMalformed !== 'delete';
      const unclear = keepsLast ? [...corrupted].filter((key) => key.startsWith(`/${kind}/`)) : [];
      // What a processor keeps showing for an entry that cannot be read is its own affair.
      this.tracks.set(shows, new Track(new Set(unclear), unclear.length === 0 || updateProcessor === undefined));
      this.objects.set(kind, new Map());
    }
  }

  /** Something has been written, as one revision. */
  commit(revision: string, changes: readonly TrueChange<V>[], corrupted: readonly Key[]): void {
    const touched = new Set<string>();
    for (const [key, pair] of changes) {
      const kind = kindOf(key);
      const objects = this.objects.get(kind);
      if (objects === undefined) continue;
      touched.add(kind);
      this.malformed.delete(key);
      if (pair === undefined) objects.delete(key);
      else objects.set(key, pair);
      if (pair !== undefined) this.lastValue = pair.value;
    }
    for (const key of corrupted) this.malformed.add(key);
    for (const subject of this.subjects) {
      const { kind } = subject;
      if (touched.has(kind)) this.tracks.get(subject.shows)?.add(revision, subject.expect(this.valuesOf(kind)));
    }
  }

  /** A kind has no API any more: a mirror may show nothing of it. */
  loseApi(kind: string): void {
    for (const subject of this.subjects) if (subject.kind === kind) this.withoutApi.add(subject.shows);
  }

  /** Whether the objects of a subject have ever been without an API. */
  hasLostApi(shows: string): boolean {
    return this.withoutApi.has(shows);
  }

  /** Another store has taken the place of this one: which states a mirror may show meanwhile cannot be told. */
  beginAnew(): void {
    for (const objects of this.objects.values()) objects.clear();
    this.malformed.clear();
    for (const track of this.tracks.values()) track.isUsable = false;
  }

  /** What every mirror must show that has everything. */
  picture(): ReadonlyMap<Key, unknown> {
    const picture = new Map<Key, unknown>();
    for (const { kind, expect } of this.subjects) {
      for (const [key, value] of expect(this.valuesOf(kind))) picture.set(key, value);
    }
    return picture;
  }

  /**
   * Compares what was written with what the datastore says it holds.
   *
   * @throws Error when they differ: then nothing that was judged by the truth is worth anything.
   */
  check(items: readonly KVPair<V>[]): void {
    const known = new Map<Key, KVPair<V>>();
    for (const objects of this.objects.values()) for (const [key, pair] of objects) known.set(key, pair);
    const there = new Map(items.filter(({ key }) => this.objects.has(kindOf(key))).map((pair) => [pair.key, pair]));
    const wrong = [...new Set([...known.keys(), ...there.keys()])].filter(
      (key) => known.get(key)?.revision !== there.get(key)?.revision,
    );
    if (wrong.length === 0) return;
    throw new Error(`The simulation itself is wrong: what was written and what the datastore holds differ at ${wrong.join(' ')}.`);
  }

  private valuesOf(kind: string): ReadonlyMap<Key, V> {
    return new Map([...(this.objects.get(kind) ?? [])].map(([key, { value }]) => [key, value]));
  }
}

/** The first segment of a key. */
export function kindOf(key: Key): string {
  const end = key.indexOf('/', 1);
  return end === -1 ? key.slice(1) : key.slice(1, end);
}
