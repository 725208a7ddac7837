/** The picture that all files give together: a pure function of them. */
import type { Key } from '../../model/key.js';
import { formatPlace, type Declaration, type Flaw } from './declaration.js';
import type { FileRecord } from './file-record.js';

/** What the datastore is to hold. */
export interface Picture {
  readonly objects: ReadonlyMap<Key, Declaration>;
  readonly flaws: ReadonlyMap<string, Flaw>;
}

/**
 * Draws the picture. Of several declarations of one key the first counts, by the path of the file (as JavaScript compares strings) and
 * then by the place in it; each of the others is a flaw. What a file is only believed to declare still is no declaration to complain of,
 * but it has the rank of its file: an unreadable file loses nothing to another.
 *
 * @param further flaws that belong to no record.
 */
export function drawPicture(records: ReadonlyMap<string, FileRecord>, further: readonly Flaw[]): Picture {
  const objects = new Map<Key, Declaration>();
  const flaws = new Map<string, Flaw>();
  const keepers = new Map<Declaration, string>();
  for (const [path, record] of [...records].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const flaw of record.flaws) flaws.set(flaw.rawKey, flaw);
    for (const declaration of record.declarations) {
      const winner = objects.get(declaration.key);
      if (winner === undefined) objects.set(declaration.key, declaration);
      else flaws.set(declaration.rawKey, conflict(declaration, winner, keepers.get(winner)));
    }
    for (const declaration of record.kept) {
      if (objects.has(declaration.key)) continue;
      objects.set(declaration.key, declaration);
      keepers.set(declaration, path);
    }
  }
  for (const flaw of further) flaws.set(flaw.rawKey, flaw);
  return { objects, flaws };
}

/** @param keeper the file that the winner is kept for, when it cannot be read at the moment. */
function conflict({ rawKey, place, key }: Declaration, winner: Declaration, keeper: string | undefined): Flaw {
  const elsewhere =
    keeper === undefined
      ? `${formatPlace(winner.place)} declares: that comes first and counts`
      : `${keeper} declared before it became unreadable: that counts until it can be read`;
  return { rawKey, ...place, reason: `This declares ${key}, as ${elsewhere}. Remove one of the two` };
}
