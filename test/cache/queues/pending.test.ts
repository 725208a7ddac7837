/** What is pending for one key, and what it costs to add to it. */
import { describe, expect, it } from 'vitest';
import { DeletedFinalStateUnknown } from '../../../src/cache/keys.js';
import { DeltaType, type Delta } from '../../../src/cache/queues/delta.js';
import { emptyDeltaQueue, putIfAbsent, stepped, swept, taken, type DeltaPolicy } from '../../../src/cache/queues/delta-queue.js';
import { nothingKnown } from '../../../src/cache/queues/known-objects.js';
import { beginning, pendingOf } from '../../../src/cache/queues/pending.js';
import { transact } from '../../../src/store/transact.js';
import { deltaFifo, drain, errorOf, thing, toldOf, type Thing } from './things.js';

const updated = (value: number): Delta<Thing> => ({ type: DeltaType.Updated, object: thing('a', value) });
const unseen = (value: number): Delta<Thing> => ({
  type: DeltaType.Deleted,
  object: new DeletedFinalStateUnknown('a', thing('a', value)),
});

describe('pending deltas', () => {
  it('F3: each version keeps what it has, whatever others add', () => {
    const one = beginning(updated(1));
    const two = one.with(updated(2));
    const other = one.with(updated(3));
    const more = two.with(updated(4));
    const gone = two.with(unseen(5));
    const [later, again] = [gone.with(unseen(6)), gone.with(updated(7))];
    const told = [one, two, other, more, gone, later, again, later.with(updated(8))].map(({ deltas }) => deltas.map(toldOf).join());
    expect(told).toEqual([
      'Updated 1',
      'Updated 1,Updated 2',
      'Updated 1,Updated 3',
      'Updated 1,Updated 2,Updated 4',
      'Updated 1,Updated 2,Deleted †5',
      'Updated 1,Updated 2,Deleted †6',
      'Updated 1,Updated 2,Deleted †5,Updated 7',
      'Updated 1,Updated 2,Deleted †6,Updated 8',
    ]);
    expect([pendingOf([]), pendingOf(two.deltas)?.with(updated(9)).deltas.length, two.deltas.length]).toEqual([undefined, 3, 2]);
    expect(
      [one, more, later].every(({ deltas }) => Object.isFrozen(deltas) && deltas.every((delta) => Object.isFrozen(delta))),
    ).toBe(true);
  });

  it('F15: what is added to is not copied, nor written out before somebody reads it', () => {
    const policy: DeltaPolicy<Thing> = { known: nothingKnown, relistDelta: 'Sync', compress: undefined };
    const [kept, written] = [new Set<unknown>(), new Set<unknown>()];
    let state = emptyDeltaQueue<Thing>();
    const step = (delta: Delta<Thing>): void => {
      state = stepped(state, [{ key: 'a', delta }], policy);
      const pending = state.entries.get('a')?.item ?? expect.fail('nothing is pending');
      kept.add(Reflect.get(pending, 'earlier'));
      written.add(Reflect.get(pending, 'list'));
    };
    for (let n = 0; n < 1_000; n++) step(updated(n));
    for (let n = 0; n < 1_000; n++) step(unseen(n));
    expect([kept.size, [...written]]).toEqual([1, [undefined]]);
    expect(taken(state, 1, { hasKnown: false, isHeld: false })[1][0]?.item.length).toBe(1_001);
  });

  it('F15: a change that was refused leaves no trace', () => {
    let fails = false;
    const has = (): Thing | undefined => {
      if (fails) throw new Error('no answer');
      return undefined;
    };
    const listKeys = (): readonly string[] => {
      if (fails) throw new Error('no answer');
      return [];
    };
    const queue = deltaFifo({ knownObjects: { listKeys, getByKey: has } });
    queue.add(thing('a', 1));
    fails = true;
    const batch = [{ op: 'update', object: thing('a', 2) } as const, { op: 'delete', object: thing('b', 1) } as const];
    expect(errorOf(() => queue.transaction(batch))).toMatchObject({ message: 'no answer' });
    fails = false;
    queue.update(thing('a', 3));
    expect(drain(queue)).toEqual(['a: Added 1, Updated 3']);
  });

  it('F15: a deletion that was handed out is forgotten when nobody has it any more', () => {
    const policy: DeltaPolicy<Thing> = { known: nothingKnown, relistDelta: 'Sync', compress: undefined };
    const queued = stepped(emptyDeltaQueue<Thing>(), [{ key: 'a', delta: updated(1) }], policy);
    const deleted = stepped(queued, [{ key: 'a', delta: unseen(1) }], policy);
    const [state, [had]] = taken(deleted, 1, { hasKnown: false, isHeld: false });
    const [ending = expect.fail('nothing was taken')] = had?.item.slice(-1) ?? [];
    const collected = Object.assign(new WeakRef(ending), { deref: () => undefined });
    const before = { ...state, deletions: transact(state.deletions, (draft) => draft.set('b', collected)).after };
    const after = swept(before);
    expect([before.deletions.keys(), after.deletions.keys()]).toEqual([['a', 'b'], ['a']]);
    expect(putIfAbsent(after, 'a', had?.item ?? [], ending).entries.has('a')).toBe(true);
  });
});
