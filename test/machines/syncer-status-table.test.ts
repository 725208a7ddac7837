/** L0: the status chart against its total table. */
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { syncerStatusMachine, type SyncerStatusEvent } from '../../machines/index.js';
import { syncerStatusTable, type StatusHappening, type StatusPlace } from '../../machines/syncer-status.table.js';
import { SyncStatus } from '../../src/index.js';

const places = Object.keys(syncerStatusTable) as StatusPlace[]; // the keys of an object of ours
const happenings = Object.keys(syncerStatusTable.inSync) as StatusHappening[];

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
