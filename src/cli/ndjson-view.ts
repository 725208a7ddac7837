import type { Clock } from '../ports/clock.js';
import type { Terminal } from './terminal.js';
import type { View } from './view.js';

/** One JSON object a line: for programs. Lines with a `key` can be written to a `memory:` source again. */
export function ndjsonView(terminal: Terminal, clock: Clock): View {
  const say = (record: Readonly<Record<string, unknown>>): void => {
    terminal.write(`${JSON.stringify({ time: new Date(clock.wallNow()).toISOString(), ...record })}\n`);
  };
  return {
    begin: () => {},
    status: (status) => say({ type: 'status', status }),
    updates: (updates) => {
      for (const { type, key, value, revision, uid } of updates) say({ type, key, value, revision, uid });
    },
    malformed: ({ rawKey, path, line, column, message }) => say({ type: 'malformed', rawKey, path, line, column, message }),
    mended: (rawKey) => say({ type: 'mended', rawKey }),
    syncFailed: ({ list, failure, attempts }) =>
      say({ type: 'syncFailed', list, kind: failure.kind, message: failure.error.message, attempts }),
    syncRecovered: (list) => say({ type: 'syncRecovered', list }),
    note: (text) => terminal.writeError(`${text}\n`),
    end: () => {},
  };
}
