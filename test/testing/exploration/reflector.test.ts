/** L1: the reflector chart in every world of a small size: everything that can happen, in every order. */
import { describe, expect, it } from 'vitest';
import type { ExplorationReport } from '../../../src/testing/index.js';
import { everyFailure, exploreReflector, smallExplorations } from './reflector/explorations.js';
import { neverSeen } from './tally.js';

/** Everything that can go wrong in these worlds: none of it may have been forgotten. */
const faults: readonly string[] = [
  'auditInterval',
  'compacted',
  'late list.completed',
  'late watch.ended',
  'late watch.opened',
  'late watch.received',
  'list.hangs',
  'list.stale',
  'list.withoutRevision',
  'redeliverInterval',
  'server.behind',
  'slow until idleLimit',
  'slow until listLimit',
  'slow until requestTimeout',
  'watch.closed',
  'watch.closedAtOnce',
  'watch.cut',
  'watch.duplicated',
  'watch.hangs',
  'watch.replayed',
  'watch.silent',
  ...everyFailure.map((kind) => `list fails as ${kind}`),
  ...everyFailure.map((kind) => `watch refused as ${kind}`),
  ...everyFailure.filter((kind) => kind !== 'unavailable').map((kind) => `watch ends as ${kind}`), // that one is a cut
];

describe('everything that can happen to a reflector', () => {
  const reports: ExplorationReport[] = [];

  it.each(Object.entries(smallExplorations))(
    'R1, R2, R5, R7, R9, R10, R11, R13, R18, R19, R20, S1, D4, RL1: %s',
    (_, exploration) => {
      const report = exploreReflector(exploration);
      expect(report.violation).toBeUndefined();
      expect(report.isComplete).toBe(true);
      reports.push(report);
    },
    120_000,
  );

  it('has met every fault', () => {
    const met = new Set(reports.flatMap(({ moves }) => [...moves.fault.keys()]));
    expect(faults.filter((name) => !met.has(name))).toEqual([]);
    expect(
      [...met].filter((name) => !faults.includes(name)),
      'faults that this list does not know',
    ).toEqual([]);
  });

  it('has taken every transition of the chart, and heard both answers of every guard', () => {
    expect(reports).toHaveLength(Object.keys(smallExplorations).length);
    expect(neverSeen(reports, ({ transitions }) => transitions)).toEqual([]);
    expect(neverSeen(reports, ({ guards }) => guards)).toEqual([]);
  });
});
