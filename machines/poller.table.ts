/**
 * The total table of the poller chart: every state, and what each event leads to there. Written by hand, compared with the chart cell by
 * cell, and complete because the compiler asks for every cell.
 */

export type PollerPlace = 'idle' | 'fetching' | 'waiting' | 'stopped';

/** What can happen to a poller. Late facts are those of a fetch that is over. */
export type PollerHappening =
  | 'start'
  | 'stop'
  | 'fetch.completed'
  | 'fetch.failed'
  | 'fetch.completed, late'
  | 'fetch.failed, late'
  | 'after requestTimeout'
  | 'after period';

export const pollerTable: Readonly<Record<PollerPlace, Readonly<Record<PollerHappening, PollerPlace | 'ignored'>>>> = {
  idle: {
    start: 'fetching',
    stop: 'stopped',
    'fetch.completed': 'ignored',
    'fetch.failed': 'ignored',
    'fetch.completed, late': 'ignored',
    'fetch.failed, late': 'ignored',
    'after requestTimeout': 'ignored',
    'after period': 'ignored',
  },
  fetching: {
    start: 'ignored',
    stop: 'stopped',
    'fetch.completed': 'waiting',
    'fetch.failed': 'waiting',
    'fetch.completed, late': 'ignored',
    'fetch.failed, late': 'ignored',
    'after requestTimeout': 'waiting',
    'after period': 'ignored',
  },
  waiting: {
    start: 'ignored',
    stop: 'stopped',
    'fetch.completed': 'ignored',
    'fetch.failed': 'ignored',
    'fetch.completed, late': 'ignored',
    'fetch.failed, late': 'ignored',
    'after requestTimeout': 'ignored',
    'after period': 'fetching',
  },
  stopped: {
    start: 'ignored',
    stop: 'ignored',
    'fetch.completed': 'ignored',
    'fetch.failed': 'ignored',
    'fetch.completed, late': 'ignored',
    'fetch.failed, late': 'ignored',
    'after requestTimeout': 'ignored',
    'after period': 'ignored',
  },
};
