/** Many keys at once (Contiv controller API, PutAll and DeleteAll). */
import type { ResyncOperations, UpdateOperations } from './handler.js';
import type { KeyValuePairs } from './key-values.js';

/** Puts each of `values`, in the order of their keys (PutAll). @throws ValidationError as `put`; nothing is put then. */
export function putAll(txn: ResyncOperations, values: KeyValuePairs): void {
  for (const key of Object.keys(values).toSorted()) txn.put(key, values[key]);
}

/** Deletes the key of each of `values`, in order; the values are not looked at (DeleteAll). */
export function deleteAll(txn: UpdateOperations, values: KeyValuePairs): void {
  for (const key of Object.keys(values).toSorted()) txn.delete(key);
}
