import { createInterface } from 'node:readline';
import type { Terminal } from './terminal.js';

/** The terminal, or the pipes, of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    isInteractive: stdout.isTTY,
    // https://no-color.org and the convention of Node's own FORCE_COLOR.
    hasColors: (env['FORCE_COLOR'] ?? '') !== '' || (stdout.isTTY && (env['NO_COLOR'] ?? '') === ''),
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    input: stdin.isTTY ? undefined : { [Symbol.asyncIterator]: () => linesOf(stdin) },
    onInterrupt: (callback) => {
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, callback);
      return () => signals.forEach((signal) => process.off(signal, callback));
    },
    onClosed: (callback) => {
      const onError = (error: NodeJS.ErrnoException): void => {
        if (error.code !== 'EPIPE') throw error;
        callback();
      };
      stdout.on('error', onError);
      return () => stdout.off('error', onError);
    },
  };
}

/** The lines of a stream. Who stops reading them lets the stream go: an open pipe would keep the process alive. */
function linesOf(stream: NodeJS.ReadStream): AsyncIterator<string> {
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
  return {
    next: () => lines.next(),
    return: () => {
      stream.destroy();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
}
