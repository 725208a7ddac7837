/** The parts of the memory datastore by themselves: revisions, options, times to live and pages. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRevision } from '../../../src/datastore/memory/history.js';
import { Leases } from '../../../src/datastore/memory/leases.js';
import { MemoryBackend } from '../../../src/datastore/memory/memory-backend.js';
import { memorySettingsOf } from '../../../src/datastore/memory/memory-options.js';
import { seededRandom } from '../../../src/ports/random.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { refusalOf } from '../../support/memory-play.js';

const open = () => new MemoryBackend({ clock: new SimulatedClock(), random: seededRandom(1) });

describe('revisions', () => {
  it('C9: are numbers that JavaScript holds exactly, in decimal digits, and nothing else', () => {
    const text = fc.oneof(
      fc.bigInt({ min: 0n, max: 20_000_000_000_000_000n }).map(String),
      fc.nat().map((n) => `00${n}`),
      fc.constantFrom(
        '',
        ' 1',
        '1 ',
        '-1',
        '1.5',
        '1e3',
        '0x1',
        'x1',
        '1x',
        '9007199254740991',
        '9007199254740992',
        '00000000000000001',
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(text, fc.string(), (revision, field) => {
        const isDigits =
          revision.length > 0 && revision.length <= 16 && revision.split('').every((char) => '0123456789'.includes(char));
        if (isDigits && BigInt(revision) <= 9_007_199_254_740_991n)
          expect(parseRevision(revision, field)).toBe(Number(BigInt(revision)));
        else expect(() => parseRevision(revision, field)).toThrow(expect.objectContaining({ code: 'invalid', field }));
      }),
      { seed: 91, numRuns: 500 },
    );
    expect(() => parseRevision('x')).toThrow(expect.objectContaining({ field: 'revision' }));
  });

  it('R3: are ordered as the numbers that they are', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(Math.sign(open().compareRevisions(String(a), String(b)))).toBe(Math.sign(a - b));
      }),
    );
  });
});

describe('the options of a memory datastore', () => {
  it('D14: are what is given and the documented defaults, and refused by name when no batch or bookmark could come of them', () => {
    const anyNumber = fc.option(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(NaN, Infinity, 0.5)), { nil: undefined });
    const clock = new SimulatedClock();
    fc.assert(
      fc.property(anyNumber, anyNumber, anyNumber, anyNumber, (bookmarkInterval, maxBatch, maxRevisions, maxAge) => {
        const wrong = Object.entries({ bookmarkInterval, maxBatch }).find(([, value]) => value !== undefined && !(value > 0))?.[0];
        const attempt = () => memorySettingsOf({ bookmarkInterval, maxBatch, history: { maxRevisions, maxAge } as object, clock });
        if (wrong !== undefined) expect(attempt).toThrow(expect.objectContaining({ code: 'invalid', field: wrong }));
        else {
          expect(attempt()).toMatchObject({
            bookmarkInterval: bookmarkInterval ?? 10_000,
            maxBatch: maxBatch ?? 1_000,
            history: { maxRevisions: maxRevisions ?? 10_000, maxAge: maxAge ?? Infinity },
            clock,
          });
        }
      }),
      { seed: 92, numRuns: 300 },
    );
    expect(memorySettingsOf({}).history).toEqual({ maxRevisions: 10_000, maxAge: Infinity });
  });

  it('H49: a store has a name of its own, from the chance that it is given', () => {
    const nameOf = (seed: number) => memorySettingsOf({ random: seededRandom(seed) }).storeId;
    const names = Array.from({ length: 500 }, (_, seed) => nameOf(seed));
    expect(new Set(names).size).toBe(500);
    expect(names.filter((name) => !/^memory-[0-9a-z]{1,7}$/.test(name))).toEqual([]);
    expect(nameOf(7)).toBe(nameOf(7));
  });
});

describe('times to live', () => {
  it('D6: end once each, when they are due, the last one that was agreed; cleared, none is left', async () => {
    const key = fc.constantFrom('/a', '/b');
    const step = fc.oneof(
      fc.record({ key, ttl: fc.option(fc.constantFrom(5, 20, 100), { nil: undefined }) }),
      fc.record({ ms: fc.constantFrom(1, 5, 30) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const clock = new SimulatedClock();
        const expired: string[] = [];
        const leases = new Leases(clock, (name) => expired.push(`${name} at ${clock.now()}`));
        const due = new Map<string, number>();
        const wanted: string[] = [];
        for (const one of steps) {
          if ('ms' in one) {
            await clock.advance(one.ms);
            const over = [...due].filter(([, at]) => at <= clock.now()).toSorted(([, a], [, b]) => a - b);
            for (const [name, at] of over) {
              due.delete(name);
              wanted.push(`${name} at ${at}`);
            }
          } else {
            leases.renew(one.key, one.ttl);
            due.delete(one.key);
            if (one.ttl !== undefined) due.set(one.key, clock.now() + one.ttl);
          }
          expect(expired).toEqual(wanted);
          expect(clock.pending).toBe(due.size);
        }
        leases.clear();
        expect(clock.pending).toBe(0);
      }),
      { seed: 93, numRuns: 200 },
    );
  });
});

describe('pages', () => {
  it('R13, C6: put together are the list at the revision of the first, each as large as asked for, whatever is written meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(20), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (names, limit, all) => {
          const store = open();
          for (const name of names) await store.apply({ key: `/a/${name}`, value: name });
          await store.apply({ key: '/ab/1', value: 'another kind' });
          const whole = await store.list({ kind: 'a' }, all ? { limit: 0 } : {});
          expect(whole.continue).toBeUndefined();
          const pages: string[][] = [];
          let token: string | undefined;
          do {
            const page = await store.list({ kind: 'a' }, token === undefined ? { limit } : { limit, continue: token });
            expect(page.revision).toBe(whole.revision);
            pages.push(page.items.map(({ key }) => key));
            token = page.continue;
            await store.apply({ key: `/a/new${pages.length}`, value: 0 });
            if (token !== undefined) await store.delete('/a/new1').catch(() => {});
          } while (token !== undefined);
          expect(pages.flat()).toEqual(whole.items.map(({ key }) => key));
          expect(pages.slice(0, -1).filter((page) => page.length !== limit)).toEqual([]);
          expect(pages.length).toBe(Math.max(1, Math.ceil(names.length / limit)));
          await store.close();
        },
      ),
      { seed: 94, numRuns: 150 },
    );
  });

  it('R17: what cannot be read is told with the first page, and with no other', async () => {
    const store = open();
    for (const name of [1, 2, 3]) await store.apply({ key: `/a/${name}`, value: name });
    await store.corrupt('/a/2', '{');
    const first = await store.list({}, { limit: 1 });
    const second = await store.list({}, { limit: 1, continue: first.continue });
    expect([first.malformed?.length, second.malformed, second.items.length]).toEqual([1, undefined, 1]);
    await store.close();
  });

  it('C12: a limit or a token that is none is refused by name', async () => {
    const store = open();
    await store.apply({ key: '/a/1', value: 1 });
    const tokenOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const wrongToken = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc
        .constantFrom<unknown>(null, {}, 'x', 1, [], ['2'], [2, '/a/1'], ['2', 1], [null, '/a/1'], { 0: '2', 1: '/a/1' })
        .map(tokenOf),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.double(), fc.integer({ min: -5, max: 5 })), wrongToken, async (limit, token) => {
        const isLegal = limit === 0 || (limit > 0 && limit % 1 === 0 && Math.abs(limit) < Infinity);
        expect(await refusalOf(store.list({}, { limit }))).toBe(isLegal ? 'done' : 'invalid limit');
        expect(await refusalOf(store.list({}, { continue: token }))).toBe('invalid continue');
      }),
      { seed: 95, numRuns: 300 },
    );
    await store.close();
  });
});
