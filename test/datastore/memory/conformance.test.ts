/** What the conformance suite tests of the memory datastore, and what it says of the rest. */
import { describe, expect, it } from 'vitest';
import { describeClient } from '../../../src/testing/index.js';
import { memoryCandidate } from '../../support/memory-candidate.js';

describe('the conformance suite', () => {
  /** A runner that describes and runs nothing, and keeps the names. */
  function listen() {
    const names: string[] = [];
    return { names, runner: { describe: (_: string, body: () => void) => body(), it: (name: string) => void names.push(name) } };
  }

  it('tests everything of the reference', () => {
    const plan = describeClient('x', memoryCandidate, { runner: listen().runner });
    expect(plan.notOffered).toEqual([]);
    expect(plan.properties.length).toBeGreaterThan(40);
  });

  it('says what it does not test, and why', () => {
    const { names, runner } = listen();
    const { create } = memoryCandidate;
    const reduced = describeClient('x', { create, capabilities: { transactions: false } }, { runner });
    expect(reduced.notOffered.flatMap(({ missing }) => missing)).toContain('transactions');
    expect(names.filter((name) => name.includes('(not tested: transactions')).length).toBe(2);
    expect(names.filter((name) => name.includes('compact not offered')).length).toBeGreaterThan(1);
  });
});
