/**
 * The datastore of the exploration, as text: one letter for each revision. `a` and `b` write that key, `A` and `B` delete it, `t` writes
 * both in one transaction, `z` writes a key that nobody watches. This is the oracle: it shares nothing with the library.
 */

/** Which keys exist at which revision of theirs, in key order: `a3b5`. */
export type Content = string;

export const keys = ['a', 'b'] as const;

const states = new Map<string, Content>();

/** State(revision): what the keys are after so many letters. */
export function stateAt(log: string, revision: number): Content {
  const past = log.slice(0, revision);
  const known = states.get(past);
  if (known !== undefined) return known;
  const found = keys.map((key) => keyAt(key, past)).join('');
  states.set(past, found);
  return found;
}

function keyAt(key: string, past: string): string {
  const written = Math.max(past.lastIndexOf(key), past.lastIndexOf('t'));
  return written > past.lastIndexOf(key.toUpperCase()) ? `${key}${written + 1}` : '';
}

/** What a letter does, as `[key, is it there afterwards]`. */
export function changesOf(letter: string): readonly (readonly [string, boolean])[] {
  if (letter === 't') return keys.map((key) => [key, true]);
  const key = letter.toLowerCase();
  return keys.some((known) => known === key) ? [[key, letter === key]] : [];
}

/** `a3b5` as pairs of key and revision. */
export function entriesOf(content: Content): readonly (readonly [string, number])[] {
  return [...content.matchAll(/([a-z])(\d+)/g)].map(([, key = '', revision]) => [key, Number(revision)]);
}

/** What differs, recomputed for the judge: key, revision before and after (0: absent). */
export function differenceOf(before: Content, after: Content): ReadonlyMap<string, readonly [number, number]> {
  const [old, now] = [new Map(entriesOf(before)), new Map(entriesOf(after))];
  const difference = new Map<string, readonly [number, number]>();
  for (const key of keys) {
    const pair = [old.get(key) ?? 0, now.get(key) ?? 0] as const;
    if (pair[0] !== pair[1]) difference.set(key, pair);
  }
  return difference;
}
