/** Steps that properties share. */
import assert from 'node:assert/strict';
import { isHeliostatError, type ErrorCode } from '../../model/errors.js';
import { formatKey } from '../../model/key-format.js';
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { ListOptions, WatchRequest } from '../../model/list-options.js';
import { WatchEventType, type Watch, type WatchEvent } from '../../model/watch.js';
import type { Conformance } from './property.js';

/** The key of a test object. */
export function keyOf(
  { kinds }: Conformance,
  name: string,
  { kind = 0, namespace = 'default' }: { readonly kind?: number; readonly namespace?: string } = {},
): Key {
  return formatKey([kinds[kind] ?? '', namespace, name]);
}

/** A test object. */
export function objectAt(conformance: Conformance, key: Key, n: number, labels?: Readonly<Record<string, string>>): KVPair {
  return { key, value: conformance.value({ key, n, ...(labels === undefined ? {} : { labels }) }) };
}

/** Writes a test object and returns its key. */
export async function put(conformance: Conformance, key: Key, n: number, labels?: Readonly<Record<string, string>>): Promise<Key> {
  await conformance.writer.apply(objectAt(conformance, key, n, labels));
  return key;
}

/** Fails unless `work` rejects with an error of this package that has this code. */
export async function rejects(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await work.then(
    () => assert.fail(`expected an error with the code ${code}, but it was done`),
    (error: unknown) => assert.ok(isHeliostatError(error, code), `expected an error with the code ${code}, not: ${String(error)}`),
  );
}

/** What a list shows, by key. */
export async function contentOf({ client }: Conformance, options: ListOptions): Promise<ReadonlyMap<Key, unknown>> {
  const { items } = await client.list(options);
  return new Map(items.map(({ key, value }) => [key, value]));
}

/** Opens a watch, hands it to `use`, and stops it whatever happens. */
export async function watching<R>(
  { client }: Conformance,
  options: ListOptions,
  request: WatchRequest,
  use: (reader: WatchReading) => Promise<R>,
): Promise<R> {
  const watch = await client.watch(options, request);
  try {
    return await use(new WatchReading(watch));
  } finally {
    await watch.stop();
  }
}

/** Reads a watch up to a point, and checks what holds for every watch (R3, R4, R6 of docs/SPEC.md). */
export class WatchReading {
  readonly watch: Watch;
  readonly batches: (readonly WatchEvent[])[] = [];
  private readonly iterator: AsyncIterator<readonly WatchEvent[]>;

  constructor(watch: Watch) {
    this.watch = watch;
    this.iterator = watch[Symbol.asyncIterator]();
  }

  /** Every event so far, without bookmarks. */
  get events(): readonly WatchEvent[] {
    return this.batches.flat().filter(({ type }) => type !== WatchEventType.Bookmark);
  }

  /** Reads on until an event is what `isEnd` looks for, and returns it. */
  async until(isEnd: (event: WatchEvent) => boolean): Promise<WatchEvent> {
    for (;;) {
      const { done, value: batch } = await this.iterator.next();
      assert.notEqual(done, true, 'the watch has ended before what was expected of it');
      assert.ok(batch.length > 0, 'a batch is never empty');
      this.checkRevisions(batch);
      this.batches.push(batch);
      const end = batch.find(isEnd);
      if (end !== undefined) return end;
    }
  }

  /** Reads on until the object at `key` is told to have been written. */
  untilWritten(key: Key): Promise<WatchEvent> {
    return this.until(
      (event) => (event.type === WatchEventType.Added || event.type === WatchEventType.Modified) && event.new.key === key,
    );
  }

  /** Reads what comes next; undefined at the end. */
  async next(): Promise<readonly WatchEvent[] | undefined> {
    const result = await this.iterator.next();
    return result.done === true ? undefined : result.value;
  }

  /** What one revision changed comes in one batch. */
  private checkRevisions(batch: readonly WatchEvent[]): void {
    const told = new Set(this.batches.flat().flatMap(({ type, revision }) => (type === WatchEventType.Bookmark ? [] : [revision])));
    const isInitial = this.batches.flat().every(({ type }) => type !== WatchEventType.Bookmark);
    for (const { type, revision } of batch) {
      if (type === WatchEventType.Bookmark || (type === WatchEventType.Added && isInitial)) continue;
      assert.ok(!told.has(revision), `revision ${revision} was told in an earlier batch already`);
    }
  }
}

/** Folds events over a content. */
export function fold(content: ReadonlyMap<Key, unknown>, events: readonly WatchEvent[]): ReadonlyMap<Key, unknown> {
  const folded = new Map(content);
  for (const event of events) {
    if (event.type === WatchEventType.Added || event.type === WatchEventType.Modified) folded.set(event.new.key, event.new.value);
    if (event.type === WatchEventType.Deleted) folded.delete(event.old.key);
  }
  return folded;
}

/** Two contents are the same, whatever their order. */
export function sameContent(actual: ReadonlyMap<Key, unknown>, expected: ReadonlyMap<Key, unknown>, message?: string): void {
  assert.deepEqual(inKeyOrder(actual), inKeyOrder(expected), message);
}

function inKeyOrder(content: ReadonlyMap<Key, unknown>): readonly (readonly [Key, unknown])[] {
  return [...content].toSorted(([a], [b]) => (a < b ? -1 : 1));
}
