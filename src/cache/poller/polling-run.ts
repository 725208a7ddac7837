/** One run of a poller: runs the chart, provides its effect, and tells what goes wrong. */
import { createActor, type Actor } from 'xstate';
import { pollerMachine } from '../../../machines/index.js';
import { DatastoreUnavailableError } from '../../model/errors.js';
import { failureOf } from '../../policy/failure.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { within } from '../../reflector/within.js';
import { Announcer } from '../announcer.js';
import type { Store } from '../store.js';
import type { GetFunc } from './enumerator.js';
import { FetchEffect } from './fetch-effect.js';
import { PollTarget } from './poll-target.js';

/** What a poll has failed with: there was no answer, or the store did not take it. */
export type PollStage = 'fetch' | 'replace';

/** Is told of a failed poll. The store has what it had before; the next poll tries again. */
export type PollErrorHandler = (error: Error, stage: PollStage) => void;

export interface PollingRunOptions<T> {
  readonly getFunc: GetFunc<T>;
  readonly period: number;
  readonly store: Pick<Store<T>, 'replace'>;
  readonly requestTimeout: number;
  readonly stopLimit: number;
  readonly immutableValues?: boolean | undefined;
  readonly onError?: PollErrorHandler | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface PollError {
  readonly error: Error;
  readonly stage: PollStage;
}

export class PollingRun<T> {
  private readonly options: PollingRunOptions<T>;
  private readonly effect: FetchEffect<T>;
  private readonly target: PollTarget<T>;
  private readonly actor: Actor<typeof pollerMachine>;
  private readonly errors: Announcer<PollError>;
  /** The chart has come to its end, or has failed, which is a defect of this package. */
  private readonly ended: Promise<void>;
  private readonly finished: Promise<void>;
  /** Everything that is to be told has been. */
  private told: Promise<void> = Promise.resolve();

  constructor(options: PollingRunOptions<T>) {
    const { getFunc, store, immutableValues = false, period, requestTimeout, clock, logger, onError } = options;
    this.options = options;
    this.effect = new FetchEffect(getFunc);
    this.target = new PollTarget(store, immutableValues);
    this.errors = new Announcer('callback onError', logger);
    if (onError !== undefined) this.errors.subscribe(({ error, stage }) => onError(error, stage));
    this.actor = createActor(this.chart(), { clock, input: { period, requestTimeout } });
    this.ended = new Promise((complete, error) => this.actor.subscribe({ complete, error }));
    this.finished = this.finish();
    this.actor.start();
  }

  /** Polls until `signal` aborts, or {@link PollingRun.stop} is called. */
  async untilStopped(signal: AbortSignal | undefined): Promise<void> {
    const stop = (): void => this.send('stop');
    signal?.addEventListener('abort', stop, { once: true });
    this.send(signal?.aborted === true ? 'stop' : 'start');
    try {
      await this.finished;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** Resolves when it has ended, however that came. */
  async stop(): Promise<void> {
    this.send('stop');
    await this.finished.catch(ignore); // whoever runs it hears of it
  }

  private send(type: 'start' | 'stop'): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send({ type });
  }

  private async finish(): Promise<void> {
    try {
      await this.ended;
    } finally {
      await this.waitForGetFunc();
      await this.told;
    }
  }

  private async waitForGetFunc(): Promise<void> {
    const { clock, stopLimit, logger } = this.options;
    const isInTime = await within(clock, stopLimit, this.effect.settled());
    if (!isInTime) logger.warn(`getFunc has not ended within ${stopLimit} ms: it does not listen to its signal.`);
  }

  private chart(): typeof pollerMachine {
    return pollerMachine.provide({
      actors: { fetch: this.effect.logic },
      actions: {
        // The chart is about any objects; what this getFunc enumerates are objects of T.
        replaceAll: (_, { objects }) => this.put(objects as readonly T[]),
        reportFailure: (_, { failure }) => this.report(failure.error, 'fetch'),
        reportTimeout: () =>
          this.report(new DatastoreUnavailableError(`getFunc has not answered within ${this.options.requestTimeout} ms.`), 'fetch'),
      },
    });
  }

  private put(objects: readonly T[]): void {
    try {
      this.target.put(objects);
    } catch (error) {
      this.report(failureOf(error).error, 'replace');
    }
  }

  /** Tells it after the transition that it happened in: nobody's code runs inside of one. */
  private report(error: Error, stage: PollStage): void {
    const what = stage === 'fetch' ? 'A poll failed' : 'The store did not take what was polled';
    this.options.logger.error(`${what}: ${error.message}`, { error, stage });
    this.told = this.told.then(() => this.errors.announce({ error, stage }));
  }
}

function ignore(): void {}
