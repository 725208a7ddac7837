/** Files that cannot be read: reported where they are wrong, and harmless to everything else. */
import { describe, expect, it } from 'vitest';
import { documents, open, yaml } from './setup.js';

const broken = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: broken\n  name: twice\n';

describe('a file that does not parse', () => {
  it('is reported with its path, line and column, what stands there, and what to do', async () => {
    const { datastore } = await open((folder) => folder.write('sub/a.yaml', `${yaml('a')}---\n${broken}`));
    expect(datastore.problems()).toEqual([
      expect.objectContaining({
        name: 'ParseError',
        code: 'malformed',
        rawKey: 'sub/a.yaml#2',
        key: undefined,
        path: 'manifests/sub/a.yaml',
        line: 13,
        column: 3,
        rawValue: 'name: twice',
        revision: '2',
        message:
          'manifests/sub/a.yaml:13:3: This cannot be read: The key "name" is there twice. ' +
          'Until then, what the file declared before stays as it was.',
      }),
    ]);
  });

  it('is part of every list, and of watches that begin with the list', async () => {
    const { datastore } = await open((folder) => folder.write('a.yaml', broken));
    const problems = datastore.problems();
    expect((await datastore.list({ kind: 'deployments.apps' })).malformed).toEqual(problems);
    const { value: events } = await (await datastore.watch({}, { initialList: true }))[Symbol.asyncIterator]().next();
    expect(events).toEqual([{ type: 'ERROR', revision: '2', error: problems[0] }]);
  });

  it('keeps its last good objects, and disturbs no other', async () => {
    const { folder, during, values } = await open((prepared) => {
      prepared.write('a.yaml', documents(yaml('a'), yaml('b')));
      prepared.write('c.yaml', yaml('c'));
    });
    const said = await during(() => {
      folder.write('a.yaml', broken);
      folder.write('c.yaml', yaml('c', 2));
    });
    expect(said).toEqual(['MODIFIED /pods/default/c', 'ERROR a.yaml#1']);
    expect(await values()).toEqual({ '/pods/default/a': 1, '/pods/default/b': 1, '/pods/default/c': 2 });
  });

  it('is reported once, again when it is wrong in another way, and mended by a good one', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    expect(await during(() => folder.write('a.yaml', broken))).toEqual(['ERROR a.yaml#1']);
    expect(await during(() => folder.write('a.yaml', `${broken}# still\n`))).toEqual([]);
    expect(await during(() => folder.write('a.yaml', `# moved\n${broken}`))).toEqual(['ERROR a.yaml#1']);
    expect(await during(() => folder.write('a.yaml', `# moved\n${broken.replace('twice', 'again')}`))).toEqual(['ERROR a.yaml#1']);
    expect(datastore.problems()[0]?.rawValue).toBe('name: again');
    expect(await during(() => folder.write('a.yaml', yaml('a', 2)))).toEqual(['MODIFIED /pods/default/a', 'MENDED a.yaml#1']);
    expect(datastore.problems()).toEqual([]);
  });

  it('that is mended without change brings no change', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    await during(() => folder.write('a.yaml', broken));
    expect(await during(() => folder.write('a.yaml', yaml('a')))).toEqual(['MENDED a.yaml#1']);
  });

  it('loses its objects when it is removed', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    await during(() => folder.write('a.yaml', broken));
    expect(await during(() => folder.remove('a.yaml'))).toEqual(['DELETED /pods/default/a', 'MENDED a.yaml#1']);
    expect(datastore.problems()).toEqual([]);
  });

  it('keeps its last good objects when it is moved', async () => {
    const { folder, during, values } = await open((prepared) => prepared.write('sub/a.yaml', yaml('a')));
    await during(() => folder.write('sub/a.yaml', broken));
    expect(await during(() => folder.rename('sub', 'there'))).toEqual(['ERROR there/a.yaml#1', 'MENDED sub/a.yaml#1']);
    expect(await values()).toEqual({ '/pods/default/a': 1 });
  });

  it('that is new beside one that is removed inherits nothing', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const said = await during(() => {
      folder.remove('a.yaml');
      folder.write('b.yaml', broken);
    });
    expect(said).toEqual(['DELETED /pods/default/a', 'ERROR b.yaml#1']);
  });

  it.each([
    ['no UTF-8', new Uint8Array([0x61, 0x0a, 0x62, 0xff, 0xfe]), 'manifests/a.yaml:2:2: This is not UTF-8: save it as UTF-8'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x61, 0]), 'manifests/a.yaml:1:1: This is not UTF-8'],
  ])('because it is %s keeps everything', async (_, bytes, message) => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    expect(await during(() => folder.write('a.yaml', bytes))).toEqual(['ERROR a.yaml']);
    expect(datastore.problems()[0]?.message).toContain(message);
  });

  it.each(['EACCES', 'EIO'])('because reading it fails with %s keeps everything, until it can be read', async (code) => {
    const { folder, during, datastore, clock } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    await clock.advance(5_000);
    expect(await during(() => folder.fail('read a.yaml', code))).toEqual([]); // nothing has changed, so nothing is read
    expect(await during(() => folder.write('a.yaml', yaml('a', 2)))).toEqual(['ERROR a.yaml']);
    expect(datastore.problems()[0]?.message).toContain(`manifests/a.yaml: This file cannot be read (${code}). Give access to it`);
    const mended = await during(() => {
      folder.mend('read a.yaml');
      if (code === 'EACCES') folder.rename('a.yaml', 'a.yaml'); // a new mode changes the time stamps, as this does
    });
    expect(mended).toEqual(['MODIFIED /pods/default/a', 'MENDED a.yaml']);
  });

  it('because looking at it fails keeps everything', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    expect(await during(() => folder.fail('a.yaml', 'EIO'))).toEqual(['ERROR a.yaml']);
    expect(await during(() => folder.mend('a.yaml'))).toEqual(['MENDED a.yaml']);
  });

  it('because it is a pipe now keeps everything, and is not opened', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    expect(
      await during(() => {
        folder.remove('a.yaml');
        folder.pipe('a.yaml');
      }),
    ).toEqual(['ERROR a.yaml']);
    expect(datastore.problems()[0]?.message).toContain('is not a regular file');
    expect(folder.reads.filter((path) => path === 'a.yaml').length).toBeLessThan(3);
  });
});

describe('a folder below', () => {
  it('that cannot be listed is reported, and keeps what it held', async () => {
    const { folder, during, values, datastore } = await open((prepared) => {
      prepared.write('sub/a.yaml', yaml('a'));
      prepared.write('subway.yaml', yaml('b'));
    });
    const said = await during(() => {
      folder.fail('sub', 'EACCES');
      folder.remove('subway.yaml');
    });
    expect(said).toEqual(['ERROR sub', 'DELETED /pods/default/b']);
    expect(datastore.problems()[0]?.message).toMatch(/^manifests\/sub: This folder cannot be read \(EACCES\)\. Give access/);
    expect(await values()).toEqual({ '/pods/default/a': 1 });
    expect(await during(() => folder.mend('sub'))).toEqual(['MENDED sub']);
  });
});

describe('a folder below that can be seen but not listed', () => {
  it('is reported, and keeps what it held', async () => {
    const { folder, during, values } = await open((prepared) => prepared.write('sub/a.yaml', yaml('a')));
    expect(await during(() => folder.fail('list sub', 'EACCES'))).toEqual(['ERROR sub']);
    expect(await values()).toEqual({ '/pods/default/a': 1 });
    expect(await during(() => folder.mend('list sub'))).toEqual(['MENDED sub']);
  });
});

describe('a bad document among good ones', () => {
  it('leaves the good ones before and behind it alone', async () => {
    const { during, folder } = await open();
    const said = await during(() => folder.write('a.yaml', documents(yaml('a'), broken, yaml('b'))));
    expect(said).toEqual(['ADDED /pods/default/a', 'ADDED /pods/default/b', 'ERROR a.yaml#2']);
  });

  it.each([
    ['a double quote that is never closed', 'a: "open\n'],
    ['a single quote that is never closed', "a: 'open\n"],
    ['a bracket that is never closed', 'a: [1, 2\n'],
    ['a brace that is never closed', '{"a": 1\n'],
    ['tabs', 'a:\n\tb: 1\n'],
    ['an alias of nothing', 'a: *nothing\n'],
    ['an unknown tag', 'a: !secret b\n'],
    ['a collection as a key', '? [a]\n: b\n'],
    ['a block scalar without indentation', 'a: |x\n  b\n'],
    ['a bad escape', 'a: "\\q"\n'],
    ['nothing but an anchor too many', '&a &b c\n'],
    ['brackets without end', '['.repeat(5_000) + '\n'],
    ['a bad directive', '%YAML 9.9\n'],
  ])('that holds %s does no harm to them', async (_, text) => {
    const { values, datastore } = await open((folder) => folder.write('x.yaml', documents(yaml('a'), text, yaml('b'))));
    expect(await values()).toEqual({ '/pods/default/a': 1, '/pods/default/b': 1 });
    expect(datastore.problems()).toEqual([
      expect.objectContaining({ rawKey: 'x.yaml#2', line: expect.any(Number) as unknown, column: expect.any(Number) as unknown }),
    ]);
    const line = datastore.problems()[0]?.line ?? 0;
    expect(line).toBeGreaterThan(8);
    expect(line).toBeLessThan(13);
  });

  it('keeps everything that the file declared before and that no good document declares now', async () => {
    const { folder, during, values } = await open((prepared) =>
      prepared.write('a.yaml', documents(yaml('a'), yaml('b'), yaml('c'))),
    );
    const said = await during(() => folder.write('a.yaml', documents(yaml('a', 2), broken, yaml('d'))));
    expect(said).toEqual(['MODIFIED /pods/default/a', 'ADDED /pods/default/d', 'ERROR a.yaml#2']);
    expect(await values()).toEqual({
      '/pods/default/a': 2,
      '/pods/default/b': 1,
      '/pods/default/c': 1,
      '/pods/default/d': 1,
    });
  });

  it('keeps it through further edits, and lets go of what is not declared any more when the file is good', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', documents(yaml('a'), yaml('b'), yaml('c'))));
    await during(() => folder.write('a.yaml', documents(broken, yaml('b'))));
    expect(await during(() => folder.write('a.yaml', broken))).toEqual([]);
    expect(await during(() => folder.write('a.yaml', yaml('c')))).toEqual([
      'DELETED /pods/default/a',
      'DELETED /pods/default/b',
      'MENDED a.yaml#1',
    ]);
  });

  it('may be an item of a list, and is reported alone', async () => {
    const item = (name: string): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });
    const list = { apiVersion: 'v1', kind: 'List', items: [item('a'), { kind: 'Pod' }, item('b'), 7] };
    const { datastore, values } = await open((folder) => folder.write('a.json', JSON.stringify(list)));
    expect(Object.keys(await values())).toEqual(['/pods/a', '/pods/b']);
    expect(datastore.problems().map(({ rawKey }) => rawKey)).toEqual(['a.json#1.items[1]', 'a.json#1.items[3]']);
  });
});

describe('the log', () => {
  it('tells of each problem once, and of its end', async () => {
    const { folder, during, logger } = await open((prepared) => prepared.write('a.yaml', broken));
    await during(() => folder.write('a.yaml', yaml('a')));
    expect(logger.entries.map(({ level, message }) => `${level} ${message.slice(0, 25)}`)).toEqual([
      'warn manifests/a.yaml:5:3: Thi',
      'info a.yaml#1 can be read agai',
    ]);
  });
});
