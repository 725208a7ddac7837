/**
 * Mutation testing, room by room: `npm run mutate`, or `npm run mutate -- policy store` for some of them.
 *
 * Each room is run with its properties; what survives them is run with the examples. The outcome is kept in results/, docs/mutation.md
 * is written anew from it, and it is an error when a survivor has no explanation in explained.mjs or an explanation no survivor.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { outcomeOf, rangesOf, survivorsIn } from './outcome.mjs';
import { complaintsAbout, writeReport } from './report.mjs';
import { rooms } from './rooms.mjs';

/** Runs Stryker and returns its report. */
function mutate(room, tests, ranges) {
  const report = `reports/mutation/${room}.${tests}.json`;
  const env = { ...process.env, HELIOSTAT_ROOM: room, HELIOSTAT_TESTS: tests, HELIOSTAT_REPORT: report };
  if (ranges !== undefined) env.HELIOSTAT_RANGES = ranges.join(',');
  const { status } = spawnSync('npx', ['stryker', 'run'], { env, stdio: 'inherit' });
  if (status !== 0) throw new Error(`Mutating ${room} with ${tests} has failed.`);
  return JSON.parse(readFileSync(report, 'utf8'));
}

const asked = process.argv.slice(2);
mkdirSync('test/mutation/results', { recursive: true });
for (const room of asked.length === 0 ? Object.keys(rooms) : asked) {
  const properties = mutate(room, 'properties');
  const left = survivorsIn(properties);
  const examples = left.length === 0 ? undefined : mutate(room, 'examples', rangesOf(left));
  writeFileSync(`test/mutation/results/${room}.json`, `${JSON.stringify(outcomeOf(room, properties, examples), null, 2)}\n`);
}
const known = Object.keys(rooms).map((room) => `test/mutation/results/${room}.json`);
const outcomes = known.filter((file) => existsSync(file)).map((file) => JSON.parse(readFileSync(file, 'utf8')));
writeReport('docs/mutation.md', outcomes);
const complaints = complaintsAbout(outcomes);
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length === 0 ? 0 : 1;
