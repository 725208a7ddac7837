/** Field selectors: what Kubernetes' own tests ask of them (apimachinery, fields), paths into objects, and how mistakes are told. */
import { describe, expect, it } from 'vitest';
import { parseFieldSelector } from '../../../src/cache/selectors/field-parser.js';
import { escapeFieldValue, fieldSelectorOf } from '../../../src/cache/selectors/field-selector.js';
import { SelectorSyntaxError } from '../../../src/cache/selectors/syntax-error.js';
import { isHeliostatError, ValidationError } from '../../../src/model/errors.js';

function errorOf(text: string): SelectorSyntaxError {
  try {
    parseFieldSelector(text);
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was read`);
}

const told = (text: string): readonly string[] =>
  parseFieldSelector(text).requirements.map(({ path, operator, value }) => `${path} ${operator} ${value}`);

describe('parseFieldSelector', () => {
  it.each([
    [`a=avalue`, ['a = avalue']],
    [`a=avalue,b=bvalue`, ['a = avalue', 'b = bvalue']],
    [`a=avalue,b==bvalue,c!=cvalue`, ['a = avalue', 'b = bvalue', 'c != cvalue']],
    [``, []],
    [`a=a,`, ['a = a']],
    [`,a=a`, ['a = a']],
    [`a=a,,b=b`, ['a = a', 'b = b']],
    [String.raw`k=\,,k2=v2`, ['k2 = v2', 'k = ,']],
    [String.raw`k=\\,k2=v2`, ['k2 = v2', 'k = \\']],
    [String.raw`k=\\\,,k2=v2`, ['k2 = v2', String.raw`k = \,`]],
    [`함=수,목=록`, ['목 = 록', '함 = 수']],
    [`a=`, ['a = ']],
    [`a= b c `, ['a =  b c ']],
    [`a=b!(c)<d>`, ['a = b!(c)<d>']],
  ])('TestSplitTerms: reads %j', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it.each(['x=a,y=b,z=c', '', 'x!=a,y=b', String.raw`x=a||y\=b`, String.raw`x=a\=\=b`])(
    'TestSelectorParse: reads %j and prints it',
    (text) => {
      expect(parseFieldSelector(text).toString()).toBe(text);
    },
  );

  it.each([
    ['x=a||y=b', 6, '=b', String.raw`an equals sign in it is written \=`],
    ['x==a==b', 4, '==b', 'a value'],
    ['x===b', 3, '=b', 'a value'],
    ['x=a,b', 5, '', 'one of = == !='],
    ['x in (a)', 1, ' in (a)', 'one of = == !='],
    ['x in (a,b,c)', 1, ' in (a', 'one of = == !='],
    ['x', 1, '', 'one of = == !='],
    ['x>=1', 1, '>=1', 'one of = == !='],
    ['!x', 0, '!x', 'a path such as metadata.name'],
    ['=x', 0, '=x', 'a path'],
    ['a=b,=x', 4, '=x', 'a path'],
    ['a..b=c', 0, 'a..b=c', 'a path'],
    ['.a=c', 0, '.a=c', 'a path'],
    ['a.=c', 0, 'a.=c', 'a path'],
    ['metadata.name = web', 13, ' = web', 'one of = == !='],
    ['a=b, c=d', 4, ' c=d', 'a path'],
    [String.raw`a\=b=c`, 1, String.raw`\=b=c`, 'one of = == !='],
    [String.raw`k=\a`, 2, String.raw`\a`, 'a backslash itself is'],
    ['k=\\', 2, '\\', 'a backslash itself is'],
    ['k=\\\\\\', 4, '\\', 'a backslash itself is'],
  ])('TestSelectorParse: refuses %j at %i', (text, position, found, expected) => {
    const error = errorOf(text);
    expect(error.position).toBe(position);
    expect(error.message).toContain(`found ${found === '' ? 'the end' : JSON.stringify(found)}, expected`);
    expect(error.message).toContain(expected);
    expect(isHeliostatError(error, 'selector-syntax')).toBe(true);
    expect([error.field, error.expression, error.retryable]).toEqual(['fieldSelector', text, false]);
  });

  it('TestDeterministicParse: says the same of the same requirements in another order', () => {
    expect(parseFieldSelector('x=a,a=x').requirements).toEqual(parseFieldSelector('a==x,x=a').requirements);
  });

  it.each(['a.b=c', 'a.b==c', 'a.b=c,a.b==c', ',a.b=c,,a.b=c'])(
    'Q1: %j has the one text that all have who say the same',
    (text) => {
      expect(parseFieldSelector(text).toString()).toBe('a.b=c');
    },
  );

  it.each([
    ['', true],
    ['foo=bar', true],
    ['baz=blah', true],
    ['foo=bar,baz=blah', true],
    [String.raw`foo=bar,baz=blah,complex=\=value\\\,\\`, true],
    ['foo=blah', false],
    ['baz=bar', false],
    ['foo=bar,foobar=bar,baz=blah', false],
    ['foo!=blah', true],
    ['foo!=bar', false],
    // absent is empty
    ['foobar=', true],
    ['foobar!=', false],
    ['foo!=', true],
    ['foobar!=x', true],
    // paths, and what stands at their end
    ['spec.nodeName=node-1', true],
    ['spec.nodeName=', false],
    ['spec.replicas=3', true],
    ['spec.paused=false', true],
    ['spec.ports.1.port=80', true],
    ['spec=', true],
    ['spec.nothing=', true],
    ['spec.nodeName.length=', true],
    ['foo.x.y=', true],
    // what is not the object's own
    ['constructor.name=', true],
    ['toString=', true],
    ['__proto__.mine=yes', true],
  ] as const)('TestSelectorMatches: %j: %j', (text, expected) => {
    const object: unknown = JSON.parse(String.raw`{
      "foo": "bar", "baz": "blah", "complex": "=value\\,\\", "__proto__": { "mine": "yes" },
      "spec": { "nodeName": "node-1", "replicas": 3, "paused": false, "ports": [{ "port": 8080 }, { "port": 80 }], "nothing": null }
    }`);
    expect(parseFieldSelector(text).matches(object)).toBe(expected);
  });

  it("reads what is an object's own, not what it inherits", () => {
    const heir: unknown = Object.create({ foo: 'bar', spec: { node: 'a' } });
    expect(parseFieldSelector('foo=,spec.node=').matches(heir)).toBe(true);
    expect(parseFieldSelector('foo=bar').matches(heir)).toBe(false);
  });

  it('takes anything for an object, and what it cannot find in it for empty', () => {
    for (const object of [undefined, null, 'text', 5, []]) {
      expect(parseFieldSelector('metadata.name=').matches(object)).toBe(true);
      expect(parseFieldSelector('metadata.name=web').matches(object)).toBe(false);
    }
  });

  it.each([
    ['', undefined],
    ['a=b', undefined],
    ['test=b', 'b'],
    ['test=', ''],
    ['test!=b', undefined],
    ['test!=', undefined],
    ['a=b,test==b', 'b'],
    ['test!=c,test=b', 'b'],
  ])('TestRequiresExactMatch: of %j is %j', (text, expected) => {
    expect(parseFieldSelector(text).requiresExactMatch('test')).toBe(expected);
  });

  it.each([
    ['', ''],
    ['a', 'a'],
    ['=', String.raw`\=`],
    [',', String.raw`\,`],
    ['\\', '\\\\'],
    ['\\=\\,\\', '\\\\\\=\\\\\\,\\\\'],
  ])('TestEscapeValue: %j is written %j', (value, written) => {
    expect(escapeFieldValue(value)).toBe(written);
    expect(parseFieldSelector(`k=${written}`).requirements).toEqual([{ path: 'k', operator: '=', value }]);
  });

  it('is frozen, and refuses what is no text', () => {
    const selector = parseFieldSelector('a=b');
    expect([selector, selector.requirements, selector.requirements[0]].map(Object.isFrozen)).toEqual([true, true, true]);
    expect(() => parseFieldSelector(undefined as unknown as string)).toThrow(ValidationError);
  });
});

describe('fieldSelectorOf', () => {
  it('TestSetMatches: selects what has all of these values', () => {
    const object = { foo: 'bar', baz: '=blah' };
    expect(fieldSelectorOf({}).matches(object)).toBe(true);
    expect(fieldSelectorOf({ foo: 'bar', baz: '=blah' }).matches(object)).toBe(true);
    expect(fieldSelectorOf({ foo: '=bar', baz: '=blah' }).matches(object)).toBe(false);
    expect(fieldSelectorOf({ foo: 'bar', baz: '=blah' }).toString()).toBe(String.raw`baz=\=blah,foo=bar`);
  });

  it.each([
    [{ 'a b': 'c' }, 'a b'],
    [{ '': 'c' }, ''],
    [{ 'metadata..name': 'c' }, 'metadata..name'],
    [{ a: 5 }, 'a'],
    [null, 'values'],
    [['a'], 'values'],
    [new Map([['a', 'b']]), 'values'],
  ])('refuses %j at %j', (values, field) => {
    let fault: unknown;
    try {
      fieldSelectorOf(values as unknown as Readonly<Record<string, string>>);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(ValidationError);
    expect(fault).toMatchObject({ field });
  });
});
