/** What a controller is made with, looked at before it is believed: it comes from outside. */
import { ValidationError } from '../model/errors.js';

type Given = Readonly<Record<string, unknown>>;
type Check = (given: unknown, field: string) => void;

/** Every option that there is, and what it must be when it is given. */
const checks: Readonly<Record<string, Check>> = {
  handlers: listOf('handlers', ['handlesEvent', 'resync', 'update', 'revert']),
  southbound: having('a southbound', ['commit']),
  externalSources: listOf('sources', ['getConfigSnapshot']),
  precedence: listOfNames,
  mergeRules: (given, field) => mustBe(Array.isArray(given), given, field, 'an array of rules'),
  resources: listOfNames,
  timings: (given, field) => mustBe(isRecord(given), given, field, 'an object of milliseconds'),
  healing: healing,
  periodicHealing: flag,
  retry: retry,
  history: (given, field) => mustBe(given === false || isRecord(given), given, field, 'false, or an object of limits'),
  limits: (given, field) => mustBe(isRecord(given), given, field, 'an object of numbers'),
  ownership: (given, field) => mustBe(given === 'report' || given === 'refuse', given, field, '"report" or "refuse"'),
  isShared: called,
  onProblem: called,
  onRecord: called,
  onFatal: called,
  clock: having('a clock', ['now', 'wallNow', 'setTimeout', 'clearTimeout']),
  logger: having('a logger', ['debug', 'info', 'warn', 'error']),
};

/** @throws ValidationError when an option is missing, unknown, or of another kind than it must be. */
export function checkControllerOptions(options: unknown): void {
  mustBe(isRecord(options), options, 'options', 'an object with handlers and a southbound');
  const given = options as Given; // it was just looked at
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(checks, name)) {
      throw new ValidationError(`There is no option ${name}; there are ${Object.keys(checks).join(', ')}.`, { field: name });
    }
  }
  for (const [name, check] of Object.entries(checks)) {
    if (given[name] !== undefined || name === 'handlers' || name === 'southbound') check(given[name], name);
  }
}

function having(what: string, methods: readonly string[]): Check {
  return (given, field) => {
    const missing = methods.find((method) => typeof ((given ?? {}) as Given)[method] !== 'function');
    mustBe(missing === undefined, given, field, `${what} with ${methods.map((method) => `${method}()`).join(', ')}`);
  };
}

/** A list of things with a name, and with `methods`. */
function listOf(what: string, methods: readonly string[]): Check {
  const checkItem = having('one', methods);
  return (given, field) => {
    mustBe(Array.isArray(given), given, field, `an array of ${what}`);
    for (const [index, item] of (given as unknown[]).entries()) {
      checkItem(item, `${field}.${index}`);
      mustBeName((item as Given)['name'], `${field}.${index}.name`);
    }
  };
}

function listOfNames(given: unknown, field: string): void {
  mustBe(Array.isArray(given), given, field, 'an array of names');
  for (const [index, name] of (given as unknown[]).entries()) mustBeName(name, `${field}.${index}`);
}

function mustBeName(given: unknown, field: string): void {
  mustBe(typeof given === 'string' && given !== '', given, field, 'a text that is not empty');
}

function healing(given: unknown, field: string): void {
  mustBe(isRecord(given), given, field, 'an object with attempts, factor, maxDelay or onExhausted');
  const { onExhausted } = given as Given;
  if (onExhausted !== undefined) called(onExhausted, `${field}.onExhausted`);
}

function retry(given: unknown, field: string): void {
  mustBe(given === false || isRecord(given), given, field, 'false, or an object with delay, maxAttempts or exponential');
  const { exponential } = Object(given) as Given; // false has none
  if (exponential !== undefined) flag(exponential, `${field}.exponential`);
}

function called(given: unknown, field: string): void {
  mustBe(typeof given === 'function', given, field, 'a function');
}

function flag(given: unknown, field: string): void {
  mustBe(typeof given === 'boolean', given, field, 'true or false');
}

function isRecord(given: unknown): boolean {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function mustBe(isSo: boolean, given: unknown, field: string, expected: string): void {
  if (isSo) return;
  const shown = typeof given === 'string' ? JSON.stringify(given) : Array.isArray(given) ? 'an array' : typeof given;
  throw new ValidationError(`The option ${field} is ${given === null ? 'null' : shown}; it must be ${expected}.`, { field });
}
