/**
 * Histories as text: one JSON object a line. The first is a header, `{"format":"heliostat-events","version":1}`; each of the others is
 * an {@link EventRecord} as it is, in the order of processing. What a later version adds is another member of a record, and is kept;
 * what it changes is another `version`.
 *
 * As everywhere in JSON, negative zero becomes zero; nothing else is changed.
 */
import { ParseError } from '../../model/errors.js';
import type { EventRecord } from './record.js';
import { flawOf } from './record-shape.js';

const header = { format: 'heliostat-events', version: 1 };

/** Characters of a line that a ParseError shows. */
const longestExcerpt = 200;

/** `records`, one JSON object a line behind the header; what {@link parseHistory} reads. */
export function toJSONLines(records: Iterable<EventRecord>): string {
  let text = `${JSON.stringify(header)}\n`;
  // Some readers take these two for ends of lines.
  for (const record of records)
    text += `${JSON.stringify(record).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}\n`;
  return text;
}

/**
 * Reads what {@link toJSONLines} wrote.
 *
 * @returns the records, frozen.
 * @throws ParseError with the number of the line, what was found in it and what was expected: when there is no header, or one of another
 * format or version; when a line is no JSON, or no record; when a record does not come after the one before.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseHistory } from 'heliostat/controller';
 * const records = parseHistory(await readFile('events.ndjson', 'utf8'));
 * for (const { sequence, name, error } of records) if (error !== undefined) console.log(sequence, name, error.message);
 * ```
 */
export function parseHistory(text: string): readonly EventRecord[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  checkHeader(lines[0]);
  let before = -1;
  const records = lines.slice(1).map((line, index) => {
    const record = recordOf(line, index + 2);
    if (record.sequence <= before)
      throw malformed(
        index + 2,
        line,
        `expected "sequence" to be above ${before}, as records are in order, not ${record.sequence}`,
      );
    before = record.sequence;
    return record;
  });
  return Object.freeze(records);
}

function checkHeader(line: string | undefined): void {
  const hint = `the first line of a history is ${JSON.stringify(header)}`;
  if (line === undefined) throw malformed(1, '', `the text is empty; ${hint}`);
  const found = parse(line, 1);
  const isObject = typeof found === 'object' && found !== null;
  if (!isObject || !('format' in found) || found.format !== header.format) throw malformed(1, line, `this is no history: ${hint}`);
  if (!('version' in found) || found.version !== header.version)
    throw malformed(1, line, `expected "version" to be ${header.version}, which is what can be read here`);
}

function recordOf(line: string, number: number): EventRecord {
  const found = parse(line, number);
  const flaw = flawOf(found);
  if (flaw !== undefined) throw malformed(number, line, `expected ${flaw.path} to be ${flaw.expected}`, flaw.path);
  return deepFreeze(found as EventRecord); // its shape has been checked
}

function parse(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw malformed(number, line, 'it is not JSON', undefined, error);
  }
}

function malformed(line: number, text: string, reason: string, field?: string, cause?: unknown): ParseError {
  return new ParseError(`Line ${line} of the history cannot be read: ${reason}.`, {
    rawKey: `line ${line}`,
    rawValue: text.length > longestExcerpt ? `${text.slice(0, longestExcerpt)}…` : text,
    line,
    cause,
    ...(field !== undefined && { field }),
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
