/** Merge strategies by example: rules and prefixes, lists by path, functions of one's own, and what is refused. */
import { describe, expect, it } from 'vitest';
import { compileRules, compileStrategy, type MergeRule, type MergeStrategy } from '../../../src/controller/external/strategy.js';
import { frozen } from './values.js';

function merged(strategy: MergeStrategy, wanted: unknown, external: unknown): unknown {
  return compileStrategy(strategy, 'strategy')(frozen(wanted), frozen(external));
}

function read(text: string): unknown {
  return JSON.parse(text);
}

describe('strategies', () => {
  it('EC22: deep overwrites what both have, keeps what one has, and replaces lists', () => {
    const wanted = { name: 'eth0', mtu: 1500, addresses: ['10.0.0.1'], link: { up: true, speed: 10 } };
    const external = { mtu: 9000, addresses: ['10.0.0.2'], link: { speed: 40 }, alias: 'uplink' };
    expect(merged('deep', wanted, external)).toEqual({
      name: 'eth0',
      mtu: 9000,
      addresses: ['10.0.0.2'],
      link: { up: true, speed: 40 },
      alias: 'uplink',
    });
    expect(merged('deep', { link: { up: true } }, { link: null })).toEqual({ link: null });
    expect(merged('deep', { link: 'up' }, { link: { speed: 40 } })).toEqual({ link: { speed: 40 } });
    expect(merged('deep', { mtu: 1500 }, { mtu: undefined })).toEqual({ mtu: 1500 });
    expect(merged('replace', wanted, external)).toBe(external);
  });

  it('EH28: lists by path merge there and nowhere else', () => {
    const strategy: MergeStrategy = { listByKey: { '/ports': 'name', '/ports/*/rules': 'id', '/a~1b': 'n' } };
    const wanted = {
      ports: [
        { name: 'x', rules: [{ id: 1, to: 'a' }] },
        { name: 'y', mtu: 1500 },
      ],
      other: [{ name: 'x' }],
      'a/b': [{ n: 1, was: true }],
    };
    const external = {
      ports: [
        { name: 'z' },
        {
          name: 'x',
          rules: [
            { id: 2, to: 'b' },
            { id: 1, to: 'c' },
          ],
        },
      ],
      other: [{ name: 'y' }],
      'a/b': [{ n: 1, is: true }],
    };
    expect(merged(strategy, wanted, external)).toEqual({
      ports: [
        {
          name: 'x',
          rules: [
            { id: 1, to: 'c' },
            { id: 2, to: 'b' },
          ],
        },
        { name: 'y', mtu: 1500 },
        { name: 'z' },
      ],
      other: [{ name: 'y' }],
      'a/b': [{ n: 1, was: true, is: true }],
    });
    expect(merged({ listByKey: { '': 'id' } }, [{ id: 1, a: 1 }], [{ id: 1, b: 1 }])).toEqual([{ id: 1, a: 1, b: 1 }]);
  });

  it('EH28: at a path that was declared, items that cannot be told apart are an error that names the place', () => {
    const strategy: MergeStrategy = { listByKey: { '/ports': 'name' } };
    expect(() => merged(strategy, { ports: [{ name: 'x' }] }, { ports: [{ name: 'y' }, { nam: 'z' }] })).toThrow(
      'The list cannot be merged: its items are told apart by "name", a string or a number, and /ports/1 has none.',
    );
    expect(() => merged(strategy, { ports: [{ name: 'x' }, { name: 'x' }] }, { ports: [] })).toThrow(
      '/ports/1 is the second one with "x"',
    );
    expect(merged({ listByKey: 'name' }, { ports: [{ name: 'x' }] }, { ports: ['y'] })).toEqual({ ports: ['y'] });
  });

  it('EH27: `__proto__`, `constructor` and `toString` are members like others', () => {
    const wanted = read('{"__proto__":{"a":1},"constructor":{"b":1}}');
    const external = read('{"__proto__":{"polluted":true},"constructor":{"c":2},"toString":"text"}');
    const result = merged('deep', wanted, external);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"a":1,"polluted":true},"constructor":{"b":1,"c":2},"toString":"text"}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(merged('deep', read('{"__proto__":{"a":1}}'), {})).toEqual(read('{"__proto__":{"a":1}}'));
    expect(merged({ listByKey: '__proto__' }, [{ a: 1 }], [{ b: 1 }])).toEqual([{ b: 1 }]);
  });

  it('EH27: values that are nested too deeply are refused, and exhaust nothing', () => {
    const nested = (leaf: unknown, levels: number): unknown => {
      let value = leaf;
      for (let level = 0; level < levels; level++) value = { in: value };
      return value;
    };
    expect(merged('deep', nested({ a: 1 }, 120), nested({ b: 1 }, 120))).toEqual(nested({ a: 1, b: 1 }, 120));
    const merge = compileStrategy('deep', 'strategy');
    expect(() => merge(nested(1, 20_000), nested(2, 20_000))).toThrow('deeper than 128 levels');
  });

  it('EC22: a function of one’s own decides, also where nothing is wanted, and may say that nothing is', () => {
    const deny: MergeStrategy = (wanted) => wanted;
    expect(merged(deny, { a: 1 }, { a: 2 })).toEqual({ a: 1 });
    expect(merged(deny, undefined, { a: 2 })).toBeUndefined();
    expect(merged(() => null, { a: 1 }, { a: 2 })).toBeUndefined();
    const kept = { list: [1] };
    const result = merged(() => kept, { a: 1 }, { a: 2 });
    kept.list.push(2);
    expect(result).toEqual({ list: [1] });
    expect(Object.isFrozen(result)).toBe(true);
    expect(Object.isFrozen(kept)).toBe(false);
  });

  it('EH27: a function that changes what it is given, returns no plain data or a promise, fails', async () => {
    expect(() => merged((wanted) => Object.assign(wanted as object, { b: 1 }), { a: 1 }, { a: 2 })).toThrow(TypeError);
    expect(() => merged(() => new Map(), { a: 1 }, { a: 2 })).toThrow('instance of Map');
    expect(() => merged(() => Promise.reject(new Error('later')), { a: 1 }, { a: 2 })).toThrow('returned a promise');
    await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would end the run
  });
});

describe('rules', () => {
  it('EC22: the longest prefix wins in whatever order they are given, and deep goes where none fits', () => {
    const rules: readonly MergeRule[] = [
      { prefix: '/nets/', strategy: 'replace' },
      { prefix: '/nets/lan/', strategy: () => 'mine' },
    ];
    for (const given of [rules, rules.toReversed()]) {
      const mergeFor = compileRules(given);
      expect(mergeFor('/nets/lan/1')(frozen({ a: 1 }), frozen({ b: 1 }))).toBe('mine');
      expect(mergeFor('/nets/wan/1')(frozen({ a: 1 }), frozen({ b: 1 }))).toEqual({ b: 1 });
      expect(mergeFor('/netsuke')(frozen({ a: 1 }), frozen({ b: 1 }))).toEqual({ a: 1, b: 1 });
    }
    expect(compileRules([{ prefix: '', strategy: 'replace' }])('/any')(frozen({ a: 1 }), frozen({ b: 1 }))).toEqual({ b: 1 });
  });

  it.each<readonly [unknown, string, string]>([
    [7, 'rules', 'it is number; give an array'],
    [[undefined], 'rules[0].prefix', 'it is undefined'],
    [[{ prefix: 1, strategy: 'deep' }], 'rules[0].prefix', 'it is number; give a string'],
    [
      [
        { prefix: '/a', strategy: 'deep' },
        { prefix: '/a', strategy: 'replace' },
      ],
      'rules[1].prefix',
      'it is "/a"; give a prefix that no other rule has',
    ],
    [[{ prefix: '/a', strategy: 'shallow' }], 'rules[0].strategy', 'it is "shallow"; give \'replace\''],
    [[{ prefix: '/a', strategy: null }], 'rules[0].strategy', 'it is null'],
    [[{ prefix: '/a', strategy: { listByKey: '' } }], 'rules[0].strategy', 'it is object'],
    [[{ prefix: '/a', strategy: { listByKey: { ports: 'name' } } }], 'rules[0].strategy.listByKey', 'paths such as'],
    [[{ prefix: '/a', strategy: { listByKey: { '/ports': 1 } } }], 'rules[0].strategy.listByKey', 'for "/ports"'],
  ])('EH27: %j is refused, naming %s', (rules, field, message) => {
    const compile = (): unknown => compileRules(rules as readonly MergeRule[]); // what a program without types may give
    expect(compile).toThrow(expect.objectContaining({ code: 'invalid', field }));
    expect(compile).toThrow(message);
  });
});
