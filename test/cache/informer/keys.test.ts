/** Informers whose keys cannot be told from the datastore's. */
import { describe, expect, it } from 'vitest';
import { ExplicitKey, metaNamespaceKeyFunc } from '../../../src/cache/keys.js';
import { ParseError, RevisionCompactedError } from '../../../src/index.js';
import { messageOf, pod, Recorder, type Pod } from './fed-informer.js';
import { listOf, modified, ScriptedInformer } from './scripted-informer.js';

const byUid = ({ metadata }: Pod): string => metadata.uid ?? '';

describe('an informer with a key function of its own', () => {
  it('RL1: holds no ghost: a deletion without a state finds its object', async () => {
    const scripted = new ScriptedInformer({ keyFunc: byUid });
    const recorder = new Recorder();
    scripted.informer.addEventHandler(recorder);
    await scripted.start(2, pod('a', 1, 'u1'), pod('b', 2, 'u2'));
    await scripted.send({ type: 'DELETED', revision: '3', old: { key: '/pods/a' } });
    expect(scripted.informer.indexer.listKeys()).toEqual(['u2']);
    expect(recorder.calls).toEqual(['initial a@1', 'initial b@2', 'delete a@1 unknown']);
    expect(scripted.problems).toEqual([]);
    await scripted.end();
  });

  it('RL1: keeps what was last read of an entry that cannot be read', async () => {
    const scripted = new ScriptedInformer({ keyFunc: byUid, transform: (object) => ({ ...object, color: 'red' }) });
    const recorder = new Recorder();
    scripted.informer.addEventHandler(recorder);
    await scripted.start(2, pod('a', 1, 'u1'), pod('b', 2, 'u2'));
    const { client, clock } = scripted;
    const malformed = [new ParseError('half a pod', { rawKey: '/pods/b', key: '/pods/b', revision: '3' })];
    client.onList('pods', { ...listOf(4, pod('a', 1, 'u1')), malformed });
    client.onWatch('pods', 'opened');
    client.end('pods', new RevisionCompactedError('too old'));
    await clock.advance(10_000);
    expect(scripted.informer.indexer.listKeys()).toEqual(['u1', 'u2']);
    await scripted.send({ type: 'DELETED', revision: '5', old: { key: '/pods/b' } });
    expect(recorder.calls.slice(2)).toEqual(['delete b@2 unknown']);
    await scripted.end();
  });

  it('RL1: holds one object for each of the datastore: what was created again unseen takes the place of the one before', async () => {
    const scripted = new ScriptedInformer({ keyFunc: byUid });
    await scripted.start(2, pod('a', 1, 'u1'));
    await scripted.send(modified(pod('a', 3, 'u2')));
    expect(scripted.informer.indexer.listKeys()).toEqual(['u2']);
    await scripted.end();
  });

  it('RL1: is told when the toStoreKey that it was given does not agree', async () => {
    const scripted = new ScriptedInformer({ keyFunc: byUid, toStoreKey: (key) => key });
    await scripted.start(2, pod('a', 1, 'u1'));
    expect(scripted.problems).toMatchObject([{ kind: 'store', error: { code: 'invalid', field: 'toStoreKey' } }]);
    await scripted.end();
  });
});

describe('transforms', () => {
  it('K44: F12: each state is transformed once, whoever of its list or batch has no key', async () => {
    const transformed: string[] = [];
    const scripted = new ScriptedInformer({
      transform: (object) => {
        transformed.push(`${object.metadata.name}@${object.metadata.resourceVersion}`);
        return { ...object };
      },
    });
    await scripted.start(2, pod('a', 1), pod('', 2), pod('c', 2));
    await scripted.send(modified(pod('a', 3)), modified(pod('', 4)), modified(pod('c', 5)));
    expect(transformed).toEqual(['a@1', 'c@2', 'a@3', 'c@5']);
    expect(scripted.problems.map(({ kind }) => kind)).toEqual(['object', 'object']);
    await scripted.end();
  });
});

describe('index functions', () => {
  const byColor = ({ metadata, color }: Pod): string => {
    if (color === 'poison') throw new Error(`no such color: ${metadata.name}`);
    return color ?? '';
  };

  it('that fail are told to onError, once, and logged, once', async () => {
    const scripted = new ScriptedInformer({ indexers: { color: byColor } });
    const poison: Pod = { ...pod('a', 1), color: 'poison' };
    await scripted.start(2, poison, pod('b', 2));
    expect(scripted.problems).toMatchObject([{ kind: 'index', key: 'a', error: { code: 'index-failed', indexName: 'color' } }]);
    expect(scripted.problems.map(messageOf).join()).toContain('no such color: a');
    expect(scripted.logger.entries.filter(({ level }) => level === 'warn').length).toBe(1);
    expect(scripted.informer.indexer.get(new ExplicitKey('a'))).toEqual(poison);
    await scripted.relist(4, poison, pod('b', 3));
    expect(scripted.problems.filter(({ kind }) => kind === 'index').length, 'it has not changed').toBe(1);
    await scripted.end();
  });

  it('that are added later and fail are told of, too', async () => {
    const scripted = new ScriptedInformer({ keyFunc: metaNamespaceKeyFunc });
    await scripted.start(2, { ...pod('a', 1), color: 'poison' });
    scripted.informer.addIndexers({ color: byColor });
    await scripted.clock.settle();
    expect(scripted.problems).toMatchObject([{ kind: 'index', key: 'a' }]);
    await scripted.end();
  });
});
