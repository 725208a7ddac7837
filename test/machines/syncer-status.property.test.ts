/** The status chart against a fold written in another way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { syncerStatusMachine } from '../../machines/index.js';
import { SyncStatus } from '../../src/index.js';

const statuses = Object.values(SyncStatus);

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
        const [stopped] = transition(syncerStatusMachine, snapshot, { type: 'stop' });
        expect([stopped.value, stopped.status]).toEqual(['stopped', 'done']);
      }),
      { seed: 4, numRuns: 500 },
    );
  });
});
