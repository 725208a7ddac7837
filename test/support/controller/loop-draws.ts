/** Draws what may happen to a controller: events, reactions of handlers, answers of a southbound, pauses, and the moment of the end. */
import fc from 'fast-check';
import type { CommitOutcome } from '../../../src/controller/southbound/port.js';

/** `late`: it comes to its end after it was given up, and fails then. `text`: it throws something that is no Error. */
type Ending = 'good' | 'plain' | 'text' | 'abort' | 'fatal' | 'hang' | 'late';

export interface Reaction {
  readonly ending: Ending;
  /** Milliseconds until it ends; 0: after some promises; undefined: at once. */
  readonly pause: number | undefined;
  /** null: deleted. */
  readonly writes: readonly (readonly [key: string, value: number | null])[];
  readonly followUp: EventPlan | 'blocking' | undefined;
}

export interface CommitAnswer {
  readonly ending: CommitOutcome | 'rejects' | 'hang' | 'nonsense';
  readonly pause: number | undefined;
}

/** An event, as data. */
export type EventPlan =
  | { readonly kind: 'dbResync'; readonly kube: Values; readonly external: Values | undefined }
  | { readonly kind: 'kube'; readonly key: string; readonly value: number | null }
  | { readonly kind: 'external' | 'externalResync'; readonly values: Values; readonly isBlocking: boolean }
  | {
      readonly kind: 'update';
      readonly type: 'bestEffort' | 'revertOnFailure' | 'bestEffortIgnoreErrors';
      readonly direction: 'forward' | 'reverse';
    }
  | { readonly kind: 'fullResync' | 'upstreamResync' | 'downstreamResync' | 'shutdown' };

type Values = Readonly<Record<string, number>>;

type Step =
  | { readonly kind: 'push'; readonly event: EventPlan }
  /** undefined: nothing of what was begun goes on before the next step. */
  | { readonly kind: 'pause'; readonly duration: number }
  | { readonly kind: 'close' };

export interface Script {
  /** Which kinds of events each handler does not handle. */
  readonly ignores: readonly (readonly EventPlan['kind'][])[];
  /** Used one after the other, whoever is called; beyond the last one all goes well. */
  readonly reactions: readonly Reaction[];
  readonly reverts: readonly Reaction[];
  readonly commits: readonly CommitAnswer[];
  readonly steps: readonly Step[];
  readonly attempts: number;
  readonly verdicts: readonly ('retry' | 'abort' | 'throws' | 'hang')[];
  readonly hasPeriodicHealing: boolean;
  /** In milliseconds. */
  readonly shutdownTimeout: number;
}

const keys = ['/k/a', '/k/b', '/k/c', '/k/d'];
const pods = ['/pod/1', '/pod/2', '/pod/3'];
const externals = ['/ext/a', '/ext/b'];

function anyValues(names: readonly string[]): fc.Arbitrary<Values> {
  return fc.dictionary(fc.constantFrom(...names), fc.nat(9), { maxKeys: names.length, noNullPrototype: true });
}

const anyPause = fc.constantFrom(undefined, undefined, 0, 5);

function weighted<T>(choices: readonly (readonly [number, T])[]): fc.Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

const anyEvent: fc.Arbitrary<EventPlan> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('dbResync'),
      kube: anyValues(pods),
      external: fc.option(anyValues(externals), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('kube'), key: fc.constantFrom(...pods), value: fc.option(fc.nat(9), { nil: null }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('external', 'externalResync'),
      values: anyValues(externals),
      isBlocking: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('update'),
      type: fc.constantFrom('bestEffort', 'revertOnFailure', 'revertOnFailure', 'bestEffortIgnoreErrors'),
      direction: fc.constantFrom('forward', 'reverse'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('fullResync', 'upstreamResync', 'downstreamResync') }) },
);

const anyEnding = weighted<Ending>([
  [60, 'good'],
  [8, 'plain'],
  [2, 'text'],
  [3, 'abort'],
  [1, 'fatal'],
  [2, 'hang'],
  [2, 'late'],
]);

const anyReaction: fc.Arbitrary<Reaction> = fc.record({
  ending: anyEnding,
  pause: anyPause,
  writes: fc.array(fc.tuple(fc.constantFrom(...keys), fc.option(fc.nat(9), { nil: null })), { maxLength: 3, size: 'max' }),
  followUp: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: anyEvent },
    { weight: 1, arbitrary: fc.constant('blocking' as const) },
  ),
});

/** Reverts are rarer than reactions, and go wrong more often. */
const anyRevert: fc.Arbitrary<Reaction> = fc
  .tuple(anyReaction, fc.constantFrom<Ending>('good', 'good', 'good', 'good', 'plain', 'text', 'abort', 'fatal', 'hang', 'late'))
  .map(([reaction, ending]) => Object.assign(reaction, { ending }));

const anyCommit: fc.Arbitrary<CommitAnswer> = fc.record({
  ending: weighted<CommitAnswer['ending']>([
    [30, 'applied'],
    [5, 'partlyApplied'],
    [4, 'reverted'],
    [2, 'revertFailed'],
    [3, 'refused'],
    [2, 'rejects'],
    [2, 'hang'],
    [1, 'nonsense'],
  ]),
  pause: anyPause,
});

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: anyEvent.map((event): Step => ({ kind: 'push', event })) },
  { weight: 6, arbitrary: fc.constantFrom(0, 3, 60, 700, 4_000).map((duration): Step => ({ kind: 'pause', duration })) },
  {
    weight: 1,
    arbitrary: weighted<Step>([
      [2, { kind: 'close' }],
      [1, { kind: 'push', event: { kind: 'shutdown' } }],
    ]),
  },
);

export const anyScript: fc.Arbitrary<Script> = fc.record({
  ignores: fc.array(fc.subarray<EventPlan['kind']>(['kube', 'update', 'external'], { maxLength: 1 }), {
    minLength: 3,
    maxLength: 3,
  }),
  reactions: fc.array(anyReaction, { minLength: 5, maxLength: 40, size: 'max' }),
  reverts: fc.array(anyRevert, { maxLength: 8, size: 'max' }),
  commits: fc.array(anyCommit, { maxLength: 20, size: 'max' }),
  steps: fc
    .tuple(fc.array(anyStep, { maxLength: 3 }), anyValues(pods), fc.array(anyStep, { maxLength: 24, size: 'max' }))
    .map(([before, kube, after]): readonly Step[] =>
      before.concat({ kind: 'push', event: { kind: 'dbResync', kube, external: undefined } }, after),
    ),
  attempts: fc.constantFrom(1, 2),
  verdicts: fc.array(fc.constantFrom('retry', 'abort', 'throws', 'hang'), { maxLength: 3 }),
  hasPeriodicHealing: fc.boolean(),
  shutdownTimeout: fc.constantFrom(3, 90, 1_000),
});
