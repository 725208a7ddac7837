/** What the properties of the syncer leave open, one example each: found by changing the code and seeing that nothing failed. */
import { describe, expect, it } from 'vitest';
import {
  claims,
  createSyncer,
  firstClaim,
  overlay,
  refCountedOutputs,
  SyncStatus,
  type KVChange,
  type KVPair,
  type ListWatchClient,
  type StopReport,
  type SyncerUpdateProcessor,
  type Update,
} from '../../src/index.js';
import { ValidationError, type ParseError } from '../../src/model/errors.js';
import { MemoryLogger } from '../../src/ports/logger.js';
import { SimulatedClock } from '../../src/ports/simulated-clock.js';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { transact } from '../../src/store/transact.js';
import { CallbackConsumer } from '../../src/syncer/consumer.js';
import { ChangeQueue } from '../../src/syncer/change-queue.js';
import { passThroughConversion, ProcessorConversion } from '../../src/syncer/conversion.js';
import { emptyPicture, show } from '../../src/syncer/picture.js';
import { TypeMirror } from '../../src/syncer/type-mirror.js';
import { added, listOf, modified, openBench, pair } from '../support/bench.js';
import { Producer } from '../support/change-producer.js';

const { WaitForDatastore: wait, ResyncInProgress: resync, InSync: inSync } = SyncStatus;
const unavailable = new Error('not today');

/** The tree with these pairs, and how it came about. */
function written<V>(tree: ObjectTree<KVPair<V>>, ...pairs: readonly (KVPair<V> | { key: string; gone: true })[]) {
  return transact(tree, (draft) => {
    for (const one of pairs) {
      if ('gone' in one) draft.delete(one.key);
      else draft.set(one.key, one);
    }
  });
}

describe('a queue', () => {
  const publish = (producer: Producer, ...statuses: readonly SyncStatus[]): void => {
    for (const status of statuses) producer.queue.publish(status);
  };

  it('folds nothing together while at most eight statuses wait, whatever waits beside them', () => {
    const producer = new Producer();
    const statuses = [wait, resync, inSync, resync, inSync, resync, inSync, resync];
    producer.queue.notify('slot', 'notice');
    publish(producer, ...statuses);
    expect(producer.drain()).toEqual(['notice', ...statuses]);
  });

  it('of nine, leaves out the oldest that it can: not the first wait, and no more than must go', () => {
    const producer = new Producer();
    publish(producer, wait, resync, inSync, wait, resync, inSync, wait, resync, inSync);
    expect(producer.drain()).toEqual([wait, resync, wait, resync, inSync, wait, resync, inSync]);
  });

  it('knows the status that was told last, also after a notice: what follows it can be left out first', () => {
    const producer = new Producer();
    publish(producer, inSync);
    producer.queue.notify('slot', 'notice');
    producer.drain();
    publish(producer, resync);
    producer.write(['/a', '1']);
    const rest = [resync, inSync, resync, inSync, resync, inSync, resync];
    publish(producer, inSync, ...rest);
    expect(producer.drain()).toEqual(['new /a=1', ...rest]);
  });

  it('tells of another object with the same value, where there are no revisions; and says nothing of what is not known', () => {
    const queue = new ChangeQueue<number>();
    const removal = () => ({ revision: undefined, finalStateUnknown: false });
    const first = written(emptyTree<KVPair<number>>(), { key: '/a', value: 1, uid: 'one' });
    queue.change(first.changes, first.after, removal);
    expect(queue.take(9)).toStrictEqual({ kind: 'updates', updates: [{ type: 'new', key: '/a', value: 1, uid: 'one' }] });
    const second = written(first.after, { key: '/a', value: 1, uid: 'two' });
    queue.change(second.changes, second.after, removal);
    expect(queue.take(9)).toMatchObject({ updates: [{ type: 'updated', uid: 'two', recreated: true }] });
  });
});

describe('a conversion', () => {
  type Process = (change: KVChange) => readonly KVChange[];
  function conversionOf(process: Process, onMalformed: 'keepLast' | 'delete' = 'keepLast') {
    const failed: Error[] = [];
    const conversion = new ProcessorConversion<unknown, unknown>({
      processor: { process, onSyncerStarting: () => {} },
      onMalformed,
      onFailed: (_, error) => void failed.push(error),
      onMended: () => {},
    });
    return { conversion, failed };
  }
  const nothing = emptyTree<KVPair>();

  it('shows what it showed when a processor can take neither the object nor its absence', () => {
    const { conversion } = conversionOf((change) => {
      if (change.key === '/t/1' && change.value !== 'good') throw new Error('neither');
      return [change];
    }, 'delete');
    const good = written<unknown>(nothing, ...['/t/1', '/t/2', '/t/3'].map((key) => ({ key, value: 'good' })));
    conversion.apply(good);
    const { changes, after } = conversion.apply(written<unknown>(good.after, { key: '/t/1', value: 'bad' }));
    expect([changes, after.keys()]).toEqual([[], ['/t/1', '/t/2', '/t/3']]);
  });

  it('does not tell a processor of the absence of what was never there', () => {
    const asked: unknown[] = [];
    const { conversion } = conversionOf(({ value }) => {
      asked.push(value);
      throw new Error('no');
    }, 'delete');
    conversion.apply(written<unknown>(nothing, { key: '/t/1', value: 'bad' }));
    expect(asked).toEqual(['bad']);
  });

  it('has no properties for what is not known, neither in what it asks nor in what it shows', () => {
    const asked: unknown[] = [];
    const { conversion } = conversionOf((change) => (asked.push(change), [change]));
    const { after } = conversion.apply(written<unknown>(nothing, { key: '/t/1', value: 1 }));
    expect(asked).toStrictEqual([{ key: '/t/1', value: 1 }]);
    expect(after.get('/t/1')).toStrictEqual({ key: '/t/1', value: 1 });
  });

  it('takes undefined, which a processor without types may say, as nothing', () => {
    const { conversion, failed } = conversionOf(({ key, value }) => [{ key, value: value === 'gone' ? undefined : value }]);
    const first = written<unknown>(nothing, { key: '/t/1', value: 'here' });
    conversion.apply(first);
    expect(conversion.apply(written<unknown>(first.after, { key: '/t/1', value: 'gone' })).after.size).toBe(0);
    expect(failed).toEqual([]);
  });

  it('does not look again at a value that a processor hands on as it was given', () => {
    const { conversion, failed } = conversionOf((change) => [change]);
    const value = new Proxy({}, { getPrototypeOf: () => { throw new Error('looked at'); } }); // prettier-ignore
    expect(conversion.apply(written<unknown>(nothing, { key: '/t/1', value })).after.size).toBe(1);
    expect(failed).toEqual([]);
  });

  it('keeps what was thrown, if it was no Error', () => {
    const { conversion, failed } = conversionOf(() => {
      throw 'just so'; // oxlint-disable-line no-throw-literal
    });
    conversion.apply(written<unknown>(nothing, { key: '/t/1', value: 1 }));
    expect(failed.map(({ cause }) => cause)).toEqual(['just so']);
  });

  it('shows that the same value comes from another object now, though both were written at one revision', () => {
    const { conversion } = conversionOf(() => [{ key: '/o', value: 1 }]);
    const first = written<unknown>(nothing, { key: '/t/1', value: 1, revision: '7' });
    conversion.apply(first);
    const { after } = conversion.apply(written<unknown>(first.after, { key: '/t/2', value: 1, revision: '7' }));
    expect(after.get('/o')?.source).toBe('/t/2');
  });
});

describe('claims', () => {
  const answerOf = <Out>(processor: SyncerUpdateProcessor<number, Out>, ...changes: readonly KVChange<number>[]) =>
    changes.map((change) => processor.process(change)).at(-1);

  it('carry what is known of their object, and nothing of what is not', () => {
    const seen: unknown[] = [];
    const processor = claims<number, number, number>({
      claim: (object) => (seen.push(object), [{ key: '/o', value: object.value }]),
      resolve: firstClaim,
    });
    expect(answerOf(processor, { key: '/t/1', value: 1 })).toStrictEqual([{ key: '/o', source: '/t/1', value: 1 }]);
    const second = { key: '/t/2', value: 2, revision: '5', uid: 'u' };
    const answer = answerOf(processor, second, { key: '/t/1', value: null });
    expect(answer).toStrictEqual([{ key: '/o', source: '/t/2', value: 2, revision: '5', uid: 'u' }]);
    expect(seen).toStrictEqual([{ key: '/t/1', value: 1 }, second]);
  });

  it('of null or undefined are none: they hide no other claim', () => {
    const values: readonly (number | null | undefined)[] = [null, undefined, 3];
    const processor = refCountedOutputs<number, number>(({ value }) => [{ key: '/o', value: values[value] as number | null }]); // undefined: from code without types
    const third = { key: '/t/3', value: 2 };
    const shown = [{ key: '/o', value: 3, source: '/t/3' }];
    expect(answerOf(processor, { key: '/t/1', value: 0 }, third)).toEqual(shown);
    expect(answerOf(processor, { key: '/t/2', value: 1 }, third)).toEqual(shown);
  });

  it('that cannot be resolved leave their key as it is shown, and say why', () => {
    const error = new Error('undecided');
    const throwing = (thrown: unknown) =>
      claims<number, number, number>({
        claim: ({ value }) => [{ key: '/o', value }],
        resolve: () => {
          throw thrown;
        },
      });
    expect(answerOf(throwing(error), { key: '/t/1', value: 1 })).toEqual({ changes: [], error });
    expect(answerOf(throwing('just so'), { key: '/t/1', value: 1 })).toMatchObject({ error: { message: /\/o .* just so$/ } });
  });

  it('laid over each other are shown as made from the one that lies on top', () => {
    const processor = overlay<number, readonly number[]>({
      target: () => '/o',
      layer: ({ value }) => value,
      merge: (values) => values,
    });
    const answer = answerOf(processor, { key: '/t/1', value: 0, revision: '1' }, { key: '/t/2', value: 1, revision: '2' });
    expect(answer).toMatchObject([{ key: '/o', value: [0, 1], source: '/t/2', revision: '2' }]);
  });
});

describe('a type', () => {
  function mirrorOf() {
    const shown = new Map<string, unknown>();
    const refused: ParseError[] = [];
    const ignore = (): void => {};
    const mirror = new TypeMirror<unknown, unknown>({
      host: {
        leaveWaiting: ignore,
        beginResync: ignore,
        show: (_, changes) => changes.forEach(({ key, after }) => shown.set(key, after?.value)),
        quarantine: (error) => void refused.push(error),
        hasQuarantined: () => refused.length > 0,
        release: ignore,
        quarantineOnly: (errors) => void refused.push(...errors),
        syncFailed: ignore,
        syncRecovered: ignore,
      },
      conversion: passThroughConversion<unknown>(),
      admit: (object) => {
        if (typeof object.key !== 'string' || object.value === 'illegal') throw new Error('illegal');
        return object;
      },
      onMalformed: 'keepLast',
      deletesOnDisconnect: false,
    });
    return { mirror, shown, refused };
  }

  it('shows what changes in a datastore without revisions of objects', () => {
    const { mirror, shown } = mirrorOf();
    mirror.commit([{ ...added({ key: '/a/1', value: 1 }), revision: '1' }]);
    mirror.commit([{ ...modified({ key: '/a/1', value: 2 }), revision: '2' }]);
    expect(shown).toEqual(new Map([['/a/1', 2]]));
  });

  it('takes one revision of an object as one state of it, whatever it looks like', () => {
    const { mirror, shown } = mirrorOf();
    mirror.commit([added(pair('a', '1', 1, 'as it was')), modified(pair('a', '1', 1, 'as it cannot be'))]);
    expect(shown).toEqual(new Map([['/a/1', 'as it was']]));
  });

  it('does not take what has no legal key for an object that it knows', () => {
    const { mirror, shown, refused } = mirrorOf();
    mirror.replaceAll(listOf(1, pair('a', '1', 1, 'old')));
    const strange = { key: 5, value: 'x' } as unknown as KVPair; // from a client without types
    mirror.replaceAll(listOf(2, pair('a', '1', 2, 'new'), strange));
    expect(shown).toEqual(new Map([['/a/1', 'new']]));
    expect(refused.map(({ key, rawKey }) => [key, rawKey])).toEqual([[undefined, '5']]);
  });

  it('says at which revision an object was that it does not let in', () => {
    const { mirror, refused } = mirrorOf();
    mirror.commit([added(pair('a', '1', 4, 'illegal'))]);
    expect(refused.map(({ revision }) => revision)).toEqual(['4']);
  });

  it('that fails on an object keeps showing what that was, unless it is told otherwise', async () => {
    const process = (change: KVChange): readonly KVChange[] => {
      if (change.value === 'bad') throw new Error('cannot convert');
      return [change];
    };
    const updateProcessor = { process, onSyncerStarting: () => {} };
    const { client, clock, recorder, logger, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    client.onList('a', listOf(1, pair('a', '1', 1, 'good')), listOf(3, pair('a', '1', 3, 'bad')));
    client.onWatch('a', 'opened', 'opened');
    await clock.settle();
    client.send('a', modified(pair('a', '1', 2, 'bad')));
    await clock.settle();
    expect(recorder.picture.get('/a/1')?.value).toBe('good');
    const warning = logger.entries.find(({ message }) => message.includes('cannot convert'));
    expect(warning?.fields).toMatchObject({ key: '/a/1', error: { message: 'cannot convert' } });
    await end();
  });

  it('reports how long ago it changed, and no failure before there is one', async () => {
    const { client, clock, syncer, end } = await openBench();
    expect(Object.keys(syncer.types()[0] ?? {})).not.toContain('lastFailure');
    client.onList('a', listOf(1));
    client.onWatch('a', 'opened');
    await clock.settle();
    await clock.advance(70);
    expect(syncer.types()[0]?.sinceCommit).toBe(70);
    expect(syncer.freshness().sinceCommit).toBe(70);
    await end();
  });
});

describe('two types', () => {
  it('that fail and recover while the consumer is slow are each told of', async () => {
    // The consumer is busy with the first of them while the others wait.
    const { client, clock, recorder, syncer, end } = await openBench({
      types: ['a', 'b', 'c'],
      started: false,
      watchRetryTimeout: 500,
    });
    let open = (): void => {};
    const close = (): void => {
      const gate = new Promise<void>((resolve) => (open = resolve));
      recorder.gate = () => gate;
    };
    close();
    syncer.start();
    for (const kind of ['a', 'b', 'c']) client.onList(kind, unavailable, unavailable, unavailable);
    await clock.advance(2_500);
    open();
    await clock.settle();
    expect(recorder.take()).toEqual(expect.arrayContaining(['syncFailed b unknown', 'syncFailed c unknown']));
    close();
    for (const kind of ['a', 'b', 'c']) client.onList(kind, listOf(1));
    await clock.advance(60_000);
    open();
    await clock.settle();
    expect(recorder.take()).toEqual(expect.arrayContaining(['syncRecovered a', 'syncRecovered b', 'syncRecovered c']));
    await end();
  });

  it('that crash over objects which cannot even be asked for their key are each told of', async () => {
    const { client, clock, recorder, logger, syncer, end } = await openBench({ types: ['a', 'b'] });
    const error = new Error('no key for you');
    const strange = { get key(): string { throw error; }, value: 1 }; // prettier-ignore
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    recorder.gate = () => gate;
    for (const kind of ['a', 'b']) client.onList(kind, listOf(1, strange));
    await clock.settle();
    open();
    await clock.settle();
    const crashed = (kind: string) => ({ kind: 'crashed', list: { kind }, error });
    expect(recorder.problems).toEqual([crashed('a'), crashed('b')]);
    expect(logger.entries.filter(({ level }) => level === 'error').map(({ fields }) => fields)).toEqual([{ error }, { error }]);
    expect(syncer.status).toBe(wait);
    await end();
  });

  it('that show the same keys are told of for each key', async () => {
    const updateProcessor: SyncerUpdateProcessor = {
      process: (change) => [{ ...change, key: change.key.replace('/b/', '/a/') }],
      onSyncerStarting: () => {},
    };
    const types = [{ list: { kind: 'a' } }, { list: { kind: 'b' }, updateProcessor }];
    const { client, clock, recorder, logger, end } = await openBench({ types });
    client.onList('a', listOf(1, pair('a', '1', 1), pair('a', '2', 1)));
    await clock.settle();
    client.onList('b', listOf(1, pair('b', '1', 1), pair('b', '2', 1)));
    await clock.settle();
    const lists = [{ kind: 'a' }, { kind: 'b' }];
    const collision = (key: string) => ({ kind: 'keyCollision', key, shown: lists[0], hidden: lists[1] });
    expect(recorder.problems).toEqual([collision('/a/1'), collision('/a/2')]);
    const warnings = logger.entries.filter(({ message }) => message.startsWith('Two resource types'));
    expect(warnings.map(({ fields }) => fields)).toEqual([1, 2].map(() => ({ first: lists[0], second: lists[1] })));
    await end();
  });

  it('that have both left a key do not collide when one of them shows it again', () => {
    const pairAt = (value: number): KVPair<number> => ({ key: '/k', value });
    let picture = emptyPicture<number>(2);
    const trees = [emptyTree<KVPair<number>>(), emptyTree<KVPair<number>>()];
    const collisions = (
      [
        [0, 1],
        [1, 2],
        [0, null],
        [1, null],
        [1, 3],
      ] as const
    ).map(([index, value]) => {
      // prettier-ignore
      const commit = written(trees[index] ?? emptyTree<KVPair<number>>(), value === null ? { key: '/k', gone: true } : pairAt(value));
      trees[index] = commit.after;
      const result = show(picture, index, commit.after, commit.changes);
      picture = result.after;
      return result.collisions.length;
    });
    expect(collisions).toEqual([0, 1, 0, 0, 0]);
  });
});

describe('a syncer', () => {
  it('refuses what has one half of a client', () => {
    const types = [{ list: { kind: 'a' } }];
    for (const half of [{ list: () => {} }, { watch: () => {} }]) {
      expect(() => createSyncer(half as unknown as ListWatchClient, types)).toThrow(ValidationError); // from code without types
    }
  });

  it('is not first in sync before that has been told', async () => {
    const { client, clock, recorder, logger, syncer, end } = await openBench();
    let isSynced = false;
    void syncer.firstSync.then(() => (isSynced = true));
    await clock.settle();
    expect([recorder.statuses, isSynced]).toEqual([[wait], false]);
    client.onList('a', listOf(1));
    client.onWatch('a', 'opened');
    await clock.settle();
    expect([recorder.statuses.at(-1), isSynced]).toEqual([inSync, true]);
    const statuses = logger.entries.filter(({ message }) => message.startsWith('The status is'));
    expect(statuses.map(({ fields }) => fields)).toEqual([{ before: wait }, { before: resync }]);
    await end();
  });

  it('that is stopped from inside a callback does not make it wait for its own return', async () => {
    const { client, clock, recorder, syncer } = await openBench({ started: false });
    let report: StopReport | undefined;
    recorder.gate = async () => {
      if (recorder.statuses.at(-1) === inSync) report ??= await syncer.stop({ mode: 'drain' });
    };
    syncer.start();
    client.onList('a', listOf(1));
    client.onWatch('a', 'opened');
    const before = clock.now();
    await clock.settle();
    expect([report, clock.now()]).toEqual([{ undelivered: 0 }, before]);
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  it('that is stopped in silence tells nothing more, though its requests take their time to end', async () => {
    const clock = new SimulatedClock();
    const logger = new MemoryLogger();
    let lists = 0;
    const client: ListWatchClient = {
      capabilities: {},
      list: () => (lists++ === 0 ? Promise.resolve(listOf(1, pair('a', '1', 1))) : new Promise(() => {})),
      watch: () => new Promise(() => {}), // deaf to its signal
    };
    const told: Update[] = [];
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const syncer = createSyncer(
      client,
      [{ list: { kind: 'a' } }],
      { onStatusUpdated: () => gate, onUpdates: (updates) => void told.push(...updates) },
      { clock, logger },
    );
    syncer.start();
    await clock.settle();
    const stopping = syncer.stop({ mode: 'silent', limit: 1_000 });
    open();
    await clock.advance(1_000);
    expect([await stopping, told]).toEqual([{ undelivered: 1 }, []]);
    const warnings = logger.entries.filter(({ level }) => level === 'warn');
    expect(warnings.map(({ message, fields }) => [message.includes('1000 ms'), fields])).toEqual([[true, { undelivered: 1 }]]);
  });

  it('that is stopped in time warns of nothing, and says of what it deletes that nobody knows how that ended', async () => {
    const { client, clock, recorder, logger, end } = await openBench();
    client.onList('a', listOf(1, pair('a', '1', 1)));
    client.onWatch('a', 'opened');
    await clock.settle();
    await end();
    expect(recorder.updates.at(-1)).toMatchObject({ type: 'deleted', key: '/a/1', finalStateUnknown: true });
    expect(logger.entries.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('logs what a callback threw', async () => {
    const clock = new SimulatedClock();
    const logger = new MemoryLogger();
    const error = new Error('not my day');
    const onStatusUpdated = (): void => {
      throw error;
    };
    const consumer = new CallbackConsumer({ callbacks: { onStatusUpdated }, maxBatchSize: 1, logger, onStatusDelivered: () => {} });
    consumer.queue.publish(wait);
    consumer.wake();
    await clock.settle();
    expect(logger.entries.map(({ fields }) => fields)).toEqual([{ error }]);
  });
});
