import { SyncStatus } from '../model/status.js';
import type { Connectivity } from '../model/status.js';

/**
 * The status of several resource types together (Calico watchersyncer): what all of them agree on, and resyncing when they differ.
 * Of no types it is waiting, but nobody can set up a syncer of none.
 */
export function foldStatus(statuses: Iterable<SyncStatus>): SyncStatus {
  const distinct = new Set(statuses);
  const [only = SyncStatus.WaitForDatastore] = distinct;
  return distinct.size > 1 ? SyncStatus.ResyncInProgress : only;
}

const fromBestToWorst: readonly Connectivity[] = ['connected', 'silent', 'neverConnected', 'disconnected'];

/** The worst of several. */
export function foldConnectivity(links: Iterable<Connectivity>): Connectivity {
  let worst = 0;
  for (const link of links) worst = Math.max(worst, fromBestToWorst.indexOf(link));
  return fromBestToWorst[worst] ?? 'disconnected';
}
