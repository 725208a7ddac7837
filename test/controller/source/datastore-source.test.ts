/** What a controller is told of its datastore: EC32 and the hazards of the original's watcher, one by one. */
import { describe, expect, it } from 'vitest';
import { ClosedError, ParseError, ValidationError, type Watch } from '../../../src/index.js';
import { EventLoopAbortingError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { DatastoreSource } from '../../../src/controller/source/datastore-source.js';
import type { DatastoreSourceOptions } from '../../../src/controller/source/options.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { expectedPicture, MemoryMirror, resources, SourceBench } from './source-bench.js';

const minute = 60_000;
const copy = { savedAt: 0, kubeState: { pods: { '/pods/a/x': 1 }, nodes: {} }, externalConfig: { '/config/db/acl': 'kept' } };

describe('a connection', () => {
  it('EC32, EH34: the first list is one DBResync with every resource, also those without objects; what belongs to none is ignored', async () => {
    const bench = new SourceBench();
    await bench.datastore.create({ key: '/pods/a/x', value: { image: 1 } });
    await bench.datastore.create({ key: '/config/db/acl', value: 'open' });
    await bench.datastore.create({ key: '/secrets/a/b', value: 'hidden' });
    await bench.datastore.create({ key: '/registry/nodesque/c', value: 'no node' });
    await bench.start();
    expect(bench.loop.news()).toEqual(['resync pods:1 nodes:0 external:1']);
    const [event] = bench.loop.events;
    expect(event).toBeInstanceOf(DBResync);
    expect(event).toMatchObject({ local: false, kubeState: { pods: { '/pods/a/x': { image: 1 } }, nodes: {} } });
    expect(Object.isFrozen((event as DBResync).kubeState['pods'])).toBe(true);
    expect(bench.connection).toBe('inSync');
    await bench.apply('/secrets/a/b', 'still hidden');
    expect(bench.loop.news()).toEqual([]);
    expect(await bench.close()).toEqual([]);
  });

  it('EC32: changes come one by one, with the value told before; one event for all external keys of a revision', async () => {
    const bench = await new SourceBench().start();
    bench.loop.news();
    await bench.apply('/pods/a/x', 1);
    await bench.apply('/pods/a/x', 2);
    await bench.apply('/pods/a/x', 2);
    await bench.delete('/pods/a/x');
    await bench.datastore.transaction([
      { op: 'apply', object: { key: '/config/db/b', value: 'B' } },
      { op: 'apply', object: { key: '/pods/a/y', value: 0 } },
      { op: 'apply', object: { key: '/config/db/a', value: 'A' } },
      { op: 'apply', object: { key: '/registry/nodes/n', value: false } },
    ]);
    await bench.clock.advance(1);
    await bench.delete('/config/db/a');
    expect(bench.loop.news()).toEqual([
      'pods /pods/a/x none -> 1',
      'pods /pods/a/x 1 -> 2',
      'pods /pods/a/x 2 -> none',
      'pods /pods/a/y none -> 0',
      'nodes /registry/nodes/n none -> false',
      'external /config/db/b "B", /config/db/a "A"',
      'external /config/db/a null',
    ]);
    expect(await bench.close()).toEqual([]);
  });

  it('EC32, EH36: what was told before is not told again, and the deletion of what was never told is not told', async () => {
    const bench = await new SourceBench().start();
    await bench.apply('/pods/a/x', 1);
    bench.client.setRates({ 'watch.duplicated': 1, 'watch.replayed': 1 });
    bench.loop.news();
    await bench.apply('/pods/a/x', 2);
    await bench.apply('/pods/a/y', 1);
    await bench.delete('/pods/a/y');
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['pods /pods/a/x 1 -> 2', 'pods /pods/a/y none -> 1', 'pods /pods/a/y 1 -> none']);
    expect(await bench.close()).toEqual([]);
  });

  it('EH35: what changes between the list and the watch is told, all of it being read in one list and one watch', async () => {
    const bench = new SourceBench({ list: {} });
    await bench.datastore.create({ key: '/pods/a/x', value: 1 });
    const { list } = bench.client;
    let lists = 0;
    bench.client.list = async (...args) => {
      lists++;
      const answer = await list.apply(bench.client, args);
      await bench.datastore.apply({ key: '/pods/a/late', value: 'between' });
      return answer;
    };
    await bench.start();
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['resync pods:1 nodes:0 external:0', 'pods /pods/a/late none -> "between"']);
    expect(lists).toBe(1);
    expect(await bench.close()).toEqual([]);
  });

  it.each(['watch.silent', 'watch.cut', 'watch.expired', 'watch.failed'] as const)(
    'EH37: %s ends with what the datastore has',
    async (fault) => {
      const bench = await new SourceBench().start();
      bench.client.strike(fault);
      await bench.datastore.apply({ key: '/pods/a/x', value: 'unheard' });
      await bench.datastore.apply({ key: '/config/db/x', value: 'unheard' });
      await bench.clock.advance(20 * minute);
      expect(bench.connection).toBe('inSync');
      expect(bench.loop.picture).toBe(
        expectedPicture([
          ['/pods/a/x', 'unheard'],
          ['/config/db/x', 'unheard'],
        ]),
      );
      expect(await bench.close()).toEqual([]);
    },
  );

  it('EH37: a compacted history ends in a DBResync, with the deletions that nobody has seen', async () => {
    const bench = await new SourceBench().start();
    await bench.apply('/pods/a/x', 1);
    bench.loop.news();
    bench.client.setRates({ 'watch.refused': 1 });
    bench.client.strike('watch.closed');
    await bench.datastore.delete('/pods/a/x');
    await bench.datastore.apply({ key: '/pods/a/y', value: 2 });
    await bench.datastore.compact();
    bench.client.heal();
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['resync pods:1 nodes:0 external:0']);
    expect(bench.loop.picture).toBe(expectedPicture([['/pods/a/y', 2]]));
    expect(await bench.close()).toEqual([]);
  });

  it('EH37, EH40: after a loss there is one DBResync; nothing is told between the two; what changes after it is', async () => {
    const bench = await new SourceBench().start();
    bench.loop.news();
    bench.client.setRates({ 'watch.refused': 1, 'list.refused': 1 });
    bench.client.strike('watch.cut');
    await bench.clock.advance(4_000);
    expect(bench.connection).toBe('lost');
    for (let n = 0; n < 5; n++) await bench.apply('/pods/a/x', n);
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual([]);
    bench.client.heal();
    await bench.clock.advance(minute);
    expect(bench.connection).toBe('inSync');
    // Where the history is still there, what happened meanwhile is told as what it is: the picture that was left, and its changes.
    const [first, ...changes] = bench.loop.news();
    expect(first).toMatch(/^resync /);
    expect(changes.filter((line) => line.startsWith('resync'))).toEqual([]);
    expect(bench.loop.picture).toBe(expectedPicture([['/pods/a/x', 4]]));
    await bench.apply('/pods/a/x', 'after');
    expect(bench.loop.news()).toEqual(['pods /pods/a/x 4 -> "after"']);
    expect(await bench.close()).toEqual([]);
  });

  it('EH40: a silence that is over soon is no loss, and its changes are told as changes', async () => {
    const bench = await new SourceBench().start();
    bench.loop.news();
    bench.client.strike('watch.cut');
    await bench.datastore.apply({ key: '/pods/a/x', value: 1 });
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['pods /pods/a/x none -> 1']);
    expect(await bench.close()).toEqual([]);
  });

  it('EH40: a storm of losses has one DBResync each', async () => {
    const bench = await new SourceBench({ toleratedSilence: 0 }).start();
    expect(bench.loop.news()).toEqual(['resync pods:0 nodes:0 external:0']);
    for (let n = 1; n <= 10; n++) {
      bench.client.strike('watch.cut');
      await bench.clock.advance(minute);
      expect(bench.loop.news()).toEqual(['resync pods:0 nodes:0 external:0']);
    }
    expect(await bench.close()).toEqual([]);
  });

  it('EH43: whatever the line does, no watch is left open but the last, and none is when it is closed', async () => {
    const bench = new SourceBench();
    const watches: Watch[] = [];
    const { watch } = bench.client;
    bench.client.watch = async (...args) => {
      const opened = await watch.apply(bench.client, args);
      watches.push(opened);
      return opened;
    };
    await bench.start();
    for (const fault of ['watch.cut', 'watch.silent', 'watch.expired', 'watch.closed', 'watch.failed'] as const) {
      bench.client.strike(fault);
      await bench.clock.advance(10 * minute);
    }
    expect(watches.length).toBeGreaterThan(5);
    expect(watches.map(({ hasTerminated }) => hasTerminated)).toEqual([...Array<boolean>(watches.length - 1).fill(true), false]);
    await bench.close();
    expect(watches.every(({ hasTerminated }) => hasTerminated)).toBe(true);
  });

  it('EH44: what a DBResync has of the external configuration is never followed by a change that is older', async () => {
    const bench = await new SourceBench({ toleratedSilence: 0 }).start();
    for (let n = 0; n < 20; n++) {
      await bench.datastore.apply({ key: '/config/db/n', value: n });
      if (n % 3 === 0) bench.client.strike(n % 2 === 0 ? 'watch.expired' : 'watch.cut');
      if (n % 4 === 0) bench.source.requestResync();
      await bench.clock.advance(700);
    }
    await bench.clock.advance(minute);
    const values = bench.loop.events.flatMap((event) => {
      const told = event instanceof DBResync ? event.externalConfig : event instanceof ExternalConfigChange ? event.updatedKVs : {};
      return told?.['/config/db/n'] === undefined ? [] : [Number(told['/config/db/n'])];
    });
    expect(values.at(-1)).toBe(19);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(await bench.close()).toEqual([]);
  });

  it('EH37: an audit that finds nothing tells nothing, one that finds something is a DBResync', async () => {
    const bench = await new SourceBench({ timings: { auditInterval: 10_000, idleLimit: 20 * minute } }).start();
    await bench.clock.advance(5 * minute);
    expect(bench.loop.news()).toEqual(['resync pods:0 nodes:0 external:0']);
    // The watch says nothing of this change.
    const { watch } = bench.client;
    bench.client.watch = async (...args) => {
      const inner = await watch.apply(bench.client, args);
      bench.client.strike('watch.silent');
      return inner;
    };
    await bench.clock.advance(15_000);
    await bench.datastore.apply({ key: '/pods/a/x', value: 'unheard' });
    await bench.clock.advance(30_000);
    expect(bench.loop.news()).toEqual(['resync pods:1 nodes:0 external:0']);
    expect(await bench.close()).toEqual([]);
  });
});

describe('a controller that does not take everything', () => {
  it('EC32, EH38: a change that is refused makes one DBResync due; what came after it is dropped, and is in the DBResync', async () => {
    const bench = await new SourceBench().start();
    bench.loop.news();
    bench.loop.room = 1;
    await bench.datastore.transaction(
      ['a', 'b', 'c'].map((name) => ({ op: 'apply', object: { key: `/pods/a/${name}`, value: name } })),
    );
    await bench.clock.advance(10);
    expect(bench.loop.news()).toEqual(['pods /pods/a/a none -> "a"']);
    expect(bench.connection).toBe('resyncing');
    bench.loop.room = Infinity;
    await bench.apply('/pods/a/d', 'd');
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['resync pods:4 nodes:0 external:0']);
    expect(bench.troubles).toEqual(['refused']);
    expect(await bench.close()).toEqual([]);
  });

  it('EH38: a DBResync that is refused is offered again ever less often, and never hotly', async () => {
    const bench = new SourceBench();
    bench.loop.room = 0;
    await bench.start();
    await bench.clock.advance(10 * minute);
    const { refusedAt } = bench.loop;
    const pauses = refusedAt.slice(1).map((at, index) => at - (refusedAt[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...pauses)).toBeGreaterThan(10_000);
    expect(refusedAt.length).toBeLessThan(100);
    bench.loop.room = Infinity;
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['resync pods:0 nodes:0 external:0']);
    expect(await bench.close()).toEqual([]);
  });

  it('EH38: a queue that is full again after each DBResync is not offered one at once', async () => {
    const bench = await new SourceBench().start();
    const resyncs: number[] = [];
    bench.loop.onEvent = (event) => {
      if (event instanceof DBResync) resyncs.push(bench.clock.now());
      bench.loop.room = event instanceof DBResync ? 0 : 1;
    };
    bench.loop.room = 0;
    for (let n = 0; n < 600; n++) {
      await bench.apply('/pods/a/x', n);
      bench.loop.room = 1;
      await bench.apply('/pods/a/y', n);
      await bench.clock.advance(100);
    }
    const pauses = resyncs.slice(1).map((at, index) => at - (resyncs[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
    expect(await bench.close()).toEqual([]);
  });

  it.each([new ClosedError('closed'), new EventLoopAbortingError('aborting')])(
    'a controller that takes nothing any more ends the source: %s',
    async (error) => {
      const bench = await new SourceBench().start();
      bench.loop.pushEvent = () => {
        throw error;
      };
      await bench.apply('/pods/a/x', 1);
      await bench.clock.advance(minute);
      expect(bench.connection).toBe('stopped');
      expect(bench.problems.at(-1)).toEqual({ kind: 'controllerClosed', error });
      expect(bench.clock.pending, 'nothing goes on').toBe(0);
      expect(() => bench.source.start()).toThrow(ClosedError);
      expect(await bench.close()).toEqual([]);
    },
  );

  it('a controller that takes events, and answers them with its end, ends the source, too', async () => {
    const bench = await new SourceBench().start();
    const error = new EventLoopAbortingError('aborting');
    bench.loop.onEvent = (event) => void Promise.resolve().then(() => event.done(error));
    await bench.apply('/pods/a/x', 1);
    await bench.apply('/pods/a/x', 2);
    expect([bench.connection, bench.loop.news().slice(1)]).toEqual(['stopped', ['pods /pods/a/x none -> 1']]);
    expect(bench.troubles).toEqual(['controllerClosed']);
    await bench.close();
  });

  it('a controller that answers an event with an error of its handlers is told what follows', async () => {
    const bench = await new SourceBench().start();
    bench.loop.onEvent = (event) => event.done(new Error('a handler failed'));
    await bench.apply('/pods/a/x', 1);
    await bench.apply('/pods/a/x', 2);
    expect(bench.loop.news()).toHaveLength(3);
    expect(await bench.close()).toEqual([]);
  });

  it('a controller that throws anything else is offered a DBResync later', async () => {
    const bench = await new SourceBench().start();
    bench.loop.news();
    const { loop } = bench;
    const push = loop.pushEvent.bind(loop);
    loop.pushEvent = () => {
      loop.pushEvent = push;
      throw 'something that is no error';
    };
    await bench.apply('/pods/a/x', 1);
    await bench.clock.advance(minute);
    expect(bench.troubles).toEqual(['refused']);
    expect(loop.news()).toEqual(['resync pods:1 nodes:0 external:0']);
    expect(await bench.close()).toEqual([]);
  });

  it('requestResync tells everything again, once for those that come together, and the end can come from inside a push', async () => {
    const bench = await new SourceBench().start();
    bench.source.requestResync();
    bench.source.requestResync();
    await bench.clock.advance(10);
    expect(bench.loop.news()).toEqual(['resync pods:0 nodes:0 external:0', 'resync pods:0 nodes:0 external:0']);
    bench.loop.onEvent = () => void bench.source.close();
    await bench.datastore.transaction(['a', 'b'].map((name) => ({ op: 'apply', object: { key: `/pods/a/${name}`, value: name } })));
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['pods /pods/a/a none -> "a"']);
    expect(bench.connection).toBe('stopped');
    expect(bench.clock.pending).toBe(0);
  });
});

describe('a resync that is asked for while changes are told', () => {
  it('EH36, EH40: has what was not told yet; that is not told again, and what comes after it is', async () => {
    const bench = await new SourceBench().start();
    bench.loop.news();
    bench.loop.onEvent = () => {
      bench.loop.onEvent = () => {};
      bench.source.requestResync();
    };
    await bench.datastore.transaction(['a', 'b'].map((name) => ({ op: 'apply', object: { key: `/pods/a/${name}`, value: name } })));
    await bench.clock.advance(10);
    await bench.apply('/pods/a/c', 'c');
    expect(bench.loop.news()).toEqual([
      'pods /pods/a/a none -> "a"',
      'resync pods:2 nodes:0 external:0',
      'pods /pods/a/c none -> "c"',
    ]);
    expect(await bench.close()).toEqual([]);
  });
});

describe('the end of a source', () => {
  it('D10: takes back what was going to be told', async () => {
    const bench = await new SourceBench().start();
    bench.loop.news();
    bench.source.requestResync();
    const closed = bench.source.close();
    await bench.clock.advance(minute);
    await closed;
    expect(bench.loop.news()).toEqual([]);
  });
});

describe('what cannot be read', () => {
  it('EH39: is never a deletion: the last good value stays, in changes and in a DBResync, and each state of it is reported once', async () => {
    const decode = (value: unknown): unknown => {
      if (value === 'bad') throw new Error('cannot be decoded');
      return value === 'nothing' ? undefined : { decoded: value };
    };
    const bench = await new SourceBench({
      resources: [{ name: 'pods', kind: 'pods', decode }],
      externalConfig: { prefix: '/config/db', decode },
    }).start();
    await bench.apply('/pods/a/x', 'good');
    await bench.apply('/config/db/x', 'good');
    bench.loop.news();
    for (const key of ['/pods/a/x', '/config/db/x']) for (const value of ['bad', 'nothing']) await bench.apply(key, value);
    await bench.datastore.corrupt('/pods/a/x', '{');
    await bench.clock.advance(1);
    expect(bench.loop.news()).toEqual([]);
    expect(bench.troubles).toEqual(Array(5).fill('malformed'));
    expect(bench.source.report().malformed.map(({ rawKey }) => rawKey)).toEqual(['/pods/a/x', '/config/db/x']);
    bench.client.strike('watch.expired');
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['resync pods:1 external:1']);
    expect(bench.loop.valueOf('pods', '/pods/a/x')).toEqual({ decoded: 'good' });
    expect(bench.troubles, 'what is known is not news').toHaveLength(5);
    await bench.apply('/pods/a/x', 'mended');
    await bench.delete('/config/db/x');
    expect(bench.loop.news()).toEqual(['pods /pods/a/x {"decoded":"good"} -> {"decoded":"mended"}', 'external /config/db/x null']);
    expect(bench.source.report().malformed).toEqual([]);
    expect(await bench.close()).toEqual([]);
  });

  it('EH39: what could never be read is absent until it can be; what is no plain data cannot be', async () => {
    const bench = new SourceBench({
      resources: [{ name: 'pods', kind: 'pods', decode: (value) => (value === 'class' ? new Map() : value) }],
    });
    await bench.datastore.create({ key: '/pods/a/x', value: 'class' });
    await bench.start();
    expect(bench.loop.news()).toEqual(['resync pods:0 external:0']);
    const [problem] = bench.problems;
    expect(problem).toMatchObject({ kind: 'malformed', error: { code: 'malformed', rawKey: '/pods/a/x' } });
    await bench.apply('/pods/a/x', 'plain');
    expect(bench.loop.news()).toEqual(['pods /pods/a/x none -> "plain"']);
    expect(await bench.close()).toEqual([]);
  });

  it('EH45: another datastore than before is reported, and what it has is told', async () => {
    const bench = await new SourceBench().start();
    await bench.apply('/pods/a/x', 1);
    bench.loop.news();
    const other = new MemoryDatastore({ clock: bench.clock, random: { next: () => 0.77 } });
    await other.create({ key: '/pods/a/z', value: 'rebuilt' });
    bench.client.list = (...args) => other.list(...args);
    bench.client.watch = (...args) => other.watch(...args);
    bench.client.strike('watch.expired');
    await bench.clock.advance(5 * minute);
    expect(bench.loop.news()).toEqual(['resync pods:1 nodes:0 external:0']);
    expect(bench.problems.find(({ kind }) => kind === 'otherDatastore')).toEqual({
      kind: 'otherDatastore',
      previousStoreId: bench.datastore.storeId,
      storeId: other.storeId,
    });
    expect(await bench.close()).toEqual([]);
  });
});

describe('the local fallback', () => {
  async function away(options: Partial<DatastoreSourceOptions> = {}, state: typeof copy | undefined = copy) {
    const clock = new SourceBench().clock;
    const mirror = new MemoryMirror(clock, state);
    const bench = new SourceBench({ mirror, ...options }, { clock });
    bench.client.setRates({ 'list.refused': 1, 'watch.refused': 1 });
    return { bench, mirror };
  }

  it('EC32, EH41, V16: is told once, when the datastore is not reached within delayLocalResync, with the external configuration that it has', async () => {
    const { bench, mirror } = await away();
    await bench.start();
    await bench.clock.advance(4_990);
    expect([bench.loop.news(), mirror.loads]).toEqual([[], 0]);
    await bench.clock.advance(20);
    expect(bench.loop.news()).toEqual(['local pods:1 nodes:0 external:1']);
    expect(bench.loop.valueOf('external', '/config/db/acl'), 'a new process gets it back').toBe('kept');
    expect(bench.source.report()).toMatchObject({
      isLocalFallback: true,
      connection: 'noRemote',
      told: { resyncs: 0, localResyncs: 1 },
    });
    await bench.clock.advance(10 * minute);
    expect(bench.loop.news(), 'at most once').toEqual([]);
    await bench.datastore.apply({ key: '/pods/a/new', value: 2 });
    bench.client.heal();
    await bench.clock.advance(minute);
    expect(bench.loop.news(), 'the datastore has the last word').toEqual(['resync pods:1 nodes:0 external:0']);
    expect(bench.source.report().isLocalFallback).toBe(false);
    expect(await bench.close()).toEqual([]);
  });

  it('V16, EH41: a copy without external configuration says nothing about it: what is there stays', async () => {
    const { externalConfig: _, ...without } = copy;
    const { bench } = await away({}, without as typeof copy); // as a source without externalConfig has saved it
    await bench.start();
    await bench.clock.advance(5_000);
    expect((bench.loop.events[0] as DBResync).externalConfig).toBeUndefined();
    expect(bench.loop.news()).toEqual(['local pods:1 nodes:0']);
    await bench.close();
  });

  it('EC32: an empty copy, or none, is not told; one that is broken is reported and not told', async () => {
    const { bench: empty } = await away({}, { ...copy, kubeState: { pods: {} as never, nodes: {} }, externalConfig: {} as never });
    await empty.start();
    await empty.clock.advance(minute);
    expect([empty.loop.news(), empty.troubles]).toEqual([[], []]);
    await empty.close();
    const { bench, mirror } = await away();
    mirror.failure = new ParseError('torn', { rawKey: 'file' });
    await bench.start();
    await bench.clock.advance(minute);
    expect([bench.loop.news(), mirror.loads]).toEqual([[], 1]);
    expect(bench.problems.filter(({ kind }) => kind === 'mirror')).toEqual([
      { kind: 'mirror', operation: 'load', error: mirror.failure },
    ]);
    await bench.close();
  });

  it('EC32: is not looked at when the datastore has been reached, also when it is lost afterwards', async () => {
    const clock = new SourceBench().clock;
    const mirror = new MemoryMirror(clock, copy);
    const bench = await new SourceBench({ mirror }, { clock }).start();
    bench.client.setRates({ 'list.refused': 1, 'watch.refused': 1 });
    bench.client.strike('watch.cut');
    await clock.advance(10 * minute);
    expect([bench.connection, mirror.loads]).toEqual(['lost', 0]);
    expect(bench.loop.news()).toEqual(['resync pods:0 nodes:0 external:0']);
    await bench.close();
  });

  it('EC32, EH38: is offered again when the controller had no room, unless the datastore comes first', async () => {
    const { bench } = await away();
    bench.loop.room = 0;
    await bench.start();
    await bench.clock.advance(5_500);
    expect(bench.loop.refusedAt).toHaveLength(1);
    bench.loop.room = Infinity;
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['local pods:1 nodes:0 external:1']);
    await bench.close();
  });

  it('EH33: what a copy has under keys of no resource is reported, and not told', async () => {
    const { bench } = await away({ resources: [{ name: 'pods', prefix: '/elsewhere/pods' }] });
    await bench.start();
    await bench.clock.advance(minute);
    expect(bench.loop.news()).toEqual(['local pods:0 external:1']);
    expect(bench.problems.find(({ kind }) => kind === 'mirror')).toMatchObject({
      operation: 'load',
      error: { message: expect.stringContaining('1 entries') as string },
    });
    await bench.close();
  });

  it('EH33: what was told of the datastore is what the next process is told of its copy', async () => {
    const clock = new SourceBench().clock;
    const mirror = new MemoryMirror(clock);
    const first = new SourceBench({ mirror }, { clock });
    for (const key of ['/pods/a/x', '/pods/__proto__/constructor', '/registry/nodes/a%2Fb', '/config/db/__proto__', '/pods/\u2028'])
      await first.datastore.create({ key, value: { key, __proto__: null } });
    await first.start();
    await first.close();
    const second = new SourceBench({ mirror }, { clock });
    second.client.setRates({ 'list.refused': 1 });
    await second.start();
    await clock.advance(5_000);
    expect(second.loop.picture).toBe(first.loop.picture);
    expect(second.loop.news()).toEqual(['local pods:3 nodes:1 external:1']);
    await second.close();
  });

  it('EH42: is written after each DBResync and, for changes, once in mirrorInterval; failures are reported and tried again', async () => {
    const clock = new SourceBench().clock;
    const mirror = new MemoryMirror(clock);
    const bench = await new SourceBench({ mirror, mirrorInterval: 10_000 }, { clock }).start();
    expect(mirror.saves).toHaveLength(1);
    for (let n = 0; n < 100; n++) await bench.apply('/pods/a/x', n);
    await clock.advance(30_000);
    expect(mirror.saves, 'one for a hundred changes').toHaveLength(2);
    mirror.failure = new Error('no space left');
    await bench.apply('/pods/a/x', 'lost');
    await clock.advance(25_000);
    expect(mirror.saves.slice(2).length).toBeGreaterThan(1);
    expect(bench.problems.some((problem) => problem.kind === 'mirror' && problem.operation === 'save')).toBe(true);
    mirror.failure = undefined;
    expect(await bench.close()).toEqual([]);
    expect(mirror.text).toContain('lost');
  });
});

describe('options', () => {
  const client = new MemoryDatastore();
  const controller = { pushEvent: () => {} };
  const make = (options: Partial<DatastoreSourceOptions>) => () =>
    new DatastoreSource({ client, controller, resources, ...options });

  it.each([
    [
      'two resources with the same keys',
      {
        resources: [
          { name: 'a', kind: 'pods' },
          { name: 'b', prefix: '/pods/default' },
        ],
      },
    ],
    ['external configuration inside a resource', { externalConfig: { prefix: '/pods/config' } }],
    [
      'two resources with one name',
      {
        resources: [
          { name: 'a', kind: 'x' },
          { name: 'a', kind: 'y' },
        ],
      },
    ],
    ['neither kind nor prefix', { resources: [{ name: 'a' }] }],
    ['both kind and prefix', { resources: [{ name: 'a', kind: 'x', prefix: '/x' }] }],
    ['a prefix that is no key', { resources: [{ name: 'a', prefix: '/x/' }] }],
    ['nothing to tell', { resources: [] }],
    ['no name', { resources: [{ name: '', kind: 'x' }] }],
    ['a controller that takes no events', { controller: {} as never }],
    ['a client that cannot watch', { client: { list: () => {} } as never }],
    ['a mirror that cannot save', { mirror: { load: () => {} } as never }],
    ['a negative time', { delayLocalResync: -1 }],
    ['no number', { toleratedSilence: Number.NaN }],
    ['an unknown timing', { timings: { nonsense: 1 } as never }],
    ['a decode that is none', { resources: [{ name: 'a', kind: 'x', decode: 'json' as never }] }],
  ])('are checked at construction: %s', (_, options) => {
    expect(make(options)).toThrow(ValidationError);
  });

  it('may have prefixes that only look alike', () => {
    expect(
      make({
        resources: [
          { name: 'a', kind: 'pods' },
          { name: 'b', kind: 'podsets' },
        ],
      }),
    ).not.toThrow();
  });

  it('start and close can be called in any order and as often as you like', async () => {
    const bench = new SourceBench();
    await bench.close();
    await bench.close();
    expect(bench.clock.pending).toBe(0);
    const other = await new SourceBench().start();
    other.source.start();
    expect(other.source.close()).toBe(other.source.close());
    await other.close();
    await other.source[Symbol.asyncDispose]();
    expect(other.clock.pending).toBe(0);
  });
});
