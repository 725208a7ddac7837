/**
 * L1 at the size of the longer verification: millions of states of the shipped chart, its reader and its sink, and of the syncer.
 * Everything is seen, or the test fails: there is no limit to run into.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { syncerStatusMachine } from '../../machines/index.js';
import { explore, type ExplorationReport } from '../../src/testing/index.js';
import { exploreReflector, hugeExplorations, largeExplorations } from '../testing/exploration/reflector/explorations.js';
import { syncerEnvironment } from '../testing/exploration/syncer/syncer-environment.js';
import { lineOf, neverSeen } from '../testing/exploration/tally.js';

const minutes = 60_000;
const isLong = process.env['HELIOSTAT_LONG'] === '1';

describe('millions of states', () => {
  const reports: ExplorationReport[] = [];
  const began = performance.now();

  function keep(name: string, report: ExplorationReport): void {
    reports.push(report);
    console.log(lineOf(name, report));
    expect(report.violation).toBeUndefined();
    expect(report.isComplete).toBe(true);
  }

  afterAll(() => {
    const states = reports.reduce((sum, report) => sum + report.states, 0);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(`explored: ${states} states, distinct within each exploration, in ${seconds} s`);
  });

  it.each(Object.entries(largeExplorations))(
    'R1, R2, R5, R7, R9, R10, R11, R13, R18, R19, R20, S1, RL1: %s',
    (name, exploration) => keep(name, exploreReflector(exploration)),
    20 * minutes,
  );

  it.runIf(isLong).each(Object.entries(hugeExplorations))(
    'for an hour of verification: %s',
    (name, exploration) => keep(name, exploreReflector(exploration)),
    60 * minutes,
  );

  it(
    'S1, S2, S3, S5, S8, S9: the syncer, two types, 7 happenings',
    () => {
      const keys = [
        ['a', 'c'],
        ['b', 'c'],
      ];
      const environment = syncerEnvironment({ keys, inputs: 7 });
      keep('syncer', explore({ machine: syncerStatusMachine, input: { types: 2 }, environment }));
    },
    20 * minutes,
  );

  it('is five million distinct states at least, with every transition of the reflector but those of its rarer settings', () => {
    expect(reports.reduce((sum, { states }) => sum + states, 0)).toBeGreaterThanOrEqual(5_000_000);
    const rarely = /redelivery|synced\.following watch\.ended \[3|isRedelivering|syncerStatus|isKnownType/; // in the small explorations
    const missing = [...neverSeen(reports, ({ transitions }) => transitions), ...neverSeen(reports, ({ guards }) => guards)];
    expect(missing.filter((name) => !rarely.test(name))).toEqual([]);
  });
});
