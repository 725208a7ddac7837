/** A transaction as a table for people. */
import type { EventMethod } from '../events/event.js';
import type { CommitKind, RecordedTransaction } from '../southbound/port.js';
import { row } from './box.js';
import { errorLine } from './error-text.js';
import type { RecordedChange, RecordedFailure, TransactionRecord } from './record.js';
import { cellsOf, commonStart, cutTo, pageWidth, visible, wrapped } from './text.js';

const headings = ['KEY', 'CHANGE', 'BEFORE → AFTER', 'WANTED BY', 'STATUS'] as const;
/** The column that takes what the others leave. */
const valueColumn = 2;
/** How wide the others may become. */
const widest = [34, 7, 0, 16, 24] as const;
/** How much of what is the same stands before a difference. */
const context = 16;

/** What a kind of transaction or a method is called. */
export const kindNames: Readonly<Record<CommitKind | EventMethod, string>> = {
  update: 'update',
  fullResync: 'full resync',
  upstreamResync: 'upstream resync',
  downstreamResync: 'downstream resync',
};
const outcomeNames: Readonly<Record<TransactionRecord['outcome'], string>> = {
  applied: 'applied',
  partlyApplied: 'partly applied',
  reverted: 'reverted',
  revertFailed: 'revert failed',
  refused: 'refused',
  unknown: 'outcome unknown',
};
/** How a key is that nothing went wrong with. */
const statusNames: Readonly<Record<TransactionRecord['outcome'], string>> = {
  ...outcomeNames,
  partlyApplied: 'applied',
  revertFailed: 'reverted',
  refused: 'not begun',
  unknown: 'unknown',
};

/** What a transaction is and has come to, in one line. */
export function transactionTitle({ kind, sequence, outcome, changes, versionBefore, versionAfter }: TransactionRecord): string {
  const number = sequence === undefined ? '' : `#${sequence} `;
  const counts = (['added', 'changed', 'removed'] as const).flatMap((word) => {
    const count = changes.filter((change) => changeOf(change) === word).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const versions =
    versionBefore === versionAfter ? `configuration ${versionAfter}` : `configuration ${versionBefore} → ${versionAfter}`;
  return `${number}${kindNames[kind]}, ${outcomeNames[outcome]}: ${counts.join(', ') || 'no changes'}; ${versions}`;
}

/**
 * A table of `transaction`: for each key what became of it, who wanted it, and how it is. Values are shortened to where they differ.
 * Keys that failed without being part of it stand below. Everything is text of 120 columns, in which nothing can move a cursor.
 *
 * @param executed the southbound's record of it, where there is one: then the status is the southbound's.
 */
export function formatTransaction(transaction: TransactionRecord, executed?: RecordedTransaction): string {
  const { changes, failures } = transaction;
  const known = new Set(changes.map(({ key }) => key));
  const foreign = failures.filter(({ key, owner }) => !known.has(key) && !known.has(owner));
  const statuses = new Map(executed?.executed.map(({ key, status }) => [key, status])); // the last one counts
  const rows: readonly (readonly string[])[] = [
    ...changes.map((change) => {
      const failed = failures.filter(({ key, owner }) => key === change.key || owner === change.key);
      const status = statuses.get(change.key) ?? statusNames[transaction.outcome];
      return [change.key, changeOf(change), '', change.wantedBy.join(', '), statusOf(change.key, failed, status)];
    }),
    ...foreign.map((failure) => [failure.key, '–', '', failure.wantedBy.join(', '), statusOf(failure.key, [failure], '')]),
  ].map((cells) => cells.map(visible));
  const widths = widthsOf(rows);
  const lines = rows.flatMap((cells, index) => {
    const change = changes[index];
    const texts = cells.map((cell, column) => wrapped(cell, widths[column] ?? 0));
    return row(change === undefined ? texts : texts.with(valueColumn, valueLines(change, widths[valueColumn] ?? 0)), widths);
  });
  const frame = [headings, widths.map((width) => '─'.repeat(width))];
  const head = frame.flatMap((cells) => row(cells.map((cell) => [cell]), widths)); // prettier-ignore
  return [...wrapped(`TRANSACTION ${transactionTitle(transaction)}`, pageWidth), ...head, ...lines]
    .map((line) => `${line}\n`)
    .join('');
}

function changeOf({ before, after }: RecordedChange): 'added' | 'removed' | 'changed' | 'kept' {
  if (before === undefined) return after === undefined ? 'kept' : 'added';
  if (after === undefined) return 'removed';
  return textOf(before) === textOf(after) ? 'kept' : 'changed';
}

function statusOf(key: string, failures: readonly RecordedFailure[], otherwise: string): string {
  if (failures.length === 0) return otherwise;
  return failures
    .map((failure) => {
      const what = failure.key === key ? failure.operation : `${failure.operation} of ${failure.key}`;
      return `${failure.isRevert ? 'revert failed' : 'failed'}: ${what}: ${errorLine(failure.error)}`;
    })
    .join('; ');
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const widths = headings.map((heading, column) => {
    const most = rows.reduce((width, cells) => Math.max(width, cellsOf(cells[column] ?? '')), heading.length);
    return Math.min(most, widest[column] ?? 0);
  });
  const others = widths.reduce((sum, width) => sum + width, 0);
  return widths.with(valueColumn, pageWidth - others - 2 * (headings.length - 1));
}

/** The values in one line where they fit, else in two, shortened to where they differ. */
function valueLines(change: RecordedChange, width: number): readonly string[] {
  const [before, after] = [textOf(change.before), textOf(change.after)];
  if (changeOf(change) !== 'changed') return [cutTo(after === '' ? before : after, width)];
  const both = `${before} → ${after}`;
  if (cellsOf(both) <= width) return [both];
  const start = Math.max(cellsOf(before), cellsOf(after)) > width - 2 ? commonStart(before, after) - context : 0;
  const from = (text: string): string => (start > 0 ? `…${text.slice(start)}` : text);
  return [cutTo(from(before), width), `→ ${cutTo(from(after), width - 2)}`];
}

function textOf(value: unknown): string {
  return value === undefined ? '' : visible(JSON.stringify(value));
}
