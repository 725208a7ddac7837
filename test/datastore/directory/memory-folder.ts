/** A folder in memory, for tests: files, folders, symbolic links, inodes, time stamps, faults, and watchers that can be deaf. */
import type { FileState, Folder, FolderEntry, FolderWatch } from '../../../src/datastore/directory/folder.js';
import type { Clock } from '../../../src/ports/clock.js';

interface Inode {
  readonly number: number;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly entries: Map<string, Inode>;
  bytes: Uint8Array;
  /** Of a link: where it leads, from the root. */
  readonly target: string;
  modified: string;
  changed: string;
  changedAt: number;
}

export class MemoryFolder implements Folder {
  /** What was read, in order. */
  readonly reads: string[] = [];
  /** Whether the watchers give hints. */
  notifies = true;
  /** Called before the content of a file is handed out. */
  onRead: ((path: string) => void) | undefined;
  /** Watches that are open. */
  openWatches = 0;
  /** Time stamps are as coarse as this, in milliseconds; undefined: each change has one of its own. */
  granularity: number | undefined;
  /** What the watcher was told to follow last. */
  followed: readonly string[] = [];
  /** Tells the datastore that something cannot be watched. */
  onProblem: (error: unknown) => void = () => {};
  private root: Inode | undefined;
  private inodes = 0;
  private ticks = 0;
  private readonly clock: Clock;
  private readonly faults = new Map<string, string>();
  private readonly hints = new Set<() => void>();

  constructor(clock: Clock) {
    this.clock = clock;
    this.root = this.inode('folder');
  }

  // What people and editors do.

  /** Writes in place: the same inode, when there is one. */
  write(path: string, content: string | Uint8Array): void {
    const { folder, name } = this.placeOf(path);
    const existing = folder.entries.get(name);
    const file = existing?.kind === 'link' ? this.find(existing.target) : existing;
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    if (file === undefined) folder.entries.set(name, this.inode('file', bytes));
    else {
      file.bytes = bytes;
      this.touch(file, true);
    }
    this.hint();
  }

  /** Writes beside it and renames: another inode. */
  replace(path: string, content: string): void {
    this.write(`${path}.tmp`, content);
    this.rename(`${path}.tmp`, path);
  }

  rename(from: string, to: string): void {
    const source = this.placeOf(from);
    const inode = this.existing(from, source.folder.entries.get(source.name));
    source.folder.entries.delete(source.name);
    const target = this.placeOf(to);
    target.folder.entries.set(target.name, inode);
    this.touch(inode, false);
    this.hint();
  }

  /** Removes a file, or a folder with all it holds. */
  remove(path: string): void {
    const { folder, name } = this.placeOf(path);
    this.existing(path, folder.entries.get(name));
    folder.entries.delete(name);
    this.hint();
  }

  mkdir(path: string): void {
    this.placeOf(`${path}/.`);
    this.hint();
  }

  /** @param target where it leads, from the root. */
  link(path: string, target: string): void {
    const { folder, name } = this.placeOf(path);
    folder.entries.set(name, this.inode('link', new Uint8Array(), target));
    this.hint();
  }

  pipe(path: string): void {
    const { folder, name } = this.placeOf(path);
    folder.entries.set(name, this.inode('other'));
    this.hint();
  }

  /** From now on, looking at this path fails; `list <path>` and `read <path>` let only that fail, `follow` the watching. */
  fail(path: string, code: string): void {
    this.faults.set(path, code);
    this.hint();
  }

  mend(path: string): void {
    this.faults.delete(path);
    this.hint();
  }

  /** The folder itself is gone, until {@link restoreRoot}. */
  removeRoot(): () => void {
    const gone = this.root;
    this.root = undefined;
    this.hint();
    return () => {
      this.root = gone;
      this.hint();
    };
  }

  /** A new, empty folder, or a file in its place. */
  makeRoot(kind: 'folder' | 'file' = 'folder'): void {
    this.root = this.inode(kind);
    this.hint();
  }

  hint(): void {
    if (this.notifies) for (const hint of this.hints) hint();
  }

  // What the datastore does.

  async list(path: string): Promise<readonly FolderEntry[]> {
    this.checkFault(path);
    this.checkFault(`list ${path}`);
    const folder = this.resolve(path);
    if (folder.kind !== 'folder') throw systemError('ENOTDIR', path);
    return [...folder.entries].map(([name, { kind }]) => ({ name, kind }));
  }

  async stat(path: string): Promise<FileState> {
    this.checkFault(path);
    const { kind, number, bytes, modified, changed, changedAt } = this.resolve(path);
    const identity = `${number}`;
    const substance = `${identity}:${bytes.length}:${modified}`;
    if (kind === 'link') throw systemError('ELOOP', path);
    return { kind, identity, substance, version: `${substance}:${changed}`, size: bytes.length, changedAt };
  }

  async read(path: string, limit: number): Promise<Uint8Array> {
    this.checkFault(`read ${path}`);
    this.reads.push(path);
    const file = this.resolve(path);
    const bytes = file.bytes.slice(0, limit);
    this.onRead?.(path);
    return bytes;
  }

  watch(hint: () => void, onProblem: (error: unknown) => void): FolderWatch {
    this.hints.add(hint);
    this.onProblem = onProblem;
    this.openWatches++;
    return {
      follow: async ({ folders, links }) => {
        this.checkFault('follow');
        this.followed = [...folders.keys(), ...links];
      },
      close: async () => {
        if (this.hints.delete(hint)) this.openWatches--;
      },
    };
  }

  private inode(kind: Inode['kind'], bytes: Uint8Array = new Uint8Array(), target = ''): Inode {
    const inode: Inode = {
      number: ++this.inodes,
      kind,
      entries: new Map(),
      bytes,
      target,
      modified: '',
      changed: '',
      changedAt: 0,
    };
    this.touch(inode, true);
    return inode;
  }

  private touch(inode: Inode, isContent: boolean): void {
    const now = this.clock.wallNow();
    const { granularity } = this;
    inode.changedAt = granularity === undefined ? now : Math.floor(now / granularity) * granularity;
    const stamp = granularity === undefined ? `${now}.${++this.ticks}` : `${inode.changedAt}`;
    inode.changed = stamp;
    if (isContent) inode.modified = stamp;
  }

  /** The folder that a path lies in, made when it is not there. */
  private placeOf(path: string): { readonly folder: Inode; readonly name: string } {
    const names = path.split('/');
    const name = names.pop() ?? '';
    let folder = this.existing('', this.root);
    for (const part of names) {
      let next = folder.entries.get(part);
      if (next === undefined) folder.entries.set(part, (next = this.inode('folder')));
      folder = next.kind === 'link' ? this.existing(next.target, this.find(next.target)) : next;
    }
    return { folder, name };
  }

  /** What a path leads to, links followed; undefined when there is nothing. */
  private find(path: string, hops = 0): Inode | undefined {
    if (hops > 40) throw systemError('ELOOP', path);
    let inode = this.root;
    for (const part of path === '' ? [] : path.split('/')) {
      if (inode !== undefined && inode.kind !== 'folder') throw systemError('ENOTDIR', path);
      inode = inode?.entries.get(part);
      if (inode?.kind === 'link') inode = this.find(inode.target, hops + 1);
    }
    return inode;
  }

  private resolve(path: string): Inode {
    return this.existing(path, this.find(path));
  }

  private existing(path: string, inode: Inode | undefined): Inode {
    if (inode === undefined) throw systemError('ENOENT', path);
    return inode;
  }

  private checkFault(path: string): void {
    const code = this.faults.get(path);
    if (code !== undefined) throw systemError(code, path);
  }
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
