/** Keys: of objects with metadata, of keys by themselves, of tombstones; and what has none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexError, KeyError, ZeroLengthDeltasError } from '../../src/cache/errors.js';
import {
  DeletedFinalStateUnknown,
  ExplicitKey,
  keyOf,
  metaNamespaceIndexFunc,
  metaNamespaceKeyFunc,
  splitMetaNamespaceKey,
} from '../../src/cache/keys.js';
import { isHeliostatError } from '../../src/model/errors.js';

const anyName = fc.string({ minLength: 1, unit: 'binary' }).filter((name) => !name.includes('/'));

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe('metaNamespaceKeyFunc', () => {
  it('X1: makes <namespace>/<name>, or <name> alone, and splitMetaNamespaceKey takes it apart again', () => {
    fc.assert(
      fc.property(fc.option(anyName, { nil: undefined }), anyName, (namespace, name) => {
        const key = metaNamespaceKeyFunc({ metadata: { name, namespace } });
        expect(key).toBe(namespace === undefined ? name : `${namespace}/${name}`);
        expect(splitMetaNamespaceKey(key)).toEqual({ namespace: namespace ?? '', name });
        expect(metaNamespaceIndexFunc({ metadata: { name, namespace } })).toEqual([namespace ?? '']);
      }),
      { seed: 1 },
    );
  });

  it('X1: gives different objects different keys', () => {
    const meta = fc.record({ namespace: fc.constantFrom('', 'a', 'b', 'a-b'), name: fc.constantFrom('a', 'b', 'a-b', 'b-a') });
    fc.assert(
      fc.property(meta, meta, (a, b) => {
        const isOne = metaNamespaceKeyFunc({ metadata: a }) === metaNamespaceKeyFunc({ metadata: b });
        expect(isOne).toBe(a.namespace === b.namespace && a.name === b.name);
      }),
      { seed: 1 },
    );
  });

  it('takes an explicit key as it is, and a tombstone at its word', () => {
    expect(metaNamespaceKeyFunc(new ExplicitKey('any/thing/at all'))).toBe('any/thing/at all');
    expect(metaNamespaceKeyFunc(new DeletedFinalStateUnknown('default/web-0', undefined))).toBe('default/web-0');
    expect(String(new ExplicitKey('a/b'))).toBe('a/b');
  });

  it.each([
    [undefined, 'no metadata'],
    [null, 'no metadata'],
    ['text', 'no metadata'],
    [{}, 'no metadata'],
    [{ metadata: null }, 'no metadata'],
    [Object.create({ metadata: { name: 'inherited' } }), 'no metadata'],
    [{ metadata: {} }, 'metadata.name'],
    [{ metadata: { name: '' } }, 'metadata.name'],
    [{ metadata: { name: 7 } }, 'metadata.name'],
    [{ metadata: { name: 'a/b' } }, 'slash'],
    [{ metadata: { name: 'a', namespace: 'x/y' } }, 'slash'],
    [{ metadata: { name: 'a', namespace: 7 } }, 'metadata.namespace'],
  ])('X1: refuses %j, and says why', (object, reason) => {
    const error = thrownBy(() => metaNamespaceKeyFunc(object));
    expect(isHeliostatError(error, 'invalid')).toBe(true);
    expect(String(error)).toContain(reason);
  });
});

describe('splitMetaNamespaceKey', () => {
  it.each([
    ['', '', ''],
    ['name', '', 'name'],
    ['ns/name', 'ns', 'name'],
    ['/x', '', 'x'],
    ['x/', 'x', ''],
  ])('takes %j apart', (key, namespace, name) => {
    expect(splitMetaNamespaceKey(key)).toEqual({ namespace, name });
  });

  it.each(['a/b/c', '//', 'a//b'])('refuses %j', (key) => {
    const error = thrownBy(() => splitMetaNamespaceKey(key));
    expect(isHeliostatError(error, 'invalid')).toBe(true);
    expect(String(error)).toContain(`Unexpected key format: ${JSON.stringify(key)}`);
  });
});

describe('KeyError', () => {
  it('TestKeyError: has the object and the cause, and is found behind other errors', () => {
    const cause = new Error('no name today');
    const object = { metadata: {} };
    const error = thrownBy(() =>
      keyOf(() => {
        throw cause;
      }, object),
    );
    expect(error).toBeInstanceOf(KeyError);
    expect(error).toMatchObject({ code: 'no-key', retryable: false, object, cause });
    expect(String(error)).toContain('{"metadata":{}}');
    expect(String(error)).toContain('no name today');
    expect(thrownBy(() => keyOf(() => keyOf(metaNamespaceKeyFunc, {}), object))).toMatchObject({ code: 'no-key', object: {} });
  });

  it.each([
    ['a number', 7],
    ['nothing', undefined],
    ['a promise', Promise.resolve('late')],
  ])('is thrown when the key function returns %s', (_, returned) => {
    expect(() => keyOf(() => returned as unknown as string, {})).toThrow(KeyError);
  });

  it('shows objects that cannot be shown: long, in a circle, without a text form', () => {
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(String(new KeyError(circle, 'reason'))).toContain('[object Object]');
    expect(String(new KeyError({ text: 'x'.repeat(10_000) }, new Error('long'))).length).toBeLessThan(400);
    expect(String(new KeyError(undefined, 7))).toContain('undefined');
    expect(String(new KeyError(1n, new Error('big')))).toContain('[object BigInt]');
  });

  it('has kin: lists of deltas without a delta, and index functions that fail', () => {
    expect(new ZeroLengthDeltasError()).toMatchObject({ code: 'zero-length-deltas', retryable: false });
    expect(new IndexError('node', { key: 'a', cause: new Error('no node') })).toMatchObject({
      code: 'index-failed',
      retryable: false,
      indexName: 'node',
      key: 'a',
    });
  });
});
