/** What an informer is made of, and how it says how it is doing. */
import type { Revision } from '../../model/revision.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { KeyFunc } from '../keys.js';
import type { ReflectorProblem } from '../reflector/problems.js';
import type { Indexers, Store } from '../store.js';
import type { TransformFunc } from './admission.js';
import type { HandlerReport } from './audience.js';
import type { InformerProblem } from './problems.js';

/** Fills a store: first everything there is, as a `replace`, then what changes. */
export interface Feed {
  /** Ends when `signal` aborts. When it ends by itself, or rejects, the informer stops. */
  run(options: { readonly signal: AbortSignal }): Promise<void>;
}

/** How an informer is set up. Times are in milliseconds. */
export interface InformerOptions<T> {
  /** Makes the keys of the objects. Default: {@link metaNamespaceKeyFunc}. */
  readonly keyFunc?: KeyFunc<T> | undefined;
  /** Indices by name. More can be added at any time. */
  readonly indexers?: Indexers<T> | undefined;
  /**
   * Makes of an object what is kept and told of it, leaving out what nobody needs, say: once for each state that comes, and of a
   * deleted object for its final state. It returns plain data with the same key; what it is given may be frozen, so it makes a copy.
   * An object for which it fails is told to `onError`, and what was there under its key stays.
   */
  readonly transform?: TransformFunc<T> | undefined;
  /** Objects come as frozen plain data already, as a client with `immutableValues` hands them out: they are not looked at again. */
  readonly immutableValues?: boolean | undefined;
  /** For handlers that do not say otherwise: see {@link HandlerOptions}. 0, the default: never. Else at least 1,000. */
  readonly resyncPeriod?: number | undefined;
  /** How long the end, or the removal of a handler, may wait for callbacks that do not return. Default 5,000. */
  readonly stopLimit?: number | undefined;
  /** Is told of everything that goes wrong, once, and never while something else is going on. */
  readonly onError?: ((problem: InformerProblem) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
  /** Tells this informer from others in the log. */
  readonly name?: string | undefined;
}

/** How an informer is doing. */
export interface InformerReport {
  readonly state: 'created' | 'running' | 'stopped';
  readonly hasSynced: boolean;
  readonly resourceVersion: Revision | undefined;
  /** How many objects it holds. */
  readonly objects: number;
  /** Those who are told, in the order in which they came. */
  readonly handlers: readonly HandlerReport[];
}

/** What fills the store, besides the store itself. */
export interface FeedHost<T> {
  readonly store: Store<T>;
  readonly onError: (problem: ReflectorProblem) => void;
}
