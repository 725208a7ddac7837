/** The transactions that were executed, as long as they are remembered. */
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { transact } from '../../store/transact.js';
import type { RecordedTransaction } from './port.js';

/** How long transactions are remembered. */
export interface TransactionRetention {
  /** At most so many; the oldest go first. */
  readonly maxTransactions: number;
  /** Those that ended longer ago than this go, in milliseconds. */
  readonly ageLimit: number;
}

interface Entry {
  readonly record: RecordedTransaction;
  /** When it ended, as `clock.now()` says it. */
  readonly at: number;
}

/** As many digits as the largest number that can be counted to has, so that texts are in the order of the numbers. */
const digits = 16;

export class TransactionLog {
  private readonly retention: TransactionRetention;
  private entries: ObjectTree<Entry> = emptyTree();

  constructor(retention: TransactionRetention) {
    this.retention = retention;
  }

  add(record: RecordedTransaction, now: number): void {
    const entry = Object.freeze({ record, at: now });
    this.entries = transact(this.entries, (draft) => draft.set(placeOf(record.sequence), entry)).after;
    this.trim(now);
  }

  get(sequence: number, now: number): RecordedTransaction | undefined {
    this.trim(now);
    return this.entries.get(placeOf(sequence))?.record;
  }

  /** All that are remembered, the oldest first. */
  all(now: number): readonly RecordedTransaction[] {
    this.trim(now);
    return this.entries.values().map(({ record }) => record);
  }

  private trim(now: number): void {
    const gone: string[] = [];
    for (const [place, { at }] of this.entries) {
      const isTooMany = this.entries.size - gone.length > this.retention.maxTransactions;
      if (!isTooMany && now - at <= this.retention.ageLimit) break;
      gone.push(place);
    }
    if (gone.length > 0) this.entries = transact(this.entries, (draft) => gone.forEach((place) => draft.delete(place))).after;
  }
}

function placeOf(sequence: number): string {
  return String(sequence).padStart(digits, '0');
}
