/** Judges the transaction chart by what its surroundings know was called: the documents of the original, told anew. */
import type { HandlersRequest, TransactionInput } from '../../machines/index.js';
import { Forbidden } from '../../src/testing/index.js';
import type { Effect, MachineStep } from '../../src/testing/index.js';
import {
  transactionTimings,
  type TransactionMachine,
  type TransactionMove,
  type TransactionState,
  type TransactionWorld,
} from './transaction-world.js';

type Step = MachineStep<TransactionMachine>;

/** What the chart's effects do to the surroundings, or why they must not be. */
export function performTransaction(
  input: TransactionInput,
  environment: TransactionWorld,
  step: Step,
): TransactionWorld | Forbidden {
  const { event, effects, before, after } = step;
  const isLate = 'request' in event && event.request !== 0;
  if (isLate && (effects.length > 0 || after !== before)) return new Forbidden('E16: a fact of another request changes something');
  let world: TransactionWorld | Forbidden = environment;
  for (const effect of effects) {
    world = performOne(input, world, effect, step);
    if (world instanceof Forbidden) return world;
  }
  return world;
}

function performOne(input: TransactionInput, world: TransactionWorld, effect: Effect, step: Step): TransactionWorld | Forbidden {
  if (effect.kind === 'left') return { ...world, effect: 'none', call: 'none' };
  if (effect.kind === 'action') return { ...world, untold: world.untold - 1 };
  if (world.effect !== 'none') return new Forbidden(`E4: ${effect.id} begins while ${world.effect} is under way`);
  const { request, position = 0 } = effect.input as Partial<HandlersRequest>; // as the chart gives it
  if (request !== step.rawContext.request) return new Forbidden(`E16: ${effect.id} has the number of another effect`);
  const wrong = whyNot(input, world, effect.id, position);
  if (wrong !== undefined) return new Forbidden(wrong);
  const begun = effect.id as Exclude<TransactionWorld['effect'], 'none'>; // checked just now
  return { ...world, effect: begun, call: 'none', at: begun === 'revert' ? position - 1 : position };
}

/** Why an effect must not begin now. */
function whyNot(input: TransactionInput, world: TransactionWorld, effect: string, position: number): string | undefined {
  const hasFailed = world.calls.some((ending) => ending !== 'good');
  const isOver = world.calls.includes('fatal') || world.reverts.some(([, ending]) => ending === 'fatal');
  if (isOver) return `E10: ${effect} after something fatal`;
  switch (effect) {
    case 'select':
      return world.selected === undefined ? undefined : 'E4: handlers are asked twice';
    case 'handle':
      if (world.calls.includes('abort')) return 'E9: another handler is called after an abort';
      if (input.revertOnFailure && hasFailed) return 'E8: another handler is called, and everything is to be taken back';
      return position === world.calls.length
        ? undefined
        : `E4: handler ${position} is called, and it is the turn of ${world.calls.length}`;
    case 'merge':
      if (world.calls.length !== world.selected) return `E5: only ${world.calls.length} handlers were called`;
      return mayMerge(input, world) ? undefined : 'E9: merges what is not to be committed';
    case 'commit':
      if (!mayMerge(input, world)) return 'E9: commits after an abort, or what is to be taken back';
      if (world.commit !== 'none') return 'E17: commits twice';
      return mustCommit(input, world) ? undefined : 'E17: commits nothing';
    case 'revert':
      if (!isTakenBack(input, world)) return 'E8: something is reverted, and nothing is to be taken back';
      return position === leftToRevert(world).length
        ? undefined
        : `E4: reverts from ${position}, and ${leftToRevert(world).length} are left`;
    default:
      return `What is ${effect}?`;
  }
}

/** The handlers that came to a good end and were not asked to revert it, in the order in which they were called. */
function leftToRevert({ calls, reverts }: TransactionWorld): readonly number[] {
  const reverted = new Set(reverts.map(([handler]) => handler));
  return calls.flatMap((ending, handler) => (ending === 'good' && !reverted.has(handler) ? [handler] : []));
}

/** Whether handlers have come so far that there is something to merge. */
function mayMerge(input: TransactionInput, { calls }: TransactionWorld): boolean {
  if (calls.includes('abort') || calls.includes('fatal')) return false;
  return !input.revertOnFailure || calls.every((ending) => ending === 'good');
}

function mustCommit(input: TransactionInput, world: TransactionWorld): boolean {
  if (!mayMerge(input, world) || world.merge === 'none') return false;
  if (input.revertOnFailure && world.hasMergeFailed) return false;
  return input.commitsEmpty || world.merge === 'something';
}

/** Whether the event is not to have happened. */
function isTakenBack({ revertOnFailure }: TransactionInput, { calls, hasMergeFailed, commit }: TransactionWorld): boolean {
  if (!revertOnFailure) return false;
  const isUnapplied = ['reverted', 'revertFailed', 'refused', 'timedOut'].includes(commit);
  return calls.some((ending) => ending !== 'good') || hasMergeFailed || isUnapplied;
}

/** What building everything anew would put right. */
function mustHeal({ revertOnFailure, healsFailures }: TransactionInput, { calls, commit, reverts }: TransactionWorld): boolean {
  if (calls.includes('abort') || commit === 'revertFailed' || commit === 'timedOut') return true;
  if (reverts.some(([, ending]) => ending !== 'good')) return true;
  if (revertOnFailure) return calls.includes('timedOut') || (healsFailures && commit === 'partlyApplied');
  if (commit === 'reverted' || commit === 'refused') return true;
  return healsFailures && (calls.some((ending) => ending === 'plain' || ending === 'timedOut') || commit === 'partlyApplied');
}

/** Judges where a move has led to. */
export function judgeTransaction(
  input: TransactionInput,
  before: TransactionState,
  move: TransactionMove,
  after: TransactionState,
): string | undefined {
  if (before.place.isDone && after.place !== before.place) return `E13: an end that is none, after ${move.name}`;
  if (after.environment.untold !== 0) return 'E16: a deadline has passed, and nobody is told';
  return judgeReverts(after) ?? (after.place.isDone ? judgeEnd(input, after) : judgeTimers(after));
}

/** Reverse order of execution, each once, and only who had come to a good end. */
function judgeReverts({ environment: { calls, reverts } }: TransactionState): string | undefined {
  const completed = calls.flatMap((ending, handler) => (ending === 'good' ? [handler] : [])).toReversed();
  const wrong = reverts.find(([handler], index) => completed[index] !== handler);
  return wrong === undefined ? undefined : `E4: reverts ${reverts.map(([handler]) => handler).join()} of ${completed.join()}`;
}

/** Whoever works has a deadline, and nobody else. */
function judgeTimers({ place, environment: world }: TransactionState): string | undefined {
  const armed = place.timers.map(({ name, delay }) => `${name} ${delay}`).join();
  const { handlerTimeout, commitTimeout } = transactionTimings;
  // A handler that came to a good end has the deadline of whoever is called after it: it answers at once, or says that it works.
  const isHandled = world.effect === 'handle' || world.effect === 'revert';
  if (world.effect === 'commit') return armed === `commitTimeout ${commitTimeout}` ? undefined : `E16: a commit with ${armed}`;
  if (!isHandled) return armed === '' ? undefined : `E16: ${world.effect} with ${armed}`;
  if (world.call !== 'none' && armed !== `handlerTimeout ${handlerTimeout}`)
    return `E16: a handler works, and the timers are ${armed}`;
  return undefined;
}

function judgeEnd(input: TransactionInput, { place, environment: world }: TransactionState): string | undefined {
  const { calls, reverts, selected = 0, commit, hasMergeFailed, isInterrupted } = world;
  if (world.effect !== 'none' || place.timers.length > 0) return `E13: the end, and ${world.effect} is under way`;
  const isFatal = calls.includes('fatal') || reverts.some(([, ending]) => ending === 'fatal');
  const hasFailed = calls.some((ending) => ending !== 'good') || hasMergeFailed || (commit !== 'none' && commit !== 'applied');
  const expected = isFatal ? 'fatal' : isInterrupted ? 'interrupted' : hasFailed ? 'failed' : 'succeeded';
  if (place.value !== expected) return `E13: ends as ${JSON.stringify(place.value)}, and should as ${expected}`;
  if (isFatal || isInterrupted) return undefined;
  const mustCallAll = !calls.includes('abort') && !(input.revertOnFailure && calls.some((ending) => ending !== 'good'));
  if (mustCallAll && calls.length !== selected) return `E5: ${calls.length} of ${selected} handlers were called`;
  if (mustCallAll && world.merge === 'none') return 'E17: nothing was merged';
  if (mustCommit(input, world) !== (commit !== 'none')) return `E17: the commit is ${commit}`;
  if (isTakenBack(input, world) && leftToRevert(world).length > 0) return `E8: ${leftToRevert(world).join()} are not reverted`;
  const { needsHealing } = place.context;
  return needsHealing === mustHeal(input, world) ? undefined : `E11: ${needsHealing ? 'is' : 'is not'} to be healed`;
}
