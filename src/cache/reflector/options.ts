/** What a reflector of the cache is made of, and the checks that all of it has to pass. */
import { ValidationError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import type { ReflectorTimings } from '../../model/timings.js';
import { checkNumber, completeTimings, type GivenTimings } from '../../policy/timings.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import { systemRandom, type Random } from '../../ports/random.js';
import type { Store } from '../store.js';
import { cacheReflectorDefaults } from './defaults.js';
import { typeCheckOf, type ExpectedType, type TypeCheck } from './expected-type.js';
import type { ListerWatcher } from './lister-watcher.js';
import type { ReflectorProblem } from './problems.js';

/** How a reflector is set up. Times are in milliseconds; the defaults are {@link cacheReflectorDefaults}. */
export interface ReflectorOptions<T> {
  /** Where the objects come from. */
  readonly listerWatcher: ListerWatcher<T>;
  /** Where they go: a store, an indexer, a queue, or anything else with the eight methods of a store. It is filled by this reflector alone. */
  readonly store: Store<T, unknown>;
  /** What is let in. An object of another type is reported, and what was there under its key goes. Default: everything but tables. */
  readonly expectedType?: ExpectedType | undefined;
  /** Between two calls of the store's `resync`, which hands out everything again without asking the datastore. 0, the default: never. */
  readonly resyncPeriod?: number | undefined;
  /** Objects in a page of a list. 0: everything at once. Default 500. */
  readonly pageSize?: number | undefined;
  /** Read lists as streams where the datastore can; where it turns out that it cannot, read pages. Default `false`. */
  readonly streamsLists?: boolean | undefined;
  readonly timings?: GivenTimings | undefined;
  /** How long the end may wait for requests that do not end. Default 5,000. */
  readonly stopLimit?: number | undefined;
  /**
   * The key in the store of the object at a key of the datastore, for objects that are gone or cannot be read. Must agree with the key
   * function of the store; where it is seen not to, `onError` is told. Default: `<namespace>/<name>` for `/kind/namespace/name`, `<name>`
   * for `/kind/name`; and where the store has a method `keyOf(object)`, as informers and a DeltaFIFO do, whatever that has said of the
   * object that was put in, so that their keys may be anything.
   */
  readonly toStoreKey?: ((key: Key) => string) | undefined;
  /** Is told of everything that goes wrong, once, in order, and never while something else is going on. */
  readonly onError?: ((problem: ReflectorProblem) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
  /** Tells this reflector from others in the log. */
  readonly name?: string | undefined;
}

/** The options, checked and with their defaults. */
export interface ReflectorSettings<T> {
  readonly listerWatcher: ListerWatcher<T>;
  readonly store: Store<T, unknown>;
  readonly checkType: TypeCheck;
  readonly resyncPeriod: number;
  readonly pageSize: number;
  readonly streamsLists: boolean;
  readonly timings: ReflectorTimings;
  readonly stopLimit: number;
  readonly toStoreKey: ((key: Key) => string) | undefined;
  readonly onError: ((problem: ReflectorProblem) => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly name: string;
}

/** @throws ValidationError when an option is missing or illegal; it names the option. */
export function reflectorSettingsOf<T>(options: ReflectorOptions<T>): ReflectorSettings<T> {
  const { listerWatcher, store, expectedType, resyncPeriod = 0, streamsLists = false, timings = {}, toStoreKey } = options;
  const { pageSize: defaultPageSize, stopLimit: defaultStopLimit, ...defaultTimings } = cacheReflectorDefaults;
  const { pageSize = defaultPageSize, stopLimit = defaultStopLimit, onError, name = 'reflector' } = options;
  const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
  checkMethods('listerWatcher', listerWatcher, ['list', 'watch']);
  checkMethods('store', store, ['add', 'update', 'delete', 'list', 'listKeys', 'get', 'getByKey', 'replace']);
  for (const [field, value] of Object.entries({ resyncPeriod, pageSize, stopLimit })) checkNumber(field, value, 0);
  const unknown = Object.keys(timings).find((field) => !(field in defaultTimings));
  if (unknown !== undefined) {
    const names = Object.keys(defaultTimings).join(', ');
    throw new ValidationError(`There is no timing "${unknown}"; there are ${names}.`, { field: `timings.${unknown}` });
  }
  return {
    listerWatcher,
    store,
    checkType: typeCheckOf(expectedType),
    resyncPeriod,
    pageSize,
    streamsLists,
    timings: completeTimings(timings, defaultTimings, 'timings.'),
    stopLimit,
    toStoreKey,
    onError,
    clock,
    random,
    logger: named(logger, name),
    name,
  };
}

function checkMethods(field: string, value: unknown, names: readonly string[]): void {
  const members = (value ?? {}) as Readonly<Record<string, unknown>>; // any value can be asked for members but these two
  const missing = names.filter((name) => typeof members[name] !== 'function');
  if (missing.length === 0) return;
  const listed = missing.map((name) => `${name}()`).join(', ');
  throw new ValidationError(`A reflector needs a ${field} with the methods ${names.join(', ')}; this one lacks ${listed}.`, {
    field,
  });
}

function named(logger: Logger, reflector: string): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { reflector, ...fields }),
    info: (message, fields) => logger.info(message, { reflector, ...fields }),
    warn: (message, fields) => logger.warn(message, { reflector, ...fields }),
    error: (message, fields) => logger.error(message, { reflector, ...fields }),
  };
}
