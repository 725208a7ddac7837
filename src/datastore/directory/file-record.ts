/** What is known of one file: what it declares, and what it declared when it could last be read. */
import type { Declaration, Findings } from './declaration.js';
import { isPlainEqual } from './plain-equal.js';

/** Which state of a file a record is of. */
export interface RecordedState {
  readonly version: string;
  /** See `FileState.substance`; undefined for what is no readable file. */
  readonly substance: string | undefined;
  /** Look again then, by the clock's `now`, although the file seems unchanged. */
  readonly recheckAt: number | undefined;
}

export interface FileRecord extends Findings, RecordedState {
  /**
   * What the file declared before, and does not declare now. It is kept as long as the file has a flaw, since nobody can tell which of
   * it the flawed documents still mean; and dropped as soon as it has none.
   */
  readonly kept: readonly Declaration[];
}

/** The record of a file that was looked into, after `before`. Values that did not change keep their identity. */
export function recordFindings(
  { declarations, flaws }: Findings,
  state: RecordedState,
  before: FileRecord | undefined,
): FileRecord {
  const earlier = new Map<string, Declaration>();
  for (const declaration of [...(before?.declarations ?? []), ...(before?.kept ?? [])]) {
    if (!earlier.has(declaration.key)) earlier.set(declaration.key, declaration);
  }
  const current = declarations.map((declaration) => {
    const known = earlier.get(declaration.key);
    return known !== undefined && isPlainEqual(known.value, declaration.value)
      ? { ...declaration, value: known.value }
      : declaration;
  });
  for (const { key } of declarations) earlier.delete(key);
  return { ...state, declarations: current, flaws, kept: flaws.length === 0 ? [] : [...earlier.values()] };
}
