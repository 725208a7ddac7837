/**
 * One resource type of a syncer: the sink of its reflector. Holds the objects of the datastore, has them converted, and tells the
 * syncer what it shows.
 */
import { deepEqual } from 'fast-equals';
import { ParseError } from '../model/errors.js';
import type { Failure } from '../model/failure.js';
import type { Key } from '../model/key.js';
import type { KVPair, KVPairList } from '../model/kv-pair.js';
import type { Revision } from '../model/revision.js';
import { WatchEventType, type WatchEvent } from '../model/watch.js';
import type { ReflectorSink } from '../reflector/sink.js';
import { emptyTree, type Change, type ObjectTree } from '../store/object-tree.js';
import { replaceAll, transact, type Commit, type TreeDraft } from '../store/transact.js';
import type { Removal } from './change-queue.js';
import type { Conversion } from './conversion.js';

/** What a resource type tells its syncer. */
export interface TypeMirrorHost<Out> {
  /** Updates follow, and nobody may be waiting for the datastore then. */
  leaveWaiting(): void;
  /** What is shown is not complete any more. */
  beginResync(): void;
  show(outputs: ObjectTree<KVPair<Out>>, changes: readonly Change<KVPair<Out>>[], removalOf: (key: Key) => Removal): void;
  /** An entry cannot be read. */
  quarantine(error: ParseError): void;
  /** Whether there is any entry that cannot be read. */
  hasQuarantined(): boolean;
  /** An entry can be read again, or is gone. */
  release(rawKey: string): void;
  /** These, and no others, cannot be read. */
  quarantineOnly(errors: readonly ParseError[]): void;
  syncFailed(failure: Failure, attempts: number): void;
  syncRecovered(): void;
}

export interface TypeMirrorOptions<In, Out> {
  readonly host: TypeMirrorHost<Out>;
  readonly conversion: Conversion<In, Out>;
  /** Freezes an object and lets it in, or throws. */
  readonly admit: (pair: KVPair<In>) => KVPair<In>;
  readonly onMalformed: 'keepLast' | 'delete';
  readonly deletesOnDisconnect: boolean;
}

export class TypeMirror<In, Out> implements ReflectorSink<In> {
  private readonly options: TypeMirrorOptions<In, Out>;
  private objects: ObjectTree<KVPair<In>> = emptyTree();
  private storeId: string | undefined;
  private hasReportedFailure = false;
  /** What is to be told when the updates that belong to it have been. */
  private readonly deferred: (() => void)[] = [];

  constructor(options: TypeMirrorOptions<In, Out>) {
    this.options = options;
  }

  /** Tells something after the updates of the change that is being taken in. */
  defer(tell: () => void): void {
    this.deferred.push(tell);
  }

  /** How many objects of the datastore it holds. */
  get size(): number {
    return this.objects.size;
  }

  replaceAll(list: KVPairList<In>): void {
    const { host } = this.options;
    this.reconnected();
    host.leaveWaiting();
    const malformed = [...(list.malformed ?? [])];
    const pairs: KVPair<In>[] = [];
    for (const item of list.items) {
      const admitted = this.admit(item, malformed, (key) => this.objects.has(key));
      if (admitted !== undefined) pairs.push(admitted);
    }
    this.keepLast(malformed, pairs);
    // A revision says what it says in one store only: in another one, or an unknown one, values decide.
    const trustsRevisions = list.storeId !== undefined && list.storeId === this.storeId;
    this.storeId = list.storeId;
    const commit = replaceAll(this.objects, entriesOf(inKeyOrder(pairs)), (a, b) => isSameObject(a, b, trustsRevisions));
    this.defer(() => host.quarantineOnly(malformed));
    this.show(commit, 'replace', () => ({ revision: list.revision, finalStateUnknown: true }));
  }

  commit(events: readonly WatchEvent<In>[]): void {
    const removals = new Map<Key, Revision>();
    const commit = transact(this.objects, (draft) => {
      for (const event of events) this.take(event, draft, removals);
    });
    this.show(commit, 'apply', (key) => ({ revision: removals.get(key), finalStateUnknown: false }));
  }

  removeAll(): void {
    this.options.host.leaveWaiting();
    this.defer(() => this.options.host.quarantineOnly([]));
    this.clear();
  }

  redeliver(): void {} // a syncer's consumers are told of changes only

  disconnected(): void {
    if (!this.options.deletesOnDisconnect || this.objects.size === 0) return;
    this.options.host.beginResync();
    this.clear();
  }

  listFailed(failure: Failure, attempts: number): void {
    this.hasReportedFailure = true;
    this.options.host.syncFailed(failure, attempts);
  }

  reconnected(): void {
    if (this.hasReportedFailure) this.options.host.syncRecovered();
    this.hasReportedFailure = false;
  }

  private clear(): void {
    const commit = replaceAll(this.objects, [], () => false);
    this.show(commit, 'replace', () => ({ revision: undefined, finalStateUnknown: true }));
  }

  private take(event: WatchEvent<In>, draft: TreeDraft<KVPair<In>>, removals: Map<Key, Revision>): void {
    const { host, onMalformed } = this.options;
    const remove = (key: Key): void => {
      draft.delete(key);
      removals.set(key, event.revision);
    };
    switch (event.type) {
      case WatchEventType.Added:
      case WatchEventType.Modified:
        this.put(event.new, draft, remove);
        break;
      case WatchEventType.Deleted:
        remove(event.old.key);
        this.release(event.old.key);
        break;
      case WatchEventType.Error:
        this.defer(() => host.quarantine(event.error));
        if (onMalformed === 'delete' && event.error.key !== undefined) remove(event.error.key);
        break;
      case WatchEventType.Mended:
        this.release(event.rawKey);
        break;
      case WatchEventType.Bookmark: // Moves the revision, which the chart keeps.
    }
  }

  private put(pair: KVPair<In>, draft: TreeDraft<KVPair<In>>, remove: (key: Key) => void): void {
    const refused: ParseError[] = [];
    const admitted = this.admit(pair, refused, (key) => draft.get(key) !== undefined);
    if (admitted !== undefined) {
      const known = draft.get(admitted.key);
      if (known === undefined || !isSameObject(known, admitted, true)) draft.set(admitted.key, admitted);
      this.release(admitted.key);
    }
    for (const error of refused) {
      this.defer(() => this.options.host.quarantine(error));
      if (this.options.onMalformed === 'delete' && error.key !== undefined) remove(error.key);
    }
  }

  private release(rawKey: string): void {
    // Nothing is waiting to be told and nobody is in quarantine: the usual case, for each event.
    if (this.deferred.length > 0 || this.options.host.hasQuarantined()) this.defer(() => this.options.host.release(rawKey));
  }

  /** Lets an object in. One that is illegal is an entry that cannot be read; its key is one only where there is an object at it. */
  private admit(pair: KVPair<In>, malformed: ParseError[], isKnown: (key: Key) => boolean): KVPair<In> | undefined {
    try {
      return this.options.admit(pair);
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      const key: unknown = pair.key; // what is let in here is not known yet
      const { revision } = pair;
      const known = typeof key === 'string' && isKnown(key) ? { key } : {};
      const at = revision === undefined ? {} : { revision };
      malformed.push(
        new ParseError(`${String(key)} is not shown: ${cause.message}`, { rawKey: String(key), cause, ...known, ...at }),
      );
      return undefined;
    }
  }

  /** What cannot be read stays as it was last read, if that is wanted and the list has nothing else at its key. */
  private keepLast(malformed: readonly ParseError[], pairs: KVPair<In>[]): void {
    if (malformed.length === 0 || this.options.onMalformed === 'delete') return;
    const listed = new Set(pairs.map(({ key }) => key));
    for (const { key } of malformed) {
      const last = key === undefined || listed.has(key) ? undefined : this.objects.get(key);
      if (last === undefined) continue;
      pairs.push(last);
      listed.add(last.key);
    }
  }

  private show(objects: Commit<KVPair<In>>, how: 'apply' | 'replace', removalOf: (key: Key) => Removal): void {
    this.objects = objects.after;
    const { after, changes } = this.options.conversion[how](objects);
    if (changes.length > 0) this.options.host.show(after, changes, removalOf);
    for (const tell of this.deferred.splice(0)) tell();
  }
}

/** Whether a listed object is the one we have. */
function isSameObject<V>(a: KVPair<V>, b: KVPair<V>, trustsRevisions: boolean): boolean {
  if (a.revision !== b.revision || a.uid !== b.uid) return false;
  return (trustsRevisions && a.revision !== undefined) || deepEqual(a.value, b.value);
}

/** In the order of keys, without repetition: of two that have a key, the later one. Most datastores list in this order. */
function inKeyOrder<V>(pairs: readonly KVPair<V>[]): readonly KVPair<V>[] {
  if (pairs.every(({ key }, index) => index === 0 || (pairs[index - 1]?.key ?? '') < key)) return pairs;
  const byKey = new Map(pairs.map((pair) => [pair.key, pair]));
  return [...byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function* entriesOf<V>(pairs: readonly KVPair<V>[]): Iterable<readonly [Key, KVPair<V>]> {
  for (const pair of pairs) yield [pair.key, pair];
}
