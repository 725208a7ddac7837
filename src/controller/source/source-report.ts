import type { SnapshotFrom } from 'xstate';
import type { datastoreConnectionMachine } from '../../../machines/datastore-connection.machine.js';
import type { DatastoreConnectionTag } from '../../../machines/datastore-connection.types.js';
import type { ParseError } from '../../model/errors.js';
import type { ReflectorReport } from '../../reflector/reflector.js';

/** How a DatastoreSource is doing, for people and for gauges. Times are in milliseconds. */
export interface DatastoreSourceReport {
  /** How the connection to the datastore is. */
  readonly connection: DatastoreConnectionTag | 'idle' | 'stopped';
  /** What the controller knows comes from the local copy. */
  readonly isLocalFallback: boolean;
  /** The list and the watch. */
  readonly reflector: ReflectorReport;
  /** Objects of the datastore that are held, external configuration included. */
  readonly objects: number;
  /** Entries that cannot be read. What was last read of them stays. */
  readonly malformed: readonly ParseError[];
  /** Events that the controller has taken. */
  readonly told: { readonly resyncs: number; readonly localResyncs: number; readonly changes: number };
  /** Resyncs and changes that it refused in a row. */
  readonly refusals: number;
  /** Absent: no local copy was written yet. */
  readonly sinceMirrored?: number;
}

const connections = ['noRemote', 'connecting', 'resyncing', 'inSync', 'lost'] as const;

/** What the chart says of the connection. */
export function connectionOf(
  snapshot: SnapshotFrom<typeof datastoreConnectionMachine>,
): Pick<DatastoreSourceReport, 'connection' | 'isLocalFallback' | 'refusals'> {
  const { refusals } = snapshot.context;
  const isLocalFallback = snapshot.hasTag('localFallback');
  if (snapshot.status !== 'active') return { connection: 'stopped', isLocalFallback, refusals };
  return { connection: connections.find((tag) => snapshot.hasTag(tag)) ?? 'idle', isLocalFallback, refusals };
}
