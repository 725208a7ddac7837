/**
 * How far a mirror has come, as Calico's backend API defines it (seed document, SyncStatus).
 *
 * In sync means: everything that a complete list of every resource type held has been delivered, deletions included. It does not
 * mean "equal to the datastore now", which nobody can promise; see freshness for how old the picture is.
 */
export const SyncStatus = {
  /** No answer from the datastore yet, or none for so long that it counts as lost. No updates are delivered meanwhile. */
  WaitForDatastore: 'waitForDatastore',
  /** The datastore answers and at least one resource type is being listed. */
  ResyncInProgress: 'resyncInProgress',
  /** The whole picture has been delivered; what follows are changes. */
  InSync: 'inSync',
} as const;
export type SyncStatus = (typeof SyncStatus)[keyof typeof SyncStatus];

/**
 * Whether the datastore can be reached, apart from whether the picture is complete.
 *
 * - `neverConnected`: no answer since the start.
 * - `connected`: the last thing heard was an answer.
 * - `silent`: the last thing heard was a failure, or nothing for longer than the idle limit.
 * - `disconnected`: silent, or never connected, for longer than the watch retry timeout.
 */
export type Connectivity = 'neverConnected' | 'connected' | 'silent' | 'disconnected';
