/** `heliostat check`, on a terminal that remembers. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgedFrom, notJudged } from '../../src/cli/judged-from.js';
import { run } from '../../src/cli/run.js';
import {
  checkerIds,
  historyKinds,
  seededRandom,
  SimulatedClock,
  writeHistory,
  type CheckerId,
  type HistoryHeader,
} from '../../src/testing/index.js';
import { examples } from '../support/broken-histories.js';
import { FakeTerminal, linesOf } from '../support/fake-terminal.js';
import { historyOf, over, type Step } from '../support/history-steps.js';
import { recordedPlay } from '../support/recorded-play.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heliostat-check-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function textOf(history: Parameters<typeof writeHistory>[0]): Promise<string> {
  const lines: string[] = [];
  for await (const line of writeHistory(history)) lines.push(line);
  return `${lines.join('\n')}\n`;
}

function save(name: string, text: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function saveSteps(steps: readonly Step[], changes: Partial<HistoryHeader> = {}): Promise<string> {
  return save('history.ndjson', await textOf(historyOf(steps, changes)));
}

async function check(args: readonly string[], terminal = new FakeTerminal()): Promise<{ code: number; terminal: FakeTerminal }> {
  const code = await run(['check', ...args], terminal, new SimulatedClock(), seededRandom(1));
  expect(terminal.listeners, 'listeners left').toBe(0);
  return { code, terminal };
}

describe('a history that keeps its promises', () => {
  it('ends with 0 and says what was judged and what was not', async () => {
    const { code, terminal } = await check([await saveSteps(examples.S1.kept)]);
    expect(code).toBe(0);
    expect(terminal.errors).toBe('');
    expect(terminal.output).toMatch(/^11 records; \d+ promises held \(\d+ judged\); \d+ had nothing to judge: .*RL1.*\n$/);
  });

  it('can be recorded from a mirror and be large', async () => {
    const recorded = await recordedPlay({ seed: 5 });
    const { code, terminal } = await check([save('play.ndjson', await textOf(recorded))]);
    expect(terminal.errors).toBe('');
    expect(terminal.output).toMatch(new RegExp(`^${recorded.records.length} records; \\d+ promises held`));
    expect(code).toBe(0);
  });

  it('comes from standard input, with Windows line ends, too', async () => {
    const lines = (await textOf(historyOf(examples.S1.kept))).trimEnd().split('\n');
    const { code } = await check(['-'], new FakeTerminal({ input: linesOf(...lines) }));
    expect(code).toBe(0);
    const file = save('windows.ndjson', lines.join('\r\n'));
    expect((await check([file])).code).toBe(0);
  });
});

describe('a history that breaks a promise', () => {
  it('ends with 1, naming the promise, the line, the actor and the time', async () => {
    const { code, terminal } = await check([await saveSteps(examples.S5.broken['new twice'] ?? []), '--only', 'S5']);
    expect(code).toBe(1);
    expect(terminal.output).toBe(
      'S5 line 4, mirror:1 at 0 ms: /pods/a was told as new, but the consumer has it since record 1\n' +
        '4 records; 0 promises held (0 judged); 1 broken: S5 (1)\n',
    );
  });

  const anyBreak = (id: CheckerId): readonly Step[] => Object.values(examples[id].broken)[0] ?? [];

  it.each(checkerIds)('%s is found among all of them', async (id) => {
    const { code, terminal } = await check([await saveSteps(anyBreak(id))]);
    expect(code).toBe(1);
    expect(terminal.output).toMatch(new RegExp(`^${id} line `, 'm'));
  });

  it('--only leaves the others out', async () => {
    const { code, terminal } = await check([await saveSteps(examples.S5.broken['new twice'] ?? []), '--only', 'R1, S2,R1']);
    expect(terminal.output).toMatch(/had nothing to judge: R1\n$|2 had nothing|broken: S2/);
    expect(terminal.output).not.toContain('S5');
    expect(code).toBe(1); // there is no status before the updates
  });
});

describe('a history with nothing to judge', () => {
  it('ends with 1 and says so', async () => {
    const { code, terminal } = await check([await saveSteps([over])]);
    expect(code).toBe(1);
    expect(terminal.errors).toBe(
      'heliostat: nothing in this history could be judged: record what is told and what is true (docs/history-format.md)\n',
    );
    expect(terminal.output).toMatch(/^1 record; 0 promises held \(0 judged\); \d+ had nothing to judge: R1, /);
  });

  it('ends with 1 when that is so for a promise that --only names, and says what to record', async () => {
    const { code, terminal } = await check([await saveSteps(examples.S1.kept), '--only', 'S1,RL1']);
    expect(terminal.output).toMatch(/^11 records; 1 promise held \(\d+ judged\); 1 had nothing to judge: RL1\n$/);
    expect(terminal.errors).toBe("heliostat: RL1 had nothing to judge: record 'healed' and 'ended' (docs/history-format.md)\n");
    expect(code).toBe(1);
    expect((await check([await saveSteps(examples.S1.kept), '--only', 'S1'])).code).toBe(0);
  });

  it.each(checkerIds)('%s is judged where what it names is recorded', async (id) => {
    const named = [...judgedFrom[id].matchAll(/'([^']+)'/g)].flatMap(([, kind]) => kind ?? []);
    expect(historyKinds).toEqual(expect.arrayContaining(named));
    const { records } = historyOf([...examples[id].kept, ...Object.values(examples[id].broken).flat()]);
    const recorded = new Set(records.map(({ kind }) => kind));
    const isThere = (kind: string): boolean => [...recorded].some((other) => other === kind);
    const isJudgeable = / or '/.test(judgedFrom[id]) ? named.some(isThere) : named.every(isThere);
    expect(isJudgeable, `${named.join()} in ${[...recorded].join()}`).toBe(true);
    expect((await check([await saveSteps(examples[id].kept), '--only', id])).code).toBe(0);
  });

  it('knows every promise of the specification, as one that is judged or as one that is not', () => {
    const text = readFileSync(resolve(import.meta.dirname, '../../docs/SPEC.md'), 'utf8');
    const ids = [...text.matchAll(/^\| ((?:R|RL|S|SL|C|I)\d+) \|/gm)].flatMap(([, id]) => id ?? []);
    expect([...checkerIds, ...notJudged].toSorted()).toEqual(ids.toSorted());
  });
});

describe('a history that was not written to its end', () => {
  const cut = async (): Promise<string> => (await textOf(historyOf(examples.S1.kept))).trimEnd().slice(0, -5);

  it('is judged without its last line', async () => {
    const { code, terminal } = await check([save('cut.ndjson', await cut())]);
    expect(terminal.errors).toBe('heliostat: line 12, the last one, is cut off and was left out\n');
    expect(terminal.output).toMatch(/^10 records; /);
    expect(code).toBe(0);
  });

  it('is so from standard input, too', async () => {
    const { code, terminal } = await check(['-'], new FakeTerminal({ input: linesOf(...(await cut()).split('\n')) }));
    expect(terminal.errors).toContain('line 12, the last one, is cut off');
    expect(code).toBe(0);
  });

  it('cannot be read when the line has an end, or when it is not the last one', async () => {
    for (const rest of ['\n', '\n{}']) {
      const { code, terminal } = await check([save('damaged.ndjson', `${await cut()}${rest}`)]);
      expect(terminal.errors).toContain('Line 12 of the history: the line is not JSON');
      expect(code).toBe(2);
    }
  });
});

describe('what cannot be read', () => {
  it.each<[string, (folder: string) => string, string]>([
    ['no such file', (at) => join(at, 'none.ndjson'), 'there is no such file'],
    ['a folder', (at) => at, 'this is a folder, not a history'],
    ['nothing', () => save('empty.ndjson', ''), 'Line 1 of the history: the history is empty'],
    ['something else', () => save('else.ndjson', 'hello\n'), 'Line 1 of the history: the line is not JSON'],
    ['another version', () => save('v2.ndjson', '{"format":"heliostat-history","version":2}\n'), 'expected "version" to be 1'],
    [
      'a broken line',
      () =>
        save(
          'broken.ndjson',
          '{"format":"heliostat-history","version":1,"minor":0,"revisions":"opaque","slack":0,"calls":"some"}\n{"seq":1\n',
        ),
      'Line 2 of the history: the line is not JSON',
    ],
    [
      'a compressed history',
      () => save('history.ndjson.gz', gzipSync('{"format":"heliostat-history"}\n')),
      'this looks compressed: gunzip -c FILE | heliostat check -',
    ],
    [
      'an answer that nobody asked for',
      () =>
        save(
          'unasked.ndjson',
          '{"format":"heliostat-history","version":1,"minor":0,"revisions":"opaque","slack":0,"calls":"some"}\n' +
            '{"seq":1,"at":0,"actor":"mirror:1","kind":"watch.opened","request":7}\n',
        ),
      'Line 2 of the history: expected "request" to be the number of a list.requested or watch.requested before it, not 7',
    ],
  ])('%s ends with 2 and says so', async (_, fileOf, message) => {
    const file = fileOf(folder);
    const { code, terminal } = await check([file]);
    expect(code).toBe(2);
    expect(terminal.errors).toContain(`heliostat: ${file}: `);
    expect(terminal.errors).toContain(message);
    expect(terminal.output).toBe('');
  });

  it('a byte order mark is no part of it', async () => {
    const text = `\uFEFF${await textOf(historyOf(examples.S1.kept))}`;
    expect((await check([save('marked.ndjson', text)])).code).toBe(0);
    expect((await check(['-'], new FakeTerminal({ input: linesOf(...text.trimEnd().split('\n')) }))).code).toBe(0);
  });

  it('standard input that is a person ends with 2', async () => {
    const { code, terminal } = await check(['-']);
    expect(code).toBe(2);
    expect(terminal.errors).toContain('heliostat: standard input: nothing is piped into it; write heliostat check FILE');
  });

  it('records of a later minor version are counted', async () => {
    const text = (await textOf(historyOf([...examples.S1.kept, { kind: 'ended' }], { minor: 3 }))).replace(
      '"kind":"ended"',
      '"kind":"mood"',
    );
    const { code, terminal } = await check([save('later.ndjson', text)]);
    expect(terminal.errors).toBe('heliostat: 1 record of the kind "mood", which a later version writes, was left out\n');
    expect(code).toBe(0);
  });

  it('an interrupt ends with 130', async () => {
    const terminal = new FakeTerminal();
    const lines = (await textOf(historyOf(examples.S1.kept))).trimEnd().split('\n');
    terminal.input = (async function* () {
      for (const [index, line] of lines.entries()) {
        if (index === 3) terminal.interrupt();
        yield line;
      }
    })();
    expect((await check(['-'], terminal)).code).toBe(130);
    expect(terminal.output).toBe('');
  });
});

describe('a command line that is not understood', () => {
  it.each([
    [[], 'check needs a history: a file, or - for standard input.'],
    [['a', 'b'], 'check takes one history, not 2: a b.'],
    [['a', '--only', 'R1,X9'], '--only takes ids with commas between them, such as R1,S2, not "R1,X9": there are R1, R2'],
    [['a', '--only', 'r1'], '--only "r1": did you mean R1?'],
    [
      ['a', '--only', 'R9'],
      '--only: R9 is a promise of docs/SPEC.md that cannot be judged from a history (docs/history-format.md).',
    ],
    [['a', '--what'], "Unknown option '--what': there is --only. heliostat help"],
    [['a', '--only'], "Option '--only <value>' argument missing. heliostat help"],
  ])('check %j ends with 2 and says what would be', async (args, message) => {
    const { code, terminal } = await check(args);
    expect(code).toBe(2);
    expect(terminal.errors).toContain(message);
    expect(terminal.errors).toContain('heliostat help tells more.');
  });
});
