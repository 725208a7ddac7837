/** The place of one mirror in a simulation: its line to the datastore, and the mirrors that live there one after the other. */
import { isHeliostatError, SyncStatus, type Snapshot, type StopOptions } from '../../index.js';
import type { Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import type { FaultyClient } from '../faulty-client.js';
import { Consumer } from './consumer.js';
import { judgeConvergence } from './convergence.js';
import type { PaceTimings } from './pace-judge.js';
import type { HistoryJudge } from './history-judge.js';
import { Iterations } from './iterations.js';
import type { MirrorUnderTest, Surroundings } from './mirror-under-test.js';
import type { Mood, Reading } from './plan.js';
import { Probe } from './probe.js';
import type { Subject } from './subjects.js';
import type { Tally } from './tally.js';
import type { Truth } from './truth.js';

export interface SlotOptions<V> {
  readonly index: number;
  readonly line: FaultyClient<V>;
  readonly truth: Truth<V>;
  readonly subjects: readonly Subject<V>[];
  readonly build: (surroundings: Surroundings<V>) => MirrorUnderTest;
  readonly options: Surroundings<V>['options'];
  readonly pace: PaceTimings;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: (line: string) => void;
  readonly violate: (id: string, message: string) => void;
  readonly seen: Tally;
  readonly onEvent: () => void;
  /** Something is under way, and must end before the run does. */
  readonly underWay: (what: string, work: Promise<unknown>) => void;
  /** A consumer writes to the datastore it is told of. */
  readonly write: () => Promise<void>;
  /** For how long the process stood still, so far. */
  readonly stoodStill: () => number;
  /** How much later than asked a timer may fire. */
  readonly lateness: number;
  /** A second judge, where there is one. */
  readonly historian: HistoryJudge | undefined;
  readonly watchRetryTimeout: number;
}

/** One mirror, from its start to its end. */
interface Life<V> {
  /** What it is called in histories. */
  readonly name: string;
  readonly mirror: MirrorUnderTest;
  readonly consumer: Consumer;
  readonly probe: Probe<V>;
  readonly iterations: Iterations;
}

/** The longest time that stop() may take by its own limit, in milliseconds. */
const stopLimit = 5_000;

export class MirrorSlot<V> {
  private mood: Mood = 'quick';
  private readonly options: SlotOptions<V>;
  private current: Life<V> | undefined;
  private readonly kept: { readonly snapshot: Snapshot; readonly text: string }[] = [];
  private lives = 0;
  private judgedPaces = 0;
  private compared = 0;

  constructor(options: SlotOptions<V>) {
    this.options = options;
  }

  get line(): FaultyClient<V> {
    return this.options.line;
  }

  get isRunning(): boolean {
    return this.current !== undefined;
  }

  /** Begins anew, unless a mirror is running. */
  start(): void {
    if (this.current !== undefined) return;
    const { trace, violate, seen, index, random } = this.options;
    if (random.next() < 0.1) {
      this.current = this.build();
      seen.add('lifecycle:stop before start');
      void this.stop();
    }
    const life = this.build();
    this.current = life;
    trace(`start`);
    life.mirror.start();
    life.mirror.start(); // which changes nothing
    seen.add('lifecycle:start');
    if (life.mirror.status !== SyncStatus.WaitForDatastore) violate('S2', `Mirror ${index} starts with ${life.mirror.status}.`);
  }

  /** Ends the mirror that is running. Resolves when it says so. */
  stop(options: StopOptions = {}): Promise<void> {
    const { current: life } = this;
    if (life === undefined) return Promise.resolve();
    this.current = undefined;
    const { trace, seen, clock, underWay } = this.options;
    trace(`stop ${options.mode ?? ''}`);
    seen.add(`stop:${options.mode ?? 'emitDeletes'}`);
    for (const { state } of life.mirror.types?.() ?? []) seen.add(`stop at:${state}`);
    if (this.mood === 'stuck') seen.add('stop:while the consumer is stuck');
    life.consumer.isEnding = true;
    this.options.historian?.stopping(life.name, options);
    const began = clock.now() - this.options.stoodStill();
    const first = life.mirror.stop(options);
    underWay('stop()', this.finish(life, options, first, began));
    return first.then(() => {});
  }

  /** The consumer's mood changes; if it was stuck, it is not any more. */
  feel(mood: Mood): void {
    this.mood = mood;
    this.current?.consumer.free();
  }

  /** Something a consumer can do from inside a callback. */
  async reenter(): Promise<void> {
    const { current: life } = this;
    const { seen, random, write, violate } = this.options;
    if (life === undefined) return;
    const chance = Math.floor(random.next() * 12);
    const deed = (['read', 'write', 'iterate', 'start', 'stop', 'stop and wait'] as const)[chance] ?? 'read';
    seen.add(`reentrant:${deed}`);
    switch (deed) {
      case 'read':
        this.keepSnapshot(life);
        life.mirror.types?.();
        life.mirror.freshness?.();
        return;
      case 'write':
        return write();
      case 'iterate':
        for await (const batch of life.mirror.updates?.() ?? []) if (batch.length > 0) return;
        return;
      case 'start':
        return life.mirror.start();
      case 'stop':
        void this.stop();
        try {
          life.mirror.start();
          violate('D10', 'A mirror that was stopped can be started.');
        } catch (error) {
          if (!isHeliostatError(error, 'stopped')) throw error;
        }
        return;
      case 'stop and wait':
        return this.stop();
    }
  }

  /** Somebody reads the updates one batch after the other. */
  iterate(reading: Reading): void {
    const { current: life } = this;
    if (life?.mirror.updates === undefined) return;
    this.options.seen.add(`iterate:${reading}`);
    this.options.underWay('an iteration', life.iterations.read(reading));
  }

  /** From now on everybody behaves, and somebody is there. */
  heal(): void {
    this.feel('quick');
    this.current?.iterations.hurry();
    this.start();
  }

  /** Compares everything that is shown with what must be. */
  judge(expected: ReadonlyMap<string, unknown>): void {
    const { current: life } = this;
    const { violate, index } = this.options;
    if (life === undefined) return;
    const { mirror, consumer, iterations } = life;
    judgeConvergence({ mirror, consumer, iterations, expected }, this.options);
    for (const { snapshot, text } of this.kept) {
      if (textOf(snapshot) !== text) violate('R15', `A snapshot of mirror ${index} has changed since it was taken.`);
    }
  }

  /** How often the consumer has been told something. */
  get calls(): number {
    return this.current?.consumer.calls ?? 0;
  }

  /** What was judged: a judge that never had anything to judge proves nothing. */
  get judged(): { readonly paces: number; readonly pictures: number } {
    return {
      paces: this.judgedPaces + (this.current?.probe.judged ?? 0),
      pictures: this.compared + (this.current?.consumer.compared ?? 0),
    };
  }

  private build(): Life<V> {
    const { options, line: client, ...rest } = this.options;
    const { clock, truth, subjects, violate, build, pace } = rest;
    const probe = new Probe<V>({ ...rest, client, timings: pace, now: () => clock.now() });
    const types = subjects.map(({ type }) => type());
    const lost = new Set(subjects.filter((_, index) => types[index]?.deletesOnDisconnect === true).map(({ shows }) => shows));
    const consumer = new Consumer({
      ...rest,
      truth: { tracks: truth.tracks },
      mood: () => this.mood,
      reenter: () => this.reenter(),
      listBehindInSync: (shows, until) =>
        probe.listBehindInSync(subjects.find((subject) => subject.shows === shows)?.kind ?? '', until),
      mayBeEmpty: (shows) => lost.has(shows) || truth.hasLostApi(shows),
    });
    const name = `mirror:${this.options.index}.${++this.lives}`;
    const { historian, watchRetryTimeout } = rest;
    historian?.started(name, types, pace, watchRetryTimeout);
    const ends = historian?.follow<V>(name, probe, consumer) ?? { client: probe, callbacks: consumer };
    const mirror = build({ ...ends, types, options, violate });
    if (mirror.status !== SyncStatus.WaitForDatastore) violate('S2', `A mirror that was not started is ${mirror.status}.`);
    return {
      name,
      mirror,
      consumer,
      probe,
      iterations: new Iterations({ mirror, truth: { tracks: truth.tracks }, clock, violate, onEvent: rest.onEvent }),
    };
  }

  private async finish(
    life: Life<V>,
    { mode = 'emitDeletes' }: StopOptions,
    first: Promise<unknown>,
    began: number,
  ): Promise<void> {
    const { violate, clock, index, stoodStill, lateness, trace, historian } = this.options;
    const { mirror, consumer, probe } = life;
    await first;
    const report = await mirror.stop(); // the same end, told to someone who is not inside a callback
    const took = clock.now() - stoodStill() - began;
    trace(`stopped, ${report.undelivered} undelivered`);
    historian?.stopped(life.name, report.undelivered);
    if (took > stopLimit + lateness + 1) violate('RL5', `Mirror ${index} took ${took} ms to stop.`);
    if (mode === 'emitDeletes' && report.undelivered === 0 && consumer.picture.entries.size > 0) {
      violate('I11', `The consumer of mirror ${index} is left with ${[...consumer.picture.entries.keys()].join(' ')}.`);
    }
    consumer.end();
    probe.end();
    consumer.free();
    life.iterations.hurry();
    this.judgedPaces += probe.judged;
    this.compared += consumer.compared;
  }

  private keepSnapshot({ mirror }: Life<V>): void {
    const snapshot = mirror.snapshot?.();
    if (snapshot === undefined || this.kept.length >= 3) return;
    this.kept.push({ snapshot, text: textOf(snapshot) });
  }
}

function textOf(snapshot: Snapshot): string {
  return JSON.stringify([...snapshot]);
}
