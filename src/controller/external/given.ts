/** Key-value pairs and snapshots as somebody gives them: looked at before they are believed. */
import { ValidationError } from '../../model/errors.js';
import { freezePlainData } from '../../store/plain-data.js';

/** A key and its frozen value; `null`: nothing. */
export type GivenPair = readonly [key: string, value: unknown];

/**
 * The pairs of a record, in key order. Their values are frozen in place.
 *
 * @throws ValidationError naming the key when it is empty, or when its value is neither plain data nor `null`; or when it is no record.
 */
export function pairsOf(given: unknown): readonly GivenPair[] {
  if (!isRecord(given)) throw refuse(`Key-value pairs are ${kindOf(given)}; give a record of values by key.`);
  return keysOf(given).map((key) => [key, valueOf(given, key)]);
}

/**
 * Tells a snapshot with a version from one without: it is a record of exactly `values`, a record, and `version`, a number.
 *
 * @throws ValidationError when it is neither.
 */
export function snapshotOf(given: unknown): { readonly values: unknown; readonly version: number | undefined } {
  if (!isRecord(given)) throw refuse(`A snapshot is ${kindOf(given)}; give a record of values by key.`);
  if (keysOf(given).join() !== 'values,version') return { values: given, version: undefined };
  const [values, version] = [read(given, 'values'), read(given, 'version')];
  if (!isRecord(values) || typeof version !== 'number') return { values: given, version: undefined };
  return { values, version: versionOf(version) };
}

/** @throws ValidationError when `given` is no version. */
export function versionOf(given: number): number {
  if (Number.isFinite(given)) return given;
  throw new ValidationError(`The version is ${String(given)}; give a number that grows with each change.`, { field: 'version' });
}

function keysOf(record: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    return Object.keys(record).toSorted();
  } catch (error) {
    throw refuse('Key-value pairs cannot be read.', error); // a trap of a proxy threw
  }
}

function valueOf(record: Readonly<Record<string, unknown>>, key: string): unknown {
  if (key === '') throw new ValidationError('A key is empty; give a text that names the value.', { key });
  const value = read(record, key);
  if (value === null) return null;
  if (value === undefined) {
    throw new ValidationError(`The value of ${JSON.stringify(key)} is undefined; give plain data, or null for nothing.`, { key });
  }
  try {
    return freezePlainData(value);
  } catch (error) {
    const { message, field } = error as ValidationError; // it throws nothing else
    throw new ValidationError(`The value of ${JSON.stringify(key)} cannot be taken. ${message}`, {
      key,
      cause: error,
      ...(field !== undefined && { field }),
    });
  }
}

function read(record: Readonly<Record<string, unknown>>, key: string): unknown {
  try {
    return record[key];
  } catch (error) {
    throw new ValidationError(`The value of ${JSON.stringify(key)} cannot be read.`, { key, cause: error }); // a getter threw
  }
}

function isRecord(given: unknown): given is Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(given);
    return prototype === null || Object.getPrototypeOf(prototype) === null; // not a Map, a promise, a class
  } catch {
    return false; // a trap of a proxy threw
  }
}

function kindOf(given: unknown): string {
  if (given === null) return 'null';
  if (Array.isArray(given)) return 'an array';
  return typeof given === 'object' ? 'an instance of a class' : typeof given;
}

function refuse(message: string, cause?: unknown): ValidationError {
  return new ValidationError(message, { field: 'values', cause });
}
