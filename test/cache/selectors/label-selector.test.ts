/** Label selectors from data: from requirements, from labels, and from objects of the Kubernetes API. */
import { describe, expect, it } from 'vitest';
import { labelSelectorFromApi, type ApiLabelSelector } from '../../../src/cache/selectors/api-selector.js';
import { labelSelectorOf, nothing, type Labels } from '../../../src/cache/selectors/label-selector.js';
import type { LabelRequirementInput } from '../../../src/cache/selectors/requirement.js';
import { ValidationError } from '../../../src/model/errors.js';

function faultIn(make: () => unknown): ValidationError {
  try {
    make();
  } catch (error) {
    if (error instanceof ValidationError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('labelSelectorOf', () => {
  it.each([
    [[{ key: 'x', operator: 'in', values: [] }], 'requirements[0].values'],
    [[{ key: 'x', operator: 'notin', values: [] }], 'requirements[0].values'],
    [[{ key: 'x', operator: 'in' }], 'requirements[0].values'],
    [[{ key: 'x', operator: 'in', values: ['foo'] }], undefined],
    [[{ key: 'x', operator: 'notin', values: ['foo'] }], undefined],
    [[{ key: 'x', operator: 'exists' }], undefined],
    [[{ key: 'x', operator: '!exists', values: [] }], undefined],
    [[{ key: 'x', operator: 'exists', values: ['foo'] }], 'requirements[0].values'],
    [[{ key: '1foo', operator: 'in', values: ['bar'] }], undefined],
    [[{ key: '1234', operator: 'in', values: ['bar'] }], undefined],
    [[{ key: 'y', operator: '>', values: ['1'] }], undefined],
    [[{ key: 'z', operator: '<', values: ['6'] }], undefined],
    [[{ key: 'foo', operator: '>', values: ['bar'] }], 'requirements[0].values[0]'],
    [[{ key: 'barz', operator: '<', values: ['blah'] }], 'requirements[0].values[0]'],
    [[{ key: 'y', operator: '>', values: ['1', '2'] }], 'requirements[0].values'],
    [[{ key: 'y', operator: '>', values: ['-1'] }], 'requirements[0].values[0]'],
    [[{ key: 'x', operator: '=', values: ['a', 'b'] }], 'requirements[0].values'],
    [[{ key: 'x', operator: '==', values: [] }], 'requirements[0].values'],
    [[{ key: 'a'.repeat(254), operator: 'exists' }], 'requirements[0].key'],
    // what only code without types can hand in
    [
      [
        { key: 'x', operator: 'exists' },
        { key: 5, operator: 'exists' },
      ],
      'requirements[1].key',
    ],
    [[{ key: 'x', operator: 'toString', values: ['a'] }], 'requirements[0].operator'],
    [[{ key: 'x', operator: 'in', values: 'abc' }], 'requirements[0].values'],
    [[{ key: 'x', operator: 'in', values: null }], 'requirements[0].values'],
    [[{ key: 'x', operator: 'in', values: ['a', 1] }], 'requirements[0].values[1]'],
    [[null], 'requirements[0]'],
    [{ x: 'y', z: 5 }, 'labels.z.values[0]'],
    [{ 'x y': 'z' }, 'labels.x y.key'],
    [JSON.parse('{ "__proto__": "x" }'), 'labels.__proto__.key'],
    [null, 'selection'],
    ['x=y', 'selection'],
    [new Map([['x', 'y']]), 'selection'], // it has no labels, so it would select everything
  ] as readonly (readonly [unknown, string | undefined])[])('TestRequirementConstructor: %j is refused at %j', (given, field) => {
    const make = (): unknown => labelSelectorOf(given as readonly LabelRequirementInput[]); // judged at run time
    if (field === undefined) expect(make).not.toThrow();
    else expect(faultIn(make).field).toBe(field);
  });

  it.each([
    [[{ key: 'y', operator: 'notin', values: ['jkl'] }, { key: 'z', operator: 'exists' }, { key: 'x', operator: 'in', values: ['def', 'abc'] }], 'x in (abc,def),y notin (jkl),z'],
    [[{ key: 'x', operator: 'notin', values: ['abc', 'def'] }, { key: 'y', operator: '!=', values: ['jkl'] }, { key: 'z', operator: '!exists' }], 'x notin (abc,def),y!=jkl,!z'],
    [[{ key: 'x', operator: 'notin', values: ['abc'] }, { key: 'y', operator: 'in', values: ['jkl', 'mno'] }, { key: 'z', operator: 'notin', values: [''] }], 'x notin (abc),y in (jkl,mno),z notin ()'],
    [[{ key: 'x', operator: '=', values: ['abc'] }, { key: 'y', operator: '==', values: ['jkl'] }, { key: 'z', operator: 'exists' }, { key: 'z', operator: '!=', values: ['a'] }], 'x=abc,y=jkl,z!=a,z'], // not as there, where it would be y==jkl
    [[{ key: 'x', operator: '>', values: ['2'] }, { key: 'y', operator: '<', values: ['8'] }, { key: 'z', operator: 'exists' }], 'x>2,y<8,z'],
  ] as readonly (readonly [readonly LabelRequirementInput[], string])[])('TestToString: %j is %j', (requirements, text) => {
    expect(labelSelectorOf(requirements).toString()).toBe(text);
  }); // prettier-ignore

  it.each([
    [{}, true],
    [{ foo: 'bar' }, true],
    [{ foo: 'bar', baz: 'blah' }, true],
    [{ foo: 'blah' }, false],
    [{ foo: 'bar', other: 'x' }, false],
  ] as readonly (readonly [Labels, boolean])[])('TestSetMatches: %j selects what carries all of it: %j', (labels, expected) => {
    expect(labelSelectorOf(labels).matches({ foo: 'bar', baz: 'blah' })).toBe(expected);
  });

  it('Q1: what says the same has the same requirements: == is =, and what is given twice counts once', () => {
    const one = labelSelectorOf([{ key: 'a', operator: '=', values: ['b'] }]);
    const others: readonly (readonly LabelRequirementInput[])[] = [
      [{ key: 'a', operator: '==', values: ['b'] }],
      [
        { key: 'a', operator: '==', values: ['b'] },
        { key: 'a', operator: '=', values: ['b'] },
      ],
    ];
    for (const other of others) expect(labelSelectorOf(other).requirements).toEqual(one.requirements);
    const twice = (values: readonly string[]): LabelRequirementInput => ({ key: 'x', operator: 'in', values });
    expect(labelSelectorOf([twice(['d', 'c']), { key: 'y', operator: 'exists' }, twice(['c', 'd', 'c'])]).toString()).toBe(
      'x in (c,d),y',
    );
  });

  it('takes what it is given as it is at that moment', () => {
    const values = ['b', 'a'];
    const selector = labelSelectorOf([{ key: 'x', operator: 'in', values }]);
    values.push('c');
    expect([selector.matches({ x: 'c' }), selector.toString()]).toEqual([false, 'x in (a,b)']);
  });
});

describe('labelSelectorFromApi', () => {
  it('TestLabelSelectorAsSelector: none selects nothing, an empty one everything', () => {
    for (const absent of [null, undefined]) expect(labelSelectorFromApi(absent)).toBe(nothing);
    for (const empty of [{}, { matchLabels: {} }, { matchExpressions: [] }, { matchLabels: null, matchExpressions: undefined }]) {
      expect(labelSelectorFromApi(empty).requirements).toEqual([]);
      expect(labelSelectorFromApi(empty).matches(undefined)).toBe(true);
    }
  });

  it.each([
    [{ matchLabels: { foo: 'bar' } }, 'foo=bar'],
    [{ matchExpressions: [{ key: 'baz', operator: 'In', values: ['qux', 'norf'] }] }, 'baz in (norf,qux)'],
    [{ matchLabels: { foo: 'bar' }, matchExpressions: [{ key: 'baz', operator: 'NotIn', values: ['norf'] }] }, 'baz notin (norf),foo=bar'],
    [{ matchExpressions: [{ key: 'a', operator: 'Exists' }, { key: 'b', operator: 'DoesNotExist', values: null }] }, 'a,!b'],
  ] as readonly (readonly [ApiLabelSelector, string])[])('TestLabelSelectorAsSelector: %j is %j', (selector, text) => {
    expect(labelSelectorFromApi(selector).toString()).toBe(text);
  }); // prettier-ignore

  it.each([
    [{ matchExpressions: [{ key: 'baz', operator: 'In', values: [] }] }, 'matchExpressions[0].values'],
    [{ matchExpressions: [{ key: 'baz', operator: 'In', values: null }] }, 'matchExpressions[0].values'],
    [{ matchExpressions: [{ key: 'baz', operator: 'Exists', values: ['a'] }] }, 'matchExpressions[0].values'],
    [
      {
        matchExpressions: [
          { key: 'a', operator: 'Exists' },
          { key: 'b', operator: 'in', values: ['x'] },
        ],
      },
      'matchExpressions[1].operator',
    ],
    [{ matchExpressions: [{ key: 'b', operator: 'constructor' }] }, 'matchExpressions[0].operator'],
    [{ matchExpressions: [{ operator: 'Exists' }] }, 'matchExpressions[0].key'],
    [{ matchExpressions: [5] }, 'matchExpressions[0]'],
    [{ matchExpressions: {} }, 'matchExpressions'],
    [{ matchLabels: { a: 5 } }, 'matchLabels.a.values[0]'],
    [{ matchLabels: { 'a b': '' } }, 'matchLabels.a b.key'],
    [{ matchLabels: new Map([['a', 'b']]) }, 'matchLabels'],
    [{ matchLabel: { a: 'b' } }, 'matchLabel'], // left out, it would select everything
    [[], 'selector'],
    ['a=b', 'selector'],
  ])('refuses %j at %j', (selector, field) => {
    expect(faultIn(() => labelSelectorFromApi(selector as unknown as ApiLabelSelector)).field).toBe(field);
  });
});
