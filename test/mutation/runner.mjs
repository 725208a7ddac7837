/**
 * Runs the tests for Stryker in the process that it made for that, without vitest: the modules are loaded once, a mutant is switched
 * on, and the tests that reach it run, the quickest first, until one fails. A change in code that runs while modules are loaded gets
 * them loaded anew. What costs vitest a second for each mutant costs milliseconds here; docs/mutation.md compares the two.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, DryRunStatus, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { chai, expect } from 'vitest';
import { createViteServer } from 'vitest/node';
import { testFilesOf } from './rooms.mjs';

/** Shared with the copy of harness.mjs that the tests get in place of vitest. */
const shared = (globalThis.heliostatMutation = { chai, expect, file: '', path: [], tests: [], current: undefined });

/** How often a test is looked at while it runs, and how often in a row nothing may be going on. Milliseconds. */
const lookInterval = 20;
const quietLooks = 5;

/** How long each test took, for the processes that come after one that had to be ended. In the sandbox. */
const durationsFile = 'durations.json';

class DirectRunner {
  static inject = [commonTokens.logger];

  constructor(log) {
    this.log = log;
    this.stryker = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
    /** Undefined: not loaded, or loaded with a change. */
    this.tests = undefined;
    this.durations = new Map();
    this.unhandled = undefined;
    for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, (error) => (this.unhandled ??= error));
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // A counterexample is enough to notice a change; nobody reads the smallest one.
    fc.configureGlobal({ endOnFailure: true });
    process.env.HELIOSTAT_RUNS ??= '8';
    this.server = await createViteServer({
      configFile: false,
      root: process.cwd(),
      logLevel: 'error',
      server: { middlewareMode: true, watch: null, hmr: false, ws: false },
      resolve: { alias: { vitest: fileURLToPath(import.meta.resolve('./harness.mjs')) } },
      ssr: { external: true },
      oxc: { target: 'node20' },
    });
  }

  /** Loads the test files, and with them everything that they are about. */
  async load(files) {
    const { runner } = this.server.environments.ssr;
    runner.clearCache();
    const tests = [];
    for (const file of files) {
      Object.assign(shared, { file, path: [], tests: [] });
      await runner.import(resolve(file));
      tests.push(...shared.tests);
    }
    return tests;
  }

  async dryRun() {
    this.tests = await this.load(testFilesOf());
    const results = [];
    for (const test of this.tests) {
      this.stryker.currentTestId = test.id;
      const result = await this.run(test);
      this.stryker.currentTestId = undefined;
      this.durations.set(test.id, result.timeSpentMs);
      results.push(result);
    }
    const mutantCoverage = structuredClone(this.stryker.mutantCoverage); // what follows is no part of it
    writeFileSync(durationsFile, JSON.stringify([...this.durations]));
    await this.checkThatTestsCanBeRepeated();
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage };
  }

  /** A test that remembers what it did before would notice that, and not the mutant. */
  async checkThatTestsCanBeRepeated() {
    for (const test of this.quickestFirst(this.tests.filter(({ file }) => !remembers(file)))) {
      const { status, failureMessage } = await this.run(test);
      if (status !== TestStatus.Success) throw new Error(`${test.id} cannot be repeated: ${failureMessage}`);
    }
  }

  quickestFirst(tests) {
    return tests.toSorted((a, b) => (this.durations.get(a.id) ?? 0) - (this.durations.get(b.id) ?? 0));
  }

  async mutantRun({ testFilter, activeMutant, hitLimit, mutantActivation, disableBail }) {
    this.stryker.hitCount = 0;
    this.stryker.hitLimit = hitLimit;
    this.stryker.activeMutant = undefined;
    // The first run may have been in another process.
    if (this.durations.size === 0) this.durations = new Map(JSON.parse(readFileSync(durationsFile, 'utf8')));
    const wanted = testFilter ?? [...this.durations.keys()];
    const others = wanted.filter((id) => !remembers(fileOf(id)));
    // Whole files: their last tests look back at what the others have met.
    const files = new Set(wanted.map(fileOf).filter(remembers));
    const fresh = [...this.durations.keys()].filter((id) => files.has(fileOf(id)));
    const results = [];
    try {
      if (mutantActivation === 'static')
        await this.runAll(await this.loadWith(activeMutant.id, wanted), others, activeMutant.id, disableBail, results);
      else await this.runAll((this.tests ??= await this.load(testFilesOf())), others, activeMutant.id, disableBail, results);
      if (fresh.length > 0 && (disableBail || results.every(({ status }) => status === TestStatus.Success)))
        await this.runAll(await this.loadWith(activeMutant.id, fresh), fresh, activeMutant.id, disableBail, results);
    } catch (error) {
      results.push(failed({ id: 'loading', name: 'loading', file: '' }, 0, error));
    }
    this.stryker.activeMutant = undefined;
    return toMutantRunResult(
      determineHitLimitReached(this.stryker.hitCount, hitLimit) ?? { status: DryRunStatus.Complete, tests: results },
    );
  }

  /** Runs those of the tests that are wanted: in the order of their file where they remember, else the quickest first. */
  async runAll(tests, ids, mutant, goesOn, results) {
    this.stryker.activeMutant = mutant;
    const wanted = new Set(ids);
    const chosen = tests.filter(({ id }) => wanted.has(id));
    for (const test of chosen.some(({ file }) => remembers(file)) ? chosen : this.quickestFirst(chosen)) {
      const result = await this.run(test);
      results.push(result);
      if (result.status === TestStatus.Failed && !goesOn) return;
    }
  }

  /** Loads the files of these tests anew with a mutant switched on. What is loaded then is not used for any other. */
  async loadWith(mutant, ids) {
    this.tests = undefined;
    this.stryker.activeMutant = mutant;
    const wanted = new Set(ids.map(fileOf));
    return this.load(testFilesOf().filter((file) => wanted.has(file)));
  }

  async run(test) {
    const begin = performance.now();
    const hanging = untilNothingGoesOn();
    this.unhandled = undefined;
    try {
      await Promise.race([test.body(), hanging.noticed]);
      await new Promise((done) => setTimeout(done)); // what a timer or a promise throws comes to light
      if (this.unhandled !== undefined) throw this.unhandled;
      return { ...named(test), status: TestStatus.Success, timeSpentMs: performance.now() - begin };
    } catch (error) {
      return failed(test, performance.now() - begin, error);
    } finally {
      hanging.forget();
      for (const finish of test.finishers.splice(0)) await finish();
    }
  }

  async dispose() {
    await this.server?.close();
  }
}

/**
 * Notices a test that waits for what will never come. Time is simulated in all of them, so a test that has something to wait for has
 * an immediate, or a file, under way.
 */
function untilNothingGoesOn() {
  let timer;
  let quiet = 0;
  const noticed = new Promise((_, reject) => {
    timer = setInterval(() => {
      const isBusy = process.getActiveResourcesInfo().some((resource) => /^(?:Immediate|FSReq|.*Worker)/.test(resource));
      quiet = isBusy ? 0 : quiet + 1;
      if (quiet > quietLooks) reject(new Error('waits for something that will never come'));
    }, lookInterval);
  });
  noticed.catch(() => {});
  return { noticed, forget: () => clearInterval(timer) };
}

/** The test file of a test's id. */
function fileOf(id) {
  return id.slice(0, id.indexOf('#'));
}

/** Whether the tests of a file, or what they are made of, remember what they have done: an exploration remembers every step of a chart. */
function remembers(file) {
  return file.includes('/exploration/');
}

function named({ id, name, file }) {
  return { id, name, fileName: resolve(file) };
}

function failed(test, timeSpentMs, error) {
  return {
    ...named(test),
    status: TestStatus.Failed,
    timeSpentMs,
    failureMessage: error instanceof Error ? error.message : String(error),
  };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'direct', DirectRunner)];
