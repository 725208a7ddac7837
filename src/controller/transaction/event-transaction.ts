/** One event after the other on its way through the handlers into the southbound: runs the transaction chart, and is its effects. */
import { createActor, fromCallback, type Actor } from 'xstate';
import {
  transactionMachine,
  type HandlersRequest,
  type TransactionFact,
  type TransactionInput,
  type TransactionLogic,
  type TransactionOutcome,
  type TransactionRequest,
} from '../../../machines/index.js';
import type { Clock } from '../../ports/clock.js';
import { TimedOutError, TransactionError } from '../errors.js';
import type { CommitResult } from '../southbound/port.js';
import type { Judgement } from './commit.js';
import { HandlerCalls, type CallPorts, type HandlerReport } from './handler-calls.js';
import { asError, severityOf } from './thrown.js';
import type { MergedTransaction } from './wanted.js';

/** The southbound's answer, judged. */
export interface CommitAnswer {
  readonly result: CommitResult;
  readonly judgement: Judgement;
}

/** What the transaction of one event needs to know and to do. */
export interface TransactionPorts extends CallPorts {
  /** Puts external configuration over what the handlers want. */
  readonly merge: (failed: readonly string[]) => MergedTransaction;
  /** Asks the southbound, and judges its answer. `signal` aborts when the answer is of no interest any more. */
  readonly commit: (merged: MergedTransaction, reports: readonly HandlerReport[], signal: AbortSignal) => Promise<CommitAnswer>;
}

/** What has become of an event. */
export interface TransactionReport {
  readonly outcome: TransactionOutcome;
  readonly needsHealing: boolean;
  readonly handlers: readonly HandlerReport[];
  /** Everything that went wrong, in order. */
  readonly errors: readonly Error[];
  readonly revertErrors: readonly Error[];
  readonly failedHandlers: readonly string[];
  /** What was merged; undefined when it did not come to that. */
  readonly merged: MergedTransaction | undefined;
  /** Whether the southbound was asked. */
  readonly wasCommitted: boolean;
  /** Its answer; undefined when there was none. */
  readonly result: CommitResult | undefined;
  readonly commitError: TransactionError | undefined;
}

/** What is known of the event under way. */
interface UnderWay {
  readonly ports: TransactionPorts;
  readonly calls: HandlerCalls;
  readonly errors: Error[];
  readonly revertErrors: Error[];
  readonly actor: Actor<typeof transactionMachine>;
  merged: MergedTransaction | undefined;
  wasCommitted: boolean;
  result: CommitResult | undefined;
  commitError: TransactionError | undefined;
}

/** An effect that was begun; over when its state is left. */
interface Effect {
  readonly underWay: UnderWay;
  readonly tell: (fact: TransactionFact) => void;
  isOver: boolean;
  /** Is called when the state is left before the effect has come to its end. */
  onLeft: (() => void) | undefined;
}

/** Leads events through, one at a time. */
export class TransactionRunner {
  private readonly clock: Clock;
  /** Made once: to provide a chart with effects costs as much as many events. */
  private readonly chart: typeof transactionMachine;
  private underWay: UnderWay | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
    this.chart = this.provide();
  }

  /** Takes an event as far as it goes. Never rejects. */
  run(ports: TransactionPorts, input: TransactionInput): Promise<TransactionReport> {
    return new Promise((resolve) => {
      const actor = createActor(this.chart, { clock: this.clock, input });
      const underWay: UnderWay = {
        ports,
        calls: new HandlerCalls(ports),
        errors: [],
        revertErrors: [],
        actor,
        merged: undefined,
        wasCommitted: false,
        result: undefined,
        commitError: undefined,
      };
      this.underWay = underWay;
      actor.subscribe({
        complete: () => {
          this.underWay = undefined;
          underWay.calls.abandon();
          resolve(reportOf(underWay));
        },
      });
      actor.start();
    });
  }

  /** Ends what is under way, if anything is. */
  interrupt(): void {
    this.underWay?.actor.send({ type: 'interrupt' });
  }

  private provide(): typeof transactionMachine {
    return transactionMachine.provide({
      actors: {
        select: this.effect(select),
        handle: this.effect(handle),
        merge: this.effect(merge),
        commit: this.effect(commit),
        revert: this.effect(revert),
      },
      actions: {
        reportTimeout: () => {
          if (this.underWay === undefined) return;
          const { error, isRevert } = this.underWay.calls.giveUp();
          fail(this.underWay, error, isRevert);
        },
        reportCommitTimeout: ({ context }) => {
          if (this.underWay === undefined) return;
          const message = `The southbound has not answered within ${context.commitTimeout} ms; what it has done is not known.`;
          const error = new TransactionError(message, { outcome: 'unknown', cause: new TimedOutError(message) });
          this.underWay.commitError = error;
          this.underWay.errors.push(error);
        },
      },
    });
  }

  /** An effect of the chart. User code is called when the transition is over, never inside it. */
  private effect<I extends TransactionRequest>(run: (effect: Effect, input: I) => void | Promise<void>): TransactionLogic<I> {
    return fromCallback<{ type: 'none' }, I>(({ input, sendBack }) => {
      const { underWay } = this;
      if (underWay === undefined) return undefined; // the chart runs only inside run()
      const effect: Effect = { underWay, isOver: false, onLeft: undefined, tell: (fact) => void (effect.isOver || sendBack(fact)) };
      void Promise.resolve().then(() => begin(effect, input, run));
      return () => {
        effect.isOver = true;
        effect.onLeft?.();
      };
    });
  }
}

async function begin<I>(effect: Effect, input: I, run: (effect: Effect, input: I) => void | Promise<void>): Promise<void> {
  try {
    if (!effect.isOver) await run(effect, input);
  } catch (error) {
    // An effect itself has failed, which is a defect: nobody knows what was done.
    effect.underWay.errors.push(asError(error));
    effect.underWay.actor.send({ type: 'interrupt' });
  }
}

function select({ underWay, tell }: Effect, { request }: TransactionRequest): void {
  tell({ type: 'handlers.selected', request, count: underWay.calls.select() });
}

async function handle(effect: Effect, { request, position }: HandlersRequest): Promise<void> {
  const { underWay, tell } = effect;
  for (let index = position; index < underWay.calls.count; index++) {
    if (!(await callOne(effect, request, index, false))) return;
  }
  tell({ type: 'handlers.completed', request });
}

async function revert(effect: Effect, { request, position }: HandlersRequest): Promise<void> {
  for (let index = position - 1; index >= 0; index--) {
    if (!(await callOne(effect, request, index, true))) return;
  }
  effect.tell({ type: 'reverts.completed', request });
}

/** Calls one handler. @returns whether to go on: it has come to a good end, and nobody has given it up. */
async function callOne(effect: Effect, request: number, index: number, isRevert: boolean): Promise<boolean> {
  const { underWay, tell } = effect;
  const pending = underWay.calls.begin(index, isRevert);
  if (pending !== undefined) tell({ type: 'handler.begun', request, position: index });
  const ended = pending && (await pending);
  if (effect.isOver) return false; // it was given up, and how it ends is of no interest any more
  const error = underWay.calls.end(ended);
  if (error === undefined) return true;
  fail(underWay, error, isRevert);
  tell({ type: 'handler.failed', request, position: index, severity: severityOf(error) });
  return false;
}

function merge({ underWay, tell }: Effect, { request }: TransactionRequest): void {
  const { ports, calls, errors } = underWay;
  const merged = ports.merge(calls.failed);
  underWay.merged = merged;
  for (const { error } of merged.problems) errors.push(error);
  tell({
    type: 'merge.completed',
    request,
    isEmpty: merged.values.size === 0,
    hasFailed: merged.problems.length > 0,
  });
}

async function commit(effect: Effect, { request }: TransactionRequest): Promise<void> {
  const { underWay, tell } = effect;
  const { ports, calls, errors, merged } = underWay;
  if (merged === undefined) throw new Error('There is nothing to commit.'); // the chart merges before it commits
  underWay.wasCommitted = true;
  const waiting = new AbortController();
  effect.onLeft = () => void Promise.resolve().then(() => waiting.abort()); // who listens is users' code, and this is inside a transition
  const { result, judgement } = await ports.commit(merged, calls.reports, waiting.signal);
  if (effect.isOver) return;
  effect.onLeft = undefined;
  underWay.result = result;
  underWay.commitError = judgement.error;
  if (judgement.error !== undefined) errors.push(judgement.error);
  tell({ type: 'commit.completed', request, verdict: judgement.verdict, isExternalOnly: judgement.isExternalOnly });
}

function fail({ errors, revertErrors }: UnderWay, error: Error, isRevert: boolean): void {
  errors.push(error);
  if (isRevert) revertErrors.push(error);
}

function reportOf({ actor, calls, errors, revertErrors, merged, wasCommitted, result, commitError }: UnderWay): TransactionReport {
  const { value, context } = actor.getSnapshot();
  return {
    outcome: value as TransactionOutcome, // the chart is over: its state is one of its final ones
    needsHealing: context.needsHealing,
    handlers: calls.reports,
    failedHandlers: calls.failed,
    errors,
    revertErrors,
    merged,
    wasCommitted,
    result,
    commitError,
  };
}
