import { pause, type Clock } from '../../ports/clock.js';

/** After a look there is a rest as long as the look was, but no longer than this, in milliseconds. */
const longestRest = 1_000;

/**
 * Looks again and again: when it is time to, and when there is a hint. Hints are never trusted to say what happened, nor to come at all;
 * however many there are, there is one look at a time.
 */
export class LookLoop {
  private readonly clock: Clock;
  private readonly settle: number;
  private readonly look: () => Promise<number>;
  private isHinted = false;
  private isClosed = false;
  private restsUntil = 0;
  private wakesAt = 0;
  private sleep: AbortController | undefined;
  private running: Promise<void> | undefined;

  /**
   * @param settle a hint that comes during a look, or this long before the next, leads to that next one.
   * @param look looks, and tells when to look again by the clock's `now`. It must not throw.
   */
  constructor(clock: Clock, settle: number, look: () => Promise<number>) {
    this.clock = clock;
    this.settle = settle;
    this.look = look;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Something may have changed. */
  hint(): void {
    this.isHinted = true;
    const soonest = Math.max(this.restsUntil, this.clock.now());
    if (this.sleep === undefined || this.wakesAt - soonest <= this.settle) return;
    this.wakesAt = soonest;
    this.sleep.abort();
  }

  /** Resolves when no look is under way and none will be. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.sleep?.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.hasEnded()) {
      this.isHinted = false;
      const begin = this.clock.now();
      const next = await this.look();
      const end = this.clock.now();
      this.restsUntil = end + Math.min(end - begin, longestRest);
      this.wakesAt = Math.max(this.wasHinted() ? Math.min(next, end + this.settle) : next, this.restsUntil);
      await this.rest();
    }
  }

  private async rest(): Promise<void> {
    while (!this.hasEnded()) {
      this.sleep = new AbortController();
      await pause(this.clock, this.wakesAt - this.clock.now(), this.sleep.signal);
      this.sleep = undefined;
      if (this.clock.now() >= this.wakesAt) return;
    }
  }

  // Asked through methods: both change while something is awaited, which the compiler does not know of a field that it has just read.
  private wasHinted(): boolean {
    return this.isHinted;
  }

  private hasEnded(): boolean {
    return this.isClosed;
  }
}
