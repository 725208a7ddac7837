/** The merger by example, and against a fold over a plain array. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysOf, noLayers, withChange, withSnapshot, type ExternalLayers } from '../../../src/controller/external/layers.js';
import { ExternalMerger, type ExternalMergerOptions } from '../../../src/controller/external/merger.js';
import type { KeyValuePairs } from '../../../src/controller/key-values.js';
import { anyValue, frozen, mergedByTables } from './values.js';

const precedence = ['operator', 'tenant', 'db'];

function layersOf(values: Readonly<Record<string, KeyValuePairs>>): ExternalLayers {
  return Object.entries(values).reduce((layers, [source, pairs]) => withSnapshot(layers, source, pairs).layers, noLayers);
}

describe('the merger', () => {
  it('V15, EH27: merges cumulatively, the highest precedence last, and says which sources it was', () => {
    const merger = new ExternalMerger({ precedence });
    const layers = layersOf({
      operator: { '/a': { mtu: 3 } },
      db: { '/a': { mtu: 1, up: true } },
      tenant: { '/a': { mtu: 2, tag: 't' } },
    });
    expect(merger.merge('/a', frozen({ mtu: 0, name: 'eth0' }), layers)).toEqual({
      value: { mtu: 3, up: true, tag: 't', name: 'eth0' },
      sources: ['db', 'tenant', 'operator'],
      errors: [],
    });
    expect(merger.merge('/b', undefined, layers)).toEqual({ value: undefined, sources: [], errors: [] });
  });

  it('V11, EC22, EC23: internal put, external put, internal delete, internal put, external delete', () => {
    const merger = new ExternalMerger({ precedence });
    const [internal, external] = [frozen({ from: 'internal' }), { from: 'external' }];
    const without = layersOf({ db: {} });
    const { layers } = withChange(without, 'db', { '/a': external });
    expect(merger.merge('/a', internal, without).value).toBe(internal);
    expect(merger.merge('/a', internal, layers).value).toEqual(external);
    expect(merger.merge('/a', undefined, layers).value).toEqual(external);
    const removed = withChange(layers, 'db', { '/a': null });
    expect(removed.keys).toEqual(['/a']);
    expect(merger.merge('/a', internal, removed.layers).value).toBe(internal);
    expect(merger.merge('/a', undefined, removed.layers).value).toBeUndefined();
  });

  it('EH19: a source whose strategy throws is left out, and reported; the others are merged', () => {
    const problem = new Error('not today');
    const rules: ExternalMergerOptions['rules'] = [
      {
        prefix: '/a',
        strategy: (wanted, external) => {
          if ((external as { readonly bad?: unknown }).bad === true) throw problem;
          return { ...(wanted as object), ...(external as object) };
        },
      },
      {
        prefix: '/text',
        strategy: () => {
          throw 'just text';
        },
      },
    ];
    const merger = new ExternalMerger({ precedence, rules });
    const layers = layersOf({ operator: { '/a': { c: 3 }, '/text': 1 }, tenant: { '/a': { bad: true } }, db: { '/a': { b: 2 } } });
    const merged = merger.merge('/a', frozen({ a: 1 }), layers);
    expect(merged.value).toEqual({ a: 1, b: 2, c: 3 });
    expect(merged.sources).toEqual(['db', 'operator']);
    expect(merged.errors).toEqual([{ source: 'tenant', error: problem }]);
    expect(merged.errors[0]?.error, 'the very error').toBe(problem);
    const text = merger.merge('/text', frozen({ a: 1 }), layers);
    expect(text).toMatchObject({ value: { a: 1 }, sources: [], errors: [{ source: 'operator', error: { cause: 'just text' } }] });
  });

  it('V20, EH26: sources are declared once, each with a name, and others are refused', () => {
    const merger = new ExternalMerger({ precedence });
    expect(['db', 'operator', 'toString', ''].map((source) => merger.knows(source))).toEqual([true, true, false, false]);
    expect(() => merger.merge('/a', undefined, layersOf({ db: {}, somebody: {} }))).toThrow(
      'The source "somebody" was not declared; it must be one of ["operator","tenant","db"].',
    );
    const refused: readonly (readonly [unknown, string])[] = [
      [['db', 'x', 'db'], 'Illegal option precedence[2]: it is "db" once more'],
      [['db', ''], 'Illegal option precedence[1]: it is ""'],
      [[7], 'Illegal option precedence[0]: it is number'],
      ['db', 'Illegal option precedence: it is string'],
    ];
    for (const [given, message] of refused) {
      const options = { precedence: given } as ExternalMergerOptions; // what a program without types may give
      expect(() => new ExternalMerger(options)).toThrow(message);
    }
  });
});

const anyPairs = fc.dictionary(
  fc.constantFrom('/deep/a', '/deep/b', '/list/a', '/whole/a'),
  anyValue.filter((value) => value !== null),
);
const anyLayers = fc.record({ operator: anyPairs, tenant: anyPairs, db: anyPairs });
const rules: ExternalMergerOptions['rules'] = [
  { prefix: '/list/', strategy: { listByKey: 'id' } },
  { prefix: '/whole/', strategy: 'replace' },
];

function expectedOf(key: string, wanted: unknown, values: Readonly<Record<string, KeyValuePairs>>): unknown {
  return ['db', 'tenant', 'operator'].reduce((base, source) => {
    const external = Object.entries(values[source] ?? {}).find(([other]) => other === key);
    if (external === undefined) return base;
    if (base === undefined || key.startsWith('/whole/')) return external[1];
    return mergedByTables(base, external[1], key.startsWith('/list/') ? 'id' : undefined);
  }, wanted);
}

describe('the merger, as a fold', () => {
  const merger = new ExternalMerger({ precedence, rules });
  const anyWanted = fc.option(anyValue, { nil: undefined });

  it('V15, EH27, EC24: the order in which sources came changes nothing', () => {
    fc.assert(
      fc.property(anyLayers, anyWanted, fc.shuffledSubarray(precedence, { minLength: 3 }), (values, wanted, order) => {
        const layers = order.reduce(
          (before, source) => withSnapshot(before, source, values[source as keyof typeof values]).layers,
          noLayers,
        );
        for (const key of [...keysOf(layers), '/nobody']) {
          const { value, sources, errors } = merger.merge(key, wanted, layers);
          expect(value).toEqual(expectedOf(key, wanted, values));
          expect(sources).toEqual(
            ['db', 'tenant', 'operator'].filter((source) => Object.keys(values[source as keyof typeof values]).includes(key)),
          );
          expect(errors).toEqual([]);
        }
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('EC22, EC25: what a source wanted leaves no trace when it is removed, key by key or by a snapshot', () => {
    fc.assert(
      fc.property(anyLayers, anyWanted, fc.constantFrom(...precedence), (values, wanted, source) => {
        const pairs = values[source as keyof typeof values];
        const never = layersOf({ ...values, [source]: {} });
        const layers = layersOf(values);
        const deletions = Object.fromEntries(Object.keys(pairs).map((key) => [key, null]));
        const byKey = withChange(layers, source, deletions).layers;
        const bySnapshot = withSnapshot(layers, source, {}).layers;
        for (const key of keysOf(layers)) {
          const expected = merger.merge(key, wanted, never);
          expect(merger.merge(key, wanted, byKey)).toEqual(expected);
          expect(merger.merge(key, wanted, bySnapshot)).toEqual(expected);
        }
      }),
      { seed: 2, numRuns: 300 },
    );
  });
});
