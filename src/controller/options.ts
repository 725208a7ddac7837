/** How a controller is set up. */
import { ValidationError } from '../model/errors.js';
import { systemClock, type Clock } from '../ports/clock.js';
import { silentLogger, type Logger } from '../ports/logger.js';
import { checkControllerOptions } from './check-options.js';
import type { ExternalConfigSource } from './external/source.js';
import { datastoreSource } from './external/source.js';
import type { MergeRule } from './external/strategy.js';
import type { EventHandler } from './handler.js';
import { defaultRetention } from './history/keeper.js';
import type { EventRecord, RetentionOptions } from './history/record.js';
import type { OwnershipPolicy } from './kit/ownership.js';
import type { ControllerProblem } from './problems.js';
import type { RetryOptions, Southbound } from './southbound/port.js';

/** Times of a controller, in milliseconds; Infinity: never. */
export interface ControllerTimings {
  /** The first DBResync must have been pushed by then, counted from the start. Default: 30,000. */
  readonly startupResyncDeadline: number;
  /** From a failure to the healing after it. Default: 5,000. */
  readonly delayAfterErrorHealing: number;
  /** From one periodic healing to the next, where they are switched on. Default: 60,000. */
  readonly periodicHealingInterval: number;
  /** A handler, or a source of external configuration, that has not answered by then has failed. Default: 60,000. */
  readonly handlerTimeout: number;
  /** A southbound that has not answered by then has failed. Default: 120,000. */
  readonly commitTimeout: number;
  /** From `close` to the end, whatever is still under way. Default: 30,000. */
  readonly shutdownTimeout: number;
}

/** Whether to go on though healing has failed. */
export type EscalationVerdict = 'abort' | 'retry';

/** How a controller heals after an error. */
export interface HealingOptions {
  /** So many healings that fail one after the other are the end. Default: 1, as in the original. */
  readonly attempts: number;
  /** Each further attempt waits so many times as long. Default: 2. */
  readonly factor: number;
  /** No attempt waits longer, in milliseconds. Default: 300,000. */
  readonly maxDelay: number;
  /**
   * Is asked when the last attempt has failed: `retry` goes on trying, anything else aborts the loop, as does an answer that does not come
   * within `handlerTimeout`. Default: abort.
   */
  readonly onExhausted: ((attempts: number) => EscalationVerdict | Promise<EscalationVerdict>) | undefined;
}

/** How many events may wait. */
export interface ControllerLimits {
  /** Pushed from outside. Default: 1,000. */
  readonly queue: number;
  /** Pushed by handlers. Default: 1,000. */
  readonly followUps: number;
}

/** What a Controller is made with. */
export interface ControllerOptions {
  /** In the order in which they react, as far as `dependsOn` does not say otherwise. */
  readonly handlers: readonly EventHandler[];
  readonly southbound: Southbound;
  /** Sources of external configuration beside the datastore, whose name is `db`. Default: none. */
  readonly externalSources?: readonly ExternalConfigSource[] | undefined;
  /** Names of all sources, the highest precedence first. Default: `externalSources` in their order, and then `db`. */
  readonly precedence?: readonly string[] | undefined;
  /** How external values are merged over those of handlers, by prefix of the key. Default: `deep`. */
  readonly mergeRules?: readonly MergeRule[] | undefined;
  /** The resources that there are: events about others are refused. Default: any. */
  readonly resources?: readonly string[] | undefined;
  readonly timings?: Partial<ControllerTimings> | undefined;
  readonly healing?: Partial<HealingOptions> | undefined;
  /** Whether to compare the southbound with what it should be from time to time. Default: false. */
  readonly periodicHealing?: boolean | undefined;
  /** How the southbound tries again what has failed; false: not at all. Default: after 1 s, 3 times, the delay doubling. */
  readonly retry?: Partial<RetryOptions> | false | undefined;
  /** How much is remembered; false: nothing. */
  readonly history?: Partial<RetentionOptions> | false | undefined;
  readonly limits?: Partial<ControllerLimits> | undefined;
  /** What becomes of a handler's write to a key of another handler. Default: `report`. */
  readonly ownership?: OwnershipPolicy | undefined;
  /** The keys that several handlers build together, and may all write. Default: none. */
  readonly isShared?: ((key: string) => boolean) | undefined;
  /** Is told of everything that goes wrong and is nobody's answer. One that throws is reported to the logger. */
  readonly onProblem?: ((problem: ControllerProblem) => void) | undefined;
  /** Is told of every event that was processed, before it is answered: to print it, or to send it away. Must be quick. */
  readonly onRecord?: ((record: EventRecord) => void) | undefined;
  /** Is told once when the loop aborts: end the process, or build another controller. */
  readonly onFatal?: ((error: Error) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** Options, checked and with their defaults. */
export interface ControllerSettings {
  readonly southbound: Southbound;
  readonly externalSources: readonly ExternalConfigSource[];
  readonly precedence: readonly string[];
  readonly mergeRules: readonly MergeRule[];
  readonly resources: ReadonlySet<string> | undefined;
  readonly timings: ControllerTimings;
  readonly healing: HealingOptions;
  readonly periodicHealing: boolean;
  readonly retry: RetryOptions | undefined;
  readonly history: RetentionOptions | undefined;
  readonly limits: ControllerLimits;
  readonly ownership: OwnershipPolicy;
  readonly isShared: ((key: string) => boolean) | undefined;
  readonly onProblem: ((problem: ControllerProblem) => void) | undefined;
  readonly onRecord: ((record: EventRecord) => void) | undefined;
  readonly onFatal: ((error: Error) => void) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const second = 1_000;
const minute = 60 * second;

/** What a controller does when it is not told otherwise: as the original, and what the original leaves open. */
export const controllerDefaults: {
  readonly timings: ControllerTimings;
  readonly healing: HealingOptions;
  readonly retry: RetryOptions;
  readonly history: RetentionOptions;
  readonly limits: ControllerLimits;
} = {
  timings: {
    startupResyncDeadline: 30 * second,
    delayAfterErrorHealing: 5 * second,
    periodicHealingInterval: minute,
    handlerTimeout: minute,
    commitTimeout: 2 * minute,
    shutdownTimeout: 30 * second,
  },
  healing: { attempts: 1, factor: 2, maxDelay: 5 * minute, onExhausted: undefined },
  retry: { delay: second, maxAttempts: 3, exponential: true },
  history: defaultRetention,
  limits: { queue: 1_000, followUps: 1_000 },
};

/** @throws ValidationError when an option is missing, unknown, or cannot be. */
export function controllerSettingsOf(options: ControllerOptions): ControllerSettings {
  checkControllerOptions(options);
  const { southbound, externalSources = [], resources, ownership = 'report', isShared, periodicHealing = false } = options;
  const { clock = systemClock, logger = silentLogger, onProblem, onRecord, onFatal, mergeRules = [] } = options;
  const names = externalSources.map(({ name }) => name);
  if (names.includes(datastoreSource)) {
    throw new ValidationError(`An external source is called "${datastoreSource}", which is the datastore's own name.`, {
      field: 'externalSources',
    });
  }
  const precedence = options.precedence ?? [...names, datastoreSource];
  const stranger = precedence.find((name) => name !== datastoreSource && !names.includes(name));
  if (stranger !== undefined) {
    throw new ValidationError(`precedence names the source "${stranger}", which is not among externalSources.`, {
      field: 'precedence',
    });
  }
  const forgotten = [...names, datastoreSource].find((name) => !precedence.includes(name));
  if (forgotten !== undefined) {
    throw new ValidationError(`precedence leaves out the source "${forgotten}"; name every source, the most important first.`, {
      field: 'precedence',
    });
  }
  return {
    southbound,
    externalSources,
    precedence,
    mergeRules,
    resources: resources && new Set(resources),
    timings: numbersOf('timings', controllerDefaults.timings, options.timings),
    healing: healingOf(options.healing),
    periodicHealing,
    retry: options.retry === false ? undefined : retryOf(options.retry),
    history: options.history === false ? undefined : numbersOf('history', controllerDefaults.history, options.history),
    limits: numbersOf('limits', controllerDefaults.limits, options.limits),
    ownership,
    isShared,
    onProblem,
    onRecord,
    onFatal,
    clock,
    logger,
  };
}

function healingOf(given: Partial<HealingOptions> = {}): HealingOptions {
  const { onExhausted, ...numbers } = given;
  const { onExhausted: _, ...defaults } = controllerDefaults.healing;
  const { attempts, factor, maxDelay } = numbersOf('healing', defaults, numbers);
  if (attempts < 1) throw illegal('healing.attempts', attempts, 'at least 1');
  if (factor < 1) throw illegal('healing.factor', factor, 'at least 1');
  return { attempts, factor, maxDelay, onExhausted };
}

function retryOf(given: Partial<RetryOptions> = {}): RetryOptions {
  const { exponential = controllerDefaults.retry.exponential, ...numbers } = given;
  const { exponential: _, ...defaults } = controllerDefaults.retry;
  return { ...numbersOf('retry', defaults, numbers), exponential };
}

/** The defaults with what was given: numbers, not negative, and none that nobody knows. */
function numbersOf<T extends object>(name: string, defaults: T, given: Partial<T> = {}): T {
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, key)) {
      throw new ValidationError(`There is no option ${name}.${key}; there are ${Object.keys(defaults).join(', ')}.`, {
        field: `${name}.${key}`,
      });
    }
    if (value === undefined) continue;
    if (typeof value !== 'number' || Number.isNaN(value) || value < 0) {
      throw illegal(`${name}.${key}`, value, 'a number that is not negative');
    }
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(known) as Partial<T>) }; // checked above, key by key
}

function illegal(field: string, given: unknown, expected: string): ValidationError {
  return new ValidationError(`${field} is ${String(given)}; it must be ${expected}.`, { field });
}
