/** Keeps the local copy up to date, beside everything else: nobody waits for it. */
import { failureOf } from '../../policy/failure.js';
import type { Clock, TimerHandle } from '../../ports/clock.js';
import type { LocalMirror, MirroredState } from './local-mirror.js';

export interface MirrorSaverOptions {
  readonly mirror: LocalMirror;
  /** Between the beginnings of two savings for changes, and before one that failed is tried again. In milliseconds. */
  readonly interval: number;
  readonly clock: Clock;
  /** What is to be saved, now. */
  readonly stateOf: () => MirroredState;
  readonly onFailure: (error: Error) => void;
}

/** However often changes are saved: a disk that is full is not asked more often. Milliseconds. */
const shortestRetry = 1_000;

export class MirrorSaver {
  /** When the copy was saved last, by the clock's `now`. */
  savedAt: number | undefined;
  private readonly options: MirrorSaverOptions;
  private isDue = false;
  private saving: Promise<void> | undefined;
  private notBefore = -Infinity;
  private timer: TimerHandle | undefined;
  private isClosed = false;

  constructor(options: MirrorSaverOptions) {
    this.options = options;
  }

  /** Everything is new: to be saved as soon as nothing else is being saved. */
  saveNow(): void {
    this.notBefore = -Infinity;
    this.cancel();
    this.saveSoon();
  }

  /** Something has changed: to be saved when the interval is over. */
  saveSoon(): void {
    if (this.isClosed) return;
    this.isDue = true;
    this.schedule();
  }

  /** Saves what was not saved yet. Resolves when nothing is being saved any more; never rejects. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.cancel();
    await this.saving;
    if (this.isDue) await this.save();
  }

  private schedule(): void {
    const { clock } = this.options;
    if (!this.isDue || this.isClosed || this.saving !== undefined || this.timer !== undefined) return;
    const begin = (): void => {
      this.timer = undefined;
      this.saving = this.save().finally(() => {
        this.saving = undefined;
        this.schedule();
      });
    };
    this.timer = clock.setTimeout(begin, Math.max(0, this.notBefore - clock.now()));
  }

  private cancel(): void {
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async save(): Promise<void> {
    const { mirror, clock, interval, stateOf, onFailure } = this.options;
    this.isDue = false;
    this.notBefore = clock.now() + interval;
    try {
      await mirror.save(stateOf());
      this.savedAt = clock.now();
    } catch (error) {
      this.isDue = true;
      this.notBefore = clock.now() + Math.max(interval, shortestRetry);
      onFailure(failureOf(error).error);
    }
  }
}
