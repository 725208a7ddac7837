/** What a value needs, in one form. */
import type { Dependency } from './descriptor.js';
import { illegal } from './refusals.js';

/** One thing that has to be there. */
export interface Need {
  /** How it is called, for people. */
  readonly label: string;
  /** A key, or what the key begins with. */
  readonly target: string;
  readonly isPrefix: boolean;
}

export const noNeeds: readonly Need[] = Object.freeze([]);

/** @throws ValidationError when one of `dependencies` is none. */
export function needsOf(key: string, dependencies: Iterable<Dependency>): readonly Need[] {
  if (typeof dependencies !== 'object' || !(Symbol.iterator in dependencies))
    throw illegal('dependencies', dependencies, 'an array', { key });
  // What needs itself needs nothing for that: it is there when it is there.
  const needs = Array.from(dependencies, (dependency) => needOf(key, dependency)).filter(({ target }) => target !== key);
  return needs.length === 0 ? noNeeds : Object.freeze(needs);
}

function needOf(key: string, dependency: Dependency): Need {
  if (typeof dependency === 'string' && dependency !== '') return need(dependency, dependency, false);
  if (typeof dependency === 'object' && dependency !== null && typeof dependency.label === 'string') {
    if ('key' in dependency && typeof dependency.key === 'string' && dependency.key !== '')
      return need(dependency.label, dependency.key, false);
    if ('prefix' in dependency && typeof dependency.prefix === 'string' && dependency.prefix.endsWith('/'))
      return need(dependency.label, dependency.prefix, true);
  }
  throw illegal('dependency', dependency, 'a key, or a label with a key or with a prefix that ends with "/"', { key });
}

function need(label: string, target: string, isPrefix: boolean): Need {
  return Object.freeze({ label, target, isPrefix });
}
