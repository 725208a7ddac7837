/** The sink of a source's reflector: holds what was read of the datastore, decoded, and says how it differs from what was read before. */
import { deepEqual } from 'fast-equals';
import { ParseError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { KVPair, KVPairList } from '../../model/kv-pair.js';
import { WatchEventType, type WatchEvent } from '../../model/watch.js';
import type { ReflectorSink } from '../../reflector/sink.js';
import { emptyTree } from '../../store/object-tree.js';
import { replaceAll, transact, type TreeDraft } from '../../store/transact.js';
import { decodePair } from './decoding.js';
import type { Entry, Picture } from './picture.js';
import type { ResourceRegistry } from './resource-registry.js';
import { Unreadable } from './unreadable.js';

/** What has become of one key. */
export interface Step {
  readonly key: Key;
  /** Undefined: it is gone. */
  readonly entry: Entry | undefined;
}

/** What one batch of the watch has changed. */
export interface ChangeBatch {
  /** The steps of each revision, in order. */
  readonly revisions: readonly (readonly Step[])[];
  /** The picture after all of them. */
  readonly after: Picture;
}

/** Whom the sink tells. Called inside transitions: it must not call anybody back. */
export interface SourceSinkHost {
  listTaken(bringsNews: boolean): void;
  changed(batch: ChangeBatch): void;
  malformed(error: ParseError): void;
  otherDatastore(storeId: string, previousStoreId: string): void;
}

export class SourceSink implements ReflectorSink<unknown> {
  picture: Picture = emptyTree();
  /** The datastore that was listed last, or that the local copy is of; undefined when it cannot be told. */
  storeId: string | undefined;
  private readonly registry: ResourceRegistry;
  private readonly host: SourceSinkHost;
  private readonly unreadable: Unreadable;

  constructor(registry: ResourceRegistry, host: SourceSinkHost) {
    this.registry = registry;
    this.host = host;
    this.unreadable = new Unreadable((error) => host.malformed(error));
  }

  /** The entries that cannot be read now. */
  get malformed(): readonly ParseError[] {
    return this.unreadable.errors;
  }

  replaceAll(list: KVPairList): void {
    const entries = new Map<Key, Entry>();
    const errors = (list.malformed ?? []).filter((error) => this.concerns(error));
    for (const pair of list.items) {
      const entry = decodePair(pair, this.registry);
      if (entry instanceof ParseError) errors.push(entry);
      else if (entry !== undefined) entries.set(pair.key, entry);
    }
    for (const { key } of errors) {
      const last = key === undefined || entries.has(key) ? undefined : this.picture.get(key);
      if (key !== undefined && last !== undefined) entries.set(key, last);
    }
    this.unreadable.replace(errors);
    this.identify(list.storeId);
    this.take(entries);
  }

  commit(events: readonly WatchEvent[]): void {
    const revisions: Step[][] = [];
    let revision: string | undefined;
    const { after } = transact(this.picture, (draft) => {
      for (const event of events) {
        const step = this.stepOf(event, draft);
        if (step === undefined) continue;
        if (event.revision !== revision) revisions.push([]);
        revision = event.revision;
        revisions.at(-1)?.push(step);
      }
    });
    this.picture = after;
    if (revisions.length > 0) this.host.changed({ revisions, after });
  }

  removeAll(): void {
    this.unreadable.replace([]);
    this.take(new Map());
  }

  redeliver(): void {} // is not asked for
  disconnected(): void {} // what was read stands; the chart of the connection decides what that means
  listFailed(): void {} // failures are told one by one
  reconnected(): void {}

  private take(entries: ReadonlyMap<Key, Entry>): void {
    const inOrder = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const { after, changes } = replaceAll(this.picture, inOrder, isSame);
    this.picture = after;
    this.host.listTaken(changes.length > 0);
  }

  private stepOf(event: WatchEvent, draft: TreeDraft<Entry>): Step | undefined {
    switch (event.type) {
      case WatchEventType.Added:
      case WatchEventType.Modified:
        return this.put(event.new, draft);
      case WatchEventType.Deleted:
        return this.remove(event.old.key, draft);
      case WatchEventType.Error:
        if (this.concerns(event.error)) this.unreadable.add(event.error);
        return undefined;
      case WatchEventType.Mended:
        this.unreadable.release(event.rawKey);
        return undefined;
      case WatchEventType.Bookmark:
        return undefined; // moves the revision, which the reflector keeps
    }
  }

  private put(pair: KVPair, draft: TreeDraft<Entry>): Step | undefined {
    const entry = decodePair(pair, this.registry);
    if (entry instanceof ParseError) this.unreadable.add(entry);
    if (entry === undefined || entry instanceof ParseError) return undefined;
    this.unreadable.release(pair.key);
    const known = draft.get(pair.key);
    if (known !== undefined && isSame(known, entry)) return undefined;
    draft.set(pair.key, entry);
    return { key: pair.key, entry };
  }

  private remove(key: Key, draft: TreeDraft<Entry>): Step | undefined {
    this.unreadable.release(key);
    if (draft.get(key) === undefined) return undefined;
    draft.delete(key);
    return { key, entry: undefined };
  }

  /** An entry whose key is not known may be anything, so it is everybody's. */
  private concerns({ key }: ParseError): boolean {
    return key === undefined || this.registry.placeOf(key) !== undefined;
  }

  private identify(storeId: string | undefined): void {
    const { storeId: previous } = this;
    if (storeId === undefined || storeId === previous) return;
    this.storeId = storeId;
    if (previous !== undefined) this.host.otherDatastore(storeId, previous);
  }
}

function isSame(a: Entry, b: Entry): boolean {
  return deepEqual(a.value, b.value);
}
