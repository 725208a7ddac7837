/** Who is being called by which event loop: what keeps a loop from waiting for itself, also through helpers that are awaited. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Event } from './event.js';

/** A call of user code by an event loop. Whatever that code starts inherits it. */
export interface LoopScope {
  /** The loop that calls. */
  readonly loop: object;
  /** Whether the call is still under way: what goes on after it is outside, whoever started it. */
  isActive: boolean;
}

const scopes = new AsyncLocalStorage<LoopScope>();
const acceptedBy = new WeakMap<Event, object>();

/** Runs `call` as a call by `scope`'s loop. */
export function callInScope<R>(scope: LoopScope, call: () => R): R {
  return scopes.run(scope, call);
}

/** Runs `call` as a call by no loop, whoever calls: it is not done for the event that is being handled. */
export function outsideLoops<R>(call: () => R): R {
  return scopes.exit(call);
}

/** Whether whoever asks is being called by `loop`. */
export function isInsideLoop(loop: object): boolean {
  const scope = scopes.getStore();
  return scope?.isActive === true && scope.loop === loop;
}

/** Remembers that `loop` has accepted `event`. */
export function markAccepted(event: Event, loop: object): void {
  acceptedBy.set(event, loop);
}

/** Whether any loop has accepted `event`. */
export function wasAccepted(event: Event): boolean {
  return acceptedBy.has(event);
}

/** Whether waiting for `event` would never end: it waits in the loop that calls whoever asks. */
export function wouldDeadlock(event: Event): boolean {
  const loop = acceptedBy.get(event);
  return loop !== undefined && isInsideLoop(loop);
}
