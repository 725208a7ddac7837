/** From what has become of an event to its record. */
import { isSameData } from '../southbound/same-data.js';
import type { Event } from '../events/event.js';
import { keysOf } from '../external/layers.js';
import { EventMethod, isUpdateEvent } from '../events/event.js';
import type { ControllerState } from '../loop/state.js';
import type { TransactionReport } from '../transaction/event-transaction.js';
import { wantedBy, type Attribution } from '../transaction/commit.js';
import type { AttributedFailure } from '../errors.js';
import { recordedErrorOf } from './recorded-error.js';
import type { EventRecord, HandlerRecord, RecordedChange, RecordedFailure, TransactionRecord } from './record.js';

/** What is known of an event when it is over. */
export interface ProcessedEvent {
  readonly event: Event;
  readonly sequence: number;
  readonly description: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly followUpTo: number | undefined;
  readonly resyncCount: number | undefined;
  readonly report: TransactionReport;
  readonly before: ControllerState;
  readonly after: ControllerState;
  /** What was wanted under a key before the event, by handlers and sources together; undefined: nothing. */
  readonly wantedBefore: (key: string) => unknown;
  readonly attribution: Attribution;
  readonly notes: readonly string[];
  readonly error: Error | undefined;
}

/** Its record, frozen but for the values, which are frozen already. */
export function recordOf(processed: ProcessedEvent): EventRecord {
  const { event, sequence, description, startedAt, endedAt, followUpTo, resyncCount, report, notes, error } = processed;
  return Object.freeze({
    sequence,
    name: event.name,
    description,
    method: event.method,
    ...(isUpdateEvent(event) ? { transactionType: event.transactionType, direction: event.direction } : {}),
    startedAt,
    endedAt,
    ...(followUpTo === undefined ? {} : { followUpTo }),
    ...(resyncCount === undefined ? {} : { resyncCount }),
    handlers: report.handlers.map(({ error: failure, ...call }): HandlerRecord => ({
      ...call,
      ...(failure === undefined ? {} : { error: recordedErrorOf(failure) }),
    })),
    ...(report.wasCommitted ? { transaction: transactionOf(processed) } : {}),
    ...(notes.length === 0 ? {} : { notes }),
    ...(error === undefined ? {} : { error: recordedErrorOf(error) }),
  });
}

function transactionOf(processed: ProcessedEvent): TransactionRecord {
  const { event, report, before, after } = processed;
  const sequence = report.result?.sequence;
  return {
    kind: event.method,
    ...(sequence === undefined ? {} : { sequence }),
    outcome: report.result?.outcome ?? 'unknown',
    changes: changesOf(processed),
    failures: (report.commitError?.failures ?? []).map(failureOf),
    versionBefore: before.version,
    versionAfter: after.version,
  };
}

/** What was committed, against what was wanted before, all told; of a resync only what differs, and what is no longer wanted. */
function changesOf({ event, report, before, wantedBefore, attribution }: ProcessedEvent): readonly RecordedChange[] {
  const values = report.merged?.values ?? new Map<string, unknown>();
  const isResync = event.method !== EventMethod.Update;
  const changes: RecordedChange[] = [];
  const add = (key: string, after: unknown): void => {
    const was = wantedBefore(key);
    if (isResync && isSameData(was ?? null, after)) return;
    changes.push({
      key,
      ...(was === undefined ? {} : { before: was }),
      ...(after === null ? {} : { after }),
      wantedBy: wantedBy(key, attribution),
    });
  };
  for (const [key, value] of values) add(key, value);
  if (!isResync || event.method === EventMethod.DownstreamResync) return changes;
  for (const key of new Set([...before.internal.keys(), ...keysOf(before.external)])) if (!values.has(key)) add(key, null);
  return changes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function failureOf({ key, owner, wantedBy: names, operation, isRevert, error }: AttributedFailure): RecordedFailure {
  return { key, owner, wantedBy: names, operation, isRevert, error: recordedErrorOf(error) };
}
