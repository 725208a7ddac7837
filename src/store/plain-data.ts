/**
 * Values: plain data, as JSON can carry it, and frozen to the last leaf.
 *
 * What a caller hands in is copied, so that neither side can change the other's; what a datastore hands over is frozen where it is.
 * Both refuse the same things, naming the place.
 */
import { ValidationError } from '../model/errors.js';
import { freezeQuickly } from './quick-freeze.js';

/** How large a value may be. */
export interface ValueLimits {
  /** Objects and arrays inside each other. */
  readonly depth: number;
  /** Characters in strings and property names, plus 8 for each other leaf. */
  readonly size: number;
}

/** Enough for any manifest; little enough that one value cannot exhaust the stack or the memory. */
export const defaultValueLimits: ValueLimits = { depth: 128, size: 16 * 1024 * 1024 };

/** The limits that are given, and the default for those that are absent or `undefined`. */
export function valueLimitsOf(given: Partial<ValueLimits> = {}): ValueLimits {
  const { depth = defaultValueLimits.depth, size = defaultValueLimits.size } = given;
  return { depth, size };
}

interface Walk {
  readonly limits: ValueLimits;
  readonly path: (string | number)[];
  readonly copies: boolean;
  size: number;
}

/**
 * Returns a deep-frozen copy of `value`. Properties that are `undefined` are left out, as JSON does.
 *
 * @throws ValidationError when the value is `null` or `undefined` (absence is not a value), or somewhere holds a function, a symbol, a
 * bigint, NaN or an infinity, `undefined` in an array, an accessor, an instance of a class, or itself; or exceeds `limits`.
 */
export function copyPlainData<V>(value: V, limits: ValueLimits = defaultValueLimits): V {
  // A copy of plain data is of the same type; what the type cannot rule out is refused at run time.
  return admit(value, { limits, path: [], copies: true, size: 0 }) as V;
}

/**
 * Deep-freezes `value`, which must not be anybody else's, and returns it.
 *
 * @throws ValidationError as {@link copyPlainData}; parts of the value may then be frozen already.
 */
export function freezePlainData<V>(value: V, limits: ValueLimits = defaultValueLimits): V {
  if (freezeQuickly(value, limits)) return value;
  admit(value, { limits, path: [], copies: false, size: 0 });
  return value;
}

function admit(value: unknown, walk: Walk): unknown {
  if (value === null || value === undefined) throw refuse(walk, `is ${value}, which means "no object"; delete the object instead`);
  try {
    return visit(value, walk);
  } catch (error) {
    if (error instanceof ValidationError) throw error;
    throw refuse(walk, 'cannot be read', error); // a trap of a proxy threw
  }
}

function visit(value: unknown, walk: Walk): unknown {
  switch (typeof value) {
    case 'string':
      return (charge(walk, value.length), value);
    case 'boolean':
      return (charge(walk, 8), value);
    case 'number':
      if (!Number.isFinite(value)) throw refuse(walk, `is ${value}, which JSON cannot carry`);
      return (charge(walk, 8), value);
    case 'object':
      if (value === null) return (charge(walk, 8), value);
      if (walk.path.length >= walk.limits.depth) throw refuse(walk, `is nested deeper than ${walk.limits.depth} levels`);
      charge(walk, 8);
      return Array.isArray(value) ? visitArray(value, walk) : visitObject(value, walk);
    default:
      throw refuse(walk, `is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}, which JSON cannot carry`);
  }
}

function visitArray(array: readonly unknown[], walk: Walk): unknown {
  const result: unknown[] = [];
  for (let index = 0; index < array.length; index++) {
    walk.path.push(index);
    const item = visit(readOwn(array, index, walk), walk);
    walk.path.pop();
    if (walk.copies) result.push(item);
  }
  return Object.freeze(walk.copies ? result : array);
}

function visitObject(object: object, walk: Walk): unknown {
  const prototype: unknown = Object.getPrototypeOf(object);
  // An object literal of any realm: its prototype is the end of the chain.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw refuse(walk, `is an instance of ${className(object)}; convert it to plain data`);
  }
  if (Object.getOwnPropertySymbols(object).length > 0) throw refuse(walk, 'has a symbol as a property, which JSON cannot carry');
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(object)) {
    charge(walk, name.length);
    walk.path.push(name);
    const property = readOwn(object, name, walk);
    if (property !== undefined) {
      const item = visit(property, walk);
      if (walk.copies) define(result, name, item);
    }
    walk.path.pop();
  }
  return Object.freeze(walk.copies ? result : object);
}

/** Reads without running anybody's code: accessors are refused, not called. */
function readOwn(owner: object, name: string | number, walk: Walk): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (descriptor === undefined) return undefined;
  if (descriptor.get !== undefined || descriptor.set !== undefined) throw refuse(walk, 'is an accessor; convert it to plain data');
  return descriptor.value;
}

/** Assigning to `__proto__` would change the prototype; defining makes it a property like any other. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  else target[name] = value;
}

function charge(walk: Walk, amount: number): void {
  walk.size += amount;
  if (walk.size > walk.limits.size) throw refuse(walk, `makes the value larger than ${walk.limits.size} characters`);
}

function className(object: object): string {
  const { constructor } = object;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'a class';
}

function refuse(walk: Walk, reason: string, cause?: unknown): ValidationError {
  const field = ['value', ...walk.path.slice(0, 20)].join('.');
  return new ValidationError(`Illegal value: ${field} ${reason}.`, { field, cause });
}
