/** A datastore's client, with the selection bound (client-go, cache.NewListWatchFromClient). */
import type { ListWatchClient } from '../../model/client.js';
import { ValidationError } from '../../model/errors.js';
import type { KVPairList } from '../../model/kv-pair.js';
import type { ListOptions } from '../../model/list-options.js';
import { ListWatch } from './lister-watcher.js';
import { SelectedWatch, SelectionRule } from './selected-watch.js';

/** Chooses objects by their fields, as `parseFieldSelector` makes it. Anything with these two members will do. */
export interface FieldMatcher {
  /** Whether an object is chosen. Must say the same of the same object every time, and must not throw. */
  matches(object: unknown): boolean;
  /** The selector as text. */
  toString(): string;
}

/** Which objects of a resource to read. */
export interface ListWatchSelector {
  /** Applied on this side of the line, to lists and watches alike. */
  readonly fieldSelector?: FieldMatcher | undefined;
  /** Labels that an object must carry with exactly these values. Applied by the datastore. */
  readonly labelSelector?: Readonly<Record<string, string>> | undefined;
}

/**
 * Lists and watches one resource of a client.
 *
 * An object that comes to match the field selector is Added for a watch, one that ceases to match is Deleted. Where the datastore does
 * not tell what an object was before, one that does not match is always told as Deleted.
 *
 * @typeParam T what the objects of this resource are. A client of objects of all kinds is taken at the caller's word; see
 * `expectedType` of a Reflector.
 * @param resource the kind of the objects: the first segment of their keys.
 * @param namespace absent or empty: all namespaces, and objects that have none.
 * @throws ValidationError when `resource` is no kind, or the field selector has no `matches`.
 * @example
 * ```ts
 * import { createListWatchFromClient } from 'heliostat/cache';
 * import { MemoryDatastore } from 'heliostat/memory';
 * const datastore = new MemoryDatastore<{ readonly image: string }>();
 * await datastore.create({ key: '/pods/default/web-0', value: { image: 'web:1' } });
 * await datastore.create({ key: '/pods/other/web-0', value: { image: 'web:1' } });
 * const listWatch = createListWatchFromClient(datastore, 'pods', 'default');
 * console.log((await listWatch.list()).items.map(({ key }) => key)); // [ '/pods/default/web-0' ]
 * ```
 */
export function createListWatchFromClient<T>(
  client: ListWatchClient<T> | ListWatchClient,
  resource: string,
  namespace = '',
  { fieldSelector, labelSelector }: ListWatchSelector = {},
): ListWatch<T> {
  const source = client as ListWatchClient<T>; // the caller says what the objects of this resource are
  const options = selectionOf(resource, namespace, labelSelector);
  const { capabilities } = source;
  const compareRevisions = source.compareRevisions?.bind(source);
  if (fieldSelector === undefined) {
    const list = source.list.bind(source, options);
    return new ListWatch({ list, watch: source.watch.bind(source, options), capabilities, compareRevisions });
  }
  const rule = new SelectionRule<T>(matcherOf(fieldSelector));
  return new ListWatch<T>({
    capabilities,
    compareRevisions,
    list: async (request) => selected(await source.list(options, request), rule),
    watch: async (request) => new SelectedWatch(await source.watch(options, request), rule, request?.initialList === true),
  });
}

function selectionOf(kind: string, namespace: string, labelSelector: ListWatchSelector['labelSelector']): ListOptions {
  if (typeof kind !== 'string' || kind === '') {
    throw new ValidationError(`A resource is a kind such as "pods", not ${JSON.stringify(kind)}.`, { field: 'resource' });
  }
  return { kind, ...(namespace === '' ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) };
}

function matcherOf(selector: FieldMatcher): (object: unknown) => boolean {
  if (typeof selector.matches === 'function') return (object) => selector.matches(object);
  throw new ValidationError('A field selector is an object with a function "matches"; parseFieldSelector makes one of a text.', {
    field: 'fieldSelector',
  });
}

/** Entries that cannot be read may be about anything, so they are passed on. */
function selected<T>(list: KVPairList<T>, rule: SelectionRule<T>): KVPairList<T> {
  for (const error of list.malformed ?? []) rule.doubt(error);
  return { ...list, items: list.items.filter(({ value }) => rule.matches(value)) };
}
