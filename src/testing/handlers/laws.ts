/** What must hold for every handler that owns configuration, as judgements of one scenario. */
import { isDeepStrictEqual } from 'node:util';
import type { EventHandler } from '../../controller/handler.js';
import { HandlerFailure, HandlerRun, InputChanged, type Counts, type RunOptions, type Wanted } from './handler-run.js';
import {
  changesBetween,
  pictureOf,
  valueAt,
  withoutObjects,
  type HandlerScenario,
  type KubeChange,
  type Picture,
} from './scenario.js';

/** The laws, in the order in which they are judged. */
export const handlerLaws = ['inputs', 'keyOrder', 'repeat', 'fold', 'healing', 'quiet', 'revert'] as const;

/**
 * One of the laws:
 * - `inputs`: it changes nothing of what it is given;
 * - `keyOrder`: a resync wants the same whatever the order of the keys;
 * - `repeat`: a second resync of the same state wants the same, so it executes nothing;
 * - `fold`: after updates it wants what a new handler wants that begins with a resync of the state they led to;
 * - `healing`: a resync after updates wants what was wanted before it, so it deletes nothing and executes nothing;
 * - `quiet`: told that something is as it was, it wants the same as before;
 * - `revert`: after an update and its revert it goes on as if neither had happened.
 */
export type HandlerLaw = (typeof handlerLaws)[number];

/** A key that is wanted otherwise than it must be. Undefined: nothing is wanted. */
export interface WantedDifference {
  readonly key: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/** A law that does not hold. */
export interface LawViolation {
  readonly law: HandlerLaw;
  readonly scenario: HandlerScenario;
  /** How, as a sentence. */
  readonly message: string;
  /** In key order. */
  readonly differences: readonly WantedDifference[];
  readonly cause?: unknown;
}

/** What a judgement works with. */
interface Case {
  readonly scenario: HandlerScenario;
  readonly begin: Picture;
  /** A new handler that has seen nothing. */
  readonly start: (options?: Pick<RunOptions, 'isTempted'>) => Promise<HandlerRun>;
}

interface Finding {
  readonly message: string;
  readonly differences: readonly WantedDifference[];
}

const judgements: Readonly<Record<HandlerLaw, (given: Case) => Promise<Finding | undefined>>> = {
  async inputs({ scenario: { changes }, begin, start }) {
    const run = await start({ isTempted: true });
    await run.resync(begin);
    for (const change of changes) await run.update(change);
    return undefined; // the run itself throws
  },

  async keyOrder({ begin, start }) {
    const [forward, backward] = [await start(), await start()];
    await forward.resync(begin);
    await backward.resync(begin, true);
    return differ('with its keys in another order, a resync of the state wants something else', backward.wanted, forward.wanted);
  },

  async repeat({ begin, start }) {
    const run = await start();
    await run.resync(begin);
    const { wanted } = run;
    await run.resync();
    return differ('a second resync of the same state wants something else than the first', run.wanted, wanted);
  },

  async fold({ scenario: { changes }, begin, start }) {
    const fromNothing = [...changesBetween(new Map(), begin), ...changes];
    return (
      (await foldsFrom(withoutObjects(begin), fromNothing, start, 'everything was told by updates, from the first object on')) ??
      (await foldsFrom(begin, changes, start, 'the updates followed a resync of the state'))
    );
  },

  async healing({ scenario: { changes }, begin, start }) {
    const run = await start();
    await run.resync(begin);
    for (const [index, change] of changes.entries()) {
      await run.update(change);
      const { wanted } = run;
      await run.resync();
      const found = differ(`a resync after update ${index + 1} wants something else than was wanted before it`, run.wanted, wanted);
      if (found !== undefined) return found;
    }
    return undefined;
  },

  async quiet({ scenario: { changes }, begin, start }) {
    const run = await start();
    await run.resync(begin);
    for (const change of [...changesBetween(new Map(), begin), ...changes]) {
      if (!isDeepStrictEqual(valueAt(run.picture, change), change.value ?? undefined)) await run.update(change);
      const { wanted } = run;
      await run.touch(change);
      const found = differ(`told that ${change.resource} ${change.key} is as it was, it wants something else`, run.wanted, wanted);
      if (found !== undefined) return found;
    }
    return undefined;
  },

  async revert({ scenario: { changes, detours }, begin, start }) {
    const [straight, detoured] = [await start(), await start()];
    await straight.resync(begin);
    await detoured.resync(begin);
    for (const [index, change] of changes.entries()) {
      const other = changes[(index + 1 + ((detours[index] ?? 0) % Math.max(1, changes.length - 1))) % changes.length] ?? change;
      if (other !== change) await detoured.detour(other);
      await detoured.detour(change);
      await detoured.update(change);
      await straight.update(change);
      const reverted = [...new Set([other.key, change.key])].join(' and of ');
      const message = `update ${index + 1} wants something else when updates of ${reverted} were reverted before it than when they were not`;
      const found = differ(message, detoured.wanted, straight.wanted);
      if (found !== undefined) return found;
    }
    return undefined;
  },
};

async function foldsFrom(
  begin: Picture,
  changes: readonly KubeChange[],
  start: Case['start'],
  told: string,
): Promise<Finding | undefined> {
  const folded = await start();
  await folded.resync(begin);
  for (const change of changes) {
    await folded.update(change);
    const fresh = await start();
    await fresh.resync(folded.picture);
    const after = `after the update of ${change.resource} ${change.key}`;
    const message = `${after} (${told}) it wants something else than a new handler that begins with a resync of the same state`;
    const found = differ(message, folded.wanted, fresh.wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Judges a handler by one law. @returns how it breaks it, if it does. */
export async function judgeHandler(
  scenario: HandlerScenario,
  law: HandlerLaw,
  create: () => EventHandler | Promise<EventHandler>,
  counts: Counts,
): Promise<LawViolation | undefined> {
  const start: Case['start'] = async (options = {}) => new HandlerRun({ handler: await create(), counts, ...options });
  try {
    const found = await judgements[law]({ scenario, begin: pictureOf(scenario.state), start });
    return found && { law, scenario, ...found };
  } catch (error) {
    if (!(error instanceof HandlerFailure || error instanceof InputChanged)) throw error;
    return { law, scenario, message: error.message, differences: [], cause: error.cause };
  }
}

function differ(message: string, actual: Wanted, expected: Wanted): Finding | undefined {
  const keys = [...new Set([...actual.keys(), ...expected.keys()])].toSorted();
  const differences = keys
    .filter((key) => !isDeepStrictEqual(actual.get(key), expected.get(key)))
    .map((key) => ({ key, actual: actual.get(key), expected: expected.get(key) }));
  return differences.length === 0 ? undefined : { message, differences };
}
