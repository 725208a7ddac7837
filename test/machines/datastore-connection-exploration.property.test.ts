/** L1: everything that can happen between a controller and its datastore, in every order. */
import { describe, expect, it } from 'vitest';
import { datastoreConnectionMachine } from '../../machines/datastore-connection.machine.js';
import { explore, type ExplorationReport } from '../../src/testing/index.js';
import { neverSeen } from '../testing/exploration/tally.js';
import { canonicalConnectionContext, connectionEnvironment } from './datastore-connection-environment.js';

const plans = [
  { name: 'a copy', hasMirror: true, copy: 'whole', toleratesSilence: true, faults: 3, writes: 2 },
  { name: 'an empty copy', hasMirror: true, copy: 'empty', toleratesSilence: true, faults: 2, writes: 1 },
  { name: 'a broken copy', hasMirror: true, copy: 'broken', toleratesSilence: true, faults: 2, writes: 1 },
  { name: 'no copy, and no silence tolerated', hasMirror: false, copy: 'empty', toleratesSilence: false, faults: 3, writes: 2 },
] as const;

describe('everything that can happen to a datastore connection', () => {
  const reports: ExplorationReport[] = [];

  it.each(plans)(
    'EC32, EH36-EH41: one resync for each loss, nothing between the two, the copy once at most, and in the end everything is told: $name',
    ({ hasMirror, toleratesSilence, copy, faults, writes }) => {
      const report = explore({
        machine: datastoreConnectionMachine,
        input: {
          delayLocalResync: 5_000,
          toleratedSilence: toleratesSilence ? 3_000 : 0,
          resyncRetryInterval: 1_000,
          healthyPeriod: 10_000,
          backoff: { factor: 2, max: 30_000, jitter: 'none' },
          hasMirror,
        },
        environment: connectionEnvironment({ faults, writes, copy, toleratesSilence }),
        canonical: canonicalConnectionContext,
      });
      reports.push(report);
      expect(report.violation).toBeUndefined();
      expect(report.isComplete).toBe(true);
      expect(report.states).toBeGreaterThan(500);
    },
    300_000,
  );

  it('has taken every transition, both sides of every guard, and every move', () => {
    expect(reports).toHaveLength(plans.length);
    expect(neverSeen(reports, ({ transitions }) => transitions)).toEqual([]);
    expect(neverSeen(reports, ({ guards }) => guards)).toEqual([]);
    const seen = (kind: 'step' | 'fault' | 'input') =>
      [...new Set(reports.flatMap(({ moves }) => Array.from(moves[kind].keys())))].toSorted();
    const timers = ['delayLocalResync', 'healthyPeriod', 'localRetry', 'resyncRetry', 'toleratedSilence'];
    const steps = ['answers', 'brings', 'follows', 'lists', 'reads the copy', 'start', 'takes everything', 'takes the copy'];
    expect(seen('step')).toEqual([...steps, ...timers].toSorted());
    expect(seen('input')).toEqual(['asks for everything', 'stop', 'writes']);
    const faults = ['audits with news', 'audits without news', 'closes', 'falls silent', 'lapses', 'late'];
    expect(seen('fault')).toEqual([...faults, 'refuses a change', 'refuses everything', 'refuses the copy'].toSorted());
  });
});
