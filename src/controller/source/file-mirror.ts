/** A local copy in a file. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ValidationError } from '../../model/errors.js';
import type { LocalMirror, MirroredState } from './local-mirror.js';
import { readMirror, writeMirror } from './mirror-format.js';

/** How a {@link FileMirror} is set up. */
export interface FileMirrorOptions {
  /**
   * The file. Its folder must be there, and be writable: the copy is written beside the file, as `<path>.new`, before it takes its place.
   * Whatever is called so is removed first.
   */
  readonly path: string;
  /** A copy that is larger is neither written nor read. In bytes. Default: 256 MiB. */
  readonly maxSize?: number | undefined;
}

/**
 * Keeps a copy in a file: JSON, one object a line, with a checksum. A new copy takes the place of the old one in one step, when it is on
 * the disk: a process, or a machine, that dies at any moment leaves the old one or the new one. The file can be read by its owner alone,
 * because configuration may hold secrets.
 *
 * @example
 * ```ts
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { FileMirror } from 'heliostat/controller';
 * const mirror = new FileMirror({ path: join(tmpdir(), 'heliostat-example.mirror') });
 * await mirror.save({ savedAt: 0, kubeState: { pods: { '/pods/default/web-0': { node: 'a' } } } });
 * const copy = await mirror.load();
 * console.log(copy?.kubeState['pods']);
 * ```
 */
export class FileMirror implements LocalMirror {
  private readonly path: string;
  private readonly maxSize: number;
  private saving: Promise<void> = Promise.resolve();

  /** @throws ValidationError when an option is missing or cannot be. */
  constructor({ path, maxSize = 256 * 1024 * 1024 }: FileMirrorOptions) {
    if (typeof path !== 'string' || path === '' || path.includes('\0')) {
      throw new ValidationError(`Illegal option path: it is ${JSON.stringify(path)}; give the path of a file.`, { field: 'path' });
    }
    if (!(typeof maxSize === 'number' && maxSize > 0)) {
      throw new ValidationError(`Illegal option maxSize: it is ${String(maxSize)}; give a number of bytes above 0.`, {
        field: 'maxSize',
      });
    }
    this.path = path;
    this.maxSize = maxSize;
  }

  /**
   * The copy; undefined when there is no file.
   *
   * @throws ParseError when the file is torn, changed, or of another version; ValidationError when it is larger than `maxSize`; errors of
   * the file system as they are.
   */
  async load(_options?: { readonly signal?: AbortSignal }): Promise<MirroredState | undefined> {
    const handle = await openIfThere(this.path);
    if (handle === undefined) return undefined;
    try {
      this.checkSize((await handle.stat()).size);
      return readMirror(await handle.readFile(), this.path);
    } finally {
      await handle.close();
    }
  }

  /**
   * Replaces the copy. Calls are served one after the other.
   *
   * @throws ValidationError when the copy would be larger than `maxSize`; errors of the file system as they are. The old copy stays.
   */
  save(state: MirroredState): Promise<void> {
    const saved = this.saving.then(() => this.replace(state));
    this.saving = saved.catch(ignore); // whoever asked for it is told
    return saved;
  }

  private async replace(state: MirroredState): Promise<void> {
    const beside = `${this.path}.new`;
    // What a process has left there that died may be open to others, or lead elsewhere: the copy is a new file of its owner alone.
    await rm(beside, { force: true });
    const handle = await open(beside, 'wx', 0o600);
    try {
      try {
        await this.write(handle, state);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(beside, this.path);
    } catch (error) {
      await rm(beside, { force: true }).catch(ignore); // what is left of it harms nobody
      throw error;
    }
    await syncFolder(dirname(this.path));
  }

  private async write(handle: FileHandle, state: MirroredState): Promise<void> {
    let size = 0;
    for (const piece of writeMirror(state)) {
      const bytes = Buffer.from(piece);
      size += bytes.length;
      this.checkSize(size);
      await handle.writeFile(bytes);
    }
  }

  private checkSize(size: number): void {
    if (size <= this.maxSize) return;
    throw new ValidationError(`The local copy ${this.path} has ${size} bytes or more; maxSize allows ${this.maxSize}.`, {
      field: 'maxSize',
    });
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // an error of the file system has a code
    throw error;
  }
}

/** So that the new name survives the machine. Where folders cannot be synced, the file system has its own ways. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The copy is in its place already.
  }
}

function ignore(): void {}
