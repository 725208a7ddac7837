/** Verifies a handler of anybody's: what a resync builds is what updates lead to, and what is reverted has not happened. */
import type { Arbitrary } from 'fast-check';
import type { EventHandler } from '../../controller/handler.js';
import type { KubeStateData } from '../../controller/key-values.js';
import { ValidationError } from '../../model/errors.js';
import type { Counts } from './handler-run.js';
import { handlerLaws, judgeHandler, type HandlerLaw, type LawViolation, type WantedDifference } from './laws.js';
import { changesThrough, linesOf, textOf, type HandlerScenario, type KubeChange } from './scenario.js';

/** How a handler is verified. */
export interface HandlerVerification {
  /** Makes the handler, new each time: nothing may be left of another one. */
  readonly create: () => EventHandler | Promise<EventHandler>;
  /**
   * Draws states. Let it draw few keys and few values, so that the same ones come, change and go; and only what the handler accepts, since
   * an error that it throws is a failure of the law.
   */
  readonly kubeState: Arbitrary<KubeStateData>;
  /** Draws changes that follow a state. Default: what leads from one drawn state to the next one, key by key in any order. */
  readonly changes?: Arbitrary<readonly KubeChange[]> | undefined;
  /** The laws that it is held to. Default: all. */
  readonly laws?: readonly HandlerLaw[] | undefined;
  /** How many scenarios. Default: 100. */
  readonly runs?: number | undefined;
  /** What they are drawn from. Default: 1. */
  readonly seed?: number | undefined;
  /** Leads to one scenario of a seed, as an error tells it. */
  readonly path?: string | undefined;
}

/** What a verification has seen. */
export interface HandlerReport {
  /** Scenarios. */
  readonly runs: number;
  /** Updates that the handler handled, over all laws. */
  readonly updates: number;
  readonly laws: readonly HandlerLaw[];
}

/** A law that a handler breaks, with the smallest scenario that was found to show it. */
export class HandlerLawError extends Error {
  override readonly name = 'HandlerLawError';
  readonly law: HandlerLaw;
  readonly scenario: HandlerScenario;
  /** Key by key, what is wanted and what ought to be. */
  readonly differences: readonly WantedDifference[];
  readonly seed: number;
  /** With the seed, runs the scenario again. */
  readonly path: string;

  constructor(
    message: string,
    details: Pick<HandlerLawError, 'law' | 'scenario' | 'differences' | 'seed' | 'path'> & { readonly cause?: unknown },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.law = details.law;
    this.scenario = details.scenario;
    this.differences = details.differences;
    this.seed = details.seed;
    this.path = details.path;
  }
}

/**
 * Holds a handler to what must hold for every handler that owns configuration (see {@link HandlerLaw}), over states and changes that are
 * drawn from a seed. Healing and restarts rely on it: what only updates have made, a resync deletes. Needs the package fast-check.
 *
 * What external configuration and events of your own do to the handler is not drawn.
 *
 * @throws HandlerLawError with the smallest scenario that was found; ValidationError when an option is wrong, or when nothing happened:
 * no update was handled, or nothing was ever wanted.
 *
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { createHandler, KubeStateChange } from 'heliostat/controller';
 * import { verifyHandler } from 'heliostat/testing';
 * const create = () =>
 *   createHandler({
 *     name: 'routes',
 *     handles: { resources: ['pods'] },
 *     initial: {},
 *     resync({ kubeState, txn }) {
 *       for (const [key, node] of Object.entries(kubeState['pods'] ?? {})) txn.put(`/routes${key}`, { via: node });
 *     },
 *     update({ event, txn }) {
 *       if (!(event instanceof KubeStateChange)) return;
 *       if (event.newValue === undefined) txn.delete(`/routes${event.key}`);
 *       else txn.put(`/routes${event.key}`, { via: event.newValue });
 *     },
 *   });
 * const pods = fc.dictionary(fc.constantFrom('/pods/a', '/pods/b'), fc.constantFrom('node-1', 'node-2'));
 * await verifyHandler({ create, kubeState: fc.record({ pods }) });
 * ```
 */
export async function verifyHandler(options: HandlerVerification): Promise<HandlerReport> {
  const { create, laws = handlerLaws, runs = 100, seed = 1, path } = checked(options);
  const { array, asyncProperty, check, nat, tuple } = await import('fast-check');
  const counts: Counts = { updates: 0, ignored: 0, wanted: 0 };

  const ranks = array(nat(1_000), { maxLength: 24 });
  const { kubeState, changes } = options;
  const scenarios: Arbitrary<HandlerScenario> =
    changes === undefined
      ? tuple(kubeState, array(kubeState, { maxLength: 3 }), ranks).map(([state, later, detours]) => ({
          state,
          changes: changesThrough([state, ...later], detours),
          detours,
        }))
      : tuple(kubeState, changes, ranks).map(([state, given, detours]) => ({ state, changes: given, detours }));

  // One law after the other: a scenario that is made smaller for one could otherwise end up showing another.
  for (const law of laws) {
    let violation: LawViolation | undefined;
    const property = asyncProperty(scenarios, async (scenario) => {
      const found = await judgeHandler(scenario, law, create, counts);
      if (found === undefined) return;
      violation = found; // the last one that is found belongs to the smallest scenario
      throw new Error(found.message);
    });
    const details = await check(property, { numRuns: runs, seed, ...(path === undefined ? {} : { path }) });
    if (!details.failed) continue;
    if (violation === undefined) throw details.errorInstance; // drawing has failed, or `create`
    throw lawError(await nameOf(create), violation, seed, details.counterexamplePath ?? '');
  }
  if (path === undefined) refuseVacuity(counts, laws);
  return { runs, updates: counts.updates - counts.ignored, laws: [...laws] };
}

function lawError(name: string, violation: LawViolation, seed: number, path: string): HandlerLawError {
  const { law, scenario, message, differences, cause } = violation;
  const lines = [
    `The handler '${name}' breaks the law '${law}': ${message}.`,
    ...linesOf(scenario),
    ...(differences.length === 0 ? [] : ['Wants:']),
    ...differences.map(({ key, actual, expected }) => `  ${key}: ${textOf(actual)}, expected ${textOf(expected)}`),
    `Again: verifyHandler({ …, laws: ['${law}'], seed: ${seed}, path: '${path}' })`,
  ];
  return new HandlerLawError(lines.join('\n'), { law, scenario, differences, seed, path, cause });
}

async function nameOf(create: HandlerVerification['create']): Promise<string> {
  return (await create()).name;
}

function refuseVacuity({ updates, ignored, wanted }: Counts, laws: readonly HandlerLaw[]): void {
  if (updates > 0 && updates === ignored) {
    throw vacuous(
      `none of ${updates} updates was handled: handlesEvent has refused them all. Let kubeState draw resources that it handles`,
    );
  }
  const areThereUpdates = laws.some((law) => law !== 'keyOrder' && law !== 'repeat');
  if (areThereUpdates && updates === 0) throw vacuous('nothing ever changed. Let kubeState, or changes, draw different states');
  if (wanted === 0) throw vacuous('the handler never wanted anything. Let kubeState draw states in which it does');
}

function vacuous(reason: string): ValidationError {
  return new ValidationError(`The verification proves nothing: ${reason}.`, { field: 'kubeState' });
}

function checked(options: HandlerVerification): HandlerVerification {
  const { create, kubeState, runs, seed, laws } = options;
  if (typeof create !== 'function') refuse('create', create, 'a function that makes a handler');
  if (typeof kubeState?.generate !== 'function') refuse('kubeState', kubeState, 'an arbitrary of fast-check');
  if (runs !== undefined && !(Number.isInteger(runs) && runs > 0)) refuse('runs', runs, 'a whole number from 1 up');
  if (seed !== undefined && !Number.isInteger(seed)) refuse('seed', seed, 'a whole number');
  if (laws !== undefined && (laws.length === 0 || laws.some((law) => !handlerLaws.includes(law)))) {
    refuse('laws', laws, `some of ${handlerLaws.join(', ')}`);
  }
  return options;
}

function refuse(field: string, given: unknown, expected: string): never {
  throw new ValidationError(`${field} is ${JSON.stringify(given) ?? String(given)}, expected ${expected}.`, { field });
}
