/** What a file says: objects that it declares, and flaws. */
import type { Key } from '../../model/key.js';

/** Where something stands: a file, relative to the folder, and the line and column in it, counted from 1. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** An object, as one document declares it. The value is frozen. */
export interface Declaration {
  /** Names the document: see `ParseError.rawKey`. */
  readonly rawKey: string;
  readonly place: Place;
  readonly key: Key;
  readonly value: unknown;
  /** The manifest's own `metadata.uid`. */
  readonly uid: string | undefined;
}

/** Something that cannot be read or used. */
export interface Flaw {
  readonly rawKey: string;
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  /** What was found and what to do, as sentences, without the last full stop. */
  readonly reason: string;
  /** What stands there. */
  readonly excerpt?: string;
  readonly cause?: unknown;
}

/** The end of the reason of a flaw that hides what a file declares. */
export const untilThen = '. Until then, what the file declared before stays as it was';

/** What was found in one file, in the order in which it stands there. */
export interface Findings {
  readonly declarations: readonly Declaration[];
  readonly flaws: readonly Flaw[];
}

/** Writes a place the way editors and terminals understand it. */
export function formatPlace({ path, line, column }: Pick<Flaw, 'path' | 'line' | 'column'>): string {
  return line === undefined ? path : `${path}:${line}:${column}`;
}
