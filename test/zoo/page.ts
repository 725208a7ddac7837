/** The page of the bug zoo. */
import type { Finding } from './layers.js';
import type { Mutant } from './mutants.js';

export interface Found {
  readonly mutant: Mutant;
  readonly exploration: Finding;
  readonly model: Finding;
  readonly simulation: Finding;
}

/** A part of the zoo. */
export interface Enclosure {
  readonly title: string;
  readonly found: readonly Found[];
}

export function zooPage(enclosures: readonly Enclosure[]): string {
  return `${introduction}\n${enclosures.map(sectionOf).join('\n')}`;
}

function sectionOf({ title, found }: Enclosure): string {
  const rows = found.map(({ mutant, exploration, model, simulation }) => [
    `\`${mutant.name}\``,
    mutant.bug,
    mutant.seen,
    `\`${mutant.file}\``,
    exploration ?? '',
    model ?? '',
    simulation ?? '',
  ]);
  const head = ['mutant', 'what goes wrong', 'where it happened', 'the change is in', 'exploration', 'model test', 'simulation'];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `## ${title}\n\n${lines.join('\n')}\n`;
}

const introduction = `# The bug zoo

Bugs that others and we have had, made again on purpose, one at a time, and which layer of the verification finds each. The page is
written by \`test/verify/bug-zoo.test.ts\`, which fails when a bug is not found or when the page says something else
(\`HELIOSTAT_UPDATE=1 npm run verify\` writes it anew). An empty cell: not found at this size. What a layer does here is a small part of
what it does in \`npm run verify\`. Of the mirror: the small explorations, 16 runs of each of the four model tests, 8 simulations of two hours.
Of the cache: the explorations of the queues, 40 runs of each of three model tests of them, 12 simulations of the whole pipeline.
Of the controller: the explorations of both charts, 200 runs of the model test, 8 simulations of processes that die and start again.

- **exploration**: the property that was broken, the length of the shortest way to it, and how many distinct states had been seen.
- **model test**: which run found it. **simulation**: the property that was broken, and by which seed.
`;
