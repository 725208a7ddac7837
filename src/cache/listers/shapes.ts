/** What objects must look like for a lister to read them. A store holds what it was given, whatever its type says. */

/** Where an object is not what it should be. */
export interface Misshape {
  /** The path inside the object; empty for the object itself. */
  readonly field: string;
  readonly found: unknown;
  readonly expected: string;
}

/** Says where an object is not of a shape; undefined when it is. */
export type Shape = (object: unknown) => Misshape | undefined;

/** Every object: metadata with a namespace and labels, if any. */
export const listedShape: Shape = (object) => {
  if (!isObject(object)) return { field: '', found: object, expected: 'an object' };
  const metadata = own(object, 'metadata');
  if (!isObject(metadata)) return { field: 'metadata', found: metadata, expected: 'an object' };
  const namespace = own(metadata, 'namespace') ?? '';
  if (typeof namespace !== 'string') return { field: 'metadata.namespace', found: namespace, expected: 'a string' };
  return misshapenNames(own(metadata, 'labels'), 'metadata.labels');
};

/** A service or a controller: also a selector, if any. */
export const selectingShape: Shape = (object) => {
  const misshape = listedShape(object);
  if (misshape !== undefined) return misshape;
  const spec = own(object, 'spec');
  if (spec === undefined || spec === null) return undefined;
  if (!isObject(spec)) return { field: 'spec', found: spec, expected: 'an object' };
  return misshapenNames(own(spec, 'selector'), 'spec.selector');
};

/** A node: also conditions, if any. */
export const nodeShape: Shape = (object) => {
  const misshape = listedShape(object);
  if (misshape !== undefined) return misshape;
  const status = own(object, 'status');
  if (status === undefined || status === null) return undefined;
  if (!isObject(status)) return { field: 'status', found: status, expected: 'an object' };
  const conditions = own(status, 'conditions') ?? [];
  if (!Array.isArray(conditions)) return { field: 'status.conditions', found: conditions, expected: 'a list' };
  const at = conditions.findIndex(
    (condition) => typeof own(condition, 'type') !== 'string' || typeof own(condition, 'status') !== 'string',
  );
  if (at === -1) return undefined;
  return { field: `status.conditions[${at}]`, found: conditions[at], expected: 'an object with a type and a status, both strings' };
};

function misshapenNames(names: unknown, field: string): Misshape | undefined {
  if (names === undefined || names === null) return undefined;
  if (!isObject(names)) return { field, found: names, expected: 'an object of strings' };
  for (const name of Object.keys(names)) {
    const found = own(names, name);
    if (typeof found !== 'string') return { field: `${field}[${JSON.stringify(name)}]`, found, expected: 'a string' };
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  return (object as Readonly<Record<string, unknown>>)[name]; // it has this property of its own
}
