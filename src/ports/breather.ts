import type { Clock } from './clock.js';

/** How long promises may follow each other before others get their turn, in milliseconds. */
const longestBreath = 10;

/**
 * Lets timers, sockets and whoever else wants the process have their turn in long work that waits for nothing but promises: those come
 * before everything else, so that without a pause the work would keep the process to itself.
 */
export class Breather {
  private readonly clock: Clock;
  private since = 0;

  constructor(clock: Clock) {
    this.clock = clock;
    if (clock.nextTurn !== undefined) this.since = clock.now();
  }

  /** The work begins, and others have had their turn just now. */
  refresh(): void {
    if (this.clock.nextTurn !== undefined) this.since = this.clock.now();
  }

  /** Whether it is time for a pause; never where nobody else wants a turn. */
  get isDue(): boolean {
    return this.clock.nextTurn !== undefined && this.clock.now() - this.since >= longestBreath;
  }

  /** Makes a pause. Call it between two steps: `if (breather.isDue) await breather.breathe()`. */
  async breathe(): Promise<void> {
    await this.clock.nextTurn?.();
    this.since = this.clock.now();
  }
}
