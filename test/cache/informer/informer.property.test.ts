/** Any history, told to handlers of every kind, interleaved in every order that a scheduler can think of, against a plain Map. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Recorder } from './fed-informer.js';
import { anyCommand, play, Play } from './play.js';

const runs = Number(process.env['HELIOSTAT_RUNS'] ?? 250);

describe('an informer, whatever happens', () => {
  it('N1: N2: N3: N5: N6: N8: tells every handler a legal history that ends with what there is', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(anyCommand, { maxLength: 25 }), async (scheduler, commands) => {
        const game = await play(scheduler, commands);
        await game.fed.end();
        for (const what of game.seen) seen.add(what);
      }),
      { seed: 21, numRuns: runs },
    );
    const kinds = ['add', 'coalesced', 'delete', 'exact event', 'initial', 'left', 'recreate', 'removed', 'resync'];
    expect([...seen].toSorted()).toEqual([...kinds, 'told every change', 'unknown event', 'unknown relist', 'update']);
  });

  it('N6: N9: ends in the middle of anything, and tells nobody anything afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(anyCommand, { maxLength: 25 }), async (scheduler, commands) => {
        const game = new Play(scheduler);
        for (const command of commands) {
          game.do(command);
          if (scheduler.count() > 0) await scheduler.waitNext(1);
        }
        const isEnded = game.fed.end();
        const told = game.members.map(({ recorder }) => recorder.calls.length);
        await scheduler.waitIdle();
        await isEnded;
        expect(game.members.map(({ recorder }) => recorder.calls.length)).toEqual(told);
        expect(() => game.fed.add(new Recorder())).toThrow('stopped already');
      }),
      { seed: 22, numRuns: runs },
    );
  });
});
