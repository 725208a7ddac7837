/** L0: the status chart against its total table, and against a fold written in another way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { syncerStatusMachine, type SyncerStatusEvent } from '../../machines/index.js';
import { syncerStatusTable, type StatusHappening, type StatusPlace } from '../../machines/syncer-status.table.js';
import { SyncStatus } from '../../src/index.js';

const places = Object.keys(syncerStatusTable) as StatusPlace[]; // the keys of an object of ours
const happenings = Object.keys(syncerStatusTable.inSync) as StatusHappening[];
const statuses = Object.values(SyncStatus);

describe('the total table of the status chart', () => {
  it.each(places.flatMap((place) => happenings.map((happening) => ({ place, happening }))))(
    '$place, $happening',
    ({ place, happening }) => {
      const [own, other = SyncStatus.WaitForDatastore] = happening.split(', the other ') as [SyncStatus, SyncStatus?];
      const before = syncerStatusMachine.resolveState({
        value: place,
        context: { reports: [SyncStatus.ResyncInProgress, other] },
        ...(place === 'stopped' ? { status: 'done' as const } : {}),
      });
      const event: SyncerStatusEvent =
        happening === 'stop'
          ? { type: 'stop' }
          : happening === 'a report by an unknown type'
            ? { type: 'type.reported', index: 2, status: SyncStatus.InSync }
            : { type: 'type.reported', index: 0, status: own };
      const [after, actions] = transition(syncerStatusMachine, before, event);
      const outcome = syncerStatusTable[place][happening];
      expect(after.value).toBe(outcome === 'ignored' ? place : outcome);
      if (outcome === 'ignored') expect([after, actions]).toEqual([before, []]);
    },
  );
});

describe('the status of several resource types', () => {
  it('H24, S1: does not depend on how often and in which order they report, only on what they reported last', () => {
    const report = fc.record({ index: fc.nat(3), status: fc.constantFrom(...statuses) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(report, { maxLength: 30 }), (types, reports) => {
        let [snapshot] = initialTransition(syncerStatusMachine, { types });
        const last = new Map<number, SyncStatus>();
        for (let index = 0; index < types; index++) last.set(index, SyncStatus.WaitForDatastore);
        for (const { index, status } of reports) {
          if (index >= types) continue;
          last.set(index, status);
          [snapshot] = transition(syncerStatusMachine, snapshot, { type: 'type.reported', index, status });
          const counts = statuses.map((wanted) => [...last.values()].filter((found) => found === wanted).length);
          const unanimous = statuses.find((_, place) => counts[place] === types);
          expect(snapshot.value).toBe(unanimous ?? SyncStatus.ResyncInProgress);
        }
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
