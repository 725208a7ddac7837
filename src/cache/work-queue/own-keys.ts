/** The keys of items that are their own keys. */
import { ValidationError } from '../../model/errors.js';
import type { KeyFunc } from '../keys.js';

/** For one queue: a string is its own key, a number its decimal text, and both in one queue are refused, as is anything else. */
export function ownKeys(): KeyFunc<unknown> {
  let known: 'string' | 'number' | undefined;
  return (item) => {
    if (typeof item !== 'string' && typeof item !== 'number') throw noKey('it is neither a string nor a number');
    // Of both in one queue, "1" and 1 would be one item.
    if (known !== undefined && known !== typeof item) throw noKey(`it is a ${typeof item} in a queue of ${known}s`);
    known = typeof item === 'string' ? 'string' : 'number';
    return String(item);
  };
}

function noKey(reason: string): ValidationError {
  return new ValidationError(`${reason}; give the queue the option keyOf`, { field: 'keyOf' });
}
