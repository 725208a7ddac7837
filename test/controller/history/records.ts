/** Records as tests make and draw them. */
import fc from 'fast-check';
import type { EventRecord, RecordedError } from '../../../src/controller/history/record.js';

/** A record of nothing in particular, with what is given. */
export function recordWith(given: Partial<EventRecord> & { readonly sequence: number }): EventRecord {
  const startedAt = given.startedAt ?? 0;
  return { name: 'Test', description: 'Test', method: 'update', endedAt: startedAt, handlers: [], ...given, startedAt };
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '__proto__', 'a\nb\u2028c\u2029d', '\ud800', '%s 100%', '\u001b[31m'),
);
const anyTime = fc.double({ noNaN: true, noDefaultInfinity: true }).map((time) => time + 0);
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify(value))), // which has no negative zero
  fc
    .constantFrom('{"__proto__":{"polluted":true}}', '{"a":[{"__proto__":1}],"toJSON":"no function","constructor":null}')
    .map((text): unknown => JSON.parse(text)),
);
const anyTexts = fc.array(anyText, { maxLength: 2 });

const { anyError } = fc.letrec<{ anyError: RecordedError }>((tie) => ({
  anyError: fc.record(
    {
      name: anyText,
      message: anyText,
      code: anyText,
      key: anyText,
      cause: fc.oneof({ maxDepth: 2, withCrossShrink: true }, fc.constant({ name: 'Error', message: 'root' }), tie('anyError')),
      errors: fc.oneof({ maxDepth: 2 }, fc.constant([]), fc.array(tie('anyError'), { maxLength: 2 })),
    },
    { requiredKeys: ['name', 'message'], noNullPrototype: true },
  ),
}));

const plain = { noNullPrototype: true } as const;

/** Any record whatever that fits the type. */
export const anyRecord: fc.Arbitrary<EventRecord> = fc.record(
  {
    sequence: fc.nat(),
    name: anyText,
    description: anyText,
    method: fc.constantFrom('fullResync', 'downstreamResync', 'upstreamResync', 'update'),
    transactionType: fc.constantFrom('bestEffort', 'revertOnFailure', 'bestEffortIgnoreErrors'),
    direction: fc.constantFrom('forward', 'reverse'),
    startedAt: anyTime,
    endedAt: anyTime,
    followUpTo: fc.nat(),
    resyncCount: fc.nat(),
    handlers: fc.array(
      fc.record(
        { handler: anyText, isRevert: fc.boolean(), change: anyText, error: anyError, took: anyTime },
        { requiredKeys: ['handler', 'isRevert', 'change', 'took'], ...plain },
      ),
      { maxLength: 3 },
    ),
    transaction: fc.record(
      {
        kind: fc.constantFrom('update', 'fullResync', 'upstreamResync', 'downstreamResync'),
        sequence: fc.nat(),
        outcome: fc.constantFrom('applied', 'partlyApplied', 'reverted', 'revertFailed', 'refused', 'unknown'),
        changes: fc.array(
          fc.record(
            { key: anyText, before: anyValue, after: anyValue, wantedBy: anyTexts },
            { requiredKeys: ['key', 'wantedBy'], ...plain },
          ),
          { maxLength: 3 },
        ),
        failures: fc.array(
          fc.record(
            { key: anyText, owner: anyText, wantedBy: anyTexts, operation: anyText, isRevert: fc.boolean(), error: anyError },
            plain,
          ),
          { maxLength: 2 },
        ),
        versionBefore: fc.nat(),
        versionAfter: fc.nat(),
      },
      { requiredKeys: ['kind', 'outcome', 'changes', 'failures', 'versionBefore', 'versionAfter'], ...plain },
    ),
    notes: anyTexts,
    error: anyError,
  },
  { requiredKeys: ['sequence', 'name', 'description', 'method', 'startedAt', 'endedAt', 'handlers'], ...plain },
);
