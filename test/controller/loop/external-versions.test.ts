/** Versions of sources of external configuration in the loop: they never go back, and what is left out is noted. */
import { describe, expect, it } from 'vitest';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { ExternalConfigResync } from '../../../src/controller/events/external-config-resync.js';
import type { ExternalConfigSource, VersionedSnapshot } from '../../../src/controller/external/source.js';
import type { KeyValuePairs } from '../../../src/controller/key-values.js';
import { running, type Rig } from '../../support/controller/rig.js';

const change = (name: string, updatedKVs: KeyValuePairs, version: number): ExternalConfigChange =>
  new ExternalConfigChange({ source: name, updatedKVs, version });

/** A source whose snapshot is what `snapshot` is at the moment. */
function source(name: string, snapshot: () => VersionedSnapshot): ExternalConfigSource {
  return { name, getConfigSnapshot: () => snapshot() };
}

async function push({ controller, clock }: Rig, event: ExternalConfigChange | ExternalConfigResync | DBResync): Promise<void> {
  controller.pushEvent(event);
  await clock.settle();
}

describe('versions of a source', () => {
  it('EH44: a change that the snapshot has already is not made again; a later one is', async () => {
    let snapshot = { values: { '/k': 'new' } as KeyValuePairs, version: 7 };
    const loop = await running({ externalSources: [source('cli', () => snapshot)] });
    await push(loop, change('cli', { '/k': 'old' }, 7));
    expect(loop.southbound.applied).toEqual({ '/k': 'new' });
    expect(loop.controller.history.query({ last: 1 })[0]?.notes).toEqual([
      'The change of version 7 of the source "cli" was left out: version 7 was taken already.',
    ]);
    await push(loop, change('cli', { '/k': 'newer' }, 8));
    expect(loop.southbound.applied).toEqual({ '/k': 'newer' });
    snapshot = { values: {}, version: 9 };
    await push(loop, new ExternalConfigResync({ source: 'cli', externalConfig: snapshot.values, version: 9 }));
    await push(loop, change('cli', { '/k': 'newer' }, 8));
    expect(loop.southbound.applied).toEqual({});
  });

  it('EH44: a resync of a source with a lower version than its snapshot changes nothing, and is noted', async () => {
    const loop = await running({ externalSources: [source('cli', () => ({ values: { '/k': 'new' }, version: 2 }))] });
    const event = new ExternalConfigResync({ source: 'cli', externalConfig: { '/k': 'old' }, version: 1, blocking: true });
    await push(loop, event);
    await event.wait();
    expect(loop.southbound.applied).toEqual({ '/k': 'new' });
    expect(loop.controller.history.query({ last: 1 })[0]?.notes).toEqual([
      'The snapshot of version 1 of the source "cli" was left out: version 2 was taken already.',
    ]);
  });

  it('EH44: a resync of the datastore does not undo a change that came after the snapshot was made', async () => {
    let snapshot = { values: { '/k': 'two' } as KeyValuePairs, version: 2 };
    const loop = await running({ externalSources: [source('cli', () => snapshot)] });
    await push(loop, change('cli', { '/k': 'three' }, 3));
    await push(loop, new DBResync({ kubeState: {}, externalConfig: { '/db': 1 } }));
    expect(loop.southbound.applied).toEqual({ '/db': 1, '/k': 'three' });
    expect(loop.controller.history.query({ last: 1 })[0]?.notes).toEqual([
      'The snapshot of version 2 of the source "cli" was left out: version 3 was taken already.',
    ]);
    snapshot = { values: { '/k': 'four' }, version: 4 };
    await push(loop, new DBResync({ kubeState: {}, externalConfig: {} }));
    expect(loop.southbound.applied).toEqual({ '/k': 'four' });
    expect(loop.controller.history.query({ last: 1 })[0]).not.toHaveProperty('notes');
  });

  it('EH44: a change that comes after a later one is left out, and noted', async () => {
    const loop = await running({ externalSources: [source('cli', () => ({ values: {}, version: 2 }))] });
    for (const version of [3, 2.5]) await push(loop, change('cli', { '/k': version }, version));
    expect(loop.southbound.applied).toEqual({ '/k': 3 });
    expect(loop.controller.history.query({ last: 1 })[0]?.notes).toEqual([
      'The change of version 2.5 of the source "cli" was left out: version 3 was taken already.',
    ]);
  });
});
