/** Everyone who is told what changes in an informer. They do not notice each other. */
import { StoppedError } from '../../model/errors.js';
import type { HandlerOptions, HandlerRegistration, ResourceEventHandler } from './handler.js';
import { handlerSettingsOf, Registration, type RegistrationHost } from './registration.js';
import type { Step } from './step.js';

/** What an informer lends its audience. */
export interface AudienceHost<T> extends Omit<RegistrationHost<T>, 'leave'> {
  /** Everything there is, in the order of the keys. */
  readonly contents: () => Iterable<readonly [key: string, object: T]>;
  /** For handlers that do not say otherwise. In milliseconds; 0: never. */
  readonly resyncPeriod: number;
}

/** How one handler is doing. */
export interface HandlerReport {
  readonly name: string;
  readonly hasSynced: boolean;
  /** How many changes and resyncs wait for it. */
  readonly pending: number;
}

export class Audience<T> {
  private readonly host: AudienceHost<T>;
  private readonly registrationHost: RegistrationHost<T>;
  /** In the order in which they came. */
  private readonly registrations = new Set<Registration<T>>();
  /** Those that have left, and of which a callback is still running or has a last word to hear. */
  private readonly leaving = new Set<Registration<T>>();
  private count = 0;
  private isListed = false;
  private isRunning = false;
  private isOver = false;

  constructor(host: AudienceHost<T>) {
    this.host = host;
    this.registrationHost = { ...host, leave: (registration) => this.leave(registration) };
  }

  /** Whether everything that there was at the beginning has been handed out. */
  get hasListed(): boolean {
    return this.isListed;
  }

  /** @throws StoppedError when there is nothing to come any more; ValidationError when the handler or an option is illegal. */
  add(handler: ResourceEventHandler<T>, options: HandlerOptions): HandlerRegistration {
    const name = `handler-${++this.count}`;
    const settings = handlerSettingsOf(handler, options, { name, resyncPeriod: this.host.resyncPeriod });
    if (this.isOver) {
      throw new StoppedError(`The handler ${settings.name} was not added: the informer has stopped already. Create another one.`);
    }
    const registration = new Registration(settings, this.registrationHost);
    this.registrations.add(registration);
    registration.runner.begin(this.host.contents());
    if (this.isListed) registration.runner.listed();
    if (this.isRunning) registration.startResyncs();
    return registration;
  }

  /** The registration as one of this audience; undefined when it is another's, or has left. */
  find(registration: HandlerRegistration): Registration<T> | undefined {
    const isHere = registration instanceof Registration && this.registrations.has(registration as Registration<T>);
    return isHere ? (registration as Registration<T>) : undefined; // the set holds nothing else
  }

  /** Something has changed. `isList`: this completes what there was at the beginning. */
  hand(steps: readonly Step<T>[], isList: boolean): void {
    const isInitial = !this.isListed;
    if (steps.length > 0) for (const { runner } of this.registrations) runner.push(steps, isInitial);
    if (!isList || this.isListed) return;
    this.isListed = true;
    for (const { runner } of this.registrations) runner.listed();
  }

  /** Everybody is to be told everything again. */
  resync(): void {
    for (const { runner } of this.registrations) runner.resync(this.host.keys());
  }

  /** From now on time passes. */
  start(): void {
    this.isRunning = true;
    for (const registration of this.registrations) registration.startResyncs();
  }

  /** Nothing begins any more. Resolves when no callback is running. */
  async end(): Promise<void> {
    this.isOver = true;
    const everybody = [...this.registrations, ...this.leaving];
    this.registrations.clear();
    for (const registration of everybody) registration.end();
    await Promise.all(everybody.map((registration) => registration.idle()));
  }

  report(): readonly HandlerReport[] {
    return [...this.registrations].map((registration) => ({
      name: registration.name,
      hasSynced: registration.hasSynced(),
      pending: registration.pending,
    }));
  }

  private leave(registration: Registration<T>): void {
    if (!this.registrations.delete(registration)) return;
    this.leaving.add(registration);
    void registration.idle().then(() => this.leaving.delete(registration));
  }
}
