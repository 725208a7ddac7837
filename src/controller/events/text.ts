/** Words of events. */

/** A key as people say it: without its kind. */
export function textOfKey(key: string): string {
  const [first, second, ...rest] = key.split('/');
  return first === '' && second !== undefined && rest.length > 0 ? rest.join('/') : key;
}

/** A value in one line, shortened. */
export function textOfValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** Characters of a value that an event shows of itself. */
const longestValue = 200;

/** How many names an event shows of a list. */
const longestList = 50;

/** Names, as many as a person reads: what an event says of itself is kept in the history. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, longestList).join(', ');
  return names.length > longestList ? `${shown} and ${names.length - longestList} more` : shown;
}
