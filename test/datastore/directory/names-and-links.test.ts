/** Which files are read: names, folders, symbolic links, mounted ConfigMaps, and how many. */
import { describe, expect, it } from 'vitest';
import { valuesOf, open, quiet, yaml } from './setup.js';

describe('names', () => {
  it.each(['a.yaml', 'a.yml', 'a.json', 'A.YAML', 'a.b.Json', '#a.yaml', 'deep/er/and deeper/ü 漢.yaml', 'x.yaml/a.yaml'])(
    '%s is read',
    async (path) => {
      const { values } = await open((folder) => folder.write(path, yaml('a')));
      expect(await values()).toEqual({ '/pods/default/a': 1 });
    },
  );

  it.each([
    '.a.yaml',
    '.a.yaml.swp',
    'a.yaml~',
    '#a.yaml#',
    '.#a.yaml',
    '4913',
    'a.yaml.swp',
    'a.yaml.tmp',
    'a.yaml.bak',
    'sedKx3aB',
    'a.txt',
    'yaml',
    'README.md',
    '.git/a.yaml',
    '..data/a.yaml',
  ])('%s is not read', async (path) => {
    const { values, folder, datastore } = await open((prepared) => prepared.write(path, yaml('a')));
    expect(await values()).toEqual({});
    expect([folder.reads, datastore.problems()]).toEqual([[], []]);
  });
});

describe('symbolic links', () => {
  it('to files and folders are followed', async () => {
    const { folder, during, values } = await open((prepared) => {
      prepared.write('.hidden/a.yaml', yaml('a'));
      prepared.write('.hidden/sub/b.yaml', yaml('b'));
      prepared.link('a.yaml', '.hidden/a.yaml');
      prepared.link('sub', '.hidden/sub');
    });
    expect(await values()).toEqual({ '/pods/default/a': 1, '/pods/default/b': 1 });
    expect(folder.followed).toEqual(['', 'sub', 'a.yaml']);
    expect(await during(() => folder.write('.hidden/a.yaml', yaml('a', 2)))).toEqual(['MODIFIED /pods/default/a']);
  });

  it('in circles end', async () => {
    const { values, folder } = await open((prepared) => {
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
        prepared.write(`${name}/${name}.yaml`, yaml(name));
        for (const other of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) prepared.link(`${name}/to-${other}`, other);
        prepared.link(`${name}/up`, '');
      }
      prepared.link('self.yaml', 'self.yaml');
    });
    expect(Object.keys(await values())).toHaveLength(8);
    expect(folder.reads).toHaveLength(8);
  });

  it('to a folder that is there anyway do not declare its objects twice', async () => {
    const { values, datastore, folder, during } = await open((prepared) => {
      prepared.write('z/a.yaml', yaml('a'));
      prepared.link('b', 'z');
    });
    expect(await values()).toEqual({ '/pods/default/a': 1 });
    expect(datastore.problems()).toEqual([]);
    expect(await during(() => folder.remove('b'))).toEqual([]);
  });

  it('that lead nowhere are reported, and keep what they led to', async () => {
    const { folder, during, datastore } = await open((prepared) => {
      prepared.write('.store/a.yaml', yaml('a'));
      prepared.link('a.yaml', '.store/a.yaml');
      prepared.link('nowhere', '.store/nothing');
    });
    expect(datastore.problems()).toEqual([]);
    expect(await during(() => folder.remove('.store/a.yaml'))).toEqual(['ERROR a.yaml']);
    expect(datastore.problems()[0]?.message).toContain('This is a symbolic link that leads nowhere. Correct it, or remove it');
    expect(await during(() => folder.remove('a.yaml'))).toEqual(['DELETED /pods/default/a', 'MENDED a.yaml']);
  });
});

describe('a mounted ConfigMap', () => {
  it('is updated by swapping its ..data link: one revision, nothing in between', async () => {
    const { folder, datastore, clock } = await open((prepared) => {
      prepared.write('..2024_1/a.yaml', yaml('a'));
      prepared.write('..2024_1/b.yaml', yaml('b'));
      prepared.link('..data', '..2024_1');
      prepared.link('a.yaml', '..data/a.yaml');
      prepared.link('b.yaml', '..data/b.yaml');
    });
    expect(await valuesOf(datastore)).toEqual({ '/pods/default/a': 1, '/pods/default/b': 1 });
    const watch = await datastore.watch({});
    folder.write('..2024_2/a.yaml', yaml('a', 2));
    folder.write('..2024_2/c.yaml', yaml('c', 2));
    folder.link('..data_tmp', '..2024_2');
    folder.rename('..data_tmp', '..data');
    folder.link('c.yaml', '..data/c.yaml');
    folder.remove('b.yaml');
    folder.remove('..2024_1');
    await clock.advance(quiet);
    const { value: events } = await watch[Symbol.asyncIterator]().next();
    expect(events).toMatchObject([
      { type: 'MODIFIED', revision: '3', new: { key: '/pods/default/a' } },
      { type: 'ADDED', revision: '3', new: { key: '/pods/default/c' } },
      { type: 'DELETED', revision: '3', old: { key: '/pods/default/b' } },
    ]);
    expect(datastore.problems()).toEqual([]);
  });
});

describe('limits', () => {
  it('a file that is too large is reported, keeps what it declared, and is not read', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')), { maxFileSize: 200 });
    const { length } = folder.reads;
    expect(await during(() => folder.write('a.yaml', yaml('a', 'x'.repeat(200))), 1_000)).toEqual(['ERROR a.yaml']);
    expect(datastore.problems()[0]?.message).toMatch(
      /^manifests\/a\.yaml: This file has \d+ bytes, more than 200\. Split it, or raise/,
    );
    expect(folder.reads).toHaveLength(length);
    expect(await during(() => folder.write('a.yaml', yaml('a', 2)))).toEqual(['MODIFIED /pods/default/a', 'MENDED a.yaml']);
  });

  it('more files than are read are reported; those that are known are not given up for others', async () => {
    const { folder, during, values, datastore } = await open(
      (prepared) => {
        for (const name of ['b', 'c', 'd', 'e']) prepared.write(`${name}.yaml`, yaml(name));
      },
      { maxFiles: 2 },
    );
    expect(await values()).toEqual({ '/pods/default/b': 1, '/pods/default/c': 1 });
    expect(datastore.problems()[0]?.message).toBe(
      'manifests: This folder holds 2 manifests more than the 2 that are read. Remove some, or raise the option maxFiles.',
    );
    expect(await during(() => folder.write('a.yaml', yaml('a')))).toEqual(['ERROR .']);
    expect(await during(() => folder.write('c.yaml', yaml('c', 2)))).toEqual(['MODIFIED /pods/default/c']);
    expect(await during(() => folder.remove('b.yaml'))).toEqual(['DELETED /pods/default/b', 'ERROR .', 'ADDED /pods/default/a']);
    expect(await values()).toEqual({ '/pods/default/a': 1, '/pods/default/c': 2 });
  });

  it('more folders than are read are reported, and nothing is given up for others', async () => {
    const { folder, during, values, datastore } = await open(
      (prepared) => {
        for (const name of ['b', 'c']) prepared.write(`${name}/${name}.yaml`, yaml(name));
      },
      { maxFolders: 3 },
    );
    expect(datastore.problems()).toEqual([]);
    expect(await during(() => folder.write('a/a.yaml', yaml('a')))).toEqual(['ERROR .', 'ADDED /pods/default/a']);
    expect(datastore.problems()[0]?.message).toBe(
      'manifests: This folder holds more than the 3 folders that are read. Remove some, or raise the option maxFolders.',
    );
    expect(await values()).toEqual({ '/pods/default/a': 1, '/pods/default/b': 1, '/pods/default/c': 1 });
    expect(await during(() => folder.remove('a'))).toEqual(['MENDED .', 'DELETED /pods/default/a']);
  });

  it('other limits are told to the reader of the files', async () => {
    const bomb = 'a: &a [x,x,x,x,x]\nb: [*a,*a,*a]\n';
    const { datastore } = await open(
      (prepared) => {
        prepared.write('alias.yaml', bomb);
        prepared.write('documents.yaml', `${yaml('a')}---\n${yaml('b')}`);
        prepared.write('large.yaml', yaml('c', 'x'.repeat(500)));
      },
      { maxAliasCount: 2, maxDocuments: 1, valueLimits: { size: 400 } },
    );
    expect(datastore.problems().map(({ rawKey }) => rawKey)).toEqual(['alias.yaml#1', 'documents.yaml', 'large.yaml#1']);
    expect(datastore.problems()[0]?.message).toContain('Excessive alias count');
  });
});
