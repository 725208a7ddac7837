/** Where the parts of a recording write. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Event } from '../../controller/events/event.js';
import { asError } from '../../controller/transaction/thrown.js';
import { ValueWriter } from './identities.js';
import type { CallLine, LogHeader, LogLine } from './lines.js';
import { encode, type Encoded } from './values.js';

/** What a call is about. */
export type CallSubject = Pick<CallLine, 'function' | 'of' | 'event' | 'given'>;

export class Notebook {
  readonly values: ValueWriter = new ValueWriter();
  private readonly texts: string[];
  private readonly current = new AsyncLocalStorage<number>();
  private readonly events = new WeakMap<Event, number>();
  private calls = 0;
  private pushes = 0;
  /** Whether a turn is over since the last line. */
  private isNewTurn = false;
  private awaitsTurn = false;

  constructor(header: LogHeader) {
    this.texts = [JSON.stringify(header)];
  }

  /** Everything so far, one JSON object a line. */
  get text(): string {
    return `${this.texts.join('\n')}\n`;
  }

  note(line: LogLine): void {
    if (this.isNewTurn) this.texts.push(JSON.stringify({ kind: 'turn' } satisfies LogLine));
    this.isNewTurn = false;
    this.texts.push(JSON.stringify(line));
    if (this.awaitsTurn) return;
    this.awaitsTurn = true;
    // A tick that is asked for by a microtask comes when there are no more microtasks.
    void Promise.resolve().then(() =>
      process.nextTick(() => {
        this.awaitsTurn = false;
        this.isNewTurn = true;
      }),
    );
  }

  /** An event was accepted. @returns its number. */
  accepted(event: Event): number {
    this.events.set(event, this.pushes);
    return this.pushes++;
  }

  eventOf(event: Event): number | 'own' {
    return this.events.get(event) ?? 'own';
  }

  /** The call that whoever asks runs in, or was started by. */
  get currentCall(): number | undefined {
    return this.current.getStore();
  }

  /**
   * Runs a call of user code, and notes it, its answer, and when it comes.
   *
   * @param answer what is kept of an answer. Default: nothing.
   */
  call<R>(subject: CallSubject, run: (call: number) => R, answer: (value: Awaited<R>) => Encoded = nothing): R {
    const call = this.calls++;
    this.note({ kind: 'call', call, ...subject });
    const succeeded = (value: Awaited<R>): void => {
      const kept = answer(value);
      this.note({ kind: 'answer', call, ...(kept === undefined ? {} : { value: kept }) });
    };
    const failed = (thrown: unknown): void => this.note({ kind: 'fail', call, error: encode(asError(thrown)) });
    let returned: R;
    try {
      returned = this.current.run(call, () => run(call));
    } catch (thrown) {
      failed(thrown);
      throw thrown;
    }
    if (!isPromise<Awaited<R>>(returned)) {
      succeeded(returned as Awaited<R>); // it is no promise
      return returned;
    }
    this.note({ kind: 'wait', call });
    // What is handed on is a promise of the same; the controller waits for it as for the other.
    return returned.then(
      (value) => (succeeded(value), value),
      (thrown: unknown) => {
        failed(thrown);
        throw thrown;
      },
    ) as R;
  }
}

function nothing(): undefined {}

function isPromise<T>(returned: unknown): returned is PromiseLike<T> {
  return typeof returned === 'object' && returned !== null && 'then' in returned && typeof returned.then === 'function';
}
