/**
 * A datastore that answers what a script says, when it says it: for tests of what happens when the answers are bad.
 */
import type { ClientCapabilities, ListWatchClient } from '../model/client.js';
import type { KVPairList } from '../model/kv-pair.js';
import type { ListOptions, ListRequest, WatchRequest } from '../model/list-options.js';
import type { Watch, WatchEvent } from '../model/watch.js';
import type { Clock } from '../ports/clock.js';

/** A request that a scripted client was sent. */
export interface ScriptedCall {
  readonly op: 'list' | 'watch';
  readonly kind: string;
  /** When, by the clock. */
  readonly at: number;
  readonly request: Omit<ListRequest & WatchRequest, 'signal'>;
}

/** How a scripted list is answered: with a list, an error, or never. */
export type ListAnswer<V = unknown> = KVPairList<V> | Error | 'never';

/** How a scripted watch is answered: accepted, refused, or never. */
export type WatchAnswer = 'opened' | Error | 'never';

interface Script<A> {
  readonly answers: A[];
  readonly waiting: ((answer: A) => void)[];
}

/**
 * A list/watch client without a datastore. Requests wait until there is an answer for their kind; answers wait for a request.
 *
 * @example
 * ```ts
 * import { createSyncer } from 'heliostat';
 * import { ScriptedClient, SimulatedClock } from 'heliostat/testing';
 * const clock = new SimulatedClock();
 * const client = new ScriptedClient(clock);
 * const syncer = createSyncer(client, [{ list: { kind: 'pods' } }], {}, { clock });
 * syncer.start();
 * client.onList('pods', new Error('not today'), { items: [], revision: '7' });
 * client.onWatch('pods', 'opened');
 * await clock.advance(5_000);
 * console.log(syncer.status, client.calls.length); // inSync 3
 * await syncer.stop();
 * ```
 */
export class ScriptedClient<V = unknown> implements ListWatchClient<V> {
  readonly capabilities: Readonly<Partial<ClientCapabilities>>;
  /** Every request, in order. */
  readonly calls: ScriptedCall[] = [];
  private readonly clock: Clock;
  private readonly lists = new Map<string, Script<ListAnswer<V>>>();
  private readonly watches = new Map<string, Script<WatchAnswer>>();
  private readonly open = new Map<string, ScriptedWatch<V>>();

  constructor(clock: Clock, capabilities: Partial<ClientCapabilities> = {}) {
    this.clock = clock;
    this.capabilities = capabilities;
  }

  /** Answers the next lists of `kind`, one after the other. */
  onList(kind: string, ...answers: readonly ListAnswer<V>[]): void {
    for (const answer of answers) put(scriptOf(this.lists, kind), answer);
  }

  /** Answers the next watches of `kind`, one after the other. */
  onWatch(kind: string, ...answers: readonly WatchAnswer[]): void {
    for (const answer of answers) put(scriptOf(this.watches, kind), answer);
  }

  /** Sends one batch on the open watch of `kind`. @throws Error when none is open. */
  send(kind: string, ...events: readonly WatchEvent<V>[]): void {
    this.watchOf(kind).push(events);
  }

  /** Ends the open watch of `kind`, in peace or with an error. @throws Error when none is open. */
  end(kind: string, error?: Error): void {
    this.watchOf(kind).finish(error);
  }

  /** Whether a watch of `kind` is open. */
  isWatching(kind: string): boolean {
    return this.open.get(kind)?.hasTerminated === false;
  }

  async list(options: ListOptions, { signal, ...request }: ListRequest = {}): Promise<KVPairList<V>> {
    const kind = this.record('list', options, request);
    const answer = await take(scriptOf(this.lists, kind), signal);
    if (answer instanceof Error) throw answer;
    return answer === 'never' ? never(signal) : answer;
  }

  async watch(options: ListOptions, { signal, ...request }: WatchRequest = {}): Promise<Watch<V>> {
    const kind = this.record('watch', options, request);
    const answer = await take(scriptOf(this.watches, kind), signal);
    if (answer instanceof Error) throw answer;
    if (answer === 'never') return never(signal);
    const watch = new ScriptedWatch<V>();
    signal?.addEventListener('abort', () => watch.finish(), { once: true });
    this.open.set(kind, watch);
    return watch;
  }

  private record(op: ScriptedCall['op'], { kind = '' }: ListOptions, request: ScriptedCall['request']): string {
    this.calls.push({ op, kind, at: this.clock.now(), request });
    return kind;
  }

  private watchOf(kind: string): ScriptedWatch<V> {
    const watch = this.open.get(kind);
    if (watch === undefined || watch.hasTerminated) throw new Error(`No watch of ${kind} is open.`);
    return watch;
  }
}

class ScriptedWatch<V> implements Watch<V> {
  hasTerminated = false;
  private readonly batches: (readonly WatchEvent<V>[])[] = [];
  private error: Error | undefined;
  private wakeUp: () => void = () => {};

  push(events: readonly WatchEvent<V>[]): void {
    this.batches.push(events);
    this.wakeUp();
  }

  finish(error?: Error): void {
    if (this.hasTerminated) return;
    this.hasTerminated = true;
    this.error = error;
    this.wakeUp();
  }

  stop(): Promise<void> {
    this.finish();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly WatchEvent<V>[], void, undefined> {
    for (;;) {
      const batch = this.batches.shift();
      if (batch !== undefined) yield batch;
      else if (this.error !== undefined) throw this.error;
      else if (this.hasTerminated) return;
      else await new Promise<void>((resolve) => (this.wakeUp = resolve));
    }
  }
}

function scriptOf<A>(scripts: Map<string, Script<A>>, kind: string): Script<A> {
  const script = scripts.get(kind) ?? { answers: [], waiting: [] };
  scripts.set(kind, script);
  return script;
}

function put<A>(script: Script<A>, answer: A): void {
  const waiting = script.waiting.shift();
  if (waiting === undefined) script.answers.push(answer);
  else waiting(answer);
}

async function take<A>(script: Script<A>, signal: AbortSignal | undefined): Promise<A> {
  signal?.throwIfAborted();
  const answer = script.answers.shift();
  if (answer !== undefined) return answer;
  return new Promise((resolve, reject) => {
    const settle = (given: A): void => {
      signal?.removeEventListener('abort', give);
      resolve(given);
    };
    const give = (): void => {
      script.waiting.splice(script.waiting.indexOf(settle), 1);
      reject(reasonOf(signal));
    };
    signal?.addEventListener('abort', give, { once: true });
    script.waiting.push(settle);
  });
}

function never(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(reasonOf(signal)), { once: true }));
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
