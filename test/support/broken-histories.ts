/** For every promise that a history can be held against: a history that keeps it, and histories that do not. */
import type { CheckerId } from '../../src/testing/index.js';
import {
  answers,
  asks,
  began,
  bookmark,
  brought,
  calls,
  changed,
  deleted,
  ended,
  fails,
  fresh,
  gets,
  gone,
  healed,
  item,
  listed,
  modified,
  notice,
  over,
  resyncing,
  returns,
  started,
  status,
  stopped,
  stopping,
  told,
  unreadable,
  watched,
  wrote,
  type Step,
} from './history-steps.js';

/** Histories for one promise. */
export interface Example {
  readonly kept: readonly Step[];
  /** By what is wrong with it. */
  readonly broken: Readonly<Record<string, readonly Step[]>>;
}

const [a, b, c] = ['/pods/a', '/pods/b', '/pods/c'] as const;
/** Three revisions: `a` is written, changed, and deleted. */
const writes = [began(), wrote('2', [a, 'A2']), wrote('3', [a, 'A3'], [b, 'B3']), wrote('4', [a, null])];
/** A mirror that has listed `a` and `b`. */
const synced = [
  started({ minResyncInterval: 500, maxStaleLists: 1, watchRetryTimeout: 60_000 }),
  resyncing,
  listed(1, '3', item(a, 'A3', '3'), item(b, 'B3', '3')),
  told(fresh(a, 'A3', '3'), fresh(b, 'B3', '3')),
];
const inSync = [...synced, status('inSync')];
const create = (key: string, hash: string) => ({ op: 'create', key, hash }) as const;
const update = (key: string, hash: string, expected: string) => ({ op: 'update', key, hash, expected }) as const;

export const examples: Readonly<Record<CheckerId, Example>> = {
  R1: {
    kept: [...writes, ...inSync, told(gone(a, { revision: '4', finalStateUnknown: false }))],
    broken: {
      'a state that never was': [...writes, ...synced, told(changed(b, 'B9', '9')), over],
      'half a revision': [...writes, started(), resyncing, told(fresh(a, 'A3', '3'))],
      'a key that was left over': [...writes, ...synced, wrote('5', [c, 'C5']), told(fresh(c, 'C5', '5'))],
    },
  },
  R2: {
    kept: [...writes, ...inSync, told(gone(a, { revision: '4' }))],
    broken: {
      'back to an earlier state': [...writes, ...synced, told(gone(a, { revision: '4' })), told(fresh(a, 'A3', '3'))],
    },
  },
  R3: {
    kept: [...writes, ...inSync, wrote('5', [b, 'B5']), told(gone(a, { revision: '4' }), changed(b, 'B5', '5'))],
    broken: {
      'a later revision first': [...writes, wrote('5', [c, 'C5']), started(), told(fresh(c, 'C5', '5')), told(fresh(b, 'B3', '3'))],
    },
  },
  R4: {
    kept: [...inSync, told(changed(a, 'A4', '4'))],
    broken: { 'the same state again': [...inSync, told(changed(a, 'A3', '3'))] },
  },
  R5: {
    kept: [...writes, ...inSync],
    broken: {
      'a deletion is missing': [...writes, ...synced, wrote('5', [c, 'C5']), told(fresh(c, 'C5', '5'))],
      'a write is missing': [
        ...writes,
        wrote('5', [b, 'B5']),
        wrote('6', [c, 'C6']),
        ...synced,
        told(gone(a, { revision: '4' }), fresh(c, 'C6', '6')),
      ],
    },
  },
  R6: {
    kept: [...writes, ...inSync],
    broken: {
      'one revision in two batches': [...writes, started(), resyncing, told(fresh(a, 'A3', '3')), told(fresh(b, 'B3', '3'))],
    },
  },
  R7: {
    kept: [...inSync, watched(2, '3'), brought(2, [modified(a, 'A4', '4'), bookmark('7')]), ended(2), watched(3, '7')],
    broken: {
      'later than what was told': [...inSync, watched(2, '9')],
      'the revision of an item': [...inSync, watched(2, '3'), brought(2, [modified(a, 'A4', '4')]), ended(2), watched(3, '3')],
      zero: [...inSync, watched(2, '0')],
      'no revision': [...inSync, watched(2, undefined)],
    },
  },
  R8: {
    kept: [...inSync, watched(2, '3'), brought(2, [bookmark('7')]), ended(2), watched(3, '7')],
    broken: {
      'a bookmark that moves nothing': [...inSync, watched(2, '3'), brought(2, [bookmark('7')]), ended(2), watched(3, '3')],
    },
  },
  R10: {
    kept: [
      ...inSync,
      watched(2, '3'),
      brought(2, [bookmark('7')]),
      ended(2, 'revision-compacted'),
      listed(3, '5'),
      1_000,
      listed(4, '7'),
      watched(5, '7'),
    ],
    broken: {
      'the list of a lagging replica is taken': [
        ...inSync,
        watched(2, '3'),
        brought(2, [bookmark('7')]),
        ended(2),
        listed(3, '5'),
        watched(4, '5'),
      ],
    },
  },
  R11: {
    kept: [
      ...inSync,
      500,
      listed(2, '5', item(b, 'B3', '3')),
      told(gone(a, { revision: '5', finalStateUnknown: true, previousHash: 'A3', previousRevision: '3' })),
    ],
    broken: {
      'a key that never vanished': [
        ...inSync,
        500,
        listed(2, '5', item(a, 'A3', '3'), item(b, 'B3', '3')),
        told(gone(a, { finalStateUnknown: true })),
      ],
      'not what was known last': [
        ...inSync,
        listed(2, '5'),
        told(gone(a, { finalStateUnknown: true, previousHash: 'A1', previousRevision: '1' })),
      ],
      'a deletion that nobody saw': [
        ...inSync,
        watched(2, '3'),
        brought(2, [deleted(b, '5')]),
        told(gone(a, { revision: '5', finalStateUnknown: false })),
      ],
    },
  },
  R12: {
    kept: [told(fresh(a, 'A', '2', { uid: 'u1' })), told(changed(a, 'A3', '3', { uid: 'u2', recreated: true }))],
    broken: {
      'another object, unsaid': [
        told(fresh(a, 'A', '2', { uid: 'u1' })),
        told(changed(a, 'A3', '3', { uid: 'u2', recreated: false })),
      ],
      'the same object, said to be another': [
        told(fresh(a, 'A', '2', { uid: 'u1' })),
        told(changed(a, 'A3', '3', { uid: 'u1', recreated: true })),
      ],
    },
  },
  R13: {
    kept: [
      started(),
      asks(1, { limit: 1 }),
      answers(1, '3', [item(a, 'A3', '3')], { continue: 'p' }),
      asks(2, { continue: 'p' }),
      answers(2, '3', [item(b, 'B3', '3')]),
      told(fresh(a, 'A3', '3')),
    ],
    broken: {
      'half a list is told': [
        started(),
        asks(1, { limit: 1 }),
        answers(1, '3', [item(a, 'A3', '3')], { continue: 'p' }),
        told(fresh(a, 'A3', '3')),
      ],
      'a page of another revision': [
        started(),
        asks(1),
        answers(1, '3', [], { continue: 'p' }),
        asks(2, { continue: 'p' }),
        answers(2, '4', []),
      ],
      'on after an expired page': [
        started(),
        asks(1),
        answers(1, '3', [], { continue: 'p' }),
        asks(2, { continue: 'p' }),
        { kind: 'list.failed', request: 2, code: 'revision-compacted' },
        asks(3, { continue: 'p' }),
      ],
    },
  },
  R14: {
    kept: [...inSync, { kind: 'mirror.synced' }],
    broken: {
      twice: [...inSync, { kind: 'mirror.synced' }, { kind: 'mirror.synced' }],
      'before in sync': [...synced, { kind: 'mirror.synced' }],
      'before everything was told': [started(), resyncing, listed(1, '3', item(a, 'A3', '3')), status('inSync')],
    },
  },
  R16: {
    kept: [began(), wrote('2', ['/pods/__proto__', 'P']), started(), told(fresh('/pods/__proto__', 'P', '2')), healed, 2_000, over],
    broken: {
      'something else is shown': [
        began(),
        wrote('2', ['/pods/__proto__', 'P']),
        started(),
        told(fresh('/pods/__proto__', 'Q', '2')),
      ],
      'it is not shown': [began(), wrote('2', ['/pods/constructor', 'P']), started(), resyncing, healed, 2_000, over],
    },
  },
  R17: {
    kept: [
      began(),
      unreadable('2', a),
      started(),
      resyncing,
      notice('parseFailed', { rawKey: a, revision: '2' }),
      healed,
      2_000,
      over,
    ],
    broken: {
      'told twice': [notice('parseFailed', { rawKey: a, revision: '2' }), notice('parseFailed', { rawKey: a, revision: '2' })],
      'not told': [began(), unreadable('2', a), started(), resyncing, told(fresh(b, 'B', '1')), healed, 2_000, over],
      'its end is not told': [
        began(),
        unreadable('2', a),
        wrote('3', [a, 'A']),
        started(),
        resyncing,
        notice('parseFailed', { rawKey: a, revision: '2' }),
        healed,
        2_000,
        over,
      ],
    },
  },
  R18: {
    kept: [
      ...inSync,
      watched(2, '3'),
      { kind: 'request.cancelled', request: 2 },
      watched(3, '3'),
      { kind: 'request.cancelled', request: 3 },
      stopping(),
      stopped(),
    ],
    broken: {
      'two watches': [...inSync, watched(2, '3'), watched(3, '3')],
      'two lists': [started(), asks(1), asks(2)],
      'one is left': [...inSync, watched(2, '3'), stopping(), stopped()],
    },
  },
  R19: {
    kept: [...inSync, stopping(), stopped({ timers: 0 }), over],
    broken: {
      'a callback': [...inSync, stopping(), stopped(), status('waitForDatastore')],
      'a request': [...inSync, stopping(), stopped(), watched(2, '3')],
      'a timer': [...inSync, stopping(), stopped({ timers: 1 })],
    },
  },
  R20: {
    kept: [...inSync, watched(2, '3'), ended(2), 500, watched(3, '3')],
    broken: {
      'a watch too soon': [...inSync, watched(2, '3'), ended(2), 499, watched(3, '3')],
      'a list too soon': [
        started({ minResyncInterval: 500 }),
        asks(1),
        { kind: 'list.failed', request: 1, code: 'datastore-unavailable' },
        10,
        asks(2),
      ],
    },
  },
  R21: {
    kept: [
      { kind: 'updates', updates: [fresh(a, 'A', '2')] },
      { kind: 'callback.returned', callback: 'onUpdates', failed: true },
      notice('onProblem', { problem: 'consumerFailed', failed: 'onUpdates' }),
      told(fresh(b, 'B', '2')),
    ],
    broken: {
      unreported: [
        { kind: 'updates', updates: [fresh(a, 'A', '2')] },
        { kind: 'callback.returned', callback: 'onUpdates', failed: true },
        told(fresh(b, 'B', '2')),
      ],
      'reported twice': [
        { kind: 'updates', updates: [fresh(a, 'A', '2')] },
        { kind: 'callback.returned', callback: 'onUpdates', failed: true },
        notice('onProblem', { problem: 'consumerFailed', failed: 'onUpdates' }),
        notice('onProblem', { problem: 'consumerFailed', failed: 'onUpdates' }),
      ],
    },
  },
  RL1: {
    kept: [...writes, ...synced, told(gone(a, { revision: '4' })), healed, 2_000, over],
    broken: {
      'something is left over': [...writes, ...synced, healed, 2_000, over],
      'something is missing': [...writes, started(), resyncing, healed, 2_000, over],
      'it does not stay so': [...writes, ...synced, told(gone(a, { revision: '4' })), healed, 2_000, told(gone(b)), over],
    },
  },
  RL5: {
    kept: [...inSync, stopping(), 5_000, stopped()],
    broken: { 'too late': [...inSync, stopping(), 5_001, stopped()], never: [...inSync, stopping(), 60_000, over] },
  },
  S1: {
    kept: inSync,
    broken: {
      'a type was never listed': [started(), resyncing, status('inSync')],
      'not listed again after a loss': [
        ...inSync,
        status('resyncInProgress'),
        status('waitForDatastore'),
        status('resyncInProgress'),
        status('inSync'),
      ],
    },
  },
  S2: {
    kept: inSync,
    broken: {
      'does not begin with waiting': [status('resyncInProgress')],
      'twice in a row': [resyncing, status('resyncInProgress')],
      'a step is left out': [status('waitForDatastore'), status('inSync')],
      'updates while waiting': [status('waitForDatastore'), told(fresh(a, 'A', '2'))],
    },
  },
  S3: {
    kept: inSync,
    broken: {
      'in sync before the updates': [
        started(),
        resyncing,
        listed(1, '3', item(a, 'A3', '3')),
        status('inSync'),
        told(fresh(a, 'A3', '3')),
      ],
      'in sync before the deletions': [
        ...inSync,
        1_000,
        status('resyncInProgress'),
        listed(2, '5', item(b, 'B3', '3')),
        status('inSync'),
        told(gone(a)),
      ],
    },
  },
  S4: {
    kept: [...inSync, 1_000, status('resyncInProgress'), listed(2, '3', item(a, 'A3', '3'), item(b, 'B3', '3')), status('inSync')],
    broken: { 'a cut': [...inSync, watched(2, '3'), ended(2), status('resyncInProgress'), 500, watched(3, '3'), status('inSync')] },
  },
  S5: {
    kept: [...inSync, told(changed(a, 'A4', '4')), told(gone(a))],
    broken: {
      'new twice': [told(fresh(a, 'A', '2')), told(fresh(a, 'A3', '3'))],
      'updated from nothing': [told(changed(a, 'A', '2'))],
      'deleted from nothing': [told(gone(a))],
      'a deletion with a value': [told(fresh(a, 'A', '2')), told({ op: 'deleted', key: a, hash: 'A' })],
      'an empty batch': [told()],
      'a key twice in a batch': [told(fresh(a, 'A', '2'), changed(a, 'A3', '3'))],
    },
  },
  S6: {
    kept: [...writes, ...inSync, told(gone(a, { revision: '4', finalStateUnknown: false }))],
    broken: {
      'older than before': [...writes, started(), told(fresh(a, 'A3', '3')), told(changed(a, 'A2', '2'))],
      'risen again': [...writes, ...synced, told(gone(a, { revision: '4', finalStateUnknown: false })), told(fresh(a, 'A3', '3'))],
    },
  },
  S8: {
    kept: [...inSync, watched(2, '3'), 10, brought(2, [modified(a, 'A4', '4')]), told(changed(a, 'A4', '4')), 10, over],
    broken: {
      'the last value is lost': [
        ...inSync,
        watched(2, '3'),
        10,
        brought(2, [modified(a, 'A4', '4'), modified(a, 'A5', '5')]),
        told(changed(a, 'A4', '4')),
        10,
        over,
      ],
      'a deletion is lost': [...inSync, watched(2, '3'), 10, brought(2, [deleted(a, '4')]), 10, over],
    },
  },
  S9: {
    kept: [
      began(),
      wrote('2', ['/raw/a', 'A']),
      started({}, { passThrough: false }),
      told(fresh('/shown/a', 'S', '2', { source: '/raw/a' })),
      healed,
      2_000,
      over,
    ],
    broken: {
      'the source is gone': [
        began(),
        wrote('2', ['/raw/a', 'A']),
        wrote('3', ['/raw/a', null]),
        started({}, { passThrough: false }),
        told(fresh('/shown/a', 'S', '2', { source: '/raw/a' })),
        healed,
        2_000,
        over,
      ],
    },
  },
  S10: {
    kept: [
      started({}, { deletesOnDisconnect: true }),
      resyncing,
      told(fresh(a, 'A', '2')),
      told(gone(a, { finalStateUnknown: true })),
      status('waitForDatastore'),
    ],
    broken: {
      'nothing is deleted': [
        started({}, { deletesOnDisconnect: true }),
        resyncing,
        told(fresh(a, 'A', '2')),
        status('waitForDatastore'),
      ],
    },
  },
  S12: {
    kept: [...inSync, stopping(), told(gone(a), gone(b)), stopped({ undelivered: 0 })],
    broken: {
      'not everything is deleted': [...inSync, stopping(), told(gone(a)), stopped({ undelivered: 0 })],
      'silence is broken': [...inSync, stopping('silent'), told(gone(a))],
    },
  },
  SL1: {
    kept: [...inSync, healed, 2_000, over],
    broken: {
      'never in sync': [...synced, healed, 2_000, over],
      'not for long': [...inSync, healed, 2_000, status('resyncInProgress')],
    },
  },
  C1: {
    kept: [
      calls(1, 'create', [create(a, 'A')]),
      gets(2, a, 'client:2'),
      returns(1, [item(a, 'A', '2')], '2'),
      fails(2, 'resource-does-not-exist', 'client:2'),
      gets(3, a),
      returns(3, [item(a, 'A', '2')]),
    ],
    broken: {
      'a stale read': [
        calls(1, 'create', [create(a, 'A')]),
        returns(1, [item(a, 'A', '2')], '2'),
        gets(2, a, 'client:2'),
        fails(2, 'resource-does-not-exist', 'client:2'),
      ],
      'two creations': [
        calls(1, 'create', [create(a, 'A')]),
        calls(2, 'create', [create(a, 'B')], 'client:2'),
        returns(1, [item(a, 'A', '2')], '2'),
        returns(2, [item(a, 'B', '3')], '3', 'client:2'),
      ],
      'there and back again': [
        calls(1, 'create', [create(a, 'A')]),
        fails(1, 'outcome-unknown'),
        gets(2, a),
        returns(2, [item(a, 'A', '2')]),
        gets(3, a),
        fails(3, 'resource-does-not-exist'),
      ],
    },
  },
  C2: {
    kept: [...writes, calls(1, 'update', [update(b, 'B5', '3')]), wrote('5', [b, 'B5']), returns(1, [item(b, 'B5', '5')], '5')],
    broken: {
      'another revision': [
        ...writes,
        calls(1, 'update', [update(b, 'B5', '2')]),
        wrote('5', [b, 'B5']),
        returns(1, [item(b, 'B5', '5')], '5'),
      ],
      'two winners': [
        calls(1, 'update', [update(b, 'B5', '3')]),
        returns(1, [item(b, 'B5', '5')], '5'),
        calls(2, 'update', [update(b, 'B6', '3')]),
        returns(2, [item(b, 'B6', '6')], '6'),
      ],
    },
  },
  C3: {
    kept: [...writes, calls(1, 'create', [create(a, 'A5')]), wrote('5', [a, 'A5']), returns(1, [item(a, 'A5', '5')], '5')],
    broken: {
      'it was there': [
        ...writes,
        calls(1, 'create', [create(b, 'B5')]),
        wrote('5', [b, 'B5']),
        returns(1, [item(b, 'B5', '5')], '5'),
      ],
    },
  },
  C5: {
    kept: [...writes, gets(1, b), returns(1, [item(b, 'B3', '3')]), gets(2, b), returns(2, [item(b, 'B3', '3')])],
    broken: {
      'back in time': [gets(1, b), returns(1, [item(b, 'B3', '3')]), gets(2, b), returns(2, [item(b, 'B2', '2')])],
      'its own write is not there': [
        began(),
        calls(1, 'create', [create(c, 'C')]),
        wrote('2', [c, 'C']),
        returns(1, [item(c, 'C', '2')], '2'),
        gets(2, c),
        fails(2, 'resource-does-not-exist'),
        over,
      ],
      'an older list': [
        asks(1, {}, 'client:1'),
        answers(1, '5', [], {}, 'client:1'),
        asks(2, {}, 'client:1'),
        answers(2, '4', [], {}, 'client:1'),
      ],
    },
  },
  C6: {
    kept: [...writes, listed(1, '3', item(a, 'A3', '3'), item(b, 'B3', '3'))],
    broken: {
      'an object is missing': [...writes, listed(1, '3', item(a, 'A3', '3'))],
      'of another revision': [...writes, listed(1, '4', item(a, 'A3', '3'), item(b, 'B3', '3'))],
      'what was not asked for': [
        ...writes,
        wrote('5', ['/nodes/n', 'N']),
        listed(1, '5', item(b, 'B3', '3'), item('/nodes/n', 'N', '5')),
      ],
    },
  },
  C7: {
    kept: [
      ...writes,
      watched(1, '1', 'client:1'),
      brought(1, [modified(a, 'A2', '2')], 'client:1'),
      brought(1, [modified(a, 'A3', '3'), modified(b, 'B3', '3'), deleted(a, '4'), bookmark('4')], 'client:1'),
    ],
    broken: {
      'R3: out of order': [
        ...writes,
        watched(1, '1', 'client:1'),
        brought(1, [modified(a, 'A3', '3'), modified(b, 'B3', '3'), modified(a, 'A2', '2')], 'client:1'),
      ],
      'R4: twice': [
        ...writes,
        watched(1, '1', 'client:1'),
        brought(1, [modified(a, 'A2', '2')], 'client:1'),
        brought(1, [modified(a, 'A2', '2')], 'client:1'),
      ],
      'R5: a write is missing': [
        ...writes,
        watched(1, '1', 'client:1'),
        brought(1, [modified(a, 'A3', '3'), modified(b, 'B3', '3')], 'client:1'),
      ],
      'R5: something else': [...writes, watched(1, '3', 'client:1'), brought(1, [modified(a, 'A4', '4')], 'client:1')],
      'R6: torn': [
        ...writes,
        watched(1, '2', 'client:1'),
        brought(1, [modified(a, 'A3', '3')], 'client:1'),
        brought(1, [modified(b, 'B3', '3')], 'client:1'),
      ],
      'R8: after its bookmark': [
        ...writes,
        watched(1, '2', 'client:1'),
        brought(1, [bookmark('3')], 'client:1'),
        brought(1, [modified(a, 'A3', '3'), modified(b, 'B3', '3')], 'client:1'),
      ],
    },
  },
  C8: {
    kept: [...writes, calls(1, 'delete', [{ op: 'delete', key: b }]), wrote('5', [b, null]), returns(1, [item(b, 'B3', '3')], '5')],
    broken: {
      'not what was there': [
        ...writes,
        calls(1, 'delete', [{ op: 'delete', key: b }]),
        wrote('5', [b, null]),
        returns(1, [item(b, 'B2', '2')], '5'),
      ],
      'not all of it': [
        ...writes,
        wrote('5', ['/pods/b/below', 'D']),
        calls(1, 'delete', [{ op: 'delete', key: b }]),
        wrote('6', [b, null], ['/pods/b/below', null]),
        returns(1, [item(b, 'B3', '3')], '6'),
      ],
    },
  },
  C11: {
    kept: [calls(1, 'create', [create(a, 'A')]), returns(1, [item(a, 'A', '2')], '2'), over],
    broken: {
      never: [calls(1, 'create', [create(a, 'A')]), over],
      twice: [calls(1, 'create', [create(a, 'A')]), returns(1, [item(a, 'A', '2')], '2'), fails(1, 'closed')],
      late: [
        { actor: 'client:1', kind: 'call.began', call: 1, op: 'get', key: a, deadline: 100 },
        101,
        fails(1, 'datastore-unavailable'),
      ],
    },
  },
  C14: {
    kept: [
      ...writes,
      calls(1, 'transaction', [create(a, 'A5'), create(c, 'C5')]),
      wrote('5', [a, 'A5'], [c, 'C5']),
      returns(1, [item(a, 'A5', '5'), item(c, 'C5', '5')], '5'),
    ],
    broken: {
      'two revisions': [
        ...writes,
        calls(1, 'transaction', [create(a, 'A5'), create(c, 'C5')]),
        wrote('5', [a, 'A5']),
        wrote('6', [c, 'C5']),
        returns(1, [item(a, 'A5', '5'), item(c, 'C5', '6')], '5'),
      ],
    },
  },
  I7: {
    kept: inSync,
    broken: {
      'one inside the other': [
        { kind: 'updates', updates: [fresh(a, 'A', '2')] },
        { kind: 'status', status: 'inSync' },
      ],
    },
  },
};
