/** What a connection is told of its datastore, from one report of the reflector to the next. */
import { describe, expect, it } from 'vitest';
import { RemoteFacts } from '../../../src/controller/source/remote-facts.js';
import type { Connectivity, SyncStatus } from '../../../src/index.js';

type Seen = readonly [state: string, status: SyncStatus, connectivity: Connectivity, facts: string, list?: 'news' | 'same'];

const listing = ['listing.requesting.receiving', 'resyncInProgress', 'connected'] as const;
const following = ['watching.streaming.following', 'inSync', 'connected'] as const;
const opening = ['watching.streaming.opening', 'inSync', 'connected'] as const;
const silent = ['watching.waiting', 'inSync', 'silent'] as const;
const answered = 'remote.answered';
const begin: readonly Seen[] = [
  ['listing.requesting.receiving', 'waitForDatastore', 'neverConnected', ''],
  [...opening, `${answered} list.taken`, 'news'],
  [...following, 'remote.followed'],
];

describe('the facts of a datastore', () => {
  it.each<readonly [string, readonly Seen[]]>([
    [
      'EC32: answering without a list is no connection yet',
      [
        [...listing, answered],
        ['listing.waiting', 'waitForDatastore', 'silent', 'remote.interrupted'],
      ],
    ],
    ['EC32: a list, and then its watch', begin],
    [
      'EH40: a watch that is closed in peace is no interruption',
      [...begin, ['watching.waiting', 'inSync', 'connected', ''], [...opening, ''], [...following, '']],
    ],
    [
      'EH40: a silence is over when changes are told again, not when anything is answered',
      [
        ...begin,
        [...silent, 'remote.interrupted'],
        [...opening, answered],
        [...silent, 'remote.interrupted'],
        [...following, `${answered} remote.followed`],
      ],
    ],
    [
      'EH37: a history that is gone is a gap at once, not only when the list is asked for',
      [
        ...begin,
        ['watching.lapsed', 'inSync', 'connected', 'remote.lapsed'],
        [...listing, ''],
        [...opening, 'list.taken', 'news'],
        [...following, 'remote.followed'],
      ],
    ],
    [
      'EH37: a datastore that counts as lost is a gap',
      [
        ...begin,
        [...silent, 'remote.interrupted'],
        ['listing.waiting', 'waitForDatastore', 'disconnected', 'remote.lapsed'],
        [...opening, `${answered} list.taken`, 'same'],
      ],
    ],
    [
      'EH37: an audit is neither a silence nor a gap',
      [
        ...begin,
        ['auditing.pausing', 'inSync', 'connected', ''],
        ['auditing.requesting.receiving', 'inSync', 'connected', ''],
        [...opening, 'list.taken', 'same'],
        [...following, ''],
      ],
    ],
    [
      'where there is no watch, what was listed counts as followed',
      [
        [...listing, answered],
        ['polling.waiting', 'inSync', 'connected', 'list.taken remote.followed', 'news'],
        ['polling.requesting.receiving', 'inSync', 'connected', ''],
        ['polling.retrying', 'inSync', 'silent', 'remote.interrupted'],
        ['polling.waiting', 'inSync', 'connected', `${answered} list.taken remote.followed`, 'same'],
      ],
    ],
    [
      'a stream that began with its list is followed',
      [['streamed.synced.following', 'inSync', 'connected', `${answered} list.taken remote.followed`, 'news']],
    ],
    [
      'a reflector that has crashed is a gap',
      [...begin, ['crashed', 'waitForDatastore', 'disconnected', 'remote.interrupted remote.lapsed']],
    ],
  ])('%s', (_, reports) => {
    const facts = new RemoteFacts();
    for (const [state, status, connectivity, expected, list] of reports) {
      const told = facts.next({ state, status, connectivity }, list && { bringsNews: list === 'news' });
      expect(told.map(({ type }) => type).join(' '), `${state}, ${connectivity}`).toBe(expected);
      for (const fact of told) if (fact.type === 'list.taken') expect(fact.bringsNews).toBe(list === 'news');
    }
  });
});
