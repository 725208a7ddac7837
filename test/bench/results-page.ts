/** The findings as a page for people, with everything that someone who doubts them needs. */
import { arch, cpus, loadavg, release, totalmem, type as system } from 'node:os';
import { format, isMet, type Finding, type Verdict } from './findings.js';

export interface Surroundings {
  readonly commit: string;
  /** Whether the sources differ from that commit. */
  readonly isModified: boolean;
}

export function resultsPage(findings: readonly Finding[], surroundings: Surroundings): string {
  return [
    '# What the bench has measured\n',
    'Written by `npm run bench`; [the decision record](../../docs/adr/0007-speed.md) says what was tried and why a goal is missed.',
    `Times are processor time of all threads of the process; ratios are of medians, within one run. ${describe(surroundings)}\n`,
    verdictsOf(findings),
    '',
    ...notYet,
    '',
    ...findings.map(sectionOf),
  ].join('\n');
}

/** How the goals stand. */
export function verdictsOf(findings: readonly Finding[]): string {
  const verdicts = findings.flatMap((finding) => finding.verdicts);
  return ['| goal | wanted | measured | |', '|---|---|---|---|', ...verdicts.map(verdictRow)].join('\n');
}

/** One table, under its title. */
export function sectionOf({ title, method, columns, rows }: Finding): string {
  return [
    `## ${title}\n`,
    `${method}\n`,
    `| | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '--:|').join('')}`,
    ...rows.map(({ name, figures }) => `| ${name} | ${figures.map(format).join(' | ')} |`),
    '',
  ].join('\n');
}

function verdictRow(verdict: Verdict): string {
  const { goal, wanted, measured } = verdict;
  const bound = 'atLeast' in wanted ? `at least ${wanted.atLeast}` : `at most ${wanted.atMost}`;
  return `| ${goal} | ${bound} | ${format(measured)} | ${isMet(verdict) ? 'met' : `missed by a factor of ${format(missedBy(verdict))}`} |`;
}

function missedBy({ wanted, measured }: Verdict): number {
  return 'atLeast' in wanted ? wanted.atLeast / measured : measured / wanted.atMost;
}

/** Lines of the design that nothing here can be held to yet. */
const notYet = [
  'Not measured, because it does not exist yet: a watch over HTTP (there is no Kubernetes datastore), and the cost of an inspector that nobody',
  'is attached to (there is no live inspector). The event loop has a [page of its own](results-controller.md).',
];

function describe({ commit, isModified }: Surroundings): string {
  const [cpu] = cpus();
  const load = loadavg().map((average) => average.toFixed(1));
  const memory = Math.round(totalmem() / 1024 ** 3);
  return [
    `Commit ${commit}${isModified ? ' with changes' : ''}, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${system()} ${release()} ${arch()},`,
    `${cpus().length} x ${cpu?.model.trim() ?? 'unknown'}, ${memory} GB; load at the end ${load.join(', ')} (1, 5, 15 minutes).`,
  ].join(' ');
}
