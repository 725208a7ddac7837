/** Inputs: what events bring is checked and frozen when they are pushed, and taken in when they are processed. */
import { ValidationError } from '../../model/errors.js';
import { DBResync } from '../events/db-resync.js';
import { EventMethod, isUpdateEvent, type Event } from '../events/event.js';
import { ExternalConfigChange } from '../events/external-config-change.js';
import { ExternalConfigResync } from '../events/external-config-resync.js';
import { KubeStateChange } from '../events/kube-state-change.js';
import { withChange, withSnapshot } from '../external/layers.js';
import { datastoreSource, type VersionedSnapshot } from '../external/source.js';
import type { KeyValuePairs } from '../key-values.js';
import { frozenValue, kubeTreesOf, withKubeChange, withPart, type ControllerState } from './state.js';

/** What there may be events about. */
export interface Admission {
  /** Undefined: any. */
  readonly resources: ReadonlySet<string> | undefined;
  readonly knowsSource: (source: string) => boolean;
}

const methods: ReadonlySet<unknown> = new Set(Object.values(EventMethod));

/**
 * Makes sure that what an event brings can be processed, and freezes it.
 *
 * @throws ValidationError when it has an unknown resource or source, or a value that is no plain data.
 */
export function admit(event: Event, { resources, knowsSource }: Admission): void {
  const checkResource = (resource: string): void => {
    if (resources === undefined || resources.has(resource)) return;
    const known = [...resources].join(', ');
    throw new ValidationError(`There is no resource "${resource}" here; there are ${known}. Declare it in the option resources.`, {
      field: 'resource',
    });
  };
  const checkSource = (source: string): void => {
    if (knowsSource(source)) return;
    throw new ValidationError(`There is no source of external configuration "${source}" here; declare it in externalSources.`, {
      field: 'source',
    });
  };
  if (event instanceof KubeStateChange) {
    checkResource(event.resource);
    checkKey(event.key, event);
    for (const value of [event.prevValue, event.newValue]) {
      if (value !== undefined) frozenValue(value, `${event.resource} ${event.key}`, event.key);
    }
  } else if (event instanceof DBResync) {
    for (const [resource, values] of Object.entries(recordIn(event.kubeState, 'kubeState'))) {
      checkResource(resource);
      freezeValues(recordIn(values, `kubeState.${resource}`), resource, false);
    }
    Object.freeze(event.kubeState);
    if (event.externalConfig !== undefined) freezeValues(recordIn(event.externalConfig, 'externalConfig'), 'external', true);
  } else if (event instanceof ExternalConfigChange) {
    checkSource(event.source);
    checkVersion(event.version);
    freezeValues(recordIn(event.updatedKVs, 'updatedKVs'), event.source, true);
  } else if (event instanceof ExternalConfigResync) {
    checkSource(event.source);
    checkVersion(event.version);
    freezeValues(recordIn(event.externalConfig, 'externalConfig'), event.source, true);
  }
}

/** What an event brings, taken in. */
export interface Received {
  readonly state: ControllerState;
  /** The keys that it changes in external configuration. */
  readonly changedKeys: readonly string[];
  /** What it brought and was not taken. */
  readonly note?: string | undefined;
}

/** Takes in what an event brings; it was admitted before. Sources beside the datastore's own are asked by whoever processes it. */
export function receive(state: ControllerState, event: Event): Received {
  if (event instanceof KubeStateChange) {
    return { state: withKubeChange(state, event.resource, event.key, event.newValue), changedKeys: [] };
  }
  if (event instanceof DBResync) {
    const kube = kubeTreesOf(event.kubeState, state.kube);
    // A local fallback knows nothing of external configuration: what is known of it stays.
    if (event.externalConfig === undefined) return { state: withPart(state, { kube }), changedKeys: [] };
    const { layers } = withSnapshot(state.external, datastoreSource, event.externalConfig);
    return { state: withPart(state, { kube, external: layers }), changedKeys: [] };
  }
  if (event instanceof ExternalConfigChange) {
    const { layers, keys, note } = withChange(state.external, event.source, event.updatedKVs, event.version);
    return { state: withPart(state, { external: layers }), changedKeys: keys, note };
  }
  if (event instanceof ExternalConfigResync) {
    const { externalConfig, version } = event;
    const snapshot: KeyValuePairs | VersionedSnapshot =
      version === undefined ? externalConfig : { values: externalConfig, version };
    const { layers, note } = withSnapshot(state.external, event.source, snapshot);
    return { state: withPart(state, { external: layers }), changedKeys: [], note };
  }
  return { state, changedKeys: [] };
}

/** @throws ValidationError when it is no event. */
export function checkShape(event: Event): void {
  const { name, method, done } = (event ?? {}) as Partial<Event>; // from outside
  const complaint =
    typeof name !== 'string' || name === ''
      ? 'it has no name'
      : !methods.has(method)
        ? `its method is ${String(method)}; it must be one of ${[...methods].join(', ')}`
        : typeof done !== 'function'
          ? 'it has no done()'
          : method === EventMethod.Update && !isUpdateEvent(event)
            ? 'its method is Update, so it needs a transactionType and a direction'
            : undefined;
  if (complaint === undefined) return;
  throw new ValidationError(`This is no event that can be pushed${typeof name === 'string' ? ` ("${name}")` : ''}: ${complaint}.`, {
    field: 'event',
  });
}

function checkKey(key: unknown, { name }: Event): void {
  if (typeof key === 'string' && key !== '') return;
  throw new ValidationError(
    `The event "${name}" is about the key ${JSON.stringify(key) ?? String(key)}; a key is a text that is not empty.`,
    {
      field: 'key',
    },
  );
}

function checkVersion(version: number | undefined): void {
  if (version === undefined || Number.isFinite(version)) return;
  throw new ValidationError(`The version is ${version}; it must be a number.`, { field: 'version' });
}

function recordIn(given: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given as Readonly<Record<string, unknown>>;
  throw new ValidationError(
    `${field} is ${Array.isArray(given) ? 'an array' : String(given)}; it must be a record of values by key.`,
    {
      field,
    },
  );
}

function freezeValues(values: Readonly<Record<string, unknown>>, what: string, mayBeNull: boolean): void {
  for (const [key, value] of Object.entries(values)) {
    if (key === '') throw new ValidationError(`There is a value under the empty key in ${what}.`, { field: what });
    if (!(mayBeNull && value === null)) frozenValue(value, `${what} ${key}`, key);
  }
  Object.freeze(values);
}
