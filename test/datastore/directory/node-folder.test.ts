/** The real file system: what people, editors and tools do to it, and what the datastore makes of it. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NodeFolder } from '../../../src/datastore/directory/node-folder.js';
import { DirectoryDatastore } from '../../../src/directory.js';
import { systemClock, type Clock } from '../../../src/ports/clock.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { documents, say, valuesOf, yaml } from './setup.js';

const isLinux = process.platform === 'linux';
const isRoot = process.getuid?.() === 0;

interface Scene {
  readonly path: string;
  readonly datastore: DirectoryDatastore;
  readonly logger: MemoryLogger;
  /** What the watch says next, so many times. */
  next(count: number): Promise<readonly string[]>;
}

function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'heliostat-directory-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A wall clock that is so wrong that no file seems fresh: nothing is read a second time to be sure. */
const wrongClock: Clock = { ...systemClock, wallNow: () => 0 };

/** A datastore over a folder that `prepare` fills, and a watch of it. There is no rescan: what is seen is seen by the watchers. */
async function open(prepare: (path: string) => void = () => {}, name = ''): Promise<Scene> {
  const path = join(temporaryFolder(), name);
  prepare(path);
  const logger = new MemoryLogger();
  const datastore = new DirectoryDatastore({ path, logger, rescanInterval: 0, bookmarkInterval: 1e9, clock: wrongClock });
  onTestFinished(() => datastore.close());
  await datastore.ensureInitialized();
  const batches = (await datastore.watch({}))[Symbol.asyncIterator]();
  const next: Scene['next'] = async (count) => {
    const said: string[] = [];
    while (said.length < count) {
      const batch = await batches.next();
      if (batch.done === true) break;
      said.push(...batch.value.map(say));
    }
    return said;
  };
  return { path, datastore, logger, next };
}

describe('files', () => {
  it('are written, edited, replaced, moved and removed', async () => {
    const { path, next, datastore } = await open();
    writeFileSync(join(path, 'a.yaml'), documents(yaml('a'), yaml('b')));
    expect(await next(2)).toEqual(['ADDED /pods/default/a', 'ADDED /pods/default/b']);
    writeFileSync(join(path, 'a.yaml'), documents(yaml('a', 2), yaml('b')));
    expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
    writeFileSync(join(path, 'a.yaml.tmp'), documents(yaml('a', 2), yaml('b', 2)));
    renameSync(join(path, 'a.yaml.tmp'), join(path, 'a.yaml'));
    expect(await next(1)).toEqual(['MODIFIED /pods/default/b']);
    renameSync(join(path, 'a.yaml'), join(path, 'z.yaml'));
    writeFileSync(join(path, 'c.json'), JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c' } }));
    expect(await next(1)).toEqual(['ADDED /pods/c']);
    rmSync(join(path, 'z.yaml'));
    expect(await next(2)).toEqual(['DELETED /pods/default/a', 'DELETED /pods/default/b']);
    expect(Object.keys(await valuesOf(datastore))).toEqual(['/pods/c']);
  });

  it.runIf(isLinux)('are edited by sed -i', async () => {
    const { path, next } = await open((prepared) => writeFileSync(join(prepared, 'a.yaml'), documents(yaml('a'), yaml('b'))));
    execFileSync('sed', ['-i', '0,/value: 1/s//value: 2/', join(path, 'a.yaml')]);
    expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
  });

  it('are broken and mended', async () => {
    const { path, next, datastore } = await open((prepared) => writeFileSync(join(prepared, 'a.yaml'), yaml('a')));
    appendFileSync(join(path, 'a.yaml'), '---\n\tb: 1\n');
    expect(await next(1)).toEqual(['ERROR a.yaml#2']);
    expect(datastore.problems()).toMatchObject([{ path: join(path, 'a.yaml'), line: 9, column: 1 }]);
    writeFileSync(join(path, 'a.yaml'), yaml('a', 2));
    expect(await next(2)).toEqual(['MODIFIED /pods/default/a', 'MENDED a.yaml#2']);
  });

  it('are found in new folders, and deleted with them', async () => {
    const { path, next } = await open();
    mkdirSync(join(path, 'sub', 'deep'), { recursive: true });
    writeFileSync(join(path, 'sub', 'deep', 'a.yaml'), yaml('a'));
    expect(await next(1)).toEqual(['ADDED /pods/default/a']);
    writeFileSync(join(path, 'sub', 'deep', 'b.yaml'), yaml('b'));
    expect(await next(1)).toEqual(['ADDED /pods/default/b']);
    rmSync(join(path, 'sub'), { recursive: true });
    expect(await next(2)).toEqual(['DELETED /pods/default/a', 'DELETED /pods/default/b']);
    mkdirSync(join(path, 'sub'));
    writeFileSync(join(path, 'sub', 'a.yaml'), yaml('a'));
    expect(await next(1)).toEqual(['ADDED /pods/default/a']);
  });

  it('are noticed in a folder that was made anew in no time', async () => {
    const { path, next } = await open((prepared) => {
      mkdirSync(join(prepared, 'sub'));
      writeFileSync(join(prepared, 'sub', 'a.yaml'), yaml('a'));
    });
    for (let value = 12; value < 16; value++) {
      rmSync(join(path, 'sub'), { recursive: true });
      mkdirSync(join(path, 'sub')); // often with the same inode
      writeFileSync(join(path, 'sub', 'a.yaml'), yaml('a', value));
      expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
      writeFileSync(join(path, 'sub', 'a.yaml'), yaml('a', -value));
      expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
    }
  });

  it('are written one by one, many of them', async () => {
    const { path, next } = await open();
    const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
    for (const name of names) writeFileSync(join(path, `${name}.yaml`), yaml(name));
    expect((await next(200)).toSorted()).toEqual(names.map((name) => `ADDED /pods/default/${name}`).toSorted());
  });
});

describe('symbolic links', () => {
  it('of a mounted ConfigMap are swapped', async () => {
    const { path, next } = await open((prepared) => {
      for (const version of [1, 2]) {
        mkdirSync(join(prepared, `..${version}`));
        writeFileSync(join(prepared, `..${version}`, 'a.yaml'), yaml('a', version));
      }
      symlinkSync('..1', join(prepared, '..data'));
      symlinkSync(join('..data', 'a.yaml'), join(prepared, 'a.yaml'));
    });
    symlinkSync('..2', join(path, '..data_tmp'));
    renameSync(join(path, '..data_tmp'), join(path, '..data'));
    rmSync(join(path, '..1'), { recursive: true });
    expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
  });

  it('lead to files and folders elsewhere, which are watched too', async () => {
    const elsewhere = temporaryFolder();
    mkdirSync(join(elsewhere, 'sub'));
    writeFileSync(join(elsewhere, 'a.yaml'), yaml('a'));
    const { path, next } = await open((prepared) => {
      symlinkSync(join(elsewhere, 'a.yaml'), join(prepared, 'a.yaml'));
      symlinkSync(join(elsewhere, 'sub'), join(prepared, 'sub'));
    });
    writeFileSync(join(elsewhere, 'a.yaml'), yaml('a', 20));
    expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
    writeFileSync(join(elsewhere, 'a.yaml'), yaml('a', 300)); // by now, everything is being watched
    expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
    writeFileSync(join(elsewhere, 'sub', 'b.yaml'), yaml('b'));
    expect(await next(1)).toEqual(['ADDED /pods/default/b']);
    rmSync(join(path, 'sub'));
    expect(await next(1)).toEqual(['DELETED /pods/default/b']);
  });

  it('in circles end', async () => {
    const { datastore, next, path } = await open((prepared) => {
      mkdirSync(join(prepared, 'sub'));
      symlinkSync(prepared, join(prepared, 'sub', 'up'));
      symlinkSync('self', join(prepared, 'self'));
      writeFileSync(join(prepared, 'sub', 'a.yaml'), yaml('a'));
    });
    expect(await valuesOf(datastore)).toEqual({ '/pods/default/a': 1 });
    writeFileSync(join(path, 'sub', 'a.yaml'), yaml('a', 20));
    expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
  });

  it('may be the folder itself, and be turned to another', async () => {
    const folders = temporaryFolder();
    for (const version of [1, 2]) {
      mkdirSync(join(folders, `${version}`));
      writeFileSync(join(folders, `${version}`, 'a.yaml'), yaml('a', version));
    }
    const { path, next } = await open((prepared) => symlinkSync(join(folders, '1'), prepared), 'current');
    writeFileSync(join(folders, '1', 'b.yaml'), yaml('b'));
    expect(await next(1)).toEqual(['ADDED /pods/default/b']); // by now, everything is being watched
    symlinkSync(join(folders, '2'), `${path}.new`);
    renameSync(`${path}.new`, path);
    expect(await next(2)).toEqual(['MODIFIED /pods/default/a', 'DELETED /pods/default/b']);
    writeFileSync(join(folders, '2', 'a.yaml'), yaml('a', 3));
    expect(await next(1)).toEqual(['MODIFIED /pods/default/a']);
  });
});

describe('the content of a file', () => {
  it('is read up to the limit', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'a'), '0123456789');
    const folder = new NodeFolder(path);
    const read = async (limit: number): Promise<string> => new TextDecoder().decode(await folder.read('a', limit));
    expect([await read(4), await read(10), await read(100)]).toEqual(['0123', '0123456789', '0123456789']);
  });

  it.runIf(isLinux)('is not waited for: a pipe has none', async () => {
    const path = temporaryFolder();
    execFileSync('mkfifo', [join(path, 'a')]);
    expect(await new NodeFolder(path).read('a', 100)).toHaveLength(0);
  });
});

describe('what is no file', () => {
  it.runIf(isLinux)('is reported and never opened: a pipe', async () => {
    const { datastore } = await open((prepared) => execFileSync('mkfifo', [join(prepared, 'a.yaml')]));
    expect(datastore.problems()).toMatchObject([{ rawKey: 'a.yaml' }]);
  });

  it.runIf(isLinux)('is reported: a name that is not UTF-8', async () => {
    const { datastore } = await open((prepared) =>
      writeFileSync(Buffer.concat([Buffer.from(`${prepared}/`), Buffer.from([0xff]), Buffer.from('.yaml')]), yaml('a')),
    );
    expect(datastore.problems()[0]?.message).toContain('has a name that is not UTF-8');
  });

  it.skipIf(!isLinux || isRoot)('is reported: a file and a folder without permission', async () => {
    const { datastore } = await open((prepared) => {
      writeFileSync(join(prepared, 'a.yaml'), yaml('a'), { mode: 0 });
      mkdirSync(join(prepared, 'sub'), { mode: 0 });
      writeFileSync(join(prepared, 'b.yaml'), yaml('b'));
    });
    expect(await valuesOf(datastore)).toEqual({ '/pods/default/b': 1 });
    expect(datastore.problems().map(({ rawKey }) => rawKey)).toEqual(['a.yaml', 'sub']);
  });

  it('is unavailable: a file where the folder should be', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, yaml('a'));
    await using datastore = new DirectoryDatastore({ path });
    await expect(datastore.list({})).rejects.toMatchObject({ code: 'datastore-unavailable' });
  });
});

describe('the folder', () => {
  it('may be deleted and made again, while a syncer follows it', async () => {
    const path = join(temporaryFolder(), 'not', 'there', 'manifests');
    await using datastore = new DirectoryDatastore({ path, rescanInterval: 0, bookmarkInterval: 1e9, clock: wrongClock });
    await using syncer = datastore.syncer([{ list: { kind: 'pods' } }]);
    const updates = syncer.updates();
    syncer.start();
    const next = async (): Promise<readonly string[]> => {
      const { value = [] } = (await updates.next()) as { value?: readonly { type: string; key: string }[] }; // until it is stopped
      return value.map(({ type, key }) => `${type} ${key}`);
    };
    await expect(datastore.ensureInitialized()).rejects.toMatchObject({ code: 'datastore-unavailable' });
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a.yaml'), documents(yaml('a'), yaml('b')));
    expect(await next()).toHaveLength(2);
    const watch = await datastore.watch({});
    rmSync(path, { recursive: true });
    await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'datastore-unavailable' });
    mkdirSync(path);
    writeFileSync(join(path, 'b.yaml'), documents(yaml('b'), yaml('c')));
    const said = [...(await next())];
    while (said.length < 2) said.push(...(await next()));
    expect(said.map((text) => text.slice(-1)).toSorted()).toEqual(['a', 'c']);
  });
});

describe('close', () => {
  /** What keeps the process alive, counted by its name. */
  const resources = (): Readonly<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };

  it('leaves nothing behind, at whatever moment it is called', async () => {
    const path = temporaryFolder();
    for (const sub of ['a', 'b', 'c']) mkdirSync(join(path, sub));
    const before = resources();
    const moments: readonly ((datastore: DirectoryDatastore) => unknown)[] = [
      () => {},
      (datastore) => void datastore.list({}).catch(() => {}),
      (datastore) => datastore.ensureInitialized(),
      async (datastore) => {
        await datastore.ensureInitialized();
        for (let index = 0; index < 100; index++) writeFileSync(join(path, 'b', `${index}.yaml`), yaml(`p${index}`));
      },
      async (datastore) => {
        const watch = await datastore.watch({}, { revision: '1' });
        for (let index = 0; index < 100; index++) writeFileSync(join(path, 'b', `${index}.yaml`), yaml(`p${index}`, 2));
        for await (const _ of watch) break;
      },
    ];
    for (const moment of moments) {
      const datastore = new DirectoryDatastore({ path });
      await moment(datastore);
      await datastore.close();
      const more = Object.entries(resources()).filter(([name, count]) => count > (before[name] ?? 0));
      expect(more).toEqual([]);
    }
  });
});
