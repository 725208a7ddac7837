/** What becomes of deltas that could not be processed, when more has happened to their key meanwhile. */
import { describe, expect, it } from 'vitest';
import { ExplicitKey } from '../../../src/cache/keys.js';
import type { DeltaFIFO, DeltaFIFOOptions } from '../../../src/cache/queues/delta-fifo.js';
import { keepNewest, type Deltas } from '../../../src/cache/queues/delta.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { deltaFifo, drain, knowing, settle, thing, type Thing } from './things.js';

/** Processes what is first in the queue, does something meanwhile, and fails. */
async function failing(queue: DeltaFIFO<Thing>, meanwhile: (deltas: Deltas<Thing>) => void): Promise<void> {
  const processing = queue.process(async (deltas) => {
    await settle();
    meanwhile(deltas);
    throw new Error('not now');
  });
  await expect(processing).rejects.toThrow('not now');
}

describe('giving back', () => {
  it('F10, K7: the deltas stand in front of those that have come since, at the place of these', async () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    queue.tryPop();
    queue.delete(thing('a', 1));
    await failing(queue, () => {
      queue.add(thing('a', 2));
      queue.add(thing('b', 1));
    });
    expect(drain(queue)).toEqual(['a: Deleted 1, Added 2', 'b: Added 1']);
  });

  it.each([
    ['keeps the one that was seen', thing('a', 1), new ExplicitKey('a'), 'a: Deleted 1, Added 3'],
    ['keeps the later one', new ExplicitKey('a'), thing('a', 2), 'a: Deleted 2, Added 3'],
  ])('F3, F10: where deletions come together it %s', async (_, first, second, expected) => {
    const queue = deltaFifo({ knownObjects: knowing(thing('a', 1)) });
    queue.delete(first);
    await failing(queue, () => {
      queue.delete(second); // the consumer still has it
      queue.add(thing('a', 3));
    });
    expect(drain(queue)).toEqual([expected]);
  });

  it('F10: what comes together goes through the compressor, which may leave nothing', async () => {
    const newest = deltaFifo({ compressor: keepNewest });
    newest.add(thing('a', 1));
    await failing(newest, () => newest.update(thing('a', 2)));
    expect(drain(newest)).toEqual(['a: Updated 2']);

    const annihilating = deltaFifo({
      compressor: (deltas) => (deltas[0]?.type === 'Added' && deltas.at(-1)?.type === 'Deleted' ? [] : deltas),
    });
    annihilating.add(thing('a', 1));
    await failing(annihilating, () => annihilating.delete(thing('a', 1)));
    expect(drain(annihilating)).toEqual([]);
  });

  it.each<[string, (queue: () => DeltaFIFO<Thing>) => DeltaFIFOOptions<Thing>['compressor']]>([
    [
      'throws',
      () => (deltas) => {
        if (deltas.length > 1) throw new Error('cannot compress');
        return deltas;
      },
    ],
    [
      'changes the queue',
      (queue) => (deltas) => {
        if (deltas.length > 1) queue().tryPop();
        return deltas;
      },
    ],
  ])('F10: when the compressor %s, nothing is lost, the error of the handler comes out, and the log says why', async (_, make) => {
    const logger = new MemoryLogger();
    const queue: DeltaFIFO<Thing> = deltaFifo({ compressor: make(() => queue), logger });
    queue.add(thing('a', 1));
    await failing(queue, () => queue.update(thing('a', 2)));
    expect(drain(queue)).toEqual(['a: Added 1, Updated 2']);
    expect(logger.entries).toMatchObject([{ level: 'error', fields: { key: 'a' } }]);
  });

  it('F10: what a handler has given back by itself does not come back twice', async () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    await failing(queue, (deltas) => {
      expect(queue.addIfNotPresent(deltas)).toBe(true);
      queue.update(thing('a', 2));
    });
    expect(drain(queue)).toEqual(['a: Added 1, Updated 2']);
  });

  it('F10: addIfNotPresent gives nothing back when something newer is queued', () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    const deltas = queue.tryPop() ?? [];
    queue.update(thing('a', 2));
    expect(queue.addIfNotPresent(deltas)).toBe(false);
    expect(drain(queue)).toEqual(['a: Updated 2']);
  });
});
