/** L1: the reflector chart in every world of a small size: everything that can happen, in every order. */
import { describe, expect, it } from 'vitest';
import type { ExplorationReport } from '../../../src/testing/index.js';
import { exploreReflector, smallExplorations } from './reflector/explorations.js';
import { neverSeen } from './tally.js';

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

  it('has taken every transition of the chart, and heard both answers of every guard', () => {
    expect(reports).toHaveLength(Object.keys(smallExplorations).length);
    expect(neverSeen(reports, ({ transitions }) => transitions)).toEqual([]);
    expect(neverSeen(reports, ({ guards }) => guards)).toEqual([]);
  });
});
