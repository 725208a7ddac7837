/** Label selectors as text: what Kubernetes' own tests ask of them (apimachinery, labels), and how mistakes are told. */
import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from '../../../src/cache/selectors/label-parser.js';
import { everything, nothing } from '../../../src/cache/selectors/label-selector.js';
import type { LabelOperator } from '../../../src/cache/selectors/requirement.js';
import { SelectorSyntaxError } from '../../../src/cache/selectors/syntax-error.js';
import { isHeliostatError, ValidationError } from '../../../src/model/errors.js';

function errorOf(text: string): SelectorSyntaxError {
  try {
    parseLabelSelector(text);
  } catch (error) {
    if (error instanceof SelectorSyntaxError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was read`);
}

const told = (text: string): readonly string[] =>
  parseLabelSelector(text).requirements.map(({ key, operator, values }) => `${key} ${operator} [${values.join('|')}]`);

describe('parseLabelSelector', () => {
  it.each(['x=a,y=b,z=c', '', 'x!=a,y=b', 'x=', 'x= ', 'x=,z= ', 'x= ,z= ', '!x', 'x>1', 'x>1,z<5'])(
    'TestSelectorParse: reads %j and prints it without its spaces',
    (text) => {
      expect(parseLabelSelector(text).toString()).toBe(text.replaceAll(' ', ''));
    },
  );

  it.each(['x=a||y=b', 'x==a==b', '!x=a', 'x<a'])('TestSelectorParse: refuses %j', (text) => {
    expect(errorOf(text).expression).toBe(text);
  });

  it('TestDeterministicParse: says the same of the same requirements in another order', () => {
    expect(parseLabelSelector('x=a,a=x').requirements).toEqual(parseLabelSelector('a=x,x=a').requirements);
    expect(parseLabelSelector('x=a,a=x').toString()).toBe('a=x,x=a');
  });

  it.each(['a=b', 'a==b', 'a=b,a=b', 'a == b, a = b'])('Q1: %j has the one text that all have who say the same', (text) => {
    expect(parseLabelSelector(text).toString()).toBe('a=b');
  });

  it.each([
    ['', { x: 'y' }, true],
    ['x=y', { x: 'y' }, true],
    ['x=y,z=w', { x: 'y', z: 'w' }, true],
    ['x!=y,z!=w', { x: 'z', z: 'a' }, true],
    ['notin=in', { notin: 'in' }, true],
    ['x', { x: 'z' }, true],
    ['!x', { y: 'z' }, true],
    ['x>1', { x: '2' }, true],
    ['x<1', { x: '0' }, true],
    ['x=z', {}, false],
    ['x=y', { x: 'z' }, false],
    ['x=y,z=w', { x: 'w', z: 'w' }, false],
    ['x!=y,z!=w', { x: 'z', z: 'w' }, false],
    ['x', { y: 'z' }, false],
    ['!x', { x: 'z' }, false],
    ['x>1', { x: '0' }, false],
    ['x<1', { x: '2' }, false],
    ['foo=bar', { foo: 'bar', baz: 'blah' }, true],
    ['foo=bar,baz=blah', { foo: 'bar', baz: 'blah' }, true],
    ['foo=blah', { foo: 'bar', baz: 'blah' }, false],
    ['foo=bar,foobar=bar,baz=blah', { foo: 'bar', baz: 'blah' }, false],
    // beyond the original's table: the edges of each operator
    ['x>1', { x: '1' }, false],
    ['x<1', { x: '1' }, false],
    ['x>1', {}, false],
    ['x<1', { x: '-9223372036854775808' }, true],
    ['x<1', { x: '-9223372036854775809' }, false],
    ['x>9223372036854775806', { x: '9223372036854775807' }, true],
    ['x>1', { x: '9223372036854775808' }, false],
    ['x>9007199254740992', { x: '9007199254740993' }, true],
    ['x>1', { x: '002' }, true],
    ['x>1', { x: '0x2' }, false],
    ['x>1', { x: '2.5' }, false],
    ['x>1', { x: '' }, false],
    ['x!=y', {}, true],
    ['x notin (y)', {}, true],
    ['x in ()', {}, false],
    ['x in ()', { x: '' }, true],
    ['x=', { x: '' }, true],
    ['x=', {}, false],
    ['x!=', {}, true],
    ['x!=', { x: '' }, false],
    ['constructor', {}, false],
    ['!constructor', {}, true],
    ['constructor=x', { constructor: 'x' }, true],
  ] as readonly (readonly [string, Readonly<Record<string, string>>, boolean])[])(
    'TestSelectorMatches: %j for %j is %j',
    (text, labels, expected) => {
      expect(parseLabelSelector(text).matches(labels)).toBe(expected);
    },
  );

  it.each([
    ['\rx', ['x exists []']],
    ['this-is-a-dns.domain.com/key-with-dash', ['this-is-a-dns.domain.com/key-with-dash exists []']],
    ['this-is-another-dns.domain.com/key-with-dash in (so,what)', ['this-is-another-dns.domain.com/key-with-dash in [so|what]']],
    ['0.1.2.domain/99 notin (10.10.100.1, tick.tack.clock)', ['0.1.2.domain/99 notin [10.10.100.1|tick.tack.clock]']],
    ['foo  in\t (abc)', ['foo in [abc]']],
    ['x notin\n (abc)', ['x notin [abc]']],
    ['x  notin\t\t\t(abc,def)', ['x notin [abc|def]']],
    ['x in (abc,)', ['x in [|abc]']],
    ['x in ()', ['x in []']],
    ['x notin ( )', ['x notin []']],
    ['x notin (, a)', ['x notin [|a]']],
    ['x in (foo,,baz),y,z notin ()', ['x in [|baz|foo]', 'y exists []', 'z notin []']],
    ['x notin (abc,def),bar,z in (),w', ['bar exists []', 'w exists []', 'x notin [abc|def]', 'z in []']],
    ['x,y in (a)', ['x exists []', 'y in [a]']],
    ['x=a,y!=b,z in (h,i,j)', ['x = [a]', 'y != [b]', 'z in [h|i|j]']],
    ['a ', ['a exists []']],
    ['a in (x,y,notin, z,in)', ['a in [in|notin|x|y|z]']],
    ['in in (in)', ['in in [in]']],
    ['x in (b,a,b)', ['x in [a|b]']],
    ['in', ['in exists []']],
    ['!notin', ['notin !exists []']],
    // where the original contradicts its own grammar: the empty value stands between any two commas, also before the bracket
    ['x in (a,,)', ['x in [|a]']],
    ['x in (,,)', ['x in []']],
  ])('TestSetSelectorParser: reads %j', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  const operators = 'one of = == != in notin > <, or "," or the end';
  const key = 'a label key or "!"';
  it.each([
    ['x=a||y=b', 2, 'a||y', 'a label value'],
    ['x,,y', 2, ',', key],
    [',x,y', 0, ',', key],
    ['x,', 2, '', key],
    ['x nott in (y)', 2, 'nott', operators],
    ['a in (xyz),', 11, '', key],
    ['a in (xyz)b', 10, 'b', '"," or the end'],
    ['a in (xyz abc)', 10, 'abc', '"," or ")"'],
    ['a in (xyz', 9, '', '"," or ")"'],
    ['a notin(', 8, '', '"," or ")"'],
    ['a in xyz', 5, 'xyz', '"(" after in'],
    ['a in', 4, '', '"(" after in'],
    ['a (', 2, '(', operators],
    ['(', 0, '(', key],
    ['x==a==b', 4, '==', '"," or the end'],
    ['x===b', 3, '=', 'a label value after =='],
    ['x=(a)', 2, '(', 'a label value after ='],
    ['x=!a', 2, '!', 'a label value after ='],
    ['x=)', 2, ')', 'a label value after ='],
    ['x>=1', 2, '=', 'a label value after >'],
    ['!x=a', 2, '=', '"," or the end'],
    ['!!x', 1, '!', 'a label key after "!"'],
    ['!', 1, '', 'a label key after "!"'],
    ['x!y', 1, '!', operators],
    ['x<a', 2, 'a', 'a whole number of 64 bits for <'],
    ['x>', 2, '', 'a whole number of 64 bits for >'],
    ['x>9223372036854775808', 2, '9223372036854775808', 'a whole number of 64 bits for >'],
    ['-x', 0, '-x', 'a label key'],
    ['a,b/c/d', 2, 'b/c/d', 'at most one "/"'],
    ['/x', 0, '/x', 'a domain such as "example.com"'],
    ['Up.example/x', 0, 'Up.example/x', 'lower case letters'],
    ['x/', 0, 'x/', 'a label key'],
    ['__proto__', 0, '__proto__', 'a label key'],
    ['x\u0000y', 0, 'x\u0000y', 'a label key'],
    ['x=\ud800', 2, '\ud800', 'a label value'],
  ])('TestSetSelectorParser: refuses %j at %i', (text, position, found, expected) => {
    const error = errorOf(text);
    expect(error.position).toBe(position);
    expect(error.message).toContain(`at character ${position + 1} of `);
    expect(error.message).toContain(`found ${found === '' ? 'the end' : JSON.stringify(found.slice(0, 5)).slice(0, -1)}`);
    expect(error.message).toContain(expected);
  });

  it('tells a mistake as an error that can be tested, in a message of a few lines however long the text is', () => {
    const error = errorOf(`${'x,'.repeat(5_000)}=${'y'.repeat(5_000)}`);
    expect(isHeliostatError(error, 'selector-syntax')).toBe(true);
    expect(error).toMatchObject({ retryable: false, field: 'labelSelector', position: 10_000 });
    expect(error.message.length).toBeLessThan(400);
    expect(errorOf('app==web==').message).toBe(
      'This is no label selector: at character 9 of "app==web==", found "==", expected "," or the end.',
    );
  });

  it.each([
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    [`${'a'.repeat(253)}/x`, true],
    [`${'a'.repeat(254)}/x`, false],
    ['x_y.z-1', true],
    ['x-', false],
    ['a..b/x', false],
  ])('TestRequirementConstructor: a key of the length and letters of %j is legal: %j', (text, isLegal) => {
    if (isLegal) expect(told(text)).toEqual([`${text} exists []`]);
    else expect(errorOf(text).position).toBe(0);
  });

  it('TestRequirementConstructor: a value has 63 characters at most', () => {
    expect(told(`x=${'a'.repeat(63)}`)).toHaveLength(1);
    expect(errorOf(`x=${'a'.repeat(64)}`).message).toContain('at most 63 characters, not 64');
  });

  it('TestEverything: what has no requirement selects everything, nothing selects nothing, and both say so as text', () => {
    for (const labels of [undefined, null, {}, { nothing: 'x' }]) {
      expect(everything.matches(labels)).toBe(true);
      expect(parseLabelSelector('').matches(labels)).toBe(true);
      expect(nothing.matches(labels)).toBe(false);
      expect(parseLabelSelector(nothing.toString()).matches(labels)).toBe(false);
    }
    expect(parseLabelSelector(nothing.toString()).requirements).toEqual(nothing.requirements);
    expect([everything.toString(), nothing.toString()]).toEqual(['', 'nothing,!nothing']);
  });

  it('is frozen, and refuses what is no text', () => {
    const { requirements } = parseLabelSelector('x in (b,a)');
    expect([Object.isFrozen(requirements), Object.isFrozen(requirements[0]), Object.isFrozen(requirements[0]?.values)]).toEqual([true, true, true]); // prettier-ignore
    expect(Object.isFrozen(everything)).toBe(true);
    expect(() => parseLabelSelector(null as unknown as string)).toThrow(ValidationError);
    const operator: LabelOperator | undefined = requirements[0]?.operator;
    expect(operator).toBe('in');
  });
});
