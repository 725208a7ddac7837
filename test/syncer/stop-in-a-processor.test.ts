/** A processor may stop the syncer that it works for. */
import { expect, it } from 'vitest';
import { createSyncer } from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import type { KVChange } from '../../src/model/resource-type.js';
import type { Update } from '../../src/model/update.js';
import { SimulatedClock } from '../../src/ports/simulated-clock.js';

it('R19: a processor that stops the syncer in the middle of a list: the picture ends empty, and so it was told', async () => {
  const clock = new SimulatedClock();
  const datastore = new MemoryDatastore<number>({ clock });
  await datastore.create({ key: '/a/1', value: 1 });
  const shown = new Map<string, unknown>();
  const onUpdates = (updates: readonly Update[]): void => {
    for (const { type, key, value } of updates) {
      if (type === 'deleted') shown.delete(key);
      else shown.set(key, value);
    }
  };
  const process = (change: KVChange<number>): readonly KVChange<number>[] => {
    if (change.key === '/a/2') void syncer.stop();
    return [change];
  };
  const syncer = createSyncer(
    datastore,
    [{ list: { kind: 'a' }, updateProcessor: { process, onSyncerStarting: () => {} } }],
    { onUpdates },
    { clock },
  );
  syncer.start();
  await syncer.firstSync;
  expect([...shown]).toEqual([['/a/1', 1]]);
  await datastore.create({ key: '/a/2', value: 2 });
  await clock.advance(10_000);
  expect([...shown]).toEqual([]);
  expect(syncer.snapshot().size).toBe(0);
  await datastore.close();
});
