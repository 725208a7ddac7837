/** Key ownership: two handlers that write one key are found; and what failed handlers wanted is kept. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keptFor, OwnershipLedger, type OwnershipOptions, type WantedValue } from '../../../src/controller/kit/ownership.js';
import { emptyTree, type ObjectTree } from '../../../src/store/object-tree.js';
import { transact } from '../../../src/store/transact.js';

function wantedBy(owners: Readonly<Record<string, readonly string[]>>): ObjectTree<WantedValue> {
  return transact(emptyTree<WantedValue>(), (draft) => {
    for (const [key, writers] of Object.entries(owners)) draft.set(key, { value: `${key} as before`, writers });
  }).after;
}

function ledgerOver(owners: Readonly<Record<string, readonly string[]>>, options: Partial<OwnershipOptions> = {}): OwnershipLedger {
  return new OwnershipLedger({ event: 'Tick', wanted: wantedBy(owners), ...options });
}

const anyHandler: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c');
const anyKey: fc.Arbitrary<string> = fc.constantFrom('/1', '/2', '/3');
const anyOwners = fc.dictionary(anyKey, fc.uniqueArray(anyHandler, { minLength: 1 }), { noNullPrototype: true });
const anyWrites = fc.array(fc.tuple(anyKey, anyHandler), { maxLength: 12 });

describe('the ownership ledger', () => {
  it('finds each handler that writes what another one writes or wants, once, and nobody else', () => {
    fc.assert(
      fc.property(anyOwners, anyWrites, fc.boolean(), (owners, writes, refuses) => {
        const ledger = ledgerOver(owners, { policy: refuses ? 'refuse' : 'report' });
        const written: (readonly [string, string])[] = [];
        const expected: unknown[] = [];
        for (const [key, handler] of writes) {
          const writers = [...new Set(written.filter(([other]) => other === key).map(([, name]) => name))];
          const others = writers.length > 0 ? writers : (owners[key] ?? []);
          const isWrong = others.length > 0 && !others.includes(handler);
          if (isWrong) expected.push([key, handler, others, writers.length > 0 ? 'sameTransaction' : 'takenOver']);
          let error: unknown;
          try {
            ledger.write(key, handler);
          } catch (thrown) {
            error = thrown;
          }
          expect(error !== undefined).toBe(isWrong && refuses);
          if (error === undefined) written.push([key, handler]);
        }
        expect(ledger.problems.map(({ key, handler, others, kind }) => [key, handler, others, kind])).toEqual(expected);
        for (const key of ['/1', '/2', '/3']) {
          expect(ledger.writersOf(key)).toEqual([...new Set(written.filter(([other]) => other === key).map(([, name]) => name))]);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('names both handlers, the key and the event, and says what to do', () => {
    const ledger = ledgerOver({ '/old': ['routes'] });
    ledger.write('/new', 'routes');
    ledger.write('/new', 'rules');
    ledger.write('/old', 'rules');
    expect(ledger.problems.map(({ message }) => message)).toEqual([
      `During "Tick" 'routes' and 'rules' both write /new. Let one handler own the key, or declare it shared when they build it together.`,
      `During "Tick" 'rules' writes /old, which 'routes' wants since an earlier event. Let one handler own the key, or declare it shared when they build it together.`,
    ]);
    expect(ledger.problems[0]).toMatchObject({ event: 'Tick', key: '/new', handler: 'rules', others: ['routes'] });
  });

  it('refuses when it is told to, and the write does not count', () => {
    const ledger = ledgerOver({}, { policy: 'refuse' });
    ledger.write('/a', 'routes');
    expect(() => ledger.write('/a', 'rules')).toThrow(expect.objectContaining({ code: 'invalid', key: '/a' }));
    expect(ledger.writersOf('/a')).toEqual(['routes']);
  });

  it('lets handlers build a key together when it is declared shared', () => {
    const ledger = ledgerOver({}, { policy: 'refuse', isShared: (key) => key.startsWith('/shared/') });
    for (const handler of ['a', 'b']) ledger.write('/shared/x', handler);
    expect(ledger.writersOf('/shared/x')).toEqual(['a', 'b']);
    expect(ledger.problems).toEqual([]);
  });

  it('takes keys as they are, whatever they look like', () => {
    const ledger = ledgerOver({});
    for (const key of ['__proto__', 'constructor', 'toString']) ledger.write(key, 'a');
    expect(ledger.writersOf('__proto__')).toEqual(['a']);
    expect(ledger.problems).toEqual([]);
  });

  it('refuses a policy that it does not know', () => {
    const wrong = { policy: 'warn' } as unknown as Partial<OwnershipOptions>;
    expect(() => ledgerOver({}, wrong)).toThrow(`The ownership policy is "warn", expected 'report' or 'refuse'.`);
  });
});

describe('keptFor', () => {
  it('EH15: keeps exactly what failed handlers wanted and nobody puts, in key order', () => {
    fc.assert(
      fc.property(anyOwners, fc.uniqueArray(anyKey), fc.uniqueArray(anyHandler), (owners, put, failed) => {
        const expected = Object.keys(owners)
          .filter((key) => !put.includes(key) && owners[key]?.some((name) => failed.includes(name)) === true)
          .toSorted();
        const kept = keptFor({ wanted: wantedBy(owners), isPut: (key) => put.includes(key), failed });
        expect(kept.map(([key]) => key)).toEqual(expected);
        for (const [key, { value, writers }] of kept) expect([value, writers]).toEqual([`${key} as before`, owners[key]]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
