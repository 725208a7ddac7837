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

/** What is worse than being connected, from bad to worst. */
const badToWorst: readonly Connectivity[] = ['silent', 'neverConnected', 'disconnected'];

/** The worst of several; of none, the best. */
export function foldConnectivity(links: Iterable<Connectivity>): Connectivity {
  const found = new Set(links);
  return badToWorst.findLast((link) => found.has(link)) ?? 'connected';
}
