import { describe, expect, it } from 'vitest';
import { differencesOf, report, reportNetwork } from '../../src/cli/demo/closing-check.js';
import { FakeTerminal } from '../support/fake-terminal.js';

describe('the closing check of the demo', () => {
  it('finds what is missing, what is too much, and what is another value', () => {
    const told = new Map<string, unknown>([
      ['/same', { a: [1] }],
      ['/other', { a: [2] }],
      ['/too-much', 0],
    ]);
    const stored = new Map<string, unknown>([
      ['/same', { a: [1] }],
      ['/other', { a: [1] }],
      ['/missing', false],
    ]);
    expect(differencesOf(told, stored)).toEqual([
      '/other is another value in the mirror',
      '/missing is in the store and not in the mirror',
      '/too-much is in the mirror and not in the store',
    ]);
    expect(differencesOf(told, told)).toEqual([]);
  });

  it('names the differences', () => {
    const terminal = new FakeTerminal();
    report(terminal, {
      differences: ['/a is in the store and not in the mirror'],
      objects: 1,
      revision: '2',
      updateCount: 3,
      faults: [['watch.cut', 4]],
      seed: 5,
    });
    expect(terminal.errors).toContain('differ in 1 objects:\n  /a is in the store');
    expect(terminal.errors).toContain('watch.cut 4');
  });

  it('says whether the network is what the store demands', () => {
    const terminal = new FakeTerminal();
    const counts = { events: 9, failures: 2, healings: 1 };
    reportNetwork(terminal, [], 7, counts);
    expect(terminal.errors).toContain('The network is what the store demands: 7 addresses, routes and rules.');
    reportNetwork(terminal, ['/routes/a is in the store and not in the mirror'], 7, counts);
    expect(terminal.errors).toContain('not what the store demands, in 1 values:\n  /routes/a is demanded and not there');
    expect(terminal.errors).toContain('9 events, of which 2 failed and were healed by 1 resyncs');
  });
});
