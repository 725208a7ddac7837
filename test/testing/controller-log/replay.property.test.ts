/** Recorded runs are played again, and logs that were changed are told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogHeader, LogLine } from '../../../src/testing/controller-log/lines.js';
import { replayController } from '../../../src/testing/controller-log/replay-controller.js';
import { Tally } from '../../../src/testing/simulation/tally.js';
import { randomRun } from './random-run.js';

const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 12);
const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_122);
const minutes = 60_000;
const wanted = ['async', 'failed', 'hung', 'reverted', 'restored', 'closed', 'record: Healing Resync', 'record: Custom'];

/** The log with one line changed. */
function changed(log: string, index: number, change: (line: LogLine) => LogLine | undefined): string {
  const lines = log.split('\n');
  const line = change(JSON.parse(lines[index] ?? '') as LogLine); // a line of a log
  lines.splice(index, 1, ...(line === undefined ? [] : [JSON.stringify(line)]));
  return lines.join('\n');
}

/** Where the lines of some kind are. */
function indices(log: string, isWanted: (line: LogLine) => boolean): readonly number[] {
  return log
    .split('\n')
    .flatMap((text, index) => (index > 0 && text !== '' && isWanted(JSON.parse(text) as LogLine) ? [index] : []));
}

describe('a recorded run of a controller', () => {
  it(
    'E19: is played again to the same history, byte for byte',
    async () => {
      const total = new Tally(wanted);
      await fc.assert(
        fc.asyncProperty(fc.nat(1_000_000), async (run) => {
          const { history, log, counts } = await randomRun(run);
          const replay = await replayController(log);
          expect(replay.divergence).toBeUndefined();
          expect(replay.history).toBe(history);
          total.addAll(counts);
        }),
        { numRuns, seed, endOnFailure: true },
      );
      expect(Object.entries(total.toJSON()).filter(([, count]) => count === 0)).toEqual([]);
    },
    5 * minutes,
  );

  it(
    'E19: and when something else is asked for than was recorded, that line is told',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(1_000_000),
          fc.nat(),
          fc.constantFrom('record', 'commit', 'handler', 'timer'),
          async (run, place, what) => {
            const { log } = await randomRun(run, 15);
            const isWanted = {
              record: (line: LogLine) => line.kind === 'record',
              commit: (line: LogLine) => line.kind === 'call' && line.function === 'commit',
              handler: (line: LogLine) => line.kind === 'call' && line.function === 'handlesEvent',
              timer: (line: LogLine) => line.kind === 'timer',
            }[what];
            const all = indices(log, isWanted);
            const index = all[place % all.length];
            fc.pre(index !== undefined);
            const broken = changed(log, index ?? 0, (line) => {
              if (line.kind === 'record') return { ...line, record: { ...line.record, name: 'Another' } };
              if (line.kind === 'timer') return { ...line, delay: line.delay + 1 };
              return line.kind === 'call' ? { ...line, of: 'another', given: 'something' } : line;
            });
            expect((await replayController(broken)).divergence?.line).toBe((index ?? 0) + 1);
          },
        ),
        { numRuns: Math.ceil(numRuns / 2), seed, endOnFailure: true },
      );
    },
    5 * minutes,
  );

  it(
    'E19: another order of the handlers, a value that is another, an answer that is left out: each is told',
    async () => {
      const { log } = await randomRun(5, 15);
      const [head = '', ...rest] = log.split('\n');
      const header = JSON.parse(head) as LogHeader; // the first line of a log
      const { options } = header;
      const turned = JSON.stringify({ ...header, options: { ...options, handlers: options.handlers.toReversed() } });
      const first = indices(log, (line) => line.kind === 'call' && line.function === 'handlesEvent')[0] ?? 0;
      const replay = await replayController([turned, ...rest].join('\n'));
      expect(replay.divergence).toMatchObject({ line: first + 1 });
      expect(replay.divergence?.recorded).toContain('"of":"first"');
      expect(replay.divergence?.found).toContain('"of":"third"');

      const committed = indices(log, (line) => line.kind === 'call' && line.function === 'commit')[0] ?? 0;
      const put = indices(log, (line) => line.kind === 'put').findLast((index) => index < committed) ?? 0;
      const other = changed(log, put, (line) => (line.kind === 'put' ? { ...line, value: 'another value' } : line));
      const { divergence } = await replayController(other);
      expect(divergence?.line).toBe(committed + 1);
      expect(divergence?.found).toContain('another value');

      const call = JSON.parse(log.split('\n')[committed] ?? '') as { readonly call: number }; // the line of a call
      const [answer = 0] = indices(log, (line) => line.kind === 'answer' && line.call === call.call);
      const missing = changed(log, answer, () => undefined);
      expect((await replayController(missing)).divergence).toBeDefined();
    },
    minutes,
  );

  it(
    'E19: a log that was cut off is played as far as it goes',
    async () => {
      const { log, history } = await randomRun(7, 15);
      for (const part of [0.2, 0.5, 0.9]) {
        const replay = await replayController(log.slice(0, Math.floor(log.length * part)));
        expect(replay.divergence).toBeUndefined();
        expect(history.startsWith(replay.history.slice(0, -1))).toBe(true);
      }
    },
    minutes,
  );
});
