/**
 * The total tables of the datastore connection chart: every state of each of its two regions, and what each event leads to there. Written
 * by hand, compared with the chart cell by cell, and complete because the compiler asks for every cell.
 *
 * A late fact is one of something that is not being told any more. States that choose the next one at once are left out: nothing can
 * happen to them.
 */

/** Where the datastore stands; `idle` and `stopped` are the chart's own. */
export type RemotePlace =
  | 'idle'
  | 'noRemote'
  | 'connecting'
  | 'resyncing.pushing'
  | 'resyncing.waiting'
  | 'inSync.following'
  | 'inSync.silent'
  | 'lost.interrupted'
  | 'lost.lapsed'
  | 'stopped';

/** What can happen to it. Nothing has been refused lately, and a list brings news where nothing else is said. */
export type RemoteHappening =
  | 'start'
  | 'stop'
  | 'resync'
  | 'remote.answered'
  | 'remote.interrupted'
  | 'remote.lapsed'
  | 'remote.followed'
  | 'list.taken'
  | 'list.taken, without news'
  | 'resync.accepted'
  | 'resync.accepted, late'
  | 'resync.refused'
  | 'resync.refused, late'
  | 'changes.refused'
  | 'changes.refused, late'
  | 'controller.closed'
  | 'after resyncRetry'
  | 'after toleratedSilence'
  | 'after healthyPeriod';

export const remoteTable: Readonly<Record<RemotePlace, Readonly<Record<RemoteHappening, RemotePlace | 'ignored'>>>> = {
  idle: {
    start: 'noRemote',
    stop: 'stopped',
    resync: 'ignored',
    'remote.answered': 'ignored',
    'remote.interrupted': 'ignored',
    'remote.lapsed': 'ignored',
    'remote.followed': 'ignored',
    'list.taken': 'ignored',
    'list.taken, without news': 'ignored',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'ignored',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
  noRemote: {
    start: 'ignored',
    stop: 'stopped',
    resync: 'ignored',
    'remote.answered': 'connecting',
    'remote.interrupted': 'ignored',
    'remote.lapsed': 'ignored',
    'remote.followed': 'ignored',
    'list.taken': 'ignored',
    'list.taken, without news': 'ignored',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
  connecting: {
    start: 'ignored',
    stop: 'stopped',
    resync: 'ignored',
    'remote.answered': 'ignored',
    'remote.interrupted': 'noRemote',
    'remote.lapsed': 'ignored',
    'remote.followed': 'ignored',
    'list.taken': 'resyncing.pushing',
    'list.taken, without news': 'resyncing.pushing',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
  'resyncing.pushing': {
    start: 'ignored',
    stop: 'stopped',
    resync: 'ignored',
    'remote.answered': 'ignored',
    'remote.interrupted': 'lost.interrupted',
    'remote.lapsed': 'lost.lapsed',
    'remote.followed': 'ignored',
    'list.taken': 'ignored',
    'list.taken, without news': 'ignored',
    'resync.accepted': 'inSync.following',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'resyncing.waiting',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
  'resyncing.waiting': {
    start: 'ignored',
    stop: 'stopped',
    resync: 'ignored',
    'remote.answered': 'ignored',
    'remote.interrupted': 'lost.interrupted',
    'remote.lapsed': 'lost.lapsed',
    'remote.followed': 'ignored',
    'list.taken': 'ignored',
    'list.taken, without news': 'ignored',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'resyncing.pushing',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
  'inSync.following': {
    start: 'ignored',
    stop: 'stopped',
    resync: 'resyncing.pushing',
    'remote.answered': 'ignored',
    'remote.interrupted': 'inSync.silent',
    'remote.lapsed': 'lost.lapsed',
    'remote.followed': 'ignored',
    'list.taken': 'resyncing.pushing',
    'list.taken, without news': 'ignored',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'resyncing.waiting',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'inSync.following',
  },
  'inSync.silent': {
    start: 'ignored',
    stop: 'stopped',
    resync: 'resyncing.pushing',
    'remote.answered': 'ignored',
    'remote.interrupted': 'ignored',
    'remote.lapsed': 'lost.lapsed',
    'remote.followed': 'inSync.following',
    'list.taken': 'resyncing.pushing',
    'list.taken, without news': 'ignored',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'resyncing.waiting',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'lost.interrupted',
    'after healthyPeriod': 'inSync.silent',
  },
  'lost.interrupted': {
    start: 'ignored',
    stop: 'stopped',
    resync: 'ignored',
    'remote.answered': 'ignored',
    'remote.interrupted': 'ignored',
    'remote.lapsed': 'lost.lapsed',
    'remote.followed': 'resyncing.pushing',
    'list.taken': 'resyncing.pushing',
    'list.taken, without news': 'resyncing.pushing',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
  'lost.lapsed': {
    start: 'ignored',
    stop: 'stopped',
    resync: 'ignored',
    'remote.answered': 'ignored',
    'remote.interrupted': 'ignored',
    'remote.lapsed': 'ignored',
    'remote.followed': 'ignored',
    'list.taken': 'resyncing.pushing',
    'list.taken, without news': 'resyncing.pushing',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'stopped',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
  stopped: {
    start: 'ignored',
    stop: 'ignored',
    resync: 'ignored',
    'remote.answered': 'ignored',
    'remote.interrupted': 'ignored',
    'remote.lapsed': 'ignored',
    'remote.followed': 'ignored',
    'list.taken': 'ignored',
    'list.taken, without news': 'ignored',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
    'resync.refused': 'ignored',
    'resync.refused, late': 'ignored',
    'changes.refused': 'ignored',
    'changes.refused, late': 'ignored',
    'controller.closed': 'ignored',
    'after resyncRetry': 'ignored',
    'after toleratedSilence': 'ignored',
    'after healthyPeriod': 'ignored',
  },
};

/** Where the local copy stands. */
export type LocalPlace = 'waiting' | 'overdue' | 'loading' | 'offering' | 'resting' | 'used' | 'over';

/** What can happen to it, while the datastore is out of reach where nothing else is said. The copy is not empty, unless it is said. */
export type LocalHappening =
  | 'after delayLocalResync'
  | 'after delayLocalResync, reached'
  | 'remote.interrupted'
  | 'mirror.loaded'
  | 'mirror.loaded, reached'
  | 'mirror.loaded, empty'
  | 'mirror.loaded, late'
  | 'mirror.failed'
  | 'mirror.failed, late'
  | 'local.accepted'
  | 'local.accepted, late'
  | 'local.refused'
  | 'local.refused, late'
  | 'after localRetry'
  | 'after localRetry, reached'
  | 'resync.accepted'
  | 'resync.accepted, late';

export const localTable: Readonly<Record<LocalPlace, Readonly<Record<LocalHappening, LocalPlace | 'ignored'>>>> = {
  waiting: {
    'after delayLocalResync': 'loading',
    'after delayLocalResync, reached': 'overdue',
    'remote.interrupted': 'ignored',
    'mirror.loaded': 'ignored',
    'mirror.loaded, reached': 'ignored',
    'mirror.loaded, empty': 'ignored',
    'mirror.loaded, late': 'ignored',
    'mirror.failed': 'ignored',
    'mirror.failed, late': 'ignored',
    'local.accepted': 'ignored',
    'local.accepted, late': 'ignored',
    'local.refused': 'ignored',
    'local.refused, late': 'ignored',
    'after localRetry': 'ignored',
    'after localRetry, reached': 'ignored',
    'resync.accepted': 'over',
    'resync.accepted, late': 'ignored',
  },
  overdue: {
    'after delayLocalResync': 'ignored',
    'after delayLocalResync, reached': 'ignored',
    'remote.interrupted': 'loading',
    'mirror.loaded': 'ignored',
    'mirror.loaded, reached': 'ignored',
    'mirror.loaded, empty': 'ignored',
    'mirror.loaded, late': 'ignored',
    'mirror.failed': 'ignored',
    'mirror.failed, late': 'ignored',
    'local.accepted': 'ignored',
    'local.accepted, late': 'ignored',
    'local.refused': 'ignored',
    'local.refused, late': 'ignored',
    'after localRetry': 'ignored',
    'after localRetry, reached': 'ignored',
    'resync.accepted': 'over',
    'resync.accepted, late': 'ignored',
  },
  loading: {
    'after delayLocalResync': 'ignored',
    'after delayLocalResync, reached': 'ignored',
    'remote.interrupted': 'ignored',
    'mirror.loaded': 'offering',
    'mirror.loaded, reached': 'overdue',
    'mirror.loaded, empty': 'over',
    'mirror.loaded, late': 'ignored',
    'mirror.failed': 'over',
    'mirror.failed, late': 'ignored',
    'local.accepted': 'ignored',
    'local.accepted, late': 'ignored',
    'local.refused': 'ignored',
    'local.refused, late': 'ignored',
    'after localRetry': 'ignored',
    'after localRetry, reached': 'ignored',
    'resync.accepted': 'over',
    'resync.accepted, late': 'ignored',
  },
  offering: {
    'after delayLocalResync': 'ignored',
    'after delayLocalResync, reached': 'ignored',
    'remote.interrupted': 'ignored',
    'mirror.loaded': 'ignored',
    'mirror.loaded, reached': 'ignored',
    'mirror.loaded, empty': 'ignored',
    'mirror.loaded, late': 'ignored',
    'mirror.failed': 'ignored',
    'mirror.failed, late': 'ignored',
    'local.accepted': 'used',
    'local.accepted, late': 'ignored',
    'local.refused': 'resting',
    'local.refused, late': 'ignored',
    'after localRetry': 'ignored',
    'after localRetry, reached': 'ignored',
    'resync.accepted': 'over',
    'resync.accepted, late': 'ignored',
  },
  resting: {
    'after delayLocalResync': 'ignored',
    'after delayLocalResync, reached': 'ignored',
    'remote.interrupted': 'ignored',
    'mirror.loaded': 'ignored',
    'mirror.loaded, reached': 'ignored',
    'mirror.loaded, empty': 'ignored',
    'mirror.loaded, late': 'ignored',
    'mirror.failed': 'ignored',
    'mirror.failed, late': 'ignored',
    'local.accepted': 'ignored',
    'local.accepted, late': 'ignored',
    'local.refused': 'ignored',
    'local.refused, late': 'ignored',
    'after localRetry': 'loading',
    'after localRetry, reached': 'overdue',
    'resync.accepted': 'over',
    'resync.accepted, late': 'ignored',
  },
  used: {
    'after delayLocalResync': 'ignored',
    'after delayLocalResync, reached': 'ignored',
    'remote.interrupted': 'ignored',
    'mirror.loaded': 'ignored',
    'mirror.loaded, reached': 'ignored',
    'mirror.loaded, empty': 'ignored',
    'mirror.loaded, late': 'ignored',
    'mirror.failed': 'ignored',
    'mirror.failed, late': 'ignored',
    'local.accepted': 'ignored',
    'local.accepted, late': 'ignored',
    'local.refused': 'ignored',
    'local.refused, late': 'ignored',
    'after localRetry': 'ignored',
    'after localRetry, reached': 'ignored',
    'resync.accepted': 'over',
    'resync.accepted, late': 'ignored',
  },
  over: {
    'after delayLocalResync': 'ignored',
    'after delayLocalResync, reached': 'ignored',
    'remote.interrupted': 'ignored',
    'mirror.loaded': 'ignored',
    'mirror.loaded, reached': 'ignored',
    'mirror.loaded, empty': 'ignored',
    'mirror.loaded, late': 'ignored',
    'mirror.failed': 'ignored',
    'mirror.failed, late': 'ignored',
    'local.accepted': 'ignored',
    'local.accepted, late': 'ignored',
    'local.refused': 'ignored',
    'local.refused, late': 'ignored',
    'after localRetry': 'ignored',
    'after localRetry, reached': 'ignored',
    'resync.accepted': 'ignored',
    'resync.accepted, late': 'ignored',
  },
};
