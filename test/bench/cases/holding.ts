/** A process that lists objects, holds them, and says how much memory that takes: `holding.ts <side> <objects>`. */
import { FedClient } from '../fed-client.js';
import { listedPods, parsePod, listRevision, type Pod } from '../pods.js';

export type Side = 'map' | 'client-node' | 'heliostat' | 'cache';

export interface Holding {
  readonly objects: number;
  /** After a collection, less what there was before, in bytes. */
  readonly heap: number;
  /** The largest resident set of the process, in bytes. */
  readonly peak: number;
}

/** Each begins, and returns what holds the objects and tells how many there are. */
const sides: Readonly<Record<Side, () => Promise<(objects: number) => Promise<() => number>>>> = {
  map: () => Promise.resolve(holdInMap),
  'client-node': async () => {
    const { ClientNodeMirror } = await import('../client-node-mirror.js');
    return async (objects) => {
      const mirror = new ClientNodeMirror();
      await mirror.list(listedPods(0, objects));
      return () => [...mirror.content()].length;
    };
  },
  heliostat: async () => {
    const { createSyncer } = await import('../../../src/index.js');
    return async (objects) => {
      const client = new FedClient((from, to) => listedPods(from, Math.min(to, objects)), false);
      const syncer = createSyncer(client, [{ list: { kind: 'pods' } }], { onUpdates: () => {} });
      syncer.start();
      await syncer.firstSync;
      return () => syncer.snapshot().size;
    };
  },
  cache: async () => {
    const { IndexerCache } = await import('../cache-contestants.js');
    return (objects) => {
      const cache = new IndexerCache(false);
      cache.fill(listedPods(0, objects));
      return Promise.resolve(() => cache.size);
    };
  },
};

function holdInMap(objects: number): Promise<() => number> {
  const pods = new Map<string, Pod>();
  for (let index = 0; index < objects; index++) {
    const pod = parsePod(index, listRevision);
    pods.set(`${pod.metadata.namespace}/${pod.metadata.name}`, pod);
  }
  return Promise.resolve(() => pods.size);
}

const [side = 'map', count = '1000'] = process.argv.slice(2);
const list = await sides[side as Side](); // whoever starts this names one
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
const size = await list(Number(count));
await new Promise((resolve) => setTimeout(resolve, 10));
globalThis.gc?.();
const heap = process.memoryUsage().heapUsed - before;
const holding: Holding = { objects: size(), heap, peak: process.resourceUsage().maxRSS * 1024 };
if (holding.objects !== Number(count)) throw new Error(`${side} holds ${holding.objects} objects instead of ${count}.`);
process.stdout.write(JSON.stringify(holding), () => process.exit(0)); // a syncer that runs keeps the process alive
