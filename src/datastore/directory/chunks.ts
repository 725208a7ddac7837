/** One document of a text. */
export interface Chunk {
  readonly text: string;
  /** How many lines of the text come before it. */
  readonly lines: number;
}

/**
 * Cuts a text where its lines begin with `---`, which YAML allows nowhere inside a document. So nothing that is wrong with one document,
 * a quote that is never closed say, can reach into the next.
 *
 * What comes before the first marker belongs to the first document when it is comments and directives only.
 *
 * @param most stop after so many.
 */
export function cutDocuments(text: string, most: number): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let lines = 0;
  const cut = (end: number): void => {
    const chunk = { text: text.slice(start, end), lines };
    chunks.push(chunk);
    lines += countLineBreaks(chunk.text);
    start = end;
  };
  for (const { index } of text.matchAll(/(?<=^|\n)---(?=[ \t\r\n]|$)/g)) {
    if (start === 0 && isPrelude(text.slice(0, index))) continue;
    cut(index);
    if (chunks.length >= most) return chunks;
  }
  cut(text.length);
  return chunks;
}

function isPrelude(text: string): boolean {
  return text.split('\n').every((line) => /^(?:%|\s*(?:#|$))/.test(line));
}

function countLineBreaks(text: string): number {
  let count = 0;
  for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) count++;
  return count;
}
