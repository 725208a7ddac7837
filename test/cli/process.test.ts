/** The command as a process: what cannot be shown without one. Needs the build, which `npm test` makes. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const main = resolve(import.meta.dirname, '../../dist/src/cli/main.js');
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

interface Running {
  readonly child: ChildProcess;
  /** Everything on standard output so far. */
  readonly text: () => string;
  readonly errors: () => string;
  /** Resolves when standard output holds `part`. */
  readonly until: (part: string) => Promise<void>;
  readonly exit: Promise<number | null>;
}

function start(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.push(child);
  let [text, errors] = ['', ''];
  const looks = new Set<() => void>();
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
    for (const look of looks) look();
  });
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const until = (part: string): Promise<void> =>
    new Promise((found, failed) => {
      const look = (): void => {
        if (!text.includes(part)) return;
        looks.delete(look);
        found();
      };
      looks.add(look);
      look();
      void exit.then(() => failed(new Error(`it ended without ${JSON.stringify(part)}: ${text}${errors}`)));
    });
  return { child, text: () => text, errors: () => errors, until, exit };
}

describe('the heliostat process', () => {
  it('ends a sync with 0 at Ctrl-C, and leaves nothing behind that keeps it alive', async () => {
    const running = start('sync', 'memory:');
    running.child.stdin?.write('{"key": "/pods/a", "value": 1}\n');
    await running.until('new      /pods/a');
    running.child.kill('SIGINT');
    expect(await running.exit).toBe(0);
    expect(running.errors()).toBe('');
  });

  it('follows a folder while its files change', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heliostat-'));
    const manifest = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`;
    try {
      await writeFile(join(folder, 'one.yaml'), manifest('one'));
      const running = start('sync', `directory:${folder}`);
      await running.until('status   in sync');
      expect(running.text()).toContain('new      /pods/one');
      await writeFile(join(folder, 'two.yaml'), manifest('two'));
      await running.until('new      /pods/two');
      await rm(join(folder, 'one.yaml'));
      await running.until('deleted  /pods/one');
      running.child.kill('SIGTERM');
      expect(await running.exit).toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('ends the demo at Ctrl-C with the check, and with 0', async () => {
    const running = start('demo', '--seconds', '600', '--seed', '1');
    await running.until('status   in sync');
    running.child.kill('SIGINT');
    expect(await running.exit).toBe(0);
    expect(running.errors()).toContain('The mirror and the store are equal');
  });

  it('ends at once when it is interrupted a second time', async () => {
    const running = start('demo', '--seconds', '600', '--seed', '1');
    await running.until('status');
    running.child.kill('SIGINT');
    running.child.kill('SIGTERM');
    expect(await running.exit).toBe(130);
  });

  it('ends quietly when the pipe behind it is closed', async () => {
    const running = start('demo', '--seconds', '600', '--seed', '1');
    await running.until('status   in sync');
    running.child.stdout?.destroy();
    expect(await running.exit).toBe(0);
    expect(running.errors()).not.toContain('EPIPE');
  });

  it('ends with 2 for a command line that is not understood', async () => {
    const running = start('sing');
    expect(await running.exit).toBe(2);
    expect(running.errors()).toContain('There is no command "sing"');
  });
});
