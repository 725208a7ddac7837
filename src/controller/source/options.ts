/** What a DatastoreSource is made of, and the checks that all of it has to pass. */
import type { ListWatchClient } from '../../model/client.js';
import { ValidationError } from '../../model/errors.js';
import type { ListOptions } from '../../model/list-options.js';
import type { ReflectorTimings } from '../../model/timings.js';
import { checkNumber, completeTimings, type GivenTimings } from '../../policy/timings.js';
import { systemClock, type Clock } from '../../ports/clock.js';
import { silentLogger, type Logger } from '../../ports/logger.js';
import { systemRandom, type Random } from '../../ports/random.js';
import type { EventLoop } from '../events/event-loop.js';
import { datastoreSourceDefaults, type DatastoreSourceTimings } from './defaults.js';
import type { LocalMirror } from './local-mirror.js';
import type { OnProblem } from './problems.js';
import { ResourceRegistry, type SourceExternalConfig, type SourceResource } from './resource-registry.js';

/** How a DatastoreSource is set up. Times are in milliseconds; the defaults are {@link datastoreSourceDefaults}. */
export interface DatastoreSourceOptions {
  readonly client: ListWatchClient;
  /** What of the datastore is read, in one list and one watch. Default: everything. */
  readonly list?: ListOptions | undefined;
  /** Which keys are which resource. Keys that are none, and no external configuration, are ignored. */
  readonly resources: readonly SourceResource[];
  /** Where external configuration is. Default: there is none. */
  readonly externalConfig?: SourceExternalConfig | undefined;
  /** Who is told. */
  readonly controller: EventLoop;
  /** A copy of the datastore for when it is out of reach at the start. Default: none. */
  readonly mirror?: LocalMirror | undefined;
  /** From the start to when the local copy is used, if the datastore is out of reach. Infinity: never. Default 5,000. */
  readonly delayLocalResync?: number | undefined;
  /**
   * A silence of the datastore that is over sooner is no loss of the connection when every change can still be told. 0: each
   * interruption is a loss, and ends in a DBResync. Default 3,000.
   */
  readonly toleratedSilence?: number | undefined;
  /** The first pause, and the shortest, before a DBResync that the controller refused is offered again. Default 1,000. */
  readonly resyncRetryInterval?: number | undefined;
  /** Between two writings of the local copy for changes. Default 10,000. */
  readonly mirrorInterval?: number | undefined;
  /** How long the end may wait for requests, and for the local copy to be written. Default 5,000. */
  readonly stopLimit?: number | undefined;
  /** Objects in a page of a list. 0: everything at once. Default 500. */
  readonly pageSize?: number | undefined;
  /** Of the list and the watch. */
  readonly timings?: GivenTimings | undefined;
  /** Is told of everything that goes wrong, in order, and never while something else is going on. */
  readonly onProblem?: OnProblem | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
}

/** The options, checked and with their defaults. */
export interface DatastoreSourceSettings extends DatastoreSourceTimings {
  readonly client: ListWatchClient;
  readonly list: ListOptions;
  readonly registry: ResourceRegistry;
  readonly controller: EventLoop;
  readonly mirror: LocalMirror | undefined;
  readonly timings: ReflectorTimings;
  readonly onProblem: OnProblem | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** @throws ValidationError when an option is missing or illegal; it names the option. */
export function datastoreSourceSettingsOf(options: DatastoreSourceOptions): DatastoreSourceSettings {
  const { client, list = {}, resources, externalConfig, controller, mirror, timings = {}, onProblem } = options;
  const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
  checkMethods('client', client, ['list', 'watch']);
  checkMethods('controller', controller, ['pushEvent']);
  if (mirror !== undefined) checkMethods('mirror', mirror, ['load', 'save']);
  const { timings: defaultTimings, ...defaults } = datastoreSourceDefaults;
  const numbers: Record<keyof DatastoreSourceTimings, number> = { ...defaults };
  for (const name of Object.keys(defaults) as (keyof DatastoreSourceTimings)[]) {
    const value = options[name];
    if (value === undefined) continue;
    checkNumber(name, value, 0);
    numbers[name] = value;
  }
  const unknown = Object.keys(timings).find((name) => !(name in defaultTimings));
  if (unknown !== undefined) {
    const names = Object.keys(defaultTimings).join(', ');
    throw new ValidationError(`There is no timing "${unknown}"; there are ${names}.`, { field: `timings.${unknown}` });
  }
  return {
    ...numbers,
    client,
    list,
    registry: new ResourceRegistry(resources, externalConfig),
    controller,
    mirror,
    timings: completeTimings(timings, defaultTimings, 'timings.'),
    onProblem,
    clock,
    random,
    logger,
  };
}

function checkMethods(field: string, value: unknown, names: readonly string[]): void {
  const members = (value ?? {}) as Readonly<Record<string, unknown>>; // any value can be asked for members but these two
  const missing = names.filter((name) => typeof members[name] !== 'function');
  if (missing.length === 0) return;
  const listed = missing.map((name) => `${name}()`).join(', ');
  throw new ValidationError(`A DatastoreSource needs a ${field} with ${names.join('() and ')}(); this one lacks ${listed}.`, {
    field,
  });
}
