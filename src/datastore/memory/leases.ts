/** Times to live: which keys expire when, on the clock port. */
import type { Key } from '../../model/key.js';
import type { Clock, TimerHandle } from '../../ports/clock.js';

export class Leases {
  private readonly clock: Clock;
  private readonly onExpired: (key: Key) => void;
  private readonly timers = new Map<Key, TimerHandle>();

  constructor(clock: Clock, onExpired: (key: Key) => void) {
    this.clock = clock;
    this.onExpired = onExpired;
  }

  /** The object at `key` has been written or deleted: what was agreed before is void. */
  renew(key: Key, ttl: number | undefined): void {
    const timer = this.timers.get(key);
    if (timer !== undefined) this.clock.clearTimeout(timer);
    this.timers.delete(key);
    if (ttl === undefined) return;
    const expire = (): void => {
      this.timers.delete(key);
      this.onExpired(key);
    };
    this.timers.set(key, this.clock.setTimeout(expire, ttl));
  }

  clear(): void {
    for (const timer of this.timers.values()) this.clock.clearTimeout(timer);
    this.timers.clear();
  }
}
