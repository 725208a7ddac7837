/** The door: every object is looked at once, where it comes in. What cannot be read is an error with a key, and never a deletion. */
import { ParseError } from '../../model/errors.js';
import { checkKey } from '../../model/key-format.js';
import type { KVPair } from '../../model/kv-pair.js';
import { failureOf } from '../../policy/failure.js';
import { freezePlainData } from '../../store/plain-data.js';
import type { Entry } from './picture.js';
import type { Place, ResourceRegistry } from './resource-registry.js';

/**
 * Decodes `pair` and freezes what that makes.
 *
 * @returns undefined when its key is of no interest; a ParseError when it cannot be read.
 */
export function decodePair(pair: KVPair, registry: ResourceRegistry): Entry | ParseError | undefined {
  const key: unknown = pair.key; // from outside
  try {
    const place = registry.placeOf(checkKey(key));
    if (place === undefined) return undefined;
    return { place, value: decoded(pair, place) };
  } catch (error) {
    const cause = failureOf(error).error;
    const at = pair.revision === undefined ? {} : { revision: pair.revision };
    const known = typeof key === 'string' ? { key } : {};
    return new ParseError(`${String(key)} is not told: ${cause.message}`, { rawKey: String(key), cause, ...known, ...at });
  }
}

function decoded({ key, value }: KVPair, { decode }: Place): unknown {
  return freezePlainData(decode(value, key)); // which refuses null and undefined: they would be told as a deletion
}
