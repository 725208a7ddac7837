/** When changes are taken: the pure decision. */
import { describe, expect, it } from 'vitest';
import { Settling } from '../../../src/datastore/directory/settling.js';

function changes(...versions: readonly (readonly [string, string | undefined])[]): ReadonlyMap<string, string | undefined> {
  return new Map(versions);
}

const nothing = { due: [], restless: [], isSettled: true, lookAgainAt: Infinity };

describe('a change', () => {
  it('is taken when two looks find it the same, settle apart', () => {
    const settling = new Settling(100);
    expect(settling.look(changes(['a', '1']), 0)).toEqual({ due: [], restless: [], isSettled: false, lookAgainAt: 100 });
    expect(settling.look(changes(['a', '1']), 99)).toMatchObject({ due: [], lookAgainAt: 100 });
    expect(settling.look(changes(['a', '1']), 100)).toEqual({ ...nothing, due: ['a'] });
  });

  it('starts anew when it changes', () => {
    const settling = new Settling(100);
    settling.look(changes(['a', '1']), 0);
    expect(settling.look(changes(['a', '2']), 99)).toMatchObject({ due: [], lookAgainAt: 199 });
    expect(settling.look(changes(['a', '2']), 150)).toMatchObject({ due: [] });
    expect(settling.look(changes(['a', '2']), 199)).toMatchObject({ due: ['a'] });
  });

  it('that was taken back is forgotten', () => {
    const settling = new Settling(100);
    settling.look(changes(['a', '1']), 0);
    expect(settling.look(changes(), 50)).toEqual(nothing);
    expect(settling.look(changes(['a', '1']), 120)).toMatchObject({ due: [], lookAgainAt: 220 });
  });

  it('is due until it is taken', () => {
    const settling = new Settling(100);
    settling.look(changes(['a', '1']), 0);
    expect(settling.look(changes(['a', '1']), 100).due).toEqual(['a']);
    expect(settling.look(changes(['a', '1']), 101).due).toEqual(['a']);
    settling.take('a');
    expect(settling.look(changes(['a', '1']), 102).due).toEqual([]);
  });

  it('may be a disappearance', () => {
    const settling = new Settling(100);
    settling.look(changes(['a', undefined]), 0);
    expect(settling.look(changes(['a', undefined]), 100).due).toEqual(['a']);
  });

  it('waits for the others, so that all are taken at once', () => {
    const settling = new Settling(100);
    settling.look(changes(['a', '1']), 0);
    expect(settling.look(changes(['a', '1'], ['b', '1']), 100)).toMatchObject({ due: [], isSettled: false, lookAgainAt: 200 });
    expect(settling.look(changes(['a', '1'], ['b', '1']), 200)).toEqual({ ...nothing, due: ['a', 'b'] });
  });

  it('waits for the others for a second, or ten times settle, and no longer', () => {
    for (const [settle, patience] of [
      [10, 1_000],
      [200, 2_000],
    ] as const) {
      const settling = new Settling(settle);
      let now = 0;
      let version = 0;
      const look = () => settling.look(changes(['a', '1'], ['busy', `${version++}`]), now);
      for (; now < patience; now += settle) expect(look()).toMatchObject({ due: [], restless: [], isSettled: false });
      expect(look()).toEqual({ due: ['a'], restless: ['busy'], isSettled: true, lookAgainAt: now + settle });
    }
  });

  it('that is quiet is taken after that time, though always another one comes', () => {
    const settling = new Settling(100);
    const arrived: [string, string][] = [];
    for (let now = 0; now < 1_000; now += 100) {
      arrived.push([`f${now}`, '1']);
      expect(settling.look(changes(...arrived), now)).toMatchObject({ due: [], isSettled: false });
    }
    arrived.push(['last', '1']);
    const verdict = settling.look(changes(...arrived), 1_000);
    expect(verdict).toMatchObject({ isSettled: false, restless: [], lookAgainAt: 1_100 });
    expect(verdict.due).toEqual(arrived.slice(0, -1).map(([path]) => path));
  });

  it('is not called restless after a few looks, however long they take', () => {
    const settling = new Settling(100);
    for (let look = 0; look < 10; look++) {
      expect(settling.look(changes(['a', `${look}`]), look * 5_000)).toMatchObject({ restless: [], isSettled: false });
    }
    expect(settling.look(changes(['a', '10']), 50_000)).toMatchObject({ restless: ['a'], isSettled: true });
  });

  it('that came late does not wait for one that never rests', () => {
    const settling = new Settling(100);
    for (let now = 0; now <= 1_000; now += 50) settling.look(changes(['busy', `${now}`]), now);
    settling.look(changes(['busy', 'x'], ['a', '1']), 1_050);
    expect(settling.look(changes(['busy', 'y'], ['a', '1']), 1_150)).toMatchObject({
      due: ['a'],
      restless: ['busy'],
      isSettled: true,
    });
  });

  it('is taken as it is when there is nothing to wait for', () => {
    expect(new Settling(100).look(changes(['a', '1']), 0, 0)).toEqual({ ...nothing, due: ['a'] });
    expect(new Settling(0).look(changes(['a', '1']), 0)).toEqual({ ...nothing, due: ['a'] });
  });

  it('that was seen before the folder was gone does not count', () => {
    const settling = new Settling(100);
    settling.look(changes(['a', '1']), 0);
    settling.clear();
    expect(settling.look(changes(['a', '1']), 100)).toMatchObject({ due: [], lookAgainAt: 200 });
  });
});
