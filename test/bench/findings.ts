/** What a case of the bench has found: figures in a table, and what they say about the goals. */
import type { Timing } from './measure.js';

/** A goal of the design, and how it stands. */
export interface Verdict {
  readonly goal: string;
  readonly wanted: { readonly atLeast: number } | { readonly atMost: number };
  readonly measured: number;
}

/** One table of the results. */
export interface Finding {
  readonly title: string;
  /** What was done, in a sentence or two. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly figures: readonly (number | undefined)[] }[];
  readonly verdicts: readonly Verdict[];
}

export function isMet({ wanted, measured }: Verdict): boolean {
  return 'atLeast' in wanted ? measured >= wanted.atLeast : measured <= wanted.atMost;
}

/** Throughput of contestants that did the same work of `units`, and how many times that of each peer it is. */
export function throughput(
  timings: readonly Timing[],
  units: number,
  what: string,
  peers: readonly string[],
): {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly figures: readonly number[] }[];
} {
  const perSecond = (milliseconds: number): number => (units / milliseconds) * 1_000;
  return {
    columns: [`${what} per second (median)`, 'lowest', 'highest', `microseconds each`, ...peers.map((peer) => `times ${peer}`)],
    rows: timings.map(({ name, median, low, high }) => ({
      name,
      figures: [
        ...[median, high, low].map(perSecond),
        (median / units) * 1_000,
        ...peers.map((peer) => medianOf(timings, peer) / median),
      ],
    })),
  };
}

export function medianOf(timings: readonly Timing[], name: string): number {
  return timings.find((timing) => timing.name === name)?.median ?? NaN;
}

/** Three significant digits, with separators. A dash where there is nothing to compare with. */
export function format(figure: number | undefined): string {
  if (figure === undefined) return '–';
  return figure.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}
