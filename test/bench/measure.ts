/** Measuring by turns: all sides in one process, in rounds, each round in another order, so that a disturbance meets all of them. */

/** Someone who is measured. */
export interface Contestant {
  readonly name: string;
  /** Does the work of one round and returns how much processor time the part that counts took, in milliseconds. */
  readonly round: () => Promise<number>;
}

/** What a contestant needed for a round, in milliseconds. */
export interface Timing {
  readonly name: string;
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Runs each contestant `warmUps` times for nothing, and then `rounds` times. */
export async function byTurns(contestants: readonly Contestant[], rounds: number, warmUps = 2): Promise<readonly Timing[]> {
  const times = contestants.map(() => [] as number[]);
  for (let round = -warmUps; round < rounds; round++) {
    for (const turn of contestants.keys()) {
      const place = (turn + warmUps + round) % contestants.length;
      const took = await contestants[place]?.round();
      if (round >= 0 && took !== undefined) times[place]?.push(took);
    }
  }
  return contestants.map(({ name }, place) => ({ name, ...spread(times[place] ?? []) }));
}

function spread(times: readonly number[]): Omit<Timing, 'name'> {
  const sorted = times.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
  return { median: median ?? NaN, low: sorted[0] ?? NaN, high: sorted.at(-1) ?? NaN };
}

/**
 * How much processor time `work` takes, in milliseconds, by all threads of the process: those that collect garbage and compile count too.
 * On a machine that nobody else uses it is what a clock on the wall says, or a little more; on any other it is what can be compared.
 */
export async function timed(work: () => unknown): Promise<number> {
  const began = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000;
}

/** Clears the heap, where the process was started with `--expose-gc`. */
export function collectGarbage(): void {
  globalThis.gc?.();
}
