/** The pictures and tables in docs/machines, and the picture in the README, are those of the machines that ship. `npm run generate`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  datastoreConnectionMachine,
  eventLoopMachine,
  pollerMachine,
  reflectorMachine,
  syncerStatusMachine,
  transactionMachine,
} from '../../machines/index.js';
import { toChart } from '../../src/inspect/chart.js';
import { toMarkdown } from '../../src/inspect/markdown.js';
import { toOverview } from '../../src/inspect/mermaid.js';

const root = resolve(import.meta.dirname, '../..');
const isUpdating = process.env['HELIOSTAT_UPDATE'] === '1';
const charts = [
  toChart(reflectorMachine),
  toChart(syncerStatusMachine),
  toChart(pollerMachine),
  toChart(eventLoopMachine),
  toChart(transactionMachine),
  toChart(datastoreConnectionMachine),
];

function holdFile(path: string, text: string): void {
  const file = join(root, path);
  if (isUpdating) writeFileSync(file, text);
  expect(readFileSync(file, 'utf8'), 'run `npm run generate` and look at the difference').toBe(text);
}

describe('docs/machines', () => {
  it.each(charts)('has the page of $id', (chart) => {
    holdFile(`docs/machines/${chart.id}.md`, toMarkdown(chart));
  });

  it('has a list of the pages', () => {
    const rows = charts.map(
      ({ id, description = '', nodes, edges }) => `| [${id}](${id}.md) | ${description} | ${nodes.length} | ${edges.length} |`,
    );
    const head =
      '# The machines\n\nGenerated from the machines that ship.\n\n| Machine | What it is | States | Transitions |\n| --- | --- | --- | --- |\n';
    holdFile('docs/machines/README.md', `${head}${rows.join('\n')}\n`);
  });

  it('is embedded, as an overview, in the README', () => {
    const [chart] = charts;
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const picture = chart === undefined ? '' : toOverview(chart, `${chart.id}.running.mirror`);
    expect(picture.split('\n').length).toBeGreaterThan(8);
    const [start, end] = ['<!-- chart -->', '<!-- /chart -->'];
    const [before = '', rest = ''] = readme.split(start);
    const [, after = ''] = rest.split(end);
    holdFile('README.md', `${before}${start}\n\n\`\`\`mermaid\n${picture}\`\`\`\n\n${end}${after}`);
  });
});

describe('a chart', () => {
  it.each(charts)('$id says of every state what it is', ({ nodes }) => {
    expect(nodes.filter(({ description }) => description === undefined).map(({ id }) => id)).toEqual([]);
  });

  it.each(charts)('$id names every guard and action', ({ edges, nodes }) => {
    const words = [
      ...edges.flatMap(({ guard, actions }) => [guard ?? '', ...actions]),
      ...nodes.flatMap(({ entry, exit }) => [...entry, ...exit]),
    ];
    expect(words.filter((word) => word.includes('=>') || word.includes('xstate.'))).toEqual([]);
  });

  it('has the same hash whatever is provided to its machine', () => {
    expect(toChart(reflectorMachine.provide({ guards: {}, actions: {} })).hash).toBe(toChart(reflectorMachine).hash);
  });
});
