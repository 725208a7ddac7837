/** Two declarations of one object: reported, and the winner is always the same. */
import { describe, expect, it } from 'vitest';
import { documents, open, yaml } from './setup.js';

const key = '/pods/default/x';

describe('two files that declare the same object', () => {
  it('are reported, naming both, and the first path counts, whatever came first', async () => {
    const { folder, during, values, datastore } = await open((prepared) => prepared.write('b.yaml', `# two\n${yaml('x', 'of b')}`));
    const said = await during(() => folder.write('a.yaml', yaml('x', 'of a')));
    expect(said).toEqual([`MODIFIED ${key}`, 'ERROR b.yaml#1']);
    expect(await values()).toEqual({ [key]: 'of a' });
    expect(datastore.problems()).toEqual([
      expect.objectContaining({
        rawKey: 'b.yaml#1',
        line: 2,
        column: 1,
        message: `manifests/b.yaml:2:1: This declares ${key}, as a.yaml:1:1 declares: that comes first and counts. Remove one of the two.`,
      }),
    ]);
  });

  it('give way to the next when the first goes, and are no conflict any more', async () => {
    const { folder, during, values } = await open((prepared) => {
      for (const name of ['a', 'b', 'c']) prepared.write(`${name}.yaml`, yaml('x', `of ${name}`));
    });
    expect(await during(() => folder.remove('a.yaml'))).toEqual([`MODIFIED ${key}`, 'ERROR c.yaml#1', 'MENDED b.yaml#1']);
    expect(await values()).toEqual({ [key]: 'of b' });
    expect(await during(() => folder.write('b.yaml', yaml('other')))).toEqual([
      'ADDED /pods/default/other',
      `MODIFIED ${key}`,
      'MENDED c.yaml#1',
    ]);
    expect(await values()).toMatchObject({ [key]: 'of c' });
  });

  it('keep the identity of the object', async () => {
    const { folder, during, datastore } = await open((prepared) => {
      prepared.write('a.yaml', yaml('x', 1));
      prepared.write('b.yaml', yaml('x', 2));
    });
    const { uid } = await datastore.get(key);
    await during(() => folder.remove('a.yaml'));
    expect((await datastore.get(key)).uid).toBe(uid);
  });

  it('are no event when they say the same', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', yaml('x')));
    expect(await during(() => folder.write('b.yaml', yaml('x')))).toEqual(['ERROR b.yaml#1']);
    expect(await during(() => folder.remove('a.yaml'))).toEqual(['MENDED b.yaml#1']);
  });

  it('are compared by their whole paths, folders and files alike', async () => {
    const { values } = await open((prepared) => {
      for (const path of ['b/a.yaml', 'b.yaml', 'b-.yaml', 'c/a.yaml']) prepared.write(path, yaml('x', path));
    });
    expect(await values()).toEqual({ [key]: 'b-.yaml' }); // "-" < "." < "/"
  });
});

describe('two documents of one file that declare the same object', () => {
  it('are reported, and the first counts', async () => {
    const { values, datastore } = await open((prepared) =>
      prepared.write('a.yaml', documents(yaml('x', 1), yaml('x', 2), yaml('other'))),
    );
    expect(await values()).toEqual({ [key]: 1, '/pods/default/other': 1 });
    expect(datastore.problems().map(({ rawKey }) => rawKey)).toEqual(['a.yaml#2']);
  });
});

describe('an unreadable file', () => {
  const broken = '"\n';

  it('loses nothing to another that declares the same, which is told why', async () => {
    const { folder, during, values, datastore } = await open((prepared) => {
      prepared.write('a.yaml', yaml('x', 'of a'));
      prepared.write('b.yaml', yaml('x', 'of b'));
    });
    expect(await during(() => folder.write('a.yaml', broken))).toEqual(['ERROR a.yaml#1', 'ERROR b.yaml#1']);
    expect(await values()).toEqual({ [key]: 'of a' });
    expect(datastore.problems()[1]?.message).toContain('as a.yaml declared before it became unreadable');
    expect(await during(() => folder.remove('a.yaml'))).toEqual([`MODIFIED ${key}`, 'MENDED a.yaml#1', 'MENDED b.yaml#1']);
  });

  it('is not said to conflict with one that comes before it', async () => {
    const { folder, during, values } = await open((prepared) => {
      prepared.write('a.yaml', yaml('x', 'of a'));
      prepared.write('b.yaml', yaml('x', 'of b'));
    });
    expect(await during(() => folder.write('b.yaml', broken))).toEqual(['ERROR b.yaml#1']);
    expect(await values()).toEqual({ [key]: 'of a' });
    expect(await during(() => folder.remove('a.yaml'))).toEqual([`MODIFIED ${key}`]);
    expect(await values()).toEqual({ [key]: 'of b' });
  });
});

describe('identity', () => {
  it('is the manifest’s own uid where it has one', async () => {
    const { datastore } = await open((prepared) => prepared.write('a.yaml', yaml('x', 1, { uid: 'u-1' })));
    expect((await datastore.get(key)).uid).toBe('u-1');
  });

  it('is another after the object was deleted and created', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('x')));
    const { uid } = await datastore.get(key);
    await during(() => folder.remove('a.yaml'));
    await during(() => folder.write('a.yaml', yaml('x')));
    expect((await datastore.get(key)).uid).not.toBe(uid);
  });

  it('changes with the manifest’s uid', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('x', 1, { uid: 'u-1' })));
    expect(await during(() => folder.write('a.yaml', yaml('x', 1, { uid: 'u-2' })))).toEqual([`MODIFIED ${key}`]);
    expect((await datastore.get(key)).uid).toBe('u-2');
  });
});
