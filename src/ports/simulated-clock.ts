import type { Clock, TimerHandle } from './clock.js';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * Time that moves only when told to, from one timer to the next and never past one: a timer that a timer sets is due counted from
 * that moment, as in life. Timers due at the same moment fire in the order in which they were set.
 *
 * After each timer everything that promises can do is done before the next one fires, so a program without real input or output runs
 * the same way every time.
 *
 * @example
 * ```ts
 * import { SimulatedClock } from 'heliostat/testing';
 * const clock = new SimulatedClock();
 * clock.setTimeout(() => console.log('at', clock.now()), 1_000);
 * await clock.advance(5_000); // prints: at 1000
 * ```
 */
export class SimulatedClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly epoch: number;
  private readonly timers: Timer[] = []; // the next one to fire is the last

  /** @param epoch what {@link wallNow} says at the beginning, in milliseconds since 1970. */
  constructor(epoch = 0) {
    this.epoch = epoch;
  }

  now(): number {
    return this.time;
  }

  wallNow(): number {
    return this.epoch + this.time;
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    const timer: Timer = { due: this.time + Math.max(0, delay), order: this.order++, callback };
    this.timers.splice(this.indexOf(timer), 0, timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    if (typeof handle !== 'object' || !('due' in handle)) return;
    const index = this.indexOf(handle as Timer); // setTimeout hands out nothing else that has `due`
    if (this.timers[index] === handle) this.timers.splice(index, 1);
  }

  /** How many timers are set. */
  get pending(): number {
    return this.timers.length;
  }

  /** When the next timer is due; undefined when none will ever be. */
  get nextDue(): number | undefined {
    const due = this.timers.at(-1)?.due;
    return due === Infinity ? undefined : due;
  }

  /** Lets everything that waits for nothing but promises finish. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Moves to the next timer and fires it. Resolves with false when there is none. */
  async step(): Promise<boolean> {
    await this.settle();
    const due = this.nextDue;
    if (due === undefined) return false;
    this.time = due;
    this.timers.pop()?.callback();
    await this.settle();
    return true;
  }

  /** Moves on by `duration` milliseconds, timer by timer. */
  async advance(duration: number): Promise<void> {
    const end = this.time + duration;
    await this.settle();
    while (this.nextDue !== undefined && this.nextDue <= end) await this.step();
    this.time = end;
    await this.settle();
  }

  /**
   * Moves on, timer by timer, until `condition` holds.
   *
   * @throws Error when it does not hold within `limit` milliseconds or there is nothing left to wait for.
   */
  async runUntil(condition: () => boolean, limit = 3_600_000): Promise<void> {
    const end = this.time + limit;
    await this.settle();
    while (!condition()) {
      const due = this.nextDue;
      if (due === undefined) throw new Error(`Nothing is left to wait for at ${this.time} ms, and the condition does not hold.`);
      if (due > end) throw new Error(`The condition does not hold within ${limit} ms of simulated time.`);
      await this.step();
    }
  }

  /** Where a timer stands, or belongs, in the array: latest first. */
  private indexOf(timer: Timer): number {
    let low = 0;
    let high = this.timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.timers[middle];
      if (other !== undefined && (other.due > timer.due || (other.due === timer.due && other.order > timer.order)))
        low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
