/** What the reflector chart decides by, as functions of what it remembers and what it is told. Pure. */
import type { FailureKind } from '../src/model/failure.js';
import { isAnswer, isWatchEndAnswer, retryAfterOf } from '../src/policy/failure.js';
import type {
  ListCompleted,
  ListFailed,
  ListRequestInput,
  ReflectorContext,
  ReflectorEvent,
  ReflectorInput,
  WatchEnded,
  WatchReceived,
} from './reflector.types.js';

type Changes = Partial<ReflectorContext>;

export function initialContext(input: ReflectorInput): ReflectorContext {
  return {
    ...input,
    revision: undefined,
    floor: undefined,
    request: 0,
    listFailures: 0,
    watchFailures: 0,
    errorsAtRevision: 0,
    emptyWatches: 0,
    staleLists: 0,
    missingAnswers: 0,
    spent: 0,
    retryAfter: 0,
  };
}

/** What the effects are asked. */
export function listInput({ request, floor, revision, staleLists, timings }: ReflectorContext): ListRequestInput {
  return { request, notOlderThan: floor, applied: revision, mayGoBack: staleLists >= timings.maxStaleLists };
}

/** A fact about a request that is over is late: it changes nothing. */
export function isCurrent(context: ReflectorContext, event: ReflectorEvent): boolean {
  return 'request' in event && event.request === context.request;
}

export function failedAs(context: ReflectorContext, event: ReflectorEvent, kinds: readonly FailureKind[]): boolean {
  return isCurrent(context, event) && 'failure' in event && event.failure !== undefined && kinds.includes(event.failure.kind);
}

/** The first answer that the API is missing, to someone who had objects of it. */
export function isFirstMissingAnswer(context: ReflectorContext, event: ReflectorEvent): boolean {
  return failedAs(context, event, ['missing']) && context.revision !== undefined && context.missingAnswers === 0;
}

export function isLastErrorAtRevision(context: ReflectorContext, event: ReflectorEvent): boolean {
  return (
    isCurrent(context, event) && isErrorAtRevision(event) && context.errorsAtRevision + 1 >= context.timings.maxErrorsPerRevision
  );
}

export function isLastEmptyWatch(context: ReflectorContext, event: ReflectorEvent): boolean {
  return (
    isCurrent(context, event) && wasClosedAtOnce(context, event) && context.emptyWatches + 1 >= context.timings.maxEmptyWatches
  );
}

/** Whether a fact proves that the datastore is there and usable. */
export function isContact(context: ReflectorContext, event: ReflectorEvent): boolean {
  if (!isCurrent(context, event)) return false;
  if (event.type === 'list.failed') return isAnswer(event.failure);
  return event.type !== 'watch.ended' || isWatchEndAnswer(event.failure, event.wasOpened);
}

export function afterList({ revision }: ReflectorContext, event: ListCompleted): Changes {
  return {
    revision: event.revision ?? revision,
    floor: event.revision,
    listFailures: 0,
    staleLists: 0,
    missingAnswers: 0,
    errorsAtRevision: 0,
    spent: event.took,
  };
}

export function afterFailedList(context: ReflectorContext, event: ListFailed | WatchEnded): Changes {
  const { failure } = event;
  return {
    listFailures: context.listFailures + 1,
    staleLists: context.staleLists + (failure?.kind === 'stale' ? 1 : 0),
    missingAnswers: context.missingAnswers + (failure?.kind === 'missing' ? 1 : 0),
    spent: event.type === 'list.failed' ? event.took : event.lasted,
    retryAfter: retryAfterOf(failure),
  };
}

/** An audit is extra: its failure is none of the next list. But a datastore that insists on an older state insists in audits too. */
export function afterFailedAudit({ staleLists }: ReflectorContext, { took, failure }: ListFailed): Changes {
  return { spent: took, retryAfter: retryAfterOf(failure), staleLists: staleLists + (failure.kind === 'stale' ? 1 : 0) };
}

export function afterBatch(event: WatchReceived): Changes {
  return { revision: event.revision, floor: event.revision, watchFailures: 0, errorsAtRevision: 0, emptyWatches: 0 };
}

export function afterWatch(context: ReflectorContext, event: WatchEnded): Changes {
  const isEmpty = wasClosedAtOnce(context, event);
  const failed = event.failure !== undefined || isEmpty;
  return {
    spent: context.spent + event.lasted,
    retryAfter: retryAfterOf(event.failure),
    watchFailures: context.watchFailures + (failed ? 1 : 0),
    errorsAtRevision: context.errorsAtRevision + (isErrorAtRevision(event) ? 1 : 0),
    emptyWatches: isEmpty ? context.emptyWatches + 1 : event.wasOpened ? 0 : context.emptyWatches,
  };
}

/** The datastore answered, and the answer was none of the expected ones: the revision may be the reason. */
function isErrorAtRevision(event: ReflectorEvent): boolean {
  if (event.type !== 'watch.ended' || event.failure === undefined) return false;
  return event.failure.kind === 'unknown' || event.failure.kind === 'unauthorized' || event.failure.kind === 'stale';
}

function wasClosedAtOnce({ timings }: ReflectorContext, event: ReflectorEvent): boolean {
  return event.type === 'watch.ended' && event.wasOpened && event.received === 0 && event.lasted < timings.shortWatch;
}
