/** What a controller is given, wrapped so that everything that comes from it is noted. */
import type { Event } from '../../controller/events/event.js';
import type { ExternalConfigSource } from '../../controller/external/source.js';
import type { EventHandler, ResyncOperations, UpdateOperations } from '../../controller/handler.js';
import type { ControllerOptions } from '../../controller/options.js';
import type { Southbound, SouthboundTransaction } from '../../controller/southbound/port.js';
import type { Clock, TimerHandle } from '../../ports/clock.js';
import type { Notebook } from './notebook.js';
import { encode } from './values.js';

export function recordedHandler(handler: EventHandler, notebook: Notebook): EventHandler {
  const { name, dependsOn } = handler;
  const subject = (called: 'handlesEvent' | 'resync' | 'update' | 'revert', event: Event) =>
    ({ function: called, of: name, event: notebook.eventOf(event) }) as const;
  return {
    name,
    ...(dependsOn === undefined ? {} : { dependsOn }),
    handlesEvent: (event) => notebook.call(subject('handlesEvent', event), () => handler.handlesEvent(event), Boolean),
    resync: (event, kubeState, resyncCount, txn) =>
      notebook.call({ ...subject('resync', event), given: resyncCount }, (call) =>
        handler.resync(event, kubeState, resyncCount, recordedOperations(txn, call, notebook)),
      ),
    update: (event, txn) =>
      notebook.call(
        subject('update', event),
        (call) => handler.update(event, recordedUpdate(txn, call, notebook)),
        (change) => (typeof change === 'string' ? change : undefined),
      ),
    revert: (event) => notebook.call(subject('revert', event), () => handler.revert(event)),
  };
}

/** What was refused has changed nothing, and is not noted. */
function recordedOperations(txn: ResyncOperations, call: number, notebook: Notebook): ResyncOperations {
  return {
    put(key, value) {
      txn.put(key, value);
      notebook.note({ kind: 'put', call, key, value: notebook.values.write(value) });
    },
    get: (key) => txn.get(key),
    signal: txn.signal,
  };
}

function recordedUpdate(txn: UpdateOperations, call: number, notebook: Notebook): UpdateOperations {
  return {
    ...recordedOperations(txn, call, notebook),
    delete(key) {
      txn.delete(key);
      notebook.note({ kind: 'delete', call, key });
    },
  };
}

/** A transaction as a call of `commit` is noted. */
export function givenTransaction({ kind, description, values, revertOnFailure, retry, verbose }: SouthboundTransaction): unknown {
  return encode({ kind, description, revertOnFailure, retry, verbose, values: [...values] });
}

export function recordedSouthbound(southbound: Southbound, notebook: Notebook): Southbound {
  return {
    commit: (transaction, options) =>
      notebook.call(
        { function: 'commit', given: givenTransaction(transaction) },
        () => southbound.commit(transaction, options),
        encode,
      ),
    ...(southbound.subscribe !== undefined && {
      subscribe: (listener) =>
        notebook.call({ function: 'subscribe' }, () => {
          const end = southbound.subscribe?.((event) => {
            notebook.note({ kind: 'notify', event: encode(event) });
            listener(event);
          });
          return end ?? (() => {});
        }),
    }),
    ...(southbound.getRecordedTransaction !== undefined && {
      getRecordedTransaction: (sequence) => southbound.getRecordedTransaction?.(sequence),
    }),
  };
}

export function recordedSource(source: ExternalConfigSource, notebook: Notebook): ExternalConfigSource {
  const { name } = source;
  return {
    name,
    getConfigSnapshot: (options) =>
      notebook.call({ function: 'getConfigSnapshot', of: name }, () => source.getConfigSnapshot(options), encode),
  };
}

type OnExhausted = NonNullable<NonNullable<ControllerOptions['healing']>['onExhausted']>;

export function recordedEscalation(onExhausted: OnExhausted, notebook: Notebook): OnExhausted {
  return (attempts) => notebook.call({ function: 'onExhausted', given: attempts }, () => onExhausted(attempts), encode);
}

/** Notes which timers fire, and what is read where that is not what was read before. */
export class RecordedClock implements Clock {
  /** Whoever looks at the history reads the clock, too; that is not the controller's doing. */
  isLooking = false;
  private readonly clock: Clock;
  private readonly notebook: Notebook;
  private timers = 0;
  private readonly readings = { monotonic: { count: 0, last: NaN }, wall: { count: 0, last: NaN } };

  constructor(clock: Clock, notebook: Notebook) {
    this.clock = clock;
    this.notebook = notebook;
  }

  now(): number {
    return this.read('monotonic', this.clock.now());
  }

  wallNow(): number {
    return this.read('wall', this.clock.wallNow());
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    const timer = this.timers++;
    return this.clock.setTimeout(() => {
      this.notebook.note({ kind: 'timer', timer, delay });
      callback();
    }, delay);
  }

  clearTimeout(handle: TimerHandle): void {
    this.clock.clearTimeout(handle);
  }

  private read(clock: 'monotonic' | 'wall', value: number): number {
    if (this.isLooking) return value;
    const readings = this.readings[clock];
    if (value !== readings.last) this.notebook.note({ kind: 'time', clock, reading: readings.count, value });
    readings.count++;
    readings.last = value;
    return value;
  }
}
