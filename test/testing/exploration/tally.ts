/** What several explorations have seen together, and what they must have seen. */
import type { Counts, ExplorationReport } from '../../../src/testing/index.js';

/** Names that no exploration has counted. A part of the model that never happens has verified nothing. */
export function neverSeen(
  reports: readonly ExplorationReport[],
  countsOf: (report: ExplorationReport) => Counts,
): readonly string[] {
  const totals = new Map<string, number>();
  for (const report of reports) {
    for (const [name, count] of countsOf(report)) totals.set(name, (totals.get(name) ?? 0) + count);
  }
  return [...totals].filter(([, count]) => count === 0).map(([name]) => name);
}

/** For the test report: what was explored. */
export function lineOf(name: string, { states, edges, depth, places, bytes }: ExplorationReport): string {
  const figures = [
    `${states} states`,
    `${edges} edges`,
    `depth ${depth}`,
    `${places} places`,
    `${Math.round(bytes / 2 ** 20)} MiB`,
  ];
  return `${name}: ${figures.join(', ')}`;
}
