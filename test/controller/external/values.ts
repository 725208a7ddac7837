/** Plain data as properties draw it, and a merge by tables: every place of a value is a row, and the rows of one replace those of another. */
import fc from 'fast-check';

/** Names that collide, hostile ones among them. */
const anyName: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'id', '__proto__', 'constructor', 'toString', 'x/y', '');

const anyLeaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('s', 't', true, false, null));

/** Plain data in which lists are sometimes of records with an `id`, all different. Frozen, as the controller has it. */
export const anyValue: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown; record: object; list: unknown[]; keyed: unknown[] }>((tie) => ({
    value: fc.oneof({ maxDepth: 4, depthSize: 'small' }, anyLeaf, tie('record'), tie('list'), tie('keyed')),
    record: fc.dictionary(anyName, tie('value'), { maxKeys: 4, noNullPrototype: true }).map(own),
    list: fc.array(tie('value'), { maxLength: 3 }),
    keyed: fc
      .uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r', 1), tie('record')), { maxLength: 4, selector: ([id]) => id })
      .map(withIds),
  }))
  .value.map(frozen);

function withIds(items: readonly (readonly [unknown, object])[]): unknown[] {
  return items.map(([id, item]) => own({ ...item, id }));
}

/** The same members, none of them a prototype by accident. */
function own(record: object): object {
  const copy = {};
  for (const [name, value] of Object.entries(record))
    Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) frozen(item);
    Object.freeze(value);
  }
  return value;
}

/** Whether nothing of it can be changed. */
export function isFrozen(value: unknown): boolean {
  return typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isFrozen));
}

type Row = { readonly kind: 'record' | 'items' } | { readonly kind: 'leaf'; readonly leaf: unknown };
type Table = Map<string, Row>;

/** Rows by path. A path is the JSON of its steps: ["m", name] for a member, ["i", id] for an item. */
function tableOf(value: unknown, id: string | undefined, path: readonly unknown[] = [], table: Table = new Map()): Table {
  const place = JSON.stringify(path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    table.set(place, { kind: 'record' });
    for (const [name, item] of Object.entries(value)) tableOf(item, id, [...path, ['m', name]], table);
  } else if (Array.isArray(value) && id !== undefined && areTold(value, id)) {
    table.set(place, { kind: 'items' });
    for (const item of value as readonly object[]) tableOf(item, id, [...path, ['i', memberOf(item, id)]], table);
  } else table.set(place, { kind: 'leaf', leaf: value });
  return table;
}

function areTold(items: readonly unknown[], id: string): boolean {
  const ids = items.map((item) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? memberOf(item, id) : undefined,
  );
  return ids.every((one) => typeof one === 'string' || typeof one === 'number') && new Set(ids).size === ids.length;
}

function memberOf(item: object, name: string): unknown {
  return Object.entries(item).find(([other]) => other === name)?.[1];
}

function valueAt(table: Table, path: readonly unknown[]): unknown {
  const row = table.get(JSON.stringify(path));
  if (row === undefined || row.kind === 'leaf') return row?.leaf;
  const below = [...table.keys()]
    .map((place) => JSON.parse(place) as [string, unknown][])
    .filter((other) => other.length === path.length + 1 && JSON.stringify(other.slice(0, -1)) === JSON.stringify(path));
  if (row.kind === 'items') return below.map((place) => valueAt(table, place));
  return own(Object.fromEntries(below.map((place) => [String(place.at(-1)?.[1]), valueAt(table, place)])));
}

/** What `external` merged over `wanted` must be: the rows of `external` replace what is in their place, and all below it. */
export function mergedByTables(wanted: unknown, external: unknown, id?: string): unknown {
  const table = tableOf(wanted, id);
  for (const [place, row] of tableOf(external, id)) {
    if (row.kind !== 'leaf' && table.get(place)?.kind === row.kind) continue;
    const path = JSON.parse(place) as unknown[];
    for (const other of table.keys()) {
      const steps = JSON.parse(other) as unknown[];
      if (steps.length > path.length && JSON.stringify(steps.slice(0, path.length)) === place) table.delete(other);
    }
    table.set(place, row);
  }
  return valueAt(table, []);
}
