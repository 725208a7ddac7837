/** Everything that a run consists of, put together from its plan; and what each action does to it. */
import { createSyncer, syncerDefaults, type Logger, type Syncer } from '../../index.js';
import type { FaultyClock } from '../../ports/faulty-clock.js';
import { MemoryLogger } from '../../ports/logger.js';
import { seededRandom, type Random } from '../../ports/random.js';
import { FaultyClient } from '../faulty-client.js';
import { HistoryJudge, isRecordable } from './history-judge.js';
import { MirrorSlot } from './mirror-slot.js';
import type { MirrorUnderTest, Surroundings } from './mirror-under-test.js';
import { Performer } from './performer.js';
import type { PlannedAction, SimulationPlan } from './plan.js';
import type { RecordedWrite } from './recorded-datastore.js';
import { SimulatedStore } from './simulated-store.js';
import type { Subject } from './subjects.js';
import { Tally } from './tally.js';
import type { Trace } from './trace.js';
import { Truth } from './truth.js';

/** What a run is about, besides its plan. */
export interface WorldOptions<V> {
  readonly plan: SimulationPlan<V>;
  readonly subjects: readonly Subject<V>[];
  readonly build: ((surroundings: Surroundings<V>) => MirrorUnderTest) | undefined;
  readonly clock: FaultyClock;
  readonly trace: Trace;
  /** Holds the run against every checker of histories, too. */
  readonly histories: boolean;
}

/** Something that must not be. */
export interface Violation {
  /** The line of docs/SPEC.md that it breaks. */
  readonly id: string;
  readonly message: string;
  /** When, in milliseconds of simulated time. */
  readonly at: number;
}

/** Without an API a kind is asked for again after so long, in milliseconds; the default of half an hour would make runs of waiting. */
const missingApiRetryInterval = 60_000;

export class World<V> {
  readonly truth: Truth<V>;
  readonly slots: readonly MirrorSlot<V>[];
  /** Faults, by name. */
  readonly fired: Tally = new Tally();
  /** Everything else that is worth knowing whether it has happened. */
  readonly seen: Tally = new Tally();
  readonly logger: MemoryLogger = new MemoryLogger();
  /** The first thing that must not be. */
  violation: Violation | undefined;
  /** Lists answered, batches brought, calls of consumers, batches iterated, revisions written. Timers are the clock's. */
  happenings = 0;
  private readonly options: WorldOptions<V>;
  private readonly clock: FaultyClock;
  private readonly store: SimulatedStore<V>;
  private readonly writer: FaultyClient<V>;
  private readonly underWay = new Map<Promise<unknown>, string>();
  private readonly consumerChance: Random;
  private readonly performer: Performer<V>;
  private readonly historian: HistoryJudge | undefined;

  constructor(options: WorldOptions<V>) {
    const { plan, subjects, clock } = options;
    const { setup, seed, actions } = plan;
    this.options = options;
    this.clock = clock;
    this.truth = new Truth(subjects, new Set(actions.flatMap((action) => (action[1] === 'corrupt' ? [action[2]] : []))));
    const chanceOf = (purpose: number): Random => seededRandom(seed * 64 + purpose);
    this.consumerChance = chanceOf(2);
    const onWrite = (write: RecordedWrite<V>): void => {
      this.happenings++;
      this.note(textOf(write));
      this.historian?.wrote(write);
    };
    const { truth, fired } = this;
    this.store = new SimulatedStore({ setup, clock, random: chanceOf(3), truth, fired, onWrite });
    const violate = (id: string, message: string): void => this.violate(id, message);
    const { storeId } = this.store;
    const isJudged = options.histories && isRecordable(plan);
    this.historian = isJudged ? new HistoryJudge({ clock, slack: this.lateness, storeId, violate }) : undefined;
    const line = (purpose: number): FaultyClient<V> =>
      new FaultyClient<V>(this.store, { clock, random: chanceOf(purpose), latency: setup.latency });
    this.writer = line(4);
    this.slots = Array.from({ length: setup.mirrors }, (_, index) => this.slot(index, line(8 + index), chanceOf(16 + index)));
    this.performer = new Performer({
      store: this.store,
      writer: this.writer,
      slots: this.slots,
      clock,
      truth,
      fired,
      seen: this.seen,
      chance: chanceOf(1),
      note: (text) => this.note(text),
      follow: (what, work) => this.follow(what, work),
    });
  }

  /** How long everything may take to converge when nothing goes wrong any more, in milliseconds (RL1). */
  get bound(): number {
    const { requestTimeout, backoff } = syncerDefaults;
    const { idleLimit, auditInterval } = this.options.plan.setup;
    const audit = auditInterval === 0 ? 0 : auditInterval + requestTimeout;
    return idleLimit + 2 * (requestTimeout + backoff.max) + 60_000 + audit + missingApiRetryInterval + this.lateness;
  }

  note(line: string): void {
    this.options.trace.add(`${Math.round(this.clock.now() * 1_000) / 1_000} ${line}`);
  }

  violate(id: string, message: string): void {
    this.violation ??= { id, message, at: this.clock.now() };
  }

  /** Does what the plan says. */
  perform(action: PlannedAction<V>): void {
    const [, name, ...args] = action;
    this.note(`> ${name} ${JSON.stringify(args).slice(1, -1)}`);
    this.seen.add(`action:${name}`);
    this.performer.perform(action);
  }

  /** Nothing goes wrong any more, and nothing is written any more. What has gone wrong stays so. */
  async heal(): Promise<void> {
    this.note('> everything heals');
    this.historian?.healed(this.bound);
    this.store.heal();
    for (const slot of this.slots) slot.line.heal();
    this.writer.heal();
    this.clock.setLateness(undefined);
    for (const slot of this.slots) slot.heal();
    // What cannot be read is written again, so that there is one right answer.
    for (const key of [...this.truth.malformed].toSorted()) {
      const { lastValue } = this.truth;
      if (lastValue === undefined) await this.store.delete(key);
      else await this.store.apply({ key, value: lastValue });
    }
  }

  /** Compares everything with the truth. */
  async judge(): Promise<void> {
    const { items } = await this.store.list({});
    const expected = this.truth.picture();
    this.truth.check(items);
    for (const slot of this.slots) slot.judge(expected);
    for (const what of this.underWay.values()) {
      if (what === 'a write') this.violate('C11', 'A write has not settled though nothing is wrong any more.');
    }
  }

  /** How often all consumers together were told something. */
  get calls(): number {
    return this.slots.reduce((sum, { calls }) => sum + calls, 0);
  }

  /** How much the judges had to judge. */
  get judged(): { readonly paces: number; readonly pictures: number } {
    const all = this.slots.map(({ judged }) => judged);
    return {
      paces: all.reduce((sum, { paces }) => sum + paces, 0),
      pictures: all.reduce((sum, { pictures }) => sum + pictures, 0),
    };
  }

  /** Ends everything. */
  end(): void {
    for (const [index, slot] of this.slots.entries()) void slot.stop(index === 0 ? {} : { mode: 'drain' });
  }

  /** After the end: nothing is left. */
  async judgeEnd(): Promise<void> {
    for (const slot of this.slots) await slot.line.close();
    await this.writer.close();
    await this.store.close();
    await this.clock.settle();
    if (this.clock.pending > 0) this.violate('R19', `${this.clock.pending} timers are left after everything has ended.`);
    for (const what of this.underWay.values()) this.violate('R19', `${what} is under way after everything has ended.`);
    this.historian?.end(this.seen);
    for (const { fired } of [this.writer, ...this.slots.map(({ line }) => line)]) this.fired.addAll(fired);
    const crashed = this.logger.entries.find(({ message }) => message.includes('crashed'));
    if (crashed !== undefined) this.violate('R21', crashed.message);
  }

  /** What there is at the end. */
  describe(): unknown {
    return { picture: [...this.truth.picture()].toSorted(([a], [b]) => (a < b ? -1 : 1)), calls: this.calls };
  }

  private get lateness(): number {
    return Math.max(0, ...this.options.plan.actions.map((action) => (action[1] === 'late' ? action[2] : 0)));
  }

  private slot(index: number, line: FaultyClient<V>, random: Random): MirrorSlot<V> {
    const { subjects, build, plan } = this.options;
    const { setup } = plan;
    const { clock, truth, seen } = this;
    const { initialList, pageSize, idleLimit, watchRetryTimeout, auditInterval, jitter } = setup;
    const logger: Logger = this.logger;
    return new MirrorSlot({
      index,
      line,
      truth,
      subjects,
      clock,
      seen,
      random: this.consumerChance,
      build: build ?? (({ client, types, callbacks, options }): Syncer => createSyncer(client, types, callbacks, options)),
      options: {
        clock,
        random,
        logger,
        initialList,
        pageSize,
        idleLimit,
        watchRetryTimeout,
        auditInterval,
        missingApiRetryInterval,
        backoff: { jitter },
      },
      pace: { ...syncerDefaults, auditInterval, backoff: { ...syncerDefaults.backoff, jitter } },
      trace: (text) => this.note(`${index}: ${text}`),
      violate: (id, message) => this.violate(id, message),
      onEvent: () => void this.happenings++,
      underWay: (what, work) => this.follow(what, work),
      write: async () => {
        const { lastValue } = this.truth;
        if (lastValue !== undefined) await this.writer.apply({ key: `/${subjects[0]?.kind}/reentrant`, value: lastValue });
      },
      stoodStill: () => this.performer.stoodStill,
      lateness: this.lateness,
      historian: this.historian,
      watchRetryTimeout,
    });
  }

  private follow(what: string, work: Promise<unknown>): void {
    this.underWay.set(work, what);
    work.then(
      () => this.underWay.delete(work),
      (error: unknown) => {
        this.underWay.delete(work);
        this.violate('C11', `${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      },
    );
  }
}

function textOf<V>({ revision, changes, corrupted }: RecordedWrite<V>): string {
  const told = changes.map(([key, pair]) => `${pair === undefined ? '-' : '+'}${key}`);
  return [`wrote ${revision}`, ...told, ...corrupted.map((key) => `!${key}`)].join(' ');
}
