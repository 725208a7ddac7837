/** docs/SPEC.md and the tests hold each other to account. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as cache from '../../src/cache.js';
import * as controller from '../../src/controller.js';
import * as heliostat from '../../src/index.js';
import { HeliostatError } from '../../src/index.js';
import * as machines from '../../machines/index.js';

const root = resolve(import.meta.dirname, '../..');
const spec = readFileSync(join(root, 'docs/SPEC.md'), 'utf8');

interface Line {
  readonly id: string;
  readonly enforcement: string;
}

const lines: readonly Line[] = [...spec.matchAll(/^\| ((?:RL|SL|PO|EL|EC|EK|EH|[DRSCIHXFWNKQEV])\d+) \|.*\| ([^|]+) \|$/gm)].map(
  ([, id = '', enforcement = '']) => ({ id, enforcement }),
);

/** The ids in a title, ranges such as I1-I11 written out. */
function idsIn(title: string): readonly string[] {
  return [...title.matchAll(/\b(RL|SL|PO|EL|EC|EK|EH|[DRSCIHXFWNKQEV])(\d+)(?:-\1(\d+))?\b/g)].flatMap(
    ([, letter = '', first = '0', last = first]) =>
      Array.from({ length: Number(last) - Number(first) + 1 }, (_, offset) => `${letter}${Number(first) + offset}`),
  );
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What follows `it(`, `describe(` or the table of an `each`, or opens a row of one; and what follows `spec: `. */
const titlePattern = /(?:\b(?:it|describe)\(\s*|\)\(\s*|\[\s*|\bspec: )(['"`])([^\n]*?)\1/g;

/** Titles of tests, and the spec fields of the conformance suite, which become titles. */
const titles: readonly string[] = [...filesIn('test'), ...filesIn('src/testing/conformance')]
  .filter((file) => !file.endsWith('spec.test.ts'))
  .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(titlePattern)].map(([, , title = '']) => title));
const claimed = new Set(titles.flatMap(idsIn));
const known = new Set(lines.map(({ id }) => id));

/** What needs no test that names it, because the line says why. */
const needsNoTest = /^(?:construction|held by|not here|next|type|`test\/house)/;

/** What a class is constructed with that does not take a message and details. */
const argumentsOf: Readonly<Record<string, readonly unknown[]>> = {
  AbortEventError: [new Error('x')],
  FatalError: [new Error('x')],
  TransactionError: ['x', { outcome: 'refused' }],
  EventFailedError: [[new Error('x'), new Error('y')], []],
  SelectorSyntaxError: [{ field: 'labelSelector', expression: 'x', position: 0, found: 'x', expected: 'y' }],
};

describe('docs/SPEC.md', () => {
  it('has every property that client-side caches are held to', () => {
    const clients = ['D1-D14', 'R1-R21', 'RL1-RL5', 'S1-S14', 'SL1-SL2', 'C1-C14', 'I1-I12', 'H1-H49', 'F1-F15', 'K1-K50'];
    const loops = ['E1-E20', 'EL1-EL3', 'EC1-EC33', 'EK1-EK15', 'V1-V22', 'EH1-EH60'];
    const wanted = [...clients, ...loops].flatMap(idsIn);
    expect(wanted.filter((id) => !known.has(id))).toEqual([]);
    const ours = [...known].filter((id) => !wanted.includes(id));
    expect(ours.filter((id) => !/^(?:X|W|N|Q|PO)\d+$/.test(id))).toEqual([]); // of what nobody else has
    expect(lines.length).toBe(known.size);
  });

  it('says of every line how it is enforced, in its own words', () => {
    const words =
      /type|construction|held by|table|property|model|exploration|simulation|history|scenario|conformance|next|not here|checked with every call|`test\/house/;
    expect(lines.filter(({ enforcement }) => !words.test(enforcement))).toEqual([]);
  });

  it('claims no test that is not there', () => {
    const unclaimed = lines.filter(({ id, enforcement }) => !needsNoTest.test(enforcement) && !claimed.has(id));
    expect(unclaimed.map(({ id, enforcement }) => `${id}: ${enforcement}`)).toEqual([]);
  });

  it('refers to lines that are there', () => {
    const named = lines.flatMap(({ enforcement }) => (enforcement.startsWith('held by') ? idsIn(enforcement) : []));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it('knows every id that a test or a chart names', () => {
    const inCharts = Object.values(machines)
      .filter((machine) => typeof machine === 'object' && 'root' in machine)
      .flatMap((machine) => specsOf(machine.root));
    expect(inCharts.length).toBeGreaterThan(10);
    expect([...claimed, ...inCharts].filter((id) => !known.has(id))).toEqual([]);
  });

  it('lists every error with its code, its class and whether to try again', () => {
    const rows = new Map(
      [...spec.matchAll(/^\| `([a-z-]+)` \| (\w+) \|.*\| (no|yes)[^|]*\|$/gm)].map(([, code, name, retry]) => [
        name,
        { code, retry },
      ]),
    );
    const exported: readonly (readonly [string, unknown])[] = Object.entries({ ...heliostat, ...cache, ...controller });
    for (const [name, Class] of exported) {
      if (typeof Class !== 'function' || !(Class.prototype instanceof HeliostatError)) continue;
      const error: HeliostatError = Reflect.construct(Class, argumentsOf[name] ?? ['x', { rawKey: 'x' }]);
      expect(rows.get(name), name).toEqual({ code: error.code, retry: error.retryable ? 'yes' : 'no' });
      rows.delete(name);
    }
    expect([...rows.keys()]).toEqual([]);
  });
});

interface Node {
  readonly meta?: { readonly spec?: readonly string[] };
  readonly states: Readonly<Record<string, Node>>;
}

function specsOf(node: Node): readonly string[] {
  return [...(node.meta?.spec ?? []), ...Object.values(node.states).flatMap(specsOf)];
}
