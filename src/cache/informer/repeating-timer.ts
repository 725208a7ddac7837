import type { Clock, TimerHandle } from '../../ports/clock.js';

/** Does something every `period` milliseconds, from when it is started until it is stopped. A period of 0 is never. */
export class RepeatingTimer {
  private readonly clock: Clock;
  private readonly period: number;
  private readonly onTick: () => void;
  private timer: TimerHandle | undefined;

  constructor(clock: Clock, period: number, onTick: () => void) {
    this.clock = clock;
    this.period = period;
    this.onTick = onTick;
  }

  /** Begins a period, unless one has begun. */
  start(): void {
    if (this.period === 0 || this.timer !== undefined) return;
    this.timer = this.clock.setTimeout(() => {
      this.timer = undefined;
      this.start();
      this.onTick();
    }, this.period);
  }

  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }
}
