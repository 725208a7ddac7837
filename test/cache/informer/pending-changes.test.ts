/** What a handler has not been told yet: in order, and in the time of what there is to tell. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Front } from '../../../src/cache/informer/front.js';
import { PendingChanges } from '../../../src/cache/informer/pending-changes.js';
import { pod, type Pod } from './fed-informer.js';

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, place) => `pod-${place}`);
const change = (key: string, version: number) => ({ key, before: undefined, after: pod(key, version), deleted: undefined });

afterEach(() => {
  vi.restoreAllMocks();
});

describe('Front', () => {
  it('looks at everything once a round, however much is taken out', () => {
    const line = new Set(names(1_000));
    const looks = vi.spyOn(line, 'values');
    const front = new Front(line, (name) => line.has(name));
    const taken: string[] = [];
    for (let name = front.first(); name !== undefined; name = front.first()) {
      taken.push(name);
      line.delete(name);
      if (taken.length <= 500) line.add(`late-${taken.length}`);
    }
    expect(taken).toEqual([...names(1_000), ...Array.from({ length: 500 }, (_, place) => `late-${place + 1}`)]);
    expect(looks.mock.calls.length).toBe(2); // what there was, and what came meanwhile
    line.add('again');
    expect(front.first()).toBe('again');
  });

  it('passes over what was taken out otherwise, and finds it later when it was put in again', () => {
    const line = new Map(['a', 'b', 'c'].map((name) => [name, { name }]));
    const front = new Front(line, (entry) => line.get(entry.name) === entry);
    const take = (): string | undefined => {
      const found = front.first();
      if (found !== undefined) line.delete(found.name);
      return found?.name;
    };
    expect(take()).toBe('a');
    line.delete('b');
    line.set('b', { name: 'b' });
    expect([take(), take(), take()]).toEqual(['c', 'b', undefined]);
  });
});

describe('pending changes', () => {
  it.each([
    ['folded', { mode: 'coalesce' } as const],
    ['one by one', { mode: 'every', limit: 2_000, whenFull: 'remove' } as const],
  ])('N5: %s: a backlog is taken out without looking for its front each time', (_, backpressure) => {
    const pending = new PendingChanges<Pod>(backpressure, (key) => pod(key, 2));
    for (const name of names(1_000)) pending.push(change(name, 1), false);
    pending.resync(names(2_000).slice(1_000));
    const looks = [vi.spyOn(Map.prototype, 'values'), vi.spyOn(Set.prototype, 'values'), vi.spyOn(Set.prototype, Symbol.iterator)];
    let taken = 0;
    for (let telling = pending.take(); telling !== undefined; telling = pending.take()) taken++;
    const count = looks.reduce((sum, look) => sum + look.mock.calls.length, 0);
    vi.restoreAllMocks();
    expect([taken, pending.size]).toEqual([2_000, 0]);
    expect(count).toBeLessThan(20);
  });

  it('N5: what is forgotten is not told, and what comes after it is', () => {
    const pending = new PendingChanges<Pod>({ mode: 'coalesce' }, () => undefined);
    for (const name of names(3)) pending.push(change(name, 1), false);
    pending.take();
    pending.clear();
    expect(pending.take()).toBeUndefined();
    pending.push(change('pod-2', 2), false);
    expect(pending.take()).toMatchObject({ kind: 'add', key: 'pod-2' });
  });
});
