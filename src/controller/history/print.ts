/** Events as boxes of text, for people who read what a controller does: one when it is taken, one when all is said and done. */
import type { UpdateTransactionType } from '../events/event.js';
import { besideLabel, box, labelled } from './box.js';
import { errorLine, errorLines } from './error-text.js';
import type { EventRecord, HandlerRecord, RecordedFailure, TransactionRecord } from './record.js';
import { cellsOf, cutTo, padded, visible, visibleLines, wrapped } from './text.js';
import { formatTransaction, kindNames, transactionTitle } from './transaction-table.js';

/** An event when it is taken: what its record will begin with, and who is going to be called. */
export interface TakenEvent extends Pick<
  EventRecord,
  'sequence' | 'description' | 'method' | 'transactionType' | 'direction' | 'startedAt' | 'followUpTo' | 'resyncCount'
> {
  /** The names of the handlers, in the order in which they are going to be called. */
  readonly handlers: readonly string[];
}

/** What becomes of the changes of an update that fails, in words. */
const typeNames: Readonly<Record<UpdateTransactionType, string>> = {
  bestEffort: 'best effort',
  revertOnFailure: 'revert on failure',
  bestEffortIgnoreErrors: 'best effort, ignoring errors',
};

/** Columns for the name of a handler, at most, and for how long it took. */
const [widestName, tookWidth] = [32, 9];

/** An event that is about to be processed: what it is, how, and by whom. */
export function formatTaken(event: TakenEvent): string {
  const followUp = event.followUpTo === undefined ? '' : `, follow-up to #${event.followUpTo}`;
  return box(`NEW EVENT #${event.sequence}${followUp}`, timeOf(event.startedAt), [
    ...visibleLines(event.description),
    '',
    ...labelled('method', [methodOf(event)]),
    ...labelled('handlers', [visible(event.handlers.join(' → ')) || 'none']),
  ]);
}

/** An event that has been processed: who did what, what failed, what was taken back, and what became of the transaction. */
export function formatFinalised(record: EventRecord): string {
  const { sequence, error, handlers, transaction } = record;
  const [title = ''] = visibleLines(record.description);
  const calls = handlers.filter(({ isRevert }) => !isRevert);
  const nobody = transaction === undefined ? 'nobody' : 'the southbound alone';
  return box(
    `EVENT #${sequence} ${error === undefined ? 'DONE' : 'FAILED'}`,
    `took ${durationOf(record.endedAt - record.startedAt)}`,
    [
      title,
      '',
      ...labelled('handled by', calls.length === 0 ? [nobody] : callLines(calls, handlers)),
      ...labelled('reverted by', callLines(handlers.filter(({ isRevert }) => isRevert), handlers)), // prettier-ignore
      ...(transaction === undefined ? [] : labelled('transaction', transactionLines(transaction))),
      ...labelled('notes', (record.notes ?? []).flatMap(visibleLines)),
      ...(error === undefined ? [] : labelled('error', errorLines(error))),
    ],
  );
}

/** Records as text: both boxes of each, and the table of its transaction when anything was to be changed. */
export function formatRecords(records: Iterable<EventRecord>): string {
  return Array.from(records, (record) => {
    const handlers = record.handlers.filter(({ isRevert }) => !isRevert).map(({ handler }) => handler);
    const { transaction } = record;
    const isEmpty = transaction === undefined || transaction.changes.length + transaction.failures.length === 0;
    return formatTaken({ ...record, handlers }) + formatFinalised(record) + (isEmpty ? '' : formatTransaction(transaction));
  }).join('\n');
}

/** A line for each call, its parts in columns that are as wide in all of an event. */
function callLines(calls: readonly HandlerRecord[], all: readonly HandlerRecord[]): readonly string[] {
  const nameWidth = Math.min(widestName, Math.max(0, ...all.map(({ handler }) => cellsOf(visible(handler)))));
  const indent = nameWidth + tookWidth + 4;
  return calls.flatMap(({ handler, took, change, error }) => {
    const failure = error === undefined ? [] : [`failed: ${errorLine(error)}`];
    const said = [...(change === '' ? [] : visibleLines(change)), ...failure];
    const lines = said.flatMap((line) => wrapped(line, besideLabel - indent));
    const head = `${padded(cutTo(visible(handler), nameWidth), nameWidth)}  ${durationOf(took).padStart(tookWidth)}`;
    return [`${head}  ${lines[0] ?? ''}`, ...lines.slice(1).map((line) => ' '.repeat(indent) + line)];
  });
}

function transactionLines(transaction: TransactionRecord): readonly string[] {
  return [transactionTitle(transaction), ...transaction.failures.map((failure) => `  ${failureLine(failure)}`)];
}

function failureLine({ key, owner, operation, isRevert, wantedBy, error }: RecordedFailure): string {
  const whose = owner === key ? '' : `, made for ${owner}`;
  const who = wantedBy.length === 0 ? '' : `, wanted by ${wantedBy.join(', ')}`;
  return `${isRevert ? 'revert failed' : 'failed'}: ${visible(`${operation} of ${key}${whose}${who}`)}: ${errorLine(error)}`;
}

function methodOf({ method, transactionType, direction, resyncCount }: TakenEvent): string {
  const words = [
    kindNames[method],
    ...(transactionType === undefined ? [] : [typeNames[transactionType]]),
    ...(direction === undefined ? [] : [direction]),
    ...(resyncCount === undefined ? [] : [`resync number ${resyncCount}`]),
  ];
  return words.join(', ');
}

function timeOf(milliseconds: number): string {
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return `${milliseconds} ms`;
  return `${date.toISOString().replace('T', ' ').replace('Z', '')} UTC`;
}

function durationOf(milliseconds: number): string {
  if (Math.abs(milliseconds) < 1000) return `${Number(milliseconds.toFixed(1))} ms`;
  return `${Number((milliseconds / 1000).toFixed(2))} s`;
}
