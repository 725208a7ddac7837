/** Handlers come after what they depend on, and otherwise stay where they were. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderHandlers } from '../../../src/controller/kit/order.js';
import { bareHandler } from './doubles.js';

/** Edges that point to a smaller number only: without a circle, whatever the order in which they are given. */
const anyGraph = fc.integer({ min: 0, max: 7 }).chain((size) =>
  fc.record({
    edges: fc.array(fc.tuple(fc.nat(Math.max(0, size - 1)), fc.nat(Math.max(0, size - 1))), { maxLength: 12 }),
    given: fc.shuffledSubarray(
      Array.from({ length: size }, (_, n) => n),
      { minLength: size, maxLength: size },
    ),
  }),
);

/** All orders of `names`, the one that keeps them longest as they are first. */
function* permutations(names: readonly number[]): Generator<readonly number[]> {
  if (names.length === 0) yield [];
  for (const [index, name] of names.entries()) {
    for (const rest of permutations(names.toSpliced(index, 1))) yield [name, ...rest];
  }
}

describe('orderHandlers', () => {
  it('gives the first of all orders that respect every dependency, in the dictionary that the given order makes', () => {
    fc.assert(
      fc.property(anyGraph, ({ edges, given }) => {
        const dependencies = edges.filter(([from, to]) => from > to);
        const handlers = given.map((n) =>
          bareHandler(`h${n}`, { dependsOn: dependencies.filter(([from]) => from === n).map(([, to]) => `h${to}`) }),
        );
        const isRight = (order: readonly number[]) => dependencies.every(([from, to]) => order.indexOf(to) < order.indexOf(from));
        let expected: readonly number[] | undefined;
        for (const order of permutations(given)) {
          if (!isRight(order)) continue;
          expected = order;
          break;
        }
        expect(orderHandlers(handlers).map(({ name }) => name)).toEqual(expected?.map((n) => `h${n}`));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('names every circle that there is, beginning and ending with one handler', () => {
    const anyEdges = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { maxLength: 8 });
    fc.assert(
      fc.property(anyEdges, (edges) => {
        const handlers = [0, 1, 2, 3, 4].map((n) =>
          bareHandler(`h${n}`, { dependsOn: edges.filter(([from]) => from === n).map(([, to]) => `h${to}`) }),
        );
        const reaches = (from: number, to: number, seen: readonly number[] = []): boolean =>
          edges.some(([a, b]) => a === from && (b === to || (!seen.includes(b) && reaches(b, to, [...seen, b]))));
        const hasCircle = [0, 1, 2, 3, 4].some((n) => reaches(n, n));
        let message = '';
        try {
          orderHandlers(handlers);
        } catch (error) {
          message = String(error);
        }
        expect(message !== '').toBe(hasCircle);
        const path = /circle: ((?:h\d → )+h\d)/.exec(message)?.[1]?.split(' → ') ?? [];
        if (!hasCircle) return;
        expect(path.at(0)).toBe(path.at(-1));
        expect(new Set(path).size).toBe(path.length - 1);
        for (const [index, name] of path.slice(1).entries()) {
          expect(edges).toContainEqual([Number(path[index]?.slice(1)), Number(name.slice(1))]);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('keeps the given order where nothing is said', () => {
    const handlers = ['c', 'a', 'b'].map((name) => bareHandler(name));
    expect(orderHandlers(handlers)).toEqual(handlers);
    expect(orderHandlers([])).toEqual([]);
  });

  it('moves a handler behind what it depends on, and no further', () => {
    const handlers = [bareHandler('rules', { dependsOn: ['routes'] }), bareHandler('a'), bareHandler('routes'), bareHandler('b')];
    expect(orderHandlers(handlers).map(({ name }) => name)).toEqual(['a', 'routes', 'rules', 'b']);
  });

  it('refuses a circle, an unknown dependency and a name that two have, and says what to do', () => {
    const handlers = (...edges: readonly (readonly [string, string])[]) =>
      edges.map(([name, dependency]) => bareHandler(name, { dependsOn: [dependency] }));
    const given: readonly (readonly [readonly ReturnType<typeof bareHandler>[], string])[] = [
      [handlers(['routes', 'addresses'], ['addresses', 'routes']), 'in a circle: routes → addresses → routes.'],
      [handlers(['a', 'a']), 'in a circle: a → a.'],
      [handlers(['a', 'b'], ['b', 'c'], ['c', 'b']), 'in a circle: b → c → b.'],
      [
        handlers(['routes', 'adresses'], ['x', 'routes']),
        "The handler 'routes' depends on 'adresses', which is not among the handlers (routes, x). Add that handler, or correct the name.",
      ],
      [[bareHandler('a'), bareHandler('b'), bareHandler('a')], "Two handlers are called 'a': number 1 and number 3."],
    ];
    for (const [wrong, message] of given) expect(() => orderHandlers(wrong)).toThrow(message);
    expect(() => orderHandlers([bareHandler('a'), bareHandler('a')])).toThrow(
      expect.objectContaining({ code: 'invalid', field: 'handlers.1.name' }),
    );
  });
});
