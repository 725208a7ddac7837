/**
 * Lets a test import a module `?mutant=NAME`: that module and everything that it imports, loaded apart from the rest, with the change
 * that the mutant makes.
 */
import type { Plugin } from 'vitest/config';
import { cacheMutants } from './cache-mutants.js';
import { controllerMutants } from './controller-mutants.js';
import { mutants } from './mutants.js';

const query = /\?mutant=([\w-]+)$/;

export function mutantPlugin(): Plugin {
  return {
    name: 'mutants',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      const name = query.exec(source)?.[1] ?? query.exec(importer ?? '')?.[1];
      const path = source.replace(query, '');
      if (name === undefined || !path.startsWith('.')) return null;
      const resolved = await this.resolve(path, importer?.replace(query, ''), { ...options, skipSelf: true });
      return resolved === null ? null : `${resolved.id}?mutant=${name}`;
    },
    transform(code, id) {
      const name = query.exec(id)?.[1];
      const mutant = [...mutants, ...cacheMutants, ...controllerMutants].find((one) => one.name === name);
      if (mutant === undefined || !id.replace(query, '').endsWith(`/${mutant.file}`)) return null;
      if (code.split(mutant.from).length !== 2) {
        throw new Error(
          `The mutant ${mutant.name} does not fit ${mutant.file}: ${JSON.stringify(mutant.from)} must be there once.`,
        );
      }
      return code.replace(mutant.from, () => mutant.to);
    },
  };
}
