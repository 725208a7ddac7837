/**
 * The memory datastore: the embedded default, and the reference that the others are compared with.
 *
 * Multi-version, with one revision for the whole store: each write, each deletion with all it removes, each transaction is one
 * revision, atomic for readers and for watches. Every state is immutable, so a read at a revision is a look into the history.
 */
import { ClosedError, ParseError, ResourceDoesNotExistError, ValidationError } from '../../model/errors.js';
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
import { WatchEventType, type Watch, type WatchEvent } from '../../model/watch.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { systemRandom, type Random } from '../../ports/random.js';
import { emptyTree } from '../../store/object-tree.js';
import { valueLimitsOf, type ValueLimits } from '../../store/plain-data.js';
import { compileSelector } from '../../store/selector.js';
import { amend } from '../../store/root.js';
import { openTransaction } from '../../store/transact.js';
import { History, parseRevision, type HistoryLimits, type MemoryState } from './history.js';
import { Leases } from './leases.js';
import { listPage } from './list-page.js';
import { malformedOf, MemoryWatch } from './memory-watch.js';
import { applyObject, checkDisjoint, createObject, deleteObjects, updateObject, type OperationContext } from './operations.js';

/** How a memory datastore is set up. Times are in milliseconds. */
export interface MemoryDatastoreOptions {
  /** How much history is kept for reads and watches at earlier revisions. Default: 10,000 revisions of any age. */
  readonly history?: Partial<HistoryLimits> | undefined;
  /** How large a value may be. */
  readonly valueLimits?: Partial<ValueLimits> | undefined;
  /** Between two bookmarks of a watch that has nothing else to say. Default 10,000. */
  readonly bookmarkInterval?: number | undefined;
  /** Events in one batch of a watch at most; a revision is never torn apart, so one may be larger. Default 1,000. */
  readonly maxBatch?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Names the store: see `KVPairList.storeId`. */
  readonly random?: Random | undefined;
}

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
  private readonly clock: Clock;
  private readonly history: History<V>;
  private readonly valueLimits: ValueLimits;
  private readonly bookmarkInterval: number;
  private readonly maxBatch: number;
  private readonly leases: Leases;
  private readonly watches = new Set<MemoryWatch<V>>();
  private isClosed = false;

  constructor(options: MemoryDatastoreOptions = {}) {
    const { clock = systemClock, random = systemRandom, bookmarkInterval = 10_000, maxBatch = 1_000 } = options;
    this.storeId = `memory-${Math.floor(random.next() * 2 ** 32).toString(36)}`;
    this.clock = clock;
    this.bookmarkInterval = positive('bookmarkInterval', bookmarkInterval);
    this.maxBatch = positive('maxBatch', maxBatch);
    this.valueLimits = valueLimitsOf(options.valueLimits);
    const { maxRevisions = 10_000, maxAge = Infinity } = options.history ?? {};
    const initial: MemoryState<V> = { revision: 1, objects: emptyTree(), malformed: emptyTree() };
    this.history = new History(Object.freeze(initial), clock.now(), { maxRevisions, maxAge });
    this.leases = new Leases(clock, (key) => this.write(({ objects }) => objects.delete(key)));
  }

  /** The latest revision. */
  get revision(): Revision {
    return String(this.history.head.revision);
  }

  /** The oldest revision that can still be read. */
  get compactedRevision(): Revision {
    return String(this.history.compacted);
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
    const { result, revision } = this.write((context) => operations.map((operation) => perform(context, operation)));
    return { results: result, revision };
  }

  async get(key: Key, options: GetOptions = {}): Promise<KVPair<V>> {
    this.admitCall(options);
    checkKey(key);
    const state = this.stateAt(options.revision);
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
    const page = listPage(request, (revision) => this.stateAt(revision, match), selector);
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
    const initial = wantsList ? this.stateAt(request.revision, 'notOlderThan') : undefined;
    const after = initial?.revision ?? this.stateAt(request.revision).revision;
    const { signal } = request;
    const stop = (): void => void watch.stop();
    const watch = new MemoryWatch<V>({
      history: this.history,
      selector,
      after,
      initial,
      maxBatch: this.maxBatch,
      bookmarkInterval: this.bookmarkInterval,
      clock: this.clock,
      onEnd: (ended) => {
        this.watches.delete(ended);
        signal?.removeEventListener('abort', stop);
      },
    });
    signal?.addEventListener('abort', stop, { once: true });
    this.watches.add(watch);
    return watch;
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
    this.history.compact(parseRevision(revision));
    for (const watch of this.watches) watch.wake();
  }

  async ensureInitialized(options?: CallOptions): Promise<void> {
    this.admitCall(options);
  }

  async clean(options?: CallOptions): Promise<void> {
    this.admitCall(options);
    const { objects, malformed } = this.history.head;
    if (objects.size + malformed.size === 0) return;
    this.write((context) => {
      for (const [key] of objects) context.objects.delete(key);
      for (const [rawKey, error] of malformed) {
        context.malformed.delete(rawKey);
        context.notify(
          error.key === undefined
            ? { type: WatchEventType.Mended, revision: context.revision, rawKey }
            : { type: WatchEventType.Deleted, revision: context.revision, old: { key: error.key } },
        );
      }
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.leases.clear();
    for (const watch of this.watches) watch.close();
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
    this.write(({ objects, malformed, revision, notify }) => {
      const text = JSON.stringify(rawValue.length > 200 ? `${rawValue.slice(0, 200)}...` : rawValue);
      const error = new ParseError(`The value at ${key} cannot be read: it is ${text}.`, { key, rawKey: key, rawValue, revision });
      objects.delete(key);
      malformed.set(key, error);
      notify({ type: WatchEventType.Error, revision, error });
    });
  }

  /**
   * Decides, commits and tells, in this order; when `decide` throws, nothing has happened. For this class, and for datastores built on
   * it that write past the checks of the operations.
   *
   * @internal
   */
  write<R>(decide: (context: OperationContext<V>) => R): { readonly result: R; readonly revision: Revision } {
    const before = this.history.head;
    const revision = before.revision + 1;
    const notices: WatchEvent<V>[] = [];
    const malformed = openTransaction(before.malformed);
    const objects = openTransaction(before.objects);
    const result = decide({
      objects: objects.draft,
      malformed: malformed.draft,
      before,
      revision: String(revision),
      uid: `${this.storeId}.${revision}`,
      limits: this.valueLimits,
      notify: (notice) => void notices.push(notice),
    });
    const { after, changes } = objects.commit();
    if (changes.length === 0 && notices.length === 0) return { result, revision: String(before.revision) };
    const next: MemoryState<V> = { revision, objects: after, malformed: malformed.commit().after };
    const state = amend(before, (draft) => void Object.assign(draft, next));
    this.history.append({ state, at: this.clock.now(), changes, notices, told: new Set(notices.flatMap(keyOf)) });
    for (const { key, after: object } of changes) this.leases.renew(key, object?.ttl);
    for (const watch of this.watches) watch.wake();
    return { result, revision: String(revision) };
  }

  private stateAt(revision: Revision | undefined, match: ListRequest['revisionMatch'] = 'exact'): MemoryState<V> {
    this.history.trim(this.clock.now());
    if (revision === undefined) return this.history.head;
    const wanted = parseRevision(revision);
    return this.history.at(match === 'exact' ? wanted : Math.max(wanted, this.history.head.revision));
  }

  private admitCall(options: CallOptions = {}): void {
    options.signal?.throwIfAborted();
    if (this.isClosed) throw new ClosedError('This datastore has been closed.');
  }
}

function perform<V>(context: OperationContext<V>, operation: Operation<V>): readonly KVPair<V>[] {
  switch (operation.op) {
    case 'create':
      return [createObject(context, operation.object)];
    case 'update':
      return [updateObject(context, operation.object)];
    case 'apply':
      return [applyObject(context, operation.object)];
    case 'delete':
      return deleteObjects(context, operation.key, operation);
  }
}

function keyOf<V>(notice: WatchEvent<V>): readonly Key[] {
  if (notice.type === WatchEventType.Deleted) return [notice.old.key];
  return notice.type === WatchEventType.Error && notice.error.key !== undefined ? [notice.error.key] : [];
}

function positive(field: string, value: number): number {
  if (value > 0) return value;
  throw new ValidationError(`Illegal ${field} ${value}: it must be a positive number.`, { field });
}
