/** `npm run bench`: measures everything and writes results.md; with `--quick`, less of it, and only to the screen. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases, fullPlan, quickPlan } from './plans.js';
import type { Finding } from './findings.js';
import { resultsPage, sectionOf, verdictsOf, type Surroundings } from './results-page.js';

const isQuick = process.argv.includes('--quick');
const surroundings: Surroundings = {
  commit: process.env['BENCH_COMMIT'] ?? git('rev-parse', '--short', 'HEAD'),
  isModified: git('status', '--porcelain', '--', 'src', 'machines') !== '',
};
const findings: Finding[] = [];
for (const measure of cases(isQuick ? quickPlan : fullPlan)) {
  const finding = await measure();
  findings.push(finding);
  console.log(sectionOf(finding));
  // After each case, so that a run that is broken off leaves what it has found.
  if (!isQuick) writeFileSync(join(import.meta.dirname, 'results.md'), resultsPage(findings, surroundings));
}
console.log(verdictsOf(findings));

function git(...words: readonly string[]): string {
  return execFileSync('git', words, { encoding: 'utf8' }).trim();
}
