/**
 * A client whose datastore is far away, on a bad line: delays answers and injects faults, all of it drawn from one seed.
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
} from '../model/client.js';
import {
  ClosedError,
  isHeliostatError,
  OperationNotSupportedError,
  OutcomeUnknownError,
  RevisionCompactedError,
} from '../model/errors.js';
import type { Key } from '../model/key.js';
import type { KVPair, KVPairList } from '../model/kv-pair.js';
import type { ListOptions, ListRequest, WatchRequest } from '../model/list-options.js';
import type { Revision } from '../model/revision.js';
import type { Watch } from '../model/watch.js';
import { pause, type Clock } from '../ports/clock.js';
import type { Random } from '../ports/random.js';
import { faultNames, type FaultName, type FaultRates } from './faults.js';
import { FaultyWatch, type WatchFaults } from './faulty-watch.js';
import { listRefusals, never, noConnection, watchRefusals } from './refusals.js';

/** How bad the line is. Times are in milliseconds. */
export interface FaultyClientOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How likely each fault is. */
  readonly rates?: FaultRates;
  /** Every answer takes between nothing and so long. Default 0. */
  readonly latency?: number;
  /** What a throttled answer asks to wait. Default 2,000. */
  readonly retryAfter?: number;
}

/** How far back a lagging replica can be. */
const rememberedRevisions = 50;

/**
 * Wraps a datastore and lets things go wrong, until {@link heal}.
 *
 * @example
 * ```ts
 * import { MemoryDatastore } from 'heliostat/memory';
 * import { FaultyClient, seededRandom, SimulatedClock } from 'heliostat/testing';
 * const clock = new SimulatedClock();
 * const datastore = new MemoryDatastore({ clock });
 * const client = new FaultyClient(datastore, { clock, random: seededRandom(7), rates: { 'watch.cut': 0.1, 'list.refused': 0.3 } });
 * // Mirror `client`, write to `datastore`, then client.heal() and compare.
 * ```
 */
export class FaultyClient<V = unknown> implements Backend<V> {
  readonly capabilities: Readonly<Partial<ClientCapabilities>>;
  readonly compareRevisions?: (a: Revision, b: Revision) => number;
  /** How often each fault has happened: one that never did has tested nothing. */
  readonly fired: Readonly<Record<FaultName, number>>;
  private readonly backend: Backend<V>;
  private readonly clock: Clock;
  private readonly random: Random;
  private readonly latency: number;
  private readonly retryAfter: number;
  private readonly counts: Record<FaultName, number>;
  private rates: FaultRates;
  private readonly watches = new Set<FaultyWatch<V>>();
  private isClosed = false;
  /** Revisions that were shown: what a lagging replica may still be at. */
  private readonly past: Revision[] = [];

  constructor(backend: Backend<V>, { clock, random, rates = {}, latency = 0, retryAfter = 2_000 }: FaultyClientOptions) {
    this.backend = backend;
    this.clock = clock;
    this.random = random;
    this.rates = rates;
    this.latency = latency;
    this.retryAfter = retryAfter;
    this.capabilities = backend.capabilities;
    if (backend.compareRevisions !== undefined) this.compareRevisions = backend.compareRevisions.bind(backend);
    this.counts = Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultName, number>; // every name has its entry
    this.fired = this.counts;
  }

  /** Lets things go wrong at other rates from now on. */
  setRates(rates: FaultRates): void {
    this.rates = rates;
  }

  /** Nothing goes wrong any more. What has gone wrong stays so: a silent watch stays silent. */
  heal(): void {
    this.setRates({});
  }

  /** Does something to every open watch, whatever the rates: cuts it, closes it, makes it silent, ends it as expired or failed. */
  strike(fault: 'watch.cut' | 'watch.closed' | 'watch.silent' | 'watch.expired' | 'watch.failed'): void {
    for (const watch of this.watches) {
      this.counts[fault]++;
      watch.strike(fault);
    }
  }

  async list(options: ListOptions, request: ListRequest = {}): Promise<KVPairList<V>> {
    await this.arrive(request.signal);
    this.refuse(listRefusals);
    if (this.happens('list.hangs')) return never(request.signal);
    if (request.continue !== undefined && this.happens('list.pageExpired'))
      throw new RevisionCompactedError('the page has expired');
    const list = (await this.staleList(options, request)) ?? (await this.freshList(options, request));
    await this.arrive(request.signal);
    return list;
  }

  async watch(options: ListOptions, request: WatchRequest = {}): Promise<Watch<V>> {
    await this.arrive(request.signal);
    this.refuse(watchRefusals);
    if (this.happens('watch.hangs')) return never(request.signal);
    const inner = await this.backend.watch(options, request);
    const faults: WatchFaults = {
      happens: (fault) => this.happens(fault),
      latency: () => this.random.next() * this.latency,
      clock: this.clock,
      onBatch: (batch) => this.remember(batch.at(-1)?.revision),
      onEnd: () => this.watches.delete(watch),
    };
    const watch = new FaultyWatch(inner, faults);
    this.watches.add(watch);
    return watch;
  }

  create(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.write(options, () => this.backend.create(object, options));
  }

  update(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.write(options, () => this.backend.update(object, options));
  }

  apply(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.write(options, () => this.backend.apply(object, options));
  }

  delete(key: Key, options?: DeleteOptions): Promise<DeleteResult<V>> {
    return this.write(options, () => this.backend.delete(key, options));
  }

  transaction(operations: readonly Operation<V>[], options?: CallOptions): Promise<TransactionResult<V>> {
    return this.write(options, async () => {
      if (this.backend.transaction !== undefined) return this.backend.transaction(operations, options);
      throw new OperationNotSupportedError('The datastore behind this client has no transactions.');
    });
  }

  async get(key: Key, options: GetOptions = {}): Promise<KVPair<V>> {
    await this.arrive(options.signal);
    return this.backend.get(key, options);
  }

  ensureInitialized(options?: CallOptions): Promise<void> {
    return this.backend.ensureInitialized(options);
  }

  clean(options?: CallOptions): Promise<void> {
    return this.backend.clean(options);
  }

  /** Ends what goes through this client; the datastore behind it stays open. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.watches].map((watch) => watch.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async write<R>(options: CallOptions | undefined, send: () => Promise<R>): Promise<R> {
    await this.arrive(options?.signal);
    if (this.happens('write.refused')) throw noConnection();
    const result = await send();
    if (this.happens('write.answerLost')) throw new OutcomeUnknownError('The answer to a write was lost: it may have been done.');
    return result;
  }

  private happens(fault: FaultName): boolean {
    const rate = this.rates[fault] ?? 0;
    if (rate === 0 || this.random.next() >= rate) return false;
    this.counts[fault]++;
    return true;
  }

  /** Time passes on the line. */
  private async arrive(signal: AbortSignal | undefined): Promise<void> {
    if (this.isClosed) throw new ClosedError('This client has been closed.');
    if (this.latency > 0) await pause(this.clock, Math.floor(this.random.next() * this.latency), signal);
    signal?.throwIfAborted();
  }

  private remember(revision: Revision | undefined): void {
    if (revision === undefined || revision === this.past.at(-1)) return;
    this.past.push(revision);
    if (this.past.length > rememberedRevisions) this.past.shift();
  }

  private async freshList(options: ListOptions, request: ListRequest): Promise<KVPairList<V>> {
    const list = await this.backend.list(options, request);
    this.remember(list.revision);
    return list;
  }

  /** The answer of a lagging replica, where there is one and it still has its history. */
  private async staleList(options: ListOptions, request: ListRequest): Promise<KVPairList<V> | undefined> {
    const revision = this.past[Math.floor(this.random.next() * (this.past.length - 1))];
    if (request.continue !== undefined || revision === undefined || this.random.next() >= (this.rates['list.stale'] ?? 0))
      return undefined;
    const { revisionMatch: _match, ...rest } = request;
    try {
      const list = await this.backend.list(options, { ...rest, revision });
      this.counts['list.stale']++;
      return list;
    } catch (error) {
      if (isHeliostatError(error, 'revision-compacted')) return undefined;
      throw error;
    }
  }

  private refuse(refusals: typeof listRefusals): void {
    for (const [fault, errorOf] of refusals) if (this.happens(fault)) throw errorOf(this.retryAfter);
  }
}
