/** The poller by its documents: what it puts into the store, what it reports, and what it leaves alone. */
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../../src/cache/keys.js';
import { enumeratorOf, type Enumerator, type GetFunc } from '../../../src/cache/poller/enumerator.js';
import { Poller, type PollerOptions } from '../../../src/cache/poller/poller.js';
import { DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import { UndeltaStore } from '../../../src/cache/undelta-store.js';
import { DatastoreThrottledError, isHeliostatError } from '../../../src/model/errors.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { items, NaiveStore, type Item } from './naive-store.js';

const period = 1_000;

/** A poller on simulated time, and everything that it did. */
function setup(getFunc: GetFunc<Item>, options: Partial<PollerOptions<Item>> = {}) {
  const clock = new SimulatedClock();
  const store = new NaiveStore();
  const logger = new MemoryLogger();
  const errors: string[] = [];
  const stop = new AbortController();
  const onError = (error: Error, stage: string): void => void errors.push(`${stage}: ${error.message}`);
  const poller = new Poller<Item>({ getFunc, period, store, clock, logger, onError, ...options });
  const end = async (running: Promise<void>): Promise<void> => {
    stop.abort();
    await running;
  };
  return { clock, store, logger, errors, poller, stop, end };
}

/** Answers with the next of these each time, and with the last one for ever. */
function answering(...answers: readonly (() => Enumerator<Item> | Promise<Enumerator<Item>>)[]): GetFunc<Item> {
  let calls = 0;
  return () => {
    const answer = answers[Math.min(calls++, answers.length - 1)];
    if (answer === undefined) throw new Error('no answer was given');
    return answer();
  };
}

function failing(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe('a poller', () => {
  it('TestPoller_sync, PO1: the store equals each of five successive enumerations exactly', async () => {
    const lists: readonly (readonly Item[])[] = [
      items('a', 'b', 'c'),
      [{ id: 'a', value: 1 }, ...items('b')],
      items('d'),
      [],
      [{ id: 'd', value: 4 }, ...items('a', 'z')],
    ];
    const { clock, store, poller, stop, end } = setup(answering(...lists.map((list) => () => enumeratorOf(list))));
    const running = poller.run({ signal: stop.signal });
    await clock.settle();
    for (const list of lists) {
      expect(store.list()).toEqual(list.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
      await clock.advance(period);
    }
    await end(running);
  });

  it('TestPoller_Run: getFunc that alternates error and nothing is called again and again, the store stays empty, and stop works', async () => {
    let calls = 0;
    const getFunc = (): Enumerator<Item> => {
      if (calls++ % 2 === 0) throw new Error('away');
      return enumeratorOf<Item>([]);
    };
    const { clock, store, errors, poller, stop, end } = setup(getFunc, { period: 1 });
    const running = poller.run({ signal: stop.signal });
    await clock.advance(20);
    expect(calls).toBeGreaterThanOrEqual(10);
    expect(store.list()).toEqual([]);
    expect(errors.length).toBe(Math.ceil(calls / 2));
    await end(running);
    const before = calls;
    await clock.advance(100);
    expect(calls).toBe(before);
  });

  it('PO3: polls at once, and then a period after each answer', async () => {
    const begun: number[] = [];
    const { clock, poller, stop, end } = setup(() => {
      begun.push(clock.now());
      return new Promise((resolve) => clock.setTimeout(() => resolve(enumeratorOf<Item>([])), 300));
    });
    const running = poller.run({ signal: stop.signal });
    expect(begun).toEqual([0]);
    await clock.advance(3_000);
    expect(begun).toEqual([0, 1_300, 2_600]);
    await end(running);
  });

  it('PO1: a fetch that fails, however it does, leaves the store as it is and is told', async () => {
    const failures: readonly (() => Enumerator<Item> | Promise<Enumerator<Item>>)[] = [
      failing('thrown'),
      () => Promise.reject(new Error('rejected')),
      // oxlint-disable-next-line prefer-promise-reject-errors -- getFunc is anybody's
      () => Promise.reject('a text'),
      () => ({ length: 2, get: (index) => (index === 0 ? { id: 'x', value: 9 } : failing('in the middle')()) }),
      () => undefined as unknown as Enumerator<Item>,
      () => ({ length: 1.5, get: () => ({ id: 'x', value: 9 }) }),
      () => ({ length: -1, get: () => ({ id: 'x', value: 9 }) }),
      () => ({ length: Infinity, get: () => ({ id: 'x', value: 9 }) }),
      () => ({ length: 1, get: () => null as unknown as Item }),
      () => items('x') as unknown as Enumerator<Item>, // an array is no enumerator
    ];
    const { clock, store, logger, errors, poller, stop, end } = setup(
      answering(
        () => enumeratorOf(items('a')),
        ...failures,
        () => enumeratorOf(items('b')),
      ),
    );
    const running = poller.run({ signal: stop.signal });
    await clock.advance(failures.length * period);
    expect(store.list()).toEqual(items('a'));
    expect(errors).toEqual([
      'fetch: thrown',
      'fetch: rejected',
      'fetch: Something that is no Error was thrown: a text',
      'fetch: in the middle',
      ...Array.from({ length: 4 }, () => expect.stringContaining('did not answer with an enumerator') as string),
      'fetch: The enumerator has null at 0 of 1, which means "no object".',
      expect.stringContaining('did not answer with an enumerator'),
    ]);
    expect(logger.entries.filter(({ level }) => level === 'error')).toHaveLength(failures.length);
    await clock.advance(period);
    expect(store.list()).toEqual(items('b'));
    await end(running);
  });

  it('PO1: an empty enumeration empties the store', async () => {
    const { clock, store, errors, poller, stop, end } = setup(
      answering(
        () => enumeratorOf(items('a', 'b')),
        () => enumeratorOf<Item>([]),
      ),
    );
    const running = poller.run({ signal: stop.signal });
    await clock.settle();
    expect(store.listKeys()).toEqual(['a', 'b']);
    await clock.advance(period);
    expect([store.list(), errors]).toEqual([[], []]);
    await end(running);
  });

  it('PO2: gives up what has not answered in time, tells it by its signal, and drops what it answers later', async () => {
    const late: ((answer: Enumerator<Item>) => void)[] = [];
    const signals: AbortSignal[] = [];
    const { clock, store, errors, poller, stop, end } = setup(
      ({ signal }) => {
        signals.push(signal);
        if (signals.length !== 2) return enumeratorOf(items(`poll-${signals.length}`));
        return new Promise((resolve) => late.push(resolve));
      },
      { requestTimeout: 5_000 },
    );
    const running = poller.run({ signal: stop.signal });
    await clock.advance(period + 4_999);
    expect([signals.length, signals[1]?.aborted]).toEqual([2, false]);
    await clock.advance(1);
    expect(signals[1]?.aborted).toBe(true);
    expect(errors).toEqual(['fetch: getFunc has not answered within 5000 ms.']);
    await clock.advance(period);
    late[0]?.(enumeratorOf(items('late')));
    await clock.settle();
    expect(store.listKeys()).toEqual(['poll-3']);
    await clock.advance(period);
    expect([store.listKeys(), errors.length]).toEqual([['poll-4'], 1]);
    await end(running);
  });

  it('PO4: an enumeration equal to the last one is not handed on: queues and listeners hear of changes', async () => {
    const { clock, store, poller, stop, end } = setup(
      answering(
        () => enumeratorOf(items('a', 'b')),
        () => enumeratorOf(items('a', 'b')),
        failing('away'),
        () => enumeratorOf(items('a', 'b')),
        () => enumeratorOf([{ id: 'a', value: 1 }, ...items('b')]),
      ),
    );
    const running = poller.run({ signal: stop.signal });
    await clock.advance(3 * period);
    expect(store.given).toHaveLength(1);
    await clock.advance(5 * period);
    expect(store.given).toHaveLength(2);
    expect(store.getByKey('a')).toEqual({ id: 'a', value: 1 });
    await end(running);
  });

  it('PO4: another order of the same objects is no change, and fills no queue; what comes or goes is one', async () => {
    const idOf = ({ id }: Item): string => id;
    const queue = new DeltaFIFO<Item>({ keyFunc: idOf });
    const answers = ['a b c', 'c a b', 'b c a', 'c b', 'b c', 'b c d', 'd c b'];
    const { clock, errors, poller, stop, end } = setup(
      answering(...answers.map((text) => () => enumeratorOf(items(...text.split(' '))))),
      { store: queue },
    );
    const running = poller.run({ signal: stop.signal });
    await clock.settle();
    const given: (readonly string[])[] = [];
    for (let poll = 0; poll < answers.length + 3; poll++) {
      const keys: string[] = [];
      for (let deltas = queue.tryPop(); deltas !== undefined; deltas = queue.tryPop()) {
        keys.push(...deltas.map(({ type, object }) => `${type} ${keyOf(idOf, object)}`));
      }
      given.push(keys);
      await clock.advance(period);
    }
    const quiet: readonly string[] = [];
    expect(given).toEqual([
      ['Sync a', 'Sync b', 'Sync c'],
      quiet,
      quiet,
      ['Sync c', 'Sync b', 'Deleted a'],
      quiet,
      ['Sync b', 'Sync c', 'Sync d'],
      ...Array.from({ length: 4 }, () => quiet),
    ]);
    expect(errors).toEqual([]);
    await end(running);
  });

  it('PO4: a store that pushes everything after each operation pushes when something has changed', async () => {
    const pushed: string[] = [];
    const store = new UndeltaStore<Item>({
      keyFunc: ({ id }) => id,
      pushFunc: (objects) => pushed.push(objects.map(({ id, value }) => `${id}${value}`).join()),
    });
    const { clock, poller, stop, end } = setup(
      answering(
        () => enumeratorOf(items('b', 'a')),
        () => enumeratorOf(items('b', 'a')),
        () => enumeratorOf([{ id: 'a', value: 1 }]),
      ),
      { store },
    );
    const running = poller.run({ signal: stop.signal });
    await clock.advance(10 * period);
    expect(pushed).toEqual(['a0,b0', 'a1']);
    await end(running);
  });

  it('PO4: what the store refuses is told, and given to it again', async () => {
    const { clock, store, logger, errors, poller, stop, end } = setup(answering(() => enumeratorOf(items('a'))));
    store.refusals.push(new Error('out of order'), 'a text');
    const running = poller.run({ signal: stop.signal });
    await clock.advance(2 * period);
    expect(errors).toEqual(['replace: out of order', 'replace: Something that is no Error was thrown: a text']);
    expect(logger.entries.map(({ level, fields }) => [level, fields['stage']])).toEqual([
      ['error', 'replace'],
      ['error', 'replace'],
    ]);
    expect([store.given.length, store.listKeys()]).toEqual([3, ['a']]);
    await clock.advance(5 * period);
    expect(store.given).toHaveLength(3);
    await end(running);
  });

  it('PO4: an enumeration that the store has refused is handed on also when it had taken the same before', async () => {
    const { clock, store, poller, stop, end } = setup(
      answering(
        () => enumeratorOf(items('a')),
        () => enumeratorOf(items('b')),
        () => enumeratorOf(items('a')),
      ),
    );
    const running = poller.run({ signal: stop.signal });
    await clock.settle();
    store.refusals.push(new Error('half done'));
    await clock.advance(2 * period);
    expect(store.given.map((list) => list.map(({ id }) => id))).toEqual([['a'], ['b'], ['a']]);
    await end(running);
  });

  it('PO4: an object that its owner would change in place is frozen, so no change can be missed', async () => {
    const mine = { id: 'a', value: 0 };
    const { clock, store, errors, poller, stop, end } = setup(() => {
      mine.value++;
      return enumeratorOf([mine]);
    });
    const running = poller.run({ signal: stop.signal });
    await clock.advance(period);
    expect(Object.isFrozen(store.getByKey('a'))).toBe(true);
    expect(errors).toEqual([expect.stringContaining('fetch: Cannot assign to read only property')]);
    await end(running);
  });

  it('PO1: objects that are no plain data are told and not put in, unless somebody vouches for them', async () => {
    const dated = { id: 'a', value: 0, since: new Date(0) };
    const first = setup(() => enumeratorOf<Item>([dated]));
    const running = first.poller.run({ signal: first.stop.signal });
    await first.clock.settle();
    expect(first.errors).toEqual([expect.stringContaining('replace: Illegal value: value.since')]);
    expect(first.store.given).toEqual([]);
    await first.end(running);
    const vouched = setup(() => enumeratorOf<Item>([{ id: 'a', value: 0 }]), { immutableValues: true });
    const again = vouched.poller.run({ signal: vouched.stop.signal });
    await vouched.clock.settle();
    expect(Object.isFrozen(vouched.store.getByKey('a'))).toBe(false);
    await vouched.end(again);
  });

  it('PO3: a throttling datastore is left alone for as long as it asks', async () => {
    const begun: number[] = [];
    const { clock, errors, poller, stop, end } = setup(() => {
      begun.push(clock.now());
      if (begun.length === 2) throw new DatastoreThrottledError('too many requests', { retryAfter: 30_000 });
      return enumeratorOf<Item>([]);
    });
    const running = poller.run({ signal: stop.signal });
    await clock.advance(33_000);
    expect(begun).toEqual([0, 1_000, 31_000, 32_000, 33_000]);
    expect(errors).toEqual(['fetch: too many requests']);
    await end(running);
  });

  it('D7: an onError that throws or rejects is reported, and costs nothing else', async () => {
    let calls = 0;
    const onError = (): void => {
      calls++;
      if (calls === 1) throw new Error('from onError');
      return Promise.reject(new Error('later')) as unknown as undefined;
    };
    const { clock, store, logger, poller, stop, end } = setup(
      answering(failing('one'), failing('two'), () => enumeratorOf(items('a'))),
      { onError },
    );
    const running = poller.run({ signal: stop.signal });
    await clock.advance(2 * period);
    const messages = logger.entries.map(({ message }) => message);
    expect(messages.filter((message) => message.includes('onError'))).toEqual([
      'A callback onError failed: from onError',
      'A callback onError failed: later',
    ]);
    expect([calls, store.listKeys()]).toEqual([2, ['a']]);
    await end(running);
  });

  it.each([
    [{ getFunc: undefined }, 'getFunc'],
    [{ store: {} }, 'store'],
    [{ period: 0 }, 'period'],
    [{ period: Number.NaN }, 'period'],
    [{ period: '5' }, 'period'],
    [{ requestTimeout: 0 }, 'requestTimeout'],
    [{ stopLimit: -1 }, 'stopLimit'],
  ] as const)('D11: %j is refused, naming %s', (illegal, field) => {
    const options = { getFunc: () => enumeratorOf<Item>([]), period, store: new NaiveStore(), ...illegal };
    let thrown: unknown;
    try {
      void new Poller(options as unknown as PollerOptions<Item>);
    } catch (error) {
      thrown = error;
    }
    expect(isHeliostatError(thrown, 'invalid') ? thrown.field : thrown).toBe(field);
  });

  it('enumeratorOf: hands out the array, and says when it has become shorter', () => {
    const list = items('a', 'b');
    const enumerator = enumeratorOf(list);
    expect([enumerator.length, enumerator.get(0), enumerator.get(1)]).toEqual([2, ...items('a', 'b')]);
    list.pop();
    expect(() => enumerator.get(1)).toThrow('There is no object 1');
  });
});
