/** Those who iterate over the updates of one mirror, each in its own way and with its own picture. */
import { pause, type Clock } from '../../ports/clock.js';
import type { MirrorUnderTest } from './mirror-under-test.js';
import { Picture } from './picture.js';
import type { Reading } from './plan.js';
import type { Truth } from './truth.js';

export interface IterationsOptions {
  readonly mirror: MirrorUnderTest;
  readonly truth: Pick<Truth<never>, 'tracks'>;
  readonly clock: Clock;
  readonly violate: (id: string, message: string) => void;
  readonly onEvent: () => void;
}

interface Iteration {
  readonly picture: Picture;
  readonly isLasting: boolean;
  /** Lets somebody go on who has stalled. */
  goOn: () => void;
  batches: number;
}

/** How long a slow reader takes for a batch, in milliseconds. */
const slowReading = 7_000;
/** Who does not read to the end has enough after so many batches. */
const enough = 2;

export class Iterations {
  private readonly options: IterationsOptions;
  private readonly all: Iteration[] = [];
  private isHurried = false;

  constructor(options: IterationsOptions) {
    this.options = options;
  }

  /** From now on nobody is slow, and nobody stalls. */
  hurry(): void {
    this.isHurried = true;
    for (const iteration of this.all) iteration.goOn();
  }

  /** The pictures of those who read to the end. */
  get lasting(): readonly Picture[] {
    return this.all.filter(({ isLasting }) => isLasting).map(({ picture }) => picture);
  }

  /** Reads until the end, or until it is enough. */
  async read(reading: Reading): Promise<void> {
    const { mirror, truth, clock, violate, onEvent } = this.options;
    const picture = new Picture((shows) => truth.tracks.get(shows)?.leftOut, violate);
    const isLasting = reading === 'through' || reading === 'slowly' || reading === 'stalled';
    const iteration: Iteration = { picture, isLasting, goOn: () => {}, batches: 0 };
    const stalled = new Promise<void>((resolve) => (iteration.goOn = resolve));
    this.all.push(iteration);
    const abort = new AbortController();
    for await (const batch of mirror.updates?.({ signal: abort.signal }) ?? []) {
      onEvent();
      picture.take(batch);
      iteration.batches++;
      if (reading === 'slowly' && !this.isHurried) await pause(clock, slowReading);
      if (reading === 'stalled' && !this.isHurried) await stalled;
      if (reading === 'briefly' && iteration.batches >= enough) break;
      if (reading === 'untilAborted' && iteration.batches >= enough) abort.abort();
    }
  }
}
