/** What a log says of how its controller was set up: all options that are no functions. */
import {
  controllerDefaults,
  type ControllerLimits,
  type ControllerOptions,
  type ControllerTimings,
  type HealingOptions,
} from '../../controller/options.js';
import type { RetentionOptions } from '../../controller/history/record.js';
import type { OwnershipPolicy } from '../../controller/kit/ownership.js';
import type { RetryOptions } from '../../controller/southbound/port.js';
import { ValidationError } from '../../model/errors.js';
import { decode, encode, type Encoded } from './values.js';

/** Options that are plain data. */
export interface PlainOptions {
  readonly resources?: readonly string[];
  readonly precedence?: readonly string[];
  readonly timings?: Partial<ControllerTimings>;
  readonly healing?: Partial<Omit<HealingOptions, 'onExhausted'>>;
  readonly periodicHealing?: boolean;
  readonly retry?: Partial<RetryOptions> | false;
  readonly history?: Partial<RetentionOptions> | false;
  readonly limits?: Partial<ControllerLimits>;
  readonly ownership?: OwnershipPolicy;
}

/** How the controller of a log was set up. */
export interface HeaderOptions {
  readonly handlers: readonly { readonly name: string; readonly dependsOn?: readonly string[] }[];
  readonly externalSources: readonly string[];
  readonly subscribes: boolean;
  readonly escalates: boolean;
  /** Whether there are rules for merging: functions, which whoever replays has to give. */
  readonly mergeRules: boolean;
  readonly plain: Encoded;
}

const names = ['resources', 'precedence', 'timings', 'periodicHealing', 'retry', 'history', 'limits', 'ownership'] as const;

export function headerOptionsOf(options: ControllerOptions): HeaderOptions {
  const { onExhausted, ...healing } = options.healing ?? {};
  const { handlers, externalSources = [], mergeRules = [], southbound } = options;
  const given = Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
  return {
    handlers: handlers.map(({ name, dependsOn }) => (dependsOn === undefined ? { name } : { name, dependsOn })),
    externalSources: externalSources.map(({ name }) => name),
    subscribes: southbound.subscribe !== undefined,
    escalates: onExhausted !== undefined,
    mergeRules: mergeRules.length > 0,
    plain: encode({ ...given, healing: { ...controllerDefaults.healing, ...healing, onExhausted: undefined } }),
  };
}

/** @throws ValidationError when the log needs rules for merging and there are none. */
export function plainOptionsOf(header: HeaderOptions, mergeRules: readonly unknown[] | undefined): PlainOptions {
  if (header.mergeRules && mergeRules === undefined) {
    throw new ValidationError('This controller was recorded with mergeRules; a log cannot hold them: give the same ones.', {
      field: 'mergeRules',
    });
  }
  return decode(header.plain) as PlainOptions; // encoded from them, by headerOptionsOf
}
