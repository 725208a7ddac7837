/** Objects of the tests, and what they tell of them. */
import type { ListedObject, Pod } from '../../../src/cache/listers/objects.js';
import type { HeliostatError } from '../../../src/model/errors.js';

export const namesOf = (objects: readonly ListedObject[]): readonly (string | undefined)[] =>
  objects.map(({ metadata }) => metadata?.name);
export const pod = (namespace: string, name: string, labels?: Readonly<Record<string, string>>): Pod => ({
  metadata: { namespace, name, labels },
});

export function errorOf(work: () => unknown): HeliostatError {
  try {
    work();
  } catch (error) {
    return error as HeliostatError; // what else it could be, the expectations tell
  }
  throw new Error('it did not throw');
}
