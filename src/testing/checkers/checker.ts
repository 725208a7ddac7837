/** What a checker is: one promise of docs/SPEC.md, held against a history while it is read. */
import type { HistoryRecord } from '../history/record.js';
import type { World } from './world.js';

/** A promise that was not kept. */
export interface HistoryViolation {
  /** Of the promise in docs/SPEC.md. */
  readonly id: string;
  /** Of the record that shows it. */
  readonly seq: number;
  /** When, in milliseconds of the clock. */
  readonly at: number;
  readonly actor: string;
  /** What was found, what was expected, and since which record. */
  readonly message: string;
}

/** Judges one promise, record by record, while they happen or afterwards. */
export interface Checker {
  /** Of the promise in docs/SPEC.md. */
  readonly id: string;
  /** The promise in one sentence. */
  readonly promise: string;
  /** How many things it has judged. 0: the history had nothing for it, and "no violation" says nothing. */
  readonly applied: number;
  /** How many things it could not judge, because judging them would have taken too long. */
  readonly givenUp: number;
  /** Takes in the next record and returns what it shows. */
  observe(record: HistoryRecord): readonly HistoryViolation[];
  /** There are no more records: returns what only the end shows. */
  end(): readonly HistoryViolation[];
}

/** What violations point at: a record, or where it stood. */
export type Place = Pick<HistoryRecord, 'seq' | 'at' | 'actor'>;

/** The frame of a checker: what is left to each is to look at a record, and at the end. */
export abstract class Judge implements Checker {
  readonly id: string;
  readonly promise: string;
  applied = 0;
  givenUp = 0;
  protected readonly world: World;
  private found: HistoryViolation[] = [];

  constructor(id: string, promise: string, world: World) {
    this.id = id;
    this.promise = promise;
    this.world = world;
  }

  observe(record: HistoryRecord): readonly HistoryViolation[] {
    this.world.take(record);
    this.look(record);
    return this.take();
  }

  end(): readonly HistoryViolation[] {
    this.world.finish();
    this.finish();
    return this.take();
  }

  protected abstract look(record: HistoryRecord): void;

  protected finish(): void {}

  /** Judges one thing. `message` says what was found and what was expected. */
  protected expect(holds: boolean, place: Place, message: () => string): void {
    this.applied++;
    if (!holds) this.found.push({ id: this.id, seq: place.seq, at: place.at, actor: place.actor, message: message() });
  }

  private take(): readonly HistoryViolation[] {
    if (this.found.length === 0) return none;
    const { found } = this;
    this.found = [];
    return found;
  }
}

const none: readonly HistoryViolation[] = [];
