/**
 * A folder of files, as a directory datastore sees it. The real one is the NodeFolder; tests use one in memory.
 *
 * Paths are relative to the folder, with forward slashes; the folder itself is `''`. What goes wrong is thrown with the `code` of a
 * system error: `ENOENT` where nothing is there, `ENOTDIR` where a file stands in the way, anything else where it cannot be told.
 */

/** What a name in a folder stands for. A link may lead to anything. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
}

/** A file or folder at one moment. */
export interface FileState {
  readonly kind: 'file' | 'folder' | 'other';
  /** The same for two paths that lead to the same thing. */
  readonly identity: string;
  /** Another one after every change, as far as the time stamps of the file system are fine enough to tell. */
  readonly version: string;
  /** The same after a file was merely moved, another one after its content was changed. */
  readonly substance: string;
  /** In bytes. */
  readonly size: number;
  /** When it was changed last by the file system's clock, in milliseconds since 1970. */
  readonly changedAt: number;
}

/** Where changes can come from. */
export interface Watched {
  /** Every folder that was read, with its identity. Empty while there is none. */
  readonly folders: ReadonlyMap<string, string>;
  /** Symbolic links to files. */
  readonly links: readonly string[];
}

/** Watches a folder until it is closed. */
export interface FolderWatch {
  /** From now on watches these places, and no others. Gives a hint when it has begun to watch a new one. */
  follow(watched: Watched): Promise<void>;
  /** When it resolves, nothing is left and no hint will be given any more. */
  close(): Promise<void>;
}

/** Everything that a directory datastore needs of a file system. */
export interface Folder {
  list(path: string): Promise<readonly FolderEntry[]>;
  /** What `path` leads to, symbolic links followed. */
  stat(path: string): Promise<FileState>;
  /** The content of a file, or the first `limit` bytes of it. */
  read(path: string, limit: number): Promise<Uint8Array>;
  /**
   * Begins to watch.
   *
   * @param hint called when something may have changed. It may be called in vain, and may fail to be called.
   * @param onProblem called when a part of the folder cannot be watched.
   */
  watch(hint: () => void, onProblem: (error: unknown) => void): FolderWatch;
}

/** The code of a system error, `'unknown'` when it has none. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** Whether an error says that there is nothing at a path. */
export function isGone(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error));
}
