/** How handlers are told: in sync, under pressure, failing, removed, and again. */
import { describe, expect, it } from 'vitest';
import type { OverflowError } from '../../../src/cache/informer/errors.js';
import type { HandlerOptions, HandlerRegistration, ResourceEventHandler } from '../../../src/cache/informer/handler.js';
import { Informer } from '../../../src/cache/informer/informer.js';
import { StoppedError, ValidationError } from '../../../src/index.js';
import { FedInformer, Gate, pod, Recorder, type Pod } from './fed-informer.js';

const every = (limit: number, whenFull: 'coalesce' | 'remove'): HandlerOptions => ({
  backpressure: { mode: 'every', limit, whenFull },
});

describe('the order', () => {
  it('N2: tells nothing from inside a commit, and everything after it', async () => {
    const fed = new FedInformer();
    const recorder = new Recorder();
    fed.add(recorder);
    fed.sink.replace([pod('a', 1)]);
    expect(recorder.calls).toEqual([]);
    await fed.clock.settle();
    expect(recorder.calls).toEqual(['initial a@1']);
    await fed.end();
  });

  it('N2: tells nobody twice who joins while somebody listens to the store, nor misses anything', async () => {
    const fed = new FedInformer();
    const late = new Recorder();
    fed.sink.replace([]);
    let isFirst = true;
    fed.informer.indexer.subscribe(() => {
      if (!isFirst) return;
      isFirst = false;
      fed.add(late, every(10, 'remove'));
      fed.sink.update(pod('b', 1)); // from inside the announcement of a
      fed.sink.update(pod('b', 2));
    });
    const early = new Recorder();
    fed.add(early, every(10, 'remove'));
    fed.sink.add(pod('a', 1));
    await fed.clock.settle();
    expect(early.calls).toEqual(['add a@1', 'add b@1', 'update b@1 b@2']);
    expect(late.calls).toEqual(['initial a@1', 'add b@1', 'update b@1 b@2']);
    await fed.end();
  });

  it('N1: every operation of one batch counts by itself for those who are told every change, and together for others', async () => {
    const fed = new FedInformer();
    const [each, folded] = [new Recorder(), new Recorder()];
    fed.add(each, every(10, 'remove'));
    fed.add(folded);
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.sink.transaction?.([
      { op: 'add', object: pod('b', 1) },
      { op: 'update', object: pod('a', 2) },
      { op: 'delete', object: pod('b', 1) },
      { op: 'update', object: pod('a', 3) },
    ]);
    await fed.clock.settle();
    expect(each.calls).toEqual(['initial a@1', 'add b@1', 'update a@1 a@2', 'delete b@1 exact', 'update a@2 a@3']);
    expect(folded.calls).toEqual(['initial a@1', 'update a@1 a@3']);
    await fed.end();
  });
});

describe('waking up', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('N1: what comes %d turns after the last callback is told', async (turns) => {
    const fed = new FedInformer();
    const recorder = new Recorder();
    fed.add(recorder);
    fed.sink.replace([pod('a', 1)]);
    while (recorder.calls.length === 0) await Promise.resolve();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    fed.sink.update(pod('a', 2));
    await fed.clock.settle();
    expect(recorder.calls).toEqual(['initial a@1', 'update a@1 a@2']);
    await fed.end();
  });
});

describe('backpressure', () => {
  it('N5: a busy handler is told what has become of each key', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorder = new Recorder(gate.wait);
    const registration = fed.add(recorder);
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    for (let version = 2; version < 100; version++) fed.sink.update(pod('b', version));
    for (let count = 0; count < 100; count++) {
      fed.sink.add(pod('c', count));
      fed.sink.delete(pod('c', count));
    }
    fed.sink.delete(pod('a', 1));
    fed.sink.add(pod('a', 1)); // as it was
    expect(registration.pending).toBe(2);
    while (gate.waiting > 0) {
      gate.release();
      await fed.clock.settle();
    }
    expect(recorder.calls).toEqual(['initial a@1', 'initial b@99']);
    await fed.end();
  });

  it('N5: in the mode every, more changes than the limit are folded until the handler has caught up, and it is told so', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorder = new Recorder(gate.wait);
    const told: OverflowError[] = [];
    const registration = fed.add(Object.assign(recorder, { onOverflow: (error: OverflowError) => told.push(error) }), {
      ...every(2, 'coalesce'),
      name: 'slow one',
    });
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.sink.update(pod('a', 2));
    fed.sink.update(pod('a', 3));
    expect(registration.pending).toBe(2);
    expect(told).toEqual([]);
    fed.sink.update(pod('a', 4));
    fed.sink.update(pod('b', 1));
    fed.sink.update(pod('b', 2));
    expect(registration.pending).toBe(2);
    const drain = async (): Promise<void> => {
      for (gate.release(); gate.waiting > 0 || registration.pending > 0; gate.release()) await fed.clock.settle();
      await fed.clock.settle();
    };
    await drain();
    expect(recorder.calls).toEqual(['initial a@1', 'update a@1 a@4', 'add b@2']);
    fed.sink.update(pod('b', 3));
    fed.sink.update(pod('b', 4));
    await drain();
    expect(recorder.calls.slice(3)).toEqual(['update b@2 b@3', 'update b@3 b@4']);
    expect(told.map(({ code, outcome, handler, limit }) => ({ code, outcome, handler, limit }))).toEqual([
      { code: 'overflow', outcome: 'coalesced', handler: 'slow one', limit: 2 },
    ]);
    expect(fed.problems).toEqual([{ kind: 'overflow', error: told[0], handler: 'slow one' }]);
    await fed.end();
  });

  it('N5: or it is removed, and told so after what it is busy with', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorder = new Recorder(gate.wait);
    const told: string[] = [];
    const registration = fed.add(
      Object.assign(recorder, { onOverflow: ({ outcome, message }: OverflowError) => told.push(outcome, message) }),
      every(1, 'remove'),
    );
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    for (let version = 2; version < 9; version++) fed.sink.update(pod('a', version));
    expect(fed.informer.report().handlers).toEqual([]);
    expect(registration.pending).toBe(0);
    expect(told).toEqual([]);
    gate.release();
    await fed.clock.settle();
    expect(told[0]).toBe('removed');
    expect(told[1]).toContain('More than 1 changes wait for the handler "handler-1". It has been removed.');
    expect(recorder.calls).toEqual(['initial a@1']);
    await expect(registration.synced).rejects.toThrow('it was removed because it could not keep up');
    expect(fed.informer.removeEventHandler(registration)).toBe(false);
    await fed.end();
  });

  it('N5: what there is at the beginning does not count', async () => {
    const fed = new FedInformer();
    const recorders = [new Recorder(), new Recorder()];
    fed.add(recorders[0] ?? {}, every(1, 'remove'));
    fed.sink.replace([pod('a', 1), pod('b', 1), pod('c', 1)]);
    fed.add(recorders[1] ?? {}, every(1, 'remove'));
    await fed.clock.settle();
    for (const { calls } of recorders) expect(calls).toEqual(['initial a@1', 'initial b@1', 'initial c@1']);
    await fed.end();
  });

  it.each([
    [{ mode: 'every', limit: 0, whenFull: 'remove' }, 'backpressure.limit'],
    [{ mode: 'every', limit: 1.5, whenFull: 'remove' }, 'backpressure.limit'],
    [{ mode: 'every', limit: 5, whenFull: 'drop' }, 'backpressure.whenFull'],
    [{ mode: 'block' }, 'backpressure.mode'],
  ])('refuses %j', (backpressure, field) => {
    const options = { backpressure } as unknown as HandlerOptions; // what JavaScript hands in
    expect(() => new FedInformer().add({ onAdd() {} }, options)).toThrow(expect.objectContaining({ code: 'invalid', field }));
  });

  it.each([[{}], [null], [{ onAdd: 1 }]])('refuses the handler %j', (handler) => {
    const given = handler as unknown as ResourceEventHandler<Pod>; // what JavaScript hands in
    expect(() => new FedInformer().add(given)).toThrow(ValidationError);
  });
});

describe('in sync', () => {
  it('N4: a handler is in sync when the informer is, and it has been told everything that there was', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const registration = fed.add(new Recorder(gate.wait));
    expect(fed.informer.hasSynced()).toBe(false);
    fed.sink.replace([pod('a', 1), pod('b', 1)], '7');
    expect(fed.informer.hasSynced()).toBe(true);
    await fed.informer.synced;
    for (const isSynced of [false, false]) {
      await fed.clock.settle();
      expect(registration.hasSynced()).toBe(isSynced);
      gate.release();
    }
    await registration.synced;
    expect(registration.hasSynced()).toBe(true);
    expect(fed.informer.lastSyncResourceVersion()).toBe('7');
    await fed.end();
  });

  it('N4: what is gone before it was told keeps nobody waiting', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const registration = fed.add(new Recorder(gate.wait));
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    fed.sink.delete(pod('b', 1));
    expect(registration.hasSynced()).toBe(false); // a is not told until its callback returns
    gate.release();
    await registration.synced;
    const late = fed.add({ onAdd() {} });
    fed.sink.replace([]);
    expect(late.hasSynced()).toBe(true); // before anything could be told
    await fed.end();
  });

  it('N4: what is back where it was told before the first list keeps nobody waiting', async () => {
    const fed = new FedInformer();
    const recorder = new Recorder();
    const registration = fed.add(recorder);
    fed.sink.add(pod('a', 1)); // by a feed that begins with events
    await fed.clock.settle();
    fed.sink.update(pod('a', 2));
    fed.sink.replace([pod('a', 1)]);
    expect(registration.hasSynced()).toBe(false);
    await registration.synced;
    expect(recorder.calls).toEqual(['initial a@1']);
    await fed.end();
  });

  it('N4: both promises reject when that cannot happen any more', async () => {
    const fed = new FedInformer();
    const [removed, left] = [fed.add(new Recorder()), fed.add(new Recorder())];
    await removed.remove();
    await fed.end();
    await expect(removed.synced).rejects.toThrow('it was removed');
    await expect(left.synced).rejects.toThrow(StoppedError);
    await expect(fed.informer.synced).rejects.toThrow(StoppedError);
  });
});

describe('failing', () => {
  it('N3: a handler that throws or rejects is told of once, and goes on', async () => {
    const fed = new FedInformer();
    const told: string[] = [];
    const failing: ResourceEventHandler<Pod> = {
      onAdd: () => {
        told.push('add');
        throw new Error('no');
      },
      onUpdate: () => Promise.reject(new Error('never')),
      onDelete: () => {
        told.push('delete');
        // eslint-disable-next-line no-throw-literal
        throw 'a text';
      },
    };
    const registration = fed.add(failing, { ...every(9, 'remove'), name: 'failing' });
    const other = new Recorder();
    fed.add(other, every(9, 'remove'));
    fed.sink.replace([pod('a', 1)]);
    fed.sink.update(pod('a', 2));
    fed.sink.delete(pod('a', 2));
    await fed.clock.settle();
    expect(told).toEqual(['add', 'delete']);
    expect(other.calls).toEqual(['initial a@1', 'update a@1 a@2', 'delete a@2 exact']);
    expect(registration.hasSynced()).toBe(true);
    const about = { kind: 'handler', handler: 'failing', key: 'a' };
    expect(fed.problems).toEqual([
      { ...about, callback: 'onAdd', error: new Error('no') },
      { ...about, callback: 'onUpdate', error: new Error('never') },
      { ...about, callback: 'onDelete', error: expect.objectContaining({ message: expect.stringContaining('a text') }) },
    ]);
    expect(fed.logger.entries.filter(({ level }) => level === 'error').length).toBe(3);
    await fed.end();
  });

  it('N3: an onError that fails is logged, and no more', async () => {
    let calls = 0;
    const fed = new FedInformer({
      onError: () => {
        calls++;
        throw new Error('onError itself');
      },
    });
    fed.add({
      onAdd: () => {
        throw new Error('no');
      },
    });
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    expect(calls).toBe(2);
    expect(fed.logger.entries.map(({ message }) => message)).toContain('onError failed: onError itself');
    await fed.end();
  });
});

describe('removing', () => {
  it('N6: waits for the callback that is running, and nothing begins any more', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const recorder = new Recorder(gate.wait);
    const registration = fed.add(recorder);
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    let isRemoved = false;
    const removing = registration.remove().then(() => (isRemoved = true));
    await fed.clock.settle();
    expect(isRemoved).toBe(false);
    gate.release();
    await removing;
    expect(recorder.calls).toEqual(['initial a@1']);
    expect(fed.clock.pending).toBe(0);
    await fed.end();
  });

  it('N6: from inside the callback it does not wait for itself', async () => {
    const fed = new FedInformer();
    const told: string[] = [];
    const registration: HandlerRegistration = fed.add({
      onAdd: async (object) => {
        told.push(object.metadata.name);
        await registration.remove();
        told.push('removed');
      },
    });
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    expect(told).toEqual(['a', 'removed']);
    await fed.end();
  });

  it('N6: after the callback has waited for something, it waits for stopLimit and says so', async () => {
    const fed = new FedInformer({ stopLimit: 2_000 });
    const gate = new Gate();
    const told: number[] = [];
    const registration: HandlerRegistration = fed.add({
      onAdd: async () => {
        await gate.wait();
        await registration.remove();
        told.push(fed.clock.now());
      },
    });
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    gate.release();
    await fed.clock.advance(10_000);
    expect(told).toEqual([2_000]);
    expect(fed.logger.entries.map(({ message }) => message).join()).toContain('still running after 2000 ms');
    await fed.end();
  });

  it('N6: removed twice, by another informer, after the end: no effect', async () => {
    const [fed, other] = [new FedInformer(), new FedInformer()];
    const registration = fed.add(new Recorder());
    expect(other.informer.removeEventHandler(registration)).toBe(false);
    expect(fed.informer.report().handlers.length).toBe(1);
    expect(fed.informer.removeEventHandler(registration)).toBe(true);
    expect(fed.informer.removeEventHandler(registration)).toBe(false);
    await registration.remove();
    const last = fed.add(new Recorder());
    await fed.end();
    expect(fed.informer.removeEventHandler(last)).toBe(false);
    await last.remove();
    await other.end();
  });
});

describe('resyncs', () => {
  it('N7: tells what was told again, each handler with its own period, and asks nobody', async () => {
    const fed = new FedInformer({ resyncPeriod: 2_000 });
    const [never, two, three] = [new Recorder(), new Recorder(), new Recorder()];
    fed.add(never, { resyncPeriod: 0 });
    fed.add(two);
    fed.add(three, { resyncPeriod: 3_000 });
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    const initial = ['initial a@1', 'initial b@1'];
    const resync = ['resync a@1', 'resync b@1'];
    await fed.clock.advance(2_000);
    expect([never.calls, two.calls, three.calls]).toEqual([initial, [...initial, ...resync], initial]);
    await fed.clock.advance(1_000);
    expect([never.calls, two.calls, three.calls]).toEqual([initial, [...initial, ...resync], [...initial, ...resync]]);
    await fed.end();
  });

  it('N7: ends with the handler and with the informer', async () => {
    const fed = new FedInformer({ resyncPeriod: 1_000 });
    const registration = fed.add(new Recorder());
    fed.add(new Recorder());
    expect(fed.clock.pending).toBe(2);
    await registration.remove();
    expect(fed.clock.pending).toBe(1);
    await fed.end();
  });

  it('N7: changes and resyncs take turns, so that neither keeps the other waiting', async () => {
    const fed = new FedInformer();
    const recorder = new Recorder();
    fed.add(recorder, every(1_000, 'remove'));
    fed.sink.replace([pod('a', 1), pod('b', 1), pod('c', 1)]);
    await fed.clock.settle();
    fed.sink.resync?.();
    for (let version = 2; version < 6; version++) fed.sink.update(pod('c', version));
    await fed.clock.settle();
    const places = recorder.calls.slice(3).map((call) => call.split(' ')[0]);
    expect(new Set(places.slice(0, 2)).size).toBe(2);
    expect(recorder.calls.at(-1)).toBe('update c@4 c@5');
    await fed.end();
  });

  it.each([1, 999, -1, Number.NaN])('N7: a period of %d ms is refused', (resyncPeriod) => {
    expect(() => new FedInformer({ resyncPeriod })).toThrow(expect.objectContaining({ field: 'resyncPeriod' }));
    expect(() => new FedInformer().add(new Recorder(), { resyncPeriod })).toThrow(ValidationError);
  });
});

describe('the end', () => {
  it('N9: waits for the callback of a handler that was removed before', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const registration = fed.add(new Recorder(gate.wait));
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.informer.removeEventHandler(registration);
    fed.stop.abort();
    let isEnded = false;
    void fed.running.then(() => (isEnded = true));
    await fed.clock.settle();
    expect(isEnded).toBe(false);
    gate.release();
    await fed.end();
  });

  it('N9: waits for the last word of a handler that has overflowed', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    fed.add({ onAdd() {}, onOverflow: gate.wait }, every(1, 'remove'));
    fed.sink.replace([]);
    fed.sink.transaction?.([
      { op: 'add', object: pod('a', 1) },
      { op: 'add', object: pod('b', 1) },
    ]);
    await fed.clock.settle();
    fed.stop.abort();
    let isEnded = false;
    void fed.running.then(() => (isEnded = true));
    await fed.clock.settle();
    expect(isEnded).toBe(false);
    gate.release();
    await fed.end();
  });

  it('N9: what fails after the end is logged, and told to nobody', async () => {
    const fed = new FedInformer({ stopLimit: 1_000 });
    const gate = new Gate();
    fed.add({
      onAdd: async () => {
        await gate.wait();
        throw new Error('too late');
      },
    });
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.stop.abort();
    await fed.clock.advance(1_000);
    await fed.running;
    gate.release();
    await fed.clock.settle();
    expect(fed.problems).toEqual([]);
    expect(fed.logger.entries.map(({ message }) => message)).toContain(
      'The callback onAdd of the handler handler-1 failed: too late',
    );
  });

  it('N9: a handler that has just overflowed is not called any more', async () => {
    const fed = new FedInformer();
    const told: string[] = [];
    fed.add({ onAdd: () => told.push('add'), onOverflow: () => told.push('overflow') }, every(1, 'remove'));
    fed.sink.replace([]);
    fed.sink.transaction?.([
      { op: 'add', object: pod('a', 1) },
      { op: 'add', object: pod('b', 1) },
    ]);
    await fed.end();
    await fed.clock.settle();
    expect(told).toEqual([]);
    expect(fed.problems.map(({ kind }) => kind)).toEqual(['overflow']);
  });

  it('N9: comes within stopLimit though a callback never returns and the feed never ends', async () => {
    const fed = new FedInformer({ stopLimit: 3_000 });
    fed.add({ onAdd: () => new Promise(() => {}) });
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    fed.stop.abort();
    expect(fed.informer.isStopped).toBe(true);
    let isEnded = false;
    void fed.running.then(() => (isEnded = true));
    await fed.clock.advance(2_999);
    expect(isEnded).toBe(false);
    await fed.clock.advance(1);
    expect(isEnded).toBe(true);
    expect(fed.clock.pending).toBe(0);
  });

  it('N9: comes with the feed, which may fail', async () => {
    const lost = new Error('the feed is lost');
    const informer = new Informer<Pod>({}, () => ({ run: () => Promise.reject(lost) }));
    await expect(informer.run()).rejects.toBe(lost);
    expect(informer.isStopped).toBe(true);
    const done = new Informer<Pod>({}, () => ({ run: () => Promise.resolve() }));
    await done.run();
    expect(done.report()).toMatchObject({ state: 'stopped', hasSynced: false, objects: 0, handlers: [] });
  });

  it('N9: a disposal from inside a callback, and a second one, are fine', async () => {
    const fed = new FedInformer();
    const told: string[] = [];
    fed.add({
      onAdd: (object) => {
        told.push(object.metadata.name);
        void fed.informer[Symbol.asyncDispose]();
      },
    });
    fed.sink.replace([pod('a', 1), pod('b', 1)]);
    await fed.clock.settle();
    await fed.informer[Symbol.asyncDispose]();
    expect(told).toEqual(['a']);
    await fed.end();
  });
});
