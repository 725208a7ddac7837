/** What a reflector lets into its store: objects of one type (client-go, the expectedType of a Reflector). */
import { ValidationError } from '../../model/errors.js';

/** The type as objects write it down, as far as it is given. */
export interface TypeMeta {
  readonly kind?: string | undefined;
  readonly apiVersion?: string | undefined;
}

/** Says which objects are of a type: by what they write down, or as a predicate. */
export type ExpectedType = TypeMeta | ((object: unknown) => boolean);

/** Says why an object is not let in; undefined when it is. */
export type TypeCheck = (object: unknown) => ValidationError | undefined;

/**
 * Compiles an expected type. Whatever it is, `null`, `undefined` and tables are no objects.
 *
 * @throws ValidationError when `expected` is neither a predicate nor an object with `kind` or `apiVersion`.
 */
export function typeCheckOf(expected: ExpectedType | undefined): TypeCheck {
  const check =
    expected === undefined ? () => undefined : typeof expected === 'function' ? byPredicate(expected) : byMeta(expected);
  return (object) => {
    if (object === undefined || object === null) return refuse(`is ${object}, which means "no object"`);
    if (isTable(object)) return refuse('is a Table, which shows objects and is none; ask the server for JSON and not for a table');
    return check(object);
  };
}

function byPredicate(isExpected: (object: unknown) => boolean): TypeCheck {
  return (object) => {
    try {
      return isExpected(object) ? undefined : refuse('is not of the expected type, says the predicate');
    } catch (error) {
      return refuse('made the predicate throw', error);
    }
  };
}

function byMeta(expected: TypeMeta): TypeCheck {
  const wanted = (['kind', 'apiVersion'] as const).filter((name) => expected[name] !== undefined);
  if (wanted.length === 0 || wanted.some((name) => typeof expected[name] !== 'string')) {
    throw new ValidationError('An expected type is a predicate, or has a kind, an apiVersion, or both, as strings.', {
      field: 'expectedType',
    });
  }
  return (object) => {
    const wrong = wanted.find((name) => memberOf(object, name) !== expected[name]);
    if (wrong === undefined) return undefined;
    return refuse(`has ${wrong} ${JSON.stringify(memberOf(object, wrong))} where ${JSON.stringify(expected[wrong])} is expected`);
  };
}

/** Servers answer with tables when they are asked for something to print. */
function isTable(object: unknown): boolean {
  if (memberOf(object, 'kind') !== 'Table') return false;
  const apiVersion = memberOf(object, 'apiVersion');
  return apiVersion === 'meta.k8s.io/v1' || apiVersion === 'meta.k8s.io/v1beta1';
}

function memberOf(object: unknown, name: string): unknown {
  return typeof object === 'object' && object !== null && Object.hasOwn(object, name)
    ? (object as Readonly<Record<string, unknown>>)[name] // it has this property of its own
    : undefined;
}

function refuse(reason: string, cause?: unknown): ValidationError {
  return new ValidationError(`An object is not let in: it ${reason}.`, { field: 'expectedType', cause });
}
