/** Random writes, faults, refusals and deaths: what a controller is told is always something that the datastore was, and in the end what it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { play, Tally, unreadable, type Step } from './source-play.js';

const anyKey = fc
  .tuple(fc.constantFrom('/pods/a', '/registry/nodes', '/config/db', '/elsewhere'), fc.constantFrom('x', 'y', '__proto__', 'a%2Fb'))
  .map(([place, name]) => `${place}/${name}`);
const anyValue = fc.constantFrom('A', 'B', 0, 1, false, '');
const lineFaults = [
  'list.refused',
  'list.hangs',
  'list.throttled',
  'list.unauthorized',
  'list.broken',
  'watch.refused',
  'watch.hangs',
  'watch.throttled',
  'watch.tooNew',
  'watch.broken',
  'watch.closedAtOnce',
  'watch.cut',
  'watch.silent',
  'watch.closed',
  'watch.failed',
  'watch.expired',
  'watch.garbled',
  'watch.duplicated',
  'watch.delayed',
  'watch.replayed',
] as const;

const anyWrite: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('apply' as const), key: anyKey, value: anyValue }),
  fc.record({ do: fc.constant('delete' as const), key: anyKey }),
  fc.record({
    do: fc.constant('transaction' as const),
    writes: fc.uniqueArray(fc.tuple(anyKey, anyValue), { minLength: 1, maxLength: 5, selector: ([key]) => key }),
  }),
);
const anyTrouble: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ do: 'compact' }),
  fc.record({
    do: fc.constant('strike' as const),
    fault: fc.constantFrom('watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed'),
  }),
  fc.record({
    do: fc.constant('weather' as const),
    faults: fc.uniqueArray(fc.constantFrom(...lineFaults), { minLength: 1, maxLength: 4 }),
  }),
  fc.constant<Step>({ do: 'weather', faults: ['list.refused', 'watch.refused'] }),
  fc.constant<Step>({ do: 'weather', faults: ['watch.duplicated', 'watch.replayed', 'watch.delayed'] }),
  fc.constant<Step>({ do: 'weather', faults: [] }),
  fc.record({ do: fc.constant('room' as const), events: fc.constantFrom(0, 1, 2, 5, Infinity) }),
  fc.constant<Step>({ do: 'request' }),
  fc.record({ do: fc.constant('disk' as const), isFull: fc.boolean() }),
  fc.constant<Step>({ do: 'die' }),
);
const anyPause: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('pass' as const),
  ms: fc.constantFrom(0, 1, 600, 2_000, 4_000, 12_000, 400_000),
});

function anySteps(...more: readonly fc.Arbitrary<Step>[]): fc.Arbitrary<readonly Step[]> {
  return fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.oneof(anyWrite, ...more) },
      { weight: 2, arbitrary: anyPause },
      { weight: 2, arbitrary: anyTrouble },
    ),
    {
      maxLength: 50,
      size: 'max',
    },
  );
}

describe('what a controller is told of its datastore', () => {
  const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 60);
  const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);
  const tally = new Tally();

  it.each([
    ['', anySteps()],
    [
      ', with entries that cannot be read',
      anySteps(
        fc.record({
          do: fc.constant('apply' as const),
          key: anyKey.filter((key) => key.startsWith('/pods/')),
          value: fc.constant(unreadable),
        }),
      ),
    ],
  ] as const)(
    'EC32, EH33, EH35-EH42: folds to states that the datastore had, and ends as what it has%s',
    async (_, steps) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), steps, (drawn, script) => play(drawn, script, tally)),
        { seed, numRuns },
      );
    },
    1_200_000,
  );

  it.runIf(numRuns >= 100)('has met everything that it is about', () => {
    const met = ['changes', 'resyncs', 'local resyncs', 'refusals', 'deaths', ...lineFaults];
    expect(met.filter((name) => (tally.counts[name] ?? 0) === 0)).toEqual([]);
  });
});
