/** Watch events applied: everyone holds the same objects and is told the same story. */
import { bareMap, checkAgreement, clientNode, everyone, heliostat, heliostatFrozen } from '../contestants.js';
import { medianOf, throughput, type Finding } from '../findings.js';
import { byTurns, timed } from '../measure.js';
import type { Mirror } from '../mirrors.js';
import { listedPods } from '../pods.js';
import { podEvents, Script } from '../script.js';

const batchSize = 100;

export interface EventsPlan {
  readonly objects: number;
  readonly batches: number;
  readonly rounds: number;
  /** How many times client-node's throughput is wanted. */
  readonly goal: number;
}

export async function measureEvents({ objects, batches, rounds, goal }: EventsPlan): Promise<Finding> {
  const mirrors = everyone();
  const contestants = [];
  for (const [name, mirror] of mirrors) {
    const script = new Script(objects);
    await mirror.list(prepared(mirror, listedPods(0, objects)));
    contestants.push({
      name,
      round: () => telling(mirror, script, batches),
    });
  }
  const timings = await byTurns(contestants, rounds);
  checkAgreement(mirrors);
  for (const mirror of mirrors.values()) await mirror.stop();
  const size = objects.toLocaleString('en-US');
  return {
    title: `Watch events, ${size} objects, batches of 100`,
    method:
      `Freshly parsed objects of 1 KB go in as watch events, and a listener is told of each; ${rounds} rounds of ${batches} batches, by turns. ` +
      'Of ten events eight modify, one deletes and one creates.',
    ...throughput(timings, batches * batchSize, 'events', [clientNode, bareMap]),
    verdicts: [heliostat, heliostatFrozen].map((name) => ({
      goal: `watch events per second with ${size} objects, times client-node's (${name})`,
      wanted: { atLeast: goal },
      measured: medianOf(timings, clientNode) / medianOf(timings, name),
    })),
  };
}

/** Parses one batch after the other, which does not count, and tells it at once: as a transport does, which has just read it. */
export async function telling(mirror: Mirror, script: Script, batches: number): Promise<number> {
  let took = 0;
  for (const batch of script.next(batches, batchSize)) {
    const events = podEvents([batch]);
    for (const { object } of events.flat()) mirror.prepare?.(object);
    took += await timed(() => mirror.follow(events));
  }
  return took;
}

export function prepared<P extends Parameters<NonNullable<Mirror['prepare']>>[0]>(
  mirror: Mirror,
  pods: readonly P[],
): readonly P[] {
  for (const pod of pods) mirror.prepare?.(pod);
  return pods;
}
