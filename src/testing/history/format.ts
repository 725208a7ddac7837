/** Histories as text: NDJSON, one JSON object a line, the header first. */
import { ValidationError } from '../../model/errors.js';
import type { HistoryHeader, HistoryKind, HistoryRecord } from './record.js';
import { isObject, objectOf, type Flaw, type Shape } from './shape.js';
import { headerFields, placeFields, recordFields } from './shapes.js';

/** A history: how it is to be read, and what happened. */
export interface History {
  readonly header: HistoryHeader;
  readonly records: AsyncIterable<HistoryRecord> | Iterable<HistoryRecord>;
}

/** How lines are read. */
export interface ReadHistoryOptions {
  /**
   * Is told of each record whose kind is not known here, which a history of a later minor version may hold; it is left out. Absent:
   * such a record is an error.
   */
  readonly onUnknown?: ((line: number, kind: string) => void) | undefined;
  /**
   * Is asked of a last line that is not JSON whether it was cut off while it was written; with true it is left out. The header never
   * is. Absent: such a line is an error.
   */
  readonly isCutOff?: ((line: number) => boolean) | undefined;
}

const latestMinor = 0;
const headerShape = objectOf(headerFields);
const placeShape = objectOf(placeFields);
const shapes = new Map<string, Shape>(
  Object.entries(recordFields).map(([kind, fields]) => [kind, objectOf({ ...placeFields, ...fields })]),
);

/** The kinds of records that this version knows. */
export const historyKinds: readonly HistoryKind[] = Object.keys(recordFields) as HistoryKind[]; // the compiler has checked its names

/** One record, or the header, as one line without its end. */
export function formatRecord(record: HistoryRecord | HistoryHeader): string {
  // Some readers, Node's readline among them, take these for ends of lines.
  return JSON.stringify(record).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

/**
 * A history as lines, without their ends.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { writeHistory, type History } from 'heliostat/testing';
 * async function save(history: History): Promise<void> {
 *   const lines: string[] = [];
 *   for await (const line of writeHistory(history)) lines.push(line);
 *   await writeFile('history.ndjson', `${lines.join('\n')}\n`);
 * }
 * ```
 */
export async function* writeHistory({ header, records }: History): AsyncGenerator<string, void, undefined> {
  yield formatRecord(header);
  for await (const record of records) yield formatRecord(record);
}

/**
 * Reads the header of a history; its records are read, and checked, as they are asked for. Record `seq` stands in line `seq + 1`.
 *
 * @param lines the lines, without their ends; empty ones at the end are left out, and a byte order mark at the beginning.
 * @throws ValidationError naming the line, the field in it, what was found and what was expected; the iteration of `records`, too.
 */
export async function readHistory(
  lines: AsyncIterable<string> | Iterable<string>,
  options: ReadHistoryOptions = {},
): Promise<History> {
  const numbered = numberLines(lines);
  const first = await numbered.next();
  if (first.done === true)
    throw broken(1, 'the history is empty: expected a header such as {"format":"heliostat-history","version":1,...}');
  const header = headerOf(first.value.text);
  return { header, records: readRecords(numbered, header, options) };
}

interface Line {
  readonly number: number;
  readonly text: string;
}

async function* numberLines(lines: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Line, void, undefined> {
  let number = 0;
  let empty: number | undefined;
  for await (const line of lines) {
    number++;
    const text = number === 1 ? line.replace(/^\uFEFF/, '') : line;
    if (text.trim() === '') {
      empty ??= number;
      continue;
    }
    if (empty !== undefined) throw broken(empty, 'the line is empty: expected one JSON object');
    yield { number, text };
  }
}

function headerOf(text: string): HistoryHeader {
  const header = parse({ number: 1, text });
  const hint = 'is this a history? Its first line is a header such as {"format":"heliostat-history","version":1,...}';
  if (!isObject(header) || header['format'] !== 'heliostat-history')
    throw broken(1, `expected "format" to be "heliostat-history": ${hint}`);
  if (header['version'] !== 1)
    throw broken(1, `expected "version" to be 1, which is what can be read here, not ${show(header['version'])}`);
  const flaw = headerShape.check(header);
  if (flaw !== undefined) throw flawed(1, flaw);
  return header as unknown as HistoryHeader; // checked against its shape
}

async function* readRecords(
  lines: AsyncGenerator<Line>,
  header: HistoryHeader,
  { onUnknown, isCutOff }: ReadHistoryOptions,
): AsyncGenerator<HistoryRecord, void, undefined> {
  let at = 0;
  const requests = new Set<number>();
  for await (const line of lines) {
    const parsed = await parseOrCutOff(line, lines, isCutOff);
    if (parsed === cutOff) return;
    const place = placeShape.check(parsed);
    if (place !== undefined || !isObject(parsed))
      throw flawed(line.number, place ?? { path: '', expected: 'an object', found: parsed });
    const record = parsed as unknown as HistoryRecord; // its place is checked above, the rest by its kind below
    if (record.seq !== line.number - 1)
      throw broken(
        line.number,
        `expected "seq" to be ${line.number - 1}, one more than before, not ${record.seq}: a line is missing, or twice`,
      );
    if (record.at < at)
      throw broken(line.number, `expected "at" to be ${at} or later, as before, not ${record.at}: time never goes back`);
    at = record.at;
    if (!isKnown(line.number, parsed, header, onUnknown)) continue;
    if (isOfRequest(record)) checkRequest(line.number, record, requests, header);
    yield record;
  }
}

type RequestRecord = Extract<HistoryRecord, { readonly request: number }>;

/** Any record may have members that are not described: its kind says whether this one is. */
function isOfRequest(record: HistoryRecord): record is RequestRecord {
  return 'request' in recordFields[record.kind];
}

/** A request may be asked for with a kind that only a later minor version knows. */
function checkRequest(line: number, { kind, request }: RequestRecord, asked: Set<number>, { minor }: HistoryHeader): void {
  if (kind === 'list.requested' || kind === 'watch.requested') asked.add(request);
  else if (!asked.has(request) && minor <= latestMinor)
    throw broken(
      line,
      `expected "request" to be the number of a list.requested or watch.requested before it, not ${request}, which nobody asked for`,
      'request',
    );
}

const cutOff: unique symbol = Symbol('cut off');

/** What a line says, or that it is the last one and was cut off. */
async function parseOrCutOff(
  line: Line,
  following: AsyncGenerator<Line>,
  isCutOff: ReadHistoryOptions['isCutOff'],
): Promise<unknown> {
  try {
    return parse(line);
  } catch (error) {
    const next = isCutOff === undefined ? undefined : await following.next().catch(() => undefined);
    if (next?.done === true && isCutOff?.(line.number) === true) return cutOff;
    throw error;
  }
}

function isKnown(
  line: number,
  record: Readonly<Record<string, unknown>>,
  header: HistoryHeader,
  onUnknown: ReadHistoryOptions['onUnknown'],
): boolean {
  const kind = record['kind'];
  const shape = typeof kind === 'string' ? shapes.get(kind) : undefined;
  if (shape === undefined) {
    if (typeof kind !== 'string' || header.minor <= latestMinor || onUnknown === undefined)
      throw broken(line, `expected "kind" to be one of ${historyKinds.join(', ')}, not ${show(kind)}`);
    onUnknown(line, kind);
    return false;
  }
  const flaw = shape.check(record);
  if (flaw !== undefined) throw flawed(line, flaw);
  return true;
}

function parse({ number, text }: Line): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw broken(number, `the line is not JSON: ${reason}`);
  }
}

function flawed(line: number, { path, expected, found }: Flaw): ValidationError {
  const field = path === '' ? 'the record' : JSON.stringify(path.slice(1));
  return broken(
    line,
    `expected ${field} to be ${expected}, ${found === undefined ? 'and it is missing' : `not ${show(found)}`}`,
    path.slice(1),
  );
}

function broken(line: number, reason: string, field?: string): ValidationError {
  return new ValidationError(`Line ${line} of the history: ${reason}.`, {
    field: field === undefined ? `line ${line}` : `line ${line}: ${field}`,
  });
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
