/** The clock of a replay: it says what was read, and its timers fire when they did. */
import type { Clock, TimerHandle } from '../../ports/clock.js';
import type { LogLine } from './lines.js';

interface Timer {
  readonly number: number;
  readonly delay: number;
  readonly callback: () => void;
}

/** Readings from one number on. */
interface Stretch {
  readonly from: number;
  readonly value: number;
}

class Readings {
  private readonly stretches: readonly Stretch[];
  private count = 0;
  private index = 0;

  constructor(lines: readonly LogLine[], clock: 'monotonic' | 'wall') {
    this.stretches = lines.flatMap((line) =>
      line.kind === 'time' && line.clock === clock ? [{ from: line.reading, value: line.value }] : [],
    );
  }

  next(): number {
    const number = this.count++;
    for (let next = this.stretches[this.index + 1]; next !== undefined && next.from <= number;) {
      this.index++;
      next = this.stretches[this.index + 1];
    }
    return this.last;
  }

  get last(): number {
    return this.stretches[this.index]?.value ?? 0;
  }
}

export class ReplayedClock implements Clock {
  private readonly monotonic: Readings;
  private readonly wall: Readings;
  private readonly timers = new Map<number, Timer>();
  private count = 0;
  private isOver = false;

  constructor(lines: readonly LogLine[]) {
    this.monotonic = new Readings(lines, 'monotonic');
    this.wall = new Readings(lines, 'wall');
  }

  now(): number {
    return this.isOver ? this.monotonic.last : this.monotonic.next();
  }

  wallNow(): number {
    return this.isOver ? this.wall.last : this.wall.next();
  }

  setTimeout(callback: () => void, delay: number): TimerHandle {
    const timer: Timer = { number: this.count++, delay, callback };
    this.timers.set(timer.number, timer);
    return timer;
  }

  clearTimeout(handle: TimerHandle): void {
    if (typeof handle === 'object') this.timers.delete((handle as Timer).number); // setTimeout hands out nothing else
  }

  /** Fires a timer. @returns what is wrong, when no such timer is set. */
  fire(number: number, delay: number): string | undefined {
    const timer = this.timers.get(number);
    if (timer === undefined) return `timer ${number} is not set`;
    if (timer.delay !== delay) return `timer ${number} is set to ${timer.delay} ms`;
    this.timers.delete(number);
    timer.callback();
    return undefined;
  }

  /** From now on it stands still. */
  stop(): void {
    this.isOver = true;
  }
}
