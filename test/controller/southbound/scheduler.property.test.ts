/** The promises of the memory scheduler, against naive models of what should be there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedPlane, firstOrphan, replay, sorted } from './naive-southbound.js';
import { anyAdvance, anyCommit, anyDrift, anyFault, anyHarshFault } from './play.js';
import { Scene, type Command } from './scene.js';

const runs = { numRuns: 300, seed: Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121) }; // what has happened is counted

describe('promises of the memory scheduler', () => {
  it('EL2, EH60: whatever has happened, a full resync makes the plane what is wanted without what must wait, and a second one does nothing', async () => {
    const seen = new Map<string, number>();
    const anyCommand = fc.oneof(anyCommit(true), anyHarshFault, anyDrift, anyAdvance);
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { maxLength: 25, size: 'max' }), async (commands) => {
        const scene = new Scene();
        for (const command of commands) await scene.obey(command as Command);
        scene.plane.heal();
        await scene.clock.advance(60_000);
        // What has failed for good is failed until somebody says so again.
        const resync = await scene.commit(scene.wanted, { kind: 'fullResync' });
        expect(resync.failures.every(({ operation }) => operation === 'validate')).toBe(true);
        expect(sorted(scene.items)).toEqual(sorted(expectedPlane(scene.wanted, scene.items)));
        scene.expectStatuses();
        const again = await scene.commit(scene.wanted, { kind: 'fullResync' });
        expect(scene.operations(again.sequence).filter((text) => !text.startsWith('validate'))).toEqual([]);
        expect(sorted(replay(scene.scheduler.history()))).toEqual(sorted(scene.items));
        await scene.scheduler.close();
        expect(scene.clock.pending).toBe(0);
        for (const [outcome, count] of scene.outcomes) seen.set(outcome, (seen.get(outcome) ?? 0) + count);
      }),
      runs,
    );
    expect([...seen.keys()].toSorted()).toEqual(['applied', 'partlyApplied', 'revertFailed', 'reverted']);
  });

  it('EK6, EH53: without drift, retries alone bring the plane to what is wanted when the faults end', async () => {
    let happened = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(anyCommit(false), anyFault, anyAdvance), { maxLength: 25, size: 'max' }),
        async (commands) => {
          const scene = new Scene();
          for (const command of commands) await scene.obey(command as Command);
          scene.plane.heal();
          await scene.clock.advance(60_000);
          expect(sorted(scene.items)).toEqual(sorted(expectedPlane(scene.wanted, new Map())));
          scene.expectStatuses();
          expect(scene.clock.pending).toBe(0);
          await scene.scheduler.whenSettled();
          happened += scene.plane.faultsHappened;
        },
      ),
      runs,
    );
    expect(happened).toBeGreaterThan(100);
  });

  it('EK8: a transaction that was reverted leaves the plane and every status as they were', async () => {
    let reverted = 0;
    // Nothing is to be under way when the picture is taken.
    const quick = anyFault.map((fault) => (fault.mode === 'hang' ? Object.assign({}, fault, { mode: 'fail' }) : fault));
    const anyPrefix = fc.array(fc.oneof(anyCommit(false), quick, anyAdvance), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(anyPrefix, anyCommit(true), quick, quick, async (commands, commit, ...faults) => {
        const scene = new Scene();
        for (const command of commands) await scene.obey(command as Command);
        for (const fault of faults) await scene.obey({ ...fault, times: 1 });
        const before = [sorted(new Map(scene.items)), scene.values()];
        const { outcome } = await scene.commit(commit.values, { revertOnFailure: true });
        if (outcome !== 'reverted') return;
        reverted += 1;
        expect([sorted(scene.items), scene.values()]).toEqual(before);
      }),
      runs,
    );
    expect(reverted).toBeGreaterThan(20);
  });

  it('EK7, EK9: without faults nothing is ever there without what it needs, not even between two operations', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommit(false, true), { maxLength: 12 }), async (commands) => {
        const scene = new Scene();
        for (const command of commands) await scene.obey(command as Command);
        expect(firstOrphan(scene.plane.calls)).toBeUndefined();
        expect(sorted(scene.items)).toEqual(sorted(expectedPlane(scene.wanted, new Map())));
        expect([...scene.outcomes.keys()].filter((outcome) => outcome !== 'applied')).toEqual([]);
      }),
      runs,
    );
  });

  it('EH57: the same commands give the same log, to the letter', async () => {
    const anyCommand = fc.oneof(anyCommit(true), anyHarshFault, anyDrift, anyAdvance);
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { maxLength: 15 }), async (commands) => {
        const logs: string[] = [];
        for (let turn = 0; turn < 2; turn++) {
          const scene = new Scene();
          for (const command of commands) await scene.obey(command as Command);
          await scene.clock.advance(10_000);
          logs.push(JSON.stringify([scene.scheduler.history(), scene.events, scene.scheduler.dump()]));
        }
        expect(logs[1]).toBe(logs[0]);
      }),
      { numRuns: 100 },
    );
  });
});
