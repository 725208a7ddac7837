/** Lists the objects of one kind in a store: by labels, by namespace, and by name. What all typed listers are made of. */
import { ResourceDoesNotExistError, ValidationError } from '../../model/errors.js';
import { metaNamespaceIndexFunc } from '../keys.js';
import { everything, type LabelSelector } from '../selectors/label-selector.js';
import type { IndexReader, Indexers, Store } from '../store.js';
import type { ListedObject, Names } from './objects.js';
import type { Misshape, Shape } from './shapes.js';

/** What a lister reads: a store, or a snapshot of one, from which several lists tell of the same moment. */
export type ListableStore<T> = Pick<Store<T, T>, 'list' | 'listKeys' | 'get' | 'getByKey'>;

/** The objects of one namespace. */
export interface NamespaceLister<T> {
  /**
   * The objects that `selector` selects, everything by default, in the order of their keys.
   *
   * @throws ValidationError as the list of the lister that this one is from.
   */
  list(selector?: LabelSelector): readonly T[];
  /**
   * The object with that name.
   *
   * @throws ResourceDoesNotExistError when the store has none; ValidationError when this is the lister of all namespaces; KeyError when
   * the key function of the store needs more of an object than its metadata.
   */
  get(name: string): T;
}

/** Reads one store of objects of one kind. */
export class ObjectLister<T extends ListedObject> {
  readonly #store: ListableStore<T>;
  readonly #kind: string;
  readonly #shape: Shape;

  /** `kind` is the word for one such object, such as `pod`. */
  constructor(store: ListableStore<T>, kind: string, shape: Shape) {
    this.#store = store;
    this.#kind = kind;
    this.#shape = shape;
  }

  /** The objects for which `isWanted` holds, in the order of their keys. */
  list(isWanted: (object: T) => boolean): readonly T[] {
    return this.#filter(this.#store.list(), isWanted);
  }

  /** The same within one namespace; the empty one stands for all. */
  listIn(namespace: string, isWanted: (object: T) => boolean): readonly T[] {
    if (namespace === '') return this.list(isWanted);
    const isWantedHere = (object: T): boolean => namespaceOf(object) === namespace && isWanted(object);
    return this.#filter(namespaceIndexOf(this.#store)?.byIndex('namespace', namespace) ?? this.#store.list(), isWantedHere);
  }

  /** The lister of one namespace; the empty one stands for all. */
  inNamespace(namespace: string): NamespaceLister<T> {
    return Object.freeze({
      list: (selector = everything) => this.listIn(namespace, (object) => selector.matches(object.metadata?.labels)),
      get: (name) => {
        if (namespace !== '') return this.get(namespace, name);
        const advice = `ask the lister of its namespace for ${JSON.stringify(name)}`;
        throw new ValidationError(`A ${this.#kind} is named within a namespace: ${advice}.`, { field: 'namespace' });
      },
    } satisfies NamespaceLister<T>);
  }

  /** The object of that namespace and name. */
  get(namespace: string, name: string): T {
    const metadata = namespace === '' ? { name } : { name, namespace };
    const object = this.#store.get({ metadata } as T); // a key function makes keys of metadata, and throws when it needs more
    const label = namespace === '' ? name : `${namespace}/${name}`;
    if (object === undefined) {
      throw new ResourceDoesNotExistError(`There is no ${this.#kind} ${JSON.stringify(label)} in the store.`, { key: label });
    }
    this.#check(object);
    return object;
  }

  /** Whether the store has an object with the key of this one. */
  has(object: T): boolean {
    return this.#store.get(object) !== undefined;
  }

  #filter(objects: readonly T[], isWanted: (object: T) => boolean): readonly T[] {
    return objects.filter((object) => {
      this.#check(object);
      return isWanted(object);
    });
  }

  #check(object: T): void {
    const misshape = this.#shape(object);
    if (misshape === undefined) return;
    // Looked for now, not while listing: in a store without mistakes nobody needs the keys.
    const key = this.#store.listKeys().find((candidate) => this.#store.getByKey(candidate) === object);
    const name = key === undefined ? 'an object' : `the object ${JSON.stringify(key)}`;
    throw misshapen(`In the store, ${name} is no ${this.#kind}`, misshape, key);
  }
}

/**
 * Refuses an argument that is not of its shape.
 *
 * @throws ValidationError.
 */
export function checkArgument(kind: string, shape: Shape, argument: unknown): void {
  const misshape = shape(argument);
  if (misshape !== undefined) throw misshapen(`The argument is no ${kind}`, misshape);
}

/** The namespace of an object; empty when it has none. */
export function namespaceOf(object: ListedObject): string {
  return object.metadata?.namespace ?? '';
}

/** An object by its namespace and name, for a message. */
export function describe(object: ListedObject): string {
  return JSON.stringify(
    [object.metadata?.namespace, object.metadata?.name].filter((part) => part !== undefined && part !== '').join('/'),
  );
}

/** Whether `labels` has all of `wanted`, with these values. */
export function carries(labels: Names, wanted: NonNullable<Names>): boolean {
  return Object.keys(wanted).every(
    (name) => labels !== undefined && labels !== null && Object.hasOwn(labels, name) && labels[name] === wanted[name],
  );
}

/** What has indices, and tells their functions: an indexer, or a snapshot of one. */
interface Indexed<T> extends IndexReader<T> {
  getIndexers(): Indexers<T>;
}

/** The indices of the store, when one of them knows the namespace of every object in it. */
function namespaceIndexOf<T>(store: ListableStore<T>): IndexReader<T> | undefined {
  if (!('byIndex' in store) || !('getIndexers' in store)) return undefined;
  const indexed = store as ListableStore<T> & Indexed<T>; // nothing else has both
  const indexers = indexed.getIndexers();
  // Under this name there may be any index, and objects that have no key of metadata are in none.
  const isByNamespace = Object.hasOwn(indexers, 'namespace') && indexers['namespace'] === metaNamespaceIndexFunc;
  return isByNamespace && indexed.unindexed('namespace').length === 0 ? indexed : undefined;
}

function misshapen(what: string, { field, found, expected }: Misshape, key?: string): ValidationError {
  const kind = found === null ? 'null' : Array.isArray(found) ? 'a list' : `of type ${typeof found}`;
  const reason = `${field === '' ? 'it' : field} is ${kind}, expected ${expected}`;
  return new ValidationError(`${what}: ${reason}.`, { ...(key === undefined ? {} : { key }), ...(field === '' ? {} : { field }) });
}
