/** Which events a handler is interested in, said instead of programmed. */
import { ValidationError } from '../../model/errors.js';
import { isResync, type Event } from '../events/event.js';

/** The events that a handler is called for, beside resyncs. Whatever one of these selects, is selected. */
export interface Interests {
  /** Changes of these resources of the Kubernetes state. */
  readonly resources?: readonly string[];
  /** Changes of external configuration whose keys begin with one of these. */
  readonly external?: readonly string[];
  /** Events of these names. */
  readonly events?: readonly string[];
}

/** The test that `handles` stands for; every resync passes, since a handler that misses one loses what it wants. */
export function acceptanceOf(handles: Interests | ((event: Event) => boolean)): (event: Event) => boolean {
  if (typeof handles === 'function') return (event) => isResync(event) || handles(event);
  const { resources, external, events } = checkInterests(handles);
  // Told by what events carry rather than by their class, which differs between two copies of this package.
  return (event) =>
    isResync(event) ||
    events.has(event.name) ||
    (event.name === 'Kubernetes State Change' && 'resource' in event && resources.has(event.resource)) ||
    (event.name === 'External Config Change' && 'updatedKVs' in event && hasKeyBelow(event.updatedKVs, external));
}

function hasKeyBelow(values: unknown, prefixes: readonly string[]): boolean {
  if (typeof values !== 'object' || values === null) return false;
  return Object.keys(values).some((key) => prefixes.some((prefix) => key.startsWith(prefix)));
}

interface CheckedInterests {
  readonly resources: ReadonlySet<unknown>;
  readonly external: readonly string[];
  readonly events: ReadonlySet<string>;
}

function checkInterests(given: Interests): CheckedInterests {
  if (typeof given !== 'object' || given === null) throw refuse('handles', given, 'interests or a function');
  for (const [member, names] of Object.entries(given)) {
    if (!(member === 'resources' || member === 'external' || member === 'events')) {
      throw refuse(`handles.${member}`, names, 'nothing: interests are resources, external and events');
    }
    if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === 'string'))) {
      throw refuse(`handles.${member}`, names, 'an array of strings');
    }
  }
  const { resources = [], external = [], events = [] } = given;
  return { resources: new Set(resources), external: [...external], events: new Set(events) };
}

function refuse(field: string, given: unknown, expected: string): ValidationError {
  return new ValidationError(`${field} is ${JSON.stringify(given) ?? String(given)}, expected ${expected}.`, { field });
}
