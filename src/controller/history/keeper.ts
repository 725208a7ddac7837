/** Keeps the records of a controller, as long as they are to be kept. */
import { ValidationError } from '../../model/errors.js';
import type { Clock } from '../../ports/clock.js';
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { amend } from '../../store/root.js';
import { transact } from '../../store/transact.js';
import type { RecordedTransaction } from '../southbound/port.js';
import { toJSONLines } from './json-lines.js';
import { formatRecords } from './print.js';
import { checkQuery, select } from './query.js';
import type { EventHistory, EventRecord, HistoryQuery, RetentionOptions } from './record.js';

/** What a controller keeps when nothing else is said: the original's limits, and a number of records. */
export const defaultRetention: RetentionOptions = { ageLimit: 24 * 3_600_000, permanentPeriod: 3_600_000, maxRecords: 10_000 };

/** What a {@link HistoryKeeper} is made with. */
export interface HistoryKeeperOptions {
  readonly clock: Clock;
  /** Default: {@link defaultRetention}. */
  readonly retention?: Partial<RetentionOptions> | undefined;
  /** Whether anything is kept. Default: true. */
  readonly enabled?: boolean | undefined;
  /** The southbound's record of a transaction, by the southbound's number. Default: there is none. */
  readonly transactionOf?: ((sequence: number) => RecordedTransaction | undefined) | undefined;
}

/** A record, and when it ended by the clock that is never set. */
interface Kept {
  readonly record: EventRecord;
  readonly endedAt: number;
}

interface State {
  /** Records of the permanent period, by their number as text of fixed width. */
  readonly permanent: ObjectTree<Kept>;
  /** Those after it. */
  readonly recent: ObjectTree<Kept>;
}

/**
 * The history of a controller. What has had its time goes when a record is added and when somebody looks, never by a timer. Ages are
 * counted by the monotonic clock, so that a wall clock that is set keeps nothing too long and loses nothing too early. Adding a record
 * costs the logarithm of their number.
 */
export class HistoryKeeper implements EventHistory {
  private readonly clock: Clock;
  private readonly retention: RetentionOptions;
  private readonly isEnabled: boolean;
  private readonly recordedTransaction: (sequence: number) => RecordedTransaction | undefined;
  /** The permanent period counts from here. */
  private readonly start: number;
  /** Of the newest record: its number, and when its processing began. */
  private last = -1;
  private began = -Infinity;
  private state: State = { permanent: emptyTree(), recent: emptyTree() };

  /** @throws ValidationError when a limit is none. */
  constructor({ clock, retention = {}, enabled = true, transactionOf = () => undefined }: HistoryKeeperOptions) {
    this.clock = clock;
    this.retention = retentionOf(retention);
    this.isEnabled = enabled;
    this.recordedTransaction = transactionOf;
    this.start = clock.now();
  }

  /**
   * Adds the record of an event that has just ended. It is frozen.
   *
   * @param began when the processing began, by the clock's `now()`. Default: now.
   * @throws ValidationError when its number is not above that of the record before.
   */
  append(record: EventRecord, began: number = this.clock.now()): void {
    const { sequence } = record;
    if (!Number.isSafeInteger(sequence) || sequence <= this.last) {
      throw new ValidationError(`The record has the number ${String(sequence)}; it must be a whole number above ${this.last}.`, {
        field: 'sequence',
      });
    }
    this.last = sequence;
    if (!this.isEnabled) return;
    const kept: Kept = { record: freezeRecord(record), endedAt: this.clock.now() };
    this.began = Math.max(this.began, began); // events are processed one by one: so the trees stay in order
    const isPermanent = this.began - this.start <= this.retention.permanentPeriod;
    this.change(isPermanent ? 'permanent' : 'recent', (tree) => tree.set(keyOf(sequence), kept));
    this.trim();
  }

  query(query: HistoryQuery = {}): readonly EventRecord[] {
    checkQuery(query);
    this.trim();
    const { permanent, recent } = this.state;
    if (query.sequence !== undefined) {
      const key = keyOf(query.sequence);
      const found = permanent.get(key) ?? recent.get(key);
      return Object.freeze(found === undefined ? [] : [found.record]);
    }
    return Object.freeze(select([...recordsOf(permanent, query), ...recordsOf(recent, query)], query));
  }

  transactionOf(sequence: number): RecordedTransaction | undefined {
    const number = this.query({ sequence })[0]?.transaction?.sequence;
    return number === undefined ? undefined : this.recordedTransaction(number);
  }

  toJSONLines(query?: HistoryQuery): string {
    return toJSONLines(this.query(query));
  }

  print(query?: HistoryQuery): string {
    return formatRecords(this.query(query));
  }

  private trim(): void {
    const { ageLimit, maxRecords } = this.retention;
    const tooOld = this.clock.now() - ageLimit;
    let excess = this.state.permanent.size + this.state.recent.size - maxRecords;
    // The newest must not give way to the permanent ones for ever: half of the room is theirs.
    let spare = this.state.recent.size - Math.ceil(maxRecords / 2);
    const gone: string[] = [];
    for (const [key, { endedAt }] of this.state.recent) {
      if (endedAt >= tooOld && (excess <= 0 || spare <= 0)) break;
      gone.push(key);
      excess--;
      spare--;
    }
    if (gone.length > 0) this.change('recent', (tree) => gone.forEach((key) => tree.delete(key)));
    if (excess <= 0) return;
    const oldest = firstKeys(this.state.permanent, excess);
    this.change('permanent', (tree) => oldest.forEach((key) => tree.delete(key)));
  }

  private change(part: keyof State, recipe: Parameters<typeof transact<Kept>>[1]): void {
    const { after } = transact(this.state[part], recipe);
    this.state = amend(this.state, (state) => {
      state[part] = after;
    });
  }
}

/** Sixteen digits hold every safe integer, and text of one width has the order of the numbers. */
function keyOf(sequence: number): string {
  return String(sequence).padStart(16, '0');
}

function firstKeys(tree: ObjectTree<Kept>, count: number): readonly string[] {
  const keys: string[] = [];
  tree.scan(undefined, (_kept, key) => keys.push(key) < count);
  return keys;
}

/** The records of the range of numbers that `query` asks for. */
function recordsOf(tree: ObjectTree<Kept>, { from = 0, to = Number.MAX_SAFE_INTEGER }: HistoryQuery): readonly EventRecord[] {
  const records: EventRecord[] = [];
  tree.scan({ from: keyOf(from), to: `${keyOf(to)}~` }, ({ record }) => void records.push(record));
  return records;
}

/** Freezes a record, whose errors and values have been frozen when they were made: the cost is that of its own parts. */
function freezeRecord(record: EventRecord): EventRecord {
  const { handlers, transaction, notes = [] } = record;
  const { changes = [], failures = [] } = transaction ?? {};
  const named = [...changes, ...failures].map(({ wantedBy }) => wantedBy);
  for (const part of [handlers, ...handlers, notes, changes, ...changes, failures, ...failures, ...named]) Object.freeze(part);
  Object.freeze(transaction);
  return Object.freeze(record);
}

function retentionOf(given: Partial<RetentionOptions>): RetentionOptions {
  const retention: RetentionOptions = {
    ageLimit: given.ageLimit ?? defaultRetention.ageLimit,
    permanentPeriod: given.permanentPeriod ?? defaultRetention.permanentPeriod,
    maxRecords: given.maxRecords ?? defaultRetention.maxRecords,
  };
  for (const [name, value] of Object.entries(retention) as [string, unknown][]) {
    const isLimit =
      typeof value === 'number' && value >= 0 && (name !== 'maxRecords' || value === Infinity || Number.isInteger(value));
    if (isLimit) continue;
    const expected = name === 'maxRecords' ? 'a whole number of at least 0, or Infinity' : 'milliseconds, at least 0, or Infinity';
    throw new ValidationError(`Illegal option retention.${name}: it is ${String(value)}; give ${expected}.`, {
      field: `retention.${name}`,
    });
  }
  return retention;
}
