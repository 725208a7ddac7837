/// <reference lib="esnext.disposable" preserve="true" />
/** The reflector of the cache: keeps a store equal to what a datastore has of one kind (client-go, cache.Reflector). */
import { StoppedError, ValidationError } from '../../model/errors.js';
import type { Revision } from '../../model/revision.js';
import { Reflector as RunningChart, type ReflectorReport } from '../../reflector/reflector.js';
import { within } from '../../reflector/within.js';
import { clientOf } from './lister-watcher.js';
import { reflectorSettingsOf, type ReflectorOptions, type ReflectorSettings } from './options.js';
import { errorOf, ProblemTeller, type ReflectorProblem } from './problems.js';
import { StoreSink } from './store-sink.js';

export type { ReflectorReport } from '../../reflector/reflector.js';

/** How long a reflector runs. */
export interface ReflectorRunOptions {
  /** Ends it when it aborts. Without one it runs until it is disposed of. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lists everything, puts it into a store, and follows what changes from there: the statechart `reflectorMachine`, with a store as its
 * sink. It stands whatever the datastore and its line do, relists when it must, and never more often than its timings allow.
 *
 * The store is told everything that one read of a watch brought in one step (`transaction`, where it has it), deletions that nobody saw
 * as tombstones, and a relist as `replace`. It is told inside a transition of the chart: those who listen to the store should be quick.
 * An object that the store refuses is reported by `onError`, and its last state that was good stays; an object that is not of the
 * expected type is reported, and what was there under its key goes; an entry that cannot be read is reported, and what was last read of
 * it stays. All others are not affected. What is gone goes in any case: where the store does not take the final state of an object, it is
 * given a tombstone with the last known one.
 *
 * What is gone or cannot be read is found by its key in the store: see `toStoreKey`. A queue's transformer is asked once of each state,
 * whatever else there is in its list or batch, with one exception: where it throws for one object, or makes of it what the queue cannot
 * hold, the others are put in one by one, and it is asked of them again.
 *
 * @throws ValidationError when an option is missing or illegal.
 * @example
 * ```ts
 * import { createListWatchFromClient, createStore, metaNamespaceKeyFunc, Reflector } from 'heliostat/cache';
 * import { MemoryDatastore } from 'heliostat/memory';
 *
 * interface Pod {
 *   readonly metadata: { readonly name: string; readonly namespace: string };
 *   readonly image: string;
 * }
 * const datastore = new MemoryDatastore<Pod>();
 * await datastore.create({ key: '/pods/default/web-0', value: { metadata: { name: 'web-0', namespace: 'default' }, image: 'web:1' } });
 *
 * const pods = createStore<Pod>(metaNamespaceKeyFunc);
 * const reflector = new Reflector({ listerWatcher: createListWatchFromClient<Pod>(datastore, 'pods'), store: pods });
 * const stop = new AbortController();
 * const running = reflector.run({ signal: stop.signal });
 * await reflector.firstSync;
 * console.log(pods.getByKey('default/web-0')?.image); // web:1
 * stop.abort();
 * await running;
 * ```
 */
export class Reflector<T> implements AsyncDisposable {
  /** Resolves when the store holds everything for the first time. Rejects with a StoppedError when the reflector ends before. */
  readonly firstSync: Promise<void>;
  private readonly settings: ReflectorSettings<T>;
  private readonly chart: RunningChart<T>;
  private readonly problems: ProblemTeller;
  private readonly stopping = new AbortController();
  /** Rejects when the chart has failed. */
  private readonly crash: Promise<never>;
  private hasRun = false;
  private isSynced = false;
  private ending: Promise<void> | undefined;
  private settleFirstSync: (error?: Error) => void = ignore;

  constructor(options: ReflectorOptions<T>) {
    this.settings = reflectorSettingsOf(options);
    const { listerWatcher, store, checkType, toStoreKey, resyncPeriod, onError, logger } = this.settings;
    this.problems = new ProblemTeller(onError, logger);
    this.firstSync = new Promise((resolve, reject) => {
      this.settleFirstSync = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.firstSync.catch(ignore); // nobody has to wait for it
    let onCrash: (error: unknown) => void = ignore;
    this.crash = new Promise((_, reject) => (onCrash = (error) => reject(crashOf(error))));
    this.crash.catch(ignore); // whoever runs it is told
    const report = (problem: ReflectorProblem): void => this.problems.report(problem);
    this.chart = new RunningChart({
      ...this.settings,
      client: clientOf(listerWatcher),
      list: {}, // the selection is the lister-watcher's own
      sink: new StoreSink({ store, checkType, toStoreKey, report, onSynced: () => this.synced() }),
      redeliverInterval: resyncPeriod,
      onChange: ignore,
      onCrash,
      onFailure: (failure, phase) => report({ kind: 'request', failure, phase }),
    });
  }

  /**
   * Runs until `signal` aborts, and then until nothing is under way any more, which takes `stopLimit` at most. A reflector runs once.
   *
   * @returns a promise that resolves at the end, and rejects with a StoppedError when the statechart itself has failed, which is a
   * defect: what a datastore, a store or an object does wrong ends nothing.
   * @throws ValidationError when it is running; StoppedError when it has run.
   */
  async run({ signal }: ReflectorRunOptions = {}): Promise<void> {
    if (this.ending !== undefined) {
      throw new StoppedError('This reflector has ended and does not run again; create another one, which may fill the same store.');
    }
    if (this.hasRun) {
      const advice = 'wait for the promise of its first run(), or create another one for another store';
      throw new ValidationError(`This reflector is running already: ${advice}.`, { field: 'run' });
    }
    this.hasRun = true;
    const stop = (): void => this.stopping.abort();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      if (signal?.aborted !== true) {
        this.chart.start();
        await Promise.race([this.crash, aborted(this.stopping.signal)]);
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      await this.end();
    }
  }

  /** Ends it, like the signal of `run`, in any state. Resolves when nothing is under way any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopping.abort();
    await this.end();
  }

  /** Up to where the store is complete: the revision of the last list, batch or bookmark. Empty before the first list. */
  lastSyncResourceVersion(): Revision {
    return this.chart.report().revision ?? '';
  }

  /** Whether the store has held everything once. It stays so. */
  hasSynced(): boolean {
    return this.isSynced;
  }

  /** How it is doing, for people and for gauges. */
  report(): ReflectorReport {
    return this.chart.report();
  }

  private synced(): void {
    this.isSynced = true;
    this.settleFirstSync();
  }

  private end(): Promise<void> {
    this.ending ??= this.finish();
    return this.ending;
  }

  private async finish(): Promise<void> {
    const { clock, stopLimit, logger } = this.settings;
    const isInTime = await within(clock, stopLimit, this.chart.stop());
    if (!isInTime) logger.warn(`The end took longer than ${stopLimit} ms: a request has not ended.`);
    this.settleFirstSync(new StoppedError('The reflector ended before its store held everything for the first time.'));
    this.problems.close();
  }
}

function crashOf(thrown: unknown): StoppedError {
  const cause = errorOf(thrown);
  return new StoppedError(`The reflector has stopped: its statechart failed, which is a defect, with: ${cause.message}`, { cause });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function ignore(): void {}
