/** What model tests of the mirror draw: beginnings, and commands on the datastore, on the line and on the consumer. */
import fc from 'fast-check';
import { faultNames } from '../../src/testing/index.js';
import type { Beginning, Setup } from './mirror-play.js';
import { Step, type Model, type Real, type StepName } from './mirror-steps.js';

const anyKey = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y', 'z', '__proto__', 'constructor', 'a%2Fb', '0'))
  .map(([kind, name]) => `/${kind}/${name}`);
const anyValue = fc.record({
  text: fc.string({ maxLength: 3 }),
  shares: fc.uniqueArray(fc.constantFrom('p', 'q', 'r'), { maxLength: 2 }),
});
/** The faults of a line that is only read. */
export const lineFaults = faultNames.filter((name) => !name.startsWith('write.'));
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

/** What a run begins with: objects, the weather, and the seed of its chance. */
export const anyBeginning: fc.Arbitrary<Beginning> = fc.record({
  seed: fc.nat(),
  objects: fc.uniqueArray(fc.tuple(anyKey, anyValue), { selector: ([key]) => key, size: 'max', maxLength: 12 }),
  weather: anyFaults.map((faults) => Object.fromEntries(faults.map((fault) => [fault, 0.5]))),
});

/** Up to sixty commands that make sense for a mirror which is set up so. */
export function anyCommands({ corrupts }: Setup): ReturnType<typeof fc.commands<Model, Real, false>> {
  return fc.commands<Model, Real, false>([...always, ...(corrupts ? [a('corrupt', anyKey)] : [])], {
    maxCommands: 60,
    size: 'max',
  });
}
