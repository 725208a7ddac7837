/**
 * What is published, installed as a user would into an empty project outside of this repository, runs the README's program and the
 * command, on every line of Node that is supported. The other Nodes come from the registry's packages of their binaries.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const lines = ['20', '22', '24'] as const;
const [ownLine = ''] = process.versions.node.split('.');

let project = '';

/** The binary of a line of Node: this process's own, or an installed one. */
async function nodeOf(line: string): Promise<string> {
  if (line === ownLine) return process.execPath;
  const folder = join(project, `node-${line}`);
  const { platform, arch } = process;
  await run('npm', ['install', '--prefix', folder, '--no-save', `node-${platform}-${arch}@${line}`], { cwd: project });
  return join(folder, 'node_modules', `node-${platform}-${arch}`, 'bin', 'node');
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'heliostat-tarball-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: root });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as readonly {
    readonly filename: string;
    readonly files: readonly { readonly path: string }[];
  }[];
  const paths = packed?.files.map(({ path }) => path) ?? [];
  expect(
    paths.filter(
      (path) => !/^(?:dist\/(?:src|machines)|src|machines)\/|^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path),
    ),
  ).toEqual([]);
  await writeFile(join(project, 'package.json'), '{"name": "user", "private": true, "type": "module"}');
  await run('npm', ['install', join(project, packed?.filename ?? ''), 'xstate@5'], { cwd: project });
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe('the packed tarball', () => {
  it.each(lines)('runs the README on Node %s', async (line) => {
    const node = await nodeOf(line);
    expect((await run(node, ['--version'])).stdout).toMatch(new RegExp(`^v${line}\\.`));
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const [, program = '', output = ''] = /```js\n([\s\S]*?)```\s+prints\s+```text\n([\s\S]*?)```/.exec(readme) ?? [];
    await writeFile(join(project, 'program.js'), program);
    const { stdout, stderr } = await run(node, [join(project, 'program.js')], { cwd: project });
    expect([stdout, stderr]).toEqual([output, '']);
  });

  it.each(lines)('has a command that works on Node %s', async (line) => {
    const node = await nodeOf(line);
    const command = join(project, 'node_modules', 'heliostat', 'dist', 'src', 'cli', 'main.js');
    const { stderr } = await run(node, [command, 'demo', '--seconds', '2', '--seed', '1'], { cwd: project });
    expect(stderr).toContain('The mirror and the store are equal');
    await writeFile(join(project, 'pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n');
    const { stdout } = await run(node, [command, 'sync', `directory:${project}`, '--once', '--kinds', 'pods'], { cwd: project });
    expect(stdout).toContain('web');
  });
});
