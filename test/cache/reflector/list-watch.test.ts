/** ListWatch and createListWatchFromClient: client-go's listwatch_test, and what a field selector makes of lists and watches. */
import { describe, expect, it } from 'vitest';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import { ListWatch, type ListFunc, type WatchFunc } from '../../../src/cache/reflector/lister-watcher.js';
import { parseFieldSelector } from '../../../src/cache/selectors/field-parser.js';
import { parseLabelSelector } from '../../../src/cache/selectors/label-parser.js';
import {
  ParseError,
  ValidationError,
  type KVPair,
  type ListOptions,
  type ListRequest,
  type ListWatchClient,
  type WatchEvent,
  type WatchRequest,
} from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { ScriptedClient, SimulatedClock } from '../../../src/testing/index.js';
import { added, bookmark, deleted, listOf, modified, pod } from './bench.js';
import type { Pod } from './naive-store.js';

/** Writes down what it is asked, and refuses it. */
class Notebook implements ListWatchClient<Pod> {
  readonly capabilities = { initialList: false };
  readonly asked: unknown[] = [];

  list(options: ListOptions, request?: ListRequest): Promise<never> {
    this.asked.push(['list', options, request]);
    return Promise.reject(new Error('only asking'));
  }

  watch(options: ListOptions, request?: WatchRequest): Promise<never> {
    this.asked.push(['watch', options, request]);
    return Promise.reject(new Error('only asking'));
  }
}

const byNode = { matches: (object: unknown) => (object as Pod).spec === 'here', toString: () => 'spec.nodeName=here' };

const here = (name: string, revision: number) => pod(name, revision, { spec: 'here' });
const away = (name: string, revision: number) => pod(name, revision, { spec: 'away' });

/** What is left of these batches for a watch with the field selector. */
async function selectedOf(request: WatchRequest, ...batches: readonly (readonly WatchEvent<Pod>[])[]): Promise<unknown[]> {
  const clock = new SimulatedClock();
  const client = new ScriptedClient<Pod>(clock);
  client.onWatch('pods', 'opened');
  const watch = await createListWatchFromClient<Pod>(client, 'pods', '', { fieldSelector: byNode }).watch(request);
  for (const batch of batches) client.send('pods', ...batch);
  client.end('pods');
  const selected: unknown[] = [];
  for await (const batch of watch) selected.push(batch);
  return selected;
}

describe('ListWatch', () => {
  it.each([
    ['list', { watch: () => Promise.reject(new Error()) }],
    ['watch', { list: () => Promise.reject(new Error()) }],
  ])('needs a function %s', (field, options) => {
    const make = (): unknown => new ListWatch(options as unknown as { list: ListFunc<Pod>; watch: WatchFunc<Pod> });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid', field }));
  });

  it('asks its functions, and rejects with what they throw', async () => {
    const listWatch = new ListWatch<Pod>({
      list: () => Promise.resolve(listOf(7)),
      watch: () => {
        throw new Error('not even a promise');
      },
    });
    expect(await listWatch.list()).toEqual({ items: [], revision: '7' });
    await expect(listWatch.watch()).rejects.toThrow('not even a promise');
  });
});

describe('createListWatchFromClient', () => {
  it.each<[string, Parameters<typeof createListWatchFromClient>[2], Parameters<typeof createListWatchFromClient>[3], ListOptions]>([
    ['all namespaces', undefined, undefined, { kind: 'pods' }],
    ['all namespaces, written as the empty one', '', {}, { kind: 'pods' }],
    ['one namespace', 'default', {}, { kind: 'pods', namespace: 'default' }],
    ['labels', 'default', { labelSelector: { app: 'web' } }, { kind: 'pods', namespace: 'default', labelSelector: { app: 'web' } }],
    ['fields, which are selected here', 'default', { fieldSelector: byNode }, { kind: 'pods', namespace: 'default' }],
  ])('TestListWatchesCanList, TestListWatchesCanWatch: asks for %s', async (_, namespace, selector, options) => {
    const client = new Notebook();
    const listWatch = createListWatchFromClient<Pod>(client, 'pods', namespace, selector);
    await expect(listWatch.list({ limit: 5 })).rejects.toThrow('only asking');
    for (const request of [{}, { revision: '42' }, { revision: '0' }])
      await expect(listWatch.watch(request)).rejects.toThrow('only');
    expect(client.asked).toEqual([
      ['list', options, { limit: 5 }],
      ['watch', options, {}],
      ['watch', options, { revision: '42' }],
      ['watch', options, { revision: '0' }],
    ]);
  });

  it('TestToListWatcherWithWatchListSemantics: carries on what the client can do and how it orders revisions', () => {
    const plain = new Notebook();
    expect(createListWatchFromClient(plain, 'pods').capabilities).toEqual({ initialList: false });
    expect(createListWatchFromClient(plain, 'pods').compareRevisions).toBeUndefined();
    const datastore = new MemoryDatastore();
    const listWatch = createListWatchFromClient(datastore, 'pods', '', { fieldSelector: byNode });
    expect(listWatch.capabilities).toBe(datastore.capabilities);
    expect(listWatch.compareRevisions?.('9', '10')).toBeLessThan(0);
  });

  it('refuses what is no resource, and what is no selector', () => {
    const client = new Notebook();
    expect(() => createListWatchFromClient(client, '')).toThrow(ValidationError);
    const text = 'spec.nodeName=here' as unknown as typeof byNode;
    expect(() => createListWatchFromClient(client, 'pods', '', { fieldSelector: text })).toThrow(/parseFieldSelector/);
  });
});

describe('a field selector', () => {
  it('selects the objects of each page, and lets what cannot be read through', async () => {
    const client = new ScriptedClient<Pod>(new SimulatedClock());
    const malformed = [new ParseError('half a pod', { rawKey: '/pods/half' })];
    client.onList('pods', { ...listOf(10, here('a', 1), away('b', 2)), continue: 'more', malformed }, listOf(10, away('c', 3)));
    const listWatch = createListWatchFromClient<Pod>(client, 'pods', '', { fieldSelector: byNode });
    expect(await listWatch.list({ limit: 2 })).toEqual({ ...listOf(10, here('a', 1)), continue: 'more', malformed });
    expect(await listWatch.list({ limit: 2, continue: 'more' })).toEqual(listOf(10));
  });

  it('tells a watch of what begins and what ceases to count', async () => {
    const ceased = away('a', 12);
    const begun = here('b', 13);
    const batch = [
      added(here('a', 11)),
      modified(ceased, here('a', 11)),
      modified(begun, away('b', 9)),
      modified(here('b', 14), begun),
      deleted(here('b', 14), 15),
    ];
    expect(await selectedOf({ revision: '10' }, batch)).toEqual([
      [
        added(here('a', 11)),
        { type: 'DELETED', revision: '12', old: here('a', 11) },
        { type: 'ADDED', revision: '13', new: begun },
        modified(here('b', 14), begun),
        deleted(here('b', 14), 15),
      ],
    ]);
  });

  it('moves past what does not count with a bookmark, so that it is not asked for again', async () => {
    const events = [added(away('a', 11)), modified(away('a', 12), away('a', 11)), deleted(away('a', 12), 13)];
    expect(await selectedOf({ revision: '10' }, events)).toEqual([[bookmark(13)]]);
    expect(await selectedOf({ revision: '10' }, [added(here('b', 11)), ...events])).toEqual([[added(here('b', 11)), bookmark(13)]]);
  });

  it('says Deleted where the datastore does not tell what was there before', async () => {
    expect(await selectedOf({}, [modified(away('a', 11)), modified(here('b', 12)), deleted({ key: '/pods/c' }, 13)])).toEqual([
      [deleted({ key: '/pods/a' }, 11), modified(here('b', 12)), deleted({ key: '/pods/c' }, 13)],
    ]);
  });

  it('lets bookmarks and what cannot be read through', async () => {
    const error: WatchEvent<Pod> = { type: 'ERROR', revision: '11', error: new ParseError('half a pod', { rawKey: '/pods/half' }) };
    const mended: WatchEvent<Pod> = { type: 'MENDED', revision: '12', rawKey: '/pods/half' };
    expect(await selectedOf({}, [error, mended, bookmark(13)])).toEqual([[error, mended, bookmark(13)]]);
  });

  it('tells of what could not be read, can be read again and does not count: whoever kept its last state has to let it go', async () => {
    const error = (key?: string) => new ParseError('half a pod', { rawKey: '/pods/half', ...(key === undefined ? {} : { key }) });
    const unreadable = (key?: string): WatchEvent<Pod> => ({ type: 'ERROR', revision: '11', error: error(key) });
    const ways = [[added(away('b', 12))], [modified(away('b', 12), away('b', 9))], [deleted(away('b', 9), 12)]];
    for (const way of ways) {
      expect(await selectedOf({}, [unreadable('/pods/b')], way)).toEqual([
        [unreadable('/pods/b')],
        [deleted({ key: '/pods/b' }, 12)],
      ]);
      expect(await selectedOf({}, [unreadable('/pods/other')], way)).toEqual([[unreadable('/pods/other')], [bookmark(12)]]);
      expect((await selectedOf({}, [unreadable()], way))[1], 'any').toEqual([deleted({ key: '/pods/b' }, 12)]);
    }
    const client = new ScriptedClient<Pod>(new SimulatedClock());
    const listWatch = createListWatchFromClient<Pod>(client, 'pods', '', { fieldSelector: byNode });
    client.onList('pods', { ...listOf(10), malformed: [error('/pods/b')] });
    client.onWatch('pods', 'opened');
    await listWatch.list();
    const batches = (await listWatch.watch())[Symbol.asyncIterator]();
    client.send('pods', added(away('b', 12)));
    expect(await batches.next()).toEqual({ done: false, value: [deleted({ key: '/pods/b' }, 12)] });
  });

  it('never says before the end of an initial list that everything up to a revision was told, and is never silent', async () => {
    const initial = [added(away('a', 10)), added(away('b', 10))];
    const batches = [initial, [added(here('c', 10)), added(away('d', 10))], [bookmark(10, true), added(away('e', 11))]];
    expect(await selectedOf({ initialList: true }, ...batches)).toEqual([
      [deleted({ key: '/pods/b' }, 10)],
      [added(here('c', 10))],
      [bookmark(10, true), bookmark(11)],
    ]);
  });

  it('is what parseFieldSelector makes', async () => {
    const datastore = new MemoryDatastore<Pod>();
    for (const name of ['a', 'b']) await datastore.create({ key: `/pods/${name}`, value: { metadata: { name } } });
    const fieldSelector = parseFieldSelector('metadata.name!=a');
    const listWatch = createListWatchFromClient<Pod>(datastore, 'pods', '', { fieldSelector });
    expect((await listWatch.list()).items.map(({ key }) => key)).toEqual(['/pods/b']);
    await datastore.close();
  });

  it('stops the watch that it reads', async () => {
    const client = new ScriptedClient<Pod>(new SimulatedClock());
    client.onWatch('pods', 'opened', 'opened');
    const listWatch = createListWatchFromClient<Pod>(client, 'pods', '', { fieldSelector: byNode });
    const watch = await listWatch.watch();
    expect([watch.hasTerminated, client.isWatching('pods')]).toEqual([false, true]);
    await watch.stop();
    expect([watch.hasTerminated, client.isWatching('pods')]).toEqual([true, false]);
    await (await listWatch.watch())[Symbol.asyncDispose]();
    expect(client.isWatching('pods')).toBe(false);
  });
});

describe('a label selector', () => {
  const labelled = (name: string, revision: number, labels?: unknown): KVPair<Pod> => {
    return { ...pod(name, revision), value: { metadata: { name, labels } } as unknown as Pod }; // whatever a datastore holds
  };

  it('as parseLabelSelector makes it is applied to lists and watches, and not sent', async () => {
    const client = new ScriptedClient<Pod>(new SimulatedClock());
    const labelSelector = parseLabelSelector('app in (a,b)');
    const listWatch = createListWatchFromClient<Pod>(client, 'pods', '', { labelSelector });
    const [a, c] = [labelled('a', 1, { app: 'a' }), labelled('c', 3, { app: 'c' })];
    client.onList('pods', listOf(10, a, labelled('none', 2), c, labelled('odd', 4, 'app'), labelled('null', 5, null)));
    expect((await listWatch.list()).items).toEqual([a]);
    client.onWatch('pods', 'opened');
    const batches = (await listWatch.watch({ revision: '10' }))[Symbol.asyncIterator]();
    client.send('pods', modified(labelled('c', 11, { app: 'b' }), c), modified(labelled('a', 12, { app: 'c' }), a));
    expect(await batches.next()).toMatchObject({ value: [{ type: 'ADDED' }, { type: 'DELETED', old: a }] });
    const asked = new Notebook();
    await expect(createListWatchFromClient<Pod>(asked, 'pods', '', { labelSelector }).list()).rejects.toThrow('only asking');
    expect(asked.asked).toEqual([['list', { kind: 'pods' }, undefined]]);
  });

  it('narrows a field selector, and may be the text of one that selects everything', async () => {
    const client = new ScriptedClient<Pod>(new SimulatedClock());
    const [a, b] = [labelled('a', 1, { app: 'a' }), labelled('b', 2, { app: 'a' })];
    client.onList('pods', listOf(10, a, b), listOf(10, a, b));
    const fieldSelector = parseFieldSelector('metadata.name!=a');
    const both = { fieldSelector, labelSelector: parseLabelSelector('app') };
    expect((await createListWatchFromClient<Pod>(client, 'pods', '', both).list()).items).toEqual([b]);
    const all = { labelSelector: parseLabelSelector('') };
    expect((await createListWatchFromClient<Pod>(client, 'pods', '', all).list()).items).toEqual([a, b]);
  });

  it('as labels is sent, though one of them be called "matches"', async () => {
    const client = new Notebook();
    const labelSelector = { matches: 'yes' };
    await expect(createListWatchFromClient<Pod>(client, 'pods', '', { labelSelector }).list()).rejects.toThrow('only asking');
    expect(client.asked).toEqual([['list', { kind: 'pods', labelSelector }, undefined]]);
  });

  it('as text is refused', () => {
    const labelSelector = 'app=web' as unknown as Record<string, string>;
    const make = (): unknown => createListWatchFromClient(new Notebook(), 'pods', '', { labelSelector });
    expect(make).toThrow(expect.objectContaining({ code: 'invalid', field: 'labelSelector' }));
  });
});
