/**
 * The pipeline simulation: hours of writes and faults for everything that the cache has, from one seed. A reflector fills a queue of
 * changes, whose consumer fails now and then and writes to an indexer; another fills an indexer, another an UndeltaStore; an informer tells
 * handlers that are slow, throw, come late and leave. All of it is judged while it goes on, and compared when the weather has cleared.
 */
import {
  cacheReflectorDefaults,
  createIndexer,
  createListWatchFromClient,
  DeltaFIFO,
  metaNamespaceKeyFunc,
  Reflector,
  SharedInformer,
  UndeltaStore,
  type HandlerRegistration,
  type Indexer,
  type Store,
} from '../../../src/cache.js';
import { isHeliostatError } from '../../../src/index.js';
import { MemoryDatastore } from '../../../src/memory.js';
import {
  FaultyClient,
  faultNames,
  MemoryLogger,
  seededRandom,
  SimulatedClock,
  type FaultName,
} from '../../../src/testing/index.js';
import { Tally, type Counts } from '../../../src/testing/simulation/tally.js';
import { pause } from '../../../src/ports/clock.js';
import type { Random } from '../../../src/ports/random.js';
import { DeltaJudge, HandlerJudge, TimeJudge, type Violate } from './judges.js';
import { byNodeOf, contentOf, keyOf, names, namespaces, nodes, podAt, type Pod } from './pods.js';

/** A promise that was broken. */
class PipelineError extends Error {
  readonly id: string;

  constructor(id: string, message: string) {
    super(`${id}: ${message}`);
    this.id = id;
  }
}

const { idleLimit, requestTimeout, backoff } = cacheReflectorDefaults;
/** As in RL1 of the specification, and the time of those who are slow. */
const healingBound = idleLimit + 2 * (requestTimeout + backoff.max) + 120_000;

const lineFaults = faultNames.filter((name) => !name.startsWith('write.'));
const strikes = ['watch.cut', 'watch.closed', 'watch.silent', 'watch.expired', 'watch.failed'] as const;

/** Plays one seed. @throws PipelineError with the id of the promise that was broken. */
export async function playPipeline(seed: number, steps = 60): Promise<Counts> {
  const world = new World(seed);
  const failures: unknown[] = [];
  const attempt = (work: () => Promise<void>): Promise<unknown> => work().catch((error: unknown) => failures.push(error));
  await attempt(async () => {
    await world.begin();
    for (let step = 0; step < steps; step++) await world.step();
    await world.heal();
  });
  await attempt(() => world.end());
  if (failures.length > 0) throw failures[0];
  return world.tally.toJSON();
}

class World {
  readonly tally = new Tally();
  private readonly clock = new SimulatedClock();
  private readonly random: Random;
  private readonly logger = new MemoryLogger();
  private readonly datastore: MemoryDatastore<Pod>;
  private readonly client: FaultyClient<Pod>;
  private readonly objects = new Map<string, Pod>();
  private readonly stop = new AbortController();
  private readonly running: Promise<unknown>[] = [];
  private readonly indexer: Indexer<Pod> = indexed();
  private readonly consumed: Indexer<Pod> = indexed();
  private readonly queue: DeltaFIFO<Pod>;
  private readonly informer: SharedInformer<Pod>;
  private readonly handlers: { readonly judge: HandlerJudge; readonly registration: HandlerRegistration }[] = [];
  private pushed: readonly Pod[] = [];
  private turn = 0;
  private isHealed = false;
  private broken: PipelineError | undefined;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    const { clock, random } = this;
    this.datastore = new MemoryDatastore<Pod>({ clock, random, history: { maxRevisions: 20 } });
    this.client = new FaultyClient(this.datastore, { clock, random, latency: 40 });
    this.queue = new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc, knownObjects: this.consumed, relistDelta: 'Replaced' });
    const listerWatcher = createListWatchFromClient<Pod>(this.client, 'pods');
    const options = { clock, random, logger: this.logger, listerWatcher };
    this.informer = new SharedInformer<Pod>({
      ...options,
      indexers: { node: nodeOf },
      streamsLists: this.chance(0.5),
      pageSize: 2,
    });
  }

  async begin(): Promise<void> {
    for (let count = 0; count < 6; count++) await this.write();
    const undelta = new UndeltaStore<Pod>({ keyFunc: metaNamespaceKeyFunc, pushFunc: (pods) => (this.pushed = pods) });
    for (const store of [this.queue, this.indexer, undelta] as readonly Store<Pod, unknown>[]) this.reflect(store);
    const time = new TimeJudge('the subscriber of the indexer', this.violate);
    this.indexer.subscribe(({ changes }) => {
      this.tally.add('commits of an indexer');
      for (const { after } of changes) if (after !== undefined) time.sees(after, false);
    });
    this.running.push(this.consume());
    this.running.push(this.informer.run({ signal: this.stop.signal }));
    this.handle('the quick handler', {});
    this.handle('the slow handler', { mood: () => pause(this.clock, 500) });
    this.handle('the throwing handler', { mood: () => this.sometimes('throws', 0.5) });
    this.handle('the handler of everything', { limit: 4, mood: () => pause(this.clock, 300) });
    this.handle('the resynced handler', { resyncPeriod: 5_000 });
  }

  /** One thing that happens, and some time. */
  async step(): Promise<void> {
    const dice = this.random.next();
    if (dice < 0.45) await this.write();
    else if (dice < 0.55) for (let count = 0; count < 5; count++) await this.write();
    else if (dice < 0.65) this.client.strike(this.one(strikes));
    else if (dice < 0.8) this.client.setRates(Object.fromEntries(this.some(lineFaults).map((fault) => [fault, 0.5])));
    else if (dice < 0.85) this.handle('a late handler', { limit: 3, mood: () => pause(this.clock, 50) });
    else if (dice < 0.9) await this.leave();
    else if (dice < 0.93) await this.datastore.compact();
    await this.clock.advance(this.one([0, 10, 100, 700, 6_000, 60_000]));
    this.check();
  }

  /** The weather clears, and everything must come to agree. */
  async heal(): Promise<void> {
    this.client.heal();
    this.isHealed = true;
    for (const { judge } of this.handlers) judge.mood = () => {};
    await this.clock.advance(healingBound);
    this.check();
    const wanted = contentOf(this.objects.values());
    const { indexer } = this.informer;
    const views = this.handlers.filter(({ judge }) => !judge.isRemoved).map(({ judge }) => contentOf(judge.view.values()));
    const found = {
      'the indexer': contentOf(this.indexer.list()),
      'what was consumed': contentOf(this.consumed.list()),
      'what was pushed': contentOf(this.pushed),
      'the informer': contentOf(indexer.list()),
      ...Object.fromEntries(views.map((view, index) => [`handler ${index}`, view])),
    };
    for (const [who, content] of Object.entries(found)) {
      if (content !== wanted) this.violate(who.startsWith('handler') ? 'N1' : 'RL1', `${who} has ${content}, and not ${wanted}`);
    }
    const wantedNodes = byNodeOf([...this.objects.values()]);
    for (const store of [this.indexer, this.consumed, indexer]) {
      const foundNodes = nodes.map((node) => `${node}: ${contentOf(store.byIndex('node', node))}`).join('; ');
      if (foundNodes !== wantedNodes) this.violate('X3', `by node there is ${foundNodes}, and not ${wantedNodes}`);
    }
    if (!this.queue.hasSynced() || this.queue.listKeys().length > 0) this.violate('F9', 'the queue is not drained');
    this.check();
  }

  /** Everything ends, and nothing is left. */
  async end(): Promise<void> {
    this.stop.abort();
    this.queue.close();
    await this.clock.advance(10_000);
    await Promise.all(this.running);
    await this.client.close();
    await this.datastore.close();
    this.tally.addAll(this.client.fired);
    if (this.clock.pending > 0)
      this.violate('R19', `${this.clock.pending} timers are left, the next in ${(this.clock.nextDue ?? 0) - this.clock.now()} ms`);
    this.check();
  }

  private readonly violate: Violate = (id, message) => {
    this.broken ??= new PipelineError(id, message);
  };

  private check(): void {
    const error = this.broken;
    this.broken = undefined;
    if (error !== undefined) throw error;
  }

  private reflect(store: Store<Pod, unknown>): void {
    const { clock, random, logger } = this;
    const listerWatcher = createListWatchFromClient<Pod>(this.client, 'pods');
    const [pageSize, streamsLists] = [this.one([0, 2]), this.chance(0.5)];
    const reflector = new Reflector<Pod>({
      listerWatcher,
      store,
      clock,
      random,
      logger,
      pageSize,
      streamsLists,
      resyncPeriod: 20_000,
    });
    this.running.push(reflector.run({ signal: this.stop.signal }));
  }

  /** Takes what the queue hands out, fails now and then before or after it has written, and is slow now and then. */
  private async consume(): Promise<void> {
    const judge = new DeltaJudge(this.violate, this.tally);
    for (;;) {
      try {
        await this.queue.process(async (deltas) => {
          judge.popped(deltas);
          this.sometimes('the consumer fails before it writes', 0.1);
          if (!this.isHealed && this.chance(0.2)) await pause(this.clock, this.one([10, 3_000]));
          for (const { type, object } of deltas) {
            if (type === 'Deleted') this.consumed.delete(object);
            else this.consumed.update(object);
          }
          this.sometimes('the consumer fails after it has written', 0.1);
        });
      } catch (error) {
        if (isHeliostatError(error, 'closed')) return;
        await pause(this.clock, 100);
      }
    }
  }

  private handle(name: string, { mood = () => {}, limit, resyncPeriod = 0 }: HandlerPlan): void {
    const judge = new HandlerJudge(name, this.violate, this.tally);
    judge.mood = mood;
    const backpressure = limit === undefined ? undefined : ({ mode: 'every', limit, whenFull: 'coalesce' } as const);
    this.handlers.push({ judge, registration: this.informer.addEventHandler(judge, { name, resyncPeriod, backpressure }) });
  }

  /** A handler that came late goes. */
  private async leave(): Promise<void> {
    const leaving = this.handlers.slice(5).find(({ judge }) => !judge.isRemoved);
    if (leaving === undefined) return;
    const removed = leaving.registration.remove().then(() => (leaving.judge.isRemoved = true));
    await this.clock.advance(1_000);
    await removed;
    this.tally.add('handlers that left');
  }

  private async write(): Promise<void> {
    const key = keyOf(this.one(namespaces), this.one(names));
    const known = this.objects.get(key);
    this.turn++;
    this.tally.add('writes');
    if (known !== undefined && this.chance(0.4)) {
      await this.datastore.delete(key);
      this.objects.delete(key);
      if (this.chance(0.5)) return;
    }
    const uid = this.objects.get(key)?.metadata.uid ?? `uid-${this.turn}`;
    const pod = podAt(key, this.turn, uid);
    await this.datastore.apply({ key, value: pod });
    this.objects.set(key, pod);
  }

  private sometimes(what: string, likelihood: number): void {
    if (this.isHealed || !this.chance(likelihood)) return;
    this.tally.add(what);
    throw new Error(what);
  }

  private chance(likelihood: number): boolean {
    return this.random.next() < likelihood;
  }

  private one<C>(choices: readonly C[]): C {
    const choice = choices[Math.floor(this.random.next() * choices.length)];
    if (choice === undefined) throw new Error('There is nothing to choose from.');
    return choice;
  }

  private some(faults: readonly FaultName[]): readonly FaultName[] {
    return Array.from({ length: Math.floor(this.random.next() * 4) }, () => this.one(faults));
  }
}

interface HandlerPlan {
  readonly mood?: () => Promise<void> | void;
  readonly limit?: number;
  readonly resyncPeriod?: number;
}

const nodeOf = (pod: Pod): readonly string[] => [pod.spec.nodeName];

function indexed(): Indexer<Pod> {
  return createIndexer<Pod>(metaNamespaceKeyFunc, { node: nodeOf });
}
