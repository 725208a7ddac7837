/**
 * The lines of a controller's log, which docs/controller-log.md describes. It has everything that comes to a controller from outside, in
 * order, and between that what the controller asks for: so that whoever plays it again can see whether the same is asked for.
 */
import type { EventRecord } from '../../controller/history/record.js';
import type { EventData } from './event-data.js';
import type { HeaderOptions } from './header.js';
import type { Encoded } from './values.js';

/** The first line. */
export interface LogHeader {
  readonly format: 'heliostat-controller-log';
  readonly version: 1;
  readonly options: HeaderOptions;
}

/** What a controller calls. */
type CalledFunction =
  'handlesEvent' | 'resync' | 'update' | 'revert' | 'commit' | 'getConfigSnapshot' | 'onExhausted' | 'subscribe' | 'done';

/** Something is called by the controller. Calls are numbered from 0. */
export interface CallLine {
  readonly kind: 'call';
  readonly call: number;
  readonly function: CalledFunction;
  /** The handler, or the source of external configuration. */
  readonly of?: string;
  /** Which event: the number of its push, or `own` for those that the controller makes itself. */
  readonly event?: number | 'own';
  /** What it is given, where that says what the controller has decided: a transaction, an error, a count. */
  readonly given?: unknown;
}

/** What comes to the controller. */
export type InputLine =
  | { readonly kind: 'start' }
  /** Somebody closes it: from inside a call, when it is named. */
  | { readonly kind: 'close'; readonly call?: number }
  /** An event was accepted. Events are numbered from 0. */
  | { readonly kind: 'push'; readonly event: number; readonly call?: number; readonly data: EventData }
  | { readonly kind: 'put'; readonly call: number; readonly key: string; readonly value: Encoded }
  | { readonly kind: 'delete'; readonly call: number; readonly key: string }
  /** The call has not answered at once: a promise. */
  | { readonly kind: 'wait'; readonly call: number }
  | { readonly kind: 'answer'; readonly call: number; readonly value?: Encoded }
  | { readonly kind: 'fail'; readonly call: number; readonly error: Encoded }
  /** The southbound tells something. */
  | { readonly kind: 'notify'; readonly event: Encoded }
  /** A timer fires. Timers are numbered from 0, in the order in which they were set. */
  | { readonly kind: 'timer'; readonly timer: number; readonly delay: number };

/** One line behind the header. */
export type LogLine =
  | InputLine
  | CallLine
  /** The controller has kept a record. */
  | { readonly kind: 'record'; readonly record: EventRecord }
  /** From reading `reading` of this clock on, the clock says `value`. Readings are numbered from 0. */
  | { readonly kind: 'time'; readonly clock: 'monotonic' | 'wall'; readonly reading: number; readonly value: number }
  /** What an event has said of itself, to whomever asked. */
  | { readonly kind: 'says'; readonly event: number; readonly text: string }
  /** Everything that waits for nothing but promises has come to its end. */
  | { readonly kind: 'turn' };
