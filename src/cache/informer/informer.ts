/// <reference lib="esnext.disposable" preserve="true" />
/** One store, filled by whatever fills stores, with everyone who is told what changes in it. */
import { StoppedError, ValidationError } from '../../model/errors.js';
import type { Revision } from '../../model/revision.js';
import { checkNumber } from '../../policy/timings.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import { within } from '../../reflector/within.js';
import { createIndexer } from '../keyed-store.js';
import { metaNamespaceKeyFunc } from '../keys.js';
import { errorOf } from '../reflector/problems.js';
import type { Indexer, Indexers } from '../store.js';
import { Admission } from './admission.js';
import { Audience } from './audience.js';
import type { HandlerOptions, HandlerRegistration, ResourceEventHandler } from './handler.js';
import { contentsOf, viewOf, type IndexerView } from './indexer-view.js';
import type { Feed, FeedHost, InformerOptions, InformerReport } from './options.js';
import { InformerProblems } from './problems.js';
import { checkResyncPeriod } from './registration.js';
import { InformerSink } from './sink.js';

/**
 * An informer over any feed, such as a Poller for what cannot be watched. Over a reflector it is a `SharedInformer`.
 *
 * @example
 * ```ts
 * import { enumeratorOf, Informer, Poller } from 'heliostat/cache';
 * interface Node { readonly metadata: { readonly name: string } }
 * const informer = new Informer<Node>({}, ({ store }) => {
 *   return new Poller({ getFunc: async () => enumeratorOf([{ metadata: { name: 'node-1' } }]), period: 10_000, store });
 * });
 * const registration = informer.addEventHandler({ onAdd: (node) => console.log(node.metadata.name) });
 * const running = informer.run();
 * await registration.synced; // prints: node-1
 * await informer[Symbol.asyncDispose]();
 * await running;
 * ```
 */
export class Informer<T, F extends Feed = Feed> implements AsyncDisposable {
  /** What there is: objects, indices, snapshots. Whoever reads it here reads at least what every handler was told. */
  readonly indexer: IndexerView<T>;
  /** Resolves when the store holds everything for the first time. Rejects with a StoppedError when the informer stops before. */
  readonly synced: Promise<void>;
  protected readonly feed: F;
  private readonly store: Indexer<T>;
  private readonly audience: Audience<T>;
  private readonly problems: InformerProblems;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly stopLimit: number;
  private readonly stopping = new AbortController();
  private state: InformerReport['state'] = 'created';
  /** Resolves when every callback has returned. Set when it stops. */
  private audienceEnded: Promise<void> | undefined;
  private feedEnded: Promise<void> = Promise.resolve();
  private settleSynced: (error?: Error) => void = ignore;

  /** @throws ValidationError when an option is illegal; it names the option. */
  constructor(options: InformerOptions<T>, createFeed: (host: FeedHost<T>) => F) {
    const { keyFunc = metaNamespaceKeyFunc, indexers = {}, transform, immutableValues = false } = options;
    const { resyncPeriod = 0, stopLimit = 5_000, clock = systemClock, logger = silentLogger, name = 'informer' } = options;
    checkResyncPeriod(resyncPeriod);
    checkNumber('stopLimit', stopLimit, 0);
    if (transform !== undefined && typeof transform !== 'function') {
      throw new ValidationError(`The transform is ${typeof transform}, not a function.`, { field: 'transform' });
    }
    this.clock = clock;
    this.logger = named(logger, name);
    this.stopLimit = stopLimit;
    this.synced = new Promise((resolve, reject) => {
      this.settleSynced = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.synced.catch(ignore); // nobody has to wait for it
    this.problems = new InformerProblems(options.onError, this.logger);
    this.store = createIndexer(keyFunc, indexers, {
      immutableValues: true, // the admission has frozen it
      logger: this.logger,
      onIndexError: (error) => this.problems.report({ kind: 'index', error, key: error.key ?? '' }),
    });
    this.indexer = viewOf(this.store);
    this.audience = new Audience({
      clock,
      logger: this.logger,
      problems: this.problems,
      stopLimit,
      resyncPeriod,
      current: (key) => this.store.getByKey(key),
      keys: () => this.store.listKeys(),
      contents: () => contentsOf(this.store),
    });
    const onFailure = (key: string, error: Error): void => this.problems.report({ kind: 'transform', key, error });
    const admission = new Admission({ keyFunc, transform, immutableValues, onFailure });
    const onListed = (): void => this.settleSynced();
    const sink = new InformerSink({ indexer: this.store, keyFunc, admission, audience: this.audience, onListed });
    this.feed = createFeed({ store: sink, onError: this.problems.pass });
  }

  /**
   * Adds indices, over what is there already, too; at any time.
   *
   * @throws ValidationError when one of the names is taken.
   */
  addIndexers(indexers: Indexers<T>): void {
    this.store.addIndexers(indexers);
  }

  /**
   * Adds a handler. It is told of everything there is as added, then of what changes. The same handler can be added more than once:
   * each time it is told everything.
   *
   * @throws StoppedError when the informer has stopped; ValidationError when the handler or an option is illegal.
   */
  addEventHandler(handler: ResourceEventHandler<T>, options: HandlerOptions = {}): HandlerRegistration {
    return this.audience.add(handler, options);
  }

  /**
   * Removes a handler: no callback of it begins any more. To wait for a running one, use {@link HandlerRegistration.remove}.
   *
   * @returns whether it was there. A registration of another informer is not, nor is one that was removed.
   */
  removeEventHandler(registration: HandlerRegistration): boolean {
    const found = this.audience.find(registration);
    void found?.remove();
    return found !== undefined;
  }

  /**
   * Runs until `signal` aborts, and then until nothing is under way any more and every callback has returned, which takes `stopLimit` at
   * most. What handlers have not been told by then they are not told. An informer runs once.
   *
   * @returns a promise that resolves at the end, and rejects when the feed has failed.
   * @throws ValidationError when it is running; StoppedError when it has stopped.
   */
  async run({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.state === 'stopped') {
      throw new StoppedError('This informer has stopped and does not run again; create another one.');
    }
    if (this.state === 'running') {
      throw new ValidationError('This informer is running already: wait for the promise of its first run().', { field: 'run' });
    }
    this.state = 'running';
    const stop = (): void => this.stop();
    signal?.addEventListener('abort', stop, { once: true });
    let failure: Error | undefined;
    if (signal?.aborted === true) this.stop();
    else {
      this.audience.start();
      this.feedEnded = this.runFeed().catch((error: unknown) => {
        failure = errorOf(error);
        this.stop();
      });
    }
    await aborted(this.stopping.signal);
    await this.ended();
    signal?.removeEventListener('abort', stop);
    if (failure !== undefined) throw failure;
  }

  /** Stops it, like the signal of `run`, in any state. Resolves as `run` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.ended();
  }

  /** Whether the store has held everything once. It stays so. */
  hasSynced(): boolean {
    return this.audience.hasListed;
  }

  /** Whether it has stopped: nobody is told anything any more. */
  get isStopped(): boolean {
    return this.state === 'stopped';
  }

  /** Up to where the store is complete: the revision of the last list, batch or bookmark. Empty before the first list. */
  lastSyncResourceVersion(): Revision {
    return this.store.resourceVersion ?? '';
  }

  /** How it is doing, for people and for gauges. */
  report(): InformerReport {
    return {
      state: this.state,
      hasSynced: this.hasSynced(),
      resourceVersion: this.store.resourceVersion,
      objects: this.store.snapshot().size,
      handlers: this.audience.report(),
    };
  }

  private async runFeed(): Promise<void> {
    await this.feed.run({ signal: this.stopping.signal });
    this.stop();
  }

  private stop(): void {
    if (this.state === 'stopped') return;
    this.state = 'stopped';
    this.audienceEnded = this.audience.end();
    this.stopping.abort();
    this.settleSynced(new StoppedError('The informer stopped before its store held everything for the first time.'));
  }

  private async ended(): Promise<void> {
    const work = Promise.all([this.feedEnded, this.audienceEnded]);
    if (!(await within(this.clock, this.stopLimit, work))) {
      this.logger.warn(`The end took longer than ${this.stopLimit} ms: a callback or a request has not ended.`);
    }
    this.problems.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function named(logger: Logger, informer: string): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { informer, ...fields }),
    info: (message, fields) => logger.info(message, { informer, ...fields }),
    warn: (message, fields) => logger.warn(message, { informer, ...fields }),
    error: (message, fields) => logger.error(message, { informer, ...fields }),
  };
}

function ignore(): void {}
