import { describe, expect, it } from 'vitest';
import * as heliostat from '../../src/index.js';
import { HeliostatError, isHeliostatError, ParseError, ResourceDoesNotExistError, type ErrorCode } from '../../src/index.js';

type ErrorClass = new (message: string, details?: object) => HeliostatError;
const exported: readonly (readonly [string, unknown])[] = Object.entries(heliostat);
const classes = exported.filter(
  (entry): entry is [string, ErrorClass] => typeof entry[1] === 'function' && entry[1].prototype instanceof HeliostatError,
);

describe('errors', () => {
  it('D11: each class has a code of its own, its name, its cause and what it is about', () => {
    expect(classes.length).toBe(16);
    const codes = new Set<ErrorCode>();
    for (const [name, Class] of classes) {
      const cause = new Error('the transport');
      const error = new Class('what happened', { cause, key: '/a', field: 'f', rawKey: 'raw' });
      expect(error.name).toBe(name);
      expect([error.cause, error.key, error.field]).toEqual([cause, '/a', 'f']);
      expect(typeof error.retryable).toBe('boolean');
      expect(error.stack).toContain('what happened');
      codes.add(error.code);
    }
    expect(codes.size).toBe(classes.length);
  });

  it('D11: are recognised across copies of the package, by brand and code', () => {
    const error = new ResourceDoesNotExistError('gone');
    expect(isHeliostatError(error)).toBe(true);
    expect(isHeliostatError(error, 'resource-does-not-exist')).toBe(true);
    expect(isHeliostatError(error, 'invalid')).toBe(false);
    const fromAnotherCopy = Object.assign(new Error('gone'), {
      [Symbol.for('heliostat.error')]: true,
      code: 'resource-does-not-exist',
    });
    expect(isHeliostatError(fromAnotherCopy, 'resource-does-not-exist')).toBe(true);
    for (const other of [new Error('x'), null, undefined, 'text', { code: 'invalid' }]) expect(isHeliostatError(other)).toBe(false);
  });

  it('a ParseError says where the entry stands', () => {
    const error = new ParseError('bad', {
      rawKey: 'a.yaml#2',
      path: 'a.yaml',
      line: 3,
      column: 7,
      rawValue: 'x: [',
      revision: '9',
    });
    expect(error).toMatchObject({
      rawKey: 'a.yaml#2',
      path: 'a.yaml',
      line: 3,
      column: 7,
      rawValue: 'x: [',
      revision: '9',
      key: undefined,
    });
  });
});
