/** Selects records of a history. */
import { ValidationError } from '../../model/errors.js';
import type { EventRecord, HistoryQuery } from './record.js';

const wholeNumbers = ['sequence', 'from', 'to', 'first', 'last'] as const;
const times = ['since', 'until'] as const;

/** @throws ValidationError when a member of `query` is not a number of its kind. */
export function checkQuery(query: HistoryQuery): void {
  for (const field of wholeNumbers) {
    const value = query[field];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
      throw illegal(field, value, 'a whole number of at least 0');
  }
  for (const field of times) {
    const value: unknown = query[field];
    const isTime = typeof value === 'number' && !Number.isNaN(value);
    if (value !== undefined && !isTime) throw illegal(field, value, 'milliseconds since 1970');
  }
}

/** Those of `records`, which are in order, that a checked `query` without `sequence` selects. */
export function select(records: readonly EventRecord[], query: HistoryQuery): EventRecord[] {
  const { since = -Infinity, until = Infinity, from = 0, to = Infinity, first = Infinity, last = Infinity } = query;
  const found = records.filter(
    ({ sequence, startedAt, endedAt }) => endedAt >= since && startedAt <= until && sequence >= from && sequence <= to,
  );
  const head = found.slice(0, first);
  return last >= head.length ? head : head.slice(head.length - last);
}

function illegal(field: string, given: unknown, expected: string): ValidationError {
  return new ValidationError(`The query's ${field} is ${typeof given === 'number' ? given : typeof given}; give ${expected}.`, {
    field,
  });
}
