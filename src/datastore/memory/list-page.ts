/** Pages: a list cut into pieces, all of them of one revision. */
import { ValidationError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { ListRequest } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import { scanSelected, type Selector } from '../../store/selector.js';
import type { MemoryState } from './history.js';

/** One page, and the state that it is a page of. */
export interface Page<V> {
  readonly state: MemoryState<V>;
  readonly items: readonly KVPair<V>[];
  readonly continue?: string;
}

/** Where the next page begins: behind this key, at this revision. */
interface Position {
  readonly revision: Revision;
  readonly after: Key;
}

/**
 * Reads one page.
 *
 * @throws ValidationError when `request.limit` or `request.continue` is not what a client may send; and what `stateAt` throws, when
 * the revision of the first page is compacted while the pages are read.
 */
export function listPage<V>(
  request: ListRequest,
  stateAt: (revision: Revision | undefined) => MemoryState<V>,
  selector: Selector,
): Page<V> {
  const limit = checkLimit(request.limit);
  const position = request.continue === undefined ? undefined : readToken(request.continue);
  const state = stateAt(position?.revision ?? request.revision);
  const items: KVPair<V>[] = [];
  let hasMore = false;
  scanSelected(
    state.objects,
    selector,
    (pair, key) => {
      if (key === position?.after) return true;
      hasMore = items.length === limit;
      if (!hasMore) items.push(pair);
      return !hasMore;
    },
    position?.after,
  );
  const last = items.at(-1);
  if (!hasMore || last === undefined) return { state, items };
  return { state, items, continue: writeToken({ revision: String(state.revision), after: last.key }) };
}

function checkLimit(limit: number | undefined): number {
  if (limit === undefined || limit === 0) return Infinity;
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new ValidationError(`Illegal limit ${limit}: it is a whole number of items, or 0 for all.`, { field: 'limit' });
}

function writeToken({ revision, after }: Position): string {
  return Buffer.from(JSON.stringify([revision, after])).toString('base64url');
}

function readToken(token: string): Position {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parts) && typeof parts[0] === 'string' && typeof parts[1] === 'string')
      return { revision: parts[0], after: parts[1] };
  } catch {
    // Falls through: whatever is wrong with it, it is not ours.
  }
  throw new ValidationError('Illegal continue: it must be the `continue` of the page before, unchanged.', { field: 'continue' });
}
