/**
 * `npm run bench`: measures everything and writes results.md; with `--only controller` that alone, into results-controller.md; with `--quick`,
 * less of it, and only to the screen.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases, fullPlan, quickPlan, type Subject } from './plans.js';
import type { Finding } from './findings.js';
import { resultsPage, sectionOf, verdictsOf, type Surroundings } from './results-page.js';

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
const isQuick = values.quick === true;
const subject = subjectOf(values.only);
const page = subject === undefined ? 'results.md' : `results-${subject}.md`;
const surroundings: Surroundings = {
  commit: process.env['BENCH_COMMIT'] ?? git('rev-parse', '--short', 'HEAD'),
  isModified: git('status', '--porcelain', '--', 'src', 'machines') !== '',
};
const findings: Finding[] = [];
for (const measure of cases(isQuick ? quickPlan : fullPlan, subject)) {
  const finding = await measure();
  findings.push(finding);
  console.log(sectionOf(finding));
  // After each case, so that a run that is broken off leaves what it has found.
  if (!isQuick) writeFileSync(join(import.meta.dirname, page), resultsPage(findings, surroundings));
}
console.log(verdictsOf(findings));

function git(...words: readonly string[]): string {
  return execFileSync('git', words, { encoding: 'utf8' }).trim();
}

function subjectOf(name: string | undefined): Subject | undefined {
  if (name === undefined || name in fullPlan) return name as Subject | undefined; // the plan's own names
  throw new Error(`There is no "${name}" to be measured; there are ${Object.keys(fullPlan).join(', ')}.`);
}
