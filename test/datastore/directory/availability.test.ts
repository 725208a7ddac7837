/** The folder itself: missing, gone, back, not a folder; and the life of the datastore over it. */
import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Availability } from '../../../src/datastore/directory/availability.js';
import type { DirectoryBackend } from '../../../src/datastore/directory/directory-backend.js';
import { DirectoryBackend as Backend } from '../../../src/datastore/directory/directory-backend.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { MemoryFolder } from './memory-folder.js';
import { open, quiet, yaml } from './setup.js';

const unavailable = { code: 'datastore-unavailable', retryable: true };

async function expectUnavailable(datastore: DirectoryBackend, message: RegExp): Promise<void> {
  const calls = [datastore.list({}), datastore.get('/pods/default/a'), datastore.watch({}), datastore.ensureInitialized()];
  for (const call of calls) {
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ ...unavailable, message: expect.stringMatching(message) as unknown });
  }
}

describe('a folder that is missing', () => {
  it('at the start makes every call fail, naming the path, until it is there', async () => {
    const { folder, datastore, clock, values } = await open((prepared) => void prepared.removeRoot());
    await expectUnavailable(datastore, /^The folder manifests does not exist\. Create it, or correct the option path\./);
    folder.makeRoot();
    folder.write('a.yaml', yaml('a'));
    await clock.advance(1_000);
    expect(await values()).toEqual({ '/pods/default/a': 1 });
  });

  it('at the start is noticed by the next rescan when nobody reports it', async () => {
    const { folder, clock, values } = await open((prepared) => {
      prepared.notifies = false;
      prepared.removeRoot();
    });
    folder.makeRoot();
    await clock.advance(10_000);
    expect(await values()).toEqual({});
  });

  it('later makes every call fail, ends every watch with that error, and deletes nothing', async () => {
    const { folder, datastore, clock } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const { revision = '' } = await datastore.list({});
    const watch = await datastore.watch({}, { revision });
    const idle = await datastore.watch({});
    const ended = watch[Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error);
    const restore = folder.removeRoot();
    await clock.advance(1_000);
    expect(await ended).toMatchObject(unavailable);
    expect(watch.hasTerminated && idle.hasTerminated).toBe(true);
    await expect(idle[Symbol.asyncIterator]().next()).rejects.toMatchObject(unavailable);
    await expectUnavailable(datastore, /does not exist/);
    restore();
    await clock.advance(1_000);
    expect((await datastore.list({})).revision).toBe(revision);
  });

  it('and is recreated brings the differences to what was known, and only when it has settled', async () => {
    const { folder, datastore, clock, values } = await open((prepared) => {
      for (const name of ['a', 'b', 'c']) prepared.write(`${name}.yaml`, yaml(name));
    });
    const { revision = '' } = await datastore.list({});
    folder.removeRoot();
    await clock.advance(1_000);
    folder.makeRoot();
    folder.write('sub/a.yaml', yaml('a'));
    clock.setTimeout(() => folder.write('b.yaml', yaml('b', 2)), 90);
    await clock.advance(150);
    await expect(datastore.list({})).rejects.toMatchObject(unavailable);
    await clock.advance(quiet);
    expect(await values()).toEqual({ '/pods/default/a': 1, '/pods/default/b': 2 });
    const { value: events } = await (await datastore.watch({}, { revision }))[Symbol.asyncIterator]().next();
    expect(events).toMatchObject([
      { type: 'MODIFIED', new: { key: '/pods/default/b' } },
      { type: 'DELETED', old: { key: '/pods/default/c' } },
    ]);
  });

  it('at the start, and then is written in two halves, is read once, whole', async () => {
    const { folder, clock, values } = await open((prepared) => void prepared.removeRoot());
    folder.makeRoot();
    folder.write('a.yaml', yaml('a').slice(0, 50));
    clock.setTimeout(() => folder.write('a.yaml', yaml('a')), 90);
    await clock.advance(1_000);
    expect(await values()).toEqual({ '/pods/default/a': 1 });
    expect(folder.reads).toEqual(['a.yaml']);
  });

  it('makes what was seen before void: what was gone then may be coming back now', async () => {
    const { folder, clock, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const { revision } = await datastore.list({});
    await clock.advance(5_000);
    folder.remove('a.yaml'); // seen at once
    await clock.advance(50);
    folder.removeRoot(); // seen 50 ms later
    await clock.advance(100);
    folder.makeRoot(); // seen at once, empty
    clock.setTimeout(() => folder.write('a.yaml', yaml('a')), 50);
    await clock.advance(quiet);
    expect((await datastore.list({})).revision).toBe(revision);
  });

  it('in the middle of a look deletes nothing, even when changes are taken as they come', async () => {
    const { folder, clock, datastore } = await open((prepared) => prepared.write('sub/a.yaml', yaml('a')), { settle: 0 });
    const { revision } = await datastore.list({});
    const list = folder.list.bind(folder);
    folder.list = () => {
      folder.list = list;
      const restore = folder.removeRoot();
      clock.setTimeout(restore, 1_000);
      return Promise.resolve([]);
    };
    folder.hint();
    await clock.advance(quiet);
    expect((await datastore.list({})).revision).toBe(revision);
  });

  it('for less than a look, and recreated as it was, changes nothing', async () => {
    const { folder, during } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const said = await during(() => {
      folder.notifies = false;
      folder.removeRoot();
      folder.makeRoot();
      folder.notifies = true;
      folder.write('a.yaml', yaml('a'));
    });
    expect(said).toEqual([]);
  });

  it('keeps what a broken file declared before, when it is back broken', async () => {
    const { folder, during, clock, values } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    await during(() => folder.write('a.yaml', '"'));
    folder.removeRoot();
    await clock.advance(1_000);
    folder.makeRoot();
    folder.write('a.yaml', '[');
    await clock.advance(1_000);
    expect(await values()).toEqual({ '/pods/default/a': 1 });
  });

  it('is logged once', async () => {
    const { logger, clock } = await open((prepared) => void prepared.removeRoot());
    await clock.advance(100_000);
    expect(logger.entries.map(({ level }) => level)).toEqual(['warn']);
  });
});

describe('a path', () => {
  it('that is a file is unavailable, and says so', async () => {
    const { datastore } = await open((prepared) => prepared.makeRoot('file'));
    await expectUnavailable(datastore, /^manifests is a file, not a folder\. Give the folder/);
  });

  it('that may not be read is unavailable, and deletes nothing', async () => {
    const { folder, datastore, clock, values } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    folder.fail('', 'EACCES');
    await clock.advance(1_000);
    await expectUnavailable(datastore, /^The folder manifests may not be read\. Give access to it\./);
    folder.mend('');
    await clock.advance(1_000);
    expect(await values()).toEqual({ '/pods/default/a': 1 });
  });

  it('that fails in any other way is unavailable, with the cause', async () => {
    const { datastore } = await open((prepared) => prepared.fail('', 'ESTALE'));
    await expectUnavailable(datastore, /^The folder manifests cannot be read: ESTALE/);
  });
});

describe('a call', () => {
  function slow(): { clock: SimulatedClock; folder: MemoryFolder; datastore: DirectoryBackend } {
    const clock = new SimulatedClock();
    const folder = new MemoryFolder(clock);
    folder.list = () => new Promise(() => {});
    return { clock, folder, datastore: new Backend({ path: 'manifests', folder, clock }) };
  }

  it('waits for the first look, and can be cancelled while it waits', async () => {
    const { datastore } = slow();
    const cancel = new AbortController();
    const listing = datastore.list({}, { signal: cancel.signal });
    const watching = datastore.watch({}, { signal: cancel.signal });
    cancel.abort(new Error('enough'));
    await expect(listing).rejects.toThrow('enough');
    await expect(watching).rejects.toThrow('enough');
    await expect(datastore.ensureInitialized({ signal: cancel.signal })).rejects.toThrow('enough');
  });

  it('that waits ends when the datastore is closed', async () => {
    const { datastore } = slow();
    const listing = datastore.list({}).catch((error: unknown) => error);
    void datastore.close();
    expect(await listing).toMatchObject({ code: 'closed' });
  });

  it('that writes is refused, and told to edit the files', async () => {
    const { datastore } = await open();
    const object = { key: '/pods/default/a', value: {} };
    const calls = [
      datastore.create(object),
      datastore.update(object),
      datastore.apply(object),
      datastore.delete(object.key),
      datastore.transaction([]),
      datastore.clean(),
    ];
    for (const call of calls) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'operation-not-supported',
        message: expect.stringContaining('Edit the files in manifests.') as unknown,
      });
    }
    expect(datastore.capabilities).toMatchObject({ writes: false, ttl: false, transactions: false, watch: true, history: true });
  });

  it('can read an earlier revision, page by page too', async () => {
    const { folder, during, datastore } = await open((prepared) => prepared.write('a.yaml', yaml('a', 1)));
    await during(() => folder.write('a.yaml', yaml('a', 2)));
    expect((await datastore.get('/pods/default/a', { revision: '2' })).value).toMatchObject({ spec: { value: 1 } });
    expect((await datastore.list({}, { revision: '2', limit: 1 })).items).toHaveLength(1);
    expect((await datastore.list({ kind: 'pods', namespace: 'default' })).items).toHaveLength(1);
    await expect(datastore.get('/pods/default/b')).rejects.toMatchObject({ code: 'resource-does-not-exist' });
  });
});

describe('a watch', () => {
  it('can be stopped, by a signal too, and by leaving the loop', async () => {
    const { folder, datastore, clock } = await open();
    const cancel = new AbortController();
    const stopped = await datastore.watch({}, { signal: cancel.signal });
    const left = await datastore.watch({});
    const reading = (async () => {
      for await (const _ of left) break;
    })();
    folder.write('a.yaml', yaml('a'));
    await clock.advance(1_000);
    await reading;
    cancel.abort();
    expect([stopped.hasTerminated, left.hasTerminated]).toEqual([true, true]);
    expect(await stopped[Symbol.asyncIterator]().next()).toEqual({ value: undefined, done: true });
    expect(() => stopped[Symbol.asyncIterator]()).toThrow('A watch can be iterated once');
    const late = await datastore.watch({}, { revision: '1' });
    await late.stop();
    folder.removeRoot();
    await clock.advance(1_000);
    expect(folder.followed).toEqual([]);
    expect(await late[Symbol.asyncIterator]().next()).toEqual({ value: undefined, done: true }); // it had ended in peace
  });

  it('leaves nothing at its signal', async () => {
    const { datastore } = await open();
    const { signal } = new AbortController();
    const watch = await datastore.watch({}, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await watch.stop();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('that is cancelled while it is opened is refused, or has ended', async () => {
    for (let delay = 0; delay < 12; delay++) {
      const { datastore } = await open();
      const cancel = new AbortController();
      const opening = datastore.watch({}, { signal: cancel.signal });
      for (let turn = 0; turn < delay; turn++) await Promise.resolve();
      cancel.abort();
      const watch = await opening.catch(() => undefined);
      expect(watch?.hasTerminated ?? true).toBe(true);
    }
  });

  it('that is opened while the folder is being lost is refused, or ends', async () => {
    for (let delay = 0; delay < 40; delay++) {
      const { datastore, folder } = await open();
      folder.removeRoot();
      for (let turn = 0; turn < delay; turn++) await Promise.resolve();
      const watch = await datastore.watch({}).catch(() => undefined);
      await new Promise(setImmediate);
      expect(watch?.hasTerminated ?? true).toBe(true);
    }
  });
});

describe('close', () => {
  it('ends watches and calls, leaves no timer and no watch, and can be called again', async () => {
    const { folder, datastore, clock } = await open((prepared) => prepared.write('a.yaml', yaml('a')));
    const watch = await datastore.watch({});
    const ended = watch[Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error);
    await Promise.all([datastore.close(), datastore.close(), datastore[Symbol.asyncDispose]()]);
    expect(await ended).toMatchObject({ code: 'closed' });
    for (const call of [datastore.list({}), datastore.watch({}), datastore.create({ key: '/a', value: 1 })]) {
      expect(await call.catch((error: unknown) => error)).toMatchObject({ code: 'closed' });
    }
    expect([folder.openWatches, clock.pending]).toEqual([0, 0]);
  });

  it('in the middle of a look lets it end, and changes nothing by it', async () => {
    const { folder, datastore, clock, logger } = await open();
    let release = (): void => {};
    const read = folder.read.bind(folder);
    folder.read = async (path, limit) => {
      await new Promise<void>((resolve) => (release = resolve));
      return read(path, limit);
    };
    folder.write('a.yaml', '"');
    await clock.advance(150);
    const closing = datastore.close();
    release();
    await closing;
    expect([folder.openWatches, clock.pending]).toEqual([0, 0]);
    expect([logger.entries, datastore.problems()]).toEqual([[], []]);
  });

  it('in the middle of a look says nothing any more', async () => {
    const { folder, datastore, clock, logger } = await open();
    let fail = (_: unknown): void => {};
    folder.list = () => new Promise((_, reject) => (fail = reject));
    folder.hint();
    await clock.advance(50);
    const closing = datastore.close();
    fail(Object.assign(new Error('too late'), { code: 'EIO' }));
    await closing;
    expect(logger.entries).toEqual([]);
  });

  it('before the first call is all there is to it', async () => {
    const clock = new SimulatedClock();
    const folder = new MemoryFolder(clock);
    const datastore = new Backend({ path: 'manifests', folder, clock });
    expect(datastore.problems()).toEqual([]);
    await datastore.close();
    await expect(datastore.list({})).rejects.toMatchObject({ code: 'closed' });
    expect([folder.openWatches, clock.pending]).toEqual([0, 0]);
  });
});

describe('availability', () => {
  it('once closed, stays so', async () => {
    const availability = new Availability();
    availability.close();
    availability.open();
    availability.refuse(new Error('other'));
    await expect(availability.admit()).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('what cannot be watched', () => {
  it.each([
    [10_000, 'Changes there are noticed within 10000 ms.'],
    [0, 'Changes there are not noticed: set the option rescanInterval.'],
  ])('is logged once for each reason, with what follows (rescan %i)', async (rescanInterval, consequence) => {
    const { folder, logger } = await open(undefined, { rescanInterval });
    const error = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    folder.onProblem(error);
    folder.onProblem(error);
    expect(logger.entries).toEqual([
      {
        level: 'warn',
        message: `A part of manifests cannot be watched (ENOSPC). ${consequence}`,
        fields: { path: 'manifests', error },
      },
    ]);
  });

  it('can be looked at all the same', async () => {
    const { values, logger } = await open((prepared) => {
      prepared.write('a.yaml', yaml('a'));
      prepared.fail('follow', 'EMFILE');
    });
    expect(await values()).toEqual({ '/pods/default/a': 1 });
    expect(logger.entries).toHaveLength(1);
  });
});

describe('options', () => {
  it.each([
    [{ path: '' }, 'path'],
    [{ path: 'a\0b' }, 'path'],
    [{ path: 'a', settle: -1 }, 'settle'],
    [{ path: 'a', rescanInterval: NaN }, 'rescanInterval'],
    [{ path: 'a', maxFiles: 0 }, 'maxFiles'],
  ])('%j are refused, naming the one at fault', (options, field) => {
    expect(() => new Backend(options)).toThrow(expect.objectContaining({ code: 'invalid', field }) as Error);
  });
});
