/** Properties of a client's life, and of a mirror that is built on it. */
import assert from 'node:assert/strict';
import { createSyncer } from '../../syncer/create-syncer.js';
import type { Key } from '../../model/key.js';
import { UpdateType } from '../../model/update.js';
import type { ConformanceProperty } from './property.js';
import { contentOf, keyOf, objectAt, put, rejects, sameContent } from './steps.js';

export const lifecycleProperties: readonly ConformanceProperty[] = [
  {
    spec: 'C11',
    name: 'a call whose signal has aborted rejects with its reason, and does nothing',
    needs: ['writes'],
    run: async (c) => {
      const reason = new Error('changed my mind');
      const signal = AbortSignal.abort(reason);
      const object = objectAt(c, keyOf(c, 'web'), 1);
      const calls = [
        c.client.create(object, { signal }),
        c.client.apply(object, { signal }),
        c.client.update(object, { signal }),
        c.client.delete(object.key, { signal }),
        c.client.get(object.key, { signal }),
        c.client.list({}, { signal }),
        c.client.watch({}, { signal }),
        c.client.ensureInitialized({ signal }),
        c.client.clean({ signal }),
      ];
      for (const call of calls) await assert.rejects(call, (error) => error === reason);
      assert.equal((await contentOf(c, {})).size, 0);
    },
  },
  {
    spec: 'D10',
    name: 'it can be initialised again and again',
    needs: [],
    run: async (c) => {
      await c.client.ensureInitialized();
      await c.client.ensureInitialized();
    },
  },
  {
    spec: 'D10',
    name: 'clean deletes everything, and says so',
    needs: ['writes', 'watch'],
    run: async (c) => {
      const keys = [await put(c, keyOf(c, 'a'), 1), await put(c, keyOf(c, 'b', { kind: 2 }), 2)];
      const watch = await c.client.watch({});
      await c.client.clean();
      assert.equal((await contentOf(c, {})).size, 0);
      const gone = new Set<Key>();
      for await (const batch of watch) {
        for (const event of batch) if (event.type === 'DELETED') gone.add(event.old.key);
        if (gone.size === keys.length) break;
      }
      assert.deepEqual([...gone].toSorted(), keys.toSorted());
      await c.client.clean();
    },
  },
  {
    spec: 'C13, D10',
    name: 'close ends every watch and settles every call, and can be called again; later calls are refused',
    needs: ['watch'],
    run: async (c) => {
      const watch = await c.client.watch({});
      const reading = (async () => {
        for await (const batch of watch) void batch;
      })();
      const pending = c.client.list({});
      await c.client.close();
      await c.client.close();
      await Promise.allSettled([reading, pending]);
      assert.equal(watch.hasTerminated, true);
      await rejects(c.client.list({}), 'closed');
      await rejects(c.client.get(keyOf(c, 'web')), 'closed');
      await rejects(c.client.watch({}), 'closed');
    },
  },
  {
    spec: 'RL1, I8',
    name: 'a syncer over it shows what it lists, and follows it',
    needs: ['watch'],
    run: async (c) => {
      await put(c, keyOf(c, 'first'), 1);
      const types = [{ list: { kind: c.kinds[0] } }, { list: { kind: c.kinds[2] } }];
      const syncer = createSyncer(c.client, types);
      const mirrored = new Map<Key, unknown>();
      const updates = syncer.updates();
      syncer.start();
      const followUntil = async (key: Key): Promise<void> => {
        while (!mirrored.has(key)) {
          const { value: batch } = await updates.next();
          for (const update of batch ?? []) {
            if (update.type === UpdateType.Deleted) mirrored.delete(update.key);
            else mirrored.set(update.key, update.value);
          }
        }
      };
      await followUntil(keyOf(c, 'first'));
      await syncer.firstSync;
      await put(c, keyOf(c, 'second', { kind: 1 }), 2);
      await put(c, keyOf(c, 'third'), 3);
      await c.writer.delete(keyOf(c, 'first'));
      await followUntil(await put(c, keyOf(c, 'last'), 4));
      const { items } = await c.client.list({ kind: c.kinds[0] });
      sameContent(mirrored, new Map(items.map(({ key, value }) => [key, value])));
      await syncer.stop();
    },
  },
];
