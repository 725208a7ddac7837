/** L1: everything that can happen to a poller, in every order. */
import { describe, expect, it } from 'vitest';
import { pollerMachine } from '../../machines/index.js';
import { explore } from '../../src/testing/index.js';
import { neverSeen } from '../testing/exploration/tally.js';
import { canonicalPollerContext, pollerEnvironment, pollerInput } from './poller-environment.js';

describe('everything that can happen to a poller', () => {
  it('PO1, PO2, PO3, PO4, PO5: one fetch at a time, the store is what the source was, late answers change nothing, and it goes on until it is stopped', () => {
    const report = explore({
      machine: pollerMachine,
      input: pollerInput,
      environment: pollerEnvironment({ faults: 4, writes: 2 }),
      canonical: canonicalPollerContext,
    });
    expect(report.violation).toBeUndefined();
    expect(report.isComplete).toBe(true);
    expect(neverSeen([report], ({ transitions }) => transitions)).toEqual([]);
    expect(neverSeen([report], ({ guards }) => guards)).toEqual([]);
    expect([...report.moves.step.keys()].toSorted()).toEqual(['answers', 'period', 'requestTimeout', 'start']);
    expect([...report.moves.input.keys()].toSorted()).toEqual(['stop', 'the source changes']);
    const faults = ['answers late', 'fails', 'fails late', 'hangs', 'slow', 'the store refuses', 'throttles'];
    expect([...report.moves.fault.keys()].toSorted()).toEqual(faults);
    expect(report.states).toBeGreaterThan(500);
  });
});
