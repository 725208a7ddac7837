/** Objects as rows of a table. */
import { parseKey } from '../model/key-format.js';
import type { KVPair } from '../model/kv-pair.js';
import { fitted, styled, type Terminal } from './terminal.js';

const headings = ['KIND', 'NAMESPACE', 'NAME', 'REVISION'] as const;

/** One row: kind, namespace, name, revision. */
export type Row = readonly [kind: string, namespace: string, name: string, revision: string];

/** The row of an object. */
export function rowOf({ key, revision = '' }: Pick<KVPair, 'key' | 'revision'>): Row {
  const [kind = '', second = '', ...rest] = parseKey(key);
  return rest.length === 0 ? [kind, '', second, revision] : [kind, second, rest.join('/'), revision];
}

/** How wide each column must be to show `rows` in at most `width` characters: the name gives way first. */
export function widthsOf(rows: readonly Row[], width: number): readonly number[] {
  const wanted = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => (row[column] ?? '').length)));
  const gaps = 2 * (headings.length - 1);
  for (const column of [2, 1, 0] as const) {
    const excess = wanted.reduce((sum, one) => sum + one, gaps) - width;
    if (excess > 0) wanted[column] = Math.max(headings[column].length, (wanted[column] ?? 0) - excess);
  }
  return wanted;
}

/** One line of the table. */
export function lineOf(cells: Row, widths: readonly number[]): string {
  return cells
    .map((cell, column) => fitted(cell, widths[column] ?? cell.length))
    .join('  ')
    .trimEnd();
}

/** The line above the rows. */
export function headingOf(terminal: Terminal, widths: readonly number[]): string {
  return styled(terminal, 'bold', lineOf(headings, widths));
}

/** A whole table. Behind a pipe nothing is cut off. */
export function tableOf(terminal: Terminal, objects: Iterable<Pick<KVPair, 'key' | 'revision'>>): string {
  const rows = [...objects].map(rowOf);
  const widths = widthsOf(rows, terminal.isInteractive ? terminal.columns : Infinity);
  return [headingOf(terminal, widths), ...rows.map((row) => lineOf(row, widths))].map((line) => `${line}\n`).join('');
}
