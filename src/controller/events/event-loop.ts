import type { Event } from './event.js';

/** Takes events (Contiv controller API, EventLoop). */
export interface EventLoop {
  /**
   * Hands an event over. Pushed by a handler while it is called, it is a follow-up: it comes before everything that waits. It returns at
   * once, whatever waits. What the event carries is frozen in place, and belongs to the loop from now on.
   *
   * @throws EventQueueFullError when as many wait as may; ClosedError when the loop is closed, or a Shutdown waits; WouldDeadlockError when
   * a handler pushes an event that somebody waits for; ValidationError when it is no event, was pushed before, or brings what cannot be.
   */
  pushEvent(event: Event): void;
}
