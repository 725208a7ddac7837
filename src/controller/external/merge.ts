/** Merges one value over another: what every strategy but `replace` and a function of one's own does. */
import { ValidationError } from '../../model/errors.js';
import { defaultValueLimits } from '../../store/plain-data.js';

/** How the items of a list are told apart. */
export interface ItemIdentity {
  /** Each item is a record that has this, a string or a number. */
  readonly field: string;
  /** Whether a list whose items cannot be told apart by it is an error. Otherwise such a list is replaced. */
  readonly isRequired: boolean;
}

/** Says how the items of the list at `path` are told apart; undefined: the list is replaced. */
export type ListRules = (path: string) => ItemIdentity | undefined;

type PlainRecord = Readonly<Record<string, unknown>>;

/** Where a merge is: records and items on the way there, as `/spec/ports/*`. */
interface Place {
  readonly path: string;
  readonly depth: number;
}

/**
 * Merges `external` over `wanted`, both of them frozen plain data. Records are merged member by member, lists as `lists` says, and
 * anything else is replaced. A member that is `null` is a value like others; one that is `undefined` is absent.
 *
 * @returns frozen plain data. Parts that nothing changes stay the same objects: `wanted` itself, when nothing does.
 * @throws ValidationError when items cannot be told apart and must be, or the values are nested too deeply.
 */
export function mergeOver(wanted: unknown, external: unknown, lists: ListRules): unknown {
  return merge(wanted, external, lists, { path: '', depth: 0 });
}

function merge(wanted: unknown, external: unknown, lists: ListRules, place: Place): unknown {
  if (wanted === external) return wanted;
  if (place.depth > defaultValueLimits.depth) {
    throw new ValidationError(`The values cannot be merged: they are nested deeper than ${defaultValueLimits.depth} levels.`, {
      field: place.path,
    });
  }
  if (isRecord(wanted) && isRecord(external)) return mergeRecords(wanted, external, lists, place);
  if (!Array.isArray(wanted) || !Array.isArray(external)) return external;
  const identity = lists(place.path);
  return identity === undefined ? external : mergeItems(wanted, external, identity, lists, place);
}

function mergeRecords(wanted: PlainRecord, external: PlainRecord, lists: ListRules, { path, depth }: Place): unknown {
  let merged: Record<string, unknown> | undefined;
  for (const name of Object.keys(external)) {
    const theirs = external[name];
    if (theirs === undefined) continue;
    const ours = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    const place = { path: `${path}/${escaped(name)}`, depth: depth + 1 };
    const value = ours === undefined ? theirs : merge(ours, theirs, lists, place);
    if (value === ours) continue;
    merged ??= { ...wanted };
    // Assigning to `__proto__` would change the prototype; defining makes it a member like any other.
    Object.defineProperty(merged, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return merged === undefined ? wanted : Object.freeze(merged);
}

/** The items of `wanted` in their order, merged with those of `external` that are the same, and then the others of `external`. */
function mergeItems(
  wanted: readonly unknown[],
  external: readonly unknown[],
  identity: ItemIdentity,
  lists: ListRules,
  { path, depth }: Place,
): unknown {
  const ours = itemsById(wanted, identity, path);
  const theirs = itemsById(external, identity, path);
  if (ours === undefined || theirs === undefined) return external;
  let isChanged = false;
  const merged: unknown[] = [];
  for (const [id, item] of ours) {
    const other = theirs.get(id);
    const result = other === undefined ? item : merge(item, other, lists, { path: `${path}/*`, depth: depth + 1 });
    isChanged ||= result !== item;
    merged.push(result);
  }
  for (const [id, item] of theirs) if (!ours.has(id)) merged.push(item);
  return isChanged || merged.length > wanted.length ? Object.freeze(merged) : wanted;
}

/** The items by what tells them apart, in their order; undefined when it does not, and need not. */
function itemsById(items: readonly unknown[], identity: ItemIdentity, path: string): ReadonlyMap<unknown, PlainRecord> | undefined {
  const { field, isRequired } = identity;
  const byId = new Map<unknown, PlainRecord>();
  for (const [index, item] of items.entries()) {
    const id = isRecord(item) && Object.hasOwn(item, field) ? item[field] : undefined;
    const isId = typeof id === 'string' || typeof id === 'number';
    if (isRecord(item) && isId && !byId.has(id)) byId.set(id, item);
    else if (!isRequired) return undefined;
    else throw indistinct(`${path}/${index}`, field, isId ? `is the second one with ${JSON.stringify(id)}` : 'has none');
  }
  return byId;
}

function indistinct(path: string, field: string, reason: string): ValidationError {
  return new ValidationError(
    `The list cannot be merged: its items are told apart by ${JSON.stringify(field)}, a string or a number, and ${path} ${reason}.`,
    { field: path },
  );
}

function isRecord(value: unknown): value is PlainRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As JSON Pointer has it, so that a name with a slash is not two names. */
function escaped(name: string): string {
  return /[~/]/.test(name) ? name.replaceAll('~', '~0').replaceAll('/', '~1') : name;
}
