/** One timer at a time, for whatever is due first. */
import type { Clock, TimerHandle } from '../../ports/clock.js';

export class Alarm {
  private readonly clock: Clock;
  private readonly ring: () => void;
  private armed: { readonly due: number; readonly handle: TimerHandle } | undefined;

  /** @param ring is called when it is time, or a little before: timers are not exact. */
  constructor(clock: Clock, ring: () => void) {
    this.clock = clock;
    this.ring = ring;
  }

  /** Rings at `due`, as `clock.now()` says it, and at no other time; never when it is undefined or infinite. */
  setTo(due: number | undefined): void {
    if (due === this.armed?.due) return;
    if (this.armed !== undefined) this.clock.clearTimeout(this.armed.handle);
    this.armed = undefined;
    if (due === undefined || due === Infinity) return;
    const handle = this.clock.setTimeout(() => {
      this.armed = undefined;
      this.ring();
    }, due - this.clock.now());
    this.armed = { due, handle };
  }
}
