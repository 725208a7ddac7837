/** The root of an immutable state: small, nested, produced with Immer, its large collections being object trees. */
import { produce, type Draft } from 'immer';

/**
 * Returns `state` with the changes that `recipe` makes to its draft; parts that are not touched are shared. The result is frozen.
 * When nothing is changed it is `state` itself; when `recipe` throws, nothing has happened.
 */
export function amend<S extends object>(state: S, recipe: (draft: Draft<S>) => void): S {
  return produce(state, (draft) => void recipe(draft));
}
