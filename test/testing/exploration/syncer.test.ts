/** L1: the status of a syncer and what its consumer is told, over types that do anything in any order. */
import { describe, expect, it } from 'vitest';
import { syncerStatusMachine } from '../../../machines/index.js';
import { SyncStatus } from '../../../src/model/status.js';
import { explore, type Environment } from '../../../src/testing/index.js';
import { neverSeen } from './tally.js';
import { syncerEnvironment } from './syncer/syncer-environment.js';

interface Reports {
  readonly reports: readonly SyncStatus[];
  readonly isStopped: boolean;
}

/** Types that report whatever they like, and one that does not exist. */
function reportingTypes(types: number): Environment<typeof syncerStatusMachine, Reports> {
  return {
    initial: { reports: Array.from({ length: types }, () => SyncStatus.WaitForDatastore), isStopped: false },
    moves: ({ environment: { reports, isStopped } }) => [
      ...Array.from({ length: types + 1 }, (_, index) => index).flatMap((index) =>
        Object.values(SyncStatus).map((status) => ({
          kind: 'input' as const,
          name: index < types ? `reports ${status}` : 'an unknown type reports',
          next: { reports: index < types && !isStopped ? reports.with(index, status) : reports, isStopped },
          send: { type: 'type.reported' as const, index, status },
        })),
      ),
      { kind: 'input', name: 'stop', next: { reports, isStopped: true }, send: { type: 'stop' } },
    ],
    perform: (world) => world,
    encode: ({ reports, isStopped }) => `${reports.join()} ${isStopped}`,
    judge: (_, __, { place, environment: { reports, isStopped } }) => {
      const agreed = reports.every((status) => status === reports[0]) ? reports[0] : SyncStatus.ResyncInProgress;
      const expected = isStopped ? 'stopped' : agreed;
      return place.value === expected ? undefined : `S1: ${reports.join()} is ${expected}, and not ${JSON.stringify(place.value)}`;
    },
  };
}

describe('everything that can happen to a syncer', () => {
  it('S1, I2: the status of one and of three types is the fold of their last reports, whatever they report', () => {
    const reports = [1, 3].map((types) =>
      explore({ machine: syncerStatusMachine, input: { types }, environment: reportingTypes(types) }),
    );
    for (const [index, report] of reports.entries()) {
      expect(report.violation).toBeUndefined();
      const combinations = 3 ** (index === 0 ? 1 : 3);
      expect(report).toMatchObject({ isComplete: true, states: combinations * 2, places: combinations * 2 });
    }
    expect(neverSeen(reports, ({ transitions }) => transitions)).toEqual([]);
    expect(neverSeen(reports, ({ guards }) => guards)).toEqual([]);
  });

  it('S1, S2, S3, S5, S8, S9, I1-I8: two types, one key of both, and a consumer who takes what he likes when he likes', () => {
    const environment = syncerEnvironment({
      keys: [
        ['a', 'c'],
        ['b', 'c'],
      ],
      inputs: 5,
    });
    const report = explore({ machine: syncerStatusMachine, input: { types: 2 }, environment });
    expect(report.violation).toBeUndefined();
    expect(report.isComplete).toBe(true);
    expect([...report.moves.input.keys()].toSorted()).toEqual([
      'deleted',
      'link.lost',
      'link.lost, deletes',
      'list.completed',
      'list.completed, empty',
      'list.completed, with news',
      'list.requested',
      'watch.lapsed',
      'written',
    ]);
  });
});
