/**
 * Model tests of the whole controller in virtual time: whatever is pushed, whatever handlers and the southbound do, and whenever it is
 * closed, what was seen is what an oracle with plain maps tells anew from the script.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyScript } from '../../support/controller/loop-draws.js';
import { judgeLoopPlay, type Met } from '../../support/controller/loop-oracle.js';
import { playLoop } from '../../support/controller/loop-play.js';

const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 250);
const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);

describe('a controller does what its script and its documents say', () => {
  const met: Met = new Map();

  it('E1, E2, E3, E4, E5, E6, E8, E9, E10, E11, E12, E13, E14, E15, E16, E17, E18, E20, EL1, EL3: whatever happens', async () => {
    const property = fc.asyncProperty(anyScript, async (script) => {
      judgeLoopPlay(script, await playLoop(script), met);
    });
    await fc.assert(property, { seed, numRuns });
  }, 1_200_000);

  it('E19: the same script leads to the same history, and to the same calls', async () => {
    const property = fc.asyncProperty(anyScript, async (script) => {
      const [one, other] = [await playLoop(script), await playLoop(script)];
      expect(other.history).toBe(one.history);
      expect(JSON.stringify(other.seen)).toBe(JSON.stringify(one.seen));
    });
    await fc.assert(property, { seed, numRuns: Math.ceil(numRuns / 5) });
  }, 1_200_000);

  it.runIf(numRuns >= 250)('has met everything that it can meet', () => {
    const endings = ['good', 'plain', 'text', 'abort', 'fatal', 'hang', 'late'];
    const commits = ['applied', 'partlyApplied', 'reverted', 'revertFailed', 'refused', 'rejects', 'hang', 'nonsense'];
    const wanted = [
      'succeeded',
      'failed',
      'fatal',
      'interrupted',
      'is cut off',
      ...endings.flatMap((ending) => [`best effort: ${ending}`, `all or nothing: ${ending}`, `reverts: ${ending}`]),
      ...commits.flatMap((ending) => [`commit: best effort: ${ending}`, `commit: all or nothing: ${ending}`]),
    ];
    expect(wanted.filter((name) => !met.has(name))).toEqual([]);
  });
});
