/** A folder of the file system. */
import { constants } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileState, Folder, FolderEntry, FolderWatch } from './folder.js';
import { identityOf, NodeFolderWatch } from './node-folder-watch.js';

export class NodeFolder implements Folder {
  private readonly root: string;

  /** @param root an absolute path. */
  constructor(root: string) {
    this.root = root;
  }

  async list(path: string): Promise<readonly FolderEntry[]> {
    const entries = await readdir(join(this.root, path), { withFileTypes: true });
    return entries.map((entry) => ({
      name: entry.name,
      kind: entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other',
    }));
  }

  async stat(path: string): Promise<FileState> {
    const stats = await stat(join(this.root, path), { bigint: true });
    const substance = `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
    return {
      kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other',
      identity: identityOf(stats),
      substance,
      version: `${substance}:${stats.ctimeNs}`,
      size: Number(stats.size),
      changedAt: Number(stats.ctimeMs),
    };
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    // A pipe that has taken the place of the file since it was looked at must not make us wait for a writer.
    const handle = await open(join(this.root, path), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size } = await handle.stat();
      const bytes = new Uint8Array(Math.min(size, limit));
      let length = 0;
      while (length < bytes.length) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return bytes.subarray(0, length);
    } finally {
      await handle.close();
    }
  }

  watch(hint: () => void, onProblem: (error: unknown) => void): FolderWatch {
    return new NodeFolderWatch(this.root, hint, onProblem);
  }
}
