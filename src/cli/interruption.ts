import type { Terminal } from './terminal.js';

/** Somebody wants the command to end: it is interrupted, or nobody reads what it writes any more. */
export interface Interruption {
  readonly signal: AbortSignal;
  readonly happened: Promise<'interrupted'>;
  /** Stops listening. */
  dispose(): void;
}

/** Listens for the wish to end. */
export function listenForInterruption(terminal: Terminal): Interruption {
  const abort = new AbortController();
  const listeners: (() => void)[] = [];
  const happened = new Promise<'interrupted'>((resolve) => {
    const end = (): void => {
      abort.abort();
      resolve('interrupted');
    };
    listeners.push(terminal.onInterrupt(end), terminal.onClosed(end));
  });
  return {
    signal: abort.signal,
    happened,
    dispose: () => {
      for (const remove of listeners) remove();
    },
  };
}
