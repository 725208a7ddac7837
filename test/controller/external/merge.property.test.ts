/** Merge strategies against a merge by tables, and the laws that hold for all of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileStrategy, type MergeStrategy } from '../../../src/controller/external/strategy.js';
import { anyValue, isFrozen, mergedByTables } from './values.js';

const listById: MergeStrategy = { listByKey: 'id' };
const builtIn: readonly (readonly [string, MergeStrategy])[] = [
  ['replace', 'replace'],
  ['deep', 'deep'],
  ['listByKey', listById],
];
const mergeBy = (strategy: MergeStrategy) => compileStrategy(strategy, 'strategy');

describe('merge strategies', () => {
  it('EH28: deep is a merge of records by tables, in which lists are leaves', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (wanted, external) => {
        expect(mergeBy('deep')(wanted, external)).toEqual(mergedByTables(wanted, external));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('EH28: listByKey is a merge by tables in which items have their rows, in the order of what was wanted, then of what is new', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (wanted, external) => {
        expect(mergeBy(listById)(wanted, external)).toEqual(mergedByTables(wanted, external, 'id'));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it.each(builtIn)('EH28: %s merged twice is merged once, and nothing grows', (_name, strategy) => {
    const merge = mergeBy(strategy);
    fc.assert(
      fc.property(anyValue, anyValue, (wanted, external) => {
        const once = merge(wanted, external);
        expect(merge(once, external)).toEqual(once);
        const read: unknown = structuredClone(external); // the same, and another object: as it comes from a datastore again
        expect(merge(once, read)).toEqual(once);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });

  it.each(builtIn)('EH27: %s gives the same for the same, frozen, and leaves what it is given alone', (_name, strategy) => {
    const merge = mergeBy(strategy);
    fc.assert(
      fc.property(anyValue, anyValue, (wanted, external) => {
        const [wantedText, externalText] = [JSON.stringify(wanted), JSON.stringify(external)];
        const merged = merge(wanted, external);
        expect(isFrozen(merged)).toBe(true);
        expect(merge(wanted, external)).toEqual(merged);
        expect([JSON.stringify(wanted), JSON.stringify(external)]).toEqual([wantedText, externalText]);
        expect(merge(undefined, external)).toBe(external);
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it('EH28: what nothing changes stays the same object', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (wanted, external) => {
        const merge = mergeBy(listById);
        const once = merge(wanted, external);
        expect(merge(once, external)).toBe(once);
      }),
      { seed: 5, numRuns: 1000 },
    );
  });
});
