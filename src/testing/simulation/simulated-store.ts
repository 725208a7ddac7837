/**
 * The datastore of a simulation, with what can happen to a datastore itself: it goes down and comes back, forgets its history while
 * somebody reads it, loses an API, is restored from a backup, and says what is not true.
 */
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
import { ApiMissingError, DatastoreUnavailableError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { KVPair, KVPairList } from '../../model/kv-pair.js';
import type { ListOptions, ListRequest, WatchRequest } from '../../model/list-options.js';
import type { Watch } from '../../model/watch.js';
import type { Clock, TimerHandle } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import { LyingWatch, type LieName, type LieRates } from './lies.js';
import type { Setup } from './plan.js';
import { RecordedDatastore, type RecordedWrite } from './recorded-datastore.js';
import type { Tally } from './tally.js';
import type { Truth } from './truth.js';

export interface SimulatedStoreOptions<V> {
  readonly setup: Setup;
  readonly clock: Clock;
  readonly random: Random;
  readonly truth: Truth<V>;
  /** Counts what went wrong. */
  readonly fired: Tally;
  readonly onWrite: (write: RecordedWrite<V>) => void;
}

/** What a store is restored from. */
interface Backup<V> {
  readonly revision: number;
  readonly objects: readonly KVPair<V>[];
}

export class SimulatedStore<V> implements Backend<V> {
  readonly capabilities: Readonly<Partial<ClientCapabilities>>;
  private readonly options: SimulatedStoreOptions<V>;
  private datastore: RecordedDatastore<V>;
  private downUntil = 0;
  private readonly uninstalledUntil = new Map<string, number>();
  private lies: LieRates = {};
  private races = 0;
  private readonly leases = new Set<TimerHandle>();
  private backedUp: Backup<V> | undefined;

  constructor(options: SimulatedStoreOptions<V>) {
    this.options = options;
    this.datastore = this.open();
    this.capabilities = this.datastore.capabilities;
  }

  /** Who the datastore is, if it tells. */
  get storeId(): string | undefined {
    return this.options.setup.hasStoreId ? this.datastore.storeId : undefined;
  }

  /** Everything is as it should be again. */
  heal(): void {
    this.downUntil = 0;
    this.uninstalledUntil.clear();
    this.lies = {};
    this.races = 0;
    for (const timer of this.leases) this.options.clock.clearTimeout(timer);
    this.leases.clear();
  }

  goDown(ms: number): void {
    this.downUntil = this.options.clock.now() + ms;
    this.options.fired.add('store.restarted');
  }

  uninstall(kind: string, ms: number): void {
    this.uninstalledUntil.set(kind, this.options.clock.now() + ms);
  }

  lie(rates: LieRates): void {
    this.lies = rates;
  }

  /** Races so many of the next lists. */
  race(times: number): void {
    this.races = times;
  }

  /** Forgets the history but for so many revisions. */
  async compact(kept: number): Promise<void> {
    const oldest = Math.max(Number(this.datastore.compactedRevision), Number(this.datastore.revision) - kept);
    await this.datastore.compact(String(oldest));
    this.options.fired.add('store.compacted');
  }

  async corrupt(key: Key): Promise<void> {
    await this.datastore.corrupt(key, '{"half":');
  }

  async backup(): Promise<void> {
    const { items } = await this.datastore.list({});
    this.backedUp = { revision: Number(this.datastore.revision), objects: items };
  }

  /** Goes back to the backup: another store, with earlier revisions. @returns whether there was one to go back to. */
  async restore(): Promise<boolean> {
    const { backedUp } = this;
    if (backedUp === undefined || backedUp.revision >= Number(this.datastore.revision)) return false;
    await this.datastore.close();
    this.options.truth.beginAnew();
    this.datastore = this.open();
    const objects = backedUp.objects.map(({ key, value }): Operation<V> => ({ op: 'apply', object: { key, value } }));
    if (objects.length > 0) await this.datastore.transaction(objects);
    const { lastValue } = this.options.truth;
    if (lastValue !== undefined) await this.catchUp(backedUp.revision, lastValue);
    this.options.fired.add(this.options.setup.hasStoreId ? 'store.restored' : 'store.restoredUnidentified');
    return true;
  }

  async list(options: ListOptions, request: ListRequest = {}): Promise<KVPairList<V>> {
    this.answer(options);
    const { storeId, ...list } = await this.datastore.list(options, request);
    if (this.races > 0 && list.continue === undefined) await this.runRace(options);
    return storeId === undefined || !this.options.setup.hasStoreId ? list : { ...list, storeId };
  }

  async watch(options: ListOptions, request: WatchRequest = {}): Promise<Watch<V>> {
    this.answer(options);
    const watch = await this.datastore.watch(options, request);
    return new LyingWatch(watch, (lie) => this.happens(lie));
  }

  async create(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    this.answer();
    return this.datastore.create(object, options);
  }

  async update(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    this.answer();
    return this.datastore.update(object, options);
  }

  async apply(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    this.answer();
    const { ttl, ...rest } = object;
    const written = await this.datastore.apply(rest, options);
    if (ttl !== undefined) this.lease(written, ttl);
    return written;
  }

  async delete(key: Key, options?: DeleteOptions): Promise<DeleteResult<V>> {
    this.answer();
    return this.datastore.delete(key, options);
  }

  async transaction(operations: readonly Operation<V>[], options?: CallOptions): Promise<TransactionResult<V>> {
    this.answer();
    return this.datastore.transaction(operations, options);
  }

  async get(key: Key, options?: GetOptions): Promise<KVPair<V>> {
    this.answer();
    return this.datastore.get(key, options);
  }

  async ensureInitialized(options?: CallOptions): Promise<void> {
    this.answer();
    await this.datastore.ensureInitialized(options);
  }

  async clean(options?: CallOptions): Promise<void> {
    this.answer();
    await this.datastore.clean(options);
  }

  close(): Promise<void> {
    return this.datastore.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The order of revisions, as the datastore knows it. */
  compareRevisions(a: string, b: string): number {
    return this.datastore.compareRevisions(a, b);
  }

  private open(): RecordedDatastore<V> {
    const { setup, clock, random, truth, onWrite } = this.options;
    const { history, maxBatch, bookmarkInterval } = setup;
    return new RecordedDatastore<V>({ clock, random, maxBatch, bookmarkInterval, history: { maxRevisions: history } }, (write) => {
      truth.commit(write.revision, write.changes, write.corrupted);
      onWrite(write);
    });
  }

  /** Whether there is anybody to ask, and about this kind. */
  private answer({ kind }: ListOptions = {}): void {
    const now = this.options.clock.now();
    if (now < this.downUntil) throw new DatastoreUnavailableError('the datastore is being restarted');
    if (kind === undefined || now >= (this.uninstalledUntil.get(kind) ?? 0)) return;
    this.options.fired.add('store.apiMissing');
    throw new ApiMissingError(`${kind} is not installed`);
  }

  /** The object goes unless it is written again before: here rather than in the datastore, so that it goes when a lease is late. */
  private lease({ key, revision }: KVPair<V>, ttl: number): void {
    const { clock, fired } = this.options;
    const { datastore } = this;
    const timer = clock.setTimeout(() => {
      this.leases.delete(timer);
      datastore.delete(key, { revision }).then(
        () => fired.add('store.leaseExpired'),
        () => {}, // it has been written again, or is gone, or the datastore is
      );
    }, ttl);
    this.leases.add(timer);
  }

  /** Writes where nobody looks until the store is at `revision`. */
  private async catchUp(revision: number, value: V): Promise<void> {
    while (Number(this.datastore.revision) < revision) await this.datastore.apply({ key: '/elsewhere', value });
  }

  private async runRace({ kind = '' }: ListOptions): Promise<void> {
    const { lastValue } = this.options.truth;
    if (lastValue === undefined) return;
    this.races--;
    await this.datastore.apply({ key: `/${kind}/raced`, value: lastValue });
    await this.datastore.compact();
    this.options.fired.add('store.compactedRacing');
  }

  private happens(lie: LieName): boolean {
    const rate = this.lies[lie] ?? 0;
    if (rate === 0 || this.options.random.next() >= rate) return false;
    this.options.fired.add(lie);
    return true;
  }
}
