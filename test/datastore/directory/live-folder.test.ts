/** A folder that lives: what people and editors do to files becomes the changes that it means, and no others. */
import { describe, expect, it } from 'vitest';
import { documents, open, yaml } from './setup.js';

const a = '/pods/default/a';
const b = '/pods/default/b';

describe('a folder', () => {
  it('is read when it is first asked for, whole', async () => {
    const { values, datastore } = await open((folder) => {
      folder.write('a.yaml', documents(yaml('a', 1), yaml('b', 2)));
      folder.write('deep/er/c.json', JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'c' } }));
    });
    expect(await values()).toEqual({ [a]: 1, [b]: 2, '/deployments.apps/c': undefined });
    expect(datastore.problems()).toEqual([]);
  });

  it('is not looked at before it is asked for', async () => {
    const { folder, datastore } = await open();
    await datastore.close();
    expect(folder.openWatches).toBe(0);
  });

  it('that is empty is an empty datastore', async () => {
    const { values } = await open();
    expect(await values()).toEqual({});
  });
});

describe('a change', () => {
  it('of one object in a file of many is one event', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', documents(yaml('a'), yaml('b'), yaml('c'))));
    expect(await during(() => folder.write('a.yaml', documents(yaml('a'), yaml('b', 2), yaml('c'))))).toEqual([`MODIFIED ${b}`]);
  });

  it('carries the state before and after, the identity that stays, and the revision of the change', async () => {
    const { folder, datastore, clock } = await open((prepared) => prepared.write('a.yaml', yaml('a', 1)));
    const before = await datastore.get(a);
    const { revision = '' } = await datastore.list({});
    const watch = await datastore.watch({}, { revision });
    folder.write('a.yaml', yaml('a', 2));
    await clock.advance(1_000);
    const after = await datastore.get(a);
    const { value: events } = await watch[Symbol.asyncIterator]().next();
    expect(events).toEqual([{ type: 'MODIFIED', revision: after.revision, old: before, new: after }]);
    expect(after).toMatchObject({ uid: before.uid, value: { spec: { value: 2 } } });
    expect(datastore.compareRevisions(after.revision ?? '', before.revision ?? '')).toBeGreaterThan(0);
    expect(Object.isFrozen(after) && Object.isFrozen(after.value)).toBe(true);
  });

  it.each<[string, string]>([
    ['comments', `# a remark\n${yaml('a')}`],
    ['the order of properties', 'kind: Pod\nspec: {value: 1}\nmetadata: {namespace: default, name: a}\napiVersion: v1\n'],
    [
      'the notation',
      JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'default' }, spec: { value: 1 } }),
    ],
    ['empty documents around it', `---\n---\n${yaml('a')}---\n# end\n`],
    ['nothing but the time', yaml('a')],
  ])('of %s only is no event and no revision', async (_, text) => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const { revision } = await datastore.list({});
    expect(await during(() => folder.write('a.yaml', text))).toEqual([]);
    expect((await datastore.list({})).revision).toBe(revision);
  });

  it('of properties named like JavaScript’s own is seen, and the lack of one too', async () => {
    const text = (x: number): string => `${yaml('a')}constructor: {x: ${x}}\n__proto__: {y: 1}\n`;
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', text(1)));
    expect(await during(() => folder.write('a.yaml', text(1)))).toEqual([]);
    expect(await during(() => folder.write('a.yaml', text(2)))).toEqual([`MODIFIED ${a}`]);
  });

  it('of several files at once is one revision', async () => {
    const { folder, datastore, clock } = await open();
    const watch = await datastore.watch({});
    folder.write('a.yaml', yaml('a'));
    folder.write('b.yaml', yaml('b'));
    await clock.advance(1_000);
    const { value: events } = await watch[Symbol.asyncIterator]().next();
    expect(events).toMatchObject([
      { type: 'ADDED', revision: '2' },
      { type: 'ADDED', revision: '2' },
    ]);
  });
});

describe('a file', () => {
  it('that is added adds what it declares', async () => {
    const { folder, during } = await open();
    expect(await during(() => folder.write('sub/a.yaml', documents(yaml('a'), yaml('b'))))).toEqual([`ADDED ${a}`, `ADDED ${b}`]);
  });

  it('that is removed deletes what it declared', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', documents(yaml('a'), yaml('b'))));
    expect(await during(() => folder.remove('a.yaml'))).toEqual([`DELETED ${a}`, `DELETED ${b}`]);
  });

  it('that is emptied deletes what it declared', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    expect(await during(() => folder.write('a.yaml', '# nothing left\n'))).toEqual([`DELETED ${a}`]);
    expect(datastore.problems()).toEqual([]);
  });

  it('that is renamed, or moved with its folder, changes nothing', async () => {
    const { folder, during } = await open((prepared) => prepared.write('sub/z.yaml', yaml('a')));
    expect(await during(() => folder.rename('sub/z.yaml', 'sub/a.yaml'))).toEqual([]);
    expect(await during(() => folder.rename('sub', 'elsewhere'))).toEqual([]);
  });

  it('that is renamed to a name that is not read is removed', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    expect(await during(() => folder.rename('a.yaml', 'a.yaml.disabled'))).toEqual([`DELETED ${a}`]);
  });

  it('whose object moves to another file changes nothing, however the two are saved', async () => {
    const { folder, during, clock } = await open((prepared) => {
      prepared.write('a.yaml', documents(yaml('a'), yaml('b')));
      prepared.write('z.yaml', yaml('c'));
    });
    expect(
      await during(() => {
        folder.write('a.yaml', yaml('a'));
        clock.setTimeout(() => folder.write('z.yaml', documents(yaml('b'), yaml('c'))), 90);
      }),
    ).toEqual([]);
  });

  it('that is written, then renamed into place, is one change', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    expect(await during(() => folder.replace('a.yaml', yaml('a', 2)))).toEqual([`MODIFIED ${a}`]);
  });

  it('that an editor moves away, writes anew and backs up is one change', async () => {
    const { folder, during, clock } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const said = await during(() => {
      folder.write('4913', '');
      folder.rename('a.yaml', 'a.yaml~');
      clock.setTimeout(() => folder.write('a.yaml', yaml('a', 2)), 60);
      clock.setTimeout(() => folder.remove('a.yaml~'), 80);
    });
    expect(said).toEqual([`MODIFIED ${a}`]);
  });

  it('that is written in two halves is read once, whole', async () => {
    const { folder, during, clock } = await open();
    const text = documents(yaml('a'), yaml('b'));
    const said = await during(() => {
      folder.write('a.yaml', text.slice(0, yaml('a').length + 30));
      clock.setTimeout(() => folder.write('a.yaml', text), 95);
    }, 1_000);
    expect(said).toEqual([`ADDED ${a}`, `ADDED ${b}`]);
    expect(folder.reads).toEqual(['a.yaml']);
  });

  it('that changes while it is read is read again', async () => {
    const { folder, during } = await open();
    const said = await during(() => {
      folder.onRead = () => {
        folder.onRead = undefined;
        folder.write('a.yaml', yaml('a', 2));
      };
      folder.write('a.yaml', yaml('a', 1));
    }, 1_000);
    expect(said).toEqual([`ADDED ${a}`]);
    expect(folder.reads).toEqual(['a.yaml', 'a.yaml']);
  });

  it('that changes while it is read is read again, though nobody tells', async () => {
    const { folder, during } = await open((prepared) => (prepared.notifies = false), { rescanInterval: 0 });
    const said = await during(() => {
      folder.onRead = () => {
        folder.onRead = undefined;
        folder.write('a.yaml', yaml('a', 2));
      };
      folder.write('a.yaml', yaml('a', 1));
      folder.notifies = true;
      folder.hint();
      folder.notifies = false;
    }, 1_000);
    expect(said).toEqual([`ADDED ${a}`]);
    expect(folder.reads).toEqual(['a.yaml', 'a.yaml']);
  });

  it('that is gone when it is to be read is forgotten without a word', async () => {
    const { folder, during, datastore } = await open();
    const said = await during(() => {
      folder.onRead = () => folder.remove('a.yaml');
      folder.write('a.yaml', yaml('a', 1));
    });
    expect(said).toEqual([]);
    expect(datastore.problems()).toEqual([]);
  });

  it('that disappears for a moment is not deleted', async () => {
    const { folder, during, clock } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const said = await during(() => {
      folder.remove('a.yaml');
      clock.setTimeout(() => folder.write('a.yaml', yaml('a')), 90);
    });
    expect(said).toEqual([]);
  });

  it('that nobody reports is noticed all the same, within the rescan interval', async () => {
    const { folder, during } = await open((prepared) => (prepared.notifies = false));
    expect(await during(() => folder.write('a.yaml', yaml('a')), 9_900)).toEqual([]);
    expect(await during(() => {}, 300)).toEqual([`ADDED ${a}`]);
  });

  it('that nobody reports is not noticed when there are no rescans, until something else is', async () => {
    const { folder, during } = await open((prepared) => (prepared.notifies = false), { rescanInterval: 0 });
    expect(await during(() => folder.write('a.yaml', yaml('a')), 1e8)).toEqual([]);
    folder.notifies = true;
    expect(await during(() => folder.hint(), 300)).toEqual([`ADDED ${a}`]);
  });

  it('that changes twice within one time stamp is not missed', async () => {
    const { folder, during } = await open((prepared) => {
      prepared.granularity = 2_000;
      prepared.write('a.yaml', yaml('a', 1));
    });
    expect(await during(() => folder.write('a.yaml', yaml('a', 2)))).toEqual([`MODIFIED ${a}`]);
  });

  it('that has not changed is not read again', async () => {
    const { folder, clock } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    await clock.advance(5_000); // the second look at what was written just before the first
    const { length } = folder.reads;
    folder.write('b.yaml', yaml('b'));
    await clock.advance(100_000);
    expect(folder.reads.slice(length).filter((path) => path !== 'b.yaml')).toEqual([]);
  });
});

describe('a file that is never at rest', () => {
  const busy = async (minutes: number) => {
    const rig = await open((prepared) => prepared.write('busy.yaml', yaml('busy', 0)));
    const write = (count: number): void => {
      rig.folder.write('busy.yaml', yaml('busy', count));
      if (count < minutes * 1_200) rig.clock.setTimeout(() => write(count + 1), 50);
    };
    return { ...rig, write };
  };

  it('is reported, keeps what it declared, and is read when it rests', async () => {
    const { during, write, values, datastore } = await busy(1);
    expect(await during(() => write(1), 30_000)).toEqual(['ERROR busy.yaml']);
    expect(datastore.problems()[0]?.message).toMatch(/busy\.yaml: This file keeps changing.*rename it/);
    expect(await values()).toEqual({ '/pods/default/busy': 0 });
    expect(await during(() => {}, 31_000)).toEqual(['MODIFIED /pods/default/busy', 'MENDED busy.yaml']);
    expect(await values()).toEqual({ '/pods/default/busy': 1_200 });
  });

  it('does not hold up the others for more than a second', async () => {
    const { during, write, folder, clock } = await busy(1);
    const said = await during(() => {
      write(1);
      folder.write('a.yaml', yaml('a'));
    }, 1_200);
    expect(said).toContain(`ADDED ${a}`);
    await clock.advance(2_000);
    expect(await during(() => folder.write('b.yaml', yaml('b')), 250)).toEqual([`ADDED ${b}`]);
  });

  it('does not hold up the first list for more than a second', async () => {
    const { folder, datastore, clock } = await open((prepared) => {
      prepared.write('a.yaml', yaml('a'));
      prepared.onRead = (path) => prepared.write(path, yaml('a'));
    });
    let isReady = false;
    void datastore.ensureInitialized().then(() => (isReady = true));
    await clock.advance(900);
    expect(isReady).toBe(false);
    await clock.advance(300);
    expect(isReady).toBe(true);
    expect(datastore.problems().map(({ rawKey }) => rawKey)).toEqual(['a.yaml']);
    folder.onRead = undefined;
  });
});

describe('settle', () => {
  it('0 takes changes as they come', async () => {
    const { folder, during } = await open(undefined, { settle: 0 });
    expect(await during(() => folder.write('a.yaml', yaml('a')), 1)).toEqual([`ADDED ${a}`]);
  });

  it('is how long a change takes', async () => {
    const { folder, during } = await open(undefined, { settle: 500 });
    expect(await during(() => folder.write('a.yaml', yaml('a')), 499)).toEqual([]);
    expect(await during(() => {}, 2)).toEqual([`ADDED ${a}`]);
  });
});
