/** Asks the southbound to commit what an event wants, and finds out what its answer means, and for whom. */
import { EventMethod, type Event } from '../events/event.js';
import { pause } from '../../ports/clock.js';
import type { ControllerSettings } from '../options.js';
import type { ProblemTeller } from '../problems.js';
import type { SouthboundTransaction } from '../southbound/port.js';
import {
  answerOf,
  attribute,
  descriptionOf,
  judge,
  southboundTransactionOf,
  type Answer,
  type Attribution,
} from '../transaction/commit.js';
import type { CommitAnswer } from '../transaction/event-transaction.js';
import type { HandlerReport } from '../transaction/handler-calls.js';
import { asError } from '../transaction/thrown.js';
import type { MergedTransaction } from '../transaction/wanted.js';

/** What is to be committed. */
export interface CommitRequest {
  readonly event: Event;
  readonly merged: MergedTransaction;
  readonly reports: readonly HandlerReport[];
  readonly attribution: Attribution;
  /** Whether it is the first resync of this process. */
  readonly isStartup: boolean;
  /** Whether not everybody has said what he wants: what nobody wants is then not known to be unwanted. */
  readonly keepsStrangers: boolean;
  readonly signal: AbortSignal;
}

/** What a committer is made with. */
export interface CommitterOptions {
  readonly settings: ControllerSettings;
  readonly handlerNames: ReadonlySet<string>;
  readonly problems: ProblemTeller;
  /** Runs a call of user code as a call by the loop, until `isActive` is taken from it. */
  readonly enter: <R>(scope: { isActive: boolean }, call: () => R) => R;
}

export class Committer {
  private readonly options: CommitterOptions;

  /** The last commit, for as long as the southbound has not answered; it may have been given up. */
  private underWay: Promise<void> = Promise.resolve();

  constructor(options: CommitterOptions) {
    this.options = options;
  }

  /**
   * Resolves when the southbound has answered the last commit, though nobody waits for that any more; or after `commitTimeout`. What heals
   * before would wait behind it, and be given up in turn. `signal` ends the waiting.
   */
  async answered(signal: AbortSignal): Promise<void> {
    const { clock, timings } = this.options.settings;
    const isOver = new AbortController();
    await Promise.race([this.underWay, pause(clock, timings.commitTimeout, AbortSignal.any([signal, isOver.signal]))]);
    isOver.abort();
  }

  async commit({ event, merged, reports, attribution, isStartup, keepsStrangers, signal }: CommitRequest): Promise<CommitAnswer> {
    const { settings, problems, handlerNames } = this.options;
    const transaction = southboundTransactionOf(event, merged.values, {
      description: descriptionOf(event, reports),
      retry: settings.retry,
      verbose: event.method === EventMethod.FullResync && isStartup,
      ...(keepsStrangers ? { keepsStrangers } : {}),
    });
    const { result, complaint } = await this.ask(transaction, signal);
    if (complaint !== undefined) problems.tell({ kind: 'southbound', error: complaint });
    const failures = attribute(result.failures, attribution);
    return { result, judgement: judge(result, failures, { handlers: handlerNames, merged }) };
  }

  private async ask(transaction: SouthboundTransaction, signal: AbortSignal): Promise<Answer> {
    const scope = { isActive: true };
    const { enter, settings } = this.options;
    let answered = ignore;
    this.underWay = new Promise((resolve) => (answered = resolve));
    try {
      return answerOf(await enter(scope, () => settings.southbound.commit(transaction, { signal })));
    } catch (error) {
      return answerOf({ outcome: 'refused', sequence: undefined, failures: [], values: [], refusal: asError(error) });
    } finally {
      scope.isActive = false;
      answered();
    }
  }
}

function ignore(): void {}
