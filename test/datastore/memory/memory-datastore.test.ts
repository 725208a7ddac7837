/** The memory datastore by example: what it keeps, what ends, and what it refuses. */
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { SimulatedClock } from '../../../src/testing/index.js';
import { codeOf, lineOf } from '../../support/answers.js';

describe('the memory datastore', () => {
  it('keeps as many revisions, and as old ones, as it is told to, and always the latest', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryDatastore<number>({ clock, history: { maxRevisions: 3, maxAge: 1_000 } });
    for (let n = 0; n < 10; n++) await store.apply({ key: '/a/1', value: n });
    expect([store.compactedRevision, store.revision]).toEqual(['8', '11']);
    expect((await store.get('/a/1', { revision: '8' })).value).toBe(6);
    await clock.advance(1_001);
    expect(await codeOf(store.get('/a/1', { revision: '8' }))).toBe('revision-compacted');
    expect([store.compactedRevision, (await store.get('/a/1')).value]).toEqual(['11', 9]);
    await store.close();
  });

  it('a watch that is read slowly finds everything; one that falls behind what is kept is told so', async () => {
    const store = new MemoryDatastore<number>({ clock: new SimulatedClock(), history: { maxRevisions: 10 } });
    const slow = (await store.watch({}, { revision: '1' }))[Symbol.asyncIterator]();
    for (let n = 0; n < 10; n++) await store.apply({ key: `/a/${n}`, value: n });
    expect(((await slow.next()).value as readonly WatchEvent[]).length).toBe(10);
    for (let n = 0; n < 11; n++) await store.apply({ key: `/a/${n}`, value: n });
    expect(await codeOf(slow.next())).toBe('revision-compacted');
    await store.close();
  });

  it('compacting beyond the latest revision, to nonsense, or backwards', async () => {
    const store = new MemoryDatastore<number>();
    await store.apply({ key: '/a/1', value: 1 });
    expect(await codeOf(store.compact('99'))).toBe('revision-too-new');
    expect(await codeOf(store.compact('x'))).toBe('invalid');
    await store.compact();
    await store.compact('1');
    expect(store.compactedRevision).toBe('2');
    await store.close();
  });

  it('C11, C13: times to live and watches end with it, and leave no timer', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryDatastore<number>({ clock });
    for (let n = 0; n < 5; n++) await store.create({ key: `/a/${n}`, value: n, ttl: 1_000 });
    const reading = (async () => {
      for await (const batch of await store.watch({})) void batch;
    })();
    await clock.settle();
    expect(clock.pending).toBeGreaterThan(5);
    await store.close();
    expect(await codeOf(reading)).toBe('closed');
    expect(clock.pending).toBe(0);
  });

  it('an object that expires is deleted at a revision of its own, with what it was', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryDatastore<number>({ clock });
    const { revision = '' } = await store.create({ key: '/a/1', value: 7, ttl: 500 });
    const watch = await store.watch({}, { revision });
    const reading = watch[Symbol.asyncIterator]().next();
    await clock.advance(500);
    expect(((await reading).value as readonly WatchEvent[]).map(lineOf)).toEqual(['3 DELETED /a/1 7']);
    await store.close();
  });

  it('options that are none are refused', () => {
    expect(() => new MemoryDatastore({ maxBatch: 0 })).toThrow('Illegal maxBatch 0');
    expect(() => new MemoryDatastore({ bookmarkInterval: NaN })).toThrow('Illegal bookmarkInterval NaN');
  });
});

describe('a transaction', () => {
  it('C12: with an operation that is none is refused, and nothing is stored', async () => {
    const datastore = new MemoryDatastore();
    const wrong = [{ type: 'create', object: { key: '/pods/a', value: 1 } }] as unknown as Parameters<
      MemoryDatastore['transaction']
    >[0]; // as JavaScript can
    await expect(datastore.transaction(wrong)).rejects.toMatchObject({ code: 'invalid' });
    expect((await datastore.list({})).items).toEqual([]);
    await datastore.close();
  });
});
