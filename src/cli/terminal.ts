/** Where the command writes, and what it is told from outside: the process's own terminal, or a test's. */

/** A place to write to, with a person before it or a pipe behind it. */
export interface Terminal {
  /** Standard output. */
  write(text: string): void;
  /** Standard error. */
  writeError(text: string): void;
  /** Whether a person looks at standard output. */
  readonly isInteractive: boolean;
  readonly hasColors: boolean;
  readonly columns: number;
  readonly rows: number;
  /** The lines of standard input, or undefined when a person would have to type them. */
  readonly input: AsyncIterable<string> | undefined;
  /** Calls `callback` for each interrupt (Ctrl-C, or a request to terminate), until the returned function is called. */
  onInterrupt(callback: () => void): () => void;
  /** Calls `callback` when nobody reads standard output any more. */
  onClosed(callback: () => void): () => void;
}

/** Styles that a terminal can show. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Returns `text` in a style, where the terminal has any. */
export function styled(terminal: Pick<Terminal, 'hasColors'>, style: Style, text: string): string {
  const [on, off] = codes[style];
  return terminal.hasColors ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** Cuts or fills `text` to exactly `width` characters, and makes sure that it cannot move the cursor. */
export function fitted(text: string, width: number): string {
  const plain = text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');
  return plain.length <= width ? plain.padEnd(width) : `${plain.slice(0, Math.max(0, width - 1))}…`;
}
