/** Histories as text, there and back again. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatRecord, readHistory, writeHistory, type HistoryRecord } from '../../../src/testing/index.js';
import { examples } from '../../support/broken-histories.js';
import { header, historyOf, type Step } from '../../support/history-steps.js';

async function readAll(lines: readonly string[]): Promise<readonly HistoryRecord[]> {
  const { records } = await readHistory(lines);
  const read: HistoryRecord[] = [];
  for await (const record of records) read.push(record);
  return read;
}

async function linesOf(steps: readonly Step[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of writeHistory(historyOf(steps))) lines.push(line);
  return lines;
}

const known = Object.values(examples).flatMap(({ kept, broken }) => [kept, ...Object.values(broken)].flat());
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u2028', 'a\u2029b', '\n', '\ud800'));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom(...known),
  fc.record({
    kind: fc.constant('write' as const),
    actor: anyText,
    revision: anyText,
    changes: fc.array(fc.record({ key: anyText, hash: fc.option(anyText) })),
  }),
  fc.record({
    kind: fc.constant('list.answered' as const),
    request: fc.nat(),
    items: fc.array(fc.record({ key: anyText, hash: anyText, revision: anyText })),
    malformed: fc.array(anyText),
  }),
);

/** Asks first for everything that is answered: what nobody asked for is refused. */
function asked(steps: readonly Step[]): readonly Step[] {
  const numbers = new Set(historyOf(steps).records.flatMap((record) => ('request' in record ? record.request : [])));
  return [...[...numbers].map((request) => ({ kind: 'watch.requested' as const, request, list: {} })), ...steps];
}

it('a history that is written and read is the same history', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep).map(asked), async (steps) => {
      const history = historyOf(steps);
      expect(await readAll(await linesOf(steps))).toEqual(history.records);
    }),
    { numRuns: 300, seed: 20_261_121 },
  );
});

it('a line is one line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep), async (steps) => {
      for (const line of await linesOf(steps)) expect(line).not.toMatch(/[\r\n\u2028\u2029]/);
    }),
    { numRuns: 100, seed: 20_261_121 },
  );
});

it('a history with a field that is damaged is refused, naming the line', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...known.filter((step) => typeof step === 'object' && 'kind' in step)),
      fc.nat(),
      async (step, choice) => {
        const [, line = ''] = await linesOf([step]);
        const record = JSON.parse(line) as Record<string, unknown>;
        const required = ['seq', 'at', 'actor', 'kind'];
        const field = required[choice % required.length] ?? 'seq';
        const damaged = JSON.stringify({ ...record, [field]: ['damaged'] });
        await expect(readAll([formatRecord(header), damaged])).rejects.toMatchObject({
          code: 'invalid',
          message: expect.stringContaining('Line 2'),
        });
      },
    ),
    { numRuns: 200, seed: 20_261_121 },
  );
});
