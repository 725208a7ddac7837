import { describe, expect, it } from 'vitest';
import {
  ApiMissingError,
  ClosedError,
  DatastoreThrottledError,
  DatastoreUnavailableError,
  OperationNotSupportedError,
  ResourceDoesNotExistError,
  RevisionCompactedError,
  RevisionTooNewError,
  StaleListError,
  syncerDefaults,
  UnauthorizedError,
  ValidationError,
} from '../../src/index.js';
import { backoffDelay } from '../../src/policy/backoff.js';
import { failureOf } from '../../src/policy/failure.js';
import { judgeList } from '../../src/policy/judge-list.js';
import { foldConnectivity } from '../../src/policy/status.js';
import { seededRandom } from '../../src/testing/index.js';
import { timingsOf } from '../../src/syncer/defaults.js';

describe('backoff', () => {
  it('D6: grows by its factor to its cap, from the first failure on, and without jitter is exact', () => {
    const backoff = { factor: 2, max: 30_000, jitter: 'none' } as const;
    expect([0, 1, 2, 3, 4, 5, 6, 7, 100].map((failures) => backoffDelay(failures, 1_000, backoff))).toEqual([
      0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(backoffDelay(1, 60_000, backoff), 'an initial wait beyond the cap stays').toBe(60_000);
  });

  it('D6: full jitter spreads evenly from nothing to the wait, and never exceeds it', () => {
    const random = seededRandom(1);
    const waits = Array.from({ length: 5_000 }, () => backoffDelay(3, 1_000, { factor: 2, max: 30_000, jitter: 'full' }, random));
    expect(Math.max(...waits)).toBeLessThan(4_000);
    expect(Math.min(...waits)).toBeLessThan(100);
    expect(waits.reduce((sum, wait) => sum + wait, 0) / waits.length).toBeCloseTo(2_000, -3);
  });
});

describe('failures', () => {
  it.each([
    [new RevisionCompactedError('x'), 'compacted'],
    [new RevisionTooNewError('x'), 'tooNew'],
    [new StaleListError('x'), 'stale'],
    [new DatastoreUnavailableError('x'), 'unavailable'],
    [new ClosedError('x'), 'unavailable'],
    [new UnauthorizedError('x'), 'unauthorized'],
    [new OperationNotSupportedError('x'), 'unsupported'],
    [new ApiMissingError('x'), 'missing'],
    [new ResourceDoesNotExistError('x'), 'missing'],
    [new ValidationError('x'), 'unknown'],
    [new Error('x'), 'unknown'],
    [Object.assign(new Error('x'), { code: 'EPIPE' }), 'unavailable'],
    [new Error('wrapped', { cause: new Error('twice', { cause: new RevisionCompactedError('x') }) }), 'compacted'],
    [new AggregateError([new Error('x'), Object.assign(new Error('y'), { code: 'ECONNREFUSED' })]), 'unavailable'],
    ['text', 'unknown'],
    [undefined, 'unknown'],
    [null, 'unknown'],
    [Object.create(null), 'unknown'],
  ])('C10: %s is %s', (thrown, kind) => {
    const failure = failureOf(thrown);
    expect(failure.kind).toBe(kind);
    expect(failure.error).toBeInstanceOf(Error);
  });

  it('a request for patience says how long, wherever in the chain of causes it stands', () => {
    const throttled = new DatastoreThrottledError('slow down', { retryAfter: 70 });
    expect(failureOf(throttled)).toMatchObject({ kind: 'throttled', retryAfter: 70 });
    expect(failureOf(new Error('wrapped', { cause: throttled }))).toMatchObject({ kind: 'throttled', retryAfter: 70 });
  });

  it('a chain of causes that is a circle ends', () => {
    const error = new Error('x');
    error.cause = error;
    expect(failureOf(error).kind).toBe('unknown');
  });
});

describe('the judgement of a list', () => {
  const compare = (a: string, b: string): number => Number(a) - Number(b);
  const evidence = {
    applied: '10',
    listed: '9',
    compare,
    storeId: undefined,
    previousStoreId: undefined,
    mayGoBack: false,
  } as const;

  it('R10: older than what we have is stale; the same, newer, unknown or unordered is not', () => {
    expect(judgeList(evidence)).toBe('stale');
    expect(judgeList({ ...evidence, listed: '10' })).toBe('accept');
    expect(judgeList({ ...evidence, listed: '11' })).toBe('accept');
    expect(judgeList({ ...evidence, applied: undefined })).toBe('accept');
    expect(judgeList({ ...evidence, listed: undefined })).toBe('accept');
    expect(judgeList({ ...evidence, compare: undefined })).toBe('accept');
    expect(
      judgeList({
        ...evidence,
        compare: () => {
          throw new Error('not of this history');
        },
      }),
    ).toBe('accept');
  });

  it('H49: another store starts anew; the same one never goes back; an unknown one does when it insists', () => {
    expect(judgeList({ ...evidence, storeId: 'b', previousStoreId: 'a' })).toBe('accept');
    expect(judgeList({ ...evidence, storeId: 'a', previousStoreId: 'a', mayGoBack: true })).toBe('stale');
    expect(judgeList({ ...evidence, mayGoBack: true })).toBe('accept');
    expect(judgeList({ ...evidence, storeId: 'a', mayGoBack: true })).toBe('accept');
  });
});

describe('folds and options', () => {
  it('the connectivity of several is the worst of them', () => {
    expect(foldConnectivity(['connected', 'silent'])).toBe('silent');
    expect(foldConnectivity(['neverConnected', 'connected'])).toBe('neverConnected');
    expect(foldConnectivity(['disconnected', 'neverConnected'])).toBe('disconnected');
    expect(foldConnectivity(['connected', 'connected'])).toBe('connected');
  });

  it('timings are the defaults with what is given, and what is illegal is refused by name', () => {
    expect(timingsOf({})).toEqual(timingsOf({ idleLimit: syncerDefaults.idleLimit }));
    expect(timingsOf({ idleLimit: 5, backoff: { jitter: 'none' } })).toMatchObject({
      idleLimit: 5,
      backoff: { factor: 2, max: 30_000, jitter: 'none' },
    });
    expect(timingsOf({ pageSize: 7 })).not.toHaveProperty('pageSize');
    for (const bad of [{ idleLimit: -1 }, { idleLimit: NaN }, { backoff: { factor: 0.5 } }, { backoff: { max: -1 } }])
      expect(() => timingsOf(bad)).toThrow(ValidationError);
    expect(() => timingsOf({ idleLimit: 'soon' as unknown as number })).toThrow('idleLimit soon');
  });
});
