import { ValidationError } from '../../model/errors.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { systemRandom, type Random } from '../../ports/random.js';
import { valueLimitsOf, type ValueLimits } from '../../store/plain-data.js';
import type { HistoryLimits } from './history.js';

/** How a memory datastore is set up. Times are in milliseconds. */
export interface MemoryDatastoreOptions {
  /** How much history is kept for reads and watches at earlier revisions. Default: 10,000 revisions of any age. */
  readonly history?: Partial<HistoryLimits> | undefined;
  /** How large a value may be. */
  readonly valueLimits?: Partial<ValueLimits> | undefined;
  /** Between two bookmarks of a watch that has nothing else to say. Default 10,000. */
  readonly bookmarkInterval?: number | undefined;
  /** Events in one batch of a watch at most; a revision is never torn apart, so one may be larger. Default 1,000. */
  readonly maxBatch?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Names the store: see `KVPairList.storeId`. */
  readonly random?: Random | undefined;
}

/** The options with their defaults. */
export interface MemorySettings {
  readonly storeId: string;
  readonly history: HistoryLimits;
  readonly valueLimits: ValueLimits;
  readonly bookmarkInterval: number;
  readonly maxBatch: number;
  readonly clock: Clock;
}

/** @throws ValidationError when `bookmarkInterval` or `maxBatch` is not a positive number. */
export function memorySettingsOf(options: MemoryDatastoreOptions): MemorySettings {
  const { clock = systemClock, random = systemRandom, bookmarkInterval = 10_000, maxBatch = 1_000 } = options;
  const { maxRevisions = 10_000, maxAge = Infinity } = options.history ?? {};
  return {
    storeId: `memory-${Math.floor(random.next() * 2 ** 32).toString(36)}`,
    history: { maxRevisions, maxAge },
    valueLimits: valueLimitsOf(options.valueLimits),
    bookmarkInterval: positive('bookmarkInterval', bookmarkInterval),
    maxBatch: positive('maxBatch', maxBatch),
    clock,
  };
}

function positive(field: string, value: number): number {
  if (value > 0) return value;
  throw new ValidationError(`Illegal ${field} ${value}: it must be a positive number.`, { field });
}
