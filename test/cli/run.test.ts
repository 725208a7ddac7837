/** The command, on a terminal that remembers and time that is simulated. */
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/run.js';
import { seededRandom, SimulatedClock } from '../../src/testing/index.js';
import { FakeTerminal, linesOf } from '../support/fake-terminal.js';

async function finish(
  args: readonly string[],
  terminal: FakeTerminal,
  clock = new SimulatedClock(),
  duration = 60_000,
): Promise<number> {
  const running = run(args, terminal, clock, seededRandom(1));
  const state = { isDone: false };
  void running.finally(() => (state.isDone = true));
  for (let passed = 0; !state.isDone && passed <= duration; passed += 100) await clock.advance(100);
  const code = await running;
  expect(clock.pending, 'timers left').toBe(0);
  expect(terminal.listeners, 'listeners left').toBe(0);
  return code;
}

const objects = [
  '{"key": "/pods/default/web-0", "value": {"image": "web:1"}}',
  '',
  '{"key": "/nodes/node-1", "value": {}}',
  '{"key": "/pods/default/gone", "value": {}}',
  '{"type": "status", "status": "inSync"}',
  '{"key": "/pods/default/gone", "value": null}',
];

describe('a command line that is not understood', () => {
  it.each([
    [['unheard-of'], 'There is no command "unheard-of": there are sync, demo, check, help and version.'],
    [['sync'], 'sync needs a source: directory:PATH or memory:.'],
    [['sync', 'memory:', 'memory:'], 'sync takes one source, not 2'],
    [['sync', './manifests'], 'Not a source: "./manifests". Did you mean directory:./manifests?'],
    [['sync', 'etcd:x'], 'A source is one of: directory:PATH, memory:.'],
    [['sync', 'directory:'], 'directory: needs a path'],
    [['sync', 'memory:x'], 'memory: takes nothing behind the colon, not "x".'],
    [['sync', 'memory:', '--kinds', 'pods,,nodes'], '--kinds takes kinds with commas between them'],
    [['sync', 'memory:', '--output', 'yaml'], '--output is table or ndjson, not "yaml".'],
    [['sync', 'memory:', '--timeout', 'soon'], '--timeout takes a number of at least 0, not "soon".'],
    [['sync', 'memory:', '--timeout', ''], '--timeout takes a number'],
    [['sync', 'memory:', '--what'], "Unknown option '--what'"],
    [['demo', 'now'], 'demo takes options only, not now.'],
    [['demo', '--seed', '1.5'], '--seed takes a whole number, not 1.5.'],
    [['demo', '--seconds', '-1'], "Option '--seconds' argument is ambiguous"],
  ])('%j ends with 2 and says what would be', async (args, message) => {
    const terminal = new FakeTerminal();
    expect(await finish(args, terminal)).toBe(2);
    expect(terminal.errors).toContain(message);
    expect(terminal.errors).toContain('heliostat help tells more.');
    expect(terminal.output).toBe('');
  });

  it.each([[[]], [['help']], [['--help']], [['sync', '--help']], [['-h']]])('%j prints the help', async (args) => {
    const terminal = new FakeTerminal();
    expect(await finish(args, terminal)).toBe(0);
    expect(terminal.output).toContain('heliostat sync SOURCE');
    expect(terminal.output).toContain('directory:PATH');
    for (const line of terminal.output.split('\n')) expect(line.length).toBeLessThanOrEqual(140);
  });

  it('version prints the version', async () => {
    const terminal = new FakeTerminal();
    expect(await finish(['version'], terminal)).toBe(0);
    expect(terminal.output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('sync --once', () => {
  it('prints the objects as a table', async () => {
    const terminal = new FakeTerminal({ input: linesOf(...objects) });
    expect(await finish(['sync', 'memory:', '--once'], terminal)).toBe(0);
    expect(terminal.output.split('\n')).toEqual([
      'KIND   NAMESPACE  NAME    REVISION',
      'nodes             node-1  3',
      'pods   default    web-0   2',
      '',
    ]);
    expect(terminal.errors).toBe('');
  });

  it('prints the objects as lines of JSON, which are input again', async () => {
    const terminal = new FakeTerminal({ input: linesOf(...objects) });
    expect(await finish(['sync', 'memory:', '--once', '--output', 'ndjson'], terminal)).toBe(0);
    const records = terminal.output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; key?: string; status?: string; time: string });
    expect(records.map(({ type, key, status }) => `${type} ${key ?? status}`)).toEqual([
      'status waitForDatastore',
      'status resyncInProgress',
      'new /nodes/node-1',
      'new /pods/default/web-0',
      'status inSync',
    ]);
    expect(records[0]?.time).toBe('1970-01-01T00:00:00.000Z');
    const again = new FakeTerminal({ input: linesOf(...terminal.output.trim().split('\n')) });
    expect(await finish(['sync', 'memory:', '--once'], again)).toBe(0);
    expect(again.output).toContain('web-0');
  });

  it('mirrors only the kinds that are asked for, and helps with those that are not there', async () => {
    const terminal = new FakeTerminal({ input: linesOf(...objects) });
    expect(await finish(['sync', 'memory:', '--once', '--kinds', 'nodes,pod'], terminal)).toBe(0);
    expect(terminal.output).not.toContain('web-0');
    expect(terminal.errors).toBe('heliostat: no objects of kind pod; did you mean pods?\n');
  });

  it('ends with 1 when the input is no objects, naming the line', async () => {
    for (const [line, reason] of [
      ['{"key"', 'JSON'],
      ['{"value": 1}', 'no "key"'],
      ['7', 'no "key"'],
      ['{"key": "pods/x", "value": 1}', 'write "/pods/x"'],
    ] as const) {
      const terminal = new FakeTerminal({ input: linesOf(objects[0] ?? '', line) });
      expect(await finish(['sync', 'memory:', '--once'], terminal)).toBe(1);
      expect(terminal.errors).toContain('Line 2 of the input is no object to write');
      expect(terminal.errors).toContain(reason);
    }
  });

  it('ends with 1 and the reason when there is no such folder', async () => {
    const terminal = new FakeTerminal();
    expect(await finish(['sync', 'directory:/no/such/folder', '--once'], terminal)).toBe(1);
    expect(terminal.errors).toContain('There is no folder /no/such/folder.');
  });
});

describe('sync', () => {
  it('in a pipe prints a line for each thing that happens, until it is interrupted', async () => {
    const clock = new SimulatedClock();
    const terminal = new FakeTerminal({ input: linesOf(...objects) });
    const running = finish(['sync', 'memory:'], terminal, clock);
    await clock.advance(1);
    terminal.interrupt();
    expect(await running).toBe(0);
    const lines = terminal.output.trim().split('\n');
    expect(lines[0]).toBe('status   waiting for the datastore');
    expect(lines).toContain('status   in sync');
    expect(lines.filter((line) => line.includes('/pods/default/web-0'))).toEqual(['new      /pods/default/web-0  @2']);
  });

  it('ends when nobody reads any more', async () => {
    const clock = new SimulatedClock();
    const terminal = new FakeTerminal();
    const running = finish(['sync', 'memory:'], terminal, clock);
    await clock.advance(1_000);
    terminal.close();
    expect(await running).toBe(0);
  });

  it('says what is wrong with the input, and goes on', async () => {
    const clock = new SimulatedClock();
    const terminal = new FakeTerminal({ input: linesOf(objects[0] ?? '', 'nonsense') });
    const running = finish(['sync', 'memory:'], terminal, clock);
    await clock.advance(1_000);
    expect(terminal.errors).toContain('Line 2 of the input');
    terminal.interrupt();
    expect(await running).toBe(0);
  });

  it('on a terminal draws a table on a screen of its own, in as many rows and columns as there are, and gives it back', async () => {
    const clock = new SimulatedClock();
    const many = Array.from({ length: 50 }, (_, n) =>
      JSON.stringify({ key: `/pods/default/${'long-name-'.repeat(12)}${n}`, value: n }),
    );
    const terminal = new FakeTerminal({ isInteractive: true, hasColors: true, input: linesOf(...many), columns: 60, rows: 12 });
    const running = finish(['sync', 'memory:'], terminal, clock);
    await clock.advance(500);
    expect(terminal.output.startsWith('\u001b[?1049h')).toBe(true);
    expect(terminal.screen.length).toBeLessThanOrEqual(12);
    for (const line of terminal.screen) expect(line.length).toBeLessThanOrEqual(60);
    expect(terminal.screen[0]).toBe('heliostat sync memory:');
    expect(terminal.screen[1]).toContain('● in sync  connected, 50 objects, 50 updates');
    expect(terminal.screen.at(-1)).toContain('and 43 more');
    expect(terminal.screen.filter((line) => line.startsWith('+ pods'))).toHaveLength(7);
    await clock.advance(5_000);
    expect(
      terminal.screen.some((line) => line.startsWith('+')),
      'marks fade',
    ).toBe(false);
    terminal.interrupt();
    expect(await running).toBe(0);
    expect(terminal.output.endsWith('\u001b[?1049l')).toBe(true);
  });

  it('cannot be made to move the cursor by what it shows', async () => {
    const clock = new SimulatedClock();
    const terminal = new FakeTerminal({
      isInteractive: true,
      input: linesOf(JSON.stringify({ key: '/pods/\u009b31m-\u0085', value: 1 })),
    });
    const running = finish(['sync', 'memory:'], terminal, clock);
    await clock.advance(500);
    terminal.interrupt();
    await running;
    expect(terminal.output).not.toMatch(/[\u0080-\u009f]/);
  });
});

describe('demo', () => {
  it.each([1, 2, 3, 4])('ends by itself with mirror and store equal, seed %i', async (seed) => {
    const terminal = new FakeTerminal();
    expect(await finish(['demo', '--seconds', '20', '--seed', String(seed)], terminal)).toBe(0);
    expect(terminal.errors).toContain('The mirror and the store are equal: ');
    expect(terminal.errors).toContain('The network is what the store demands: ');
    expect(terminal.errors).toContain(`heliostat demo --seed ${seed}`);
    expect(terminal.output).toContain('status   in sync');
  });

  it('is the same for the same seed', async () => {
    const outputs = await Promise.all(
      [1, 2].map(async () => {
        const terminal = new FakeTerminal();
        await finish(['demo', '--seconds', '5', '--seed', '7'], terminal);
        return terminal.output;
      }),
    );
    expect(outputs[0]).toBe(outputs[1]);
  });

  it('ends as cleanly when it is interrupted', async () => {
    const clock = new SimulatedClock();
    const terminal = new FakeTerminal({ isInteractive: true });
    const running = finish(['demo', '--seconds', '1000'], terminal, clock);
    await clock.advance(3_000);
    terminal.interrupt();
    expect(await running).toBe(0);
    expect(clock.now()).toBeLessThan(30_000);
    expect(terminal.errors).toContain('The mirror and the store are equal');
    expect(terminal.output.endsWith('\u001b[?1049l')).toBe(true);
  });

  it('tells programs, too', async () => {
    const terminal = new FakeTerminal();
    expect(await finish(['demo', '--seconds', '2', '--seed', '3', '--output', 'ndjson'], terminal)).toBe(0);
    for (const line of terminal.output.trim().split('\n')) expect(() => void JSON.parse(line)).not.toThrow();
  });
});
