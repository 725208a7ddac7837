/** How a run of the command is shown: what every form of output is told. */
import type { ParseError } from '../model/errors.js';
import type { SyncStatus } from '../model/status.js';
import type { Syncer, SyncerCallbacks, SyncFailure } from '../model/syncer.js';
import type { Update } from '../model/update.js';

/** Something that shows a run. */
export interface View {
  /** The run begins; `shown` can be asked at any time, and `also` for a line about what runs beside it. */
  begin(shown: Shown, also?: () => string): void;
  status(status: SyncStatus): void;
  updates(updates: readonly Update[]): void;
  malformed(error: ParseError): void;
  mended(rawKey: string): void;
  syncFailed(failure: SyncFailure): void;
  syncRecovered(list: SyncFailure['list']): void;
  /** Something worth saying that is none of the above. */
  note(text: string): void;
  /** The run is over: gives the terminal back. */
  end(): void;
}

/** What a view may ask while it shows. */
export type Shown = Pick<Syncer, 'status' | 'connectivity' | 'types' | 'snapshot'>;

/** The callbacks of a syncer that is shown. */
export function callbacksOf(view: View): SyncerCallbacks {
  return {
    onStatusUpdated: (status) => view.status(status),
    onUpdates: (updates) => view.updates(updates),
    parseFailed: (error) => view.malformed(error),
    parseMended: (rawKey) => view.mended(rawKey),
    syncFailed: (failure) => view.syncFailed(failure),
    syncRecovered: ({ list }) => view.syncRecovered(list),
    onProblem: (problem) => view.note(`problem: ${problem.kind}`),
  };
}

/** What cannot be read, and where: most messages say it themselves. */
export function unreadableText({ path, line, column, rawKey, message }: ParseError): string {
  const place = path === undefined ? rawKey : [path, line, column].filter((part) => part !== undefined).join(':');
  return message.includes(place) ? message : `${place}: ${message}`;
}

/** How a status reads. */
export const statusWords: Readonly<Record<SyncStatus, string>> = {
  waitForDatastore: 'waiting for the datastore',
  resyncInProgress: 'resyncing',
  inSync: 'in sync',
};
