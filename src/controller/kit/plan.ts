/** A plan: what handlers would do about an event, and what would come of it. */
import type { EventMethod } from '../events/event.js';

/** What a handler would do. */
export interface PlannedHandler {
  readonly name: string;
  readonly outcome:
    | 'planned'
    /** It would fail, with `error`. */
    | 'failed'
    /** It may have side effects, so it was not asked. Give it a `dryRun` method, or say that it is `pure`. */
    | 'notPlannable'
    /** It would not be called, because of a failure before it. */
    | 'notReached';
  /** What it says it would change; empty: nothing was said. */
  readonly change: string;
  readonly error?: unknown;
}

/** A key that would be wanted otherwise than now. */
export interface PlannedChange {
  readonly key: string;
  /** Undefined: nothing is wanted now. */
  readonly before: unknown;
  /** Undefined: nothing would be wanted. */
  readonly after: unknown;
  /** The handlers that write it; of a key that a resync does not put any more, those that wanted it before. */
  readonly wantedBy: readonly string[];
}

/** What handlers would do about an event. */
export interface Plan {
  /** The first line of what the event says of itself. */
  readonly event: string;
  readonly method: EventMethod;
  /** In the order in which they would be called; those that do not handle the event are not among them. */
  readonly handlers: readonly PlannedHandler[];
  /** Whether a transaction would be committed. When not, there are no changes. */
  readonly isCommitted: boolean;
  /** The net changes, in key order. Values are frozen. */
  readonly changes: readonly PlannedChange[];
  /** Keys that a resync would keep, though nobody puts them, because a handler that wanted them fails. In key order. */
  readonly kept: readonly string[];
  /** Keys of which a resync cannot tell: who wants them now cannot be planned, or is not known. In key order. */
  readonly unclear: readonly string[];
}

/**
 * A plan as text, with lines that begin with `+` (would be wanted), `~` (would be wanted otherwise) and `-` (would not be wanted any more).
 *
 * @param options.width characters of a value that are shown. Default: 80.
 */
export function printPlan(plan: Plan, { width = 80 }: { readonly width?: number } = {}): string {
  const { event, handlers, changes, kept, unclear, isCommitted } = plan;
  return [
    `PLAN: ${event}`,
    ...(handlers.length === 0 ? ['  no handler would be called'] : handlers.map((handler) => `  ${handlerLine(handler)}`)),
    ...(isCommitted ? [] : ['  nothing would be committed']),
    ...(isCommitted && changes.length === 0 ? ['  nothing would change'] : []),
    ...changes.map((change) => changeLine(change, width)),
    ...kept.map((key) => `= ${key} is kept, since a handler that wants it fails`),
    ...unclear.map((key) => `? ${key} may be kept or deleted: whether it is still wanted cannot be planned`),
  ].join('\n');
}

function handlerLine({ name, outcome, change, error }: PlannedHandler): string {
  switch (outcome) {
    case 'planned':
      return `${name}: ${change === '' ? 'says nothing' : change}`;
    case 'failed':
      return `${name}: fails: ${error instanceof Error ? error.message : String(error)}`;
    case 'notPlannable':
      return `${name}: cannot be planned, it may have side effects; give it a dryRun method, or say that it is pure`;
    case 'notReached':
      return `${name}: would not be called, because of the failure before it`;
  }
}

function changeLine({ key, before, after, wantedBy }: PlannedChange, width: number): string {
  const by = wantedBy.length === 0 ? '' : ` (${wantedBy.join(', ')})`;
  if (after === undefined) return `- ${key} ${textOf(before, width)}${by}`;
  if (before === undefined) return `+ ${key} ${textOf(after, width)}${by}`;
  return `~ ${key} ${textOf(before, width)} → ${textOf(after, width)}${by}`;
}

function textOf(value: unknown, width: number): string {
  const text = JSON.stringify(value);
  return text.length > width ? `${text.slice(0, width)}…` : text;
}
