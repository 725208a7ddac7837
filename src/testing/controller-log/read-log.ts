/** Reads the log of a controller. */
import { ParseError } from '../../model/errors.js';
import type { LogHeader, LogLine } from './lines.js';

/** A log that was read. `lines[0]` is line 2 of the text. */
export interface ControllerLog {
  readonly header: LogHeader;
  readonly lines: readonly LogLine[];
}

const members: Readonly<Record<LogLine['kind'], Readonly<Record<string, 'string' | 'number' | 'object'>>>> = {
  start: {},
  close: {},
  turn: {},
  push: { event: 'number', data: 'object' },
  put: { call: 'number', key: 'string' },
  delete: { call: 'number', key: 'string' },
  wait: { call: 'number' },
  answer: { call: 'number' },
  fail: { call: 'number', error: 'object' },
  notify: { event: 'object' },
  timer: { timer: 'number' },
  call: { call: 'number', function: 'string' },
  record: { record: 'object' },
  says: { event: 'number', text: 'string' },
  time: { clock: 'string', reading: 'number', value: 'number' },
};

/**
 * @param text what `recordController` wrote; a last line that was cut off is left out.
 * @throws ParseError with the number of the line, what is in it and what was expected.
 */
export function readLog(text: string): ControllerLog {
  const [first = '', ...rest] = text.split('\n');
  rest.pop(); // what follows the last end of line: nothing, or a line that was cut off
  const header = parse(first, 1) as Partial<LogHeader> | null;
  if (header?.format !== 'heliostat-controller-log' || header.version !== 1 || typeof header.options !== 'object') {
    throw malformed(1, first, 'expected the header {"format":"heliostat-controller-log","version":1,…}');
  }
  return { header: header as LogHeader, lines: rest.map((line, index) => lineOf(line, index + 2)) }; // its members are looked at above
}

function lineOf(text: string, number: number): LogLine {
  const line = parse(text, number);
  const { kind } = (line ?? {}) as { readonly kind?: unknown }; // anything can be asked for a member but these two
  const shape = typeof kind === 'string' && Object.hasOwn(members, kind) ? members[kind as LogLine['kind']] : undefined;
  if (shape === undefined) throw malformed(number, text, `expected "kind" to be one of ${Object.keys(members).join(', ')}`);
  for (const [member, type] of Object.entries(shape)) {
    const found = (line as Readonly<Record<string, unknown>>)[member]; // it has a kind, so it is an object
    if (typeof found !== type || found === null) throw malformed(number, text, `expected "${member}" to be a ${type}`);
  }
  return line as LogLine; // its shape has been checked
}

function parse(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(number, text, 'it is not JSON', cause);
  }
}

function malformed(line: number, text: string, reason: string, cause?: unknown): ParseError {
  const rawValue = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new ParseError(`Line ${line} of the controller's log cannot be read: ${reason}.`, {
    rawKey: `line ${line}`,
    rawValue,
    line,
    cause,
  });
}
