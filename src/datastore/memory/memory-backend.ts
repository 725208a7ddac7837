/**
 * The memory datastore: the embedded default, and the reference that the others are compared with.
 *
 * Multi-version, with one revision for the whole store: each write, each deletion with all it removes, each transaction is one
 * revision, atomic for readers and for watches. Every state is immutable, so a read at a revision is a look into the history.
 */
import { ClosedError, ResourceDoesNotExistError } from '../../model/errors.js';
import type {
  Backend,
  CallOptions,
  ClientCapabilities,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  Operation,
  TransactionResult,
} from '../../model/client.js';
import { checkKey } from '../../model/key-format.js';
import type { Key } from '../../model/key.js';
import type { KVPair, KVPairList } from '../../model/kv-pair.js';
import type { ListOptions, ListRequest, WatchRequest } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import type { Watch } from '../../model/watch.js';
import { compileSelector } from '../../store/selector.js';
import { parseRevision } from './history.js';
import { listPage } from './list-page.js';
import { memorySettingsOf, type MemoryDatastoreOptions } from './memory-options.js';
import { malformedOf } from './memory-watch.js';
import {
  applyObject,
  checkDisjoint,
  corruptEntry,
  createObject,
  deleteEverything,
  deleteObjects,
  performOperation,
  updateObject,
  type OperationContext,
} from './operations.js';
import { Versions, type Written } from './versions.js';

export class MemoryBackend<V = unknown> implements Backend<V> {
  readonly capabilities: Readonly<ClientCapabilities> = Object.freeze({
    writes: true,
    watch: true,
    history: true,
    paging: true,
    initialList: true,
    bookmarks: true,
    previousValues: true,
    ttl: true,
    deleteConditions: true,
    transactions: true,
    immutableValues: true,
  });
  /** Tells this store from any other: see `KVPairList.storeId`. */
  readonly storeId: string;
  private readonly versions: Versions<V>;
  private isClosed = false;

  constructor(options: MemoryDatastoreOptions = {}) {
    const settings = memorySettingsOf(options);
    this.storeId = settings.storeId;
    this.versions = new Versions(settings);
  }

  /** The latest revision. */
  get revision(): Revision {
    return String(this.versions.head.revision);
  }

  /** The oldest revision that can still be read. */
  get compactedRevision(): Revision {
    return String(this.versions.compacted);
  }

  async create(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    this.admitCall(options);
    return this.write((context) => createObject(context, object)).result;
  }

  async update(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    this.admitCall(options);
    return this.write((context) => updateObject(context, object)).result;
  }

  async apply(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    this.admitCall(options);
    return this.write((context) => applyObject(context, object)).result;
  }

  async delete(key: Key, options: DeleteOptions = {}): Promise<DeleteResult<V>> {
    this.admitCall(options);
    const { result, revision } = this.write((context) => deleteObjects(context, key, options));
    return { items: result, revision };
  }

  async transaction(operations: readonly Operation<V>[], options?: CallOptions): Promise<TransactionResult<V>> {
    this.admitCall(options);
    checkDisjoint(operations);
    const { result, revision } = this.write((context) => operations.map((operation) => performOperation(context, operation)));
    return { results: result, revision };
  }

  async get(key: Key, options: GetOptions = {}): Promise<KVPair<V>> {
    this.admitCall(options);
    checkKey(key);
    const state = this.versions.stateAt(options.revision);
    const malformed = state.malformed.get(key);
    if (malformed !== undefined) throw malformed;
    const pair = state.objects.get(key);
    if (pair === undefined) throw new ResourceDoesNotExistError(`There is no object at ${key}.`, { key });
    return pair;
  }

  async list(options: ListOptions, request: ListRequest = {}): Promise<KVPairList<V>> {
    this.admitCall(request);
    const selector = compileSelector(options);
    const isFirstPage = request.continue === undefined;
    const match = isFirstPage ? request.revisionMatch : 'exact';
    const page = listPage(request, (revision) => this.versions.stateAt(revision, match), selector);
    const malformed = isFirstPage ? malformedOf(page.state, selector) : [];
    return {
      items: page.items,
      revision: String(page.state.revision),
      storeId: this.storeId,
      ...(page.continue === undefined ? {} : { continue: page.continue }),
      ...(malformed.length === 0 ? {} : { malformed }),
    };
  }

  async watch(options: ListOptions, request: WatchRequest = {}): Promise<Watch<V>> {
    this.admitCall(request);
    const selector = compileSelector(options);
    const wantsList = request.initialList === true;
    const initial = wantsList ? this.versions.stateAt(request.revision, 'notOlderThan') : undefined;
    const after = initial?.revision ?? this.versions.stateAt(request.revision).revision;
    return this.versions.watch(selector, after, initial, request.signal);
  }

  /** Revisions of this store are numbers that grow. */
  compareRevisions(a: Revision, b: Revision): number {
    return parseRevision(a) - parseRevision(b);
  }

  /**
   * Forgets the history before `revision`, which stays readable. A watch or a read below it fails as compacted.
   *
   * @throws RevisionTooNewError when it has not been written yet, ValidationError when it is no revision of this store.
   */
  async compact(revision: Revision = this.revision): Promise<void> {
    this.admitCall();
    this.versions.compact(revision);
  }

  async ensureInitialized(options?: CallOptions): Promise<void> {
    this.admitCall(options);
  }

  async clean(options?: CallOptions): Promise<void> {
    this.admitCall(options);
    this.write(deleteEverything);
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.versions.close();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Makes the entry at `key` unreadable, as a foreign writer can: lists name it as malformed, watches report it, `get` throws its
   * ParseError, until it is written or deleted. For tests of what happens then.
   */
  async corrupt(key: Key, rawValue: string): Promise<void> {
    this.admitCall();
    checkKey(key);
    this.write((context) => corruptEntry(context, key, rawValue));
  }

  /**
   * Decides, commits and tells, in this order; when `decide` throws, nothing has happened. For this class, and for datastores built on
   * it that write past the checks of the operations.
   *
   * @internal
   */
  write<R>(decide: (context: OperationContext<V>) => R): Written<R> {
    return this.versions.write(decide);
  }

  private admitCall(options: CallOptions = {}): void {
    options.signal?.throwIfAborted();
    if (this.isClosed) throw new ClosedError('This datastore has been closed.');
  }
}
