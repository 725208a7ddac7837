/**
 * Time, as the library sees it. The real one is {@link systemClock}; tests use the SimulatedClock. Both can drive XState.
 */

/** Names a timer of one clock. */
export type TimerHandle = object | number;

/** A source of time. All times are in milliseconds. */
export interface Clock {
  /** Time that only moves forward, at the pace of seconds, whatever happens to the wall clock. Its zero has no meaning. */
  now(): number;
  /** Milliseconds since 1970 by the wall clock. For people to read; nothing is decided by it. */
  wallNow(): number;
  /** Calls `callback` once, not before `delay` has passed. An infinite delay never ends. */
  setTimeout(callback: () => void, delay: number): TimerHandle;
  /** Makes sure that the timer does not fire any more. */
  clearTimeout(handle: TimerHandle): void;
  /** Resolves when timers, sockets and whoever else wants the process have had their turn. Absent: nobody else does, as in simulated time. */
  nextTurn?(): Promise<void>;
}

/** What Node's timers can hold: beyond it they fire at once. */
const longestTimer = 2 ** 31 - 1;

class SystemTimer {
  private timer: NodeJS.Timeout | undefined;
  private readonly callback: () => void;
  private readonly due: number;

  constructor(callback: () => void, delay: number) {
    this.callback = callback;
    this.due = performance.now() + delay;
    this.arm();
  }

  private arm(): void {
    const rest = this.due - performance.now();
    if (rest === Infinity) return;
    if (rest > longestTimer) this.timer = setTimeout(() => this.arm(), longestTimer);
    else this.timer = setTimeout(this.callback, Math.max(0, rest));
  }

  clear(): void {
    clearTimeout(this.timer);
  }
}

/** The process's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, delay) => new SystemTimer(callback, delay),
  clearTimeout: (handle) => {
    if (handle instanceof SystemTimer) handle.clear();
  },
  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Resolves after `delay` milliseconds of `clock`, or at once with `signal`'s abort. Never rejects: look at the signal. */
export function pause(clock: Clock, delay: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      clock.clearTimeout(handle);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const handle = clock.setTimeout(end, delay);
    signal?.addEventListener('abort', end, { once: true });
  });
}
