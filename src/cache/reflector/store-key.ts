import { ValidationError } from '../../model/errors.js';
import { parseKey } from '../../model/key-format.js';
import type { Key } from '../../model/key.js';

/**
 * The key that an object of a datastore has in a store whose key function is `metaNamespaceKeyFunc`: `<namespace>/<name>` for
 * `/kind/namespace/name`, and `<name>` for `/kind/name`. What is deeper belongs to the name.
 *
 * @throws ValidationError when `key` is not a legal key, has no name, or when a part of it holds a slash: its store key would be that
 * of another object.
 */
export function defaultStoreKey(key: Key): string {
  const [, ...path] = parseKey(key);
  if (path.length > 0 && !path.some((part) => part.includes('/'))) return path.join('/');
  throw new ValidationError(`${key} has no key in a store of namespaces and names; toStoreKey can be given another rule.`, { key });
}
