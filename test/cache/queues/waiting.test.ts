/** Who waits, who processes, and what happens to it in the end. */
import { describe, expect, it } from 'vitest';
import { FIFO } from '../../../src/cache/queues/fifo.js';
import { deltaFifo, drain, errorOf, nameOf, settle, thing, toldOf, type Thing } from './things.js';

describe('waiting and processing', () => {
  it('F10: those who wait are served in the order in which they came, and those who give up take nothing', async () => {
    const queue = new FIFO<Thing>({ keyFunc: nameOf });
    const leaving = new AbortController();
    const served: string[] = [];
    const wait = async (who: string, signal?: AbortSignal): Promise<void> => {
      try {
        served.push(`${who}: ${(await queue.pop({ signal })).value}`);
      } catch (error) {
        served.push(`${who}: ${String(error)}`);
      }
    };
    const all = [wait('first'), wait('second', leaving.signal), wait('third')];
    leaving.abort('had enough');
    queue.transaction([
      { op: 'add', object: thing('a', 1) },
      { op: 'add', object: thing('b', 2) },
      { op: 'add', object: thing('c', 3) },
    ]);
    await Promise.all(all);
    expect(served.toSorted()).toEqual(['first: 1', 'second: had enough', 'third: 2']);
    expect(queue.listKeys()).toEqual(['c']);
    await expect(queue.pop({ signal: leaving.signal })).rejects.toBe('had enough');
    expect(queue.listKeys()).toEqual(['c']);
  });

  it('F10, K46: a closed queue takes nothing in, gives out what it has, and takes back what could not be processed', async () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    queue.add(thing('b', 2));
    const failing = queue.process(async () => {
      await settle();
      throw new Error('too bad');
    });
    queue.close();
    queue.close();
    await expect(failing).rejects.toThrow('too bad');
    for (const change of [
      () => queue.add(thing('c', 3)),
      () => queue.delete(thing('b', 3)),
      () => queue.replace([]),
      () => queue.resync(),
      () => queue.transaction([]),
      () => queue.addIfNotPresent([{ type: 'Added', object: thing('a', 1) }]),
    ]) {
      expect(errorOf(change)).toMatchObject({ code: 'closed' });
    }
    expect((await queue.pop()).map(toldOf)).toEqual(['Added 2']);
    expect((await queue.popMany(5)).map((deltas) => deltas.map(toldOf))).toEqual([['Added 1']]);
    await expect(queue.pop()).rejects.toMatchObject({ code: 'closed' });
    expect(queue.tryPop()).toBeUndefined();
  });

  it('F9, K37: what is being processed is not taken out yet', async () => {
    const queue = deltaFifo();
    queue.replace([thing('a', 1)]);
    const synced: boolean[] = [];
    await queue.process(async () => {
      synced.push(queue.hasSynced());
      await settle();
      synced.push(queue.hasSynced());
    });
    expect([...synced, queue.hasSynced()]).toEqual([false, false, true]);
  });

  it('F9, K39: an object that cannot be processed does not keep the queue from being synced', async () => {
    const queue = deltaFifo();
    queue.replace([thing('a', 1)]);
    await expect(queue.process(() => Promise.reject(new Error('poison')))).rejects.toThrow('poison');
    expect(queue.hasSynced()).toBe(true);
    expect(await queue.process((_, { isInInitialList }) => isInInitialList)).toBe(false);
  });

  it('F10: handlers may use the queue, and wake those who wait in it', async () => {
    const queue = deltaFifo();
    const waiting = [queue.pop(), queue.pop()];
    queue.add(thing('a', 1));
    queue.add(thing('b', 2));
    queue.add(thing('c', 3));
    await queue.process(() => {
      queue.add(thing('d', 4));
      queue.add(thing('c', 5));
    });
    expect((await Promise.all(waiting)).map((deltas) => deltas.map(toldOf))).toEqual([['Added 1'], ['Added 2']]);
    expect(drain(queue)).toEqual(['d: Added 4', 'c: Added 5']);
  });

  it('F10: what could not be processed goes to who waits', async () => {
    const queue = deltaFifo();
    queue.add(thing('a', 1));
    const failing = queue.process(() => Promise.reject(new Error('too bad')));
    const waiting = queue.pop();
    await expect(failing).rejects.toThrow('too bad');
    expect((await waiting).map(toldOf)).toEqual(['Added 1']);
  });
});
