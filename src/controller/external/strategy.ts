/** Merge strategies: how external configuration is merged over what handlers want, by prefixes of keys. */
import { ValidationError } from '../../model/errors.js';
import { copyPlainData } from '../../store/plain-data.js';
import { mergeOver, type ItemIdentity } from './merge.js';

/**
 * A merge of one's own. Must be synchronous, and return the same for the same; what it is given is frozen.
 *
 * @param wanted what handlers, and sources of lower precedence, want; undefined: nothing.
 * @param external what the source wants.
 * @returns plain data, which is copied; null or undefined: nothing is wanted.
 */
export type MergeFunction = (wanted: unknown, external: unknown) => unknown;

/** How the value of a source is merged over what is wanted without it. Where nothing is, it is the source's value, whole. */
export type MergeStrategy =
  /** It takes its place. */
  | 'replace'
  /** Records are merged member by member, at all depths; lists, and everything else, are replaced. */
  | 'deep'
  /**
   * As `deep`, and items of lists are merged with each other by what tells them apart, the name of a member that is a string or a
   * number. Those that were there keep their order, new ones follow in theirs.
   *
   * One name goes for every list whose items all have it, each another one; other lists are replaced. Names by path
   * (`{ '/spec/ports': 'name' }`, a JSON Pointer in which `*` is any item) go for those lists alone, and it is an error when their
   * items have none, or two the same.
   */
  | { readonly listByKey: string | Readonly<Record<string, string>> }
  | MergeFunction;

/**
 * Which strategy goes for the keys that begin with `prefix`. The longest one that fits counts; the empty one fits every key, and a slash
 * at the end keeps `/net` from `/network`.
 *
 * @example
 * ```ts
 * import type { MergeRule } from 'heliostat/controller';
 * const mergeRules: readonly MergeRule[] = [
 *   { prefix: '/routes/', strategy: 'replace' },
 *   { prefix: '/interfaces/', strategy: { listByKey: { '/addresses': 'ip' } } },
 *   { prefix: '/secrets/', strategy: (wanted) => wanted }, // nobody from outside decides here
 * ];
 * ```
 */
export interface MergeRule {
  readonly prefix: string;
  readonly strategy: MergeStrategy;
}

/** What goes for a key that no rule fits. */
export const defaultMergeStrategy: MergeStrategy = 'deep';

/**
 * Makes the function that finds the merge for a key.
 *
 * @throws ValidationError when a rule has no prefix or no known strategy, or two have the same prefix.
 * @internal
 */
export function compileRules(rules: readonly MergeRule[]): (key: string) => MergeFunction {
  if (!Array.isArray(rules)) throw illegal('rules', rules, 'an array of { prefix, strategy }');
  const byPrefix = new Map<string, MergeFunction>();
  for (const [index, rule] of rules.entries() as ArrayIterator<[number, Partial<MergeRule> | undefined]>) {
    const prefix = rule?.prefix;
    if (typeof prefix !== 'string') throw illegal(`rules[${index}].prefix`, prefix, 'a string with which keys begin');
    if (byPrefix.has(prefix)) throw illegal(`rules[${index}].prefix`, prefix, 'a prefix that no other rule has');
    byPrefix.set(prefix, compileStrategy(rule?.strategy, `rules[${index}].strategy`));
  }
  const longestFirst = [...byPrefix].toSorted(([a], [b]) => b.length - a.length);
  const fallback = compileStrategy(defaultMergeStrategy, 'rules');
  return (key) => longestFirst.find(([prefix]) => key.startsWith(prefix))?.[1] ?? fallback;
}

/**
 * Makes the function that merges by `strategy`. What it is given must be frozen, and what it returns is.
 *
 * @throws ValidationError naming `field` when there is no such strategy.
 * @internal
 */
export function compileStrategy(strategy: unknown, field: string): MergeFunction {
  if (strategy === 'replace') return (_wanted, external) => external;
  if (strategy === 'deep') return (wanted, external) => (wanted === undefined ? external : mergeOver(wanted, external, noLists));
  if (typeof strategy === 'function') return guarded(strategy as MergeFunction); // what it returns is looked at
  const lists = typeof strategy === 'object' && strategy !== null && 'listByKey' in strategy ? strategy.listByKey : undefined;
  if (typeof lists === 'string' && lists !== '') {
    const identity: ItemIdentity = { field: lists, isRequired: false };
    return (wanted, external) => (wanted === undefined ? external : mergeOver(wanted, external, () => identity));
  }
  if (typeof lists === 'object' && lists !== null) {
    const byPath = new Map(Object.entries(lists).map(([path, name]) => [path, identityOf(path, name, field)]));
    return (wanted, external) => (wanted === undefined ? external : mergeOver(wanted, external, (path) => byPath.get(path)));
  }
  throw illegal(field, strategy, "'replace', 'deep', { listByKey } with a name, or names by path, or a function");
}

function noLists(): undefined {}

function identityOf(path: string, name: unknown, field: string): ItemIdentity {
  const place = `${field}.listByKey`;
  if (path !== '' && !path.startsWith('/')) throw illegal(place, path, "paths such as '/spec/ports'; '' is the value itself");
  if (typeof name !== 'string' || name === '') throw illegal(place, name, `the name of a member for ${JSON.stringify(path)}`);
  return { field: name, isRequired: true };
}

function guarded(strategy: MergeFunction): MergeFunction {
  return (wanted, external) => {
    const merged = strategy(wanted, external);
    if (merged === undefined || merged === null) return undefined;
    if (merged === wanted || merged === external) return merged;
    if (merged instanceof Promise) {
      merged.catch(() => {}); // nobody waits for it: what it rejects with must not end the process
      throw new ValidationError('A merge strategy returned a promise: it must be synchronous.', { field: 'strategy' });
    }
    return copyPlainData(merged);
  };
}

function illegal(field: string, given: unknown, expected: string): ValidationError {
  return new ValidationError(`Illegal option ${field}: it is ${shown(given)}; give ${expected}.`, { field });
}

function shown(given: unknown): string {
  return typeof given === 'string' ? JSON.stringify(given) : given === null ? 'null' : typeof given;
}
