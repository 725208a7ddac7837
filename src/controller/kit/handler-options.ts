/** What a handler of the kit is made of. */
import { ValidationError } from '../../model/errors.js';
import type { Draft } from '../../store/root.js';
import type { Event } from '../events/event.js';
import type { KubeStateData } from '../key-values.js';
import type { Interests } from './interests.js';
import type { KitResyncOperations, KitUpdateOperations } from './operations.js';

/** What `resync` of a handler of the kit is given. */
export interface KitResync<S extends object> {
  readonly event: Event;
  /** All state received, frozen. */
  readonly kubeState: KubeStateData;
  /** 1 at the first resync of this process. */
  readonly resyncCount: number;
  /** The state of the handler from now on. It begins as `initial`, so that nothing is left over. */
  readonly state: Draft<S>;
  /** The state before this resync, frozen: for what cannot be built from `kubeState`, such as addresses that were given out. */
  readonly previous: S;
  readonly txn: KitResyncOperations;
}

/** What `update` of a handler of the kit is given. */
export interface KitUpdate<S extends object> {
  readonly event: Event;
  /** The state of the handler, to be changed. */
  readonly state: Draft<S>;
  readonly txn: KitUpdateOperations;
}

/** What a handler is made of. */
export interface HandlerOptions<S extends object> {
  /** Unique among the handlers of a controller. */
  readonly name: string;
  /** Handlers that react before this one does. */
  readonly dependsOn?: readonly string[];
  /** The events that it is called for, beside resyncs: as lists, or as a test. */
  readonly handles: Interests | ((event: Event) => boolean);
  /** The state to begin with: an object or array of plain data. It is copied. */
  readonly initial: S;
  /** Builds everything that the handler wants. It must change nothing but `state` and `txn`. */
  readonly resync: (call: KitResync<S>) => void | Promise<void>;
  /** Changes what has to be changed, and says what for people. It must change nothing but `state` and `txn`. */
  readonly update: (call: KitUpdate<S>) => string | void | Promise<string | void>;
}

/** @throws ValidationError when an option is not what it must be. @internal */
export function checkHandlerOptions<S extends object>(options: HandlerOptions<S>): HandlerOptions<S> {
  const { name, dependsOn, initial } = options;
  if (typeof name !== 'string' || name === '') throw refuse('name', name, 'a string that is not empty');
  if (dependsOn !== undefined && !(Array.isArray(dependsOn) && dependsOn.every((other) => typeof other === 'string'))) {
    throw refuse('dependsOn', dependsOn, 'an array of names');
  }
  if (typeof initial !== 'object' || initial === null) throw refuse('initial', initial, 'an object or an array');
  for (const member of ['resync', 'update'] as const) {
    if (typeof options[member] !== 'function') throw refuse(member, options[member], 'a function');
  }
  return options;
}

function refuse(field: string, given: unknown, expected: string): ValidationError {
  return new ValidationError(
    `The option ${field} of a handler is ${JSON.stringify(given) ?? String(given)}, expected ${expected}.`,
    {
      field,
    },
  );
}
