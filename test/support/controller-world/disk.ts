/** What survives the process on its machine: a local copy of the datastore, replaced as a file is. */
import type { LocalMirror, MirroredState } from '../../../src/controller.js';
import type { Tally } from '../../../src/testing/simulation/tally.js';
import type { Mortality } from './mortality.js';

export class Disk {
  /** The copy: text, so that nobody shares anything with it. */
  text: string | undefined;
  /** What was being written when the process ended. */
  private unfinished: string | undefined;
  isFull = false;
  private readonly tally: Tally;

  constructor(tally: Tally) {
    this.tally = tally;
  }

  get copy(): MirroredState | undefined {
    return this.text === undefined ? undefined : (JSON.parse(this.text) as MirroredState); // as a process wrote it
  }

  /** The disk as a process sees it. */
  mirrorOf(life: Mortality): LocalMirror {
    return {
      load: () =>
        life.effect('reading the copy', () => {
          if (this.unfinished !== undefined) this.tally.add('torn writes found');
          return this.copy;
        }),
      save: async (state) => {
        const text = JSON.stringify(state);
        await life.effect('writing half of the copy', () => {
          if (this.isFull) {
            this.tally.add('full disk');
            throw new Error('The disk is full.');
          }
          this.unfinished = text.slice(0, text.length / 2);
        });
        await life.effect('renaming the copy', () => {
          this.text = text;
          this.unfinished = undefined;
          this.tally.add('copies');
        });
      },
    };
  }
}
