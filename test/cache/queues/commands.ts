/** What can happen to a queue, as data. */
import fc from 'fast-check';

export const keys = ['a', 'b', 'c', '__proto__'] as const;

type Change = { readonly op: 'add' | 'update' | 'delete'; readonly key: string };

export type Command =
  | { readonly do: 'add' | 'update'; readonly key: string }
  | { readonly do: 'delete'; readonly key: string; readonly by: 'object' | 'key' | 'tombstone' | 'guess' | 'nested' }
  | { readonly do: 'replace'; readonly keys: readonly string[] }
  | { readonly do: 'transaction'; readonly changes: readonly Change[] }
  | { readonly do: 'fail'; readonly how: 'add' | 'replace' | 'transaction' }
  | { readonly do: 'resync' }
  | { readonly do: 'tryPop' }
  | { readonly do: 'tryPopMany' | 'popMany'; readonly limit: number }
  | { readonly do: 'pop' | 'process' }
  | { readonly do: 'finish'; readonly index: number; readonly fails: boolean }
  | { readonly do: 'putBack' | 'abort'; readonly index: number }
  | { readonly do: 'know'; readonly key: string; readonly isThere: boolean }
  | { readonly do: 'close' };

const anyKey = fc.constantFrom(...keys);
const anyIndex = fc.nat(11);
const anyWay = fc.constantFrom('object' as const, 'key' as const, 'tombstone' as const, 'guess' as const, 'nested' as const);
const anyChange: fc.Arbitrary<Change> = fc.record({
  op: fc.constantFrom('add' as const, 'update' as const, 'delete' as const),
  key: anyKey,
});

const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'update' as const), key: anyKey }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('delete' as const), key: anyKey, by: anyWay }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('replace' as const), keys: fc.array(anyKey, { maxLength: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('transaction' as const), changes: fc.array(anyChange, { minLength: 1, maxLength: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      how: fc.constantFrom('add' as const, 'replace' as const, 'transaction' as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('resync' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('tryPop' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('tryPopMany' as const, 'popMany' as const),
      limit: fc.constantFrom(1, 2, 3, Infinity),
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('pop' as const, 'process' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const), index: anyIndex, fails: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('putBack' as const), index: anyIndex }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('abort' as const), index: anyIndex }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('know' as const), key: anyKey, isThere: fc.boolean() }) },
);

/** So many commands as one play has; a few of them close the queue towards their end. */
export const anyPlay: fc.Arbitrary<readonly Command[]> = fc
  .tuple(fc.array(anyCommand, { minLength: 60, maxLength: 100 }), fc.array(anyCommand, { maxLength: 20 }), fc.boolean())
  .map(([before, after, closes]) => (closes ? before.concat({ do: 'close' }, after) : before));
