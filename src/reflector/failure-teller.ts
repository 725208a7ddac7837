/** Tells of every request that came to nothing, also of those that nothing was heard of. */
import type { ReflectorContext, ReflectorFact } from '../../machines/index.js';
import { DatastoreUnavailableError } from '../model/errors.js';
import type { Failure } from '../model/failure.js';
import type { ReflectorTimings } from '../model/timings.js';
import { failureOf } from '../policy/failure.js';

/** What a request was for: reading everything, be it as pages or as the beginning of a stream, or following the changes. */
export type RequestPhase = 'list' | 'watch';

/** Hears of a request that failed or was given up. Called inside a transition: it must neither wait nor throw, nor call anybody. */
export type OnFailure = (failure: Failure, phase: RequestPhase) => void;

type Counts = Pick<ReflectorContext, 'listFailures' | 'watchFailures' | 'timings'>;

/**
 * A request that fails says so in a fact. One that is given up says nothing: it is known by the chart's counts, which have grown
 * without a fact.
 */
export class FailureTeller {
  private readonly tell: OnFailure;
  private fact: ReflectorFact | undefined;
  private listFailures = 0;
  private watchFailures = 0;

  constructor(tell: OnFailure) {
    this.tell = tell;
  }

  /** The chart is going to be told `fact`. */
  note(fact: ReflectorFact): void {
    this.fact = fact;
  }

  /** A transition is over, and these are the counts after it. */
  transitioned(counts: Counts): void {
    const { fact } = this;
    const hasListFailed = counts.listFailures > this.listFailures;
    const hasWatchFailed = counts.watchFailures > this.watchFailures;
    this.fact = undefined;
    ({ listFailures: this.listFailures, watchFailures: this.watchFailures } = counts);
    const phase = hasListFailed || fact?.type === 'list.failed' ? 'list' : 'watch';
    if (fact !== undefined && 'failure' in fact && fact.failure !== undefined) this.tell(fact.failure, phase);
    else if (hasListFailed || hasWatchFailed) this.tell(silentFailure(fact, phase, counts), phase);
  }
}

/** What to call it when no error came with it. */
function silentFailure(fact: ReflectorFact | undefined, phase: RequestPhase, { timings }: Counts): Failure {
  const isEnd = fact?.type === 'watch.ended';
  return failureOf(new DatastoreUnavailableError(isEnd ? closedEarly(phase, fact.lasted, timings) : givenUp(phase, timings)));
}

function closedEarly(phase: RequestPhase, lasted: number, { shortWatch }: ReflectorTimings): string {
  if (phase === 'list') return 'The stream was closed before the list that it began with was complete.';
  return `The watch was closed at once: it lasted ${lasted} ms, less than shortWatch (${shortWatch} ms), and brought nothing.`;
}

function givenUp(phase: RequestPhase, { requestTimeout, listLimit, idleLimit }: ReflectorTimings): string {
  return phase === 'list'
    ? `The list was given up: nothing came for requestTimeout (${requestTimeout} ms), or it was not complete within listLimit (${listLimit} ms).`
    : `The watch was given up: it was not accepted within requestTimeout (${requestTimeout} ms), or nothing came for idleLimit (${idleLimit} ms).`;
}
