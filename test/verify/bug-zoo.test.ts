/**
 * The bug zoo: every bug in it must be found, and docs/bug-zoo.md says by which layer and after how much. The figures are of runs, seeds
 * and states, not of time, so that they are the same on every machine; with HELIOSTAT_UPDATE=1 the page is written anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Finding, layers as Layers } from '../zoo/layers.js';
import { mutants } from '../zoo/mutants.js';
import { zooPage, type Found } from '../zoo/page.js';

const page = resolve(import.meta.dirname, '../../docs/bug-zoo.md');
const minute = 60_000;

async function layersOf(query: string): Promise<typeof Layers> {
  const path = `../zoo/layers.ts${query}`;
  const module = (await import(/* @vite-ignore */ path)) as { readonly layers: typeof Layers }; // that module, perhaps with a mutant
  return module.layers;
}

describe('the bug zoo', () => {
  const found: Found[] = [];

  it('has at least twenty bugs, and each its own name', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(20);
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  });

  it(
    'nothing is found where nothing is wrong',
    async () => {
      const { exploration, model, simulation } = await layersOf('');
      expect([exploration(), await model(), await simulation()]).toEqual([undefined, undefined, undefined]);
    },
    5 * minute,
  );

  it.each(mutants)(
    '$name: $bug',
    async (mutant) => {
      const { exploration, model, simulation } = await layersOf(`?mutant=${mutant.name}`);
      const findings = { exploration: exploration(), model: await model(), simulation: await simulation() };
      found.push({ mutant, ...findings });
      console.log(
        `${mutant.name}: ${Object.entries(findings)
          .map(([layer, finding]) => `${layer} ${finding ?? '-'}`)
          .join('; ')}`,
      );
      const by: readonly Finding[] = Object.values(findings);
      const layersThatFound = by.filter((finding) => finding !== undefined).length;
      expect(layersThatFound, 'how many layers found it').toBeGreaterThanOrEqual(mutant.everyLayer === true ? by.length : 1);
    },
    5 * minute,
  );

  it('docs/bug-zoo.md says so', () => {
    const text = zooPage(found);
    if (process.env['HELIOSTAT_UPDATE'] === '1') writeFileSync(page, text);
    expect(readFileSync(page, 'utf8')).toBe(text);
  });

  afterAll(() => console.log(`bug zoo: ${found.length} of ${mutants.length} bugs were found`));
});
