/** What a memory scheduler is made with. */
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import type { Random } from '../../ports/random.js';
import type { Descriptor } from './descriptor.js';
import { illegal, mustBeNumber, mustBeWhole, mustHave } from './refusals.js';

/** What a MemoryScheduler is made with. Times in milliseconds. */
export interface MemorySchedulerOptions {
  /** Who applies which keys. A value without a descriptor is `invalid`, and reported as such. */
  readonly descriptors: readonly Descriptor[];
  readonly clock?: Clock | undefined;
  /** Spreads retries: each waits between nothing and what it would wait. Default: they wait as long as they are told to. */
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
  /** How long one call of a descriptor may take. Default: 60,000. */
  readonly operationTimeout?: number | undefined;
  /** No retry waits longer, however often it was doubled. Default: 3,600,000. */
  readonly maxRetryDelay?: number | undefined;
  /** So many transactions may wait; more are refused. Default: 200. */
  readonly maxQueued?: number | undefined;
  /** So many executed transactions are remembered. Default: 1,000. */
  readonly maxTransactions?: number | undefined;
  /** For how long executed transactions are remembered. Default: 24 hours. */
  readonly ageLimit?: number | undefined;
  /** Whether to read again what each transaction has touched, and report what is not as it should be. Default: false. */
  readonly verify?: boolean | undefined;
  /** How long `close` waits for the transaction that is under way before it is cut off. Default: 5,000. */
  readonly closeTimeout?: number | undefined;
}

/** The options with their defaults. Chance stays absent where none is wanted. */
export type CompleteOptions = {
  readonly [K in Exclude<keyof MemorySchedulerOptions, 'random'>]-?: Exclude<MemorySchedulerOptions[K], undefined>;
} & {
  readonly random: Random | undefined;
};

/** @throws ValidationError when one of them cannot be. */
export function completeOptions(given: MemorySchedulerOptions): CompleteOptions {
  if (typeof given !== 'object' || given === null) throw illegal('options', given, 'an object with descriptors');
  const { descriptors, clock = systemClock, random, logger = silentLogger, verify = false } = given;
  const { operationTimeout = 60_000, maxRetryDelay = 3_600_000, closeTimeout = 5_000, ageLimit = 86_400_000 } = given;
  const { maxQueued = 200, maxTransactions = 1_000 } = given;
  mustHave('clock', clock, 'setTimeout');
  if (random !== undefined) mustHave('random', random, 'next');
  mustHave('logger', logger, 'error');
  if (typeof verify !== 'boolean') throw illegal('verify', verify, 'true or false');
  for (const [field, value] of Object.entries({ operationTimeout, maxRetryDelay, closeTimeout, ageLimit }))
    mustBeNumber(field, value, 0);
  mustBeWhole('maxQueued', maxQueued, 1);
  mustBeWhole('maxTransactions', maxTransactions, 0);
  const times = { operationTimeout, maxRetryDelay, closeTimeout, ageLimit };
  return { descriptors, clock, random, logger, verify, maxQueued, maxTransactions, ...times };
}
