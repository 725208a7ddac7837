/** Text of a fixed width, from text that nobody has vetted: what could move a cursor or turn the reading around is made visible. */

/** How wide everything is that is printed, in cells of a terminal. */
export const pageWidth = 120;

/** Controls, invisible marks of format, separators of lines, and halves of characters. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** What terminals show two cells wide: East Asian scripts and their full-width forms, and pictures. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;
const combining = /\p{M}/u;

/** One line of text as it can be shown. A tab is four blanks; what cannot be seen is its number: `\x1b`, `\u{202e}`. */
export function visible(line: string): string {
  return line.replaceAll('\t', '    ').replaceAll(unseen, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** The lines of a text, each as it can be shown. */
export function visibleLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map(visible);
}

/** How many cells a visible text takes. */
export function cellsOf(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let cells = 0;
  for (const character of text) cells += cellOf(character);
  return cells;
}

function cellOf(character: string): number {
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** `text` filled with blanks to `width` cells. */
export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cellsOf(text)));
}

/** `text` cut to at most `width` cells; where something was cut off stands `…`. */
export function cutTo(text: string, width: number): string {
  if (cellsOf(text) <= width) return text;
  return `${startOf(text, width - 1)}…`;
}

/** As much of the beginning as fits. */
function startOf(text: string, width: number): string {
  let cells = 0;
  let end = 0;
  for (const character of text) {
    cells += cellOf(character);
    if (cells > width) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * A visible line as lines of at most `width` cells, broken between words where that can be. The lines that follow are indented as the
 * first is, and by two more.
 */
export function wrapped(line: string, width: number): readonly string[] {
  const text = line.trimEnd();
  if (cellsOf(text) <= width) return [text];
  const indent = Math.min(/^ */.exec(text)?.[0].length ?? 0, Math.floor(width / 2));
  const next = ' '.repeat(Math.min(indent + 2, Math.floor(width / 2)));
  const lines: string[] = [];
  let rest = ' '.repeat(indent) + text.trimStart();
  let hang = indent;
  while (cellsOf(rest) > width) {
    const start = startOf(rest, width);
    const isWhole = rest[start.length] === ' ';
    const blank = isWhole ? start.length : start.lastIndexOf(' ');
    const end = blank > hang ? blank : Math.max(start.length, hang + 1);
    lines.push(rest.slice(0, end).trimEnd());
    rest = next + rest.slice(end).trimStart();
    hang = next.length;
  }
  lines.push(rest);
  return lines;
}

/** Where two texts begin to differ, in whole characters. */
export function commonStart(a: string, b: string): number {
  let index = 0;
  while (index < a.length && a[index] === b[index]) index++;
  const isHalf = /[\ud800-\udbff]/.test(a[index - 1] ?? '');
  return isHalf ? index - 1 : index;
}
