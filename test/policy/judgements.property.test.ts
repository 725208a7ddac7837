/** The judgement of lists and the folds, over everything that they can be asked. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyncStatus, type Connectivity } from '../../src/model/status.js';
import { isOlder, judgeList } from '../../src/policy/judge-list.js';
import { foldConnectivity, foldStatus } from '../../src/policy/status.js';

const byNumber = (a: string, b: string): number => Number(a) - Number(b);
const orders = {
  none: undefined,
  byNumber,
  ofAnotherHistory: (): number => {
    throw new Error('not of this history');
  },
};

describe('the judgement of a list', () => {
  const revision = fc.constantFrom(undefined, '8', '9', '10', '11');
  const id = fc.constantFrom(undefined, 'a', 'b');

  it('R10, H49: a list is stale when it is known to be older and of the same store, or of one that has no name and does not insist', () => {
    fc.assert(
      fc.property(
        fc.record({ applied: revision, listed: revision, order: fc.constantFrom('none', 'byNumber', 'ofAnotherHistory') }),
        fc.record({ storeId: id, previousStoreId: id, mayGoBack: fc.boolean() }),
        ({ applied, listed, order }, stores) => {
          const isKnownToBeOlder = order === 'byNumber' && Number(listed) < Number(applied); // false when either is undefined
          const names = new Set([stores.storeId, stores.previousStoreId]);
          const relation = names.has(undefined) ? 'unnamed' : names.size === 1 ? 'same' : 'another';
          const isStale = isKnownToBeOlder && (relation === 'same' || (relation === 'unnamed' && !stores.mayGoBack));
          const asked: unknown[] = [];
          const ask = (a: string, b: string): number => {
            asked.push(typeof a, typeof b);
            return orders[order]?.(a, b) ?? 0;
          };
          const judged = judgeList({ applied, listed, compare: orders[order] && ask, ...stores });
          expect(
            asked.filter((type) => type !== 'string'),
            'only revisions are compared',
          ).toEqual([]);
          expect(judged).toBe(isStale ? 'stale' : 'accept');
        },
      ),
      { seed: 41, numRuns: 3_000 },
    );
  });

  it('R3: what cannot be compared is not older', () => {
    for (const a of [8, 9, 10])
      for (const b of [8, 9, 10]) {
        expect(isOlder(String(a), String(b), byNumber)).toBe(a < b);
        expect(isOlder(String(a), String(b), orders.ofAnotherHistory)).toBe(false);
      }
  });
});

/** Every list of at most `length` of these. */
function listsOf<T>(values: readonly T[], length: number): readonly (readonly T[])[] {
  if (length === 0) return [[]];
  return [[], ...values.flatMap((value) => listsOf(values, length - 1).map((rest) => [value].concat(rest)))];
}

describe('folds', () => {
  it('S1, H24: the status of several is what all say, and resyncing when they differ; of none, waiting', () => {
    for (const statuses of listsOf(Object.values(SyncStatus), 4)) {
      const unanimous = Object.values(SyncStatus).find((status) => statuses.every((one) => one === status));
      const expected = statuses.length === 0 ? SyncStatus.WaitForDatastore : (unanimous ?? SyncStatus.ResyncInProgress);
      expect(foldStatus(statuses), statuses.join()).toBe(expected);
    }
  });

  it('the connectivity of several is the worst of them; of none, the best', () => {
    const worstFirst: readonly Connectivity[] = ['disconnected', 'neverConnected', 'silent', 'connected'];
    for (const links of listsOf(worstFirst, 3)) {
      expect(foldConnectivity(links), links.join()).toBe(worstFirst.find((link) => links.includes(link)) ?? 'connected');
    }
  });
});
