/** What a simulation tests, and what it is built from. */
import type { Logger, ListWatchClient, ResourceType, Syncer, SyncerCallbacks, SyncerOptions } from '../../index.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';

/** What a mirror under test is built from. */
export interface Surroundings<V> {
  /** A datastore far away, on a bad line. Whatever stands between it and the mirror is tested with it. */
  readonly client: ListWatchClient<V>;
  readonly types: readonly ResourceType<V, unknown>[];
  /** Whom the mirror must tell: the simulation's consumer and judge. */
  readonly callbacks: SyncerCallbacks;
  /** Clock, chance, logger and timings. */
  readonly options: SyncerOptions & { readonly clock: Clock; readonly random: Random; readonly logger: Logger };
  /**
   * Fails the simulation: what you check of a consumer of your own is not what it must be. `id` names what is broken, of your own choosing.
   * To throw in a callback would fail nothing: a mirror keeps its consumers' errors to itself, and goes on (R21).
   */
  readonly violate: (id: string, message: string) => void;
}

/** What a simulation needs of a mirror. A syncer is one. */
export type MirrorUnderTest = Pick<Syncer, 'start' | 'stop' | 'status'> &
  Partial<Pick<Syncer, 'snapshot' | 'updates' | 'types' | 'freshness'>>;
