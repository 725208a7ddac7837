/**
 * The status of a syncer: a fold over what its resource types report (Calico watchersyncer). All of them in sync is in sync, all of
 * them waiting is waiting, and anything else is resyncing; it does not matter how often or in which order they report.
 */
import { assign, setup } from 'xstate';
import { SyncStatus } from '../src/model/status.js';
import { foldStatus } from '../src/policy/status.js';
import type { Chart, SpecRefs } from './chart-words.js';

/** What the status is folded from: the last report of each resource type. */
export interface SyncerStatusContext {
  readonly reports: readonly SyncStatus[];
}

/** Commands and facts of the status chart. */
export type SyncerStatusEvent =
  /** A resource type has another status. `index` is its place in the list of types. */
  { readonly type: 'type.reported'; readonly index: number; readonly status: SyncStatus } | { readonly type: 'stop' };

/** The shape of the status chart. */
export interface SyncerStatusShape {
  readonly context: SyncerStatusContext;
  readonly event: SyncerStatusEvent;
  readonly actors: Record<never, never>;
  readonly actions: { readonly recordReport: unknown };
  readonly guards: 'areAllInSync' | 'areAllWaiting' | 'isKnownType';
  readonly delays: never;
  readonly value: SyncStatus | 'stopped';
  readonly tag: string;
  readonly input: { readonly types: number };
}

const status = setup({
  types: {
    context: {} as SyncerStatusContext,
    events: {} as SyncerStatusEvent,
    input: {} as SyncerStatusShape['input'],
    meta: {} as SpecRefs,
  },
  guards: {
    isKnownType: ({ context, event }) => event.type === 'type.reported' && event.index in context.reports,
    areAllInSync: ({ context, event }) => foldWith(context, event) === SyncStatus.InSync,
    areAllWaiting: ({ context, event }) => foldWith(context, event) === SyncStatus.WaitForDatastore,
  },
  actions: {
    recordReport: assign({ reports: ({ context, event }) => reportsWith(context, event) }),
  },
});

const onReport = [
  { guard: 'areAllInSync', target: SyncStatus.InSync, actions: 'recordReport' },
  { guard: 'areAllWaiting', target: SyncStatus.WaitForDatastore, actions: 'recordReport' },
  { guard: 'isKnownType', target: SyncStatus.ResyncInProgress, actions: 'recordReport' },
] as const;

/** Folds the reports of all resource types into one status. */
export const syncerStatusMachine: Chart<SyncerStatusShape> = status.createMachine({
  id: 'syncerStatus',
  description: 'What all resource types agree on; resyncing when they differ.',
  context: ({ input }) => ({ reports: Array.from({ length: input.types }, () => SyncStatus.WaitForDatastore) }),
  initial: SyncStatus.WaitForDatastore,
  states: {
    [SyncStatus.WaitForDatastore]: {
      description: 'No resource type has an answer, or all have lost theirs. No updates are delivered.',
      meta: { spec: ['S2'] },
      on: { 'type.reported': onReport, stop: { target: 'stopped' } },
    },
    [SyncStatus.ResyncInProgress]: {
      description: 'Some resource type is not in sync.',
      meta: { spec: ['S2', 'S3'] },
      on: { 'type.reported': onReport, stop: { target: 'stopped' } },
    },
    [SyncStatus.InSync]: {
      description: 'Every resource type has listed everything, and it is delivered.',
      meta: { spec: ['S1'] },
      on: { 'type.reported': onReport, stop: { target: 'stopped' } },
    },
    stopped: { type: 'final', description: 'Nothing will be reported any more.' },
  },
});

function reportsWith(context: SyncerStatusContext, event: SyncerStatusEvent): readonly SyncStatus[] {
  return event.type === 'type.reported' ? context.reports.with(event.index, event.status) : context.reports;
}

function foldWith(context: SyncerStatusContext, event: SyncerStatusEvent): SyncStatus | undefined {
  if (event.type !== 'type.reported' || !(event.index in context.reports)) return undefined;
  return foldStatus(reportsWith(context, event));
}
