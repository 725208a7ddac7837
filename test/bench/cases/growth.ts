/** What size costs: an event, a snapshot, a difference, a look at a key, from few objects to many. */
import { IndexerCache } from '../cache-contestants.js';
import { bareMap, heliostat } from '../contestants.js';
import type { Finding } from '../findings.js';
import { FrozenSyncerMirror } from '../heliostat-mirrors.js';
import { byTurns, timed, type Contestant, type Timing } from '../measure.js';
import { MapMirror, type Mirror } from '../mirrors.js';
import { listedPods, pairOf, parsePod, listRevision, type Pod } from '../pods.js';
import { Script } from '../script.js';
import { prepared, telling } from './events.js';

export interface GrowthPlan {
  readonly sizes: readonly number[];
  readonly batches: number;
  readonly rounds: number;
}

const snapshots = 10_000;
const fewChanges = 100;
const manyChanges = 1_000;
const lookups = 1_000;

export async function measureGrowth({ sizes, batches, rounds }: GrowthPlan): Promise<Finding> {
  const contestants: Contestant[] = [];
  const mirrors: Mirror[] = [];
  for (const size of sizes) {
    const syncer = new FrozenSyncerMirror();
    const map = new MapMirror();
    const pods = prepared(syncer, listedPods(0, size));
    await syncer.list(pods);
    await map.list(pods);
    mirrors.push(syncer, map);
    const [syncerScript, mapScript] = [new Script(size), new Script(size)];
    contestants.push(
      { name: `event ${size}`, round: () => telling(syncer, syncerScript, batches) },
      { name: `map ${size}`, round: () => telling(map, mapScript, batches) },
      { name: `cache ${size}`, round: updatingCache(pods, batches) },
      { name: `snapshot ${size}`, round: () => timed(() => takeSnapshots(syncer)) },
      { name: `few ${size}`, round: comparing(syncer, size, fewChanges) },
      { name: `many ${size}`, round: comparing(syncer, size, Math.min(manyChanges, size)) },
      { name: `look ${size}`, round: lookingUp(syncer, size) },
    );
  }
  const timings = await byTurns(contestants, rounds);
  for (const mirror of mirrors) await mirror.stop();
  const rows = [
    { name: `${heliostat}: an event, values frozen before (microseconds)`, figures: costs(timings, 'event', sizes, batches * 100) },
    { name: `${bareMap}: an event (microseconds)`, figures: costs(timings, 'map', sizes, batches * 100) },
    {
      name: 'cache with two indices: an update, values frozen before (microseconds)',
      figures: costs(timings, 'cache', sizes, batches * 100),
    },
    { name: 'snapshot (microseconds)', figures: costs(timings, 'snapshot', sizes, snapshots) },
    { name: 'difference of two snapshots, 100 changes (microseconds)', figures: costs(timings, 'few', sizes, 1) },
    { name: 'difference of two snapshots, 1,000 changes (microseconds)', figures: costs(timings, 'many', sizes, 1) },
    { name: 'get of a snapshot (microseconds)', figures: costs(timings, 'look', sizes, lookups) },
  ].map(({ name, figures }) => ({ name, figures: [...figures, growthOf(figures)] }));
  const grows = (row: number): number => rows[row]?.figures.at(-1) ?? NaN;
  return {
    title: 'Growth',
    method: `The same work at each size, all sizes alive in one process; ${rounds} rounds by turns. Medians; the last column is the largest size against the smallest.`,
    columns: [...sizes.map((size) => size.toLocaleString('en-US')), 'factor'],
    rows,
    verdicts: [
      {
        goal: `cost of an event from ${format(sizes[0])} to ${format(sizes.at(-1))} objects, factor`,
        wanted: { atMost: 4 },
        measured: grows(0),
      },
      {
        goal: `cost of an update of the cache over the same sizes, factor`,
        wanted: { atMost: 4 },
        measured: grows(2),
      },
      {
        goal: `cost of a difference with 100 changes from ${format(sizes[0])} to ${format(sizes.at(-1))} objects, factor`,
        wanted: { atMost: 4 },
        measured: grows(4),
      },
      { goal: 'cost of a snapshot over the same sizes, factor (O(1))', wanted: { atMost: 2 }, measured: grows(3) },
      {
        goal: `cost of a difference with ten times the changes among ${format(sizes.at(-1))} objects, factor (O(changes))`,
        wanted: { atMost: 12 },
        measured: (rows[5]?.figures.at(-2) ?? NaN) / (rows[4]?.figures.at(-2) ?? NaN),
      },
    ],
  };
}

function format(size: number | undefined): string {
  return (size ?? 0).toLocaleString('en-US');
}

/** Medians at each size, in microseconds for one of `units`. */
function costs(timings: readonly Timing[], what: string, sizes: readonly number[], units: number): readonly number[] {
  return sizes.map((size) => ((timings.find(({ name }) => name === `${what} ${size}`)?.median ?? NaN) * 1_000) / units);
}

function growthOf(figures: readonly number[]): number {
  return (figures.at(-1) ?? NaN) / (figures[0] ?? NaN);
}

let seen = 0;

function takeSnapshots(mirror: FrozenSyncerMirror): void {
  const { running } = mirror;
  for (let count = 0; count < snapshots; count++) seen += running.snapshot().size;
}

/** Changes so many objects, evenly spread, and compares with the picture before. */
function comparing(mirror: FrozenSyncerMirror, size: number, changes: number): () => Promise<number> {
  let revision = 1_000_000_000 * changes;
  return async () => {
    const before = mirror.running.snapshot();
    const batch = Array.from({ length: changes }, (_, index) => {
      const object = parsePod(Math.floor((index * size) / changes), ++revision);
      mirror.prepare(object);
      return { type: 'MODIFIED', object } as const;
    });
    await mirror.follow([batch]);
    const after = mirror.running.snapshot();
    let found = 0;
    const took = await timed(() => (found = after.diff(before).length));
    if (found !== changes) throw new Error(`${changes} objects were changed, and the difference has ${found}.`);
    return took;
  };
}

/** Updates objects of a cache that holds `pods`, evenly spread, in transactions of a hundred. */
function updatingCache(pods: readonly Pod[], batches: number): () => Promise<number> {
  const cache = new IndexerCache(true);
  cache.fill(pods);
  let turn = 0;
  return () => {
    const updates = Array.from({ length: batches }, (_, batch) =>
      Array.from({ length: 100 }, (__, offset) => {
        const object = parsePod(((turn + batch * 100 + offset) * 7_919) % pods.length, 2_000_000_000 + ++turn);
        cache.prepare(object);
        return object;
      }),
    );
    return timed(() => {
      for (const batch of updates) cache.update(batch);
    });
  };
}

function lookingUp(mirror: FrozenSyncerMirror, size: number): () => Promise<number> {
  const keys = Array.from({ length: lookups }, (_, count) => pairOf(parsePod((count * 7_919) % size, listRevision)).key);
  return () => {
    const snapshot = mirror.running.snapshot();
    return timed(() => {
      for (const key of keys) if (snapshot.get(key) !== undefined) seen++;
    });
  };
}
