/** Amendments: a changed state, with what was changed and the way back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amendWithPatches, openAmendment } from '../../src/store/root.js';

interface State {
  readonly count: number;
  readonly rows: Readonly<Record<string, { readonly n: number; readonly tags: readonly string[] }>>;
}

const initial: State = { count: 0, rows: { a: { n: 1, tags: ['x'] }, b: { n: 2, tags: [] } } };

/** A step as data, done once to a draft and once by copying. */
type Step =
  | { readonly do: 'set'; readonly key: string; readonly n: number }
  | { readonly do: 'drop'; readonly key: string }
  | { readonly do: 'tag'; readonly key: string; readonly tag: string }
  | { readonly do: 'count'; readonly by: number };

const anyKey = fc.constantFrom('a', 'b', 'c', 'd');
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('set' as const), key: anyKey, n: fc.nat(3) }),
  fc.record({ do: fc.constant('drop' as const), key: anyKey }),
  fc.record({ do: fc.constant('tag' as const), key: anyKey, tag: fc.constantFrom('x', 'y') }),
  fc.record({ do: fc.constant('count' as const), by: fc.nat(2) }),
);

/** Works on anything that can be written to: a draft, or a deep copy. */
function perform(state: { count: number; rows: Record<string, { n: number; tags: string[] }> }, step: Step): void {
  if (step.do === 'set') state.rows[step.key] = { n: step.n, tags: [] };
  if (step.do === 'drop') delete state.rows[step.key];
  if (step.do === 'tag') state.rows[step.key]?.tags.push(step.tag);
  if (step.do === 'count') state.count += step.by;
}

describe('an amendment', () => {
  it('E7: is what copying and changing gives, and undone gives the very state it came from', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyStep, { maxLength: 6 }), { maxLength: 5 }), (changes) => {
        let state: State = initial;
        const undos: { readonly before: State; undo(state: State): State }[] = [];
        for (const steps of changes) {
          const copy = JSON.parse(JSON.stringify(state)) as { count: number; rows: Record<string, { n: number; tags: string[] }> };
          const amendment = amendWithPatches(state, (draft) => steps.forEach((step) => perform(draft, step)));
          steps.forEach((step) => perform(copy, step));
          expect(amendment.after).toEqual(copy);
          expect(amendment.before).toBe(state);
          if (amendment.changes.length === 0) expect(amendment.after).toBe(state);
          undos.push(amendment);
          state = amendment.after;
        }
        for (const { before, undo } of undos.toReversed()) {
          state = undo(state);
          expect(state).toBe(before);
        }
        expect(state).toBe(initial);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('takes back its own part of a state that was changed since', () => {
    const first = amendWithPatches(initial, (draft) => void (draft.count = 7));
    const second = amendWithPatches(first.after, (draft) => void delete draft.rows['a']);
    expect(first.undo(second.after)).toEqual({ count: 0, rows: { b: { n: 2, tags: [] } } });
    expect(second.changes).toEqual([{ op: 'remove', path: ['rows', 'a'] }]);
  });

  it('that comes to nothing is the state itself, whatever was done on the way', () => {
    const { after } = amendWithPatches(initial, (draft) => {
      draft.rows['c'] = { n: 1, tags: [] };
      delete draft.rows['c'];
    });
    expect(after).toBe(initial);
  });

  it('is frozen to the last leaf, and leaves the state before as it was', () => {
    const { after } = amendWithPatches(initial, (draft) => void draft.rows['a']?.tags.push('y'));
    expect(Object.isFrozen(after.rows['a']?.tags)).toBe(true);
    expect(initial.rows['a']?.tags).toEqual(['x']);
  });

  it('leaves nothing behind when its recipe throws', () => {
    const fail = () =>
      amendWithPatches(initial, (draft) => {
        draft.count = 9;
        throw new Error('no');
      });
    expect(fail).toThrow('no');
    expect(initial.count).toBe(0);
  });
});

describe('an open amendment', () => {
  it('outlives an await, and its draft dies with it', async () => {
    const open = openAmendment(initial);
    await Promise.resolve();
    open.draft.count = 3;
    const { after, undo } = open.finish();
    expect(after.count).toBe(3);
    expect(undo(after)).toBe(initial);
    expect(() => void (open.draft.count = 4)).toThrow('revoked');
  });

  it('that is discarded has changed nothing, and what still writes to it is told', () => {
    const open = openAmendment(initial);
    open.draft.count = 3;
    open.discard();
    expect(() => void (open.draft.count = 4)).toThrow('revoked');
    expect(initial.count).toBe(0);
  });
});
