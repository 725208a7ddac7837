/** What each kind of failure leads to, wherever it happens; which facts are contact; and how long each wait is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { reflectorMachine, type ReflectorContext, type ReflectorEvent } from '../../machines/index.js';
import type { MirrorPlace } from '../../machines/reflector.table.js';
import type { Failure } from '../../src/model/failure.js';
import { waitBeforeList, waitBeforeWatch } from '../../src/policy/waits.js';
import { syncerDefaults } from '../../src/syncer/defaults.js';
import { at, context, linkOf, linkPlaces, mirrorOf, mirrorPlaces, request } from '../support/reflector-places.js';

const kinds = [
  'compacted',
  'tooNew',
  'stale',
  'throttled',
  'unavailable',
  'unauthorized',
  'unsupported',
  'missing',
  'unknown',
] as const;
type Kind = (typeof kinds)[number];
const anyKind = fc.constantFrom(...kinds);
const lists: readonly MirrorPlace[] = [
  'listing.requesting.receiving',
  'polling.requesting.receiving',
  'streamed.filling.receiving',
];
const watches: readonly MirrorPlace[] = ['watching.streaming.opening', 'watching.streaming.following', 'streamed.synced.following'];

function failureOf(kind: Kind): Failure {
  const error = new Error(kind);
  return kind === 'throttled' ? { kind, error, retryAfter: 70 } : { kind, error };
}
const listFailed = (kind: Kind, number = request): ReflectorEvent => ({
  type: 'list.failed',
  request: number,
  failure: failureOf(kind),
  took: 5,
});
const watchEnded = (
  kind: Kind | undefined,
  more: { readonly lasted?: number; readonly received?: number; readonly wasOpened?: boolean } = {},
): ReflectorEvent => ({
  type: 'watch.ended',
  request,
  failure: kind === undefined ? undefined : failureOf(kind),
  wasOpened: true,
  received: 1,
  lasted: 5_000,
  ...more,
});

/** Where it leads, what is done, and what is remembered then. */
function lead(mirror: MirrorPlace, event: ReflectorEvent, changes: Partial<ReflectorContext> = {}) {
  const [after, actions] = transition(reflectorMachine, at(mirror, 'connected', changes), event);
  return { place: mirrorOf(after), link: linkOf(after), actions: actions.map(({ type }) => type), context: after.context };
}

describe('a list that failed', () => {
  it('H2, H6, H12, H36: is asked for anew, with or without a floor; says that it is not to be had; or, at the second answer, that nothing is there', () => {
    const anyContext = fc.record({ revision: fc.constantFrom(undefined, '5'), missingAnswers: fc.nat(2), listFailures: fc.nat(3) });
    fc.assert(
      fc.property(fc.constantFrom(...lists), anyKind, anyContext, (mirror, kind, changes) => {
        const isStream = mirror === 'streamed.filling.receiving';
        const event = isStream ? watchEnded(kind, { lasted: 5 }) : listFailed(kind);
        const { place, actions, context: after } = lead(mirror, event, { ...changes, streamsLists: isStream });
        const isNowGone = kind === 'missing' && (changes.revision === undefined || changes.missingAnswers > 0);
        const isRefused = kind === 'unsupported';
        const later = mirror.startsWith('polling') && !['compacted', 'tooNew', 'stale', 'missing', 'unsupported'].includes(kind);
        if (isStream && isRefused) expect([place, after.streamsLists]).toEqual(['listing.requesting.receiving', false]);
        else expect(place).toBe(isNowGone ? 'polling.missing' : later ? 'polling.retrying' : 'listing.waiting');
        expect(actions.includes('removeAll')).toBe(isNowGone);
        expect(actions.includes('reportFailedList')).toBe(isRefused && !isStream);
        expect(after.floor).toBe(['compacted', 'tooNew', 'stale'].includes(kind) ? undefined : '5');
        expect(after.revision).toBe(changes.revision);
        expect(after.request).toBe(request + 1);
        if (isStream && isRefused) return;
        expect(after.listFailures).toBe(changes.listFailures + 1);
        expect(after.missingAnswers).toBe(changes.missingAnswers + (kind === 'missing' ? 1 : 0));
        expect([after.spent, after.retryAfter]).toEqual([5, kind === 'throttled' ? 70 : 0]);
      }),
      { seed: 151, numRuns: 1_000 },
    );
  });
});

describe('a watch that ended', () => {
  it('H9, H10, H11, S11: is resumed; or given up for a list or for polling, for the reasons that there are, and then forgotten', () => {
    const anyContext = fc.record({ errorsAtRevision: fc.nat(5), emptyWatches: fc.nat(5), watchFailures: fc.nat(2) });
    const anyEnd = fc.record({ lasted: fc.constantFrom(999, 1_000), received: fc.nat(1) });
    fc.assert(
      fc.property(
        fc.constantFrom(...watches),
        fc.option(anyKind, { nil: undefined }),
        anyContext,
        anyEnd,
        (mirror, kind, changes, brief) => {
          const end = { ...brief, wasOpened: mirror !== 'watching.streaming.opening' };
          const { place, context: after } = lead(mirror, watchEnded(kind, end), changes);
          const isSuspect = kind === 'unknown' || kind === 'unauthorized' || kind === 'stale';
          const isEmpty = end.wasOpened && end.received === 0 && end.lasted < 1_000;
          const isUseless = kind === 'compacted' || kind === 'tooNew';
          const isUnwatchable = kind === 'unsupported' || kind === 'missing';
          const isLastError = isSuspect && changes.errorsAtRevision >= 4;
          const isLastEmpty = isEmpty && changes.emptyWatches >= 4 && mirror.startsWith('watching'); // a stream that brought a list is none
          const wanted = isUseless ? 'watching.lapsed' : isUnwatchable ? 'polling.waiting' : isLastError ? 'watching.lapsed' : isLastEmpty ? 'polling.waiting' : 'watching.waiting'; // prettier-ignore
          expect(place).toBe(wanted);
          const isForgotten = isUseless || (!isUnwatchable && (isLastError || isLastEmpty));
          if (isForgotten) expect([after.errorsAtRevision, after.emptyWatches]).toEqual([0, 0]);
          else expect(after.errorsAtRevision).toBe(changes.errorsAtRevision + (isSuspect ? 1 : 0));
          expect(after.watchFailures).toBe(changes.watchFailures + (kind !== undefined || isEmpty ? 1 : 0));
          expect([after.revision, after.floor, after.request]).toEqual(['5', '5', request + 1]);
        },
      ),
      { seed: 152, numRuns: 2_000 },
    );
  });
});

describe('the link', () => {
  it('H4, H5, H30, D9: an answer connects, whatever it says; a failure that is none is silence, and is told of while disconnected', () => {
    const answers = new Set<string>(['compacted', 'tooNew', 'missing', 'unsupported']);
    for (const mirror of mirrorPlaces) {
      if (mirror === 'idle' || mirror === 'stopped') continue;
      for (const link of linkPlaces)
        for (const kind of kinds)
          for (const event of [listFailed(kind), watchEnded(kind), watchEnded(kind, { wasOpened: false })]) {
            const isOpened = event.type === 'watch.ended' && event.wasOpened;
            const isContact = answers.has(kind) || (isOpened && kind !== 'unavailable');
            const [after, actions] = transition(reflectorMachine, at(mirror, link), event);
            const wanted = isContact ? 'connected' : link === 'connected' ? 'silent' : link;
            const told = actions.filter(({ type }) => type === 'reportFailedList').length;
            expect(linkOf(after), `${mirror}, ${link}, ${event.type} as ${kind}`).toBe(wanted);
            const isUnsupportedList =
              kind === 'unsupported' && event.type === 'list.failed' && /^(?:listing|polling)\.requesting/.test(mirror);
            const isMissed = link === 'disconnected' && event.type === 'list.failed' && !isContact;
            expect(told, `${mirror}, ${link}, ${event.type} as ${kind}`).toBe(Number(isUnsupportedList) + Number(isMissed));
          }
    }
  });
});

describe('the redelivery', () => {
  it('begins with a list, where there is to be one', () => {
    const armed = { running: { redelivery: 'armed' } };
    for (const mirror of lists.slice(0, 2))
      for (const redeliverInterval of [0, 1, 1_000])
        for (const number of [request - 1, request, request + 1]) {
          const list: ReflectorEvent = { type: 'list.completed', request: number, revision: '9', list: { items: [] }, took: 0 };
          const [after] = transition(reflectorMachine, at(mirror, 'connected', { redeliverInterval }), list);
          if (number === request && redeliverInterval > 0) expect(after.value).toMatchObject(armed);
          else expect(after.value).not.toMatchObject(armed);
        }
  });
});

describe('the waits of the chart', () => {
  it('D6, R20: are those of its timings; no audit without an interval', () => {
    const { delays } = reflectorMachine.implementations as unknown as {
      readonly delays: Readonly<Record<string, (args: { readonly context: ReflectorContext }) => number>>;
    }; // as XState keeps them
    const named = ['watchPollInterval', 'missingApiRetryInterval', 'requestTimeout', 'listLimit', 'idleLimit', 'healthyPeriod', 'watchRetryTimeout', 'auditInterval'] as const; // prettier-ignore
    fc.assert(
      fc.property(fc.nat(9_999), fc.nat(5), fc.nat(5), fc.nat(900), (time, listFailures, watchFailures, spent) => {
        const backoff = { factor: 2, max: 30_000, jitter: 'none' as const };
        const timings = {
          ...syncerDefaults,
          ...Object.fromEntries(named.map((name, index) => [name, time + index])),
          auditInterval: time,
          backoff,
        };
        const now = { ...context, timings, listFailures, watchFailures, spent, redeliverInterval: time };
        const wanted = Object.fromEntries(
          named.map((name) => [name, name === 'auditInterval' && time === 0 ? Infinity : timings[name]]),
        );
        const rest = { listRetry: waitBeforeList(now), watchRetry: waitBeforeWatch(now), redeliverInterval: time };
        const found = Object.fromEntries(Object.entries(delays).map(([name, delay]) => [name, delay({ context: now })]));
        expect(found).toEqual({ ...wanted, ...rest });
      }),
      { seed: 153, numRuns: 100, examples: [[0, 1, 1, 0]] },
    );
  });
});
