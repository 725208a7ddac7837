/** The parts of a syncer by themselves: the picture, the quarantine, the door, the timings, and which client a type is mirrored from. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListWatchClient } from '../../src/model/client.js';
import { ParseError } from '../../src/model/errors.js';
import type { KVPair } from '../../src/model/kv-pair.js';
import { MemoryBackend } from '../../src/datastore/memory/memory-backend.js';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { transact } from '../../src/store/transact.js';
import { admissionOf } from '../../src/syncer/admission.js';
import { createSyncer } from '../../src/syncer/create-syncer.js';
import { syncerDefaults, timingsOf } from '../../src/syncer/defaults.js';
import { emptyPicture, show } from '../../src/syncer/picture.js';
import { Quarantine, type Teller } from '../../src/syncer/quarantine.js';

type Outputs = ReadonlyMap<string, KVPair<number>>;

/** The first of the types that shows a key. */
function ownerOf(outputs: readonly Outputs[], key: string): number {
  return outputs.findIndex((shown) => shown.has(key));
}

describe('the picture', () => {
  const keys = ['/a', '/b', '/c'];
  const anyWrites = fc.array(fc.tuple(fc.constantFrom(...keys), fc.option(fc.nat(2), { nil: undefined })), { maxLength: 4 });

  it('S9, H20: shows each key as the first type that has one does; tells the difference, and each collision when it comes about', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(fc.tuple(fc.nat(2), anyWrites), { maxLength: 12 }), (types, steps) => {
        let picture = emptyPicture<number>(types);
        const trees: ObjectTree<KVPair<number>>[] = Array.from({ length: types }, () => emptyTree());
        const outputs: Map<string, KVPair<number>>[] = Array.from({ length: types }, () => new Map());
        const shownAt = (key: string) => outputs[ownerOf(outputs, key)]?.get(key);
        for (const [someone, writes] of steps) {
          const index = someone % types;
          const before = new Map(keys.map((key) => [key, shownAt(key)]));
          const had = new Set(outputs[index]?.keys());
          const owners = new Map(keys.map((key) => [key, ownerOf(outputs, key)]));
          const commit = transact(trees[index] ?? emptyTree<KVPair<number>>(), (draft) => {
            for (const [key, value] of writes) {
              const pair = value === undefined ? undefined : Object.freeze({ key, value });
              if (pair === undefined) outputs[index]?.delete(key);
              else outputs[index]?.set(key, pair);
              if (pair === undefined) draft.delete(key);
              else draft.set(key, pair);
            }
          });
          trees[index] = commit.after;
          const result = show(picture, index, commit.after, commit.changes);
          picture = result.after;
          expect([...picture.shown]).toEqual(keys.flatMap((key) => (shownAt(key) === undefined ? [] : [[key, shownAt(key)]])));
          const differing = keys.filter((key) => before.get(key) !== shownAt(key));
          expect(result.changes.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual(
            differing.map((key) => ({ key, before: before.get(key), after: shownAt(key) })),
          );
          const collided = keys.filter((key) => outputs[index]?.has(key) === true && !had.has(key) && owners.get(key) !== -1);
          const told = collided.map((key) => {
            const other = owners.get(key) ?? -1;
            return { key, shown: Math.min(index, other), hidden: Math.max(index, other) };
          });
          expect(result.collisions.toSorted((a, b) => (a.key < b.key ? -1 : 1))).toEqual(told);
          expect(Object.isFrozen(picture)).toBe(true);
        }
      }),
      { seed: 101, numRuns: 400 },
    );
  });
});

describe('the quarantine', () => {
  it('R17: tells each state of an entry once, whoever finds it, and that it is mended when nobody finds it any more', () => {
    const tellers: readonly Teller[] = ['datastore of 0', 'datastore of 1', 'processor of 0'];
    const anyError = fc.tuple(fc.constantFrom('/a', '/b', 'doc'), fc.constantFrom(undefined, '1', '2'));
    const anyStep = fc.record({
      teller: fc.constantFrom(...tellers),
      what: fc.oneof(
        fc.record({ add: anyError }),
        fc.record({ clear: fc.constantFrom('/a', '/b', 'doc') }),
        fc.record({ all: fc.uniqueArray(anyError, { selector: ([rawKey]) => rawKey, maxLength: 3 }) }),
        fc.record({ again: fc.constantFrom('/a', '/b', 'doc') }),
      ),
    });
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 25 }), (steps) => {
        const told: string[] = [];
        const quarantine = new Quarantine({
          parseFailed: ({ rawKey, revision }) => void told.push(`failed ${rawKey} ${revision}`),
          parseMended: (rawKey) => void told.push(`mended ${rawKey}`),
        });
        const found = new Set<string>(); // who finds what
        const latest = new Map<string, ParseError>();
        const wanted: string[] = [];
        const isFound = (rawKey: string) => tellers.some((teller) => found.has(`${teller} ${rawKey}`));
        const add = (teller: Teller, error: ParseError): void => {
          const { rawKey, revision } = error;
          const known = isFound(rawKey) ? latest.get(rawKey) : undefined;
          const isKnown = known === error || (known !== undefined && revision !== undefined && known.revision === revision);
          if (!isKnown) {
            wanted.push(`failed ${rawKey} ${revision}`);
            latest.set(rawKey, error);
          }
          found.add(`${teller} ${rawKey}`);
        };
        const clear = (teller: Teller, rawKey: string): void => {
          if (found.delete(`${teller} ${rawKey}`) && !isFound(rawKey)) wanted.push(`mended ${rawKey}`);
        };
        const errorOf = ([rawKey, revision]: readonly [string, string | undefined]) =>
          new ParseError('x', { rawKey, ...(revision === undefined ? {} : { revision }) });
        for (const { teller, what } of steps) {
          if ('add' in what) {
            const error = errorOf(what.add);
            quarantine.add(teller, error);
            add(teller, error);
          } else if ('again' in what) {
            const error = latest.get(what.again);
            if (error === undefined) continue;
            quarantine.add(teller, error);
            add(teller, error);
          } else if ('clear' in what) {
            quarantine.clear(teller, what.clear);
            clear(teller, what.clear);
          } else {
            const errors = what.all.map(errorOf);
            quarantine.replace(teller, errors);
            for (const rawKey of latest.keys()) if (!errors.some((error) => error.rawKey === rawKey)) clear(teller, rawKey);
            for (const error of errors) add(teller, error);
          }
          expect(told.splice(0).toSorted()).toEqual(wanted.splice(0).toSorted());
          for (const one of tellers) {
            const theirs = [...latest].filter(([rawKey]) => found.has(`${one} ${rawKey}`)).map(([, error]) => error);
            expect(new Set(quarantine.of(one))).toEqual(new Set(theirs));
            expect(quarantine.of(one).every((error) => theirs.includes(error))).toBe(true);
          }
          expect(quarantine.isEmpty).toBe(found.size === 0);
        }
      }),
      { seed: 102, numRuns: 400 },
    );
  });
});

describe('the door', () => {
  const client = (trusts: boolean | undefined) =>
    ({ capabilities: trusts === undefined ? {} : { immutableValues: trusts } }) as unknown as ListWatchClient; // nothing else is asked

  it('H16, H45: lets in what is selected, legal and plain, frozen and the same; an object of a client that is trusted is only compared', () => {
    const anyPair = fc.record({
      key: fc.constantFrom('/a/1', '/a/x/y', '/ab/1', '/b/1', '/a', 'a', '/a//1', '/a/%'),
      value: fc.constantFrom<() => unknown>(
        () => 1,
        () => ({ deep: [{}] }),
        () => null,
        () => ({ f: () => 1 }),
      ),
    });
    fc.assert(
      fc.property(anyPair, fc.constantFrom(true, false, undefined), ({ key, value }, trusts) => {
        const pair: KVPair = { key, value: value() };
        const isLegal = !['a', '/a//1', '/a/%'].includes(key);
        const isSelected = /^\/a(\/|$)/.test(key);
        const isPlain =
          value() !== null && !JSON.stringify(pair).includes('{"value":{}}') && typeof Object(pair.value).f !== 'function';
        const attempt = () => admissionOf(client(trusts), { kind: 'a' })(pair);
        if (!isSelected || (trusts !== true && !isLegal)) {
          const isNamed = trusts === true || isLegal ? { field: 'key', key } : { field: 'key' };
          expect(attempt).toThrow(expect.objectContaining({ code: 'invalid', ...isNamed }));
        } else if (trusts !== true && !isPlain) expect(attempt).toThrow(expect.objectContaining({ code: 'invalid' }));
        else {
          expect(attempt()).toBe(pair);
          expect(Object.isFrozen(pair)).toBe(trusts !== true);
          const { deep } = Object(pair.value) as { deep?: readonly unknown[] };
          if (deep !== undefined) expect([deep, deep[0]].every((part) => Object.isFrozen(part))).toBe(trusts !== true);
        }
      }),
      { seed: 103, numRuns: 300 },
    );
  });
});

describe('the timings', () => {
  const { backoff, pageSize: _, stopLimit: __, ...numbers } = syncerDefaults;
  const names = Object.keys(numbers);

  it('D6: are the defaults with what is given; what is none is refused by its name', () => {
    const anyGiven = fc.dictionary(fc.constantFrom(...names, 'pageSize', 'clock'), fc.option(fc.nat(), { nil: undefined }), {
      maxKeys: 4,
    });
    const anyBackoff = fc.record(
      {
        factor: fc.option(fc.double({ min: 1, noNaN: true }), { nil: undefined }),
        max: fc.option(fc.nat(), { nil: undefined }),
        jitter: fc.constantFrom('full', 'none', undefined),
      },
      { requiredKeys: [] },
    );
    const wrong = fc.oneof(
      fc.tuple(fc.constantFrom(...names), fc.constantFrom<unknown>(-1, -0.001, NaN, '5', null, {})),
      fc.tuple(fc.constant('backoff.factor'), fc.constantFrom<unknown>(0.999, 0, NaN, '2', null)),
      fc.tuple(fc.constant('backoff.max'), fc.constantFrom<unknown>(-1, NaN, '2', null)),
      fc.tuple(fc.constant('backoff.jitter'), fc.constantFrom<unknown>('some', '', null, true)),
    );
    fc.assert(
      fc.property(
        anyGiven,
        fc.option(anyBackoff, { nil: undefined }),
        fc.option(wrong, { nil: undefined }),
        (given, shape, flaw) => {
          const [field, value] = flaw ?? [];
          const [outer = '', inner] = (field ?? '').split('.');
          const options =
            field === undefined
              ? { ...given, backoff: shape }
              : inner === undefined
                ? { ...given, backoff: shape, [outer]: value }
                : { ...given, backoff: { ...shape, [inner]: value } };
          const attempt = () => timingsOf(options);
          if (field !== undefined) return void expect(attempt).toThrow(expect.objectContaining({ code: 'invalid', field }));
          const wanted = Object.fromEntries(names.map((name) => [name, given[name] ?? numbers[name as keyof typeof numbers]]));
          const { factor = backoff.factor, max = backoff.max, jitter = backoff.jitter } = shape ?? {};
          expect(attempt()).toEqual({ ...wanted, backoff: { factor, max, jitter } });
        },
      ),
      { seed: 104, numRuns: 500 },
    );
  });
});

describe('the clients of a syncer', () => {
  it('D10: each type is mirrored from the client of its name; one without is refused, or left out, and with none left there is no syncer', () => {
    const anyId = fc.constantFrom(undefined, '', 'x', 'y', 'toString');
    const anyClients = fc.subarray(['x', 'y', '']);
    fc.assert(
      fc.property(
        fc.array(anyId, { maxLength: 4 }),
        fc.option(anyClients),
        fc.constantFrom('refuse', 'skip', undefined),
        (ids, named, missingClient) => {
          const one = new MemoryBackend();
          const clients = named === null ? one : Object.fromEntries(named.map((name) => [name, one]));
          const has = (id: string | undefined) => (named === null ? (id ?? '') === '' : named.includes(id ?? ''));
          const types = ids.map((clientId, index) => ({
            list: { kind: `k${index}` },
            ...(clientId === undefined ? {} : { clientId }),
          }));
          const attempt = () => createSyncer(clients, types, {}, { missingClient });
          const kept = types.filter(({ clientId }) => has(clientId));
          if (missingClient !== 'skip' && kept.length < types.length)
            expect(attempt).toThrow(expect.objectContaining({ code: 'invalid', field: 'clientId' }));
          else if (kept.length === 0) expect(attempt).toThrow(expect.objectContaining({ code: 'invalid', field: 'types' }));
          else
            expect(
              attempt()
                .types()
                .map(({ list }) => list),
            ).toEqual(kept.map(({ list }) => list));
        },
      ),
      { seed: 105, numRuns: 200 },
    );
  });
});
