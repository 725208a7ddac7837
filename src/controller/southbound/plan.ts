/** In which order things are done. Pure. */
import { dependentsOf, isKept, missingOf, type Graph } from './graph.js';
import type { Need } from './needs.js';

/** What is going to happen to a value. */
export type Intent = 'delete' | 'recreate' | 'create' | 'update';

const order: readonly Intent[] = ['delete', 'recreate', 'create', 'update'];

/** Deletes first, then what is recreated, created, and updated; each in key order. */
export function planOf(intents: ReadonlyMap<string, Intent>): readonly string[] {
  const keys = [...intents.keys()].toSorted();
  return order.flatMap((intent) => keys.filter((key) => intents.get(key) === intent));
}

/**
 * The values that are there and could not stay without `key`, each before those that it needs. `key` itself is not among them.
 * A walk without recursion: chains may be long.
 */
export function withdrawalOf(graph: Graph, key: string): readonly string[] {
  const leaving = new Set([key]);
  const withdrawn: string[] = [];
  const path = [{ key, dependents: [...dependentsOf(graph, key)] }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.dependents.shift();
    if (next === undefined) {
      path.pop();
      if (top.key !== key) withdrawn.push(top.key);
    } else if (!leaving.has(next) && cannotStay(graph, next, leaving)) {
      leaving.add(next);
      path.push({ key: next, dependents: [...dependentsOf(graph, next)] });
    }
  }
  return withdrawn;
}

function cannotStay(graph: Graph, key: string, leaving: ReadonlySet<string>): boolean {
  const node = graph.values.get(key);
  if (node === undefined || node.actual === undefined || isKept(graph, node)) return false;
  return missingOf(graph, key, node.needs, leaving).length > 0;
}

/**
 * The values that wait for nothing but each other, `key` with these `needs` among them: they can only come together. Empty: there is no
 * such circle, or not all of it is here. Only needs of keys make circles; of a prefix, nobody can tell who is going to meet it.
 */
export function circleOf(graph: Graph, key: string, needs: readonly Need[]): readonly string[] {
  const waiting = new Map([[key, needs]]);
  // A map that is walked through grows on the way: this reaches everything that is waited for. All needs of a value have to be met, so
  // one that nobody here will ever meet is the end of all that led to it.
  for (const [one, itsNeeds] of waiting) {
    for (const { target, isPrefix } of missingOf(graph, one, itsNeeds)) {
      const other = graph.values.get(target);
      if (isPrefix || (target !== key && other?.status !== 'pending')) return [];
      if (other !== undefined && !waiting.has(target)) waiting.set(target, other.needs);
    }
  }
  return [...waiting.keys()].toSorted();
}
