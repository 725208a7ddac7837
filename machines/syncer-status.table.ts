/**
 * The total table of the status chart, for two resource types: every status, and what each report leads to there. Written by hand,
 * compared with the chart cell by cell, and complete because the compiler asks for every cell.
 */
import type { SyncStatus } from '../src/model/status.js';

/** A report by one of two resource types, and what the other one reported last. */
export type StatusHappening = `${SyncStatus}, the other ${SyncStatus}` | 'a report by an unknown type' | 'stop';

export type StatusPlace = SyncStatus | 'stopped';

const onReport = {
  'waitForDatastore, the other waitForDatastore': 'waitForDatastore',
  'waitForDatastore, the other resyncInProgress': 'resyncInProgress',
  'waitForDatastore, the other inSync': 'resyncInProgress',
  'resyncInProgress, the other waitForDatastore': 'resyncInProgress',
  'resyncInProgress, the other resyncInProgress': 'resyncInProgress',
  'resyncInProgress, the other inSync': 'resyncInProgress',
  'inSync, the other waitForDatastore': 'resyncInProgress',
  'inSync, the other resyncInProgress': 'resyncInProgress',
  'inSync, the other inSync': 'inSync',
} as const;

const onReportWhenStopped = {
  'waitForDatastore, the other waitForDatastore': 'ignored',
  'waitForDatastore, the other resyncInProgress': 'ignored',
  'waitForDatastore, the other inSync': 'ignored',
  'resyncInProgress, the other waitForDatastore': 'ignored',
  'resyncInProgress, the other resyncInProgress': 'ignored',
  'resyncInProgress, the other inSync': 'ignored',
  'inSync, the other waitForDatastore': 'ignored',
  'inSync, the other resyncInProgress': 'ignored',
  'inSync, the other inSync': 'ignored',
} as const;

export const syncerStatusTable: Readonly<Record<StatusPlace, Readonly<Record<StatusHappening, StatusPlace | 'ignored'>>>> = {
  waitForDatastore: { ...onReport, 'a report by an unknown type': 'ignored', stop: 'stopped' },
  resyncInProgress: { ...onReport, 'a report by an unknown type': 'ignored', stop: 'stopped' },
  inSync: { ...onReport, 'a report by an unknown type': 'ignored', stop: 'stopped' },
  stopped: { ...onReportWhenStopped, 'a report by an unknown type': 'ignored', stop: 'ignored' },
};
