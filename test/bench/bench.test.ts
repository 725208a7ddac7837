/** The bench measures what it says: every case yields figures, and everyone has done the same work. Nothing here is about time. */
import { describe, expect, it } from 'vitest';
import { bareMap, checkAgreement, clientNode, everyone, heliostat } from './contestants.js';
import { byTurns } from './measure.js';
import { listedPods } from './pods.js';
import { cases, smallestPlan } from './plans.js';
import { resultsPage } from './results-page.js';
import { podEvents, Script } from './script.js';

describe('the bench', () => {
  it('has figures for every case, and everyone ends with the same objects', { timeout: 240_000 }, async () => {
    const findings = [];
    for (const measure of cases(smallestPlan)) findings.push(await measure());
    const figures = findings.flatMap(({ rows }) => rows.flatMap((row) => row.figures)).filter((figure) => figure !== undefined);
    expect(figures.length).toBeGreaterThan(50);
    expect(figures.filter((figure) => !Number.isFinite(figure))).toEqual([]);
    const verdicts = findings.flatMap((finding) => finding.verdicts);
    expect(verdicts.filter(({ measured }) => !(measured > 0))).toEqual([]);
    const page = resultsPage(findings, { commit: 'abc1234', isModified: false });
    for (const { goal } of verdicts) expect(page).toContain(`| ${goal} |`);
    expect(page).toContain('Commit abc1234,');
  });

  it('finds out who has not done the work', async () => {
    const mirrors = everyone();
    const events = podEvents(new Script(50).next(2, 20));
    for (const mirror of mirrors.values()) {
      const pods = listedPods(0, 50);
      for (const pod of [...pods, ...events.flat().map(({ object }) => object)]) mirror.prepare?.(pod);
      await mirror.list(pods);
      await mirror.follow(events);
    }
    checkAgreement(mirrors);
    await mirrors.get(bareMap)?.follow(podEvents([[{ type: 'DELETED', index: 3, revision: 9_999 }]]));
    expect(() => checkAgreement(mirrors)).toThrow(`${bareMap} does not hold what ${heliostat} holds`);
    for (const mirror of mirrors.values()) await mirror.stop();
  });

  it('tells a story that can be told: nothing is modified that is not there', () => {
    const there = new Set(Array.from({ length: 100 }, (_, index) => index));
    for (const batch of new Script(100).next(50, 20)) {
      expect(new Set(batch.map(({ index }) => index)).size).toBe(20);
      for (const { type, index } of batch) {
        expect(there.has(index)).toBe(type !== 'ADDED');
        if (type === 'DELETED') there.delete(index);
        else there.add(index);
      }
    }
    expect(there.size).toBeLessThan(100);
  });

  it('takes the median by turns, without the warm-up', async () => {
    const calls: string[] = [];
    const scripted = (name: string, times: readonly number[]) => {
      let call = 0;
      return { name, round: () => (calls.push(name), Promise.resolve(times[call++] ?? NaN)) };
    };
    const timings = await byTurns([scripted(heliostat, [100, 3, 1, 2]), scripted(clientNode, [100, 5, 9, 7])], 3, 1);
    expect(timings).toEqual([
      { name: heliostat, median: 2, low: 1, high: 3 },
      { name: clientNode, median: 7, low: 5, high: 9 },
    ]);
    expect(calls.slice(0, 4)).toEqual([heliostat, clientNode, clientNode, heliostat]);
  });
});
