/** Everyone who is measured, by name. */
import { ClientNodeMirror } from './client-node-mirror.js';
import { FrozenSyncerMirror, StoreMirror, SyncerMirror } from './heliostat-mirrors.js';
import { MapMirror, revisionsOf, type Mirror } from './mirrors.js';

export const heliostat = 'Heliostat';
export const heliostatFrozen = 'Heliostat, values frozen before (not counted)';
const heliostatStore = 'its store alone';
export const clientNode = 'client-node';
export const bareMap = 'a bare Map';

/** One of each. */
export function everyone(): ReadonlyMap<string, Mirror> {
  return new Map<string, Mirror>([
    [heliostat, new SyncerMirror()],
    [heliostatFrozen, new FrozenSyncerMirror()],
    [heliostatStore, new StoreMirror()],
    [clientNode, new ClientNodeMirror()],
    [bareMap, new MapMirror()],
  ]);
}

/**
 * Checks that everyone has done all of the work.
 *
 * @throws Error when two of them do not hold the same objects in the same state.
 */
export function checkAgreement(mirrors: ReadonlyMap<string, Mirror>): void {
  const [[firstName, first] = [], ...others] = mirrors;
  if (first === undefined) return;
  const expected = revisionsOf(first).join();
  for (const [name, mirror] of others) {
    if (revisionsOf(mirror).join() !== expected)
      throw new Error(`${name} does not hold what ${firstName} holds, so nothing can be compared.`);
  }
}
