/** The plan of the house (docs/ARCHITECTURE.md): who may import whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** What each room may import besides itself. A room that is not named here does not exist. */
const plan: Readonly<Record<string, readonly string[]>> = {
  'src/ports': [],
  'src/model': ['src/ports'],
  'src/store': ['src/model'],
  'src/policy': ['src/model', 'src/ports'],
  'src/datastore': ['src/model', 'src/ports', 'src/store', 'src/policy'],
  machines: ['src/model', 'src/policy'],
  'src/reflector': ['src/model', 'src/ports', 'src/policy', 'machines'],
  'src/syncer': ['src/model', 'src/ports', 'src/store', 'src/policy', 'src/reflector', 'machines'],
  'src/cache': ['src/model', 'src/ports', 'src/store', 'src/policy', 'src/reflector', 'machines'],
  'src/controller': ['src/model', 'src/ports', 'src/store', 'src/policy', 'src/reflector', 'machines'],
  'src/inspect': ['src/model', 'src/ports', 'machines'],
  faces: ['src/model', 'src/ports', 'src/store', 'src/datastore', 'src/syncer', 'src/cache', 'src/controller', 'src/inspect'],
  'src/testing': ['src/model', 'src/ports', 'src/store', 'src/policy', 'machines', 'src/syncer', 'src/controller', 'faces'],
  'src/cli': ['src/model', 'src/ports', 'src/store', 'src/policy', 'machines', 'src/testing', 'faces'],
};

/** Who may import these packages. */
const lodgers: Readonly<Record<string, readonly string[]>> = {
  xstate: ['machines', 'src/reflector', 'src/syncer', 'src/cache', 'src/controller', 'src/inspect', 'src/testing'],
  immer: ['src/store'],
  'sorted-btree': ['src/store'],
  'fast-equals': ['src/syncer', 'src/cache', 'src/controller', 'src/datastore'],
  'fast-check': ['src/testing'],
  vitest: [],
  '@kubernetes/client-node': [], // the bench compares with it
};

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** The room of a file; files right below src/ are the faces of the package. */
function roomOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  if (top === 'machines') return 'machines';
  return /\.[jt]s$/.test(second) ? 'faces' : `${top}/${second}`;
}

const files = [...sources('src'), ...sources('machines')];
const imports: Import[] = files.flatMap((file) =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
    ),
  ].map(([, from, bare, dynamic]) => {
    const target = from ?? bare ?? dynamic ?? '';
    return {
      file,
      room: roomOf(file),
      target: target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target,
    };
  }),
);
const inside = imports.filter(({ target }) => target.startsWith('src/') || target.startsWith('machines/'));

describe('the house', () => {
  it('has rooms that the plan knows', () => {
    expect(files.map(roomOf).filter((room) => !(room in plan))).toEqual([]);
    expect(inside.length).toBeGreaterThan(100);
  });

  it('has imports that run down only', () => {
    const wrong = inside.filter(({ room, target }) => roomOf(target) !== room && !plan[room]?.includes(roomOf(target)));
    expect(wrong.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
  });

  it('has a plan without a circle', () => {
    const rooms = Object.keys(plan);
    const below = (room: string, seen: readonly string[]): readonly string[] =>
      seen.includes(room)
        ? [`circle: ${[...seen, room].join(' > ')}`]
        : (plan[room] ?? []).flatMap((next) => below(next, [...seen, room]));
    expect(rooms.flatMap((room) => below(room, []))).toEqual([]);
  });

  it('has files without a circle', () => {
    const targets = new Map(files.map((file) => [file, [] as string[]]));
    for (const { file, target } of inside) targets.get(file)?.push(target.replace(/\.js$/, '.ts'));
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' > '));
      else if (!done.has(file)) for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  it('has no barrel inside: only the faces and the machines are collected', () => {
    const barrels = files.filter((file) => file.endsWith('/index.ts'));
    expect(barrels.filter((file) => !['src/index.ts', 'machines/index.ts', 'src/testing/index.ts'].includes(file))).toEqual([]);
  });

  it.each(Object.entries(lodgers))('lets %s into its rooms only', (name, rooms) => {
    const wrong = imports.filter(({ room, target }) => (target === name || target.startsWith(`${name}/`)) && !rooms.includes(room));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  it('asks for time, chance and the console through its ports only', () => {
    const outside = /\b(?:Date\.now|Math\.random|setTimeout|setInterval|setImmediate|performance\.now|queueMicrotask|console)\b/;
    const wrong = files.filter((file) => {
      const code = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
      return (
        !file.startsWith('src/ports/') &&
        !file.startsWith('src/cli/') &&
        // To use a clock, to name what one must have, and to be one is not to ask for time.
        outside.test(
          code.replaceAll(/\b(?:clock|this\.clock)\.setTimeout|'\w+'|^ {2}setTimeout\(callback: \(\) => void, .*\{$/gm, ''),
        )
      );
    });
    expect(wrong).toEqual([]);
  });

  it('compares with client-node in the bench, and has no other use for it', () => {
    const importers = sources('test').filter((file) =>
      /\bfrom '@kubernetes\/client-node/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(importers).toEqual(['test/bench/client-node-mirror.ts']);
  });
});
