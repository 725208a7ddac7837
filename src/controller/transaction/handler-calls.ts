/** Calls of handlers: one at a time, each in its scope, each with a report. */
import type { Clock } from '../../ports/clock.js';
import { TimedOutError } from '../errors.js';
import type { Event } from '../events/event.js';
import type { EventHandler } from '../handler.js';
import { asError } from './thrown.js';

/** What one handler did. Times in milliseconds. */
export interface HandlerReport {
  readonly handler: string;
  readonly isRevert: boolean;
  readonly change: string;
  readonly error: Error | undefined;
  readonly took: number;
}

/** How one handler is called. */
export interface HandlerCall {
  /** Calls `update` or `resync`. */
  readonly react: () => unknown;
  readonly revert: () => unknown;
  /** The call is over: its transaction is closed. @param givenUp why nobody waits for it any more, when it has not come to its end. */
  readonly end: (givenUp?: Error) => void;
}

/** What calling needs. */
export interface CallPorts {
  readonly event: Event;
  /** All handlers, in the order of execution; none when the event is not for handlers. */
  readonly handlers: readonly EventHandler[];
  readonly clock: Clock;
  /** Runs a call of user code as a call by the loop, until `isActive` is taken from it. */
  readonly enter: <R>(scope: { isActive: boolean }, call: () => R) => R;
  readonly call: (handler: EventHandler) => HandlerCall;
  /** A call that was given up has failed after all. */
  readonly onLateFailure: (handler: string, error: Error) => void;
}

/** What a call came to. */
interface Ended {
  readonly change: unknown;
  readonly error: Error | undefined;
}

interface Current {
  readonly handler: EventHandler;
  readonly isRevert: boolean;
  readonly began: number;
  readonly scope: { isActive: boolean };
  readonly close: (givenUp?: Error) => void;
  /** What it came to, when it answered at once. */
  ended: Ended | undefined;
}

interface Selected {
  readonly handler: EventHandler;
  /** `handlesEvent` failed: so does its call. */
  readonly error: Error | undefined;
}

/** The handlers of one event. */
export class HandlerCalls {
  readonly reports: HandlerReport[] = [];
  readonly failed: string[] = [];
  private readonly ports: CallPorts;
  private selected: readonly Selected[] = [];
  private current: Current | undefined;

  constructor(ports: CallPorts) {
    this.ports = ports;
  }

  /** How many handlers handle the event. */
  get count(): number {
    return this.selected.length;
  }

  /** Asks every handler whether it handles the event. @returns how many do. */
  select(): number {
    const { handlers, event, enter } = this.ports;
    const selected: Selected[] = [];
    for (const handler of handlers) {
      const scope = { isActive: true };
      try {
        const isHandled: unknown = enter(scope, () => handler.handlesEvent(event));
        if (isThenable(isHandled)) {
          Promise.resolve(isHandled).catch(() => {}); // what it says is of no interest: it is asked for true or false
          throw new Error(
            `The handler "${handler.name}" answers handlesEvent with a promise; it must answer true or false at once.`,
          );
        }
        if (isHandled) selected.push({ handler, error: undefined });
      } catch (error) {
        selected.push({ handler, error: asError(error) });
      }
      scope.isActive = false;
    }
    this.selected = selected;
    return selected.length;
  }

  /** Calls a handler. @returns undefined when it has answered already: then {@link end} tells what; otherwise the promise of its answer. */
  begin(index: number, isRevert: boolean): Promise<Ended> | undefined {
    const { enter, clock } = this.ports;
    const { handler, error } = this.selected[index] as Selected; // the chart counts the selected ones
    const call = this.ports.call(handler);
    const scope = { isActive: true };
    const current: Current = { handler, isRevert, began: clock.now(), scope, close: call.end, ended: undefined };
    this.current = current;
    try {
      if (error !== undefined && !isRevert) throw error;
      const returned = enter(scope, isRevert ? call.revert : call.react);
      if (isThenable(returned)) return this.answerOf(returned, current);
      current.ended = { change: returned, error: undefined };
    } catch (thrown) {
      current.ended = { change: '', error: asError(thrown) };
    }
    return undefined;
  }

  /** The call is over, with `ended` or what it answered at once. @returns its error. */
  end(ended: Ended | undefined = this.current?.ended): Error | undefined {
    const { current } = this;
    if (current === undefined || ended === undefined) return undefined; // it has been given up
    this.close(current, typeof ended.change === 'string' ? ended.change : '', ended.error);
    return ended.error;
  }

  /** The call that is under way has had its time. */
  giveUp(): { readonly error: Error; readonly isRevert: boolean } {
    const { current } = this;
    if (current === undefined) throw new Error('Nothing is called.'); // the chart gives up only what has begun
    const what = current.isRevert ? 'revert' : 'its reaction';
    const took = this.ports.clock.now() - current.began;
    const message = `The handler "${current.handler.name}" has not come to an end of ${what} within ${took} ms; it is not waited for any more.`;
    const error = new TimedOutError(message, { field: current.handler.name });
    this.close(current, '', error, error);
    return { error, isRevert: current.isRevert };
  }

  /** Nobody waits for the call that is under way any more, if there is one. */
  abandon(): void {
    if (this.current === undefined) return;
    const message = `The handler "${this.current.handler.name}" was still at work when the event loop ended.`;
    const error = new TimedOutError(message, { field: this.current.handler.name });
    this.close(this.current, '', error, error);
  }

  private close(current: Current, change: string, error: Error | undefined, givenUp?: Error): void {
    const { handler, isRevert, began, scope, close } = current;
    this.current = undefined;
    scope.isActive = false;
    close(givenUp);
    this.reports.push({ handler: handler.name, isRevert, change, error, took: this.ports.clock.now() - began });
    if (error !== undefined && !isRevert) this.failed.push(handler.name);
  }

  private async answerOf(returned: PromiseLike<unknown>, current: Current): Promise<Ended> {
    try {
      return { change: await returned, error: undefined };
    } catch (thrown) {
      const error = asError(thrown);
      if (this.current !== current) this.ports.onLateFailure(current.handler.name, error);
      return { change: '', error };
    }
  }
}

function isThenable(returned: unknown): returned is PromiseLike<unknown> {
  return typeof returned === 'object' && returned !== null && 'then' in returned && typeof returned.then === 'function';
}
