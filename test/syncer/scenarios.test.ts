/** Counterexamples that were found, and stories worth keeping: see test/scenarios/README.md for how they are written. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { play, setups } from '../support/mirror-play.js';
import { Step } from '../support/mirror-steps.js';

describe('scenarios', () => {
  const folder = resolve(import.meta.dirname, '../scenarios');
  const stories = readdirSync(folder)
    .filter((file) => file.endsWith('.txt'))
    .map(
      (file) =>
        [
          file,
          readFileSync(join(folder, file), 'utf8')
            .split('\n')
            .filter((line) => line.trim() !== '' && !line.startsWith('#')),
        ] as const,
    );

  it.each(stories.flatMap(([file, lines]) => Object.entries(setups).map(([name, setup]) => [file, name, setup, lines] as const)))(
    '%s, listing %s',
    async (_file, _name, setup, lines) => {
      const script = lines.map((line) => Step.parse(line));
      const corrupts = setup.corrupts || script.some(({ name }) => name === 'corrupt');
      await play({ seed: 1, objects: [], weather: {} }, { ...setup, corrupts }, async (model, real) => {
        for (const step of script) {
          expect(step.check(model), `${step.toString()} makes sense`).toBe(true);
          await step.run(model, real);
        }
      });
    },
  );

  it('are there', () => {
    expect(stories.length).toBeGreaterThan(4);
  });
});
