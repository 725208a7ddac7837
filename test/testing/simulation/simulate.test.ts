/** The simulator itself: it repeats itself to the byte, notices what breaks it, finds what is broken, and makes it small. */
import { readFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { hrtime } from 'node:process';
import { describe, expect, it } from 'vitest';
import { createSyncer, UpdateType, type Syncer, type SyncerCallbacks } from '../../../src/index.js';
import {
  simulate,
  SimulationError,
  SimulationTotals,
  type MirrorUnderTest,
  type SimulatedValue,
  type Surroundings,
} from '../../../src/testing/index.js';

type Build = (surroundings: Surroundings<SimulatedValue>) => MirrorUnderTest;

const plain: Build = ({ client, types, callbacks, options }) => createSyncer(client, types, callbacks, options);

/** Builds the syncer with other callbacks, which may not pass on what they are told. */
function telling(tamper: (callbacks: SyncerCallbacks) => SyncerCallbacks): Build {
  return ({ client, types, callbacks, options }) => createSyncer(client, types, tamper(callbacks), options);
}

/** Does something whenever a mirror is built. */
function doing(deed: () => unknown): Build {
  return (surroundings) => {
    void deed();
    return plain(surroundings);
  };
}

/** The lines of the specification that a mirror breaks, by the first few seeds. */
async function violationsOf(build: Build): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const seed of [3, 6, 8]) {
    const failure: unknown = await simulate({ seed, hours: 0.1, build, shrink: 0 }).catch((error: unknown) => error);
    if (failure instanceof SimulationError) ids.push(failure.id);
  }
  return ids;
}

async function failureOf(build: Build, shrink = 0): Promise<SimulationError> {
  const failure: unknown = await simulate({ seed: 3, hours: 0.1, build, shrink, commit: 'abc123' }).catch(
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(SimulationError);
  return failure as SimulationError;
}

describe('a simulation', () => {
  it('is the same for the same seed, and another for another', async () => {
    const [first, again, other] = [1, 1, 2].map((seed) => simulate({ seed, hours: 0.1 }));
    expect(await again).toEqual(await first);
    expect((await other)?.traceHash).not.toBe((await first)?.traceHash);
    expect((await first)?.events).toBeGreaterThan(500);
    expect((await first)?.simulatedMs).toBeGreaterThan(0.1 * 3_600_000);
  });

  it('compares two runs to the byte', async () => {
    await expect(simulate({ seed: 4, hours: 0.1, determinism: 'run-twice' })).resolves.toBeDefined();
    let built = 0;
    const whimsical: Build = (surroundings) => {
      built++;
      return plain({ ...surroundings, options: { ...surroundings.options, initialList: built % 2 === 0 ? 'paged' : 'streamed' } });
    };
    await expect(simulate({ seed: 4, hours: 0.1, build: whimsical, determinism: 'run-twice' })).rejects.toThrow(
      /^D6: The same plan ran differently the second time\. Line \d+ was ".*", then "/,
    );
  });

  it('waits for what asks for ticks, and stays the same', async () => {
    const ticking = telling((callbacks) => ({
      ...callbacks,
      onUpdates: async (updates) => {
        for (let n = 0; n < 5; n++) await new Promise<void>((resolve) => process.nextTick(resolve));
        await callbacks.onUpdates?.(updates);
      },
    }));
    await expect(simulate({ seed: 5, hours: 0.1, build: ticking, determinism: 'run-twice' })).resolves.toBeDefined();
  });

  it('says what it has not met', async () => {
    const totals = new SimulationTotals();
    expect(totals.missing()).toContain('watch.cut');
    totals.add(await simulate({ seed: 1, hours: 0.1 }));
    expect(totals.missing()).not.toContain('action:apply');
    expect(totals.summary(1)).toMatch(/^1 simulations, \d+ events, 0\.\d simulated hours in 1\.0 s/);
  });
});

describe('the sentinel', () => {
  const leaks: Readonly<Record<string, () => unknown>> = {
    Timeout: () => setTimeout(() => {}, 0),
    Immediate: () => setImmediate(() => {}),
    'Date.now': () => Date.now(),
    'new Date()': () => new Date(),
    'process.hrtime': () => process.hrtime(),
    'process.hrtime.bigint': () => process.hrtime.bigint(),
    'Math.random': () => Math.random(),
    'performance.now': () => performance.now(),
    'crypto.randomUUID': () => crypto.randomUUID(),
    'node:crypto.randomUUID': () => randomUUID(),
    FSREQPROMISE: () => readFile(import.meta.filename),
    HASHREQUEST: () => crypto.subtle.digest('SHA-256', new Uint8Array(8)),
  };

  it.each(Object.entries(leaks))('D6: names %s, and who asked for it', async (name, leak) => {
    const { id, message } = await failureOf(doing(leak));
    expect(id).toBe('D6');
    expect(message).toContain(`asked its process for ${name},`);
    expect(message).toContain('simulate.test.ts');
  });

  it('D6: names Date without arguments when it is called, and hrtime when it was imported', async () => {
    for (const leak of [() => Date(), () => Reflect.construct(Date, [])]) {
      expect(await failureOf(doing(leak))).toMatchObject({ id: 'D6', message: expect.stringContaining('new Date()') });
    }
    expect((await failureOf(doing(() => hrtime()))).message).toContain('asked its process for process.hrtime,');
  });

  it('answers what it names by the time of the simulation', async () => {
    const told: unknown[] = [];
    await failureOf(doing(() => told.push(new Date().getTime(), Date.now(), process.hrtime([1, 0]), process.hrtime.bigint())));
    expect(told.slice(0, 4)).toEqual([1_800_000_000_000, 1_800_000_000_000, [-1, 0], 0n]);
  });

  it('lets dates be made of what is known', async () => {
    const told: unknown[] = [];
    const calendar = doing(() => {
      const date = new Date(2_000_000_000_000);
      told.push(date.toISOString(), date instanceof Date, new Date(date).getTime(), Date.UTC(2033, 4));
    });
    await expect(simulate({ seed: 3, hours: 0.1, build: calendar })).resolves.toBeDefined();
    expect(told.slice(0, 4)).toEqual(['2033-05-18T03:33:20.000Z', true, 2_000_000_000_000, 1_998_518_400_000]);
  });

  it('puts everything back, whatever happens', async () => {
    const before = [
      Date,
      process.hrtime,
      process.hrtime.bigint,
      hrtime,
      Date.now,
      Math.random,
      performance.now,
      crypto.randomUUID,
      randomUUID,
    ];
    await failureOf(doing(() => Date.now()));
    const broken = doing(() => {
      throw new Error('not today');
    });
    await expect(simulate({ seed: 1, hours: 0.1, build: broken })).rejects.toThrow('not today');
    expect([
      Date,
      process.hrtime,
      process.hrtime.bigint,
      hrtime,
      Date.now,
      Math.random,
      performance.now,
      crypto.randomUUID,
      randomUUID,
    ]).toEqual(before);
    await expect(simulate({ seed: 1, hours: 0.05 })).resolves.toBeDefined();
  });
});

describe('a broken mirror', () => {
  const deaf = telling((callbacks) => ({
    ...callbacks,
    onUpdates: (updates) => {
      const heard = updates.filter(({ type, key }) => type !== UpdateType.Deleted || !key.startsWith('/a/'));
      return heard.length === 0 ? undefined : callbacks.onUpdates?.(heard);
    },
  }));

  const mirrors: Readonly<Record<string, readonly [id: string, build: Build]>> = {
    'that never tells of deletions': ['I11', deaf],
    'that tells everything twice': [
      'I4',
      telling((callbacks) => ({
        ...callbacks,
        onUpdates: async (updates) => {
          await callbacks.onUpdates?.(updates);
          await callbacks.onUpdates?.(updates);
        },
      })),
    ],
    'that begins with another status': [
      'I1',
      telling(({ onStatusUpdated: _, ...callbacks }) => ({
        ...callbacks,
        onStatusUpdated: (status) => (status === 'waitForDatastore' ? undefined : _?.(status)),
      })),
    ],
    'that never tells its status': ['I3', telling(({ onStatusUpdated: _, ...callbacks }) => callbacks)],
    'that leaves a timer': [
      'R19',
      (surroundings) => {
        surroundings.options.clock.setTimeout(() => {}, 1_000_000_000);
        return plain(surroundings);
      },
    ],
    'that never stops': ['R19', (surroundings) => withStop(plain(surroundings), () => new Promise(() => {}))],
    'that says it has stopped, and goes on': [
      'R19',
      (surroundings) => withStop(plain(surroundings), () => Promise.resolve({ undelivered: 1 })),
    ],
    'that is never in sync': ['RL1', (surroundings) => ({ ...withStop(plain(surroundings)), status: 'waitForDatastore' })],
    'that asks whenever it can': ['R20', plainWith({ minResyncInterval: 1, listRetryInterval: 1 })],
    'that leaves a rejection to itself': ['C11', doing(() => Promise.reject(new Error('nobody cares')))],
    'that loses an object': [
      'R1',
      ({ client, ...surroundings }) => {
        const list: typeof client.list = async (...request) => {
          const found = await client.list(...request);
          return { ...found, items: found.items.slice(1) };
        };
        const { capabilities } = client;
        const forgetful = {
          capabilities,
          list,
          watch: client.watch.bind(client),
          compareRevisions: (a: string, b: string) => Number(a) - Number(b),
        };
        return createSyncer(forgetful, surroundings.types, surroundings.callbacks, surroundings.options);
      },
    ],
  };

  it.each(Object.entries(mirrors))('%s is found', async (_, [id, build]) => {
    expect(await violationsOf(build)).toContain(id);
  });

  it('is found in little, again and again', async () => {
    const failure = await failureOf(deaf, 50);
    expect(failure.plan.actions.length).toBeLessThan(6);
    expect(failure.message).toContain('Seed 3, commit abc123');
    const replay = /await simulate\(\{ plan: (.*), build \}\)/.exec(failure.message)?.[1] ?? '';
    const plan = JSON.parse(replay) as typeof failure.plan;
    expect(plan).toEqual(failure.plan);
    const again: unknown = await simulate({ plan: plan as never, build: deaf, shrink: 0, commit: 'abc123' }).catch(
      (error: unknown) => error,
    );
    expect(again).toMatchObject({ id: failure.id, trace: failure.trace });
    expect(await failureOf(deaf, 50)).toMatchObject({ message: failure.message });
  });
});

describe('a failure', () => {
  const strict: Build = (surroundings) => {
    surroundings.violate('mine', 'as I say');
    return plain(surroundings);
  };

  it('can be told by whoever builds the mirror; what is thrown in a callback is none', async () => {
    expect(await failureOf(strict)).toMatchObject({ id: 'mine', message: expect.stringMatching(/^mine: as I say\n/) });
    const throwing = telling((callbacks) => ({
      ...callbacks,
      onUpdates: async (updates) => {
        await callbacks.onUpdates?.(updates);
        throw new Error('not as I say');
      },
    }));
    await expect(simulate({ seed: 3, hours: 0.1, build: throwing })).resolves.toBeDefined();
  });

  it('is run again with the judges that found it', async () => {
    const told = async (options: object): Promise<string> => {
      const failure: unknown = await simulate({ seed: 3, hours: 0.1, build: strict, shrink: 0, ...options }).catch(
        (error: unknown) => error,
      );
      return /\}, build.* \}\)$/.exec((failure as SimulationError).message)?.[0] ?? '';
    };
    expect(await told({})).toBe('}, build })');
    expect(await told({ histories: true })).toBe('}, build, histories: true })');
    expect(await told({ histories: true, determinism: 'run-twice' })).toBe(
      `}, build, histories: true, determinism: 'run-twice' })`,
    );
  });

  it.each([0, 50])('keeps what was found when it does not happen again, with %i runs to make it smaller', async (shrink) => {
    let built = 0;
    const once: Build = (surroundings) => (built++ === 0 ? strict(surroundings) : plain(surroundings));
    const failure = await failureOf(once, shrink);
    expect(failure.id).toBe('mine');
    expect(failure.message).toMatch(/^mine: as I say \(it did not happen again: the run is not deterministic\)\n/);
    expect(failure.trace.at(-1)).toBe('VIOLATION mine: as I say');
  });
});

function plainWith(timings: Partial<Surroundings<SimulatedValue>['options']>): Build {
  return (surroundings) => plain({ ...surroundings, options: { ...surroundings.options, ...timings } });
}

function withStop(mirror: MirrorUnderTest, stop?: Syncer['stop']): MirrorUnderTest & { status: Syncer['status'] } {
  return {
    start: () => mirror.start(),
    stop: stop ?? ((options) => mirror.stop(options)),
    get status() {
      return mirror.status;
    },
  };
}
