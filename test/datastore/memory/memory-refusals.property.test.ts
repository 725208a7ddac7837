/** What the memory datastore refuses, what it says then, and what is over with it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../../src/datastore/memory/memory-backend.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { seededRandom } from '../../../src/ports/random.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { refusalOf } from '../../support/memory-play.js';

const open = () => new MemoryBackend({ clock: new SimulatedClock(), random: seededRandom(1) });

describe('the memory datastore', () => {
  it('H11: a watch that is not read finds everything later, or that it has fallen behind what is kept', async () => {
    const count = fc.integer({ min: 1, max: 8 });
    await fc.assert(
      fc.asyncProperty(count, count, count, async (before, writes, back) => {
        const store = open();
        for (let n = 0; n < before; n++) await store.apply({ key: '/a/1', value: n });
        const slow = (await store.watch({}))[Symbol.asyncIterator]();
        for (let n = 0; n < writes; n++) await store.apply({ key: '/a/1', value: n });
        const oldest = Math.max(1, before + writes + 1 - back);
        await store.compact(String(oldest));
        let answer: string | undefined;
        const reading = slow.next().then(({ value }) => expect((value as readonly unknown[]).length).toBe(writes));
        void refusalOf(reading).then((end) => (answer = end));
        await new Promise((resolve) => setImmediate(resolve));
        expect(answer).toBe(oldest > before + 1 ? 'revision-compacted' : 'done');
        await store.close();
      }),
      { seed: 96, numRuns: 100 },
    );
  });

  it('C13: a closed datastore and an aborted call refuse every operation, each for its own reason', async () => {
    const pair = { key: '/a/1', value: 1 };
    const calls: readonly ((store: MemoryBackend, signal?: AbortSignal) => Promise<unknown>)[] = [
      (store, signal) => store.create(pair, { signal }),
      (store, signal) => store.update(pair, { signal }),
      (store, signal) => store.apply(pair, { signal }),
      (store, signal) => store.delete('/a/1', { signal }),
      (store, signal) => store.transaction([], { signal }),
      (store, signal) => store.get('/a/1', { signal }),
      (store, signal) => store.list({}, { signal }),
      (store, signal) => store.watch({}, { signal }),
      (store, signal) => store.ensureInitialized({ signal }),
      (store, signal) => store.clean({ signal }),
      (store) => store.compact(),
      (store) => store.corrupt('/a/1', ''),
    ];
    const reason = new Error('changed my mind');
    for (const [index, call] of calls.entries()) {
      const store = open();
      await store.create({ key: '/a/2', value: 2 });
      if (index < 10) await expect(call(store, AbortSignal.abort(reason)), String(index)).rejects.toBe(reason);
      expect(store.revision, 'and nothing has happened').toBe('2');
      await store[Symbol.asyncDispose]();
      expect(await refusalOf(call(store)), String(index)).toBe('closed');
    }
  });

  it('C12: an operation on an illegal key is refused, and nothing happens', async () => {
    const illegal = fc.oneof(
      fc.string().filter((key) => !key.startsWith('/')),
      fc.constantFrom('/', '/a/', '//a', '/a%', '/\ud800'),
    );
    await fc.assert(
      fc.asyncProperty(illegal, async (key) => {
        const store = open();
        const pair = { key, value: 1 };
        const attempts = [
          store.create(pair),
          store.update(pair),
          store.apply(pair),
          store.delete(key),
          store.get(key),
          store.corrupt(key, 'x'),
        ];
        for (const attempt of attempts) expect(await refusalOf(attempt)).toBe('invalid key');
        for (const op of ['create', 'update', 'apply'] as const)
          expect(await refusalOf(store.transaction([{ op, object: pair }]))).toBe('invalid key');
        expect(await refusalOf(store.transaction([{ op: 'delete', key }]))).toBe('invalid key');
        expect(store.revision).toBe('1');
      }),
      { seed: 97, numRuns: 60 },
    );
  });

  it('R17: what cannot be read is quoted, in part when it is long', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ size: 'max', maxLength: 400 }),
          fc.integer({ min: 199, max: 202 }).map((length) => 'x'.repeat(length)),
        ),
        async (raw) => {
          const store = open();
          await store.corrupt('/a/1', raw);
          const error = await store.get('/a/1').catch((thrown: unknown) => thrown);
          if (!isHeliostatError(error, 'malformed')) throw new Error('an entry that cannot be read was read');
          const quoted = raw.length <= 200 ? raw : `${raw.slice(0, 200)}...`;
          expect(error.message.endsWith(`it is ${JSON.stringify(quoted)}.`)).toBe(true);
          expect(error).toMatchObject({ key: '/a/1', rawKey: '/a/1', rawValue: raw, revision: '2' });
        },
      ),
      { seed: 98, numRuns: 100 },
    );
  });

  it('a watch is iterated once', async () => {
    const store = open();
    const watch = await store.watch({});
    const first = watch[Symbol.asyncIterator]();
    expect(() => watch[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: 'invalid', field: 'watch' }));
    await watch[Symbol.asyncDispose]();
    let answer: unknown;
    void first.next().then((result) => (answer = result));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answer).toEqual({ done: true, value: undefined });
  });

  it('C12: a transaction with an operation that is none is refused by name, and nothing happens', async () => {
    const none = fc.oneof(fc.string(), fc.constantFrom('Create', 'put', '', undefined, null, 1));
    await fc.assert(
      fc.asyncProperty(none, fc.nat(1), async (op, place) => {
        fc.pre(!['create', 'update', 'apply', 'delete'].includes(String(op)));
        const store = open();
        const operations = [{ op: 'create', object: { key: '/a/1', value: 1 } }];
        operations.splice(place, 0, { op, key: '/a/2', object: { key: '/a/2', value: 1 } } as never); // as JavaScript can
        expect(await refusalOf(store.transaction(operations as never))).toBe('invalid op');
        expect(store.revision).toBe('1');
      }),
      { seed: 99, numRuns: 50 },
    );
  });

  it('C7: everything that a client can offer is offered, and what is compacted without a revision is all but the latest', async () => {
    const store = open();
    expect(Object.values(store.capabilities)).toEqual(Array.from({ length: 11 }, () => true));
    expect(Object.isFrozen(store.capabilities)).toBe(true);
    await store.apply({ key: '/a/1', value: 1 });
    await store.compact();
    expect(store.compactedRevision).toBe('2');
  });
});
