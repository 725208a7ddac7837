import type { Update } from '../model/update.js';
import { statusWords, unreadableText, type View } from './view.js';
import { styled, type Style, type Terminal } from './terminal.js';

const styles: Readonly<Record<Update['type'], Style>> = { new: 'green', updated: 'yellow', deleted: 'red' };

/** One plain line for each thing that happens: for pipes and logs. What goes wrong goes to standard error. */
export function linesView(terminal: Terminal): View {
  const say = (text: string): void => terminal.write(`${text}\n`);
  const complain = (text: string): void => terminal.writeError(`${text}\n`);
  return {
    begin: () => {},
    status: (status) => say(`${styled(terminal, 'bold', 'status')}   ${statusWords[status]}`),
    updates: (updates) => {
      for (const { type, key, revision } of updates) {
        say(
          `${styled(terminal, styles[type], type.padEnd(8))} ${key}${revision === undefined ? '' : `  ${styled(terminal, 'dim', `@${revision}`)}`}`,
        );
      }
    },
    malformed: (error) => complain(`unreadable ${unreadableText(error)}`),
    mended: (rawKey) => complain(`mended   ${rawKey}`),
    syncFailed: ({ list, failure, attempts }) =>
      complain(`no list  ${list.kind ?? 'everything'}: ${failure.error.message} (${failure.kind}, ${attempts} in a row)`),
    syncRecovered: (list) => complain(`listed   ${list.kind ?? 'everything'} again`),
    note: complain,
    end: () => {},
  };
}
