/** Properties of writing. */
import assert from 'node:assert/strict';
import type { KVPair } from '../../model/kv-pair.js';
import type { ConformanceProperty } from './property.js';
import { contentOf, keyOf, objectAt, rejects, sameContent } from './steps.js';

/** Names that are ordinary data, however they look. */
const hostileNames: readonly string[] = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '0',
  '-1',
  ' ',
  'a/b',
  'a%2Fb',
  '%',
  '..',
  'ünï✓😀',
  '\u0000',
  '\n',
  'x'.repeat(10_000),
];

const illegalKeys: readonly unknown[] = [
  '',
  '/',
  'pods',
  '/pods/',
  '/pods//x',
  '/pods/%zz',
  '/pods/\ud800',
  `/pods/${'x'.repeat(70_000)}`,
  null,
  7,
];

const illegalValues: readonly (readonly [string, () => unknown])[] = [
  ['null', () => null],
  ['undefined', () => undefined],
  ['a function', () => ({ run: () => 1 })],
  ['NaN', () => ({ n: NaN })],
  ['a bigint', () => ({ n: 1n })],
  ['a symbol', () => ({ [Symbol('x')]: 1 })],
  ['a date', () => ({ at: new Date(0) })],
  ['a map', () => new Map([['a', 1]])],
  ['a getter', () => Object.defineProperty({}, 'x', { get: () => assert.fail('nobody may call it'), enumerable: true })],
  [
    'itself',
    () => {
      const value: Record<string, unknown> = {};
      value['self'] = value;
      return value;
    },
  ],
  ['100,000 levels', () => JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown],
];

const values: readonly unknown[] = [
  0,
  false,
  '',
  [],
  {},
  'text',
  1.5,
  [null],
  { a: [{ b: null }] },
  'ünï✓😀',
  JSON.parse('{"__proto__": {"x": 1}}'),
];

export const writeProperties: readonly ConformanceProperty[] = [
  {
    spec: 'C1, C3',
    name: 'create returns the object with its revision, and get returns the same',
    needs: ['writes'],
    run: async (c) => {
      const object = objectAt(c, keyOf(c, 'web'), 1);
      const created = await c.client.create(object);
      assert.equal(created.key, object.key);
      assert.deepEqual(created.value, object.value);
      assert.ok(created.revision !== undefined && created.revision !== '', 'a written object has a revision');
      assert.deepEqual(await c.client.get(object.key), created);
    },
  },
  {
    spec: 'C3',
    name: 'create is exclusive: of many at once one succeeds, and the others change nothing',
    needs: ['writes'],
    run: async (c) => {
      const key = keyOf(c, 'web');
      const attempts = Array.from({ length: 10 }, (_, n) => c.client.create(objectAt(c, key, n)));
      const outcomes = await Promise.allSettled(attempts);
      const winners = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []));
      assert.equal(winners.length, 1);
      assert.deepEqual((await c.client.get(key)).value, objectAt(c, key, winners[0] ?? -1).value);
      await rejects(c.client.create(objectAt(c, key, 99)), 'resource-already-exists');
    },
  },
  {
    spec: 'C2',
    name: 'update succeeds with the current revision only, or with none',
    needs: ['writes'],
    run: async (c) => {
      const key = keyOf(c, 'web');
      await rejects(c.client.update(objectAt(c, key, 0)), 'resource-does-not-exist');
      const first = await c.client.create(objectAt(c, key, 1));
      const second = await c.client.update({ ...first, value: objectAt(c, key, 2).value });
      assert.notEqual(second.revision, first.revision);
      await rejects(c.client.update({ ...first, value: objectAt(c, key, 3).value }), 'resource-update-conflict');
      assert.deepEqual(await c.client.get(key), second, 'a conflict changes nothing');
      const { revision: _revision, ...unconditional } = second;
      const third = await c.client.update({ ...unconditional, value: objectAt(c, key, 4).value });
      assert.deepEqual(third.value, objectAt(c, key, 4).value);
      await rejects(c.client.update({ ...unconditional, uid: 'somebody else' }), 'resource-update-conflict');
    },
  },
  {
    spec: 'C2',
    name: 'of many updates from one revision one succeeds',
    needs: ['writes'],
    run: async (c) => {
      const first = await c.client.create(objectAt(c, keyOf(c, 'web'), 0));
      const attempts = Array.from({ length: 10 }, (_, n) =>
        c.client.update({ ...first, value: objectAt(c, first.key, n + 1).value }),
      );
      const outcomes = await Promise.allSettled(attempts);
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    },
  },
  {
    spec: 'C1',
    name: 'apply creates and replaces, whatever the revision, and the object stays the same one',
    needs: ['writes'],
    run: async (c) => {
      const object = objectAt(c, keyOf(c, 'web'), 1);
      const created = await c.client.apply(object);
      const replaced = await c.client.apply({ ...objectAt(c, object.key, 2), revision: 'not a revision of anything' });
      assert.deepEqual(replaced.value, objectAt(c, object.key, 2).value);
      assert.equal(replaced.uid, created.uid);
      assert.notEqual(replaced.revision, created.revision);
    },
  },
  {
    spec: 'R12',
    name: 'an object that is created again is another one',
    needs: ['writes'],
    run: async (c) => {
      const object = objectAt(c, keyOf(c, 'web'), 1);
      const first = await c.client.create(object);
      await c.client.delete(object.key);
      const second = await c.client.create(object);
      assert.ok(first.uid !== undefined, 'an object has a uid');
      assert.notEqual(second.uid, first.uid);
    },
  },
  {
    spec: 'C8',
    name: 'delete returns what was there and the revision of the deletion',
    needs: ['writes'],
    run: async (c) => {
      const created = await c.client.create(objectAt(c, keyOf(c, 'web'), 1));
      const { items, revision } = await c.client.delete(created.key);
      assert.deepEqual(items, [created]);
      assert.notEqual(revision, created.revision);
      await rejects(c.client.get(created.key), 'resource-does-not-exist');
      await rejects(c.client.delete(created.key), 'resource-does-not-exist');
    },
  },
  {
    spec: 'C8, H16',
    name: 'delete removes what lies below a key, and nothing that only begins alike',
    needs: ['writes'],
    run: async (c) => {
      const kind = c.kinds[0];
      const below = [`/${kind}/a`, `/${kind}/a/1`, `/${kind}/a/1/deep`, `/${kind}/a/2`];
      const beside = [`/${kind}/a-b`, `/${kind}/ab`, `/${kind}/ab/1`, `/${kind}/b`];
      for (const key of [...below, ...beside]) await c.client.create(objectAt(c, key, 1));
      const { items } = await c.client.delete(`/${kind}/a`);
      assert.deepEqual(items.map(({ key }) => key).toSorted(), below);
      assert.deepEqual([...(await contentOf(c, { kind })).keys()].toSorted(), beside);
    },
  },
  {
    spec: 'C2',
    name: 'delete honours a revision and a uid',
    needs: ['writes', 'deleteConditions'],
    run: async (c) => {
      const first = await c.client.create(objectAt(c, keyOf(c, 'web'), 1));
      const second = await c.client.update({ ...first, value: objectAt(c, first.key, 2).value });
      await rejects(c.client.delete(first.key, { revision: first.revision ?? '' }), 'resource-update-conflict');
      await rejects(c.client.delete(first.key, { uid: 'somebody else' }), 'resource-update-conflict');
      await rejects(c.client.delete(keyOf(c, 'nobody'), { revision: first.revision ?? '' }), 'resource-does-not-exist');
      assert.deepEqual((await c.client.delete(first.key, { revision: second.revision ?? '' })).items, [second]);
    },
  },
  {
    spec: 'C14',
    name: 'a transaction is one revision, or nothing',
    needs: ['writes', 'transactions'],
    run: async (c) => {
      const [a, b, d] = [keyOf(c, 'a'), keyOf(c, 'b'), keyOf(c, 'd')];
      await c.client.create(objectAt(c, d, 0));
      const transaction =
        c.client.transaction?.bind(c.client) ?? assert.fail('capabilities.transactions without a transaction method');
      const { revision, results } = await transaction([
        { op: 'create', object: objectAt(c, a, 1) },
        { op: 'apply', object: objectAt(c, b, 2) },
        { op: 'delete', key: d },
      ]);
      assert.deepEqual(
        results.map((result) => result.map(({ key }) => key)),
        [[a], [b], [d]],
      );
      assert.deepEqual([(await c.client.get(a)).revision, (await c.client.get(b)).revision], [revision, revision]);
      const before = await contentOf(c, {});
      await rejects(
        transaction([
          { op: 'apply', object: objectAt(c, b, 9) },
          { op: 'create', object: objectAt(c, a, 9) },
        ]),
        'resource-already-exists',
      );
      await rejects(
        transaction([
          { op: 'apply', object: objectAt(c, b, 9) },
          { op: 'delete', key: b },
        ]),
        'invalid',
      );
      sameContent(await contentOf(c, {}), before, 'a transaction that fails changes nothing');
    },
  },
  {
    spec: 'H45, R15',
    name: "what a caller hands in stays the caller's: it is neither changed nor frozen, and changing it later changes nothing",
    needs: ['writes'],
    run: async (c) => {
      const object = structuredClone(objectAt(c, keyOf(c, 'web'), 1));
      const before = structuredClone(object);
      const created = await c.client.create(object);
      assert.deepEqual(object, before);
      Object.assign(object.value as object, { changed: true }); // a test object of ours
      assert.deepEqual((await c.client.get(object.key)).value, before.value);
      assert.deepEqual(created.value, before.value);
    },
  },
  {
    spec: 'R16',
    name: 'any name is a name',
    needs: ['writes'],
    run: async (c) => {
      const keys = hostileNames.map((name) => keyOf(c, name));
      for (const [n, key] of keys.entries()) await c.client.create(objectAt(c, key, n));
      for (const [n, key] of keys.entries())
        assert.deepEqual((await c.client.get(key)).value, objectAt(c, key, n).value, key.slice(0, 40));
      assert.deepEqual([...(await contentOf(c, {})).keys()].toSorted(), keys.toSorted());
      assert.equal(Object.keys(Object.prototype).length, 0, 'nothing was polluted');
    },
  },
  {
    spec: 'C12, R16',
    name: 'a key that is none is refused, and nothing is stored',
    needs: ['writes'],
    run: async (c) => {
      for (const key of illegalKeys) {
        const object = { key, value: { n: 1 } } as KVPair; // a caller in JavaScript may send anything
        await rejects(c.client.create(object), 'invalid');
        await rejects(c.client.apply(object), 'invalid');
        await rejects(c.client.update(object), 'invalid');
        await rejects(c.client.get(object.key), 'invalid');
        await rejects(c.client.delete(object.key), 'invalid');
      }
      assert.equal((await contentOf(c, {})).size, 0);
    },
  },
  {
    spec: 'C12, R17',
    name: 'a value that is no plain data is refused, and nothing is stored',
    needs: ['writes'],
    run: async (c) => {
      for (const [, make] of illegalValues) await rejects(c.client.create({ key: keyOf(c, 'web'), value: make() }), 'invalid');
      assert.equal((await contentOf(c, {})).size, 0);
    },
  },
  {
    spec: 'C1, R16',
    name: "a value that is plain data comes back as it was, falsy ones and JavaScript's own names included",
    needs: ['writes'],
    run: async (c) => {
      for (const [n, value] of values.entries()) {
        const key = keyOf(c, String(n));
        await c.client.create({ key, value });
        assert.deepEqual((await c.client.get(key)).value, value);
      }
    },
  },
  {
    spec: 'C1',
    name: 'an object with a time to live goes when it is over, unless it is written again',
    needs: ['writes', 'ttl', 'advance'],
    run: async (c) => {
      const advance = (ms: number): Promise<void> => c.tools.advance?.(ms, c.client) ?? assert.fail('no advance');
      const [brief, renewed, kept] = [keyOf(c, 'brief'), keyOf(c, 'renewed'), keyOf(c, 'kept')];
      for (const key of [brief, renewed, kept]) await c.client.create({ ...objectAt(c, key, 1), ttl: 10_000 });
      await advance(6_000);
      await c.client.apply({ ...objectAt(c, renewed, 2), ttl: 10_000 });
      await c.client.apply(objectAt(c, kept, 2));
      await advance(6_000);
      await rejects(c.client.get(brief), 'resource-does-not-exist');
      assert.deepEqual([...(await contentOf(c, {})).keys()].toSorted(), [kept, renewed].toSorted());
      await advance(6_000);
      assert.deepEqual([...(await contentOf(c, {})).keys()], [kept]);
      await rejects(c.client.create({ ...objectAt(c, brief, 1), ttl: -1 }), 'invalid');
    },
  },
];
