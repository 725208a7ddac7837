/** Reads a tree of folders: which manifests there are, in which state. Nothing is opened. */
import { errorCode, isGone, type FileState, type Folder, type FolderEntry, type Watched } from './folder.js';
import { isHiddenName, isManifestName } from './names.js';

/** A manifest that is there: a file that can be read, or the reason why it cannot. */
export type Sighting =
  | { readonly version: string; readonly state: FileState }
  | { readonly version: string; readonly reason: string; readonly cause?: unknown };

/** What a walk found. */
export interface Tree extends Watched {
  /** Manifests by path. */
  readonly manifests: ReadonlyMap<string, Sighting>;
  /** Folders below the root that cannot be listed: what they hold is not known. */
  readonly unreadable: ReadonlyMap<string, unknown>;
  /** How many manifests were not looked at because `admits` refused them. */
  readonly refused: number;
  /** How many folders were not listed because there are too many. */
  readonly refusedFolders: number;
}

/**
 * Walks the whole tree. A folder is entered once, by the path that comes first when the names are sorted, so symbolic links that lead
 * in a circle, or to the same place a thousand ways, end.
 *
 * @param admits asked about each manifest, in that order.
 * @param maxFolders how many folders are listed at most.
 * @throws what the folder throws when its root is not there, from the beginning to the end, or cannot be listed.
 */
export async function walk(folder: Folder, admits: (path: string) => boolean, maxFolders: number): Promise<Tree> {
  const manifests = new Map<string, Sighting>();
  const folders = new Map<string, string>();
  const unreadable = new Map<string, unknown>();
  const links: string[] = [];
  const entered = new Set<string>();
  let refused = 0;
  let refusedFolders = 0;

  const enter = async (path: string, { identity }: FileState): Promise<void> => {
    if (entered.has(identity)) return;
    if (entered.size >= maxFolders) return void refusedFolders++;
    entered.add(identity);
    let entries: readonly FolderEntry[];
    try {
      entries = await folder.list(path);
    } catch (error) {
      if (path === '') throw error;
      if (!isGone(error)) unreadable.set(path, error);
      return;
    }
    folders.set(path, identity);
    const found = await Promise.all(
      entries
        .filter(({ name, kind }) => (kind === 'file' || kind === 'other' ? isManifestName(name) : !isHiddenName(name)))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1))
        .map((entry) => lookAt(path === '' ? entry.name : `${path}/${entry.name}`, entry)),
    );
    for (const { child, entry, seen } of found) {
      if (seen instanceof Error) {
        if (entry.kind !== 'folder' && isManifestName(entry.name)) manifests.set(child, unreadableFile(seen, entry));
        else unreadable.set(child, seen);
      } else if (seen?.kind === 'folder') await enter(child, seen);
      else if (seen !== undefined && isManifestName(entry.name)) manifests.set(child, sightingOf(seen));
    }
  };

  const lookAt = async (child: string, entry: FolderEntry): Promise<Look> => {
    if (entry.kind !== 'folder' && isManifestName(entry.name) && !admits(child)) {
      refused++;
      return { child, entry, seen: undefined };
    }
    try {
      const seen = await folder.stat(child);
      if (entry.kind === 'link' && seen.kind === 'file' && isManifestName(entry.name)) links.push(child);
      return { child, entry, seen };
    } catch (error) {
      return { child, entry, seen: isAbsent(error, entry) ? undefined : asError(error) };
    }
  };

  await enter('', await folder.stat(''));
  await folder.stat(''); // throws when the root was lost meanwhile: then what is missing says nothing
  return { manifests, folders, unreadable, links, refused, refusedFolders };
}

interface Look {
  readonly child: string;
  readonly entry: FolderEntry;
  /** Undefined: not there, or not looked at. */
  readonly seen: FileState | Error | undefined;
}

/**
 * A name can be gone by the time it is looked at. The name of a manifest that is a link is there, though it leads nowhere; and so is a
 * name that does not survive being read as UTF-8, whose file cannot be found by it.
 */
function isAbsent(error: unknown, { name, kind }: FolderEntry): boolean {
  if (!isGone(error)) return false;
  return !(isManifestName(name) && (kind === 'link' || name.includes('\ufffd')));
}

function sightingOf(state: FileState): Sighting {
  if (state.kind === 'file') return { version: state.version, state };
  return { version: 'not a file', reason: 'is not a regular file, so it is not read. Put a file there, or rename it' };
}

function unreadableFile(cause: Error, { kind, name }: FolderEntry): Sighting {
  const code = errorCode(cause);
  const what = !isGone(cause)
    ? `cannot be looked at (${cause.message}). Give access to it, or remove it`
    : kind === 'link'
      ? 'is a symbolic link that leads nowhere. Correct it, or remove it'
      : `has a name that is not UTF-8, so it cannot be opened. Rename it`;
  return { version: `unreadable: ${code} ${name}`, reason: what, cause };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}
