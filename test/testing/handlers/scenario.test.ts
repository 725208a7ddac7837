/** What handlers are verified with: changes that lead from one state to the next. */
import { describe, expect, it } from 'vitest';
import { changesBetween, changesThrough, dataOf, linesOf, pictureOf } from '../../../src/testing/handlers/scenario.js';

describe('changes through states', () => {
  it('are what differs from one to the next, in the order of their ranks', () => {
    const states = [{ pods: { a: 1, b: 1 } }, { pods: { b: 2, c: 1 }, nodes: { n: 1 } }, { pods: { b: 2 } }];
    const inOrder = ['nodes n 1', 'pods a null', 'pods b 2', 'pods c 1', 'nodes n null', 'pods c null'];
    const said = (ranks: readonly number[]) =>
      changesThrough(states, ranks).map(({ resource, key, value }) => `${resource} ${key} ${String(value)}`);
    expect(said([])).toEqual(inOrder);
    expect(said([9, 3, 0, 1])).toEqual(['pods b 2', 'pods c 1', 'pods a null', 'nodes n 1', 'pods c null', 'nodes n null']);
  });

  it('take null for nothing, and any key for a key', () => {
    const picture = pictureOf({ pods: { a: null, ['__proto__']: 1 } });
    expect(changesBetween(pictureOf({}), picture)).toEqual([{ resource: 'pods', key: '__proto__', value: 1 }]);
    expect(Object.keys(dataOf(picture)['pods'] ?? {})).toEqual(['__proto__']);
    expect(Object.isFrozen(dataOf(picture)['pods'])).toBe(true);
  });

  it('are told with what there was before', () => {
    const changes = [
      { resource: 'pods', key: 'b', value: 2 },
      { resource: 'pods', key: 'b' },
    ];
    expect(linesOf({ state: { pods: { a: 1 } }, changes, detours: [] })).toEqual([
      'State:',
      '  pods a = 1',
      'Updates:',
      '  1. pods b: nothing → 2',
      '  2. pods b: 2 → nothing',
    ]);
  });
});
