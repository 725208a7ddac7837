/** Queues: objects go in, and come out again. */
import { DeltaFIFO, FIFO, metaNamespaceKeyFunc } from '../../../src/cache.js';
import { bareMap } from '../contestants.js';
import { throughput, type Finding } from '../findings.js';
import { byTurns, timed } from '../measure.js';
import { parsePod, type Pod } from '../pods.js';
import { freezePlainData } from '../../../src/store/plain-data.js';

export interface QueuePlan {
  readonly objects: number;
  readonly rounds: number;
}

/** Takes objects in, all of them, and hands them out again; says how many. */
type Flow = (pods: readonly Pod[]) => number;

const names = { delta: 'DeltaFIFO, one by one', bulk: 'DeltaFIFO, a transaction and one pop', fifo: 'FIFO, one by one' };

/** Everything is put in, and then taken out, one after the other and in bulk. */
export async function measureQueues({ objects, rounds }: QueuePlan): Promise<Finding> {
  const flows: Readonly<Record<string, Flow>> = {
    [names.delta]: oneByOne(new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc, immutableValues: true })),
    [names.bulk]: inBulk(new DeltaFIFO<Pod>({ keyFunc: metaNamespaceKeyFunc, immutableValues: true })),
    [names.fifo]: oneByOne(new FIFO<Pod>({ keyFunc: metaNamespaceKeyFunc, immutableValues: true })),
    [bareMap]: throughMap,
  };
  let revision = 9_000_000;
  const contestants = Object.entries(flows).map(([name, flow]) => ({
    name,
    round: async (): Promise<number> => {
      const pods = Array.from({ length: objects }, (_, index) => freezePlainData(parsePod(index, ++revision)));
      let popped = 0;
      const took = await timed(() => (popped = flow(pods)));
      if (popped !== objects) throw new Error(`${objects} objects went into ${name}, and ${popped} came out.`);
      return took;
    },
  }));
  const timings = await byTurns(contestants, rounds);
  return {
    title: `Queues, ${objects.toLocaleString('en-US')} objects in and out`,
    method: `Frozen objects are put in, all of them, and taken out; ${rounds} rounds by turns. The Map is one that is filled and emptied in order.`,
    ...throughput(timings, objects, 'objects', [bareMap]),
    verdicts: [],
  };
}

function oneByOne(queue: { add(pod: Pod): void; tryPop(): unknown }): Flow {
  return (pods) => {
    for (const pod of pods) queue.add(pod);
    let count = 0;
    while (queue.tryPop() !== undefined) count++;
    return count;
  };
}

function inBulk(queue: DeltaFIFO<Pod>): Flow {
  return (pods) => {
    queue.transaction(pods.map((object) => ({ op: 'add', object })));
    return queue.tryPopMany(Infinity).length;
  };
}

function throughMap(pods: readonly Pod[]): number {
  const queue = new Map<string, Pod>();
  for (const pod of pods) queue.set(`${pod.metadata.namespace}/${pod.metadata.name}`, pod);
  let count = 0;
  for (const key of queue.keys()) {
    queue.delete(key);
    count++;
  }
  return count;
}
