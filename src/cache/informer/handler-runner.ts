/**
 * Tells one handler what its queue holds, one thing after the other, and never from inside anybody's commit.
 *
 * What the handler throws costs nobody else; while it is busy, its queue takes in what happens.
 */
import { StoppedError } from '../../model/errors.js';
import { pause, type Clock } from '../../ports/clock.js';
import { errorOf } from '../reflector/problems.js';
import { OverflowError } from './errors.js';
import type { Backpressure, ResourceEventHandler } from './handler.js';
import { PendingChanges, type Telling } from './pending-changes.js';
import type { InformerProblems } from './problems.js';
import type { Step } from './step.js';

export interface HandlerRunnerOptions<T> {
  readonly handler: ResourceEventHandler<T>;
  readonly name: string;
  readonly backpressure: Backpressure;
  /** What is there for a key now. */
  readonly current: (key: string) => T | undefined;
  readonly clock: Clock;
  readonly problems: InformerProblems;
  /** The handler has overflowed and is to be removed. It has been closed. */
  readonly onRemoved: () => void;
}

/** One thing to say to a handler. */
type Word<T> = Telling<T> | { readonly kind: 'overflow'; readonly key: undefined; readonly error: OverflowError };

const callbacks = { add: 'onAdd', update: 'onUpdate', delete: 'onDelete', overflow: 'onOverflow' } as const;

/** How long a handler may run before others, the line to the datastore among them, get a turn. In milliseconds. */
const longestTurn = 10;

export class HandlerRunner<T> {
  /** Resolves when everything that there was at the beginning has been told; rejects when that will not happen any more. */
  readonly synced: Promise<void>;
  private readonly options: HandlerRunnerOptions<T>;
  private readonly changes: PendingChanges<T>;
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  /** Whether the handler's own code is running right now, and not waiting for something. */
  private isCalling = false;
  private isListed = false;
  private isSynced = false;
  /** Told before anything else, also to a handler that is not told anything else any more. */
  private overflow: OverflowError | undefined;
  private settleSynced: (error?: Error) => void = ignore;

  constructor(options: HandlerRunnerOptions<T>) {
    this.options = options;
    this.changes = new PendingChanges(options.backpressure, options.current);
    this.synced = new Promise((resolve, reject) => {
      this.settleSynced = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.synced.catch(ignore); // nobody has to wait for it
  }

  get hasSynced(): boolean {
    return this.isSynced;
  }

  get pending(): number {
    return this.changes.size;
  }

  /** Whether whoever asks is called by this handler. */
  get isOnStack(): boolean {
    return this.isCalling;
  }

  /** Everything there is counts as new to this handler. */
  begin(objects: Iterable<readonly [key: string, object: T]>): void {
    this.changes.begin(objects);
    this.wake();
  }

  /** Something has changed. */
  push(steps: readonly Step<T>[], isInitial: boolean): void {
    for (const step of steps) {
      if (this.isClosed) break;
      if (this.changes.push(step, isInitial)) this.overflowed();
    }
    this.checkSynced(); // what was to be told first may be gone before it was
    this.wake();
  }

  /** What there was at the beginning is complete: all of it has been pushed. */
  listed(): void {
    this.isListed = true;
    this.checkSynced();
  }

  /** These objects are to be told again. */
  resync(keys: Iterable<string>): void {
    this.changes.resync(keys);
    this.wake();
  }

  /** Nothing begins any more. */
  close(reason: string): void {
    this.overflow = undefined;
    this.changes.clear();
    this.closing.abort();
    this.settleSynced(new StoppedError(`The handler ${JSON.stringify(this.options.name)} is not in sync: ${reason}`));
  }

  /** Resolves when nothing is told, and no callback is running. */
  async idle(): Promise<void> {
    do await this.running;
    while (this.running !== undefined);
  }

  private get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  private overflowed(): void {
    const { backpressure, name, problems, onRemoved } = this.options;
    if (backpressure.mode !== 'every') return;
    const isOver = backpressure.whenFull === 'remove';
    const error = new OverflowError(name, backpressure.limit, isOver ? 'removed' : 'coalesced');
    problems.report({ kind: 'overflow', error, handler: name });
    if (isOver) {
      this.close('it was removed because it could not keep up.');
      onRemoved();
    }
    this.overflow = error;
  }

  private wake(): void {
    if (this.running !== undefined || (this.changes.size === 0 && this.overflow === undefined)) return;
    this.running = this.tellAll().finally(() => {
      this.running = undefined;
      this.wake(); // for what has come since the loop looked last
    });
  }

  private async tellAll(): Promise<void> {
    await Promise.resolve(); // leaves the commit that we were woken in
    const { clock } = this.options;
    let turn = 0;
    let since = clock.now();
    for (let word = this.next(); word !== undefined; word = this.next()) {
      const returned = this.call(word);
      const now = clock.now();
      turn += now - since;
      since = now;
      if (typeof returned === 'object' && returned !== null) {
        await this.untilReturned(word, returned);
        since = clock.now(); // while it waited, others had their turn
      }
      if (word.kind !== 'overflow') this.changes.told(word);
      this.checkSynced();
      if (turn < longestTurn || this.isClosed) continue;
      // Callbacks and promises alone would keep timers and sockets waiting until the queue is empty.
      await pause(clock, 0, this.closing.signal);
      turn = 0;
      since = clock.now();
    }
  }

  private next(): Word<T> | undefined {
    const { overflow } = this;
    if (overflow !== undefined) {
      this.overflow = undefined;
      return { kind: 'overflow', key: undefined, error: overflow };
    }
    const telling = this.changes.take();
    if (telling === undefined) this.checkSynced(); // what was left may have come to nothing
    return telling;
  }

  private call(word: Word<T>): unknown {
    const { handler } = this.options;
    try {
      this.isCalling = true;
      switch (word.kind) {
        case 'add':
          return handler.onAdd?.(word.object, word.details);
        case 'update':
          return handler.onUpdate?.(word.before, word.after, word.details);
        case 'delete':
          return handler.onDelete?.(word.deleted);
        case 'overflow':
          return handler.onOverflow?.(word.error);
      }
    } catch (thrown) {
      return this.failed(word, thrown);
    } finally {
      this.isCalling = false;
    }
  }

  private async untilReturned(word: Word<T>, returned: unknown): Promise<void> {
    try {
      await returned;
    } catch (thrown) {
      this.failed(word, thrown);
    }
  }

  private failed({ kind, key }: Word<T>, thrown: unknown): void {
    const { problems, name } = this.options;
    problems.report({ kind: 'handler', error: errorOf(thrown), handler: name, callback: callbacks[kind], key });
  }

  private checkSynced(): void {
    if (this.isSynced || !this.isListed || this.isClosed || this.changes.initialSize > 0) return;
    this.isSynced = true;
    this.settleSynced();
  }
}

function ignore(): void {}
