/** What a {@link ListOptions} selects, once and for all: list and watch both ask here, so that they cannot differ. */
import { encodeSegment, parseKey } from '../model/key-format.js';
import type { Key } from '../model/key.js';
import type { ListOptions } from '../model/list-options.js';
import { ValidationError } from '../model/errors.js';
import type { KeyRange, ObjectTree } from './object-tree.js';

/** A compiled selection. */
export interface Selector {
  /** Every selected key lies in here; not every key in here is selected. Undefined: everywhere. */
  readonly range: KeyRange | undefined;
  /** Whether an object is selected. */
  matches(key: Key, value: unknown): boolean;
  /** Whether a key is, whatever its value. */
  matchesKey(key: Key): boolean;
}

/**
 * Compiles `options`.
 *
 * @throws ValidationError when a member is not of its type or names an empty segment without `prefix`.
 */
export function compileSelector(options: ListOptions): Selector {
  checkOptions(options);
  const labels = Object.entries(options.labelSelector ?? {});
  const matchesKey = keyMatcher(options);
  return {
    range: rangeOf(options),
    matchesKey,
    matches: (key, value) => matchesKey(key) && (labels.length === 0 || carriesLabels(value, labels)),
  };
}

/** A full list asks this of every key: without a gap or a prefix in the options, comparing strings is enough. */
function keyMatcher({ kind, namespace, name, prefix = false }: ListOptions): (key: Key) => boolean {
  if (kind !== undefined && !prefix && (namespace !== undefined || name === undefined)) {
    const path = pathOf([kind, namespace, name].filter((part) => part !== undefined));
    const below = `${path}/`;
    const isComplete = namespace === undefined || name !== undefined; // a namespace alone is not the key of an object in it
    return (key) => key.startsWith(below) || (isComplete && key === path);
  }
  const last = name !== undefined ? 'name' : namespace !== undefined ? 'namespace' : 'kind';
  const holds = (part: typeof last, wanted: string | undefined, found: string | undefined): boolean =>
    wanted === undefined || (found !== undefined && (prefix && part === last ? found.startsWith(wanted) : found === wanted));
  return (key) => {
    const segments = parseKey(key);
    const isNamespaced = segments.length >= 3;
    return (
      holds('kind', kind, segments[0]) &&
      holds('namespace', namespace, isNamespaced ? segments[1] : undefined) &&
      holds('name', name, isNamespaced ? segments[2] : segments[1])
    );
  };
}

/** Calls `visit` for each object of `tree` that is selected, in key order, from `first` on, until it returns false. */
export function scanSelected<T extends { readonly value: unknown }>(
  tree: ObjectTree<T>,
  selector: Selector,
  visit: (entry: T, key: Key) => boolean | void,
  first?: Key,
): void {
  const range = selector.range;
  const from = first !== undefined && (range === undefined || first > range.from) ? first : range?.from;
  const scanned = from === undefined ? undefined : { from, to: range?.to ?? beyondAllKeys };
  tree.scan(scanned, (entry, key) => (selector.matches(key, entry.value) ? visit(entry, key) : true));
}

const beyondAllKeys = '0'; // keys begin with "/", whose successor is "0"

/** The narrowest range that holds every key the options can select: it follows the parts given without a gap. */
function rangeOf({ kind, namespace, name, prefix = false }: ListOptions): KeyRange | undefined {
  if (kind === undefined) return undefined;
  const hasGap = namespace === undefined && name !== undefined;
  const path = pathOf([kind, ...(namespace === undefined ? [] : [namespace]), ...(hasGap || name === undefined ? [] : [name])]);
  if (prefix && !hasGap) return { from: path, to: successor(path) };
  // The key itself and what lies below it are not neighbours: "/a" < "/a-b" < "/a/b". Both are in here.
  return { from: path, to: `${path}0` };
}

function pathOf(parts: readonly string[]): string {
  return parts.map((part) => `/${encodeSegment(part)}`).join('');
}

/** The first string behind every string that begins with `prefix`, which begins with "/". */
function successor(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return last === 0xffff ? successor(prefix.slice(0, -1)) : prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

function carriesLabels(value: unknown, wanted: readonly (readonly [string, string])[]): boolean {
  const labels = property(property(value, 'metadata'), 'labels');
  return wanted.every(([label, text]) => property(labels, label) === text);
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name]; // it has this property of its own
}

function checkOptions(options: ListOptions): void {
  for (const field of ['kind', 'namespace', 'name'] as const) {
    const part: unknown = options[field];
    if (part === undefined) continue;
    if (typeof part !== 'string') throw invalid(field, `must be a string, not ${typeof part}`);
    if (part === '' && options.prefix !== true) throw invalid(field, 'is empty: leave it out to select everything');
    if (!part.isWellFormed()) throw invalid(field, 'holds a lone surrogate');
  }
  const labels: unknown = options.labelSelector;
  if (labels === undefined) return;
  if (typeof labels !== 'object' || labels === null || !Object.values(labels).every((label) => typeof label === 'string')) {
    throw invalid('labelSelector', 'must be an object of strings, such as { app: "web" }');
  }
}

function invalid(field: string, reason: string): ValidationError {
  return new ValidationError(`List option "${field}" ${reason}.`, { field });
}
