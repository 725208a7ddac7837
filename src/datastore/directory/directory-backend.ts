/**
 * The directory datastore: a folder of YAML and JSON manifests, live and read-only.
 *
 * What the files declare is kept in a memory datastore, which gives it revisions, history and watches. Each look at the folder that
 * finds something new becomes one revision there, with the differences and nothing else.
 */
import { resolve } from 'node:path';
import { ClosedError, OperationNotSupportedError, type ParseError } from '../../model/errors.js';
import type {
  Backend,
  CallOptions,
  ClientCapabilities,
  DeleteOptions,
  DeleteResult,
  GetOptions,
  Operation,
  TransactionResult,
} from '../../model/client.js';
import type { Key } from '../../model/key.js';
import type { KVPair, KVPairList } from '../../model/kv-pair.js';
import type { ListOptions, ListRequest, WatchRequest } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import type { Watch } from '../../model/watch.js';
import { systemClock } from '../../ports/clock.js';
import { silentLogger } from '../../ports/logger.js';
import { valueLimitsOf } from '../../store/plain-data.js';
import { MemoryBackend } from '../memory/memory-backend.js';
import { Availability } from './availability.js';
import { DirectoryWatch } from './directory-watch.js';
import { FolderMirror } from './folder-mirror.js';
import { NodeFolder } from './node-folder.js';
import { settingsOf, type DirectoryDatastoreOptions } from './options.js';

/**
 * A folder as a datastore. It begins to look at the folder with the first call that needs to know what is there, and goes on until
 * {@link close}.
 *
 * While the folder is missing or cannot be read, calls reject with a DatastoreUnavailableError and watches end with it; what is known
 * is kept, so that afterwards only the differences are reported.
 */
export class DirectoryBackend<V = unknown> implements Backend<V> {
  readonly capabilities: Readonly<ClientCapabilities>;
  private readonly path: string;
  private readonly memory: MemoryBackend<V>;
  private readonly mirror: FolderMirror<V>;
  private readonly availability = new Availability();
  private readonly watches = new Set<DirectoryWatch<V>>();
  private closing: Promise<void> | undefined;

  /** @throws ValidationError when an option is not what it must be. */
  constructor(options: DirectoryDatastoreOptions) {
    const settings = settingsOf(options);
    const { path, clock = systemClock, logger = silentLogger } = options;
    this.path = path;
    this.memory = new MemoryBackend(options);
    this.capabilities = Object.freeze({
      ...this.memory.capabilities,
      writes: false,
      ttl: false,
      deleteConditions: false,
      transactions: false,
    });
    this.mirror = new FolderMirror({
      ...settings,
      memory: this.memory,
      folder: options.folder ?? new NodeFolder(resolve(path)),
      path,
      limits: { ...settings, values: valueLimitsOf(options.valueLimits) },
      clock,
      logger,
      onSettled: () => this.availability.open(),
      onLost: (error) => {
        this.availability.refuse(error);
        for (const watch of this.watches) watch.fail(error);
      },
    });
  }

  /** What cannot be read now: files, documents, and objects that are declared twice. */
  problems(): readonly ParseError[] {
    return this.mirror.problems;
  }

  async list(options: ListOptions, request?: ListRequest): Promise<KVPairList<V>> {
    await this.admit(request);
    return this.memory.list(options, request);
  }

  async get(key: Key, options?: GetOptions): Promise<KVPair<V>> {
    await this.admit(options);
    return this.memory.get(key, options);
  }

  async watch(options: ListOptions, request: WatchRequest = {}): Promise<Watch<V>> {
    await this.admit(request);
    const { signal, ...rest } = request;
    const stop = (): void => void watch.stop();
    const watch = new DirectoryWatch(await this.memory.watch(options, rest), (ended) => {
      this.watches.delete(ended);
      signal?.removeEventListener('abort', stop);
    });
    this.watches.add(watch);
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted === true) stop();
    const { refusal } = this.availability;
    if (refusal !== undefined) watch.fail(refusal);
    return watch;
  }

  /** Revisions are numbers that grow. They begin anew with each instance: see `KVPairList.storeId`. */
  compareRevisions(a: Revision, b: Revision): number {
    return this.memory.compareRevisions(a, b);
  }

  /** Resolves when everything that the folder holds has been read. */
  ensureInitialized(options?: CallOptions): Promise<void> {
    return this.admit(options);
  }

  create(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.refuse(`create ${object.key}`, options);
  }

  update(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.refuse(`update ${object.key}`, options);
  }

  apply(object: KVPair<V>, options?: CallOptions): Promise<KVPair<V>> {
    return this.refuse(`apply ${object.key}`, options);
  }

  delete(key: Key, options?: DeleteOptions): Promise<DeleteResult<V>> {
    return this.refuse(`delete ${key}`, options);
  }

  transaction(_operations: readonly Operation<V>[], options?: CallOptions): Promise<TransactionResult<V>> {
    return this.refuse('do a transaction', options);
  }

  clean(options?: CallOptions): Promise<void> {
    return this.refuse('delete everything', options);
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async shutDown(): Promise<void> {
    const ended = this.mirror.close();
    this.availability.close();
    await this.memory.close();
    await ended;
  }

  private admit(options: CallOptions = {}): Promise<void> {
    this.mirror.start();
    return this.availability.admit(options.signal);
  }

  private async refuse(action: string, options: CallOptions = {}): Promise<never> {
    options.signal?.throwIfAborted();
    if (this.closing !== undefined) throw new ClosedError('This datastore has been closed.');
    throw new OperationNotSupportedError(`Cannot ${action}: a directory datastore is read-only. Edit the files in ${this.path}.`);
  }
}
