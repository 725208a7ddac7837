/** Asks sources of external configuration again that had no snapshot when they were asked. */
import type { Clock, TimerHandle } from '../../ports/clock.js';
import { ExternalConfigResync } from '../events/external-config-resync.js';
import { loadSnapshots } from '../external/snapshots.js';
import type { ExternalConfigSource } from '../external/source.js';
import { recordOf } from '../key-values.js';

/** What asking again needs. Times in milliseconds. */
export interface SnapshotRetriesOptions {
  readonly sources: readonly ExternalConfigSource[];
  readonly clock: Clock;
  /** Before the first attempt; each further one waits twice as long. */
  readonly delay: number;
  readonly maxDelay: number;
  /** How long a source may take. */
  readonly timeout: number;
  /** Calls the sources as the loop calls everybody. */
  readonly enter: <R>(call: () => Promise<R>) => Promise<R>;
  readonly onFailure: (source: string, error: Error) => void;
  /** A source has answered: what it wants is to be taken in. */
  readonly push: (event: ExternalConfigResync) => void;
}

export class SnapshotRetries {
  private readonly options: SnapshotRetriesOptions;
  private readonly missing = new Set<string>();
  private readonly ending = new AbortController();
  private timer: TimerHandle | undefined;
  private attempts = 0;

  constructor(options: SnapshotRetriesOptions) {
    this.options = options;
  }

  /** A source has no snapshot: it is asked again, until it has one. */
  add(source: string): void {
    this.missing.add(source);
    this.arm();
  }

  /** What a source wants is known. */
  remove(source: string): void {
    this.missing.delete(source);
    if (this.missing.size === 0) this.rest();
  }

  /** Nobody is asked any more. */
  stop(): void {
    this.ending.abort();
    this.missing.clear();
    this.rest();
  }

  private arm(): void {
    const { clock, delay, maxDelay } = this.options;
    if (this.timer !== undefined || this.ending.signal.aborted) return;
    this.timer = clock.setTimeout(() => void this.ask(), Math.min(maxDelay, delay * 2 ** this.attempts));
  }

  private rest(): void {
    if (this.timer !== undefined) this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
    this.attempts = 0;
  }

  private async ask(): Promise<void> {
    const { sources, clock, timeout, enter, onFailure, push } = this.options;
    const asked = sources.filter(({ name }) => this.missing.has(name));
    const { signal } = this.ending;
    const snapshots = await enter(() => loadSnapshots(asked, { clock, timeout, signal }));
    this.timer = undefined;
    if (signal.aborted) return;
    this.attempts++;
    for (const snapshot of snapshots) {
      const { source } = snapshot;
      if (!this.missing.has(source)) continue; // a DBResync has asked it meanwhile
      if ('error' in snapshot) {
        onFailure(source, snapshot.error);
        continue;
      }
      const { values, version } = snapshot.layer;
      this.remove(source);
      push(new ExternalConfigResync({ source, externalConfig: recordOf(values), version }));
    }
    if (this.missing.size > 0) this.arm();
  }
}
