/** What a list selects, told once more from what its options mean: checkers do not ask the code that they judge. */
import type { Key } from '../../model/key.js';
import type { ListOptions } from '../../model/list-options.js';

/** Whether the key alone tells what is selected: labels stand in values, which no history holds. */
export function isToldByKey({ labelSelector }: ListOptions): boolean {
  return labelSelector === undefined || Object.keys(labelSelector).length === 0;
}

/** Whether `list` selects what stands at `key`. */
export function selects({ kind, namespace, name, prefix = false }: ListOptions, key: Key): boolean {
  const [, first, second, third] = key.split('/').map(decoded);
  const [itsNamespace, itsName] = third === undefined ? [undefined, second] : [second, third];
  const wanted = [
    [kind, first],
    [namespace, itsNamespace],
    [name, itsName],
  ].filter(([part]) => part !== undefined);
  return wanted.every(([part = '', found], index) => {
    const isLast = index === wanted.length - 1;
    return prefix && isLast ? found?.startsWith(part) === true : found === part;
  });
}

/** Names a list: equal for equal lists. */
export function nameOfList({ kind, namespace, name, prefix, labelSelector }: ListOptions): string {
  const labels = labelSelector === undefined ? undefined : Object.entries(labelSelector).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([kind, namespace, name, prefix === true ? true : undefined, labels]);
}

/** A list, for people. */
export function showList(list: ListOptions): string {
  const parts = Object.entries(list).filter(([, value]) => value !== undefined);
  return parts.length === 0 ? 'everything' : parts.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // no legal key; it selects what it looks like
  }
}
