/** The public names are there, and a name that is missing would be noticed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../support/compile.js';

describe('the public surface', () => {
  it('compiles against the built package, and only as long as every name is there', () => {
    const surface = readFileSync(join(import.meta.dirname, 'surface.mts'), 'utf8');
    const broken = surface.replace("'create' | 'update'", "'create' | 'upsert' | 'update'");
    expect(broken).not.toBe(surface);
    const { errors } = compile('surface', { surface, broken });
    expect(errors.map((error) => error.split('\n')[0])).toEqual([expect.stringContaining('upsert')]);
  });

  it('has types that promise and refuse what they should', () => {
    const types = readFileSync(join(import.meta.dirname, 'types.mts'), 'utf8');
    const broken = types.replace('Equal<typeof update.value, null>', 'Equal<typeof update.value, Pod>');
    expect(broken).not.toBe(types);
    const { errors } = compile('types', { types, broken });
    expect(errors.map((error) => error.split(': ')[0])).toEqual([expect.stringContaining('broken.mts')]);
  });
});
