/**
 * Mutation testing of one room with one set of tests: `npm run mutate` calls it for each (see docs/mutation.md).
 *
 * HELIOSTAT_ROOM: whose code is changed. HELIOSTAT_TESTS: `properties`, or `examples`. HELIOSTAT_RANGES: only these places of it,
 * as Stryker writes them, separated by commas. HELIOSTAT_REPORT: where the results go.
 */
import { rooms } from './test/mutation/rooms.mjs';

const {
  HELIOSTAT_ROOM = 'policy',
  HELIOSTAT_TESTS = 'properties',
  HELIOSTAT_RANGES,
  HELIOSTAT_REPORT,
  HELIOSTAT_CONCURRENCY = '2',
} = process.env;
const room = rooms[HELIOSTAT_ROOM];
if (room === undefined) throw new Error(`No such room: ${HELIOSTAT_ROOM}. There are ${Object.keys(rooms).join(', ')}.`);
const report = HELIOSTAT_REPORT ?? `reports/mutation/${HELIOSTAT_ROOM}.${HELIOSTAT_TESTS}.json`;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  packageManager: 'npm',
  plugins: ['./test/mutation/runner.mjs', './test/mutation/ignored.mjs'],
  testRunner: 'direct',
  mutate: HELIOSTAT_RANGES === undefined ? room.mutate : HELIOSTAT_RANGES.split(','),
  ignorers: ['heliostat'],
  coverageAnalysis: 'perTest',
  ignoreStatic: false,
  concurrency: Number(HELIOSTAT_CONCURRENCY),
  timeoutMS: 20_000, // a machine that is shared is slow, and a slow test has noticed nothing
  timeoutFactor: 4,
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['.programs', '.ci', 'dist', 'coverage', 'reports', 'docs/api', 'test/bench/results', '*.tgz'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportMutants: false, allowEmojis: false },
  jsonReporter: { fileName: report },
  allowEmpty: true,
  disableTypeChecks: false,
  checkers: [],
};
