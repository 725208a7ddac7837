/** A plan: everything that will be done to a run, drawn before it begins, so that it can be written down, replayed and made smaller. */
import type { Key } from '../../model/key.js';
import type { FaultRates } from '../faults.js';
import type { LieRates } from './lies.js';

/** How a consumer takes what it is told. */
export const moods = ['quick', 'slow', 'stuck', 'throwing', 'rejecting', 'reentrant', 'meddling'] as const;
export type Mood = (typeof moods)[number];

/** How somebody iterates over the updates: to the end, slowly, until enough is seen, until a signal, or without ever asking twice. */
export const readings = ['through', 'slowly', 'briefly', 'untilAborted', 'stalled'] as const;
export type Reading = (typeof readings)[number];

/** What can be done to a run, each with its arguments. Times are in milliseconds; mirrors are numbered from 0. */
export interface Actions<V = unknown> {
  apply: readonly [key: Key, value: V];
  /** Fails where the object is there. */
  create: readonly [key: Key, value: V];
  /** Read, then written on condition that it is still the same. */
  update: readonly [key: Key, value: V];
  delete: readonly [key: Key];
  /** Deleted and created again at once. */
  recreate: readonly [key: Key, value: V];
  /** All at one revision; `null` deletes. */
  transaction: readonly [writes: readonly (readonly [Key, V | null])[]];
  /** One after the other, without a pause. */
  burst: readonly [writes: readonly (readonly [Key, V])[]];
  /** Written with a time to live. */
  lease: readonly [key: Key, value: V, ttl: number];
  /** Made unreadable. */
  corrupt: readonly [key: Key];
  clean: readonly [];
  /** The history is forgotten but for so many revisions. */
  compact: readonly [kept: number];
  /** Between the next lists and the watches that follow them there is a write, and its history is forgotten. */
  race: readonly [times: number];
  /** The datastore is down for so long; what it holds is kept. */
  restart: readonly [ms: number];
  /** What the datastore holds is remembered. */
  backup: readonly [];
  /** The datastore holds what was remembered, at an earlier revision than now: another store, from nothing but a backup. */
  restore: readonly [];
  /** The kind has no API for so long. */
  uninstall: readonly [kind: string, ms: number];
  /** How likely each fault is from now on, on the line of every mirror. */
  weather: readonly [rates: FaultRates];
  /** Something happens to every open watch. */
  strike: readonly [fault: 'watch.cut' | 'watch.closed' | 'watch.silent' | 'watch.expired' | 'watch.failed'];
  /** What the datastore says is not true, from now on so often. */
  lies: readonly [rates: LieRates];
  start: readonly [mirror: number];
  stop: readonly [mirror: number, mode: 'emitDeletes' | 'drain' | 'silent'];
  mood: readonly [mirror: number, mood: Mood];
  iterate: readonly [mirror: number, reading: Reading];
  /** The process stands still. */
  pause: readonly [ms: number];
  /** The wall clock is set. */
  setWall: readonly [ms: number];
  /** Timers are up to so late from now on. */
  late: readonly [ms: number];
}
export type ActionName = keyof Actions;

/** How likely each action is to be drawn, in a run that draws it at all. */
export const actionWeights: Readonly<Record<ActionName, number>> = {
  apply: 30,
  create: 6,
  update: 10,
  delete: 14,
  recreate: 6,
  transaction: 8,
  burst: 5,
  lease: 4,
  clean: 0.5,
  corrupt: 3,
  compact: 4,
  race: 2,
  restart: 1.5,
  backup: 1,
  restore: 1,
  uninstall: 0.7,
  lies: 1,
  weather: 10,
  strike: 10,
  mood: 6,
  iterate: 5,
  start: 8,
  stop: 4,
  pause: 1,
  setWall: 1,
  late: 1.5,
};
export const actionNames: readonly ActionName[] = Object.keys(actionWeights) as ActionName[]; // its keys are all there are

/** Something to do at a time. As JSON: `[12000,"delete","/a/x"]`. */
export type PlannedAction<V = unknown> = {
  readonly [K in ActionName]: readonly [at: number, name: K, ...args: Actions<V>[K]];
}[ActionName];

/** What a run begins with. */
export interface Setup {
  /** How many mirrors there are of one datastore, each on a line of its own. */
  readonly mirrors: number;
  readonly initialList: 'paged' | 'streamed';
  readonly pageSize: number;
  readonly jitter: 'full' | 'none';
  readonly idleLimit: number;
  readonly watchRetryTimeout: number;
  /** 0: never. Needed to find out about restored stores and lies. */
  readonly auditInterval: number;
  /** Revisions that the datastore keeps. */
  readonly history: number;
  /** Events in one batch of a watch at most. */
  readonly maxBatch: number;
  readonly bookmarkInterval: number;
  readonly latency: number;
  /** The datastore tells who it is. */
  readonly hasStoreId: boolean;
}

/** Everything about a run. The same plan is the same run, to the byte. */
export interface SimulationPlan<V = unknown> {
  /** Of chance during the run: jitter, latency, whether a fault strikes. */
  readonly seed: number;
  readonly setup: Setup;
  readonly actions: readonly PlannedAction<V>[];
  /** From then on nothing goes wrong any more and nothing is written. */
  readonly healAt: number;
}
