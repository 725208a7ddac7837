/** `heliostat demo`: a living cluster, mirrored through bad weather, and the proof at the end that mirror and store are equal. */
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
import { differencesOf, report } from './closing-check.js';
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
  const over = listenForInterruption(terminal);
  try {
    view.begin(syncer);
    syncer.start();
    const cluster = new LivingCluster(datastore, random);
    await liveFor(request.seconds * 1_000, over.signal, { cluster, client, view, random, clock });
    view.note('the cluster rests, and the weather clears');
    client.heal();
    await cluster.mendAll();
    await reachHead(syncer, datastore, clock);
    view.end();
    const { items, revision } = await datastore.list({});
    const differences = differencesOf(told, new Map(items.map(({ key, value }) => [key, value])));
    const faults = faultsOf(client);
    report(terminal, { differences, objects: items.length, revision: revision ?? '', updateCount, faults, seed: request.seed });
    return differences.length === 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    over.dispose();
    view.end();
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
  readonly view: View;
  readonly random: Random;
  readonly clock: Clock;
}

/** Lets the cluster live, and the weather change, for `duration` milliseconds or until somebody interrupts. */
async function liveFor(duration: number, signal: AbortSignal, { cluster, client, view, random, clock }: Life): Promise<void> {
  const end = clock.now() + duration;
  let nextWeather = clock.now() + weatherInterval;
  await cluster.begin();
  while (clock.now() < end && !signal.aborted) {
    await cluster.live();
    if (clock.now() >= nextWeather) {
      view.note(changeWeather(client, random));
      nextWeather = clock.now() + weatherInterval;
    }
    await pause(clock, lifeInterval, signal);
  }
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
