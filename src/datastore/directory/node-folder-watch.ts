/** Watches folders of the file system, each with a watcher of its own, so that one that is gone takes nothing with it. */
import type { BigIntStats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { watch, type FSWatcher } from 'chokidar';
import { pause, systemClock } from '../../ports/clock.js';
import type { FolderWatch, Watched } from './folder.js';

interface Watcher {
  /** The folder that it was set upon: a new one in its place needs a new watcher. */
  readonly identity: string;
  readonly fsWatcher: FSWatcher;
}

export class NodeFolderWatch implements FolderWatch {
  private readonly root: string;
  private readonly hint: () => void;
  private readonly onProblem: (error: unknown) => void;
  private readonly watchers = new Map<string, Watcher>();
  private readonly closing = new Set<Promise<void>>();

  constructor(root: string, hint: () => void, onProblem: (error: unknown) => void) {
    this.root = root;
    this.hint = hint;
    this.onProblem = onProblem;
  }

  async follow(watched: Watched): Promise<void> {
    const wanted = await this.placesOf(watched);
    for (const [path, { identity, fsWatcher }] of this.watchers) {
      if (wanted.get(path) === identity) continue;
      this.watchers.delete(path);
      this.end(fsWatcher);
    }
    await Promise.all(this.closing); // chokidar gives a new watcher of the same path what an old one still holds
    for (const [path, identity] of wanted) {
      if (!this.watchers.has(path)) this.watchers.set(path, { identity, fsWatcher: this.begin(path) });
    }
  }

  async close(): Promise<void> {
    for (const { fsWatcher } of this.watchers.values()) this.end(fsWatcher);
    this.watchers.clear();
    await Promise.all(this.closing);
  }

  /** The folders to watch, with their identity. */
  private async placesOf({ folders, links }: Watched): Promise<ReadonlyMap<string, string>> {
    const places = new Map<string, string>();
    for (const [path, identity] of folders) places.set(join(this.root, path), identity);
    // What is read through a link changes where it really is, and a root that is a link changes where the link is.
    const elsewhere = await Promise.all(
      links.map(async (link) => dirname(await realpath(join(this.root, link)).catch(() => this.root))),
    );
    if (await isLink(this.root)) elsewhere.push(dirname(this.root));
    if (folders.size === 0) elsewhere.push(await nearestFolder(this.root));
    for (const path of new Set(elsewhere)) {
      const identity = await folderIdentity(path);
      if (identity !== undefined && !places.has(path)) places.set(path, identity);
    }
    return places;
  }

  /** Watches one folder and nothing in it: its own watcher tells of its files too, by events whose content we ignore. */
  private begin(path: string): FSWatcher {
    return watch(path, { depth: 0, ignored: (other) => resolve(other) !== path, atomic: false })
      .on('raw', this.hint)
      .on('ready', this.hint)
      .on('error', this.onProblem);
  }

  private end(fsWatcher: FSWatcher): void {
    const ended = close(fsWatcher)
      .catch(this.onProblem)
      .finally(() => this.closing.delete(ended));
    this.closing.add(ended);
  }
}

/** Closes a watcher so that nothing of it is left, which its `close` alone does not see to. */
async function close(fsWatcher: FSWatcher): Promise<void> {
  fsWatcher.removeAllListeners();
  fsWatcher.on('error', () => {}); // what goes wrong from now on concerns nobody, and must not be thrown
  // While it is setting up a watch there are moments when nobody holds it yet, but never at the beginning of a turn of the event loop.
  await pause(systemClock, 0);
  const { _throttled: throttles } = fsWatcher; // its timers, which it forgets without stopping them
  for (const throttled of throttles.values()) {
    for (const { timeoutObject } of throttled.values()) clearTimeout(timeoutObject);
  }
  await fsWatcher.close();
  await pause(systemClock, 0); // the system's handles are gone a turn later
}

async function nearestFolder(path: string): Promise<string> {
  const parent = dirname(path);
  const stats = await stat(parent).catch(() => undefined);
  return stats?.isDirectory() === true || parent === path ? parent : nearestFolder(parent);
}

async function isLink(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isSymbolicLink() === true;
}

async function folderIdentity(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats?.isDirectory() === true ? identityOf(stats) : undefined;
}

/** Tells a folder from another that was made in its place, and was given the same inode: file systems like to reuse them. */
export function identityOf({ dev, ino, birthtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${birthtimeNs}`;
}
