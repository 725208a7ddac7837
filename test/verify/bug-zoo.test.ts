/**
 * The bug zoo: every bug in it must be found, and docs/bug-zoo.md says by which layer and after how much. The figures are of runs, seeds
 * and states, not of time, so that they are the same on every machine; with HELIOSTAT_UPDATE=1 the page is written anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { layers as CacheLayers } from '../zoo/cache-layers.js';
import type { layers as ControllerLayers } from '../zoo/controller-layers.js';
import type { Finding, layers as Layers } from '../zoo/layers.js';
import { cacheMutants } from '../zoo/cache-mutants.js';
import { controllerMutants } from '../zoo/controller-mutants.js';
import { mutants } from '../zoo/mutants.js';
import { zooPage, type Found } from '../zoo/page.js';

const page = resolve(import.meta.dirname, '../../docs/bug-zoo.md');
const minute = 60_000;

const zoo = [
  { title: 'The mirror', layers: '../zoo/layers.ts', mutants },
  { title: 'The cache', layers: '../zoo/cache-layers.ts', mutants: cacheMutants },
  { title: 'The controller', layers: '../zoo/controller-layers.ts', mutants: controllerMutants },
];

type AnyLayers = typeof Layers | typeof CacheLayers | typeof ControllerLayers;

async function layersOf(path: string, query = ''): Promise<AnyLayers> {
  const module = (await import(/* @vite-ignore */ `${path}${query}`)) as { readonly layers: AnyLayers }; // that module, perhaps with a mutant
  return module.layers;
}

describe('the bug zoo', () => {
  const found = new Map<string, Found[]>(zoo.map(({ title }) => [title, []]));

  it('has at least twenty bugs, and each its own name', () => {
    const names = zoo.flatMap((enclosure) => enclosure.mutants.map(({ name }) => name));
    expect(names.length).toBeGreaterThanOrEqual(20);
    expect(new Set(names).size).toBe(names.length);
  });

  describe.each(zoo)('$title', ({ title, layers: path, mutants: inhabitants }) => {
    it(
      'nothing is found where nothing is wrong',
      async () => {
        const { exploration, model, simulation } = await layersOf(path);
        expect([exploration(), await model(), await simulation()]).toEqual([undefined, undefined, undefined]);
      },
      5 * minute,
    );

    it.each(inhabitants)(
      '$name: $bug',
      async (mutant) => {
        const { exploration, model, simulation } = await layersOf(path, `?mutant=${mutant.name}`);
        const findings = { exploration: exploration(), model: await model(), simulation: await simulation() };
        found.get(title)?.push({ mutant, ...findings });
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
  });

  it('docs/bug-zoo.md says so', () => {
    const text = zooPage([...found].map(([title, bugs]) => ({ title, found: bugs })));
    if (process.env['HELIOSTAT_UPDATE'] === '1') writeFileSync(page, text);
    expect(readFileSync(page, 'utf8')).toBe(text);
  });

  afterAll(() => {
    for (const { title, mutants: all } of zoo) {
      console.log(`bug zoo, ${title.toLowerCase()}: ${found.get(title)?.length} of ${all.length} bugs were found`);
    }
  });
});
