import { describe, expect, it } from 'vitest';
import { differencesOf, report } from '../../src/cli/demo/closing-check.js';
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
});
