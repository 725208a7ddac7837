/** Errors as records keep them: plain data that says as much as can be said, whatever was thrown. */
import type { RecordedError } from './record.js';

/** Causes below causes; beyond it, that something is left out is told instead. */
const deepest = 16;
/** Errors in one record, causes and all. */
const mostErrors = 500;
/** Characters of one message. */
const longestMessage = 10_000;

interface Walk {
  /** From the outermost error to where we are: what is in here again is a circle. */
  readonly path: unknown[];
  left: number;
}

/**
 * What can be read of `error` and can be read again from JSON: names, messages, codes, keys, causes, and the members of
 * AggregateError and EventFailedError. A cause that is one of these members is told once, as a member. Anything else that was thrown
 * is an error, too: its name is its type. A circle ends where it closes, and what is too deep, too much or too long is told to be left
 * out. Never throws.
 */
export function recordedErrorOf(error: unknown): RecordedError {
  return record(error, { path: [], left: mostErrors });
}

function record(error: unknown, walk: Walk): RecordedError {
  if (walk.path.length >= deepest) return leftOut(`causes nested deeper than ${deepest} levels are left out`);
  if (walk.left <= 0) return leftOut(`what comes after ${mostErrors} errors is left out`);
  walk.left--;
  const name = nameOf(error);
  const message = cut(messageOf(error));
  if (walk.path.includes(error)) return Object.freeze({ name, message: `${message} (the same error as above)` });
  const [code, key, cause, members] = ['code', 'key', 'cause', 'errors'].map((member) => read(error, member));
  walk.path.push(error);
  const errors = Array.isArray(members) && members.length > 0 ? recordAll(members, walk) : undefined;
  const isMember = Array.isArray(members) && members.includes(cause);
  const recorded: RecordedError = {
    name,
    message,
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(typeof key === 'string' && { key }),
    ...(cause !== undefined && cause !== null && !isMember && { cause: record(cause, walk) }),
    ...(errors !== undefined && { errors }),
  };
  walk.path.pop();
  return Object.freeze(recorded);
}

function recordAll(members: readonly unknown[], walk: Walk): readonly RecordedError[] {
  const recorded: RecordedError[] = [];
  for (const member of members) {
    const isLast = walk.left <= 0;
    recorded.push(record(member, walk));
    if (isLast) break;
  }
  return Object.freeze(recorded);
}

function leftOut(message: string): RecordedError {
  return Object.freeze({ name: 'LeftOut', message });
}

function nameOf(error: unknown): string {
  const name = read(error, 'name');
  if (typeof name === 'string' && name !== '' && typeof read(error, 'message') === 'string') return cut(name);
  return error === null ? 'null' : typeof error;
}

function messageOf(error: unknown): string {
  const message = read(error, 'message');
  if (typeof message === 'string') return message;
  try {
    const text: unknown =
      typeof error === 'object' || typeof error === 'function' ? JSON.stringify(error) : textOf(error as Primitive);
    return typeof text === 'string' ? text : 'cannot be shown';
  } catch {
    return 'cannot be shown'; // it holds itself, or a bigint, or its toJSON throws
  }
}

type Primitive = string | number | bigint | boolean | symbol | undefined;

function textOf(value: Primitive): string {
  return String(value);
}

/** A member, read with care: getters and proxies may throw. */
function read(error: unknown, member: string): unknown {
  if (typeof error !== 'object' && typeof error !== 'function') return undefined;
  try {
    return (error as Readonly<Record<string, unknown>> | null)?.[member]; // any object can be asked for any member
  } catch {
    return undefined;
  }
}

function cut(text: string): string {
  const rest = text.length - longestMessage;
  return rest <= 0 ? text : `${text.slice(0, longestMessage)}… (${rest} characters more)`;
}
