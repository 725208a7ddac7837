/** What the reflector chart decides by: its counters against the history that they count, its guards against plain conditions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as decide from '../../machines/reflector.decisions.js';
import type {
  ListCompleted,
  ListFailed,
  ReflectorContext,
  ReflectorEvent,
  WatchEnded,
  WatchReceived,
} from '../../machines/index.js';
import type { Failure, FailureKind } from '../../src/model/failure.js';
import { syncerDefaults } from '../../src/syncer/defaults.js';

const request = 3;
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
const anyRetryAfter = fc.constantFrom(undefined, 0, 500, 3_600_000, 3_600_001, 1e12, NaN, -5);
const anyFailure: fc.Arbitrary<Failure> = fc.tuple(fc.constantFrom(...kinds), anyRetryAfter).map(([kind, retryAfter]) => {
  const error = new Error(kind);
  return kind === 'throttled' ? { kind, error, retryAfter } : { kind, error };
});
const anyRequest = fc.constantFrom(request, request, request, request - 1, request + 1);
const anyMs = fc.constantFrom(0, 5, 999, 1_000, 1_001);
const anyRevision = fc.constantFrom('1', '2', '3');

const anyList: fc.Arbitrary<ListCompleted> = fc.record({
  type: fc.constant('list.completed' as const),
  request: anyRequest,
  revision: fc.option(anyRevision, { nil: undefined }),
  list: fc.constant({ items: [] }),
  took: anyMs,
});
const anyListFailed: fc.Arbitrary<ListFailed> = fc.record({ type: fc.constant('list.failed' as const), request: anyRequest, failure: anyFailure, took: anyMs }); // prettier-ignore
const anyBatch: fc.Arbitrary<WatchReceived> = fc.record({ type: fc.constant('watch.received' as const), request: anyRequest, revision: anyRevision, events: fc.constant([]) }); // prettier-ignore
const anyWatchEnded: fc.Arbitrary<WatchEnded> = fc.record({
  type: fc.constant('watch.ended' as const),
  request: anyRequest,
  failure: fc.option(anyFailure, { nil: undefined }),
  wasOpened: fc.boolean(),
  received: fc.constantFrom(0, 0, 1),
  lasted: anyMs,
});
const anyEvent: fc.Arbitrary<ReflectorEvent> = fc.oneof(
  anyList,
  anyListFailed,
  anyBatch,
  anyWatchEnded,
  fc.record({ type: fc.constantFrom('list.progressed' as const, 'watch.opened' as const), request: anyRequest }),
  fc.record({ type: fc.constantFrom('start' as const, 'stop' as const, 'contact.missed' as const, 'link.lost' as const) }),
);

const timings = { ...syncerDefaults, maxErrorsPerRevision: 2, maxEmptyWatches: 2, maxStaleLists: 2 };
const input = { timings, streamsLists: false, redeliverInterval: 7 };
const anyContext: fc.Arbitrary<ReflectorContext> = fc.record({
  timings: fc.constant(timings),
  streamsLists: fc.boolean(),
  redeliverInterval: fc.constant(0),
  revision: fc.option(anyRevision, { nil: undefined }),
  floor: fc.option(anyRevision, { nil: undefined }),
  request: fc.constant(request),
  listFailures: fc.nat(3),
  watchFailures: fc.nat(3),
  errorsAtRevision: fc.nat(3),
  emptyWatches: fc.nat(3),
  staleLists: fc.nat(3),
  missingAnswers: fc.nat(3),
  spent: anyMs,
  retryAfter: anyMs,
});

/** One thing that was recorded: what, and as what. */
type Entry =
  | { readonly as: 'list'; readonly event: ListCompleted }
  | { readonly as: 'failed list'; readonly event: ListFailed | WatchEnded }
  | { readonly as: 'failed audit'; readonly event: ListFailed }
  | { readonly as: 'batch'; readonly event: WatchReceived }
  | { readonly as: 'watch'; readonly event: WatchEnded };

const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  anyList.map((event) => ({ as: 'list' as const, event })),
  fc.oneof(anyListFailed, anyWatchEnded).map((event) => ({ as: 'failed list' as const, event })),
  anyListFailed.map((event) => ({ as: 'failed audit' as const, event })),
  anyBatch.map((event) => ({ as: 'batch' as const, event })),
  fc.oneof({ weight: 3, arbitrary: anyWatchEnded }).map((event) => ({ as: 'watch' as const, event })),
);

function record(context: ReflectorContext, entry: Entry): ReflectorContext {
  switch (entry.as) {
    case 'list':
      return { ...context, ...decide.afterList(context, entry.event) };
    case 'failed list':
      return { ...context, ...decide.afterFailedList(context, entry.event) };
    case 'failed audit':
      return { ...context, ...decide.afterFailedAudit(context, entry.event) };
    case 'batch':
      return { ...context, ...decide.afterBatch(entry.event) };
    case 'watch':
      return { ...context, ...decide.afterWatch(context, entry.event) };
  }
}

const wasClosedAtOnce = ({ wasOpened, received, lasted }: WatchEnded) => wasOpened && received < 1 && lasted <= 999;
const isSuspect = (event: WatchEnded) => ['unknown', 'unauthorized', 'stale'].includes(event.failure?.kind ?? '');
const durationOf = (event: ListCompleted | ListFailed | WatchEnded) => ('took' in event ? event.took : event.lasted);

/** The entries after the last one that `ends` them. */
function since(history: readonly Entry[], ends: (entry: Entry) => boolean): readonly Entry[] {
  return history.slice(history.findLastIndex(ends) + 1);
}
const count = (entries: readonly Entry[], counts: (entry: Entry) => boolean) => entries.filter(counts).length;

/** What the counters must be: what each of them says of a history. */
function countersOf(
  history: readonly Entry[],
): Omit<ReflectorContext, 'timings' | 'streamsLists' | 'redeliverInterval' | 'request'> {
  const inList = since(history, ({ as }) => as === 'list');
  const failedAs = (kind: FailureKind, ...places: readonly Entry['as'][]) =>
    count(inList, ({ as, event }) => places.includes(as) && 'failure' in event && event.failure?.kind === kind);
  const failing = (entry: Entry) => entry.as === 'watch' && (entry.event.failure !== undefined || wasClosedAtOnce(entry.event));
  const places = history.flatMap((entry) => (entry.as === 'list' || entry.as === 'batch' ? [entry.event.revision] : []));
  const lastAttempt = history.findLastIndex(({ as }) => as === 'list' || as === 'failed list' || as === 'failed audit');
  const attempt = history.slice(Math.max(lastAttempt, 0)).filter((entry) => entry.as !== 'batch');
  const asked = history.findLast(({ as }) => as === 'failed list' || as === 'failed audit' || as === 'watch');
  const refusal = asked !== undefined && 'failure' in asked.event ? asked.event.failure : undefined;
  const wish = refusal?.kind === 'throttled' ? (refusal.retryAfter ?? 0) : 0;
  return {
    revision: places.findLast((place) => place !== undefined),
    floor: places.at(-1),
    listFailures: count(inList, ({ as }) => as === 'failed list'),
    staleLists: failedAs('stale', 'failed list', 'failed audit'), // who insists, insists in audits too
    missingAnswers: failedAs('missing', 'failed list'),
    watchFailures: count(since(history, ({ as }) => as === 'batch'), failing), // prettier-ignore
    errorsAtRevision: count(
      since(history, ({ as }) => as === 'batch' || as === 'list'),
      (entry) => entry.as === 'watch' && isSuspect(entry.event),
    ),
    emptyWatches: count(
      since(
        history,
        (entry) => entry.as === 'batch' || (entry.as === 'watch' && entry.event.wasOpened && !wasClosedAtOnce(entry.event)),
      ),
      (entry) => entry.as === 'watch' && wasClosedAtOnce(entry.event),
    ),
    spent: attempt.reduce((sum, { event }) => sum + durationOf(event), 0),
    retryAfter: Number.isNaN(wish) ? 0 : Math.min(Math.max(wish, 0), 60 * 60 * 1_000),
  };
}

describe('what the reflector chart remembers', () => {
  it('D4, R7, R20: counts what its history says, from nothing on', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 12 }), (history) => {
        const context = history.reduce(record, decide.initialContext(input));
        expect(context).toEqual({ ...input, request: 0, ...countersOf(history) });
      }),
      { seed: 131, numRuns: 2_000 },
    );
  });

  it('R10: asks for what is not older than its floor, and believes a datastore that has insisted often enough', () => {
    fc.assert(
      fc.property(anyContext, (context) => {
        const mayGoBack = context.staleLists > 1;
        expect(decide.listInput(context)).toEqual({ request, notOlderThan: context.floor, applied: context.revision, mayGoBack });
      }),
      { seed: 132 },
    );
  });
});

describe('what the reflector chart asks', () => {
  it('R9: no guard holds for a fact of another request, or for what is no fact', () => {
    fc.assert(
      fc.property(anyContext, anyEvent, (context, event) => {
        const isLate = !('request' in event) || event.request !== request;
        expect(decide.isCurrent(context, event)).toBe(!isLate);
        if (!isLate) return;
        const guards = [decide.isFirstMissingAnswer, decide.isLastErrorAtRevision, decide.isLastEmptyWatch, decide.isContact];
        expect(guards.filter((guard) => guard(context, event))).toEqual([]);
        expect(decide.failedAs(context, event, kinds)).toBe(false);
      }),
      { seed: 133, numRuns: 500 },
    );
  });

  it('H6, H9, H10: each guard holds for the last of so many failures of its kind, and for no other fact', () => {
    fc.assert(
      fc.property(anyContext, anyEvent, fc.subarray([...kinds]), (context, event, some) => {
        fc.pre('request' in event && event.request === request);
        const failure = 'failure' in event ? event.failure : undefined;
        const ended = event.type === 'watch.ended' ? event : undefined;
        expect(decide.failedAs(context, event, some)).toBe(failure !== undefined && some.includes(failure.kind));
        const isFirst = failure?.kind === 'missing' && context.revision !== undefined && context.missingAnswers === 0;
        expect(decide.isFirstMissingAnswer(context, event)).toBe(isFirst);
        expect(decide.isLastErrorAtRevision(context, event)).toBe(
          ended !== undefined && isSuspect(ended) && context.errorsAtRevision > 0,
        );
        expect(decide.isLastEmptyWatch(context, event)).toBe(
          ended !== undefined && wasClosedAtOnce(ended) && context.emptyWatches > 0,
        );
      }),
      { seed: 134, numRuns: 3_000 },
    );
  });

  it('H4, H30, D9: contact is whatever only a datastore that is there can have said', () => {
    const answers = new Set<string | undefined>(['compacted', 'tooNew', 'missing', 'unsupported']);
    fc.assert(
      fc.property(anyContext, anyEvent, (context, event) => {
        fc.pre('request' in event && event.request === request);
        const kind = 'failure' in event ? event.failure?.kind : undefined;
        const isSilence =
          (event.type === 'list.failed' && !answers.has(kind)) ||
          (event.type === 'watch.ended' && kind !== undefined && (event.wasOpened ? kind === 'unavailable' : !answers.has(kind)));
        expect(decide.isContact(context, event)).toBe(!isSilence);
      }),
      { seed: 135, numRuns: 2_000 },
    );
  });
});
