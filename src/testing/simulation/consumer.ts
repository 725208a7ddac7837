/**
 * The consumer of a simulated mirror: it is in a mood, keeps its own picture, and judges with every call what must hold in any history.
 */
import {
  SyncStatus,
  type ParseError,
  type SyncerCallbacks,
  type SyncerProblem,
  type SyncFailure,
  type Update,
} from '../../index.js';
import { pause, type Clock } from '../../ports/clock.js';
import type { Random } from '../../ports/random.js';
import { emptyDigest } from './digest.js';
import { Picture } from './picture.js';
import type { Mood } from './plan.js';
import { nameOf } from './probe.js';
import type { Tally } from './tally.js';
import type { Truth } from './truth.js';

export interface ConsumerOptions {
  readonly truth: Pick<Truth<never>, 'tracks'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly trace: (line: string) => void;
  readonly violate: (id: string, message: string) => void;
  readonly seen: Tally;
  readonly onEvent: () => void;
  readonly mood: () => Mood;
  /** Does something to the mirror from inside a callback. */
  readonly reenter: () => void | Promise<void>;
  /** The revision of the list behind an in sync: see `Probe.listBehindInSync`. */
  readonly listBehindInSync: (shows: string, upToDateUntil: number) => string | undefined;
  /** Whether an empty picture is right though there are objects: their API was missing, or the datastore lost. */
  readonly mayBeEmpty: (shows: string) => boolean;
}

/** How long a slow consumer takes for a call, in milliseconds. */
const slowness = 3_000;

export class Consumer implements Required<SyncerCallbacks> {
  readonly picture: Picture;
  readonly statuses: SyncStatus[] = [];
  /** How many updates and statuses were told. What cannot be converted may be told of with each list. */
  calls = 0;
  /** How many pictures were compared with the states of the datastore. */
  compared = 0;
  /** From then on pictures are not those of the datastore: the mirror is taking itself back. */
  isEnding = false;
  private readonly options: ConsumerOptions;
  private readonly reached = new Map<string, number>();
  private isInside = false;
  /** When it last took its time. */
  private busyUntil = -1;
  private isOver = false;
  private release: () => void = () => {};

  constructor(options: ConsumerOptions) {
    this.options = options;
    this.picture = new Picture((kind) => options.truth.tracks.get(kind)?.leftOut, options.violate);
  }

  /** Who is stuck, is no more. */
  free(): void {
    this.release();
  }

  /** Nothing may be told any more. */
  end(): void {
    this.isOver = true;
  }

  onStatusUpdated = (status: SyncStatus): void | Promise<void> =>
    this.receive(`status ${status}`, () => {
      const { violate, seen } = this.options;
      this.calls++;
      const last = this.statuses.at(-1);
      seen.add(`status:${status}`);
      if (last === undefined && status !== SyncStatus.WaitForDatastore) violate('I1', `The first status is ${status}.`);
      if (last === status) violate('I2', `The status ${status} is told twice in a row.`);
      if (last === SyncStatus.WaitForDatastore && status === SyncStatus.InSync)
        violate('S2', 'From waiting there is no way to in sync.');
      this.statuses.push(status);
      if (status === SyncStatus.InSync) for (const shows of this.options.truth.tracks.keys()) this.compareInSync(shows);
    });

  onUpdates = (updates: readonly Update[]): void | Promise<void> => {
    const told = updates.map(({ type, key, revision }) => `${type} ${key}@${revision ?? ''}`);
    return this.receive(told.join(', '), () => {
      const { violate } = this.options;
      this.calls++;
      const status = this.statuses.at(-1);
      if (status === undefined || status === SyncStatus.WaitForDatastore)
        violate('I3', `Updates are told while the status is ${status}.`);
      for (const shows of this.picture.take(updates)) this.compare(shows, 'R1');
      if (this.options.mood() === 'meddling') meddle(updates, violate);
    });
  };

  parseFailed = ({ rawKey }: ParseError): void | Promise<void> => this.note('parseFailed', rawKey);
  parseMended = (rawKey: string): void | Promise<void> => this.note('parseMended', rawKey);
  syncFailed = ({ list, failure }: SyncFailure): void | Promise<void> => this.note('syncFailed', `${list.kind} ${failure.kind}`);
  syncRecovered = ({ list }: Pick<SyncFailure, 'list'>): void | Promise<void> => this.note('syncRecovered', `${list.kind}`);
  onProblem = (problem: SyncerProblem): void | Promise<void> => {
    if (problem.kind === 'crashed')
      this.options.violate('R21', `The chart of ${problem.list.kind} has crashed: ${problem.error.message}`);
    return this.note('onProblem', `${problem.kind}${'error' in problem ? ` ${nameOf(problem.error)}` : ''}`);
  };

  private note(callback: string, what: string): void | Promise<void> {
    return this.receive(`${callback} ${what}`, () => this.options.seen.add(`told:${callback}`));
  }

  /** D8: whoever is told of in sync has been told of everything that the lists behind it held. */
  private compareInSync(shows: string): void {
    const revision = this.options.listBehindInSync(shows, this.busyUntil);
    this.compare(shows, 'D8', revision === undefined ? 0 : (this.options.truth.tracks.get(shows)?.indexAt(revision) ?? 0));
  }

  /** R1, R2: what is shown is a state that the datastore had, and none before the one that was shown last. */
  private compare(shows: string, id: string, least = 0): void {
    const track = this.options.truth.tracks.get(shows);
    if (track?.isUsable !== true || this.isEnding) return;
    const digest = this.picture.digestOf(shows);
    this.compared++;
    // Then it says nothing about which state was reached: the datastore may have been empty, too, and later.
    if (digest === emptyDigest && this.options.mayBeEmpty(shows)) return;
    const from = Math.max(least, this.reached.get(shows) ?? 0);
    const found = track.find(digest, from);
    if (found !== undefined) {
      this.reached.set(shows, found);
      return;
    }
    const entries = [...this.picture.entries].filter(([key]) => key.startsWith(`/${shows}/`));
    const shown = JSON.stringify(Object.fromEntries(entries.map(([key, { value }]) => [key, value])));
    this.options.violate(
      id === 'R1' && track.find(digest, 0) !== undefined ? 'R2' : id,
      `What is shown below /${shows} is no state that the datastore had since revision ${track.nameOf(from)}: ${shown}`,
    );
  }

  private receive(line: string, take: () => void): void | Promise<void> {
    const { trace, violate, seen, onEvent } = this.options;
    onEvent();
    trace(line);
    if (this.isOver) violate('R19', `Told after stop() has resolved: ${line}`);
    if (this.isInside) violate('I7', `Told while another callback has not returned: ${line}`);
    const mood = this.options.mood();
    seen.add(`mood:${mood}`);
    take();
    return this.leave(mood);
  }

  private leave(mood: Mood): void | Promise<void> {
    const { clock, random } = this.options;
    switch (mood) {
      case 'quick':
      case 'meddling':
        return undefined;
      case 'throwing':
        // oxlint-disable-next-line typescript/only-throw-error -- anything can be thrown, and must not matter
        throw random.next() < 0.5 ? new Error('the consumer is in a bad mood') : 'a bad mood, and no Error';
      case 'rejecting':
        return Promise.reject(new Error('the consumer thought about it, and is in a bad mood'));
      case 'slow':
        return this.stay(pause(clock, slowness));
      case 'stuck':
        return this.stay(new Promise((resolve) => (this.release = resolve)));
      case 'reentrant':
        return this.stay(Promise.resolve(this.options.reenter()));
    }
  }

  private async stay(until: Promise<void>): Promise<void> {
    this.isInside = true;
    try {
      await until;
    } finally {
      this.isInside = false;
      this.busyUntil = this.options.clock.now();
    }
  }
}

/** Tries to change what was handed out (R15, H45). */
function meddle(updates: readonly Update[], violate: (id: string, message: string) => void): void {
  for (const update of updates) {
    for (const target of [update, update.value]) {
      if (typeof target === 'object' && target !== null && Reflect.set(target, 'meddled', true)) {
        violate('R15', `What was told of ${update.key} can be changed.`);
      }
    }
  }
}
