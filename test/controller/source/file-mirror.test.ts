/** The copy on disk: whole or not at all, whatever happens to the process, the disk and the file. */
import fc from 'fast-check';
import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileMirror } from '../../../src/controller/source/file-mirror.js';
import type { MirroredState } from '../../../src/controller/source/local-mirror.js';
import { readMirror, writeMirror } from '../../../src/controller/source/mirror-format.js';
import { isHeliostatError, ValidationError } from '../../../src/index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliostat-mirror-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
function newPath(): string {
  return join(folder, `copy-${files++}`);
}

/** A record without a prototype, so that any name is one. */
function recordOf<V>(entries: readonly (readonly [string, V])[]): Record<string, V> {
  const record = Object.create(null) as Record<string, V>; // it has what it is given
  for (const [key, value] of entries) record[key] = value;
  return record;
}

const anyName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '', '0', '\u2028', 'a\nb', '"', '\ud800'),
  fc.string({ unit: 'binary' }),
);
const anyValue = fc.jsonValue().filter((value) => value !== null && !JSON.stringify(value).includes('-0'));
const anyValues = fc.array(fc.tuple(anyName, anyValue), { maxLength: 8 }).map(recordOf);
const anyState: fc.Arbitrary<MirroredState> = fc
  .record({
    savedAt: fc.nat(),
    storeId: fc.option(fc.string(), { nil: undefined }),
    kubeState: fc.array(fc.tuple(anyName, anyValues), { maxLength: 4 }).map(recordOf),
    externalConfig: fc.option(anyValues, { nil: undefined }),
  })
  .map(({ savedAt, storeId, kubeState, externalConfig }) => {
    const state: MirroredState = { savedAt, kubeState };
    return Object.assign(state, storeId === undefined ? {} : { storeId }, externalConfig === undefined ? {} : { externalConfig });
  });

/** What a copy says, in an order and a form that do not depend on it. */
function textOf({ savedAt, storeId, kubeState, externalConfig }: MirroredState): string {
  const sorted = (values: Readonly<Record<string, unknown>>): unknown =>
    Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const kube = sorted(Object.fromEntries(Object.entries(kubeState).map(([name, values]) => [`.${name}`, sorted(values)])));
  return JSON.stringify([savedAt, storeId, kube, externalConfig === undefined ? 'none' : sorted(externalConfig)]);
}

function bytesOf(state: MirroredState): Uint8Array {
  return new TextEncoder().encode([...writeMirror(state)].join(''));
}

const small: MirroredState = {
  savedAt: 7,
  storeId: 's',
  kubeState: { pods: { '/pods/a': { image: 1 } }, nodes: {} },
  externalConfig: { '/c': 'x' },
};

describe('the format of a copy', () => {
  it('EH33: gives back what was written, whatever the names and values', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        expect(textOf(readMirror(bytesOf(state), 'file'))).toBe(textOf(state));
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
  });

  it('EH42: no copy that is torn or changed is read, wherever it is', () => {
    const bytes = bytesOf(small);
    for (let length = 0; length < bytes.length; length++)
      expect(() => readMirror(bytes.slice(0, length), 'file'), `torn at ${length}`).toThrow('cannot be read');
    for (let at = 0; at < bytes.length - 1; at++) {
      for (const bit of [1, 32]) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ bit;
        let read: MirroredState | undefined;
        try {
          read = readMirror(changed, 'file');
        } catch (error) {
          expect(isHeliostatError(error, 'malformed'), 'says which file').toBe(true);
          continue;
        }
        expect(textOf(read), `changed at ${at}`).toBe(textOf(small)); // JSON has more than one way to say a thing, in the last line
      }
    }
  });

  it('is refused when it is of another version or of somebody else, and says so', () => {
    for (const bytes of [
      new Uint8Array(),
      new TextEncoder().encode('{}\n{}\n'),
      new TextEncoder().encode('[]'),
      new Uint8Array([255, 10, 255, 10]),
    ])
      expect(() => readMirror(bytes, '/var/copy')).toThrow('The local copy /var/copy cannot be read, and is not used');
  });

  it('is JSON a line, which other programs can read', () => {
    const lines = [...writeMirror(small)].join('').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { format: 'heliostat-mirror', version: 1, savedAt: 7, storeId: 's', resources: ['pods', 'nodes'], hasExternalConfig: true },
      [0, '/pods/a', { image: 1 }],
      [null, '/c', 'x'],
      { entries: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ]);
  });
});

describe('a copy in a file', () => {
  it('EH42: is replaced in one step; there is none before the first', async () => {
    const path = newPath();
    const mirror = new FileMirror({ path });
    expect(await mirror.load()).toBeUndefined();
    const saves = Array.from({ length: 5 }, (_, savedAt) => mirror.save({ ...small, savedAt }));
    await Promise.all(saves);
    expect((await mirror.load())?.savedAt, 'one after the other').toBe(4);
    expect((await stat(path)).mode & 0o777, 'for its owner alone').toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('EH42: what a process left behind that died while it was writing harms nobody', async () => {
    const path = newPath();
    const mirror = new FileMirror({ path });
    await mirror.save(small);
    await writeFile(`${path}.new`, 'half of a newer co');
    expect(textOf((await mirror.load()) as MirroredState)).toBe(textOf(small)); // it was saved
    await mirror.save({ ...small, savedAt: 8 });
    expect((await mirror.load())?.savedAt).toBe(8);
  });

  it('EH42: what was left behind for everybody to read does not make the next copy readable for everybody', async () => {
    const path = newPath();
    await writeFile(`${path}.new`, 'half of a co');
    await chmod(`${path}.new`, 0o644);
    await new FileMirror({ path }).save(small);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('EH42: a link that stands where the copy is written is removed, and not followed', async () => {
    const path = newPath();
    const other = newPath();
    await writeFile(other, 'of somebody else');
    await symlink(other, `${path}.new`);
    await new FileMirror({ path }).save(small);
    expect(await readFile(other, 'utf8')).toBe('of somebody else');
    expect((await lstat(path)).isFile(), 'a file of its own').toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('EH42: a save that fails leaves the old copy, is told, and does not keep the next one from being made', async () => {
    const path = newPath();
    await new FileMirror({ path }).save(small);
    const narrow = new FileMirror({ path, maxSize: 400 });
    const large = { ...small, kubeState: { pods: { '/pods/a': 'x'.repeat(1_000) } } };
    await expect(narrow.save(large)).rejects.toThrow(ValidationError);
    await expect(narrow.save({ ...small, kubeState: { pods: { '/pods/a': 1n } } }), 'no JSON').rejects.toThrow(TypeError);
    expect(textOf((await narrow.load()) as MirroredState)).toBe(textOf(small)); // it was saved
    await narrow.save({ ...small, savedAt: 9 });
    expect((await narrow.load())?.savedAt).toBe(9);
    await expect(new FileMirror({ path: join(folder, 'no', 'folder') }).save(small)).rejects.toThrow('ENOENT');
    expect((await readdir(folder)).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('is not read when it is larger than maxSize, or torn', async () => {
    const path = newPath();
    await new FileMirror({ path }).save(small);
    await expect(new FileMirror({ path, maxSize: 10 }).load()).rejects.toThrow('maxSize allows 10');
    await writeFile(path, (await readFile(path)).subarray(0, 50));
    await expect(new FileMirror({ path }).load()).rejects.toMatchObject({ code: 'malformed', path });
  });

  it('is many pieces when it is large', async () => {
    const pods = recordOf(
      Array.from({ length: 20_000 }, (_, index) => [`/pods/${index}`, { index, text: 'ü'.repeat(10) }] as const),
    );
    const mirror = new FileMirror({ path: newPath() });
    await mirror.save({ savedAt: 0, kubeState: { pods } });
    expect(Object.keys((await mirror.load())?.kubeState['pods'] ?? {})).toHaveLength(20_000);
  });

  it.each([{ path: '' }, { path: 'a\0b' }, { path: 7 as never }, { path: 'a', maxSize: 0 }, { path: 'a', maxSize: Number.NaN }])(
    'checks its options: %j',
    (options) => expect(() => new FileMirror(options)).toThrow(ValidationError),
  );
});
