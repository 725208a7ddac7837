/** Reads one file, as it was seen, into a record. */
import type { Clock } from '../../ports/clock.js';
import type { Flaw } from './declaration.js';
import { recordFindings, type FileRecord } from './file-record.js';
import { tooLargeFile, unreadableFile, unusableFile } from './flaws.js';
import { errorCode, isGone, type FileState, type Folder } from './folder.js';
import { readManifests, type FileLimits } from './read-manifests.js';
import type { Sighting } from './walk.js';

/** What a folder may hold. */
export interface FolderLimits extends FileLimits {
  readonly maxFiles: number;
  readonly maxFolders: number;
  readonly maxFileSize: number;
}

/**
 * The coarsest time stamps in use, those of FAT. A file that was changed less than this before it was read can be changed again without
 * looking any different, so it is read once more. A file that could not be read is tried again after the same time.
 */
const coarsestTimestamp = 2_000;

export class FileReader {
  private readonly folder: Folder;
  private readonly clock: Clock;
  private readonly limits: FolderLimits;

  constructor(folder: Folder, clock: Clock, limits: FolderLimits) {
    this.folder = folder;
    this.clock = clock;
    this.limits = limits;
  }

  /** @returns undefined when the file is no longer the one that was seen. */
  async read(path: string, sighting: Sighting, before: FileRecord | undefined): Promise<FileRecord | undefined> {
    const { version } = sighting;
    if (!('state' in sighting)) {
      const flaw = unusableFile(path, sighting.reason, sighting.cause);
      return recordFindings(only(flaw), { version, substance: undefined, recheckAt: undefined }, before);
    }
    const { size, substance } = sighting.state;
    if (size > this.limits.maxFileSize) {
      const flaw = tooLargeFile(path, size, this.limits.maxFileSize);
      return recordFindings(only(flaw), { version, substance, recheckAt: undefined }, before);
    }
    const recheckAt = this.isFresh(sighting.state) ? this.clock.now() + coarsestTimestamp : undefined;
    try {
      const bytes = await this.folder.read(path, this.limits.maxFileSize);
      if ((await this.folder.stat(path)).version !== version) return undefined;
      return recordFindings(readManifests(path, bytes, this.limits), { version, substance, recheckAt }, before);
    } catch (error) {
      if (isGone(error)) return undefined;
      // When access is given the version changes; anything else may pass by itself.
      const retryAt = ['EACCES', 'EPERM'].includes(errorCode(error)) ? undefined : this.clock.now() + coarsestTimestamp;
      return recordFindings(only(unreadableFile(path, error)), { version, substance, recheckAt: retryAt }, before);
    }
  }

  private isFresh({ changedAt }: FileState): boolean {
    return Math.abs(this.clock.wallNow() - changedAt) < coarsestTimestamp;
  }
}

function only(flaw: Flaw): { declarations: readonly []; flaws: readonly Flaw[] } {
  return { declarations: [], flaws: [flaw] };
}
