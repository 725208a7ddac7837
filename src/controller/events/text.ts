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
