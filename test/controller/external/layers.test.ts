/** Layers of external configuration by example, and against plain Maps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysOf, noLayers, withChange, withSnapshot, type ExternalLayers } from '../../../src/controller/external/layers.js';
import type { KeyValuePairs } from '../../../src/controller/key-values.js';

function contentOf(layers: ExternalLayers): unknown {
  return [...layers].map(([source, { values, version }]) => [source, [...values], version]);
}

/** The layers after a snapshot. */
function taken(...given: Parameters<typeof withSnapshot>): ExternalLayers {
  return withSnapshot(...given).layers;
}

/** That something was left out, because of `version`. */
function leftOut(version: number): unknown {
  return expect.stringContaining(`was left out: version ${version} was taken already`);
}

function hostile(values: object): KeyValuePairs {
  return values as KeyValuePairs; // what a program without types may give
}

describe('layers', () => {
  it('EC24, EC25: a snapshot replaces everything of its source, and nothing of another', () => {
    const first = taken(noLayers, 'db', { '/a': { n: 1 }, '/b': { n: 2 }, '/gone': null });
    const second = taken(first, 'operator', { '/a': { n: 3 } });
    const third = taken(second, 'db', { '/b': { n: 4 } });
    expect(contentOf(third)).toEqual([
      ['db', [['/b', { n: 4 }]], undefined],
      ['operator', [['/a', { n: 3 }]], undefined],
    ]);
    expect(keysOf(first)).toEqual(['/a', '/b']);
    expect(keysOf(third)).toEqual(['/a', '/b']);
    expect(keysOf(noLayers)).toEqual([]);
  });

  it('EC22: a change sets and deletes keys, also of a source that has no layer yet', () => {
    const { layers, keys } = withChange(noLayers, 'operator', { '/b': { n: 2 }, '/a': { n: 1 }, '/never': null });
    expect(keys).toEqual(['/a', '/b', '/never']);
    const next = withChange(layers, 'operator', { '/a': null });
    expect(contentOf(next.layers)).toEqual([['operator', [['/b', { n: 2 }]], undefined]]);
    expect(contentOf(layers), 'the version before stays').toEqual([
      [
        'operator',
        [
          ['/a', { n: 1 }],
          ['/b', { n: 2 }],
        ],
        undefined,
      ],
    ]);
  });

  it('EH44: a change that the snapshot includes is not made again, and that is told', () => {
    const layers = taken(noLayers, 'operator', { values: { '/a': { n: 5 } }, version: 5 });
    for (const version of [4, 5]) {
      const stale = withChange(layers, 'operator', { '/a': { n: version } }, version);
      expect(stale).toEqual({ layers, keys: [], note: leftOut(5) });
      expect(stale.note).toBe(
        `The change of version ${version} of the source "operator" was left out: version 5 was taken already.`,
      );
    }
    const later = withChange(layers, 'operator', { '/a': { n: 6 } }, 6);
    expect(later.note).toBeUndefined();
    expect(contentOf(later.layers)).toEqual([['operator', [['/a', { n: 6 }]], 5]]);
    expect(withChange(later.layers, 'operator', { '/b': { n: 6 } }, 6).keys, 'two changes of one version are both made').toEqual([
      '/b',
    ]);
    expect(withChange(layers, 'operator', { '/a': { n: 1 } }).keys, 'without a version it counts').toEqual(['/a']);
    expect(withChange(taken(layers, 'operator', {}), 'operator', { '/a': null }, 1).keys).toEqual(['/a']);
  });

  it('EH44: versions of a source never go back: what comes after something later is left out, and that is told', () => {
    const third = withChange(taken(noLayers, 'cli', { values: { '/a': 2 }, version: 2 }), 'cli', { '/a': 3 }, 3).layers;
    expect(withChange(third, 'cli', { '/a': 2.5 }, 2.5)).toEqual({ layers: third, keys: [], note: leftOut(3) });
    for (const version of [1, 2, 2.5]) {
      const stale = withSnapshot(third, 'cli', { values: {}, version });
      expect(stale.layers).toBe(third);
      expect(stale.note).toBe(`The snapshot of version ${version} of the source "cli" was left out: version 3 was taken already.`);
    }
    expect(withSnapshot(third, 'db', { values: { '/a': 1 }, version: 1 }).note, 'each source counts for itself').toBeUndefined();
    const same = withSnapshot(third, 'cli', { values: { '/b': 3 }, version: 3 });
    expect([contentOf(same.layers), same.note]).toEqual([[['cli', [['/b', 3]], 3]], undefined]);
    expect(withSnapshot(same.layers, 'cli', { values: {}, version: 2 }).note).toEqual(leftOut(3));
  });

  it('EH44: changes without a version are always made, and forget nothing; a snapshot without one begins anew', () => {
    const third = withChange(noLayers, 'cli', { '/a': 3 }, 3).layers;
    const unversioned = withChange(third, 'cli', { '/a': 4 });
    expect([unversioned.keys, unversioned.note]).toEqual([['/a'], undefined]);
    expect(withChange(unversioned.layers, 'cli', { '/a': 2 }, 2).note).toEqual(leftOut(3));
    expect(withChange(unversioned.layers, 'cli', { '/b': 3 }, 3).note, 'there was no snapshot that has it').toBeUndefined();
    const anew = withSnapshot(unversioned.layers, 'cli', { '/a': 5 });
    expect(anew.note).toBeUndefined();
    expect(withChange(anew.layers, 'cli', { '/a': 1 }, 1).note).toBeUndefined();
    expect(withSnapshot(anew.layers, 'cli', { values: {}, version: 1 }).note).toBeUndefined();
  });

  it('EH44: pairs with keys called values and version are pairs', () => {
    expect(keysOf(taken(noLayers, 'db', { values: { n: 1 }, version: { n: 2 } }))).toEqual(['values', 'version']);
    expect(keysOf(taken(noLayers, 'db', { values: 7, version: 7 }))).toEqual(['values', 'version']);
    expect(keysOf(taken(noLayers, 'db', { 'values,version': 7 }))).toEqual(['values,version']);
  });

  it('EH26: what is no value is refused by its key, and nothing is changed', () => {
    const before = taken(noLayers, 'db', { '/a': 1 });
    const refused: readonly (readonly [object, string | undefined, string])[] = [
      [{ '/a': 2, '/b': new Map() }, '/b', 'The value of "/b" cannot be taken. Illegal value: value is an instance of Map'],
      [{ '/b': { port: Number.NaN } }, '/b', 'value.port is NaN'],
      [{ '/b': undefined }, '/b', 'is undefined; give plain data, or null for nothing'],
      [{ '': 1 }, '', 'A key is empty'],
      [{ get '/b'() { throw new Error('no'); } }, '/b', 'cannot be read'], // prettier-ignore
      [new Map([['/b', 1]]), undefined, 'Key-value pairs are an instance of a class'],
      [[1], undefined, 'Key-value pairs are an array'],
    ];
    for (const [values, key, message] of refused) {
      const change = (): unknown => withChange(before, 'db', hostile(values));
      expect(change).toThrow(expect.objectContaining({ code: 'invalid', key }));
      expect(change).toThrow(message);
    }
    expect(contentOf(before)).toEqual([['db', [['/a', 1]], undefined]]);
    expect(() => taken(before, 'db', hostile(Promise.resolve()))).toThrow('A snapshot is an instance of a class');
    expect(() => taken(before, 'db', { values: {}, version: Number.NaN })).toThrow('The version is NaN');
    expect(() => withChange(before, 'db', {}, Number.NaN)).toThrow('The version is NaN');
  });

  it('EH12, EH25: values are frozen, and hostile names are names', () => {
    const value = { nested: { n: 1 } };
    const pairs = Object.defineProperty({}, '__proto__', { value, enumerable: true });
    const layers = taken(noLayers, '__proto__', hostile(pairs));
    expect(Object.isFrozen(value.nested)).toBe(true);
    expect(contentOf(layers)).toEqual([['__proto__', [['__proto__', value]], undefined]]);
    expect(keysOf(withChange(layers, 'constructor', hostile({ toString: 1 })).layers)).toEqual(['__proto__', 'toString']);
  });
});

type Step =
  | {
      readonly type: 'snapshot';
      readonly source: string;
      readonly values: Record<string, number | null>;
      readonly version?: number;
    }
  | { readonly type: 'change'; readonly source: string; readonly values: Record<string, number | null>; readonly version?: number };

interface Modelled {
  readonly values: Map<string, number>;
  /** Of its snapshot. */
  readonly version: number | undefined;
  /** Of everything that was taken since its snapshot, and of that. */
  readonly versions: number[];
}

const anySource = fc.constantFrom('db', 'operator', '__proto__');
const anyPairs = fc.dictionary(fc.constantFrom('/a', '/b', '/c', 'constructor'), fc.option(fc.nat(9), { nil: null }));
const anyVersion = { version: fc.nat(9) };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record(
    { type: fc.constant('snapshot' as const), source: anySource, values: anyPairs, ...anyVersion },
    { requiredKeys: ['type', 'source', 'values'] },
  ),
  fc.record(
    { type: fc.constant('change' as const), source: anySource, values: anyPairs, ...anyVersion },
    { requiredKeys: ['type', 'source', 'values'] },
  ),
);

describe('layers, as Maps', () => {
  it('EH12, EH29, EH44: are the fold of what was received, whatever the order, and every earlier version stays', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 20 }), (steps) => {
        const model = new Map<string, Modelled>();
        let layers = noLayers;
        const versions: { layers: ExternalLayers; content: unknown }[] = [];
        for (const step of steps) {
          const version = step.version;
          if (step.type === 'snapshot') {
            const snapshot = withSnapshot(
              layers,
              step.source,
              version === undefined ? step.values : { values: step.values, version },
            );
            layers = snapshot.layers;
            const highest = Math.max(...(model.get(step.source)?.versions ?? []));
            const isStale = version !== undefined && version < highest;
            expect(snapshot.note).toEqual(isStale ? leftOut(highest) : undefined);
            if (isStale) continue;
            model.set(step.source, { values: new Map(), version, versions: version === undefined ? [] : [version] });
          } else {
            const change = withChange(layers, step.source, step.values, version);
            layers = change.layers;
            const known = model.get(step.source) ?? { values: new Map<string, number>(), version: undefined, versions: [] };
            const isContained = version !== undefined && known.version !== undefined && version <= known.version;
            const isStale = isContained || (version !== undefined && known.versions.some((other) => other > version));
            expect(change.note).toEqual(isStale ? leftOut(Math.max(...known.versions)) : undefined);
            expect(change.keys).toEqual(isStale ? [] : Object.keys(step.values).toSorted());
            if (isStale) continue;
            if (version !== undefined) known.versions.push(version);
            model.set(step.source, known);
          }
          for (const [key, value] of Object.entries(step.values)) {
            if (value === null) model.get(step.source)?.values.delete(key);
            else model.get(step.source)?.values.set(key, value);
          }
          const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
          const content = sorted(model).map(([source, known]) => [source, sorted(known.values), known.version]);
          expect(contentOf(layers)).toEqual(content);
          expect(keysOf(layers)).toEqual(
            [...new Set([...model.values()].flatMap(({ values }) => Array.from(values.keys())))].toSorted(),
          );
          versions.push({ layers, content });
        }
        for (const version of versions) expect(contentOf(version.layers)).toEqual(version.content);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
