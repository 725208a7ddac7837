/** Where a reflector reads from: something that lists and watches one kind of objects (client-go, cache.ListerWatcher). */
import type { ClientCapabilities, ListWatchClient } from '../../model/client.js';
import { ValidationError } from '../../model/errors.js';
import type { KVPairList } from '../../model/kv-pair.js';
import type { ListRequest, WatchRequest } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import type { Watch } from '../../model/watch.js';

/** Reads everything there is, or the next page of it. See {@link ListWatchClient.list}; a failure is never an empty list. */
export type ListFunc<T> = (request?: ListRequest) => Promise<KVPairList<T>>;

/** Follows what changes. See {@link ListWatchClient.watch}. */
export type WatchFunc<T> = (request?: WatchRequest) => Promise<Watch<T>>;

/**
 * Lists and watches a selection that is settled: the port of a datastore, without the choice of what to read. The objects of a cache
 * are the values of the pairs.
 */
export interface ListerWatcher<T> {
  list(request?: ListRequest): Promise<KVPairList<T>>;
  watch(request?: WatchRequest): Promise<Watch<T>>;
  /** What is `false` is not asked for: pages, or lists as streams. */
  readonly capabilities?: Readonly<Partial<ClientCapabilities>> | undefined;
  /** Tells which of two revisions came later. Without it, the answer of a lagging replica cannot be told from a fresh one. */
  readonly compareRevisions?: ((a: Revision, b: Revision) => number) | undefined;
}

/** What a {@link ListWatch} is made of. */
export interface ListWatchOptions<T> {
  readonly list: ListFunc<T>;
  readonly watch: WatchFunc<T>;
  readonly capabilities?: Readonly<Partial<ClientCapabilities>> | undefined;
  readonly compareRevisions?: ((a: Revision, b: Revision) => number) | undefined;
}

/**
 * Two functions as one {@link ListerWatcher}.
 *
 * @throws ValidationError when one of the two is missing.
 * @example
 * ```ts
 * import { ListWatch } from 'heliostat/cache';
 * import { MemoryDatastore } from 'heliostat/memory';
 * const datastore = new MemoryDatastore<{ readonly image: string }>();
 * const listWatch = new ListWatch({
 *   list: (request) => datastore.list({ kind: 'pods', prefix: true }, request),
 *   watch: (request) => datastore.watch({ kind: 'pods', prefix: true }, request),
 *   capabilities: datastore.capabilities,
 * });
 * console.log((await listWatch.list()).items.length); // 0
 * ```
 */
export class ListWatch<T> implements ListerWatcher<T> {
  readonly capabilities: Readonly<Partial<ClientCapabilities>> | undefined;
  readonly compareRevisions: ((a: Revision, b: Revision) => number) | undefined;
  private readonly listFunc: ListFunc<T>;
  private readonly watchFunc: WatchFunc<T>;

  constructor({ list, watch, capabilities, compareRevisions }: ListWatchOptions<T>) {
    checkFunction('list', list);
    checkFunction('watch', watch);
    this.listFunc = list;
    this.watchFunc = watch;
    this.capabilities = capabilities;
    this.compareRevisions = compareRevisions;
  }

  async list(request?: ListRequest): Promise<KVPairList<T>> {
    return this.listFunc(request);
  }

  async watch(request?: WatchRequest): Promise<Watch<T>> {
    return this.watchFunc(request);
  }
}

/** The same as a client whose selection is settled: what is asked for besides the request plays no part. */
export function clientOf<T>(listerWatcher: ListerWatcher<T>): ListWatchClient<T> {
  const { capabilities = {} } = listerWatcher;
  const client: ListWatchClient<T> = {
    capabilities,
    list: (_, request) => listerWatcher.list(request),
    watch: (_, request) => listerWatcher.watch(request),
  };
  if (listerWatcher.compareRevisions === undefined) return client;
  return { ...client, compareRevisions: listerWatcher.compareRevisions.bind(listerWatcher) };
}

function checkFunction(field: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new ValidationError(`A ListWatch needs a function ${JSON.stringify(field)}, and was given ${typeof value}.`, { field });
}
