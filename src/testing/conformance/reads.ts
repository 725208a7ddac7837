/** Properties of reading. */
import assert from 'node:assert/strict';
import { parseKey } from '../../model/key-format.js';
import type { Key } from '../../model/key.js';
import type { ListOptions } from '../../model/list-options.js';
import type { Conformance, ConformanceProperty } from './property.js';
import { contentOf, keyOf, put, rejects, sameContent } from './steps.js';

/** What a selection means, told a second time: by segments, one object at a time. */
function selects(options: ListOptions, key: Key, labels: Readonly<Record<string, string>>): boolean {
  const segments = parseKey(key);
  const namespace = segments.length > 2 ? segments[1] : undefined;
  const name = segments.length > 2 ? segments[2] : segments[1];
  const parts: readonly (readonly [string | undefined, string | undefined])[] = [
    [options.kind, segments[0]],
    [options.namespace, namespace],
    [options.name, name],
  ];
  const last = parts.findLast(([wanted]) => wanted !== undefined);
  const isMatch = parts.every((part) => {
    const [wanted, found] = part;
    if (wanted === undefined) return true;
    return options.prefix === true && part === last ? found?.startsWith(wanted) === true : found === wanted;
  });
  return isMatch && Object.entries(options.labelSelector ?? {}).every(([label, text]) => labels[label] === text);
}

/** Objects that are neighbours of each other in every way. */
async function populate(c: Conformance): Promise<ReadonlyMap<Key, Readonly<Record<string, string>>>> {
  const labelled = new Map<Key, Readonly<Record<string, string>>>();
  let n = 0;
  for (const kind of [0, 1, 2]) {
    for (const namespace of ['default', 'default-2', 'kube']) {
      for (const name of ['web', 'web-0', 'we']) {
        const labels: Record<string, string> = n % 2 === 0 ? { app: 'web' } : { app: 'db', tier: String(n % 3) };
        labelled.set(await put(c, keyOf(c, name, { kind, namespace }), n++, labels), labels);
      }
    }
  }
  return labelled;
}

function selections([kind, longer]: Conformance['kinds']): readonly ListOptions[] {
  return [
    {},
    { kind },
    { kind: longer },
    { kind: 'unheard-of' },
    { kind, namespace: 'default' },
    { kind, namespace: 'default', name: 'web' },
    { kind, name: 'web' },
    { namespace: 'kube' },
    { name: 'we' },
    { kind, prefix: true },
    { kind, namespace: 'default', prefix: true },
    { kind, namespace: 'default', name: 'web', prefix: true },
    { kind, name: 'web', prefix: true },
    { labelSelector: { app: 'web' } },
    { kind, labelSelector: { app: 'db', tier: '1' } },
    { kind, namespace: 'default', labelSelector: { app: 'nobody' } },
  ];
}

export const readProperties: readonly ConformanceProperty[] = [
  {
    spec: 'C6',
    name: 'an empty datastore lists nothing, at a revision',
    needs: [],
    run: async (c) => {
      const { items, revision } = await c.client.list({});
      assert.deepEqual(items, []);
      assert.ok(revision !== undefined && revision !== '');
      await rejects(c.client.get(keyOf(c, 'nobody')), 'resource-does-not-exist');
    },
  },
  {
    spec: 'C6, H16, H33',
    name: 'a list holds what is selected and nothing else',
    needs: [],
    run: async (c) => {
      const labelled = await populate(c);
      for (const options of selections(c.kinds)) {
        const expected = [...labelled].filter(([key, labels]) => selects(options, key, labels)).map(([key]) => key);
        assert.deepEqual([...(await contentOf(c, options)).keys()].toSorted(), expected.toSorted(), JSON.stringify(options));
      }
    },
  },
  {
    spec: 'C6',
    name: 'options that are none are refused',
    needs: [],
    run: async (c) => {
      await rejects(c.client.list({ kind: '' }), 'invalid');
      await rejects(c.client.list({ kind: 7 } as unknown as ListOptions), 'invalid'); // a caller in JavaScript may send anything
      await rejects(c.client.list({ labelSelector: { app: 1 } } as unknown as ListOptions), 'invalid');
      await rejects(c.client.watch({ name: '' }), 'invalid');
    },
  },
  {
    spec: 'C6, H14',
    name: 'the revision of a list is that of the collection: what is written next is newer, for every kind',
    needs: ['watch'],
    run: async (c) => {
      await put(c, keyOf(c, 'a'), 1);
      await put(c, keyOf(c, 'other', { kind: 2 }), 1);
      const { revision, items } = await c.client.list({ kind: c.kinds[0] });
      assert.equal(items.length, 1);
      if (c.client.compareRevisions !== undefined && revision !== undefined) {
        for (const item of items) assert.ok(c.client.compareRevisions(revision, item.revision ?? '') >= 0);
      }
    },
  },
  {
    spec: 'C1, C6',
    name: 'objects and lists can be read as they were',
    needs: ['history'],
    run: async (c) => {
      const [a, b] = [keyOf(c, 'a'), keyOf(c, 'b')];
      await put(c, a, 1);
      const { revision: early = '' } = await c.client.list({});
      const before = await contentOf(c, {});
      await put(c, a, 2);
      await put(c, b, 1);
      await c.writer.delete(a);
      const then = await c.client.list({}, { revision: early });
      sameContent(new Map(then.items.map(({ key, value }) => [key, value])), before);
      assert.equal(then.revision, early);
      assert.deepEqual((await c.client.get(a, { revision: early })).value, before.get(a));
      await rejects(c.client.get(b, { revision: early }), 'resource-does-not-exist');
      const atLeast = await c.client.list({}, { revision: early, revisionMatch: 'notOlderThan' });
      assert.deepEqual(
        atLeast.items.map(({ key }) => key),
        [b],
        'not older than: the latest will do',
      );
    },
  },
  {
    spec: 'C9, R10',
    name: 'a revision that has not been written is refused as too new, and one that is none as invalid',
    needs: ['history'],
    run: async (c) => {
      const { revision = '' } = await c.client.list({});
      await rejects(c.client.list({}, { revision: 'not a revision' }), 'invalid');
      if (!/^\d+$/.test(revision)) return; // of other revisions nobody but the datastore can make a later one
      const future = String(BigInt(revision) + 1_000_000n);
      await rejects(c.client.list({}, { revision: future }), 'revision-too-new');
      await rejects(c.client.list({}, { revision: future, revisionMatch: 'notOlderThan' }), 'revision-too-new');
    },
  },
  {
    spec: 'R13, C6',
    name: 'pages are pages of one revision, whatever is written between them',
    needs: ['paging'],
    run: async (c) => {
      await populate(c);
      const before = await contentOf(c, { kind: c.kinds[0] });
      const pages: (readonly [Key, unknown])[][] = [];
      let page = await c.client.list({ kind: c.kinds[0] }, { limit: 4 });
      const { revision } = page;
      for (let number = 0; ; number++) {
        assert.ok(page.items.length <= 4);
        assert.equal(page.revision, revision);
        pages.push(page.items.map(({ key, value }) => [key, value]));
        if (page.continue === undefined) break;
        await put(c, keyOf(c, `between-${number}`), number);
        await c.writer
          .delete(keyOf(c, 'web', { namespace: ['default', 'default-2', 'kube'][number] ?? 'default' }))
          .catch(() => {});
        page = await c.client.list({ kind: c.kinds[0] }, { limit: 4, continue: page.continue });
      }
      assert.ok(pages.length > 1);
      sameContent(new Map(pages.flat()), before);
      assert.equal(pages.flat().length, before.size, 'no object is on two pages');
      await rejects(c.client.list({}, { limit: 4, continue: 'made up' }), 'invalid');
      await rejects(c.client.list({}, { limit: -1 }), 'invalid');
    },
  },
  {
    spec: 'R7, C10',
    name: 'what is compacted is refused as compacted, with the oldest revision that is not',
    needs: ['history', 'compact'],
    run: async (c) => {
      await put(c, keyOf(c, 'a'), 1);
      const { revision: early = '' } = await c.client.list({});
      await put(c, keyOf(c, 'a'), 2);
      const { revision: late = '' } = await c.client.list({});
      await c.tools.compact?.(c.client, late);
      await rejects(c.client.list({}, { revision: early }), 'revision-compacted');
      await rejects(c.client.get(keyOf(c, 'a'), { revision: early }), 'revision-compacted');
      assert.equal((await c.client.list({}, { revision: late })).items.length, 1);
      assert.equal((await c.client.list({}, { revision: early, revisionMatch: 'notOlderThan' })).items.length, 1);
    },
  },
  {
    spec: 'R17, H3',
    name: 'an entry that cannot be read is named as such, and the others are listed',
    needs: ['corrupt'],
    run: async (c) => {
      const [good, bad] = [await put(c, keyOf(c, 'good'), 1), await put(c, keyOf(c, 'bad'), 2)];
      await c.tools.corrupt?.(c.client, bad);
      const { items, malformed = [] } = await c.client.list({});
      assert.deepEqual(
        items.map(({ key }) => key),
        [good],
      );
      assert.deepEqual(
        malformed.map(({ rawKey, code }) => [rawKey, code]),
        [[bad, 'malformed']],
      );
      await rejects(c.client.get(bad), 'malformed');
      await put(c, bad, 3);
      assert.equal((await c.client.list({})).malformed, undefined);
    },
  },
];
