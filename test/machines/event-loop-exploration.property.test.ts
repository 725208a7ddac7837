/** L1: everything that can happen to an event loop, in every order. */
import { describe, expect, it } from 'vitest';
import { eventLoopMachine } from '../../machines/index.js';
import { explore } from '../../src/testing/index.js';
import { neverSeen } from '../testing/exploration/tally.js';
import { canonicalLoopContext, loopEnvironment } from './event-loop-environment.js';
import { loopInput } from './event-loop-world.js';

describe('everything that can happen to an event loop', () => {
  it('E1, E2, E3, E10, E11, E12, E15, EL1, EL3: one event at a time, each taken or answered, and healed until it is well or given up', () => {
    const report = explore({
      machine: eventLoopMachine,
      input: loopInput,
      environment: loopEnvironment({ pushes: 3 }),
      canonical: canonicalLoopContext,
    });
    expect(report.violation).toBeUndefined();
    expect(report.isComplete).toBe(true);
    expect(neverSeen([report], ({ transitions }) => transitions)).toEqual([]);
    expect(neverSeen([report], ({ guards }) => guards)).toEqual([]);
    expect([...report.moves.step.keys()].toSorted()).toEqual([
      'a healing is accepted',
      'decides to go on',
      'healingDelay',
      'startupDeadline',
      'succeeds',
    ]);
    expect([...report.moves.input.keys()].toSorted()).toEqual([
      'failures are mended',
      'follow up',
      'periodicHealingInterval',
      'push',
      'the southbound is restored',
    ]);
    expect([...report.moves.fault.keys()].toSorted()).toEqual([
      'a decision of another request',
      'an answer of another request',
      'decides to abort',
      'escalationTimeout',
      'fails',
      'fails, to be healed',
      'is fatal',
      'shutdownTimeout',
    ]);
    expect(report.states).toBeGreaterThan(1_000);
  });
});
