/** From what is wanted to what is asked of the southbound, and from its answer to what that means for whom. */
import type { CommitVerdict } from '../../../machines/index.js';
import { TransactionError, type AttributedFailure } from '../errors.js';
import { EventMethod, isUpdateEvent, UpdateTransactionType, type Event } from '../events/event.js';
import type { ExternalLayers } from '../external/layers.js';
import type { CommitResult, OperationFailure, SouthboundTransaction } from '../southbound/port.js';
import { asError } from './thrown.js';
import type { MergedTransaction } from './wanted.js';

/** The transaction that the southbound is asked to commit. */
export function southboundTransactionOf(
  event: Event,
  values: ReadonlyMap<string, unknown>,
  options: Pick<SouthboundTransaction, 'description' | 'retry' | 'verbose' | 'keepsStrangers'>,
): SouthboundTransaction {
  const revertOnFailure = isUpdateEvent(event) && event.transactionType === UpdateTransactionType.RevertOnFailure;
  return Object.freeze({ kind: event.method, values, revertOnFailure, ...options });
}

/** Who wanted a key: the handlers, and the sources of external configuration. */
export interface Attribution {
  readonly merged: Pick<MergedTransaction, 'sources'>;
  /** The handlers that want the key now, or wanted it last. */
  readonly writersOf: (key: string) => readonly string[];
  /** What external configuration wanted before the event. */
  readonly externalBefore: ExternalLayers;
}

/** Failures with the handlers and sources that wanted the values. */
export function attribute(failures: readonly OperationFailure[], attribution: Attribution): readonly AttributedFailure[] {
  return failures.map((failure) => ({ ...failure, wantedBy: wantedBy(failure.owner, attribution) }));
}

/** Handlers first, then sources. */
export function wantedBy(key: string, { merged, writersOf, externalBefore }: Attribution): readonly string[] {
  const now = merged.sources.get(key) ?? [];
  const before = [...externalBefore].filter(([, { values }]) => values.has(key)).map(([source]) => source);
  return [...new Set([...writersOf(key), ...now, ...before])];
}

/** What an answer is judged by. */
export interface Judges {
  readonly handlers: ReadonlySet<string>;
  readonly merged: Pick<MergedTransaction, 'sources'>;
}

/** What an answer of the southbound means for the transaction chart. */
export interface Judgement {
  readonly verdict: CommitVerdict;
  readonly isExternalOnly: boolean;
  /** Undefined: everything is as wanted. */
  readonly error: TransactionError | undefined;
}

/**
 * Judges an answer. External are failures of values that no handler wants or wanted, and of those that external configuration has changed:
 * handlers that build them anew would build the same.
 */
export function judge(result: CommitResult, failures: readonly AttributedFailure[], { handlers, merged }: Judges): Judgement {
  const { outcome, refusal } = result;
  const isExternal = ({ owner, wantedBy: names }: AttributedFailure): boolean =>
    merged.sources.has(owner) || (names.length > 0 && names.every((name) => !handlers.has(name)));
  const isExternalOnly = failures.length > 0 && failures.every(isExternal);
  if (outcome === 'applied') return { verdict: outcome, isExternalOnly, error: undefined };
  const error = new TransactionError(messageOf(outcome, failures, refusal), {
    outcome,
    failures,
    cause: refusal ?? failures[0]?.error,
    ...(failures[0] === undefined ? {} : { key: failures[0].key }),
  });
  return { verdict: outcome, isExternalOnly, error };
}

const said: Readonly<Record<Exclude<CommitResult['outcome'], 'applied'>, string>> = {
  partlyApplied: 'was applied in part',
  reverted: 'was reverted',
  revertFailed: 'was to be reverted, and not all of it could be',
  refused: 'was refused',
};

function messageOf(
  outcome: Exclude<CommitResult['outcome'], 'applied'>,
  failures: readonly AttributedFailure[],
  refusal: Error | undefined,
): string {
  const reasons = failures
    .slice(0, 5)
    .map(({ key, operation, error, wantedBy: names }) => {
      const who = names.length === 0 ? '' : ` (wanted by ${names.join(', ')})`;
      return `${operation} of ${key}${who}: ${error.message.replace(/\.$/, '')}`;
    })
    .concat(failures.length > 5 ? [`and ${failures.length - 5} more`] : [])
    .concat(refusal === undefined ? [] : [refusal.message]);
  return `The transaction ${said[outcome]}${reasons.length === 0 ? '.' : `: ${reasons.join('; ')}`}`;
}

const outcomes: ReadonlySet<unknown> = new Set(['applied', 'partlyApplied', 'reverted', 'revertFailed', 'refused']);

/** An answer, and what is wrong with it. */
export interface Answer {
  readonly result: CommitResult;
  readonly complaint: Error | undefined;
}

/** An answer that can be worked with. What is none counts as "partly applied", with an error: nobody knows what was done. */
export function answerOf(given: unknown): Answer {
  const { outcome, sequence, failures, refusal, values } = (given ?? {}) as Partial<CommitResult>; // from outside
  if (outcomes.has(outcome) && outcome !== undefined && Array.isArray(failures) && failures.every(isFailure)) {
    const rest = { sequence, failures, values: values ?? [], ...(refusal === undefined ? {} : { refusal: asError(refusal) }) };
    if (outcome !== 'applied' || failures.length === 0) return { result: { outcome, ...rest }, complaint: undefined };
    const contradiction = new Error(
      `The southbound says that a transaction was applied, and that ${failures.length} operations failed.`,
    );
    return { result: { outcome: 'partlyApplied', ...rest }, complaint: contradiction };
  }
  const complaint = new Error(
    `The southbound answered a commit with ${shown(given)}; it must be { outcome, sequence, failures, values } with one of the ` +
      `outcomes ${[...outcomes].join(', ')}.`,
  );
  return { result: { outcome: 'partlyApplied', sequence: undefined, failures: [], refusal: complaint, values: [] }, complaint };
}

function isFailure(failure: unknown): failure is OperationFailure {
  const { key, owner, error } = (failure ?? {}) as Partial<OperationFailure>; // from outside
  return typeof key === 'string' && typeof owner === 'string' && error instanceof Error;
}

function shown(given: unknown): string {
  if (typeof given !== 'object' || given === null) return String(given);
  return `an object with ${Object.keys(given).join(', ') || 'nothing'}`;
}

/** A title, and a line for what each handler says it changes. */
export function descriptionOf(event: Event, changes: readonly { readonly handler: string; readonly change: string }[]): string {
  if (event.method !== EventMethod.Update) return event.name;
  return [
    event.name,
    ...changes.filter(({ change }) => change !== '').map(({ handler, change }) => `* ${handler}: ${change}`),
  ].join('\n');
}
