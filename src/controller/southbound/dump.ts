/** A scheduler at one moment, for people. */
import { missingOf, type Graph } from './graph.js';
import type { ValueStatus } from './port.js';

/** One value, as plain data. */
export interface DumpedValue {
  readonly key: string;
  readonly status: ValueStatus;
  /** Absent: nothing is. */
  readonly wanted?: unknown;
  /** As it is there, as far as is known. Absent: it is not. */
  readonly actual?: unknown;
  /** What went wrong with it. */
  readonly error?: string;
  /** What it waits for. */
  readonly missing: readonly string[];
  /** Which retry comes next, and in how many milliseconds. */
  readonly retry?: { readonly attempt: number; readonly in: number };
}

export function dumpOf(graph: Graph, prefix: string, now: number): readonly DumpedValue[] {
  const rows: DumpedValue[] = [];
  for (const [key, node] of graph.values.entries(prefix)) {
    if (!key.startsWith(prefix)) break;
    const { status, wanted, actual, error, needs } = node;
    const retry = graph.retries.get(key);
    rows.push({
      key,
      status,
      ...(wanted === undefined ? {} : { wanted }),
      ...(actual === undefined ? {} : { actual }),
      ...(error === undefined ? {} : { error: error.message }),
      missing: status === 'pending' ? missingOf(graph, key, needs).map(({ label }) => label) : [],
      ...(retry === undefined ? {} : { retry: { attempt: retry.attempt, in: Math.max(0, retry.due - now) } }),
    });
  }
  return rows;
}

/** The longest text in a column; the rest is cut off. */
const widest = 48;

/**
 * What `dump` says, as a table of text.
 *
 * @returns lines, each ending with a newline.
 */
export function formatDump(rows: readonly DumpedValue[]): string {
  const head = ['KEY', 'STATUS', 'WANTED', 'ACTUAL', 'WHY'];
  const table = [head, ...rows.map((row) => [row.key, row.status, textOf(row.wanted), textOf(row.actual), whyOf(row)])];
  const widths = head.map((_, column) => Math.max(...table.map((cells) => Math.min(widest, cells[column]?.length ?? 0))));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cut(cell, widths[column] ?? 0).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return table.map((cells) => `${line(cells)}\n`).join('');
}

function whyOf({ error, missing, retry }: DumpedValue): string {
  const again = retry === undefined ? [] : [`retry ${retry.attempt} in ${retry.in} ms`];
  const waits = missing.length === 0 ? [] : [`waits for ${missing.join(', ')}`];
  return [...waits, ...again, ...(error === undefined ? [] : [error])].join('; ').replaceAll(/\s+/g, ' ');
}

function textOf(value: unknown): string {
  return value === undefined ? '-' : JSON.stringify(value);
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}
