/** What a processor shows of the objects of one type, and what is told of its failures, against plain maps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KVPair } from '../../src/model/kv-pair.js';
import type { KVChange, PartialResult } from '../../src/model/resource-type.js';
import { emptyTree } from '../../src/store/object-tree.js';
import { transact } from '../../src/store/transact.js';
import { ProcessorConversion } from '../../src/syncer/conversion.js';

const keys = ['/t/1', '/t/2', '/t/3'] as const;
const anyKey = fc.constantFrom(...keys);
const anyRevision = fc.constantFrom(undefined, '1', '2', '3');
const anyUid = fc.constantFrom(undefined, 'u1', 'u2');

function pairOf(key: string, value: unknown, revision: string | undefined, uid: string | undefined): KVPair {
  return { key, value, ...(revision === undefined ? {} : { revision }), ...(uid === undefined ? {} : { uid }) };
}
describe('what a processor shows', () => {
  interface Made {
    readonly as: 'one' | 'two' | 'none' | 'throw' | 'partial' | 'rough';
    readonly n: number;
  }
  const anyMade = fc.record({ as: fc.constantFrom<Made['as']>('one', 'two', 'none', 'throw', 'partial', 'rough'), n: fc.nat(2) });
  const anyObject = fc.tuple(anyMade, anyRevision, anyUid);
  const anyStep = fc.record({
    how: fc.constantFrom('apply' as const, 'apply' as const, 'replace' as const),
    writes: fc.array(fc.tuple(anyKey, fc.option(anyObject, { nil: undefined })), { minLength: 1, maxLength: 3 }),
  });
  const outKeys = (key: string) => [key.replace('/t/', '/o/'), key.replace('/t/', '/p/')] as const;

  it('S9, H23, I6: is what it answers for the latest state of each object; for one that it fails on, what it was, or nothing; and each failure ends', () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 10 }),
        fc.constantFrom('keepLast' as const, 'delete' as const),
        fc.boolean(),
        (steps, onMalformed, failsToStart) => {
          const told: string[] = [];
          const process = ({ key, value }: KVChange<Made>): readonly KVChange<number>[] | PartialResult<number> => {
            const [out, other] = outKeys(key);
            if (value === null || value.as === 'none') return [{ key: out, value: null }, { key: other, value: null }]; // prettier-ignore
            if (value.as === 'throw') throw new Error(`${key} throws ${value.n}`);
            if (value.as === 'rough') throw `${key} throws ${value.n}`; // oxlint-disable-line no-throw-literal
            if (value.as === 'partial')
              return { changes: [{ key: out, value: value.n }], error: new Error(`${key} in part ${value.n}`) };
            return [{ key: out, value: value.n }, { key: other, value: value.as === 'two' ? value.n : null }]; // prettier-ignore
          };
          const conversion = new ProcessorConversion<Made, number>({
            processor: {
              process,
              onSyncerStarting: () => {
                told.push('starts');
                if (failsToStart) throw new Error('no start');
              },
            },
            onMalformed,
            onFailed: (key, error) => void told.push(`failed ${key}: ${error.message}`),
            onMended: (key, error) => void told.push(`mended ${key}: ${error.message}`),
          });
          let objects = emptyTree<KVPair<Made>>();
          let shown = new Map<string, KVPair<number>>();
          const failing = new Map<string, string>();
          const failureOf = ({ as, n }: Made, key: string) =>
          as === 'throw' ? `${key} throws ${n}` : as === 'rough' ? `A processor threw something that is no Error: ${key} throws ${n}` : as === 'partial' ? `${key} in part ${n}` : undefined; // prettier-ignore
          for (const { how, writes } of steps) {
            const commit = transact(objects, (draft) => {
              for (const [key, object] of writes) {
                if (object === undefined) draft.delete(key);
                else draft.set(key, pairOf(key, ...object) as KVPair<Made>); // its value is one
              }
            });
            objects = commit.after;
            const wanted: string[] = [];
            const next = how === 'replace' ? new Map<string, KVPair<number>>() : new Map(shown);
            const put = (key: string, from: KVPair<Made>, value: number): void => {
              const { revision, uid } = from;
              next.set(key, {
                key,
                value,
                ...(revision === undefined ? {} : { revision }),
                ...(uid === undefined ? {} : { uid }),
                source: from.key,
              });
            };
            const touched = how === 'replace' ? [...objects].map(([, pair]) => pair.key) : commit.changes.map(({ key }) => key);
            if (how === 'replace') wanted.push('starts', ...(failsToStart ? ['failed undefined: no start'] : []));
            const mend = (key: string): void => {
              const error = failing.get(key);
              if (error !== undefined) wanted.push(`mended ${key}: ${error}`);
              failing.delete(key);
            };
            for (const key of touched) {
              const object = objects.get(key);
              const [out, other] = outKeys(key);
              const failure = object === undefined ? undefined : failureOf(object.value, key);
              if (failure === undefined) mend(key);
              else {
                wanted.push(`failed ${key}: ${failure}`);
                failing.set(key, failure);
              }
              const as = object?.value.as;
              if (object === undefined || as === 'none') {
                next.delete(out);
                next.delete(other);
              } else if (as === 'throw' || as === 'rough') {
                const hadBefore = commit.before.has(key) || how === 'replace';
                for (const one of [out, other]) {
                  const last = shown.get(one);
                  if (onMalformed === 'delete' && hadBefore) next.delete(one);
                  else if (last !== undefined) next.set(one, last);
                }
              } else {
                put(out, object, object.value.n);
                if (as === 'two') put(other, object, object.value.n);
                if (as === 'one') next.delete(other);
              }
            }
            if (how === 'replace') for (const key of failing.keys()) if (!objects.has(key)) mend(key);
            const result = conversion[how](commit);
            expect(new Map(result.after)).toEqual(next);
            const all = [...new Set([...shown.keys(), ...next.keys()])].toSorted();
            const differing = all.filter((key) => JSON.stringify(shown.get(key)) !== JSON.stringify(next.get(key)));
            expect(result.changes.map(({ key }) => key).toSorted()).toEqual(differing);
            for (const key of all)
              if (!differing.includes(key)) expect(result.after.get(key), 'identity').toBe(result.before.get(key));
            for (const [key, pair] of result.after) expect(Object.isFrozen(pair), key).toBe(true);
            expect(told.splice(0).toSorted()).toEqual(wanted.toSorted());
            shown = new Map(result.after);
          }
        },
      ),
      { seed: 122, numRuns: 300 },
    );
  });
});
