/** Writes down a history while it happens. */
import type { Backend, ListWatchClient } from '../../model/client.js';
import type { StopOptions, SyncerCallbacks } from '../../model/syncer.js';
import type { Update } from '../../model/update.js';
import type { Clock } from '../../ports/clock.js';
import { RecordedBackend } from './recorded-backend.js';
import { recordedCallbacks, toldUpdates } from './recorded-callbacks.js';
import { RecordedClient } from './recorded-client.js';
import type { HistoryHeader, HistoryNote, HistoryRecord, MirrorStartedRecord, WrittenChange } from './record.js';
import { defined, type Notebook } from './notebook.js';
import { followTruth, type Truth, type TruthOptions } from './truth.js';
import { hashOfValue } from './value-hash.js';

/** How a history is recorded. */
export interface HistoryRecorderOptions extends Partial<Pick<HistoryHeader, 'revisions' | 'slack' | 'calls' | 'title'>> {
  readonly clock: Clock;
  /**
   * Is given each record as it is written. More can be added with {@link HistoryRecorder.listen}. One that throws is given no more, and
   * {@link HistoryRecorder.failure} says why.
   */
  readonly sink?: ((record: HistoryRecord) => void) | undefined;
  /** Mixed into the hashes, so that values which can be guessed are not found by them. Is not recorded. */
  readonly salt?: string | undefined;
}

/**
 * Records what clients, mirrors and a datastore do, and gives it to whoever listens: an array, a file, checkers that judge it while it
 * happens. It keeps nothing itself, and changes nothing of what it records: answers, errors and their order pass through, also when
 * somebody who listens throws.
 *
 * @example
 * ```ts
 * import { createSyncer } from 'heliostat';
 * import { MemoryDatastore } from 'heliostat/memory';
 * import { checkHistory, HistoryRecorder, SimulatedClock, type HistoryRecord } from 'heliostat/testing';
 * const clock = new SimulatedClock();
 * const history: HistoryRecord[] = [];
 * const recorder = new HistoryRecorder({ clock, revisions: 'integers', sink: (record) => history.push(record) });
 * const datastore = new MemoryDatastore({ clock });
 * const truth = await recorder.truth(datastore);
 *
 * const types = [{ list: { kind: 'pods' } }];
 * recorder.mirrorStarted('mirror:1', { types: types.map(({ list }) => ({ list, passThrough: true })) });
 * const syncer = createSyncer(recorder.client(datastore, 'mirror:1'), types, recorder.callbacks({}, 'mirror:1'), { clock });
 * syncer.start();
 * await datastore.create({ key: '/pods/default/web-0', value: { image: 'web:1' } });
 * await clock.advance(60_000);
 * recorder.mirrorStopping('mirror:1');
 * const { undelivered } = await syncer.stop();
 * recorder.mirrorStopped('mirror:1', undelivered);
 * await truth.stop();
 * recorder.ended();
 *
 * const { violations, judged } = await checkHistory({ header: recorder.header, records: history });
 * console.log(violations, judged.R1);
 * ```
 */
export class HistoryRecorder {
  /** The first line of the history. */
  readonly header: HistoryHeader;
  private readonly clock: Clock;
  private readonly listeners = new Set<(record: HistoryRecord) => void>();
  private readonly notebook: Notebook;
  private firstFailure: Error | undefined;
  private seq = 0;
  private requests = 0;
  private calls = 0;

  constructor({ clock, sink, salt, revisions = 'opaque', slack = 0, calls = 'some', title }: HistoryRecorderOptions) {
    this.clock = clock;
    if (sink !== undefined) this.listeners.add(sink);
    const named = title === undefined ? {} : { title };
    this.header = Object.freeze({ format: 'heliostat-history', version: 1, minor: 0, revisions, slack, calls, ...named });
    this.notebook = {
      note: (actor, note) => this.note(actor, note),
      nextRequest: () => ++this.requests,
      nextCall: () => ++this.calls,
      hash: (value) => hashOfValue(value, salt),
    };
  }

  /**
   * What the first listener threw that was given no more since; undefined while all of them take what they are given. Of its history
   * the end is missing then.
   */
  get failure(): Error | undefined {
    return this.firstFailure;
  }

  /** Gives `listener` each record from now on, until the returned function is called, or until it throws or rejects. */
  listen(listener: (record: HistoryRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Records one thing that happened now, and returns its number. */
  note(actor: string, note: HistoryNote): number {
    const seq = ++this.seq;
    // A note is a record without its place, of whatever kind it is: the union cannot be put together again by the compiler.
    const record = Object.freeze({ seq, at: this.clock.now(), actor, ...note }) as HistoryRecord;
    for (const listener of this.listeners) this.tell(listener, record);
    return seq;
  }

  /** Hashes a value as this recorder does. */
  hash(value: unknown): string {
    return this.notebook.hash(value);
  }

  /** Records what `client` is asked and what it answers. It is to be used in place of `client`, under the name of `actor`. */
  client<V>(client: Backend<V>, actor: string): Backend<V>;
  client<V>(client: ListWatchClient<V>, actor: string): ListWatchClient<V>;
  client<V>(client: Backend<V> | ListWatchClient<V>, actor: string): ListWatchClient<V> {
    return 'create' in client
      ? new RecordedBackend(client, actor, this.notebook)
      : new RecordedClient(client, actor, this.notebook);
  }

  /** Records what a syncer tells. The returned callbacks are to be given to it in place of `callbacks`. */
  callbacks<V>(callbacks: SyncerCallbacks<V>, actor: string): Required<SyncerCallbacks<V>> {
    return recordedCallbacks(callbacks, actor, this.notebook);
  }

  /** Records the batches of an iteration (`syncer.updates()`), of which `actor` is the consumer: `mirror:1/dashboard`. */
  async *updates<V>(
    batches: AsyncIterable<readonly Update<V>[]>,
    actor: string,
  ): AsyncGenerator<readonly Update<V>[], void, undefined> {
    for await (const batch of batches) {
      this.note(actor, { kind: 'updates', updates: toldUpdates(batch, this.notebook) });
      yield batch;
    }
  }

  /**
   * Records what the datastore commits, by a list and a watch of its own, which must not pass through anything that fails. Resolves
   * when the history says what the datastore holds now.
   *
   * @throws what the datastore throws to its list or its watch.
   */
  truth<V>(datastore: ListWatchClient<V>, options?: TruthOptions): Promise<Truth> {
    return followTruth(datastore, this.notebook, options);
  }

  /** Records one revision that the datastore committed, for those who know it first-hand; {@link truth} finds out by itself. */
  wrote(revision: string, changes: readonly WrittenChange[], actor = 'datastore'): number {
    return this.note(actor, { kind: 'write', revision, changes });
  }

  /** Records that a mirror begins, with what it declares. */
  mirrorStarted(actor: string, declared: Omit<MirrorStartedRecord, 'kind' | 'seq' | 'at' | 'actor'>): number {
    return this.note(actor, { kind: 'mirror.started', ...declared });
  }

  /**
   * Records that a mirror is told to stop. It must be said just before `syncer.stop(options)`: what stopping tells (a deletion of each
   * key, with `emitDeletes`) would be taken for news of the datastore otherwise.
   *
   * @param options what `stop` is given. A limit that is not given is not judged (RL5).
   */
  mirrorStopping(actor: string, { mode = 'emitDeletes', limit }: StopOptions = {}): number {
    return this.note(actor, { kind: 'mirror.stopping', mode, ...defined({ limit }) });
  }

  /**
   * Records that a mirror has stopped.
   *
   * @param undelivered how many keys have a change that was not delivered, as `stop` reports it.
   */
  mirrorStopped(actor: string, undelivered?: number): number {
    return this.note(actor, { kind: 'mirror.stopped', ...defined({ undelivered }) });
  }

  /**
   * Records that from now on nothing goes wrong and nobody writes: within `bound` milliseconds every mirror must show what the datastore
   * holds and be in sync (RL1, SL1). A later write or fault takes it back.
   */
  healed(bound: number, actor = 'recorder'): number {
    return this.note(actor, { kind: 'healed', bound });
  }

  /** Records that the history is complete. Without it, what must have happened by the end is not judged. */
  ended(actor = 'recorder'): number {
    return this.note(actor, { kind: 'ended' });
  }

  /** A listener that throws must not be felt by what is recorded. Half of the records would be worse than none: it gets no more. */
  private tell(listener: (record: HistoryRecord) => void, record: HistoryRecord): void {
    const drop = (error: unknown): void => {
      this.listeners.delete(listener);
      this.firstFailure ??= error instanceof Error ? error : new Error(`A listener threw ${String(error)}.`, { cause: error });
    };
    try {
      const result: unknown = listener(record); // an async function may stand where nothing is to be returned
      if (result instanceof Promise) result.catch(drop);
    } catch (error) {
      drop(error);
    }
  }
}
