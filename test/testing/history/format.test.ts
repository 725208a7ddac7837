/** What is wrong with a history is said with its line, its field, what was found and what was expected. */
import { describe, expect, it } from 'vitest';
import { formatRecord, historyKinds, readHistory } from '../../../src/testing/index.js';
import { header } from '../../support/history-steps.js';

const first = formatRecord(header);
const wait = '{"seq":1,"at":0,"actor":"mirror:1","kind":"status","status":"waitForDatastore"}';

async function read(lines: readonly string[], onUnknown?: (line: number, kind: string) => void): Promise<number> {
  const { records } = await readHistory(lines, { onUnknown });
  let count = 0;
  for await (const _ of records) count++;
  return count;
}

describe('reading a history', () => {
  it.each<[string, readonly string[], string]>([
    ['nothing', [], 'Line 1 of the history: the history is empty'],
    ['something else', ['hello'], 'Line 1 of the history: the line is not JSON'],
    ['another JSON', ['{"a":1}'], 'Line 1 of the history: expected "format" to be "heliostat-history": is this a history?'],
    [
      'another version',
      [first.replace('"version":1', '"version":2')],
      'expected "version" to be 1, which is what can be read here, not 2',
    ],
    [
      'a header without order',
      [first.replace('integers', 'numbers')],
      'expected "revisions" to be one of integers, opaque, not "numbers"',
    ],
    ['a broken line', [first, wait.slice(0, 20)], 'Line 2 of the history: the line is not JSON'],
    ['an array', [first, '[]'], 'Line 2 of the history: expected the record to be an object, not []'],
    [
      'a gap',
      [first, wait.replace('"seq":1', '"seq":2')],
      'Line 2 of the history: expected "seq" to be 1, one more than before, not 2',
    ],
    [
      'time going back',
      [first, wait.replace('"at":0', '"at":7'), wait.replace('"seq":1', '"seq":2')],
      'Line 3 of the history: expected "at" to be 7 or later',
    ],
    ['an empty line', [first, '', wait], 'Line 2 of the history: the line is empty'],
    ['an unknown kind', [first, wait.replace('"status"', '"mood"')], 'expected "kind" to be one of write, state'],
    [
      'a missing field',
      [first, wait.replace('"status":"wait', '"was":"wait')],
      'expected "status" to be one of waitForDatastore, resyncInProgress, inSync, and it is missing',
    ],
    [
      'a wrong word',
      [first, wait.replace('waitForDatastore', 'waiting')],
      'expected "status" to be one of waitForDatastore, resyncInProgress, inSync, not "waiting"',
    ],
    [
      'a wrong field inside',
      [
        first,
        '{"seq":1,"at":0,"actor":"datastore","kind":"write","revision":"2","changes":[{"key":"/a","hash":"x"},{"key":7,"hash":null}]}',
      ],
      'expected "changes[1].key" to be a string, not 7',
    ],
    [
      'an answer that nobody asked for',
      [first, '{"seq":1,"at":0,"actor":"mirror:1","kind":"list.failed","request":2,"code":"x"}'],
      'Line 2 of the history: expected "request" to be the number of a list.requested or watch.requested before it, not 2',
    ],
    [
      'no time',
      [first, wait.replace('"at":0', '"at":null')],
      'expected "at" to be a number of milliseconds of at least 0, not null',
    ],
  ])('refuses %s', async (_, lines, message) => {
    await expect(read(lines)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(message) });
  });

  it('leaves out empty lines at the end', async () => {
    expect(await read([first, wait, '', ' '])).toBe(1);
  });

  it('leaves out a last line that was cut off where that is allowed, and no other', async () => {
    const cut = wait.slice(0, 30);
    const all = async (lines: readonly string[], isCutOff: () => boolean): Promise<number> => {
      let count = 0;
      for await (const _ of (await readHistory(lines, { isCutOff })).records) count++;
      return count;
    };
    expect(await all([first, wait, cut], () => true)).toBe(1);
    await expect(all([first, wait, cut], () => false)).rejects.toThrow('Line 3 of the history: the line is not JSON');
    await expect(all([first, cut, wait], () => true)).rejects.toThrow('Line 2 of the history: the line is not JSON');
    await expect(all([first.slice(0, 30)], () => true)).rejects.toThrow('Line 1 of the history: the line is not JSON');
  });

  it('takes members that are not described for what they are, whatever their name', async () => {
    expect(await read([`\uFEFF${first}`, wait.replace('"seq"', '"request":7,"seq"')])).toBe(1);
  });

  it('tells of kinds that a later minor version has, and of no others', async () => {
    const later = first.replace('"minor":0', '"minor":1');
    const told: unknown[] = [];
    const mood = wait.replace('"kind":"status"', '"kind":"mood"');
    expect(await read([later, mood, wait.replace('"seq":1', '"seq":2')], (...args) => told.push(args))).toBe(1);
    expect(told).toEqual([[2, 'mood']]);
    await expect(read([later, mood])).rejects.toThrow('expected "kind"');
    await expect(read([first, mood], () => {})).rejects.toThrow('expected "kind"');
  });

  it('does not read more than it is asked for', async () => {
    let taken = 0;
    const lines = function* (): Generator<string> {
      for (const line of [first, wait, 'broken']) {
        taken++;
        yield line;
      }
    };
    const { records } = await readHistory(lines());
    expect(taken).toBe(1);
    for await (const _ of records) break;
    expect(taken).toBe(2);
  });

  it('knows the kinds that the document lists', () => {
    expect(historyKinds.length).toBeGreaterThan(20);
  });
});
