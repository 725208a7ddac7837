/** `heliostat check`: holds a recorded history against the promises of docs/SPEC.md. */
import { createReadStream } from 'node:fs';
import { isHeliostatError } from '../index.js';
import { checkerIds, type CheckerId } from '../testing/checkers/all-checkers.js';
import { checkHistory, type HistoryReport } from '../testing/checkers/check-history.js';
import type { HistoryViolation } from '../testing/checkers/checker.js';
import { readHistory } from '../testing/history/format.js';
import { CommandError, exitCodes } from './failure.js';
import { listenForInterruption } from './interruption.js';
import { styled, type Terminal } from './terminal.js';

/** What `check` was asked. */
export interface CheckRequest {
  /** A path, or `-` for standard input. */
  readonly file: string;
  /** The promises to judge; empty: all of them. */
  readonly only: readonly CheckerId[];
}

/** Longer lines are none that this package has written. In characters. */
const longestLine = 64 * 1024 * 1024;

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
  throw new CommandError(
    `--only takes ids with commas between them, such as R1,S2, not ${JSON.stringify(text)}: there are ${checkerIds.join(', ')}.`,
  );
}

/** Runs `check` and returns the exit code: 0 when every promise was kept, 1 when one was not, 2 when there is no history to read. */
export async function runCheck({ file, only }: CheckRequest, terminal: Terminal): Promise<number> {
  const over = listenForInterruption(terminal);
  const unknown = new Map<string, number>();
  try {
    const lines = untilInterrupted(file === '-' ? inputOf(terminal) : linesOfFile(file), over.signal);
    const onUnknown = (_: number, kind: string): void => void unknown.set(kind, (unknown.get(kind) ?? 0) + 1);
    const history = await readHistory(lines, { onUnknown });
    const onViolation = (violation: HistoryViolation): void => terminal.write(`${showViolation(violation, terminal)}\n`);
    const report = await checkHistory(history, { onViolation, ...(only.length === 0 ? {} : { only }) });
    if (over.signal.aborted) return exitCodes.interrupted;
    for (const [kind, count] of unknown)
      terminal.writeError(
        `heliostat: ${count} records of the kind ${JSON.stringify(kind)}, which a later version writes, were left out\n`,
      );
    terminal.write(summaryOf(report));
    return report.violations.length === 0 ? exitCodes.done : exitCodes.failed;
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
      `${records} records`,
      `${held.length} promises held (${times} judged)`,
      ...(broken.length === 0 ? [] : [`${broken.length} broken: ${broken.join(', ')}`]),
      ...Object.entries(givenUp).map(([id, count]) => `${id} was too entangled to be judged ${count} times`),
      ...(idle.length === 0 ? [] : [`${idle.length} had nothing to judge: ${idle.join(', ')}`]),
    ].join('; ') + '\n'
  );
}

function inputOf({ input }: Terminal): AsyncIterable<string> {
  if (input !== undefined) return input;
  throw new Error('nothing is piped into it; write heliostat check FILE, or pipe a history into heliostat check -');
}

async function* linesOfFile(path: string): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) {
    const lines = `${rest}${String(chunk)}`.split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new Error(`a line has more than ${longestLine} characters: this is no history`);
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* untilInterrupted(lines: AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  for await (const line of lines) {
    if (signal.aborted) return;
    yield line;
  }
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
