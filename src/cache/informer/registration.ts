/** A handler's place in an informer: its queue, its resyncs, and its end. */
import { ValidationError } from '../../model/errors.js';
import { checkNumber } from '../../policy/timings.js';
import type { Clock } from '../../ports/clock.js';
import type { Logger } from '../../ports/logger.js';
import { within } from '../../reflector/within.js';
import type { Backpressure, HandlerOptions, HandlerRegistration, ResourceEventHandler } from './handler.js';
import { HandlerRunner } from './handler-runner.js';
import type { InformerProblems } from './problems.js';
import { RepeatingTimer } from './repeating-timer.js';

/** What an informer lends its handlers. */
export interface RegistrationHost<T> {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly problems: InformerProblems;
  /** How long a removal waits for a callback. In milliseconds. */
  readonly stopLimit: number;
  readonly current: (key: string) => T | undefined;
  /** The keys of everything there is. */
  readonly keys: () => Iterable<string>;
  /** Takes a registration out, if it is in. */
  readonly leave: (registration: Registration<T>) => void;
}

/** A handler with its options, checked. */
export interface HandlerSettings<T> {
  readonly handler: ResourceEventHandler<T>;
  readonly name: string;
  readonly backpressure: Backpressure;
  /** 0: never. */
  readonly resyncPeriod: number;
}

export class Registration<T> implements HandlerRegistration {
  readonly name: string;
  readonly synced: Promise<void>;
  readonly settings: HandlerSettings<T>;
  readonly runner: HandlerRunner<T>;
  private readonly host: RegistrationHost<T>;
  private readonly resyncs: RepeatingTimer;
  private removal: Promise<void> | undefined;

  constructor(settings: HandlerSettings<T>, host: RegistrationHost<T>) {
    const { clock, problems, current } = host;
    this.settings = settings;
    this.name = settings.name;
    this.host = host;
    this.resyncs = new RepeatingTimer(clock, settings.resyncPeriod, () => this.runner.resync(host.keys()));
    this.runner = new HandlerRunner({ ...settings, clock, problems, current, onRemoved: () => this.leave() });
    this.synced = this.runner.synced;
  }

  hasSynced(): boolean {
    return this.runner.hasSynced;
  }

  get pending(): number {
    return this.runner.pending;
  }

  async remove(): Promise<void> {
    this.runner.close('it was removed.');
    this.leave();
    if (this.runner.isOnStack) return; // whoever is called cannot wait for its own end
    this.removal ??= this.untilRemoved();
    await this.removal;
  }

  /** Resolves when no callback is running, and nobody waits for that any more. */
  async idle(): Promise<void> {
    await this.runner.idle();
    await this.removal;
  }

  /** Begins the periods between resyncs. */
  startResyncs(): void {
    this.resyncs.start();
  }

  /** The informer has stopped: nothing begins any more. */
  end(): void {
    this.resyncs.stop();
    this.runner.close('the informer has stopped.');
  }

  private leave(): void {
    this.resyncs.stop();
    this.host.leave(this);
  }

  private async untilRemoved(): Promise<void> {
    const { clock, stopLimit, logger } = this.host;
    if (await within(clock, stopLimit, this.runner.idle())) return;
    logger.warn(`The handler ${this.name} was removed, and a callback of it is still running after ${stopLimit} ms.`);
  }
}

/** The shortest period between two resyncs, in milliseconds (client-go, minimumResyncPeriod). */
const shortestResyncPeriod = 1_000;

/** @throws ValidationError when `period` is neither 0 nor at least a second. */
export function checkResyncPeriod(period: number): void {
  checkNumber('resyncPeriod', period, 0);
  if (period === 0 || period >= shortestResyncPeriod) return;
  const advice = `it must be 0, for never, or at least ${shortestResyncPeriod} ms`;
  throw new ValidationError(`Illegal option resyncPeriod ${period}: ${advice}.`, { field: 'resyncPeriod' });
}

/** @throws ValidationError when the handler or an option is illegal; it names the option. */
export function handlerSettingsOf<T>(
  handler: ResourceEventHandler<T>,
  options: HandlerOptions,
  defaults: { readonly name: string; readonly resyncPeriod: number },
): HandlerSettings<T> {
  const { backpressure = { mode: 'coalesce' }, resyncPeriod = defaults.resyncPeriod, name = defaults.name } = options;
  checkHandler(handler);
  checkBackpressure(backpressure);
  checkResyncPeriod(resyncPeriod);
  return { handler, name, backpressure, resyncPeriod };
}

function checkHandler(handler: unknown): void {
  const names = ['onAdd', 'onUpdate', 'onDelete', 'onOverflow'];
  const members = (handler ?? {}) as Readonly<Record<string, unknown>>; // any value can be asked for members but these two
  const wrong = names.find((name) => members[name] !== undefined && typeof members[name] !== 'function');
  if (wrong !== undefined) {
    throw new ValidationError(`The handler's ${wrong} is ${typeof members[wrong]}, not a function.`, { field: `handler.${wrong}` });
  }
  if (names.slice(0, 3).some((name) => members[name] !== undefined)) return;
  throw new ValidationError('A handler needs at least one of the functions onAdd, onUpdate and onDelete; this one has none.', {
    field: 'handler',
  });
}

function checkBackpressure(backpressure: Backpressure): void {
  if (backpressure.mode === 'coalesce') return;
  if (backpressure.mode !== 'every') throw illegal('mode', (backpressure as { mode?: unknown }).mode, 'coalesce or every'); // whatever JavaScript hands in
  const { limit, whenFull } = backpressure;
  if (!Number.isSafeInteger(limit) || limit < 1) throw illegal('limit', limit, 'a whole number of at least 1');
  if (whenFull !== 'coalesce' && whenFull !== 'remove') throw illegal('whenFull', whenFull, 'coalesce or remove');
}

function illegal(name: string, value: unknown, expected: string): ValidationError {
  const field = `backpressure.${name}`;
  return new ValidationError(`Illegal option ${field} ${String(value)}: it must be ${expected}.`, { field });
}
