/** From a parsed list to in sync. */
import { bareMap, checkAgreement, clientNode, everyone } from '../contestants.js';
import { throughput, type Finding } from '../findings.js';
import { byTurns, collectGarbage, timed } from '../measure.js';
import type { Mirror } from '../mirrors.js';
import { listedPods } from '../pods.js';
import { prepared } from './events.js';

export interface ListPlan {
  readonly objects: number;
  readonly rounds: number;
  readonly warmUps: number;
}

export async function measureInitialList({ objects, rounds, warmUps }: ListPlan): Promise<Finding> {
  const latest = new Map<string, Mirror>();
  const contestants = [...everyone().keys()].map((name) => ({
    name,
    round: async () => {
      await latest.get(name)?.stop();
      const mirror = everyone().get(name);
      if (mirror === undefined) throw new Error(`Nobody is called ${name}.`);
      latest.set(name, mirror);
      const pods = prepared(mirror, listedPods(0, objects));
      collectGarbage();
      return timed(() => mirror.list(pods));
    },
  }));
  const timings = await byTurns(contestants, rounds, warmUps);
  checkAgreement(latest);
  for (const mirror of latest.values()) await mirror.stop();
  return {
    title: `Initial list, ${objects.toLocaleString('en-US')} objects`,
    method: `From a parsed list, in key order, to in sync with the listener told; pages of 500 where there are pages; ${rounds} rounds.`,
    ...throughput(timings, objects, 'objects', [clientNode, bareMap]),
    verdicts: [],
  };
}
