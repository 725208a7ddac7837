/**
 * What a store holds, against a model that is a Map and a few rules: whatever is listed and told, whichever store it is, and whatever
 * happens to the requests.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStore } from '../../../src/cache/keyed-store.js';
import { DeletedFinalStateUnknown, ExplicitKey, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { objectIn, type Deltas } from '../../../src/cache/queues/delta.js';
import { DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import { cacheReflectorDefaults } from '../../../src/cache/reflector/defaults.js';
import { Reflector } from '../../../src/cache/reflector/reflector.js';
import { ParseError, RevisionCompactedError, type KVPair, type KVPairList, type WatchEvent } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { FaultyClient, faultNames, seededRandom, SimulatedClock, type FaultRates } from '../../../src/testing/index.js';
import { openBench } from './bench.js';
import { NaiveStore, NaiveTransactionalStore, type Pod } from './naive-store.js';

const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 60);
const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);

const names = ['a', 'b', 'c', 'd', '__proto__'];
const anyName = fc.constantFrom(...names);

/** `good` and `other` are objects of a type; `nameless` has no key in a store; `unreadable` is not even an object. */
type Nature = 'good' | 'other' | 'nameless' | 'unreadable';
const anyNature = fc.constantFrom<Nature>('good', 'good', 'good', 'good', 'other', 'nameless', 'unreadable');

interface Entry {
  readonly name: string;
  readonly nature: Nature;
}
type Happening = Entry | { readonly name: string; readonly nature: 'gone'; readonly isKeyOnly: boolean };

const anyEntry: fc.Arbitrary<Entry> = fc.record({ name: anyName, nature: anyNature });
const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: anyEntry },
  { weight: 1, arbitrary: fc.record({ name: anyName, nature: fc.constant('gone' as const), isKeyOnly: fc.boolean() }) },
);
const anyList = fc.uniqueArray(anyEntry, { selector: ({ name }) => name });
const anyRound = fc.record({
  list: anyList,
  batches: fc.array(fc.array(anyHappening, { minLength: 1, maxLength: 6 }), { maxLength: 4 }),
});

function valueOf({ name, nature }: Entry, revision: number): Pod {
  const metadata = nature === 'nameless' ? { uid: name } : { name };
  return { metadata, kind: nature === 'other' ? 'Service' : 'Pod', spec: revision } as unknown as Pod; // nameless ones are none
}

function pairOf(entry: Entry, revision: number): KVPair<Pod> {
  return { key: `/pods/${entry.name}`, value: valueOf(entry, revision), revision: String(revision) };
}

function errorOf({ name }: Entry, revision: number): ParseError {
  return new ParseError('half a pod', { rawKey: `/pods/${name}`, key: `/pods/${name}`, revision: String(revision) });
}

function listOfEntries(entries: readonly Entry[], revision: number): KVPairList<Pod> {
  const readable = entries.filter(({ nature }) => nature !== 'unreadable');
  return {
    revision: String(revision),
    items: readable.map((entry) => pairOf(entry, revision)),
    malformed: entries.filter(({ nature }) => nature === 'unreadable').map((entry) => errorOf(entry, revision)),
  };
}

/** The rules, in a few lines. */
class Model {
  readonly objects = new Map<string, Pod>();

  take(happening: Happening, revision: number): void {
    const { name, nature } = happening;
    if (nature === 'gone' || nature === 'other') this.objects.delete(name);
    if (nature === 'good') this.objects.set(name, valueOf(happening, revision));
  }

  list(entries: readonly Entry[], revision: number): void {
    const listed = new Set(entries.map(({ name }) => name));
    for (const name of names) if (!listed.has(name)) this.objects.delete(name);
    for (const entry of entries) this.take(entry, revision);
  }
}

const expectedType = { kind: 'Pod' };
const compacted = new RevisionCompactedError('too old');

/** Its keys are none that could be told from those of a datastore. */
class OwnKeysStore extends NaiveTransactionalStore {
  override keyOf(object: Parameters<NaiveStore['keyOf']>[0]): string {
    const key = super.keyOf(object);
    return object instanceof DeletedFinalStateUnknown || object instanceof ExplicitKey ? key : `own ${key}`;
  }
}

/** The stores to fill, each with what it holds, told by itself. */
function stores() {
  const [foreign, transactional, ours] = [new NaiveStore(), new NaiveTransactionalStore(), createStore<Pod>(metaNamespaceKeyFunc)];
  const own = new OwnKeysStore();
  const queue = new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc });
  const folded = new Map<string, Pod>();
  const fold = (): Map<string, Pod> => {
    for (const deltas of queue.tryPopMany(Infinity)) takeDeltas(folded, deltas);
    return folded;
  };
  const contents = (store: { list(): readonly Pod[] }) => () =>
    new Map(store.list().map((object) => [object.metadata.name, object]));
  return [
    ['a foreign store with eight methods', foreign, contents(foreign)],
    ['a foreign store with transactions', transactional, contents(transactional)],
    ['a store', ours, contents(ours)],
    ['a queue of changes', queue, fold],
    ['a store with keys of its own', own, contents(own)],
  ] as const;
}

function takeDeltas(picture: Map<string, Pod>, deltas: Deltas<Pod>): void {
  for (const delta of deltas) {
    const object = objectIn(delta);
    if (object === undefined) throw new Error('a deletion without a state, though one was told before');
    if (delta.type === 'Deleted') picture.delete(object.metadata.name);
    else picture.set(object.metadata.name, object);
  }
}

describe('whatever is listed and told', () => {
  it('every store holds the same after each list and each batch: what the rules say', async () => {
    const property = fc.asyncProperty(fc.array(anyRound, { minLength: 1, maxLength: 4 }), async (rounds) => {
      for (const [title, store, contents] of stores()) {
        const { client, clock, end } = await openBench({ store, expectedType });
        const model = new Model();
        let revision = 0;
        for (const { list, batches } of rounds) {
          revision++;
          client.onList('pods', listOfEntries(list, revision));
          client.onWatch('pods', 'opened');
          await clock.runUntil(() => client.isWatching('pods'));
          model.list(list, revision);
          expect(contents(), title).toEqual(model.objects);
          for (const batch of batches) {
            client.send('pods', ...batch.map((happening) => eventOf(happening, ++revision, model)));
            await clock.settle();
            expect(contents(), title).toEqual(model.objects);
          }
          client.end('pods', compacted);
        }
        await end();
      }
    });
    await fc.assert(property, { seed, numRuns });
  });
});

/** The event of it; the model takes it in. */
function eventOf(happening: Happening, revision: number, model: Model): WatchEvent<Pod> {
  const known = model.objects.get(happening.name);
  const key = `/pods/${happening.name}`;
  model.take(happening, revision);
  const at = String(revision);
  if (happening.nature === 'gone') {
    return { type: 'DELETED', revision: at, old: happening.isKeyOnly || known === undefined ? { key } : { key, value: known } };
  }
  if (happening.nature === 'unreadable') return { type: 'ERROR', revision: at, error: errorOf(happening, revision) };
  return { type: known === undefined ? 'ADDED' : 'MODIFIED', revision: at, new: pairOf(happening, revision) };
}

describe('a relist', () => {
  it('tells whoever listens of each key that vanished exactly once, and of no other', async () => {
    const property = fc.asyncProperty(anyList, anyList, fc.boolean(), async (first, second, isDrained) => {
      const model = new Model();
      model.list(first, 1);
      const before = new Set(model.objects.keys());
      model.list(second, 2);
      const vanished = [...before].filter((name) => !model.objects.has(name)).toSorted();

      const store = createStore<Pod>(metaNamespaceKeyFunc);
      const queue = new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc });
      const deletedFromStore: string[] = [];
      const deletedInQueue: string[] = [];
      store.subscribe(({ changes }) => {
        for (const { key, after } of changes) if (after === undefined) deletedFromStore.push(key);
      });
      const drain = (): void => {
        for (const deltas of queue.tryPopMany(Infinity)) {
          for (const delta of deltas) if (delta.type === 'Deleted') deletedInQueue.push(objectIn(delta)?.metadata.name ?? 'nobody');
        }
      };
      for (const target of [store, queue]) {
        const { client, clock, end } = await openBench({ store: target, expectedType });
        client.onList('pods', listOfEntries(first, 1), listOfEntries(second, 2), listOfEntries(second, 2));
        client.onWatch('pods', compacted, compacted, 'opened');
        await clock.settle();
        if (isDrained) drain();
        await clock.runUntil(() => client.isWatching('pods'));
        await end();
      }
      drain();
      expect(deletedFromStore.toSorted()).toEqual(vanished);
      expect(deletedInQueue.toSorted()).toEqual(vanished);
    });
    await fc.assert(property, { seed, numRuns });
  });
});

/** What can happen to a line that is only read. */
const lineFaults = faultNames.filter((name) => !name.startsWith('write.'));
const anyWeather: fc.Arbitrary<FaultRates> = fc
  .uniqueArray(fc.constantFrom(...lineFaults), { maxLength: 4 })
  .map((faults) => Object.fromEntries(faults.map((fault) => [fault, 0.5])));

const strikes = ['watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed'] as const;

type Command =
  | { readonly does: 'write'; readonly name: string; readonly nature: 'good' | 'other' | 'nameless' }
  | { readonly does: 'corrupt' | 'delete'; readonly name: string }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'change the weather'; readonly weather: FaultRates }
  | { readonly does: 'strike'; readonly fault: (typeof strikes)[number] }
  | { readonly does: 'compact' };

const does = <const D extends string>(what: D): fc.Arbitrary<D> => fc.constant(what);
const anyPart = fc.constantFrom('good', 'good', 'good', 'other', 'nameless');
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: does('write'), name: anyName, nature: anyPart }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('delete', 'corrupt'), name: anyName }) },
  { weight: 5, arbitrary: fc.record({ does: does('wait'), ms: fc.constantFrom(0, 50, 700, 6_000, 400_000) }) },
  { weight: 1, arbitrary: fc.record({ does: does('change the weather'), weather: anyWeather }) },
  { weight: 1, arbitrary: fc.record({ does: does('strike'), fault: fc.constantFrom(...strikes) }) },
  { weight: 1, arbitrary: fc.record({ does: does('compact') }) },
);

const { idleLimit, requestTimeout, backoff } = cacheReflectorDefaults;
const healingBound = idleLimit + 2 * (requestTimeout + backoff.max) + 60_000;

describe('through whatever happens to the requests', () => {
  const fired = new Map<string, number>();

  it.each([
    ['in pages', { pageSize: 2, streamsLists: false, selects: false }],
    ['as a stream', { pageSize: 500, streamsLists: true, selects: false }],
    ['in pages, of selected objects', { pageSize: 2, streamsLists: false, selects: true }],
    ['as a stream, of selected objects', { pageSize: 500, streamsLists: true, selects: true }],
  ])(
    'RL1: every store ends up with what the datastore holds: listed %s',
    async (_, { pageSize, streamsLists, selects }) => {
      const anyRun = fc.record({
        dice: fc.nat(),
        weather: anyWeather,
        commands: fc.array(anyCommand, { size: 'max', maxLength: 40 }),
        which: fc.integer({ min: 0, max: 4 }),
      });
      const property = fc.asyncProperty(anyRun, async ({ dice, weather, commands, which }) => {
        const clock = new SimulatedClock();
        const random = seededRandom(dice);
        const datastore = new MemoryDatastore<Pod>({ clock, random, history: { maxRevisions: 20 } });
        const client = new FaultyClient<Pod>(datastore, { clock, random, rates: weather, latency: 40 });
        const [title, store, contents] = stores()[which] ?? expect.fail('there are five stores');
        const isSelected = (object: unknown): boolean => !selects || Number((object as Pod).spec) % 2 === 0;
        const selector = selects ? { fieldSelector: { matches: isSelected } } : {};
        const listerWatcher = createListWatchFromClient<Pod>(client, 'pods', '', selector);
        const reflector = new Reflector<Pod>({ listerWatcher, store, expectedType, pageSize, streamsLists, clock, random });
        const running = reflector.run();
        const truth = new Map<string, Pod>();
        /** Good states that were there: where the datastore has something that does not get in, one of them may stay. */
        const past = new Map<string, Pod[]>();
        const unfit = new Set<string>();
        let count = 0;
        for (const command of commands) await perform(command);
        client.heal();
        await clock.advance(healingBound);
        const held = contents();
        for (const name of names) {
          if (unfit.has(name)) expect([undefined, ...(past.get(name) ?? [])], `${title}: ${name}`).toContainEqual(held.get(name));
          else expect(held.get(name), `${title}: ${name}`).toEqual(truth.get(name));
        }
        for (const name of unfit) await perform({ does: 'write', name, nature: 'good' });
        await clock.advance(healingBound);
        expect(contents(), title).toEqual(truth);
        expect(reflector.hasSynced()).toBe(true);
        const ended = reflector[Symbol.asyncDispose]();
        await clock.advance(10_000);
        await ended;
        await running;
        await datastore.close();
        expect(clock.pending, 'timers left').toBe(0);
        for (const [name, times] of Object.entries(client.fired)) fired.set(name, (fired.get(name) ?? 0) + times);

        async function perform(command: Command): Promise<void> {
          switch (command.does) {
            case 'wait':
              return clock.advance(command.ms);
            case 'compact':
              return datastore.compact();
            case 'change the weather':
              return client.setRates(command.weather);
            case 'strike':
              return client.strike(command.fault);
            case 'delete':
              forget(command.name);
              return void (await datastore.delete(`/pods/${command.name}`).catch(() => {})); // there may be nothing
            case 'corrupt':
              forget(command.name);
              unfit.add(command.name);
              return datastore.corrupt(`/pods/${command.name}`, '{"half":');
            case 'write':
              forget(command.name);
              return write(command.name, command.nature);
          }
        }

        async function write(name: string, nature: 'good' | 'other' | 'nameless'): Promise<void> {
          const value = valueOf({ name, nature }, ++count);
          if (nature === 'good' && isSelected(value)) truth.set(name, value);
          if (nature === 'nameless' && isSelected(value)) unfit.add(name);
          await datastore.apply({ key: `/pods/${name}`, value });
        }

        function forget(name: string): void {
          const last = truth.get(name);
          if (last !== undefined) past.set(name, [...(past.get(name) ?? []), last]);
          truth.delete(name);
          unfit.delete(name);
        }
      });
      await fc.assert(property, { seed: seed + Number(streamsLists) + 2 * Number(selects), numRuns });
    },
    600_000,
  );

  it.runIf(numRuns >= 60)('has met every fault that it can meet', () => {
    expect(lineFaults.filter((name) => (fired.get(name) ?? 0) === 0)).toEqual([]);
  });
});
