/** Boxes and columns of text, all of the same width. */
import { cellsOf, cutTo, padded, pageWidth, wrapped } from './text.js';

/** How much fits between the sides of a box. */
const boxWidth: number = pageWidth - 4;
/** How wide the column of labels in a box is. */
const labelWidth = 13;

/** A box with a title, and something to the right of it. The lines must be visible text; those that are too long are wrapped. */
export function box(title: string, right: string, lines: readonly string[]): string {
  const head = cutTo(title, pageWidth - 10 - cellsOf(right));
  const rule = '─'.repeat(pageWidth - 8 - cellsOf(head) - cellsOf(right));
  const body = lines.flatMap((line) => wrapped(line, boxWidth)).map((line) => `│ ${padded(line, boxWidth)} │\n`);
  return `╭─ ${head} ${rule} ${right} ─╮\n${body.join('')}╰${'─'.repeat(pageWidth - 2)}╯\n`;
}

/** Lines of visible text beside a label; they are wrapped. */
export function labelled(label: string, lines: readonly string[]): readonly string[] {
  return lines
    .flatMap((line) => wrapped(line, boxWidth - labelWidth))
    .map((line, index) => padded(index === 0 ? label : '', labelWidth) + line);
}

/** How wide the column beside labels is. */
export const besideLabel: number = boxWidth - labelWidth;

/** One row of a table: cells of one or more lines each, visible and no wider than their column. */
export function row(cells: readonly (readonly string[])[], widths: readonly number[]): readonly string[] {
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => padded(cell[line] ?? '', widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
