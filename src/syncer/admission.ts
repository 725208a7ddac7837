/** The door: what a client hands out is looked at once, where it comes in. */
import type { ListWatchClient } from '../model/client.js';
import { ValidationError } from '../model/errors.js';
import { checkKey } from '../model/key-format.js';
import type { KVPair } from '../model/kv-pair.js';
import type { ListOptions } from '../model/list-options.js';
import { freezePlainData } from '../store/plain-data.js';
import { compileSelector } from '../store/selector.js';

/**
 * Returns a function that freezes an object and lets it in.
 *
 * It throws a ValidationError when the key is illegal or not selected by `list` (a datastore whose prefix "/a" matches "/ab" is not
 * unheard of), or when the value is not plain data.
 */
export function admissionOf<V>(client: ListWatchClient<V>, list: ListOptions): (pair: KVPair<V>) => KVPair<V> {
  const selector = compileSelector(list);
  const trusts = client.capabilities.immutableValues === true;
  return (pair) => {
    const key = trusts ? pair.key : checkKey(pair.key);
    if (!selector.matchesKey(key)) {
      throw new ValidationError(`The datastore handed out ${key}, which is not in ${JSON.stringify(list)}.`, { key, field: 'key' });
    }
    if (trusts) return pair;
    freezePlainData(pair.value);
    return Object.freeze(pair);
  };
}
