/** docs/history.schema.json and docs/history-format.md say what the code does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkerIds, createCheckers, checkHistory, historyKinds, historySchema, readHistory } from '../../../src/testing/index.js';
import { header } from '../../support/history-steps.js';

const docs = resolve(import.meta.dirname, '../../../docs');
const file = join(docs, 'history.schema.json');

/** One `oneOf` of the schema. */
interface Branch {
  readonly title: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

describe('the documents', () => {
  const text = `${JSON.stringify(historySchema(), null, 2)}\n`;
  const branches = historySchema()['oneOf'] as readonly Branch[];
  if (process.env['HELIOSTAT_UPDATE'] === '1') writeFileSync(file, text);
  const format = readFileSync(join(docs, 'history-format.md'), 'utf8');

  it('docs/history.schema.json is what the code reads by (HELIOSTAT_UPDATE=1 writes it)', () => {
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(text));
    expect(branches.map(({ title }) => title)).toEqual(['header', ...historyKinds]);
  });

  it('docs/history-format.md describes every kind with every field', () => {
    const rows = new Map([...format.matchAll(/^\| `([a-z.]+)` \| (.*) \|$/gm)].map(([, kind = '', fields = '']) => [kind, fields]));
    for (const { title, properties } of branches.slice(1)) {
      const described = new Set([...(rows.get(title) ?? '').matchAll(/`(\w+)\??`/g)].map(([, field]) => field));
      const fields = Object.keys(properties).filter((field) => !['kind', 'seq', 'at', 'actor'].includes(field));
      expect(
        fields.filter((field) => !described.has(field)),
        title,
      ).toEqual([]);
      expect(rows.has(title), title).toBe(true);
    }
  });

  it('docs/history-format.md lists every checker with its promise', () => {
    for (const { id, promise } of createCheckers(header)) expect(format).toContain(`| ${id} | ${promise} |`);
    expect(checkerIds.length).toBeGreaterThan(40);
  });

  it('its example is a history that keeps what it promises', async () => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(format) ?? [];
    const lines = example.trim().split('\n');
    const report = await checkHistory(await readHistory(lines));
    expect(report.records).toBeGreaterThan(8);
    expect(report.violations).toEqual([]);
    expect(report.judged).toMatchObject({ R1: 1, S1: 1, C6: 1 });
  });
});
