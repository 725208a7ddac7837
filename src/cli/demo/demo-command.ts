/**
 * `heliostat demo`: a living cluster, mirrored through bad weather, with a controller that builds a network from it, and the proof at the
 * end that mirror and store are equal, and the network what the store demands.
 */
import { createSyncer } from '../../index.js';
import { MemoryDatastore } from '../../memory.js';
import type { Key } from '../../model/key.js';
import type { Syncer, SyncerOptions } from '../../model/syncer.js';
import { UpdateType, type Update } from '../../model/update.js';
import { pause, type Clock } from '../../ports/clock.js';
import { seededRandom, type Random } from '../../ports/random.js';
import { FaultyClient } from '../../testing/faulty-client.js';
import { exitCodes } from '../failure.js';
import { listenForInterruption } from '../interruption.js';
import { linesView } from '../lines-view.js';
import { LiveView } from '../live-view.js';
import { ndjsonView } from '../ndjson-view.js';
import type { Terminal } from '../terminal.js';
import { callbacksOf, type View } from '../view.js';
import { clusterKinds, LivingCluster } from './living-cluster.js';
import { differencesOf, report, reportNetwork } from './closing-check.js';
import { demandedOf } from './demanded.js';
import { DemoNetwork } from './network.js';
import { changeWeather, faultsOf } from './weather.js';

/** What `demo` was asked. */
export interface DemoRequest {
  /** How long the cluster lives, in seconds. */
  readonly seconds: number;
  /** What everything is drawn from. */
  readonly seed: number;
  readonly output: 'table' | 'ndjson';
}

/** Faster than the defaults, so that there is something to see. Milliseconds. */
const impatient: SyncerOptions = {
  minResyncInterval: 100,
  listRetryInterval: 200,
  watchPollInterval: 500,
  idleLimit: 2_000,
  requestTimeout: 1_000,
  watchRetryTimeout: 3_000,
  healthyPeriod: 1_000,
  backoff: { max: 1_000 },
};
const lifeInterval = 80;
const weatherInterval = 1_500;
/** How long the mirror may take when everything is fair again. */
const healingLimit = 20_000;

/** Runs the demo and returns the exit code: 0 only when mirror and store are equal at the end. */
export async function runDemo(request: DemoRequest, terminal: Terminal, clock: Clock): Promise<number> {
  const random = seededRandom(request.seed);
  const datastore = new MemoryDatastore({ clock, random, bookmarkInterval: 300, history: { maxRevisions: 200 } });
  const client = new FaultyClient(datastore, { clock, random, latency: 30 });
  const view = viewOf(request, terminal, clock);
  const told = new Map<Key, unknown>();
  let updateCount = 0;
  const types = clusterKinds.map((kind) => ({ list: { kind } }));
  const callbacks = callbacksOf(view);
  const onUpdates = (updates: readonly Update[]): void => {
    updateCount += updates.length;
    for (const update of updates) {
      if (update.type === UpdateType.Deleted) told.delete(update.key);
      else told.set(update.key, update.value);
    }
    view.updates(updates);
  };
  const syncer = createSyncer(client, types, { ...callbacks, onUpdates }, { clock, random, ...impatient });
  const onTrouble = (text: string): void => view.note(text);
  const network = new DemoNetwork({ client, clock, random, failureRate: 0.02, onTrouble });
  const over = listenForInterruption(terminal);
  try {
    view.begin(syncer, () => network.describe());
    syncer.start();
    await network.start();
    const cluster = new LivingCluster(datastore, random);
    await liveFor(request.seconds * 1_000, over.signal, { cluster, client, network, view, random, clock });
    view.note('the cluster rests, and the weather clears');
    client.heal();
    network.heal();
    await cluster.mendAll();
    const demanded = demandedOf(await objectsOf(datastore)); // leases may still expire; what the network is built from rests
    await comeToRest(network, demanded, clock);
    await reachHead(syncer, datastore, clock);
    const objects = await objectsOf(datastore);
    view.end();
    const differences = differencesOf(told, objects);
    const missed = differencesOf(network.plane.values, demanded);
    const faults = faultsOf(client);
    report(terminal, { differences, objects: objects.size, revision: datastore.revision, updateCount, faults, seed: request.seed });
    reportNetwork(terminal, missed, demanded.size, network.counts);
    return differences.length + missed.length === 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    over.dispose();
    view.end();
    await network.stop();
    await syncer.stop({ mode: 'silent' });
    await client.close();
    await datastore.close();
  }
}

function viewOf({ output, seed }: DemoRequest, terminal: Terminal, clock: Clock): View {
  if (output === 'ndjson') return ndjsonView(terminal, clock);
  return terminal.isInteractive ? new LiveView(terminal, clock, `heliostat demo, seed ${seed}`) : linesView(terminal);
}

interface Life {
  readonly cluster: LivingCluster;
  readonly client: FaultyClient;
  readonly network: DemoNetwork;
  readonly view: View;
  readonly random: Random;
  readonly clock: Clock;
}

/** Lets the cluster live, and the weather change, for `duration` milliseconds or until somebody interrupts. */
async function liveFor(
  duration: number,
  signal: AbortSignal,
  { cluster, client, network, view, random, clock }: Life,
): Promise<void> {
  const end = clock.now() + duration;
  let nextWeather = clock.now() + weatherInterval;
  await cluster.begin();
  while (clock.now() < end && !signal.aborted) {
    await cluster.live();
    if (clock.now() >= nextWeather) {
      view.note(changeWeather(client, random));
      if (random.next() < 0.3) network.strike();
      nextWeather = clock.now() + weatherInterval;
    }
    await pause(clock, lifeInterval, signal);
  }
}

async function objectsOf(datastore: MemoryDatastore): Promise<ReadonlyMap<Key, unknown>> {
  const { items } = await datastore.list({});
  return new Map(items.map(({ key, value }) => [key, value]));
}

/** Waits until the mirror has come as far as the store, which is at rest; or until it has had its time. */
async function reachHead(syncer: Syncer, datastore: MemoryDatastore, clock: Clock): Promise<void> {
  const end = clock.now() + healingLimit;
  const hasReached = (): boolean =>
    syncer.status === 'inSync' &&
    syncer.types().every(({ revision }) => revision !== undefined && datastore.compareRevisions(revision, datastore.revision) >= 0);
  while (!hasReached() && clock.now() < end) await pause(clock, 50);
  await pause(clock, 50); // the last batch is being delivered
}

/** Waits until the controller has applied what the datastore demands; or until it has had its time. */
async function comeToRest(network: DemoNetwork, demanded: ReadonlyMap<string, unknown>, clock: Clock): Promise<void> {
  const end = clock.now() + healingLimit;
  const isDone = (): boolean => network.isAtRest && differencesOf(network.plane.values, demanded).length === 0;
  while (!isDone() && clock.now() < end) await pause(clock, 50);
}
