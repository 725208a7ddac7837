/** `heliostat check`: holds a recorded history against the promises of docs/SPEC.md. */
import { isHeliostatError } from '../index.js';
import { checkerIds, type CheckerId } from '../testing/checkers/all-checkers.js';
import { checkHistory, type HistoryReport } from '../testing/checkers/check-history.js';
import type { HistoryViolation } from '../testing/checkers/checker.js';
import { readHistory } from '../testing/history/format.js';
import { CommandError, exitCodes } from './failure.js';
import { openHistory } from './history-lines.js';
import { listenForInterruption } from './interruption.js';
import { judgedFrom, notJudged } from './judged-from.js';
import { styled, type Terminal } from './terminal.js';

/** What `check` was asked. */
export interface CheckRequest {
  /** A path, or `-` for standard input. */
  readonly file: string;
  /** The promises to judge; empty: all of them. */
  readonly only: readonly CheckerId[];
}

/**
 * The promises that `--only` names.
 *
 * @throws CommandError naming those that no history can be held against.
 */
export function readCheckerIds(text: string | undefined): readonly CheckerId[] {
  if (text === undefined) return [];
  const names = text.split(',').map((name) => name.trim());
  const ids = names.flatMap((name) => checkerIds.find((id) => id === name) ?? []);
  const unknown = names.filter((name) => !checkerIds.some((id) => id === name));
  if (unknown.length === 0) return [...new Set(ids)];
  const reasons = unknown.flatMap((name) => reasonAgainst(name) ?? []);
  throw new CommandError(
    reasons.length === unknown.length
      ? reasons.join(' ')
      : `--only takes ids with commas between them, such as R1,S2, not ${JSON.stringify(text)}: there are ${checkerIds.join(', ')}.`,
  );
}

/** Why an id is none that can be judged, where that can be said better than with all that there are. */
function reasonAgainst(name: string): string | undefined {
  const isMeant = (id: string): boolean => id.toUpperCase() === name.toUpperCase();
  const meant = checkerIds.find(isMeant);
  if (meant !== undefined) return `--only ${JSON.stringify(name)}: did you mean ${meant}?`;
  const other = notJudged.find(isMeant);
  return other === undefined
    ? undefined
    : `--only: ${other} is a promise of docs/SPEC.md that cannot be judged from a history (docs/history-format.md).`;
}

/**
 * Runs `check` and returns the exit code: 0 when something was judged and every promise was kept; 1 when one was not, or when there was
 * nothing to judge it by: none at all, or none for one that `only` names; 2 when there is no history to read.
 */
export async function runCheck({ file, only }: CheckRequest, terminal: Terminal): Promise<number> {
  const over = listenForInterruption(terminal);
  const unknown = new Map<string, number>();
  try {
    const { lines, mayBeCutOff } = openHistory(file, terminal, over.signal);
    const onUnknown = (_: number, kind: string): void => void unknown.set(kind, (unknown.get(kind) ?? 0) + 1);
    const cutOff: number[] = [];
    const isCutOff = (line: number): boolean => mayBeCutOff() && cutOff.push(line) > 0;
    const history = await readHistory(lines, { onUnknown, isCutOff });
    const onViolation = (violation: HistoryViolation): void => terminal.write(`${showViolation(violation, terminal)}\n`);
    const report = await checkHistory(history, { onViolation, ...(only.length === 0 ? {} : { only }) });
    if (over.signal.aborted) return exitCodes.interrupted;
    for (const line of cutOff) terminal.writeError(`heliostat: line ${line}, the last one, is cut off and was left out\n`);
    for (const [kind, count] of unknown)
      terminal.writeError(
        `heliostat: ${counted(count, 'record')} of the kind ${JSON.stringify(kind)}, which a later version writes, ${count === 1 ? 'was' : 'were'} left out\n`,
      );
    terminal.write(summaryOf(report));
    const missing = missingFor(report, only);
    for (const line of missing) terminal.writeError(`heliostat: ${line}\n`);
    return report.violations.length === 0 && missing.length === 0 ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    if (over.signal.aborted) return exitCodes.interrupted;
    terminal.writeError(`heliostat: ${file === '-' ? 'standard input' : file}: ${reasonOf(error)}\n`);
    return exitCodes.unreadable;
  } finally {
    over.dispose();
  }
}

/** Record `seq` stands in line `seq + 1`, behind the header. */
function showViolation({ id, seq, at, actor, message }: HistoryViolation, terminal: Terminal): string {
  return `${styled(terminal, 'red', id)} line ${seq + 1}, ${actor} at ${Math.round(at)} ms: ${message}`;
}

function summaryOf({ judged, violated, givenUp, records }: HistoryReport): string {
  const entries = Object.entries(judged);
  const broken = Object.entries(violated).map(([id, count]) => `${id} (${count})`);
  const held = entries.filter(([id, count]) => count > 0 && !(id in violated));
  const idle = entries.filter(([id, count]) => count === 0 && !(id in violated)).map(([id]) => id);
  const times = held.reduce((sum, [, count]) => sum + count, 0);
  return (
    [
      counted(records, 'record'),
      `${counted(held.length, 'promise')} held (${times} judged)`,
      ...(broken.length === 0 ? [] : [`${broken.length} broken: ${broken.join(', ')}`]),
      ...Object.entries(givenUp).map(([id, count]) => `${id} was too entangled to be judged ${counted(count, 'time')}`),
      ...(idle.length === 0 ? [] : [`${idle.length} had nothing to judge: ${idle.join(', ')}`]),
    ].join('; ') + '\n'
  );
}

/** What keeps the answer from being "kept" though nothing is broken: silence would look the same. */
function missingFor({ judged, givenUp }: HistoryReport, only: readonly CheckerId[]): readonly string[] {
  const idle = (id: CheckerId): boolean => (judged[id] ?? 0) === 0;
  if (only.length === 0)
    return checkerIds.every(idle)
      ? ['nothing in this history could be judged: record what is told and what is true (docs/history-format.md)']
      : [];
  return only
    .filter(idle)
    .map((id) =>
      (givenUp[id] ?? 0) > 0
        ? `${id} was not judged: what there is of it is too entangled`
        : `${id} had nothing to judge: record ${judgedFrom[id]} (docs/history-format.md)`,
    );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function reasonOf(error: unknown): string {
  if (isHeliostatError(error, 'invalid')) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'this is a folder, not a history';
  if (code === 'EACCES') return 'it may not be read';
  if (error instanceof Error && code === undefined && error.constructor !== Error) throw error; // a defect of ours
  return error instanceof Error ? error.message : String(error);
}
