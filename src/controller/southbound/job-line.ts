/** Does one thing after the other. */
import type { Breather } from '../../ports/breather.js';

/** Something to be done. It never rejects. */
export interface Job {
  readonly run: () => Promise<void>;
  /** The line is closed: it is not going to be done. */
  readonly refuse: () => void;
}

export class JobLine {
  private jobs: Job[] = [];
  private isWorking = false;
  private isClosed = false;
  private working: Promise<void> = Promise.resolve();
  private readonly breather: Breather;
  private readonly onIdle: () => void;

  /** @param onIdle is called whenever nothing is left to do. */
  constructor(breather: Breather, onIdle: () => void) {
    this.breather = breather;
    this.onIdle = onIdle;
  }

  /** How many wait, without the one that is being done. */
  get waiting(): number {
    return this.jobs.length;
  }

  get isIdle(): boolean {
    return !this.isWorking;
  }

  add(job: Job): void {
    if (this.isClosed) return job.refuse();
    this.jobs.push(job);
    if (this.isWorking) return;
    this.isWorking = true;
    this.working = this.work();
  }

  /** Refuses what waits. Resolves when what is being done has been done. */
  close(): Promise<void> {
    this.isClosed = true;
    for (const job of this.jobs.splice(0)) job.refuse();
    return this.working;
  }

  private async work(): Promise<void> {
    await Promise.resolve(); // nobody's call of `add` does the work
    for (let job = this.jobs.shift(); job !== undefined; job = this.jobs.shift()) {
      if (this.breather.isDue) await this.breather.breathe();
      await job.run();
    }
    this.isWorking = false;
    this.onIdle();
  }
}
