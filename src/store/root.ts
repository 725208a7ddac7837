/** The root of an immutable state: small, nested, produced with Immer, its large collections being object trees. */
import { applyPatches, createDraft, enablePatches, finishDraft, produce, produceWithPatches, type Draft, type Patch } from 'immer';

export type { Draft } from 'immer';

enablePatches();

/**
 * Returns `state` with the changes that `recipe` makes to its draft; parts that are not touched are shared. The result is frozen.
 * When nothing is changed it is `state` itself; when `recipe` throws, nothing has happened.
 */
export function amend<S extends object>(state: S, recipe: (draft: Draft<S>) => void): S {
  return produce(state, (draft) => void recipe(draft));
}

/** One difference between two states: what was added, replaced or removed at a path of property names and indexes. */
interface StateChange {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: readonly (string | number)[];
  /** What is there now; absent when it was removed. */
  readonly value?: unknown;
}

/** A change of a state, and the way back. */
export interface Amendment<S extends object> {
  readonly before: S;
  /** Frozen; `before` itself when nothing was changed. */
  readonly after: S;
  /** What leads from `before` to `after`. */
  readonly changes: readonly StateChange[];
  /**
   * Takes the change back. Of `after` it makes `before` itself, to the identity; of a state that has been changed since, it takes back
   * what this amendment did and leaves the rest.
   *
   * @throws Error when a place that was changed is not there any more.
   */
  undo(state: S): S;
}

/** Like {@link amend}, with what was changed and how to take it back. */
export function amendWithPatches<S extends object>(state: S, recipe: (draft: Draft<S>) => void): Amendment<S> {
  const [after, patches, inverse] = produceWithPatches(state, (draft: Draft<S>) => void recipe(draft));
  return amendmentOf(state, after, patches, inverse);
}

/** A change that takes its time. Exactly one of `finish` and `discard` ends it; the draft cannot be used any more then. */
export interface OpenAmendment<S extends object> {
  readonly draft: Draft<S>;
  finish(): Amendment<S>;
  /** Nothing has happened. */
  discard(): void;
}

/** Begins a change whose draft outlives an `await`; when none is awaited, {@link amendWithPatches} is simpler. */
export function openAmendment<S extends object>(state: S): OpenAmendment<S> {
  const draft = createDraft(state);
  return {
    draft,
    finish: () => {
      let patches: readonly Patch[] = [];
      let inverse: readonly Patch[] = [];
      // What the draft of an S ends as is an S.
      const after = finishDraft(draft, (forth, back) => {
        patches = forth;
        inverse = back;
      }) as S;
      return amendmentOf(state, after, patches, inverse);
    },
    discard: () => void finishDraft(draft), // this is how Immer revokes a draft: whoever still holds it gets an error, not a lost write
  };
}

function amendmentOf<S extends object>(before: S, made: S, changes: readonly Patch[], inverse: readonly Patch[]): Amendment<S> {
  const after = changes.length === 0 ? before : made; // what was done and undone on the way has made another state of the same content
  return {
    before,
    after,
    changes,
    // A copy, since Immer wants an array of its own type and may keep it.
    undo: (state) => (state === after ? before : applyPatches(state, [...inverse])),
  };
}
