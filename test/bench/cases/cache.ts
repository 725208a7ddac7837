/** The cache beside client-node's informer and bare Maps: changes, reads, snapshots and queues. */
import { IndexerCache, InformerCache, MapCache, type Cache } from '../cache-contestants.js';
import { bareMap, clientNode } from '../contestants.js';
import { medianOf, throughput, type Finding } from '../findings.js';
import { byTurns, timed, type Contestant, type Timing } from '../measure.js';
import { listedPods, nodeOf, parsePod, type Pod } from '../pods.js';

export interface CachePlan {
  readonly objects: number;
  /** Objects in one round of a change. */
  readonly changes: number;
  readonly reads: number;
  readonly rounds: number;
}

const indexer = 'Heliostat, two indices';
const indexerFrozen = 'Heliostat, two indices, values frozen before (not counted)';
const batchSize = 100;

function everyCache(): ReadonlyMap<string, Cache> {
  return new Map<string, Cache>([
    [indexer, new IndexerCache(false)],
    [indexerFrozen, new IndexerCache(true)],
    [clientNode, new InformerCache()],
    [bareMap, new MapCache()],
  ]);
}

interface Operation {
  readonly name: string;
  /** Units of one round. */
  readonly units: number;
  /** What one round does; nothing where a side cannot. */
  readonly round: (cache: Cache) => (() => Promise<number>) | undefined;
}

/** Every operation of the cache, by itself. */
export async function measureCache(plan: CachePlan): Promise<Finding> {
  const { objects, rounds } = plan;
  const caches = everyCache();
  for (const cache of caches.values()) await cache.fill(prepared(cache, listedPods(0, objects)));
  const sections = [];
  for (const operation of operationsOf(plan)) {
    const contestants: Contestant[] = [];
    for (const [name, cache] of caches) {
      const round = operation.round(cache);
      if (round !== undefined) contestants.push({ name, round });
    }
    sections.push({ operation, timings: await byTurns(contestants, rounds, 1) });
  }
  for (const [name, cache] of caches)
    if (cache.size !== objects) throw new Error(`${name} holds ${cache.size} objects, not ${objects}.`);
  const rows = sections.flatMap(({ operation, timings }) => rowsOf(operation, timings));
  return {
    title: `Cache, ${objects.toLocaleString('en-US')} objects`,
    method:
      `Freshly parsed objects of 1 KB, indexed by namespace and by node (client-node: by namespace alone), with one listener; changes in transactions of ${batchSize}; ` +
      `${rounds} rounds by turns. A namespace has 100 objects, a node ${Math.ceil(objects / 500)}.`,
    columns: ['per second (median)', 'microseconds each', 'times client-node', 'times a bare Map'],
    rows,
    verdicts: [],
  };
}

function rowsOf({ name, units }: Operation, timings: readonly Timing[]): Finding['rows'] {
  const peers = [clientNode, bareMap].filter((peer) => Number.isFinite(medianOf(timings, peer)));
  const { rows } = throughput(timings, units, name, peers);
  return rows.map((row) => {
    const [perSecond = NaN, , , each = NaN, ...ratios] = row.figures;
    const ratioTo = (peer: string): number | undefined => ratios[peers.indexOf(peer)];
    return { name: `${name}: ${row.name}`, figures: [perSecond, each, ratioTo(clientNode), ratioTo(bareMap)] };
  });
}

let seen = 0;
let revision = 5_000_000;

function operationsOf({ objects, changes, reads }: CachePlan): readonly Operation[] {
  const spread = (count: number, offset = 0): number[] =>
    Array.from({ length: count }, (_, index) => (offset + index * 7_919) % objects);
  const parsed = (cache: Cache, indexes: readonly number[]): readonly Pod[] =>
    prepared(
      cache,
      indexes.map((index) => parsePod(index, ++revision)),
    );
  const inBatches = (pods: readonly Pod[], apply: (batch: readonly Pod[]) => void) => (): void => {
    for (let at = 0; at < pods.length; at += batchSize) apply(pods.slice(at, at + batchSize));
  };
  const probes = listedPods(0, Math.min(objects, 1_000));
  const each = (count: number, run: (index: number) => void) => (): Promise<number> =>
    timed(() => {
      for (let index = 0; index < count; index++) run(index);
    });
  const namespaces = [...new Set(probes.map(({ metadata }) => metadata.namespace))];
  return [
    {
      name: 'update',
      units: changes,
      round: (cache) => () => timed(inBatches(parsed(cache, spread(changes)), (pods) => cache.update(pods))),
    },
    {
      name: 'add (of what is there)',
      units: changes,
      round: (cache) => () => timed(inBatches(parsed(cache, spread(changes, 13)), (pods) => cache.add(pods))),
    },
    {
      name: 'replace everything, a tenth changed, for each object',
      units: objects,
      round: (cache) => () => {
        const pods = prepared(
          cache,
          Array.from({ length: objects }, (_, index) => parsePod(index, index % 10 === 0 ? ++revision : 1_000)),
        );
        return timed(() => cache.replace(pods));
      },
    },
    {
      name: 'get',
      units: reads,
      round: (cache) =>
        each(reads, (index) => (seen += cache.get(probes[index % probes.length] ?? missing()) === undefined ? 0 : 1)),
    },
    {
      name: 'list of a namespace, for each of its objects',
      units: reads * Math.min(100, objects),
      round: (cache) => each(reads, (index) => (seen += cache.byNamespace(namespaces[index % namespaces.length] ?? ''))),
    },
    {
      name: 'list of a node, for each of its objects',
      units: reads * Math.ceil(objects / 500),
      round: (cache) =>
        cache.byNode === undefined ? undefined : each(reads, (index) => (seen += cache.byNode?.(nodeOf(index)) ?? 0)),
    },
    {
      name: 'a picture that stays as it is',
      units: 3,
      round: (cache) => each(3, () => (seen += cache.picture() === undefined ? 0 : 1)),
    },
    {
      name: 'the difference of two pictures, 100 changes',
      units: 1,
      round: (cache) => {
        if (cache.compare === undefined) return undefined;
        return () => {
          const before = cache.picture();
          cache.update(parsed(cache, spread(100, 29)));
          const after = cache.picture();
          let found = 0;
          const compare = (): number => (found = cache.compare?.(before, after) ?? 0);
          return timed(compare).then((took) => {
            if (found === 100) return took;
            throw new Error(`100 objects were changed, and the difference has ${found}.`);
          });
        };
      },
    },
  ];
}

function missing(): never {
  throw new Error('There is no object to look for.');
}

function prepared<P extends Pod>(cache: Cache, pods: readonly P[]): readonly P[] {
  for (const pod of pods) cache.prepare?.(pod);
  return pods;
}
