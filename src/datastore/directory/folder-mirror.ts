/** Keeps a memory datastore equal to what the files of a folder declare. */
import { DatastoreUnavailableError, type ParseError } from '../../model/errors.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import type { MemoryBackend } from '../memory/memory-backend.js';
import { commitPicture } from './commit.js';
import type { FolderLimits } from './file-reader.js';
import { errorCode, type Folder, type FolderWatch, type Watched } from './folder.js';
import { LookLoop } from './look-loop.js';
import { Scan, type Look } from './scan.js';
import { walk } from './walk.js';

/** What a mirror is made of, and whom it tells. */
export interface FolderMirrorOptions<V> {
  readonly memory: MemoryBackend<V>;
  readonly folder: Folder;
  /** The folder, as it is to be shown. */
  readonly path: string;
  readonly limits: FolderLimits;
  readonly settle: number;
  readonly rescanInterval: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Everything that the folder holds is in the memory datastore. */
  readonly onSettled: () => void;
  /** The folder cannot be read. What is known of it stays in the memory datastore. */
  readonly onLost: (error: DatastoreUnavailableError) => void;
}

export class FolderMirror<V> {
  private readonly options: FolderMirrorOptions<V>;
  private readonly scan: Scan;
  private readonly loop: LookLoop;
  private readonly unwatchable = new Set<string>();
  private malformed: ReadonlyMap<string, ParseError> = new Map();
  private watch: FolderWatch | undefined;
  private lossReported: string | undefined;
  private isClosed = false;

  constructor(options: FolderMirrorOptions<V>) {
    const { folder, clock, settle, limits } = options;
    this.options = options;
    this.scan = new Scan(folder, clock, settle, limits);
    this.loop = new LookLoop(clock, settle, () => this.look());
  }

  /** What cannot be read now, by raw key. */
  get problems(): readonly ParseError[] {
    return [...this.malformed.values()];
  }

  start(): void {
    if (this.watch !== undefined || this.isClosed) return;
    this.watch = this.options.folder.watch(
      () => this.loop.hint(),
      (error) => this.reportUnwatchable(error),
    );
    this.loop.start();
  }

  /** Resolves when nothing is left. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.loop.close();
    await this.watch?.close();
  }

  /** Never throws: whatever goes wrong, the folder is unavailable until the next look. */
  private async look(): Promise<number> {
    const { folder, limits, clock, rescanInterval, onSettled } = this.options;
    const nextRescan = clock.now() + (rescanInterval === 0 ? Infinity : rescanInterval);
    try {
      const tree = await walk(folder, this.scan.admission(), limits.maxFolders);
      await this.follow(tree);
      const look = await this.scan.look(tree);
      if (this.isClosed) return Infinity;
      this.lossReported = undefined;
      this.commit(look);
      if (look.isSettled) onSettled();
      return Math.min(nextRescan, look.lookAgainAt);
    } catch (error) {
      if (!this.isClosed) await this.lose(error);
      return nextRescan;
    }
  }

  private commit({ picture }: Look): void {
    const { memory, path, logger } = this.options;
    if (picture === undefined) return;
    const { found, mended, malformed } = commitPicture(memory, picture, path);
    this.malformed = malformed;
    for (const { message, rawKey } of found) logger.warn(message, { rawKey });
    for (const rawKey of mended) logger.info(`${rawKey} can be read again, or is gone.`, { rawKey });
  }

  private async lose(cause: unknown): Promise<void> {
    const { path, logger, onLost } = this.options;
    const error = new DatastoreUnavailableError(`${whyUnavailable(path, cause)} What is known of it is kept.`, { cause });
    this.scan.interrupt();
    if (this.lossReported !== error.message) logger.warn(error.message, { path });
    this.lossReported = error.message;
    onLost(error);
    await this.follow(nothing);
  }

  /** What cannot be watched can be looked at all the same. */
  private async follow(watched: Watched): Promise<void> {
    try {
      await this.watch?.follow(watched);
    } catch (error) {
      this.reportUnwatchable(error);
    }
  }

  private reportUnwatchable(error: unknown): void {
    const { path, rescanInterval, logger } = this.options;
    const code = errorCode(error);
    if (this.unwatchable.has(code)) return;
    this.unwatchable.add(code);
    const consequence =
      rescanInterval === 0
        ? 'Changes there are not noticed: set the option rescanInterval.'
        : `Changes there are noticed within ${rescanInterval} ms.`;
    logger.warn(`A part of ${path} cannot be watched (${code}). ${consequence}`, { path, error });
  }
}

const nothing: Watched = { folders: new Map(), links: [] };

function whyUnavailable(path: string, cause: unknown): string {
  switch (errorCode(cause)) {
    case 'ENOENT':
      return `The folder ${path} does not exist. Create it, or correct the option path.`;
    case 'ENOTDIR':
      return `${path} is a file, not a folder. Give the folder that holds the manifests as the option path.`;
    case 'EACCES':
    case 'EPERM':
      return `The folder ${path} may not be read. Give access to it.`;
    default:
      return `The folder ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`;
  }
}
