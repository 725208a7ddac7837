/** Histories as text: nothing is lost, and what cannot be read is named by its line. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHistory, toJSONLines } from '../../../src/controller/history/json-lines.js';
import { anyRecord, recordWith } from './records.js';

const header = '{"format":"heliostat-events","version":1}';
const line = '{"sequence":0,"name":"Test","description":"Test","method":"update","endedAt":0,"handlers":[],"startedAt":0}';

function flawed(path: string, value: unknown): string {
  const record = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify({ ...record, [path]: value });
}

describe('histories as text', () => {
  it('EC30, EH32: any records are the same when they have been read again, each on one line', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyRecord, { selector: ({ sequence }) => sequence, maxLength: 4 }), (records) => {
        const inOrder = records.toSorted((a, b) => a.sequence - b.sequence);
        const text = toJSONLines(inOrder);
        expect(text.split(/[\n\r\u2028\u2029]/)).toHaveLength(inOrder.length + 2);
        const read = parseHistory(text);
        expect(isDeepStrictEqual(read, inOrder), `${JSON.stringify(read)} is ${JSON.stringify(inOrder)}`).toBe(true);
        expect(toJSONLines(read)).toBe(text);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('EC30: has a header, and records as they are', () => {
    const text = `${header}\n${line}\n`;
    expect(toJSONLines([])).toBe(`${header}\n`);
    expect(parseHistory(text)).toEqual([recordWith({ sequence: 0 })]);
    expect(parseHistory(`\uFEFF${header}\r\n${line}\r\n\r\n`)).toEqual(parseHistory(text));
    expect(Object.isFrozen(parseHistory(text)[0]?.handlers)).toBe(true);
    expect(parseHistory(`${header}\n${flawed('later', [1])}\n`)[0], 'what a later version adds is kept').toMatchObject({
      later: [1],
    });
  });

  it.each<readonly [string, number, string]>([
    ['', 1, 'the text is empty; the first line of a history is {"format":"heliostat-events","version":1}'],
    ['null\n', 1, 'this is no history'],
    ['{"format":"heliostat-history","version":1}\n', 1, 'this is no history'],
    ['{"format":"heliostat-events","version":2}\n', 1, 'expected "version" to be 1'],
    [`${header}\n${line}\n{"sequence":1,\n`, 3, 'it is not JSON'],
    [`${header}\n\n${line}\n`, 2, 'it is not JSON'],
    [`${header}\n7\n`, 2, 'expected it to be an object'],
    [`${header}\n${line}\n${line}\n`, 3, 'expected "sequence" to be above 0, as records are in order, not 0'],
    [`${header}\n${flawed('sequence', -1)}\n`, 2, 'expected sequence to be a whole number of at least 0'],
    [`${header}\n${flawed('startedAt', null)}\n`, 2, 'expected startedAt to be a number of milliseconds'],
    [`${header}\n${flawed('method', 'toString')}\n`, 2, 'expected method to be one of fullResync'],
    [
      `${header}\n${flawed('handlers', [{ handler: 'a', isRevert: false, change: '', took: 'long' }])}\n`,
      2,
      'expected handlers[0].took to be',
    ],
    [
      `${header}\n${flawed('error', { name: 'Error', message: 'm', cause: { name: 'Error' } })}\n`,
      2,
      'expected error.cause.message to be a text',
    ],
    [`${header}\n${flawed('transaction', { kind: 'update' })}\n`, 2, 'expected transaction.outcome to be one of'],
  ])('EH32: %j is refused at line %d', (text, number, message) => {
    const read = (): unknown => parseHistory(text);
    expect(read).toThrow(expect.objectContaining({ code: 'malformed', line: number, rawKey: `line ${number}` }));
    expect(read).toThrow(`Line ${number} of the history cannot be read: ${message}`);
  });
});
