/** Properties of watching. */
import assert from 'node:assert/strict';
import { isHeliostatError } from '../../model/errors.js';
import type { Key } from '../../model/key.js';
import { WatchEventType, type WatchEvent } from '../../model/watch.js';
import { seededRandom } from '../../ports/random.js';
import type { Conformance, ConformanceProperty } from './property.js';
import { contentOf, fold, keyOf, objectAt, put, rejects, sameContent, watching } from './steps.js';

/** Writes `count` times at random and returns the key of a last object that nothing comes after. */
async function scribble(c: Conformance, seed: number, count: number): Promise<Key> {
  const random = seededRandom(seed);
  const alive = new Set<Key>();
  // Different in every script: a datastore need not tell a write that changes nothing.
  const first = seed * 1000;
  for (let n = first; n < first + count; n++) {
    const key = keyOf(c, `obj-${Math.floor(random.next() * 6)}`, { kind: Math.floor(random.next() * 2) });
    if (alive.has(key) && random.next() < 0.4) {
      await c.writer.delete(key);
      alive.delete(key);
    } else {
      await put(c, key, n);
      alive.add(key);
    }
  }
  return put(c, keyOf(c, 'the-end'), first + count);
}

function typesOf(events: readonly WatchEvent[]): readonly string[] {
  return events.map(({ type }) => type);
}

export const watchProperties: readonly ConformanceProperty[] = [
  {
    spec: 'C7, R3, R4, R5, H14, H15',
    name: 'from the revision of a list, a watch tells everything that happened since, once, in order, and nothing else',
    needs: ['watch'],
    run: async (c) => {
      for (const seed of [1, 2, 3]) {
        const before = await c.client.list({});
        const content = new Map(before.items.map(({ key, value }) => [key, value]));
        const end = await scribble(c, seed, 40);
        await watching(c, {}, { revision: before.revision ?? '' }, async (reader) => {
          await reader.untilWritten(end);
          sameContent(fold(content, reader.events), await contentOf(c, {}));
          const seen = reader.events.map(
            (event) =>
              `${event.revision} ${event.type === 'DELETED' ? event.old.key : event.type === 'ADDED' || event.type === 'MODIFIED' ? event.new.key : ''}`,
          );
          assert.equal(new Set(seen).size, seen.length, 'R4: no event twice');
          const compare = c.client.compareRevisions?.bind(c.client);
          if (compare === undefined) return;
          const revisions = reader.batches.flat().map(({ revision }) => revision);
          for (const [index, revision] of revisions.entries())
            assert.ok(compare(revision, revisions[index - 1] ?? revision) >= 0, 'R3');
        });
      }
    },
  },
  {
    spec: 'C7',
    name: 'Added, Modified and Deleted are what they say',
    needs: ['watch'],
    run: async (c) => {
      const key = keyOf(c, 'web');
      const { revision = '' } = await c.client.list({});
      await put(c, key, 1);
      await put(c, key, 2);
      await c.writer.delete(key);
      const end = await put(c, key, 3);
      await watching(c, {}, { revision }, async (reader) => {
        await reader.until((event) => event.type === WatchEventType.Added && event.new.key === end && reader.events.length >= 3);
        assert.deepEqual(typesOf(reader.events).slice(0, 4), ['ADDED', 'MODIFIED', 'DELETED', 'ADDED']);
      });
    },
  },
  {
    spec: 'C7',
    name: 'without a revision, a watch tells what happens after it was opened',
    needs: ['watch'],
    run: async (c) => {
      await put(c, keyOf(c, 'before'), 1);
      await watching(c, {}, {}, async (reader) => {
        const after = await put(c, keyOf(c, 'after'), 2);
        await reader.untilWritten(after);
        assert.equal(reader.events.length, 1);
      });
    },
  },
  {
    spec: 'H1, R7',
    name: 'a deletion has a revision of its own: resumed from it, a watch tells nothing of the past',
    needs: ['watch'],
    run: async (c) => {
      const { revision = '' } = await c.client.list({});
      const [a, b] = [await put(c, keyOf(c, 'a'), 1), await put(c, keyOf(c, 'b'), 2)];
      await c.writer.delete(a);
      const deleted = await watching(c, {}, { revision }, (reader) => reader.until(({ type }) => type === WatchEventType.Deleted));
      const end = await put(c, b, 3);
      await watching(c, {}, { revision: deleted.revision }, async (reader) => {
        await reader.untilWritten(end);
        assert.deepEqual(typesOf(reader.events), ['MODIFIED']);
      });
    },
  },
  {
    spec: 'R7',
    name: 'resumed from the last revision that was read, a watch tells exactly the rest, wherever it was left',
    needs: ['watch'],
    run: async (c) => {
      const { revision: start = '' } = await c.client.list({});
      const end = await scribble(c, 7, 20);
      const whole = await watching(c, {}, { revision: start }, async (reader) => {
        await reader.untilWritten(end);
        return reader.events;
      });
      const revisions = [...new Set(whole.map(({ revision }) => revision))].slice(0, -1);
      for (const revision of revisions) {
        const rest = await watching(c, {}, { revision }, async (reader) => {
          await reader.untilWritten(end);
          return reader.events;
        });
        assert.deepEqual(rest, whole.slice(whole.findLastIndex((event) => event.revision === revision) + 1));
      }
    },
  },
  {
    spec: 'C7, H16, H33',
    name: 'a watch selects as a list does; an object that begins or ceases to match is Added or Deleted',
    needs: ['watch'],
    run: async (c) => {
      const [kind, longer] = c.kinds;
      const web = await put(c, keyOf(c, 'web'), 1, { app: 'web' });
      const { revision = '' } = await c.client.list({});
      await put(c, keyOf(c, 'web', { kind: 1 }), 2, { app: 'web' });
      await put(c, keyOf(c, 'web', { namespace: 'default-2' }), 3, { app: 'web' });
      await put(c, web, 4, { app: 'db' });
      await put(c, web, 5, { app: 'db' });
      await put(c, web, 6, { app: 'web' });
      const options = { kind, namespace: 'default', labelSelector: { app: 'web' } };
      await watching(c, options, { revision }, async (reader) => {
        await reader.until(({ type }) => type === WatchEventType.Added);
        assert.deepEqual(typesOf(reader.events), ['DELETED', 'ADDED']);
      });
      await watching(c, { kind: longer }, { revision }, async (reader) => {
        await reader.untilWritten(keyOf(c, 'web', { kind: 1 }));
        assert.equal(reader.events.length, 1);
      });
    },
  },
  {
    spec: 'C7',
    name: 'Modified and Deleted carry the state before',
    needs: ['watch', 'previousValues'],
    run: async (c) => {
      const key = keyOf(c, 'web');
      const { revision = '' } = await c.client.list({});
      await put(c, key, 1);
      await put(c, key, 2);
      await c.writer.delete(key);
      await watching(c, {}, { revision }, async (reader) => {
        await reader.until(({ type }) => type === WatchEventType.Deleted);
        const [, modified, deleted] = reader.events;
        assert.deepEqual(modified?.type === WatchEventType.Modified && modified.old?.value, objectAt(c, key, 1).value);
        assert.deepEqual(
          deleted?.type === WatchEventType.Deleted && 'value' in deleted.old && deleted.old.value,
          objectAt(c, key, 2).value,
        );
      });
    },
  },
  {
    spec: 'C14, R6',
    name: 'what a transaction or a deletion changes comes in one batch, at one revision',
    needs: ['watch', 'writes', 'transactions'],
    run: async (c) => {
      const { revision = '' } = await c.client.list({});
      const kind = c.kinds[0];
      const keys = Array.from({ length: 5 }, (_, n) => `/${kind}/group/${n}`);
      await c.client.transaction?.(keys.map((key, n) => ({ op: 'create', object: objectAt(c, key, n) })));
      await c.client.delete(`/${kind}/group`);
      await watching(c, {}, { revision }, async (reader) => {
        await reader.until(({ type }) => type === WatchEventType.Deleted);
        const revisions = reader.events.map((event) => event.revision);
        assert.equal(reader.events.length, 10);
        assert.deepEqual(
          [new Set(revisions.slice(0, 5)).size, new Set(revisions.slice(5)).size, new Set(revisions).size],
          [1, 1, 2],
        );
      });
    },
  },
  {
    spec: 'C7',
    name: 'several watches do not disturb each other, and tell the same',
    needs: ['watch'],
    run: async (c) => {
      const { revision = '' } = await c.client.list({});
      const watches = await Promise.all([
        c.client.watch({}, { revision }),
        c.client.watch({}, { revision }),
        c.client.watch({ kind: c.kinds[0] }, { revision }),
      ]);
      await watches[2]?.stop();
      const end = await scribble(c, 11, 20);
      const [first, second] = await Promise.all(
        [0, 1].map(async () => watching(c, {}, { revision }, async (reader) => (await reader.untilWritten(end), reader.events))),
      );
      assert.deepEqual(first, second);
      await Promise.all(watches.map((watch) => watch.stop()));
    },
  },
  {
    spec: 'D10, C11',
    name: 'a watch ends when it is stopped, when its signal aborts and when its loop is left, and stopping it again is nothing',
    needs: ['watch'],
    run: async (c) => {
      const stopped = await c.client.watch({});
      const reading = stopped[Symbol.asyncIterator]().next();
      await stopped.stop();
      await stopped.stop();
      assert.equal((await reading).done, true);
      assert.equal(stopped.hasTerminated, true);

      const abort = new AbortController();
      const aborted = await c.client.watch({}, { signal: abort.signal });
      const waiting = aborted[Symbol.asyncIterator]().next();
      abort.abort();
      assert.equal((await waiting).done, true);

      const { revision = '' } = await c.client.list({});
      await put(c, keyOf(c, 'web'), 1);
      const left = await c.client.watch({}, { revision });
      for await (const batch of left) {
        assert.ok(batch.length > 0);
        break;
      }
      assert.equal(left.hasTerminated, true);
      assert.throws(() => left[Symbol.asyncIterator](), 'a watch is iterated once');

      const unread = await c.client.watch({});
      await unread.stop();
      assert.equal(unread.hasTerminated, true);
      await rejects(Promise.reject(await c.client.watch({ kind: '' }).catch((error: unknown) => error)), 'invalid');
    },
  },
  {
    spec: 'R13',
    name: 'a watch can begin with the list, ended by a bookmark, and go on with the changes',
    needs: ['watch', 'initialList'],
    run: async (c) => {
      await scribble(c, 5, 20);
      const content = await contentOf(c, { kind: c.kinds[0] });
      await watching(c, { kind: c.kinds[0] }, { initialList: true }, async (reader) => {
        await reader.until((event) => event.type === WatchEventType.Bookmark && event.initialListEnd === true);
        sameContent(fold(new Map(), reader.events), content);
        assert.ok(reader.events.every(({ type }) => type === WatchEventType.Added));
        const end = await put(c, keyOf(c, 'later'), 1);
        await reader.untilWritten(end);
        sameContent(fold(new Map(), reader.events), await contentOf(c, { kind: c.kinds[0] }));
      });
    },
  },
  {
    spec: 'R8, D9',
    name: 'a quiet watch sends bookmarks, from which it can be resumed',
    needs: ['watch', 'bookmarks', 'advance'],
    run: async (c) => {
      await watching(c, { kind: c.kinds[0] }, {}, async (reader) => {
        await put(c, keyOf(c, 'unrelated', { kind: 2 }), 1);
        const { revision: now = '' } = await c.client.list({});
        const reading = reader.until(({ type }) => type === WatchEventType.Bookmark);
        for (let minute = 0; minute < 10; minute++) await c.tools.advance?.(60_000, c.client);
        const bookmark = await reading;
        if (c.client.compareRevisions !== undefined) assert.ok(c.client.compareRevisions(bookmark.revision, now) >= 0);
        const end = await put(c, keyOf(c, 'web'), 2);
        await watching(c, { kind: c.kinds[0] }, { revision: bookmark.revision }, async (resumed) => {
          await resumed.untilWritten(end);
          assert.equal(resumed.events.length, 1);
        });
      });
    },
  },
  {
    spec: 'H11, R7',
    name: 'a watch below what is compacted fails as compacted, when it is opened or when it is read',
    needs: ['watch', 'compact'],
    run: async (c) => {
      await put(c, keyOf(c, 'a'), 1);
      const { revision: early = '' } = await c.client.list({});
      const behind = await c.client.watch({}, { revision: early });
      await put(c, keyOf(c, 'a'), 2);
      await put(c, keyOf(c, 'a'), 3);
      const { revision: late = '' } = await c.client.list({});
      await c.tools.compact?.(c.client, late);
      const opened = (async () => {
        for await (const batch of await c.client.watch({}, { revision: early })) assert.fail(`it told ${JSON.stringify(batch)}`);
      })();
      await rejects(opened, 'revision-compacted');
      await behind.stop();
      const end = await put(c, keyOf(c, 'b'), 4);
      await watching(c, {}, { revision: late }, async (reader) => void (await reader.untilWritten(end)));
    },
  },
  {
    spec: 'R17, H3',
    name: 'an entry that becomes unreadable is an event of the watch, which goes on',
    needs: ['watch', 'corrupt'],
    run: async (c) => {
      const bad = await put(c, keyOf(c, 'bad'), 1);
      const { revision = '' } = await c.client.list({});
      await c.tools.corrupt?.(c.client, bad);
      const end = await put(c, keyOf(c, 'good'), 2);
      await watching(c, {}, { revision }, async (reader) => {
        await reader.untilWritten(end);
        const [error] = reader.events;
        assert.ok(error?.type === WatchEventType.Error && isHeliostatError(error.error, 'malformed') && error.error.rawKey === bad);
        assert.equal(reader.events.length, 2);
      });
    },
  },
];
