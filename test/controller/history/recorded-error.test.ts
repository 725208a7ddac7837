/** Whatever can be thrown, as a record keeps it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventFailedError, FatalError } from '../../../src/controller/errors.js';
import { recordedErrorOf } from '../../../src/controller/history/recorded-error.js';
import { ValidationError } from '../../../src/model/errors.js';

describe('recorded errors', () => {
  it('EH32: keep name, message, code, key and cause', () => {
    const root = Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    const error = new ValidationError('no good', { key: '/a', field: 'port', cause: new FatalError(root) });
    expect(recordedErrorOf(error)).toEqual({
      name: 'ValidationError',
      message: 'no good',
      code: 'invalid',
      key: '/a',
      cause: {
        name: 'FatalError',
        message: 'connect refused',
        code: 'fatal',
        cause: { name: 'Error', message: 'connect refused', code: 'ECONNREFUSED' },
      },
    });
  });

  it('EH32, E14: keep all of several errors, and the first not twice', () => {
    const [first, second] = [new Error('one'), new RangeError('two')];
    expect(recordedErrorOf(new EventFailedError([first, second], [second]))).toEqual({
      name: 'EventFailedError',
      message: '2 errors, 1 of them while it was being reverted: one; two',
      code: 'event-failed',
      errors: [
        { name: 'Error', message: 'one' },
        { name: 'RangeError', message: 'two' },
      ],
    });
    expect(recordedErrorOf(new AggregateError([first, 'text'], 'all failed', { cause: second }))).toEqual({
      name: 'AggregateError',
      message: 'all failed',
      cause: { name: 'RangeError', message: 'two' },
      errors: [
        { name: 'Error', message: 'one' },
        { name: 'string', message: 'text' },
      ],
    });
  });

  it('E16: what is no error is told by its type', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const thrown = ['text', 7, 7n, undefined, null, Symbol('s'), { a: 1 }, { message: 'of an object' }, circle, () => {}];
    expect(thrown.map((one) => recordedErrorOf(one))).toEqual([
      { name: 'string', message: 'text' },
      { name: 'number', message: '7' },
      { name: 'bigint', message: '7' },
      { name: 'undefined', message: 'undefined' },
      { name: 'null', message: 'null' },
      { name: 'symbol', message: 'Symbol(s)' },
      { name: 'object', message: '{"a":1}' },
      { name: 'object', message: 'of an object' },
      { name: 'object', message: 'cannot be shown' },
      { name: 'function', message: 'cannot be shown' },
    ]);
  });

  it('EH32: circles end, and what is too deep, too much or too long is told to be left out', () => {
    const circle = new Error('outer', { cause: new Error('inner') });
    (circle.cause as Error).cause = circle;
    expect(recordedErrorOf(circle)).toEqual({
      name: 'Error',
      message: 'outer',
      cause: { name: 'Error', message: 'inner', cause: { name: 'Error', message: 'outer (the same error as above)' } },
    });
    let deep = new Error('root');
    for (let level = 0; level < 10_000; level++) deep = new Error('above', { cause: deep });
    const levels: string[] = [];
    for (let error: ReturnType<typeof recordedErrorOf> | undefined = recordedErrorOf(deep); error; error = error.cause)
      levels.push(error.message);
    expect(levels).toHaveLength(17);
    expect(levels.at(-1)).toBe('causes nested deeper than 16 levels are left out');
    const many = recordedErrorOf(new AggregateError(Array.from({ length: 1000 }, () => new Error('x'))));
    expect(many.errors).toHaveLength(500);
    expect(many.errors?.at(-1)).toEqual({ name: 'LeftOut', message: 'what comes after 500 errors is left out' });
    expect(recordedErrorOf(new Error('x'.repeat(10_002))).message).toBe(`${'x'.repeat(10_000)}… (2 characters more)`);
  });

  it('E16: getters and proxies that throw are survived', () => {
    const broken = new Proxy(new Error('x'), {
      get() {
        throw new Error('trap');
      },
    });
    expect(recordedErrorOf(broken)).toEqual({ name: 'object', message: 'cannot be shown' });
    const getter = Object.defineProperty(new Error('fine'), 'cause', {
      get() {
        throw new Error('no');
      },
    });
    expect(recordedErrorOf(getter)).toEqual({ name: 'Error', message: 'fine' });
  });

  it('EH32: of anything whatever there is a record, which JSON carries without a change', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        fc.boolean(),
        (thrown, isCause) => {
          const recorded = recordedErrorOf(isCause ? new Error('x', { cause: thrown }) : thrown);
          expect(JSON.parse(JSON.stringify(recorded))).toEqual(recorded);
          expect(Object.isFrozen(recorded)).toBe(true);
          expect(recorded.name).not.toBe('');
        },
      ),
      { seed: 1, numRuns: 1000 },
    );
  });
});
