/** A life of a process: when it is over, nothing that it has begun does anything any more. */
import type { Clock, TimerHandle } from '../../../src/ports/clock.js';

/** At which effect a life ends: the next one of some kind, or the last of so many. */
export interface Doom {
  readonly at: string | number;
  /** Whether that effect is still done. */
  readonly isAfter: boolean;
}

/** Ends a life at one of its effects. */
export class Mortality {
  isDead = false;
  private doom: Doom | undefined;
  /** Effects since the doom. */
  private done = 0;
  private readonly onDeath: (at: string) => void;

  /** @param onDeath is told at which effect it has ended. */
  constructor(onDeath: (at: string) => void) {
    this.onDeath = onDeath;
  }

  /** It is going to end; undefined: it is not. */
  meets(doom: Doom | undefined): void {
    this.doom = doom;
    this.done = 0;
  }

  die(at: string): void {
    if (this.isDead) return;
    this.isDead = true;
    this.onDeath(at);
  }

  /** Something that reaches out of the process, and takes its time. */
  async effect<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const doom = this.begin(name);
    if (this.isDead) return never();
    const result = await work();
    if (doom !== undefined && doom === this.doom) this.die(`after ${name}`);
    return this.isDead ? never() : result;
  }

  /** Something that happens at once. @returns undefined when it does not happen any more. */
  step<T>(name: string, work: () => T): T | undefined {
    const doom = this.begin(name);
    if (this.isDead) return undefined;
    const result = work();
    if (doom !== undefined) this.die(`after ${name}`);
    return result;
  }

  /** @returns the doom, when this is the last effect. */
  private begin(name: string): Doom | undefined {
    const { doom } = this;
    this.done++;
    if (doom === undefined || (doom.at !== name && doom.at !== this.done)) return undefined;
    if (!doom.isAfter) this.die(`before ${name}`);
    return doom;
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => {});
}

/** The clock of a process: when the process is dead, it does not fire. */
export class MortalClock implements Clock {
  private readonly clock: Clock;
  private readonly life: Mortality;
  private readonly timers = new Set<TimerHandle>();

  constructor(clock: Clock, life: Mortality) {
    this.clock = clock;
    this.life = life;
  }

  now(): number {
    return this.clock.now();
  }

  wallNow(): number {
    return this.clock.wallNow();
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    if (this.life.isDead) return {};
    const handle = this.clock.setTimeout(() => {
      this.timers.delete(handle);
      if (!this.life.isDead) callback();
    }, delay);
    this.timers.add(handle);
    return handle;
  }

  clearTimeout(handle: TimerHandle): void {
    this.timers.delete(handle);
    this.clock.clearTimeout(handle);
  }

  /** Nothing fires any more. */
  stop(): void {
    for (const handle of this.timers) this.clock.clearTimeout(handle);
    this.timers.clear();
  }
}
