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

/** Chooses objects by their labels, as `parseLabelSelector` makes it. Anything with these two members will do. */
export interface LabelMatcher {
  /** Whether an object with these labels is chosen. Must say the same of the same labels every time, and must not throw. */
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  /** The selector as text. */
  toString(): string;
}

/** Which objects of a resource to read. */
export interface ListWatchSelector {
  /** Applied on this side of the line, to lists and watches alike. */
  readonly fieldSelector?: FieldMatcher | undefined;
  /**
   * Labels that an object must carry with exactly these values: applied by the datastore. Or a selector: applied on this side of the line,
   * to lists and watches alike, to the labels in `metadata.labels` of an object.
   */
  readonly labelSelector?: Readonly<Record<string, string>> | LabelMatcher | undefined;
}

/**
 * Lists and watches one resource of a client.
 *
 * An object that comes to match a selector that is applied here is Added for a watch, one that ceases to match is Deleted. Where the datastore does
 * not tell what an object was before, one that does not match is always told as Deleted.
 *
 * @typeParam T what the objects of this resource are. A client of objects of all kinds is taken at the caller's word; see
 * `expectedType` of a Reflector.
 * @param resource the kind of the objects: the first segment of their keys.
 * @param namespace absent or empty: all namespaces, and objects that have none.
 * @throws ValidationError when `resource` is no kind, or a selector is none.
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
  const byLabels = labelMatcherOf(labelSelector);
  const options = selectionOf(resource, namespace, byLabels === undefined ? (labelSelector as SentLabels) : undefined); // it is no matcher
  const { capabilities } = source;
  const compareRevisions = source.compareRevisions?.bind(source);
  const tests = [byLabels, fieldMatcherOf(fieldSelector)].filter((test) => test !== undefined);
  if (tests.length === 0) {
    const list = source.list.bind(source, options);
    return new ListWatch({ list, watch: source.watch.bind(source, options), capabilities, compareRevisions });
  }
  const rule = new SelectionRule<T>((object) => tests.every((isChosen) => isChosen(object)));
  return new ListWatch<T>({
    capabilities,
    compareRevisions,
    list: async (request) => selected(await source.list(options, request), rule),
    watch: async (request) => new SelectedWatch(await source.watch(options, request), rule, request?.initialList === true),
  });
}

type SentLabels = Readonly<Record<string, string>> | undefined;
type Test = (object: unknown) => boolean;

function selectionOf(kind: string, namespace: string, labelSelector: SentLabels): ListOptions {
  if (typeof kind !== 'string' || kind === '') {
    throw new ValidationError(`A resource is a kind such as "pods", not ${JSON.stringify(kind)}.`, { field: 'resource' });
  }
  return { kind, ...(namespace === '' ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }) };
}

function fieldMatcherOf(selector: FieldMatcher | undefined): Test | undefined {
  if (selector === undefined) return undefined;
  if (typeof selector.matches === 'function') return (object) => selector.matches(object);
  throw new ValidationError('A field selector is an object with a function "matches"; parseFieldSelector makes one of a text.', {
    field: 'fieldSelector',
  });
}

/** Undefined when these are labels for the datastore: a label may be called "matches", but is no function. */
function labelMatcherOf(selector: ListWatchSelector['labelSelector']): Test | undefined {
  if (selector === undefined) return undefined;
  if (typeof selector !== 'object' || selector === null) {
    throw new ValidationError(
      'A label selector is an object of labels, or has a function "matches"; parseLabelSelector makes one of a text.',
      {
        field: 'labelSelector',
      },
    );
  }
  return isLabelMatcher(selector) ? (object) => selector.matches(labelsOf(object)) : undefined;
}

function isLabelMatcher(selector: object): selector is LabelMatcher {
  return typeof Reflect.get(selector, 'matches') === 'function';
}

function labelsOf(object: unknown): Readonly<Record<string, string>> | undefined {
  const labels = memberOf(memberOf(object, 'metadata'), 'labels');
  // A value that is no text is equal to none that can be asked for.
  return typeof labels === 'object' && labels !== null ? (labels as Readonly<Record<string, string>>) : undefined;
}

function memberOf(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name]; // it has this property of its own
}

/** Entries that cannot be read may be about anything, so they are passed on. */
function selected<T>(list: KVPairList<T>, rule: SelectionRule<T>): KVPairList<T> {
  for (const error of list.malformed ?? []) rule.doubt(error);
  return { ...list, items: list.items.filter(({ value }) => rule.matches(value)) };
}
