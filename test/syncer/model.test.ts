/**
 * Model tests of the whole mirror: commands on the datastore, on the line and on the consumer, in virtual time. The model holds the
 * data: what the datastore contains is kept a second time, in a plain Map, by the commands themselves; the mirror is compared with it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultNames } from '../../src/testing/index.js';
import { play, type Beginning, type Setup } from '../support/mirror-play.js';
import { Step, type Model, type Real, type StepName } from '../support/mirror-steps.js';

const anyKey = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z', '__proto__', 'constructor', 'a%2Fb', '0'))
  .map(([kind, name]) => `/${kind}/${name}`);
const anyValue = fc.record({
  text: fc.string({ maxLength: 3 }),
  shares: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { maxLength: 2 }),
});
const lineFaults = faultNames.filter((name) => !name.startsWith('write.'));
const anyFaults = fc.uniqueArray(fc.constantFrom(...lineFaults), { maxLength: 4 });

const a = (name: StepName, ...args: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Step> =>
  fc.tuple(...args).map((drawn) => new Step(name, ...drawn));

const always: readonly fc.Arbitrary<Step>[] = [
  ...Array.from({ length: 3 }, () => a('apply', anyKey, anyValue)),
  ...Array.from({ length: 2 }, () => a('delete', anyKey)),
  a('recreate', anyKey, anyValue),
  fc
    .uniqueArray(fc.tuple(anyKey, anyValue), { minLength: 1, maxLength: 4, selector: ([key]) => key })
    .map((writes) => new Step('transaction', ...writes)),
  a('compact'),
  a('clean'),
  ...Array.from({ length: 3 }, () => a('pass', fc.constantFrom(0, 10, 700, 6_000, 400_000))),
  a('strike', fc.constantFrom('watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed')),
  a('lag'),
  anyFaults.map((faults) => new Step('weather', ...faults)),
  a('block'),
  a('throwing'),
  a('unblock'),
];

const anyBeginning: fc.Arbitrary<Beginning> = fc.record({
  seed: fc.nat(),
  objects: fc.uniqueArray(fc.tuple(anyKey, anyValue), { selector: ([key]) => key, size: 'max', maxLength: 12 }),
  weather: anyFaults.map((faults) => Object.fromEntries(faults.map((fault) => [fault, 0.5]))),
});

const setups: Readonly<Record<string, Setup>> = {
  'in pages': { initialList: 'paged', pageSize: 2, corrupts: false },
  'in one piece, with entries that cannot be read': { initialList: 'paged', pageSize: 0, corrupts: true },
  'as a stream': { initialList: 'streamed', pageSize: 0, corrupts: false },
  'as a stream, with entries that cannot be read': { initialList: 'streamed', pageSize: 0, corrupts: true },
};

describe('the mirror converges', () => {
  const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 60);
  const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);
  const fired = new Map<string, number>();

  it.each(Object.entries(setups))(
    'R1, R2, S6, RL1, SL1, D8, I1-I11, R19, R21: listing %s',
    async (_, setup) => {
      const commands = fc.commands<Model, Real, false>([...always, ...(setup.corrupts ? [a('corrupt', anyKey)] : [])], {
        maxCommands: 60,
        size: 'max',
      });
      const property = fc.asyncProperty(anyBeginning, commands, async (beginning, script) => {
        const counts = await play(beginning, setup, (model, real) => fc.asyncModelRun(() => ({ model, real }), script));
        for (const [name, count] of Object.entries(counts)) fired.set(name, (fired.get(name) ?? 0) + count);
      });
      await fc.assert(property, { seed, numRuns });
    },
    1_200_000,
  );

  it('has met every fault that it can meet', () => {
    expect(lineFaults.filter((name) => (fired.get(name) ?? 0) === 0)).toEqual([]);
  });
});

/** Counterexamples that were found, and stories worth keeping: see test/scenarios/README.md for how they are written. */
describe('scenarios', () => {
  const folder = resolve(import.meta.dirname, '../scenarios');
  const stories = readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .map(
      (file) =>
        [
          file,
          readFileSync(join(folder, file), 'utf8')
            .split('\n')
            .filter((line) => line.trim() !== '' && !line.startsWith('#')),
        ] as const,
    );

  it.each(stories.flatMap(([file, lines]) => Object.entries(setups).map(([name, setup]) => [file, name, setup, lines] as const)))(
    '%s, listing %s',
    async (_file, _name, setup, lines) => {
      const script = lines.map((line) => Step.parse(line));
      const corrupts = setup.corrupts || script.some(({ name }) => name === 'corrupt');
      await play({ seed: 1, objects: [], weather: {} }, { ...setup, corrupts }, async (model, real) => {
        for (const step of script) {
          expect(step.check(model), `${step.toString()} makes sense`).toBe(true);
          await step.run(model, real);
        }
      });
    },
  );

  it('are there', () => {
    expect(stories.length).toBeGreaterThan(4);
  });
});
