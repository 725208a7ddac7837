/** Every checker accepts a history that keeps its promise, having judged something, and fails on each that was made to break it. */
import { describe, expect, it } from 'vitest';
import { checkerIds, checkHistory, createCheckers, type CheckerId } from '../../../src/testing/index.js';
import { examples } from '../../support/broken-histories.js';
import { header, historyOf } from '../../support/history-steps.js';

const rows = Object.entries(examples) as [CheckerId, (typeof examples)[CheckerId]][];

describe('checkers', () => {
  it('have a history that keeps their promise, and one that breaks it', () => {
    expect(Object.keys(examples).toSorted()).toEqual([...checkerIds].toSorted());
    for (const [, { broken }] of rows) expect(Object.keys(broken).length).toBeGreaterThan(0);
  });

  it('say what they promise', () => {
    for (const { id, promise } of createCheckers(header)) expect(promise, id).toMatch(/^[A-Z].*\.$/);
  });

  it.each(rows)('%s accepts what keeps it, and judges something', async (id, { kept }) => {
    const report = await checkHistory(historyOf(kept), { only: [id] });
    expect(report.violations).toEqual([]);
    expect(report.judged[id]).toBeGreaterThan(0);
  });

  const breaks = rows.flatMap(([id, { broken }]) => Object.entries(broken).map(([what, steps]) => [id, what, steps] as const));

  it.each(breaks)('%s fails: %s', async (id, _, steps) => {
    const history = historyOf(steps);
    const { violations, violated } = await checkHistory(history, { only: [id] });
    expect(violated[id]).toBe(violations.length);
    expect(violations.length).toBeGreaterThan(0);
    for (const { id: own, seq, at, message } of violations) {
      expect(own).toBe(id);
      expect(at).toBe(history.records[seq - 1]?.at);
      expect(message).not.toMatch(/undefined|\[object/);
    }
  });
});
