/**
 * The sink of a reflector that fills a store: says what each event means for the store, and reports what does not get in. Each state of
 * an object that is not let in is told once, and costs nothing but this object.
 */
import type { ParseError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { KVPair, KVPairList } from '../../model/kv-pair.js';
import { WatchEventType, type DeletedEvent, type WatchEvent } from '../../model/watch.js';
import type { ReflectorSink } from '../../reflector/sink.js';
import type { Store } from '../store.js';
import type { TypeCheck } from './expected-type.js';
import type { ReflectorProblem } from './problems.js';
import { arrivalOf, type Arrival, type Removal, type Step } from './steps.js';
import { StoreKeys } from './store-key.js';
import { StoreWriter } from './store-writer.js';
import { Troubles } from './troubles.js';

export interface StoreSinkOptions<T> {
  readonly store: Store<T, unknown>;
  readonly checkType: TypeCheck;
  /** The key in the store of an object of the datastore. Throws when it cannot be told. Undefined: see {@link StoreKeys}. */
  readonly toStoreKey: ((key: Key) => string) | undefined;
  /** Must not call anybody back. */
  readonly report: (problem: ReflectorProblem) => void;
  /** The store holds everything that there is. */
  readonly onSynced: () => void;
}

export class StoreSink<T> implements ReflectorSink<T> {
  private readonly options: StoreSinkOptions<T>;
  private readonly writer: StoreWriter<T>;
  private readonly troubles = new Troubles();

  constructor(options: StoreSinkOptions<T>) {
    this.options = options;
    this.writer = new StoreWriter(options.store, new StoreKeys(options.store, options.toStoreKey), {
      taken: ({ op, key }) => {
        if (op !== 'delete') this.troubles.release(key);
      },
      refused: (step, error) => this.refuse(step, error),
      kept: ({ key }, error) => options.report({ kind: 'deletion', error, key }),
      failed: (error) => options.report({ kind: 'store', error }),
    });
  }

  replaceAll(list: KVPairList<T>): void {
    if (this.troubles.duringList(() => this.takeList(list))) this.options.onSynced();
  }

  commit(events: readonly WatchEvent<T>[]): void {
    const steps: Step<T>[] = [];
    for (const event of events) {
      const step = this.stepOf(event);
      if (step !== undefined) steps.push(step);
    }
    this.writer.apply(steps, events.at(-1)?.revision);
  }

  removeAll(): void {
    if (this.troubles.duringList(() => this.writer.clear())) this.options.onSynced();
  }

  redeliver(): void {
    this.writer.resync();
  }

  disconnected(): void {} // what was read stands; failures are told one by one, and the connectivity is in the report
  listFailed(): void {}
  reconnected(): void {}

  private takeList(list: KVPairList<T>): boolean {
    const arrivals: Arrival<T>[] = [];
    for (const pair of list.items) {
      const refusal = this.options.checkType(pair.value);
      if (refusal === undefined) arrivals.push(arrivalOf('update', pair));
      else this.refuse(pair, refusal);
    }
    const malformed = list.malformed ?? [];
    for (const error of malformed) this.reportMalformed(error);
    const unreadable = malformed.map(({ key }) => key).filter((key) => key !== undefined);
    return this.writer.replace(arrivals, unreadable, list.revision);
  }

  private stepOf(event: WatchEvent<T>): Step<T> | undefined {
    switch (event.type) {
      case WatchEventType.Added:
        return this.arrival('add', event.new);
      case WatchEventType.Modified:
        return this.arrival('update', event.new);
      case WatchEventType.Deleted:
        return this.removal(event);
      case WatchEventType.Error:
        this.reportMalformed(event.error);
        return undefined;
      case WatchEventType.Mended:
        this.troubles.release(event.rawKey);
        return undefined;
      case WatchEventType.Bookmark:
        return undefined; // moves the revision, which goes with the rest
    }
  }

  /** What is not of the type any more is gone for this store, whatever has become of it. */
  private arrival(op: Arrival<T>['op'], pair: KVPair<T>): Step<T> {
    const refusal = this.options.checkType(pair.value);
    if (refusal === undefined) return arrivalOf(op, pair);
    this.refuse(pair, refusal);
    return { op: 'delete', object: undefined, key: pair.key, revision: undefined };
  }

  private removal({ old }: DeletedEvent<T>): Removal<T> {
    // A state that was refused is not what the store has.
    const isKnown = 'value' in old && !this.troubles.has(old.key) && this.options.checkType(old.value) === undefined;
    this.troubles.release(old.key);
    const known = isKnown ? { object: old.value, revision: old.revision } : { object: undefined, revision: undefined };
    return { op: 'delete', key: old.key, ...known };
  }

  private reportMalformed(error: ParseError): void {
    if (this.troubles.isNews(error.rawKey, error.revision)) this.options.report({ kind: 'malformed', error });
  }

  private refuse({ key, revision }: Pick<KVPair<T>, 'key' | 'revision'> | Arrival<T>, error: Error): void {
    if (this.troubles.isNews(key, revision)) this.options.report({ kind: 'object', error, key });
  }
}
