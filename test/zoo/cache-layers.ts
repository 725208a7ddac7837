/** The layers that the bugs of caches are shown to: the exploration and the model of the queues, and the simulation of the whole pipeline. */
import fc from 'fast-check';
import { keepNewest } from '../../src/cache.js';
import { anyPlay, type Command } from '../cache/queues/commands.js';
import { exploreQueue } from '../cache/queues/explore-queue.js';
import { DeltaPlay, FifoPlay } from '../cache/queues/plays.js';
import { queueSettings } from '../cache/queues/small-world.js';
import { playPipeline } from '../support/pipeline/play.js';
import type { Finding } from './layers.js';

/** L1: everything that can happen to a small queue. */
function exploration(): Finding {
  let states = 0;
  for (const setting of queueSettings) {
    try {
      states += exploreQueue(setting).states;
    } catch (error) {
      // The error is of the mutated copy of the module, so its class is another one.
      const {
        message,
        length,
        states: seen,
      } = error as { readonly message: string; readonly length: number; readonly states: number };
      return `${/^[\w, ]+(?=:)/.exec(message)?.[0] ?? 'error'}, ${length} moves, after ${states + seen} states`;
    }
  }
  return undefined;
}

const modelRuns = 40;

/** L2: the queues against naive ones. */
async function model(): Promise<Finding> {
  const plays: readonly (() => { run(commands: readonly Command[]): Promise<void> })[] = [
    () => new FifoPlay(),
    () => new DeltaPlay({ knows: 'nothing', compresses: false, relistDelta: 'Sync' }, keepNewest),
    () => new DeltaPlay({ knows: 'objects', compresses: false, relistDelta: 'Replaced' }, keepNewest),
  ];
  let runs = 0;
  for (const begin of plays) {
    const property = fc.asyncProperty(anyPlay, (commands) => begin().run(commands));
    const result = await fc.check(property, { seed: 20_261_121, numRuns: modelRuns, endOnFailure: true });
    runs += result.numRuns;
    if (result.failed) return `run ${runs}`;
  }
  return undefined;
}

const simulations = 12;

/** L3: the pipeline under faults, judged all the time. */
async function simulation(): Promise<Finding> {
  for (let seed = 1; seed <= simulations; seed++) {
    try {
      await playPipeline(seed);
    } catch (error) {
      const { name, id } = error as { readonly name: string; readonly id?: string };
      return `${id ?? name}, seed ${seed}`;
    }
  }
  return undefined;
}

export const layers = { exploration, model, simulation };
