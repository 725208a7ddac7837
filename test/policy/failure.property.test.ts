/** What errors mean: every code, every system error, and every chain of causes, against the same told without errors. */
import { constants } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as errors from '../../src/model/errors.js';
import type { Failure, FailureKind } from '../../src/model/failure.js';
import { failureOf, isAnswer, isWatchEndAnswer } from '../../src/policy/failure.js';

/** What each error of the package means for a list or a watch. What is not here says nothing about the datastore. */
const meanings: Readonly<Record<string, FailureKind>> = {
  RevisionCompactedError: 'compacted',
  RevisionTooNewError: 'tooNew',
  StaleListError: 'stale',
  DatastoreUnavailableError: 'unavailable',
  DatastoreThrottledError: 'throttled',
  ClosedError: 'unavailable',
  UnauthorizedError: 'unauthorized',
  OperationNotSupportedError: 'unsupported',
  ApiMissingError: 'missing',
  ResourceDoesNotExistError: 'missing',
};

/** The system errors by which a transport says that nobody answers. */
const silences = new Set(
  'ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN'.split(' '),
);
const systemCodes = [...Object.keys(constants.errno), 'ENOTFOUND', 'EAI_AGAIN', 'ERR_HTTP2_GOAWAY_SESSION'];

/** An error, what it means by itself, and what caused it. */
interface Link {
  readonly make: () => unknown;
  readonly meaning: FailureKind | undefined;
}

const classes = Object.entries(errors).flatMap(([name, Class]) =>
  typeof Class === 'function' && Class.prototype instanceof errors.HeliostatError ? [[name, Class] as const] : [],
);
const ours: readonly Link[] = classes.map(([name, Class]) => ({
  make: () => Reflect.construct(Class, ['x', { rawKey: '/x', retryAfter: 70 }]) as unknown,
  meaning: meanings[name],
}));
const systems: readonly Link[] = systemCodes.map((code) => ({
  make: () => Object.assign(new Error(code), { code }),
  meaning: silences.has(code) ? 'unavailable' : undefined,
}));
const others: readonly Link[] = [
  () => new Error('x'),
  () => new TypeError('x'),
  () => Object.assign(new Error('x'), { code: 42 }),
].map((make) => ({ make, meaning: undefined }));
const anyLink = fc.oneof(fc.constantFrom(...ours), fc.constantFrom(...systems), ...others.map((link) => fc.constant(link)));
const anyBoring = fc.constantFrom(...others, ...ours.filter(({ meaning }) => meaning === undefined));

function caused(by: unknown, error: unknown): unknown {
  if (error instanceof Error) error.cause = by;
  return error;
}

describe('failures', () => {
  it('C10: every error of the package has its meaning, and so has every system error', () => {
    expect(classes.length).toBeGreaterThan(14);
    for (const { make, meaning } of [...ours, ...systems, ...others]) {
      const error = make();
      const failure = failureOf(error);
      expect(failure.kind, String(error)).toBe(meaning ?? 'unknown');
      expect(failure.error).toBe(error);
      expect('retryAfter' in failure ? failure.retryAfter : undefined).toBe(meaning === 'throttled' ? 70 : undefined);
    }
  });

  it('C10: of a chain of causes, up to eight deep, the first that means something says what it is', () => {
    fc.assert(
      fc.property(fc.array(anyBoring, { maxLength: 10 }), fc.array(anyLink, { maxLength: 3 }), (boring, rest) => {
        const chain = [...boring, ...rest];
        const thrown = chain.reduceRight<unknown>((cause, { make }) => caused(cause, make()), undefined);
        const found = chain.slice(0, 9).find(({ meaning }) => meaning !== undefined);
        expect(failureOf(thrown).kind).toBe(found?.meaning ?? 'unknown');
      }),
      { seed: 31, numRuns: 500 },
    );
  });

  it('C10: of several errors at once, each with its causes, the first that means something, before what caused them together', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyLink, { minLength: 1, maxLength: 2 }), { maxLength: 3 }), anyLink, (parts, last) => {
        const made = parts.map((chain) => chain.reduceRight<unknown>((cause, { make }) => caused(cause, make()), undefined));
        const thrown = caused(last.make(), new AggregateError(made, 'several'));
        const found = [...parts.flat(), last].find(({ meaning }) => meaning !== undefined);
        expect(failureOf(thrown).kind).toBe(found?.meaning ?? 'unknown');
      }),
      { seed: 32, numRuns: 300 },
    );
  });

  it('C10: several errors inside each other are looked at as deep as causes are', () => {
    const nested = (depth: number): unknown =>
      depth === 0 ? new errors.RevisionCompactedError('x') : new AggregateError([nested(depth - 1)]);
    for (let depth = 0; depth < 12; depth++) expect(failureOf(nested(depth)).kind).toBe(depth <= 8 ? 'compacted' : 'unknown');
  });

  it('C10: whatever is thrown becomes an error that says what it was, and has it as its cause', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withNullPrototype: true }), fc.constant({ code: 'EPIPE' })), (thrown) => {
        const { error, kind } = failureOf(thrown);
        const isSilence = typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'EPIPE';
        expect(kind).toBe(isSilence ? 'unavailable' : 'unknown');
        expect(error).toBeInstanceOf(Error);
        expect(error.cause).toBe(thrown);
        let text: string | undefined;
        try {
          text = String(thrown);
        } catch {
          text = undefined;
        }
        expect(error.message).toContain(text ?? 'without a text form');
      }),
      { seed: 33, numRuns: 300 },
    );
  });
});

describe('answers', () => {
  const error = new Error('x');
  const kinds = [
    'compacted',
    'tooNew',
    'stale',
    'unauthorized',
    'unsupported',
    'missing',
    'throttled',
    'unavailable',
    'unknown',
  ] as const;
  const failures: readonly Failure[] = kinds.map((kind) =>
    kind === 'throttled' ? { kind, error, retryAfter: 1 } : { kind, error },
  );
  /** What only a datastore that is there, and usable, can say. */
  const answers = new Set<FailureKind>(['compacted', 'tooNew', 'unsupported', 'missing']);

  it('every kind of failure either proves that the datastore is there, or does not', () => {
    for (const failure of failures) expect(isAnswer(failure), failure.kind).toBe(answers.has(failure.kind));
  });

  it('the end of a watch proves it when it was closed in peace, when it is an answer, or when it was open and not cut', () => {
    for (const wasOpened of [true, false]) {
      expect(isWatchEndAnswer(undefined, wasOpened)).toBe(true);
      for (const failure of failures) {
        const proves = wasOpened ? failure.kind !== 'unavailable' : answers.has(failure.kind);
        expect(isWatchEndAnswer(failure, wasOpened), failure.kind).toBe(proves);
      }
    }
  });
});
