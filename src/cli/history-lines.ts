/** The lines of a history that `heliostat check` reads. */
import { createReadStream } from 'node:fs';
import type { Terminal } from './terminal.js';

/** Where the lines come from. */
export interface HistoryLines {
  readonly lines: AsyncIterable<string>;
  /** Whether the last line may have been cut off; to be asked when all of them have been read. */
  readonly mayBeCutOff: () => boolean;
}

/** Longer lines are none that this package has written. In characters. */
const longestLine = 64 * 1024 * 1024;

/** How a gzip file begins when it is read as text. */
const gzipMark = '\u001f\ufffd';

/**
 * Opens a history.
 *
 * @param file a path, or `-` for standard input.
 * @param signal ends the lines.
 * @throws Error when there is nothing to be read; the iteration, too.
 */
export function openHistory(file: string, terminal: Terminal, signal: AbortSignal): HistoryLines {
  if (file === '-') {
    // The end of the last line is not seen there: a line that is no JSON may have had one.
    return { lines: guarded(inputOf(terminal), signal), mayBeCutOff: () => true };
  }
  const end = { isOpen: false };
  return { lines: guarded(linesOfFile(file, end), signal), mayBeCutOff: () => end.isOpen };
}

function inputOf({ input }: Terminal): AsyncIterable<string> {
  if (input !== undefined) return input;
  throw new Error('nothing is piped into it; write heliostat check FILE, or pipe a history into heliostat check -');
}

async function* linesOfFile(path: string, end: { isOpen: boolean }): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const lines = `${rest}${String(chunk)}`.split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new Error(`a line has more than ${longestLine} characters: this is no history`);
    yield* lines;
  }
  if (rest === '') return;
  end.isOpen = true;
  yield rest;
}

async function* guarded(lines: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  let isFirst = true;
  for await (const line of lines) {
    if (signal.aborted) return;
    if (isFirst && line.startsWith(gzipMark)) throw new Error('this looks compressed: gunzip -c FILE | heliostat check -');
    isFirst = false;
    yield line;
  }
}
