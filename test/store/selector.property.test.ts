/** Selections against what they are documented to mean, told from the segments of each key. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValidationError } from '../../src/model/errors.js';
import { formatKey } from '../../src/model/key-format.js';
import type { ListOptions } from '../../src/model/list-options.js';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { compileSelector, scanSelected } from '../../src/store/selector.js';
import { transact } from '../../src/store/transact.js';

interface Held {
  readonly segments: readonly string[];
  readonly value: unknown;
}

const anySegment = fc.constantFrom('a', 'ab', 'b', 'a-b', 'a/b', 'a%', '0', '__proto__', '\uffff', 'a\uffff', '\u0001');
const anyPart = fc.option(fc.oneof(anySegment, fc.constantFrom('a', 'a', 'b', '')), { nil: undefined, freq: 3 });
const anyLabels = fc.dictionary(fc.constantFrom('app', 'tier', '__proto__'), fc.constantFrom('x', 'y'), { maxKeys: 2 });
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(1, 'text', false, {}, { metadata: null }, { metadata: 'x' }, { metadata: { labels: 'app' } }),
  anyLabels.map((labels) => ({ metadata: { labels } })),
  anyLabels.map((labels) => ({ metadata: Object.create({ labels }) as unknown })), // what is inherited is no label
);
const anyHeld: fc.Arbitrary<readonly Held[]> = fc.uniqueArray(
  fc.record({
    segments: fc.array(fc.oneof(anySegment, fc.constantFrom('a', 'b')), { minLength: 1, maxLength: 4 }),
    value: anyValue,
  }),
  { selector: ({ segments }) => formatKey(segments), size: 'max', maxLength: 40 },
);
const anyOptions = fc
  .record({
    kind: anyPart,
    namespace: anyPart,
    name: anyPart,
    prefix: fc.option(fc.boolean(), { nil: undefined }),
    labelSelector: fc.option(anyLabels, { nil: undefined, freq: 2 }),
  })
  .filter(({ prefix, kind, namespace, name }) => prefix === true || ![kind, namespace, name].includes(''));

/** The documented meaning: of one part, and of all of them. */
function isSelected({ segments, value }: Held, { kind, namespace, name, prefix, labelSelector }: ListOptions): boolean {
  const isDeep = segments.length > 2;
  const found = [segments[0], isDeep ? segments[1] : undefined, isDeep ? segments[2] : segments[1]];
  const wanted = [kind, namespace, name];
  const last = wanted.findLastIndex((part) => part !== undefined);
  return (
    wanted.every((part, place) => {
      if (part === undefined) return true;
      const mayGoOn = prefix === true && place === last;
      return mayGoOn ? found[place]?.slice(0, part.length) === part : found[place] === part;
    }) && Object.entries(labelSelector ?? {}).every(([label, text]) => labelsOf(value).get(label) === text)
  );
}

function labelsOf(value: unknown): ReadonlyMap<string, unknown> {
  const own = (of: unknown, name: string): unknown => new Map(Object.entries(Object(of) as object)).get(name);
  return new Map(Object.entries(Object(own(own(value, 'metadata'), 'labels')) as object));
}

function treeOf(held: readonly Held[]): ObjectTree<Held> {
  return transact(emptyTree<Held>(), (draft) => held.forEach((entry) => draft.set(formatKey(entry.segments), entry))).after;
}

describe('a selection', () => {
  it('H16, H33: selects what its options say, by key and by labels, in order, from any key on, until it is told to stop', () => {
    fc.assert(
      fc.property(anyHeld, anyOptions, fc.option(fc.nat(40), { nil: undefined }), fc.nat(5), (held, options, start, most) => {
        const inOrder = held.toSorted((a, b) => (formatKey(a.segments) < formatKey(b.segments) ? -1 : 1));
        const first = start === undefined ? undefined : (inOrder[start]?.segments ?? ['~']);
        const from = first === undefined ? '' : formatKey(first);
        const wanted = inOrder.filter((entry) => isSelected(entry, options) && formatKey(entry.segments) >= from);
        const selector = compileSelector(options);
        const [all, some]: [Held[], Held[]] = [[], []];
        const begin = first === undefined ? undefined : formatKey(first);
        scanSelected(treeOf(held), selector, (entry, key) => {
          expect(key).toBe(formatKey(entry.segments));
          all.push(entry);
        }, begin); // prettier-ignore
        expect(all).toEqual(wanted);
        scanSelected(treeOf(held), selector, (entry) => some.push(entry) <= most, begin);
        expect(some).toEqual(wanted.slice(0, most + 1));
        // What lies outside of the range, or before the first key, is not even looked at: lists of one kind cost what that kind costs.
        const asked: unknown[] = [];
        const tree = { scan: (range: unknown) => asked.push(range) } as unknown as ObjectTree<Held>; // nothing else is asked
        scanSelected(tree, selector, () => true, begin);
        const lower = [selector.range?.from, begin]
          .filter((key) => key !== undefined)
          .toSorted()
          .at(-1);
        expect(asked).toEqual([lower === undefined ? undefined : { from: lower, to: selector.range?.to ?? '0' }]);
      }),
      { seed: 61, numRuns: 1_500 },
    );
  });

  it('H33: says of a single key what it says of the same key in a tree, whatever lies in its range, and the range is no wider than the parts', () => {
    fc.assert(
      fc.property(anyHeld, anyOptions, (held, options) => {
        const { range, matches, matchesKey } = compileSelector(options);
        const { labelSelector: _, ...byKey } = options;
        const parts = [options.kind, options.namespace, options.name];
        const path = parts.slice(0, parts.indexOf(undefined) === -1 ? 3 : parts.indexOf(undefined)) as string[]; // up to the first gap
        const start = path
          .map((part) => `/${part.replaceAll('%', '%25').replaceAll('/', '%2F').replaceAll('\u0001', '%01')}`)
          .join('');
        expect(range === undefined).toBe(options.kind === undefined);
        for (const entry of held) {
          const key = formatKey(entry.segments);
          expect(matches(key, entry.value)).toBe(isSelected(entry, options));
          expect(matchesKey(key)).toBe(isSelected(entry, byKey));
          const isInside = range === undefined || (key >= range.from && key < range.to);
          if (isSelected(entry, options)) expect(isInside).toBe(true);
          if (isInside) expect(key.startsWith(start)).toBe(true);
          if (isInside && options.prefix !== true && range !== undefined) expect(key < `${start}0`).toBe(true);
        }
      }),
      { seed: 62, numRuns: 1_000 },
    );
  });

  it('D14: refuses what is no selection, by the name of the option', () => {
    const fields = ['kind', 'namespace', 'name'] as const;
    const wrong = fc.oneof(
      fc.tuple(fc.constantFrom(...fields), fc.constantFrom<unknown>('', 1, null, {}, '\ud800', 'a\udfff')),
      fc.tuple(
        fc.constant('labelSelector' as const),
        fc.constantFrom<unknown>(null, 1, 'app', { app: 1 }, { app: 'x', tier: null }, ['x', 1]),
      ),
    );
    fc.assert(
      fc.property(anyOptions, wrong, (options, [field, value]) => {
        const isAllowed = value === '' && options.prefix === true;
        const attempt = (): unknown => compileSelector({ ...options, [field]: value });
        if (isAllowed) attempt();
        else {
          expect(attempt).toThrow(ValidationError);
          expect(attempt).toThrow(expect.objectContaining({ field }));
          expect(attempt).toThrow(`"${field}"`);
        }
      }),
      { seed: 63, numRuns: 300 },
    );
  });
});
