/** A process that mirrors, configures and dies, from many seeds, and proof that everything that can happen did. */
import { describe, expect, it } from 'vitest';
import { Tally } from '../../src/testing/simulation/tally.js';
import { playController } from '../support/controller-world/play.js';
import { effects, lineFaults } from '../support/controller-world/process.js';

const seeds = Number(process.env['HELIOSTAT_CONTROLLERS'] ?? 70);
const first = Number(process.env['HELIOSTAT_SEED'] ?? 1);
/** What must have happened at least once. */
const wanted = [
  ...lineFaults,
  'deaths',
  ...effects.flatMap((effect) => [`death before ${effect}`, `death after ${effect}`]),
  'runs that were played again',
  'torn writes found',
  'full disk',
  'started while the datastore is out of reach',
  'ends in peace',
  'failing snapshots',
  'failing snapshots of a source that wants something',
  'handler: slow',
  'handler: throws',
  'handler: aborts',
  'handler: hangs',
  'handler: fatal',
  'plane: fail',
  'plane: refuse',
  'plane: loseAnswer',
  'plane: hang',
  'drift: gone',
  'drift: another value',
  'drift: a stranger',
  'drift: restart',
  'event: Database Resync',
  'event: Database Resync, local',
  'event: Kubernetes State Change',
  'event: External Config Change',
  'event: External Config Resync',
  'record: Healing Resync (After error',
  'record: Healing Resync (Periodic)',
  'commit: applied',
  'commit: partlyApplied',
  'commit: none',
];

describe('a process with a source, a controller and a plane', () => {
  it(`E1, E2, E9, E11, E12, E18, E19, E20, EH41, EL2: converges in ${seeds} simulations, one seed in twenty the same twice`, async () => {
    const total = new Tally(wanted);
    const fresh = Date.now() % 1_000_000_000;
    const drawn = [...Array.from({ length: seeds - 1 }, (_, index) => first + index), fresh];
    console.log(`controllers: seeds ${first} to ${first + seeds - 2}, and ${fresh}`);
    for (const seed of drawn) {
      const played = await playController(seed).catch((error: unknown) => {
        throw new Error(`Seed ${seed}: play it again with playController(${seed}).`, { cause: error });
      });
      if (seed % 20 === 0) expect(await playController(seed), `seed ${seed} again`).toEqual(played);
      total.addAll(played.counts);
    }
    const counts = total.toJSON();
    console.log(
      Object.entries(counts)
        .map(([what, count]) => `${what}: ${count}`)
        .join('\n'),
    );
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
  }, 600_000);
});
