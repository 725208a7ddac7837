/** The queues against what they promise, said naively: any commands, any who wait, process, fail, give up and put back, and a close. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepNewest } from '../../../src/cache/queues/delta.js';
import { anyPlay } from './commands.js';
import { DeltaPlay, FifoPlay } from './plays.js';

/** Plays what fast-check thinks of, and makes sure that everything has happened often. */
async function playAll(begin: () => FifoPlay | DeltaPlay, seed: number): Promise<void> {
  const total = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(anyPlay, async (commands) => {
      const play = begin();
      await play.run(commands);
      for (const [name, count] of Object.entries(play.tally)) total.set(name, (total.get(name) ?? 0) + count);
    }),
    { seed, numRuns: 120 },
  );
  for (const [name, count] of total) expect(count, name).toBeGreaterThan(10);
}

describe('promises of the queues', () => {
  it('F1, F2, F3, F9, F10, K33, K36, K37, K46: a FIFO does what the naive one does, whatever happens, and closes after it', async () => {
    await playAll(() => new FifoPlay(), 1);
  });

  it.each([
    { knows: 'nothing', compresses: false, relistDelta: 'Sync' },
    { knows: 'keys', compresses: false, relistDelta: 'Sync' },
    { knows: 'objects', compresses: false, relistDelta: 'Replaced' },
    { knows: 'objects', compresses: true, relistDelta: 'Sync' },
  ] as const)(
    'F1, F2, F3, F4, F5, F7, F8, F9, F10, K2, K5, K36, K37, K45, K46: a DeltaFIFO does what the naive one does: %o',
    async (options) => {
      await playAll(() => new DeltaPlay(options, keepNewest), 2);
    },
  );
});
