/** What a record must look like, for those that come from outside. Members that are not named here may be there, and are anything. */
import { EventMethod, UpdateDirection, UpdateTransactionType } from '../events/event.js';

/** What is wrong with a value: where, and what belongs there. */
export interface Flaw {
  /** The way there from the record, such as `handlers[0].took`. */
  readonly path: string;
  readonly expected: string;
}

/** Looks at the value at `path`; undefined when nothing is wrong with it. */
type Check = (value: unknown, path: string) => Flaw | undefined;

const text = leaf('a text', (value) => typeof value === 'string');
const truth = leaf('true or false', (value) => typeof value === 'boolean');
const milliseconds = leaf('a number of milliseconds', (value) => typeof value === 'number');
const count = leaf('a whole number of at least 0', (value) => Number.isSafeInteger(value) && Number(value) >= 0);
const error: Check = (value, path) => errorFields(value, path);
const errorFields = fields({ name: text, message: text }, { code: text, key: text, cause: error, errors: listOf(error) });

const handler = fields({ handler: text, isRevert: truth, change: text, took: milliseconds }, { error });
const change = fields({ key: text, wantedBy: listOf(text) });
const failure = fields({ key: text, owner: text, wantedBy: listOf(text), operation: text, isRevert: truth, error });
const transaction = fields(
  {
    kind: oneOf(...Object.values(EventMethod)),
    outcome: oneOf('applied', 'partlyApplied', 'reverted', 'revertFailed', 'refused', 'unknown'),
    changes: listOf(change),
    failures: listOf(failure),
    versionBefore: count,
    versionAfter: count,
  },
  { sequence: count },
);
const record = fields(
  {
    sequence: count,
    name: text,
    description: text,
    method: oneOf(...Object.values(EventMethod)),
    startedAt: milliseconds,
    endedAt: milliseconds,
    handlers: listOf(handler),
  },
  {
    transactionType: oneOf(...Object.values(UpdateTransactionType)),
    direction: oneOf(...Object.values(UpdateDirection)),
    followUpTo: count,
    resyncCount: count,
    transaction,
    notes: listOf(text),
    error,
  },
);

/** The first thing that is wrong with what should be an EventRecord; undefined when nothing is. */
export function flawOf(value: unknown): Flaw | undefined {
  return record(value, '');
}

function leaf(expected: string, isRight: (value: unknown) => boolean): Check {
  return (value, path) => (isRight(value) ? undefined : { path, expected });
}

function oneOf(...values: readonly string[]): Check {
  return leaf(`one of ${values.join(', ')}`, (value) => typeof value === 'string' && values.includes(value));
}

function listOf(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return { path, expected: 'a list' };
    for (const [index, element] of value.entries()) {
      const flaw = item(element, `${path}[${index}]`);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  };
}

function fields(required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check {
  return (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { path: path || 'it', expected: 'an object' };
    for (const [name, check] of Object.entries({ ...required, ...optional })) {
      const isThere = Object.hasOwn(value, name);
      if (!isThere && name in optional) continue;
      const found: unknown = isThere ? (value as Readonly<Record<string, unknown>>)[name] : undefined; // any object can be asked
      const flaw = check(found, path === '' ? name : `${path}.${name}`);
      if (flaw !== undefined) return flaw;
    }
    return undefined;
  };
}
