/** Plays a script on a controller in simulated time, and notes everything that can be seen of it. */
import { Controller } from '../../../src/controller/controller.js';
import { AbortEventError, EventFailedError, FatalError } from '../../../src/controller/errors.js';
import type { Event } from '../../../src/controller/events/event.js';
import type { EventHandler, ResyncOperations, UpdateOperations } from '../../../src/controller/handler.js';
import type { EventRecord } from '../../../src/controller/history/record.js';
import type { CommitResult, SouthboundTransaction } from '../../../src/controller/southbound/port.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import type { CommitAnswer, EventPlan, Reaction, Script } from './loop-draws.js';
import { eventOf, idOf } from './loop-events.js';

export const loopTimings = {
  startupResyncDeadline: 10_000,
  delayAfterErrorHealing: 500,
  periodicHealingInterval: 2_000,
  handlerTimeout: 100,
  commitTimeout: 300,
} as const;

/** What was seen, in order. Times in milliseconds. */
export type Seen =
  | {
      readonly kind: 'push';
      readonly id: string;
      readonly isInside: boolean;
      readonly refused: string | undefined;
      readonly at: number;
    }
  /** The first handler was asked whether it handles the event. */
  | { readonly kind: 'taken'; readonly id: string }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly handler: number;
      readonly isRevert: boolean;
      readonly reaction: Reaction;
      readonly number: number;
      /** What a resync was told: Kubernetes' state, and how many resyncs there were. */
      readonly told: string | undefined;
    }
  | { readonly kind: 'commit'; readonly transaction: SouthboundTransaction; readonly answer: CommitAnswer }
  | {
      readonly kind: 'done';
      readonly id: string;
      readonly errors: readonly string[];
      /** The record that was kept last. */
      readonly last: string | undefined;
      readonly internal: string;
      readonly kube: string;
      readonly external: string;
      readonly at: number;
    }
  | { readonly kind: 'fatal' }
  | { readonly kind: 'exhausted'; readonly attempts: number; readonly verdict: string; readonly at: number };

export interface Played {
  readonly script: Script;
  readonly seen: readonly Seen[];
  readonly plans: ReadonlyMap<string, EventPlan>;
  readonly records: readonly EventRecord[];
  readonly history: string;
  /** Whether every promise of `close` and of blocking events has settled. */
  readonly isOver: boolean;
}

/** How an error is told apart: by its code, or what it says. */
function nameOf(error: unknown): string {
  if (isHeliostatError(error)) return error.code;
  return error instanceof Error ? error.message : String(error);
}

const allIsWell: Reaction = { ending: 'good', pause: undefined, writes: [], followUp: undefined };

/** At most so many events are pushed by handlers in one run. */
const mostFollowUps = 8;

class Player {
  readonly clock = new SimulatedClock();
  readonly seen: Seen[] = [];
  readonly plans = new Map<string, EventPlan>();
  readonly controller: Controller;
  /** Promises that have not settled. */
  openWaits = 0;
  private readonly script: Script;
  private calls = 0;
  private reverts = 0;
  private commits = 0;
  private exhausted = 0;
  private pushed = 0;
  private followUps = 0;

  constructor(script: Script) {
    this.script = script;
    this.controller = new Controller({
      handlers: [0, 1, 2].map((index) => this.handler(index)),
      southbound: { commit: (transaction) => this.commit(transaction) },
      externalSources: [{ name: 'cli', getConfigSnapshot: () => ({}) }],
      resources: ['pods'],
      clock: this.clock,
      timings: { ...loopTimings, shutdownTimeout: script.shutdownTimeout },
      periodicHealing: script.hasPeriodicHealing,
      healing: { attempts: script.attempts, factor: 2, maxDelay: 1_500, onExhausted: (attempts) => this.exhaust(attempts) },
      onFatal: () => void this.seen.push({ kind: 'fatal' }),
    });
  }

  push(plan: EventPlan, isByHandler: boolean): void {
    const isInside = isByHandler && plan.kind !== 'dbResync'; // which follows up on nobody
    const id = `#${this.pushed++}`;
    this.plans.set(id, plan);
    const event = eventOf(plan, id, (error) => this.done(id, error));
    let refused: string | undefined;
    // Noted before it is pushed: a follow-up of its own answer comes after it.
    const index = this.seen.push({ kind: 'push', id, isInside, refused, at: this.clock.now() }) - 1;
    try {
      this.controller.pushEvent(event);
      if ('wait' in event && !isByHandler) this.await(event.wait());
    } catch (error) {
      refused = nameOf(error);
    }
    this.seen[index] = { kind: 'push', id, isInside, refused, at: this.clock.now() };
  }

  /** Closes it; the Shutdown that this pushes is called so. */
  close(): void {
    const isKnown = this.seen.some(
      (entry) => entry.kind === 'push' && entry.refused === undefined && this.plans.get(entry.id)?.kind === 'shutdown',
    );
    if (!isKnown) {
      this.plans.set('Shutdown', { kind: 'shutdown' });
      this.seen.push({ kind: 'push', id: 'Shutdown', isInside: false, refused: undefined, at: this.clock.now() });
    }
    this.await(this.controller.close());
  }

  await(promise: Promise<unknown>): void {
    this.openWaits++;
    void promise.catch(() => {}).then(() => this.openWaits--);
  }

  private done(id: string, error: Error | undefined): void {
    const errors = error instanceof EventFailedError ? error.errors.map(nameOf) : error === undefined ? [] : [nameOf(error)];
    const { controller } = this;
    this.seen.push({
      kind: 'done',
      id,
      errors,
      last: controller.history.query({ last: 1 })[0]?.description,
      internal: JSON.stringify(controller.internalConfig),
      kube: JSON.stringify(controller.kubeState['pods']),
      external: JSON.stringify(controller.externalConfig),
      at: this.clock.now(),
    });
  }

  private handler(index: number): EventHandler {
    return {
      name: `h${index}`,
      handlesEvent: (event) => {
        if (index === 0) this.seen.push({ kind: 'taken', id: idOf(event) });
        const kind = this.plans.get(idOf(event))?.kind;
        return kind === undefined || this.script.ignores[index]?.includes(kind) !== true;
      },
      resync: (event, kubeState, resyncCount, txn) => {
        const told = `${resyncCount} ${JSON.stringify(kubeState['pods'])}`;
        return this.react(index, event, this.next(), txn, told);
      },
      update: (event, txn) => this.react(index, event, this.next(), txn, undefined),
      revert: (event) => {
        const reaction = this.script.reverts[this.reverts++] ?? allIsWell;
        return this.react(index, event, { ...reaction, writes: [] }, undefined, undefined);
      },
    };
  }

  private next(): Reaction {
    return this.script.reactions[this.calls++] ?? allIsWell;
  }

  private react(
    handler: number,
    event: Event,
    reaction: Reaction,
    txn: (ResyncOperations & Partial<UpdateOperations>) | undefined,
    told: string | undefined,
  ): void | Promise<void> {
    const number = this.seen.length;
    this.seen.push({ kind: 'call', id: idOf(event), handler, isRevert: txn === undefined, reaction, number, told });
    const { ending, pause, writes, followUp } = reaction;
    for (const [key, value] of writes) {
      if (value !== null) txn?.put(key, { value });
      else if (told === undefined) txn?.delete?.(key);
    }
    if (followUp !== undefined && this.followUps++ < mostFollowUps) this.push(followUp === 'blocking' ? blocking : followUp, true);
    if (ending === 'hang') return new Promise(() => {});
    if (ending === 'late') return this.after(loopTimings.handlerTimeout * 1.5).then(() => txn?.put('/k/late', 1));
    if (pause === undefined) return this.end(ending, number);
    return this.after(pause).then(() => this.end(ending, number));
  }

  private end(ending: Reaction['ending'], number: number): void {
    const error = new Error(`call ${number} fails`);
    if (ending === 'plain') throw error;
    // oxlint-disable-next-line no-throw-literal, only-throw-error -- handlers may throw anything
    if (ending === 'text') throw `call ${number} says no`;
    if (ending === 'abort') throw new AbortEventError(error);
    if (ending === 'fatal') throw new FatalError(error);
  }

  private after(duration: number): Promise<void> {
    if (duration === 0) return Promise.resolve().then(() => undefined);
    return new Promise((resolve) => this.clock.setTimeout(resolve, duration));
  }

  private async commit(transaction: SouthboundTransaction): Promise<CommitResult> {
    const answer = this.script.commits[this.commits++] ?? { ending: 'applied', pause: undefined };
    const sequence = this.commits;
    this.seen.push({ kind: 'commit', transaction, answer });
    const { ending, pause } = answer;
    if (pause !== undefined) await this.after(pause);
    if (ending === 'hang') return new Promise(() => {});
    if (ending === 'rejects') throw new Error('the line is cut');
    if (ending === 'nonsense') return { outcome: 'perhaps' } as unknown as CommitResult; // southbounds may answer anything
    return { outcome: ending, sequence: ending === 'refused' ? undefined : sequence, failures: [], values: [] };
  }

  private exhaust(attempts: number): 'retry' | 'abort' | Promise<'retry'> {
    const verdict = this.script.verdicts[this.exhausted++] ?? 'abort';
    this.seen.push({ kind: 'exhausted', attempts, verdict, at: this.clock.now() });
    if (verdict === 'throws') throw new Error('nobody knows');
    return verdict === 'hang' ? new Promise(() => {}) : verdict;
  }
}

const blocking: EventPlan = { kind: 'external', values: {}, isBlocking: true };

/** Plays it to the end: whatever the script says, the controller is closed at last, and has its time to end. */
export async function playLoop(script: Script): Promise<Played> {
  const player = new Player(script);
  const { clock, controller, seen, plans } = player;
  await controller.start();
  for (const step of script.steps) {
    if (step.kind === 'push') player.push(step.event, false);
    else if (step.kind === 'close') player.close();
    else await clock.advance(step.duration);
  }
  player.close();
  await clock.advance(script.shutdownTimeout);
  const isOver = player.openWaits === 0;
  player.push({ kind: 'kube', key: '/pod/1', value: 1 }, false); // too late
  await clock.advance(60_000); // what hangs or comes late changes nothing any more
  const records = controller.history.query();
  return { script, seen, plans, records, history: controller.history.toJSONLines(), isOver };
}
