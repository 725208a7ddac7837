/** Reads everything that is selected, page by page, and only hands it over whole. */
import type { ListRequestInput } from '../../machines/index.js';
import { isHeliostatError, type ParseError, StaleListError, ValidationError } from '../model/errors.js';
import type { ListWatchClient } from '../model/client.js';
import type { KVPair, KVPairList } from '../model/kv-pair.js';
import type { ListOptions, ListRequest } from '../model/list-options.js';
import { judgeList } from '../policy/judge-list.js';

/** What a list is read with. */
export interface ListReading<V> {
  readonly client: ListWatchClient<V>;
  readonly list: ListOptions;
  /** 0: everything at once. */
  readonly pageSize: number;
  readonly signal: AbortSignal;
  /** A page that is not the last one has arrived. */
  readonly onPage: () => void;
}

/**
 * Reads a complete list, all pages of one revision.
 *
 * When the first page's revision is compacted while the others are read, which can happen again and again to a large list, it is read
 * once more as a whole, as client-go's pager does.
 *
 * @throws what the client throws.
 */
export async function readList<V>(reading: ListReading<V>, input: ListRequestInput): Promise<KVPairList<V>> {
  const { client, list, pageSize, signal, onPage } = reading;
  const atLeast: ListRequest =
    input.notOlderThan === undefined ? {} : { revision: input.notOlderThan, revisionMatch: 'notOlderThan' };
  const limit: ListRequest = pageSize === 0 || client.capabilities.paging === false ? {} : { limit: pageSize };
  const first = await client.list(list, { ...atLeast, ...limit, signal });
  const items: KVPair<V>[] = [...first.items];
  const malformed: ParseError[] = [...(first.malformed ?? [])];
  try {
    for (let page = first; page.continue !== undefined && page.continue !== '';) {
      onPage();
      page = await client.list(list, { ...limit, continue: page.continue, signal });
      for (const item of page.items) items.push(item);
      for (const error of page.malformed ?? []) malformed.push(error);
    }
  } catch (error) {
    if (signal.aborted || !isHeliostatError(error, 'revision-compacted')) throw error;
    onPage();
    return client.list(list, { ...atLeast, signal });
  }
  return {
    items,
    malformed,
    ...(first.revision === undefined ? {} : { revision: first.revision }),
    ...(first.storeId === undefined ? {} : { storeId: first.storeId }),
  };
}

/**
 * What is no list at all is the failure of a request, and not of those who would take it in.
 *
 * @throws ValidationError when `list` has no items, or one of them is no object.
 */
export function refuseNonsense<V>(list: KVPairList<V>): void {
  const items: unknown = (list as KVPairList<V> | null | undefined)?.items; // from outside
  if (Array.isArray(items) && items.every((item) => typeof item === 'object' && item !== null)) return;
  throw new ValidationError('The answer to a list has no array "items" of objects with key and value.', { field: 'items' });
}

/**
 * Refuses the picture of a lagging replica.
 *
 * @throws StaleListError when `list` is older than what is applied.
 */
export function refuseStale<V>(
  client: ListWatchClient<V>,
  list: Pick<KVPairList<V>, 'revision' | 'storeId'>,
  previousStoreId: string | undefined,
  input: ListRequestInput,
): void {
  const verdict = judgeList({
    applied: input.applied,
    listed: list.revision,
    compare: client.compareRevisions?.bind(client),
    storeId: list.storeId,
    previousStoreId,
    mayGoBack: input.mayGoBack,
  });
  if (verdict === 'accept') return;
  throw new StaleListError(
    `The datastore answered with its state at revision ${list.revision}, but it had shown revision ${input.applied} before: ` +
      'the answer of a lagging replica is not used.',
  );
}
