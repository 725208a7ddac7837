import type { TimerHandle } from './clock.js';
import { SimulatedClock } from './simulated-clock.js';

/** So many times in a row a {@link FaultyClock} settles without letting the rest of the process run. */
const settlesBetweenBreaths = 2_000;

/**
 * Simulated time in a process that is not treated well: its wall clock is set, it is paused, its timers are late.
 *
 * It settles by way of `process.nextTick`, which comes after everything that promises can do and costs a fraction of a turn of the
 * event loop. Whoever watches for ticks of others tells of them with {@link noticeTick}, and it waits for those too.
 */
export class FaultyClock extends SimulatedClock {
  /** How many timers have fired. */
  fired = 0;
  /** Whether whoever asks is this clock, which needs the event loop for itself. */
  isSettling = false;
  private readonly onBreath: (isBreathing: boolean) => void;
  private lateness: (() => number) | undefined;
  private wallOffset = 0;
  private pausedUntil = 0;
  private settles = 0;
  private noticedTicks = 0;
  private awaitedTicks = 0;

  /** @param onBreath is told before and after the rest of the process may run for a moment. */
  constructor(epoch = 0, onBreath: (isBreathing: boolean) => void = () => {}) {
    super(epoch);
    this.onBreath = onBreath;
  }

  /** From the first timer that is due after a pause of the process, this is later than when that timer was due. */
  override now(): number {
    return Math.max(super.now(), this.pausedUntil);
  }

  override wallNow(): number {
    return super.wallNow() + (this.now() - super.now()) + this.wallOffset;
  }

  override setTimeout(callback: () => void, delay: number): TimerHandle {
    const late = this.lateness?.() ?? 0;
    const fire = (): void => {
      this.fired++;
      callback();
    };
    return super.setTimeout(fire, Math.max(0, delay) + late + (this.now() - super.now()));
  }

  /** Someone sets the wall clock, by so many milliseconds forward or back. */
  jumpWall(ms: number): void {
    this.wallOffset += ms;
  }

  /** The process stands still for so many milliseconds: what is due meanwhile fires at the end of it, in order. */
  pauseProcess(ms: number): void {
    this.pausedUntil = this.now() + ms;
  }

  /** From now on timers fire later than asked for, by so many milliseconds. */
  setLateness(lateness: (() => number) | undefined): void {
    this.lateness = lateness;
  }

  /** Moves on to `time`, timer by timer, and calls `afterEach` after each. */
  async runTo(time: number, afterEach: () => void): Promise<void> {
    await this.settle();
    while (this.nextDue !== undefined && this.nextDue <= time) {
      await this.step();
      afterEach();
    }
    if (time > super.now()) await this.advance(time - super.now());
  }

  /** Somebody else has asked for a tick. */
  noticeTick(): void {
    this.noticedTicks++;
  }

  override async settle(): Promise<void> {
    await this.tick();
    while (this.awaitedTicks !== this.noticedTicks) {
      this.awaitedTicks = this.noticedTicks;
      await this.tick();
    }
    if (++this.settles % settlesBetweenBreaths !== 0) return;
    this.onBreath(true);
    await super.settle();
    this.onBreath(false);
  }

  private tick(): Promise<void> {
    this.isSettling = true;
    const ticked = new Promise<void>((resolve) => process.nextTick(resolve));
    this.isSettling = false;
    return ticked;
  }
}
