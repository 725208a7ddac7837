import type { History } from '../history/format.js';
import { createCheckers, type CheckerId } from './all-checkers.js';
import type { HistoryViolation } from './checker.js';

/** How a history is checked. */
export interface CheckHistoryOptions {
  /** The promises to judge. Default: every one that a history can be held against. */
  readonly only?: readonly CheckerId[] | undefined;
  /** Is told of each violation as it is found. */
  readonly onViolation?: ((violation: HistoryViolation) => void) | undefined;
}

/** What a history shows. */
export interface HistoryReport {
  /** How many records were read. */
  readonly records: number;
  /** What was not kept, in the order in which it was found. Only the first thousand are kept here; all of them are counted. */
  readonly violations: readonly HistoryViolation[];
  /** How many violations of each promise there are. */
  readonly violated: Readonly<Partial<Record<CheckerId, number>>>;
  /** How many things were judged, by promise. 0: the history had nothing for it, and that there is no violation says nothing. */
  readonly judged: Readonly<Partial<Record<CheckerId, number>>>;
  /** How many things could not be judged, because that would have taken too long, by promise; only where there are any. */
  readonly givenUp: Readonly<Partial<Record<CheckerId, number>>>;
}

const keptViolations = 1_000;

/**
 * Holds a history against the promises of docs/SPEC.md, in one pass.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { createInterface } from 'node:readline';
 * import { checkHistory, readHistory } from 'heliostat/testing';
 * async function check(file: string): Promise<void> {
 *   const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
 *   const { violations, judged } = await checkHistory(await readHistory(lines));
 *   for (const { id, seq, message } of violations) console.log(`${id} in record ${seq}: ${message}`);
 *   console.log(judged);
 * }
 * ```
 * @throws what reading the records throws.
 */
export async function checkHistory({ header, records }: History, options: CheckHistoryOptions = {}): Promise<HistoryReport> {
  const checkers = createCheckers(header, options.only);
  const violations: HistoryViolation[] = [];
  const violated = new Map<string, number>();
  let count = 0;
  const keep = (found: readonly HistoryViolation[]): void => {
    for (const violation of found) {
      violated.set(violation.id, (violated.get(violation.id) ?? 0) + 1);
      if (violations.length < keptViolations) violations.push(violation);
      options.onViolation?.(violation);
    }
  };
  for await (const record of records) {
    count++;
    for (const checker of checkers) keep(checker.observe(record));
  }
  for (const checker of checkers) keep(checker.end());
  const judged = Object.fromEntries(checkers.map(({ id, applied }) => [id, applied]));
  const givenUp = Object.fromEntries(checkers.filter((one) => one.givenUp > 0).map((one) => [one.id, one.givenUp]));
  return { records: count, violations, violated: Object.fromEntries(violated), judged, givenUp };
}
