/** Which keys of a datastore are which resource, and which are external configuration. */
import { ValidationError } from '../../model/errors.js';
import { checkKey, formatKey, isAtOrBelow } from '../../model/key-format.js';
import type { Key } from '../../model/key.js';

/** Makes of what the datastore holds what handlers are given. May throw: the entry then cannot be read. */
export type Decode = (value: unknown, key: Key) => unknown;

/** One resource of Kubernetes' state, or of whatever the datastore holds. */
export interface SourceResource {
  /** As in `KubeStateData`. */
  readonly name: string;
  /** The first segment of its keys. Give either this or `prefix`. */
  readonly kind?: string | undefined;
  /** The key that its keys are at or below, such as `/registry/pods`; never a part of a segment. */
  readonly prefix?: Key | undefined;
  /** Default: the value as it is. What it makes must be plain data, and neither null nor undefined. */
  readonly decode?: Decode | undefined;
}

/** Where the datastore keeps external configuration. */
export interface SourceExternalConfig {
  /** The key that its keys are at or below. */
  readonly prefix: Key;
  /** As of a resource. */
  readonly decode?: Decode | undefined;
}

/** What a key belongs to. */
export interface Place {
  /** The resource; undefined: external configuration. */
  readonly resource: string | undefined;
  readonly prefix: Key;
  readonly decode: Decode;
}

export class ResourceRegistry {
  /** In the order in which they were given. */
  readonly resources: readonly string[];
  readonly hasExternalConfig: boolean;
  private readonly places: readonly Place[];

  /** @throws ValidationError when a resource has no name, not exactly one of kind and prefix, or a key could belong to two. */
  constructor(resources: readonly SourceResource[], externalConfig: SourceExternalConfig | undefined) {
    if (!Array.isArray(resources)) throw illegal('resources', `it is ${typeof resources}; give an array of { name, kind }`);
    const places = resources.map(placeOfResource);
    if (externalConfig !== undefined)
      places.push(placeOf(undefined, 'externalConfig', externalConfig.prefix, externalConfig.decode));
    if (places.length === 0)
      throw illegal('resources', 'there is none, and no externalConfig: nothing of the datastore would be told');
    checkApart(places);
    this.places = places;
    this.resources = resources.map(({ name }) => name);
    this.hasExternalConfig = externalConfig !== undefined;
  }

  /** What `key` belongs to; undefined: nothing that this registry knows. */
  placeOf(key: Key): Place | undefined {
    return this.places.find(({ prefix }) => isAtOrBelow(key, prefix));
  }
}

function placeOfResource({ name, kind, prefix, decode }: SourceResource, index: number): Place {
  const field = `resources.${index}`;
  if (typeof name !== 'string' || name === '') throw illegal(`${field}.name`, `it is ${JSON.stringify(name)}; give a name`);
  if ((kind === undefined) === (prefix === undefined)) {
    throw illegal(
      field,
      `${JSON.stringify(name)} has ${kind === undefined ? 'neither' : 'both'} kind and prefix; give one of them`,
    );
  }
  return placeOf(name, field, kind === undefined ? prefix : formatKey([kind]), decode);
}

function placeOf(resource: string | undefined, field: string, prefix: unknown, decode: Decode = asItIs): Place {
  if (typeof decode !== 'function') throw illegal(`${field}.decode`, `it is ${typeof decode}; give a function (value, key)`);
  return { resource, prefix: checkKey(prefix), decode };
}

function checkApart(places: readonly Place[]): void {
  for (const [index, place] of places.entries()) {
    for (const other of places.slice(0, index)) {
      if (other.resource === place.resource) throw illegal('resources', `two are called ${nameOf(place)}; give each its own name`);
      if (!isAtOrBelow(place.prefix, other.prefix) && !isAtOrBelow(other.prefix, place.prefix)) continue;
      const [one, two] = [other, place].map((each) => `${nameOf(each)} (${each.prefix})`);
      throw illegal('resources', `keys could belong to both ${one} and ${two}; give them prefixes of which none covers the other`);
    }
  }
}

function nameOf({ resource }: Place): string {
  return resource === undefined ? 'externalConfig' : JSON.stringify(resource);
}

function illegal(field: string, reason: string): ValidationError {
  return new ValidationError(`Illegal option ${field}: ${reason}.`, { field });
}

function asItIs(value: unknown): unknown {
  return value;
}
