/**
 * The cases of client-go's shared_informer_test, on a script of answers and on simulated time. A title begins with the original's name;
 * where ours differs on purpose, it says so.
 */
import { describe, expect, it } from 'vitest';
import type { HandlerRegistration } from '../../../src/cache/informer/handler.js';
import { createListWatchFromClient } from '../../../src/cache/reflector/list-watch-from-client.js';
import { SharedInformer } from '../../../src/cache/informer/shared-informer.js';
import { DatastoreUnavailableError, StoppedError, ValidationError } from '../../../src/index.js';
import { FedInformer, Gate, messageOf, pod, Recorder, type Pod } from './fed-informer.js';
import { added, listOf, modified, ScriptedInformer } from './scripted-informer.js';

const colored = (name: string, version: number, color: string): Pod => ({ ...pod(name, version), color });
const initial = (...names: readonly string[]): readonly string[] => names.map((name) => `initial ${name}`);

describe('indices', () => {
  it('TestIndexer: indices that are added before and after the start are right at once', async () => {
    const scripted = new ScriptedInformer({ indexers: { color: ({ color = '' }) => color } });
    const { informer } = scripted;
    informer.addIndexers({ first: ({ metadata }) => metadata.name.slice(0, 1) });
    await scripted.start(3, colored('a1', 1, 'red'), colored('a2', 2, 'blue'), colored('b1', 3, 'red'));
    expect(informer.indexer.indexKeys('color', 'red')).toEqual(['a1', 'b1']);
    expect(informer.indexer.byIndex('first', 'a').map(({ color }) => color)).toEqual(['red', 'blue']);
    informer.addIndexers({ version: ({ metadata }) => metadata.resourceVersion ?? '' });
    expect(informer.indexer.listIndexFuncValues('version')).toEqual(['1', '2', '3']);
    await scripted.send(modified(colored('a2', 4, 'red')));
    expect(informer.indexer.indexKeys('color', 'red')).toEqual(['a1', 'a2', 'b1']);
    expect(informer.indexer.listIndexFuncValues('version')).toEqual(['1', '3', '4']);
    expect(() => informer.addIndexers({ color: () => 'x' })).toThrow(ValidationError);
    expect('add' in informer.indexer, 'only the informer fills its store').toBe(false);
    await scripted.end();
  });
});

describe('resyncs', () => {
  it('TestListenerResyncPeriods, TestListenerResyncPeriodsDelayed: only those who are due are told, and nobody waits for another', async () => {
    const scripted = new ScriptedInformer();
    const [zero, two, three] = [new Recorder(), new Recorder(), new Recorder()];
    scripted.informer.addEventHandler(zero);
    scripted.informer.addEventHandler(two, { resyncPeriod: 2_000 });
    scripted.informer.addEventHandler(three, { resyncPeriod: 3_000 });
    await scripted.clock.advance(5_000); // before it runs, no time passes for it
    await scripted.start(2, pod('a', 1), pod('b', 2));
    const counts = (): number[] => [zero, two, three].map(({ calls }) => calls.filter((call) => call.startsWith('resync')).length);
    await scripted.clock.advance(2_000);
    expect(counts()).toEqual([0, 2, 0]);
    await scripted.clock.advance(1_000);
    expect(counts()).toEqual([0, 2, 2]);
    await scripted.clock.advance(3_000);
    expect(counts()).toEqual([0, 6, 4]);
    expect(scripted.client.calls.map(({ op }) => op)).toEqual(['list', 'watch']);
    await scripted.end();
  });

  it('TestResyncCheckPeriod: each handler keeps its own period, whatever the others and the informer have', async () => {
    const hour = 3_600_000;
    const fed = new FedInformer({ resyncPeriod: hour });
    const periods = [undefined, 60_000, 55_000, 5_000];
    const recorders = periods.map((resyncPeriod) => {
      const recorder = new Recorder();
      fed.add(recorder, { resyncPeriod });
      return recorder;
    });
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.advance(hour);
    expect(recorders.map(({ calls }) => calls.length - 1)).toEqual([1, 60, 65, 720]);
    await fed.end();
  });
});

describe('running', () => {
  it('TestSharedInformerInitializationRace, TestSharedInformerStartRace: handlers can be added in the middle of the start', async () => {
    const scripted = new ScriptedInformer();
    const recorders: Recorder[] = [];
    const join = (): void => {
      const recorder = new Recorder();
      recorders.push(recorder);
      scripted.informer.addEventHandler(recorder);
    };
    join();
    scripted.run();
    join();
    const joining = (async () => {
      for (let count = 0; count < 20; count++) {
        join();
        await Promise.resolve();
      }
    })();
    scripted.client.onList('pods', listOf(2, pod('a', 1), pod('b', 2)));
    scripted.client.onWatch('pods', 'opened');
    await joining;
    await scripted.clock.settle();
    for (const { calls } of recorders) expect(calls).toEqual(initial('a@1', 'b@2'));
    await scripted.end();
  });

  it('TestSharedInformerWatchDisruption: what has changed during a cut is told to everybody, the rest to those who resync', async () => {
    const scripted = new ScriptedInformer();
    const [plain, resyncing] = [new Recorder(), new Recorder()];
    scripted.informer.addEventHandler(plain);
    scripted.informer.addEventHandler(resyncing, { resyncPeriod: 60_000 });
    await scripted.start(2, pod('pod1', 1), pod('pod2', 2));
    await scripted.relist(4, pod('pod1', 1), pod('pod2', 3), pod('pod3', 4));
    const changes = ['update pod2@2 pod2@3', 'add pod3@4'];
    expect(plain.calls.slice(2)).toEqual(changes);
    await scripted.clock.advance(60_000);
    expect(plain.calls.slice(4)).toEqual([]);
    expect(resyncing.calls.slice(4)).toEqual(['resync pod1@1', 'resync pod2@3', 'resync pod3@4']);
    await scripted.end();
  });

  it('TestSharedInformerErrorHandling: what the list fails with reaches onError', async () => {
    const scripted = new ScriptedInformer();
    scripted.run();
    const refused = new DatastoreUnavailableError('connect');
    scripted.client.onList('pods', refused);
    await scripted.clock.settle();
    expect(scripted.problems).toEqual([{ kind: 'request', phase: 'list', failure: expect.objectContaining({ error: refused }) }]);
    expect(scripted.informer.hasSynced()).toBe(false);
    expect(scripted.informer.report().reflector.listFailures).toBe(1);
    await scripted.end();
  });

  it('TestSharedInformerTransformer: handlers are told what the transform has made', async () => {
    const scripted = new ScriptedInformer({ transform: (object) => ({ ...object, color: `was ${object.color}` }) });
    const told: unknown[] = [];
    scripted.informer.addEventHandler({ onAdd: ({ color }) => told.push(color), onUpdate: (_, { color }) => told.push(color) });
    await scripted.start(1, colored('a', 1, 'red'));
    await scripted.send(modified(colored('a', 2, 'blue')), added(colored('b', 3, 'green')));
    expect(told).toEqual(['was red', 'was blue', 'was green']);
    expect(scripted.informer.indexer.getByKey('a')?.color).toBe('was blue');
    await scripted.end();
  });

  it('TestStateSharedInformer: created, running, stopped, and never again', async () => {
    const scripted = new ScriptedInformer();
    const { informer } = scripted;
    expect(informer.report().state).toBe('created');
    expect(informer.isStopped).toBe(false);
    await scripted.start(1);
    expect(informer.report()).toMatchObject({ state: 'running', hasSynced: true, objects: 0, resourceVersion: '1' });
    expect(informer.report().reflector.state).toContain('watching');
    await expect(informer.run()).rejects.toThrow('is running already');
    await scripted.end();
    expect(informer.isStopped).toBe(true);
    await expect(informer.run()).rejects.toThrow(StoppedError);
  });

  it('TestShutdown: never run, with a handler before and after: nothing is left', async () => {
    const never = new ScriptedInformer();
    never.informer.addEventHandler(new Recorder(), { resyncPeriod: 1_000 });
    await never.informer[Symbol.asyncDispose]();
    expect(never.clock.pending).toBe(0);
    await expect(never.informer.synced).rejects.toThrow(StoppedError);
    const aborted = new ScriptedInformer();
    aborted.stop.abort();
    aborted.run();
    await aborted.end();
    expect(aborted.client.calls).toEqual([]);
    const late = new ScriptedInformer({ resyncPeriod: 1_000 });
    late.informer.addEventHandler(new Recorder());
    await late.start(1, pod('a', 1));
    late.informer.addEventHandler(new Recorder());
    await late.end();
  });
});

describe('handlers', () => {
  it('TestSharedInformerRemoveHandler: two, one, none', async () => {
    const scripted = new ScriptedInformer();
    const { informer } = scripted;
    const [one, two] = [new Recorder(), new Recorder()];
    const handles = [informer.addEventHandler(one), informer.addEventHandler(two)];
    await scripted.start(1, pod('a', 1));
    expect(informer.report().handlers).toEqual([
      { name: 'handler-1', hasSynced: true, pending: 0 },
      { name: 'handler-2', hasSynced: true, pending: 0 },
    ]);
    for (const [place, handle] of handles.entries()) {
      await handle.remove();
      expect(informer.report().handlers.length).toBe(1 - place);
    }
    await scripted.send(added(pod('b', 2)));
    expect([one.calls, two.calls]).toEqual([initial('a@1'), initial('a@1')]);
    await scripted.end();
  });

  it('TestSharedInformerRemoveForeignHandler: has no effect on either informer', async () => {
    const [mine, other] = [new ScriptedInformer(), new ScriptedInformer()];
    const recorder = new Recorder();
    const foreign = other.informer.addEventHandler(recorder);
    mine.informer.addEventHandler(new Recorder());
    expect(mine.informer.removeEventHandler(foreign)).toBe(false);
    expect(mine.informer.removeEventHandler({} as HandlerRegistration)).toBe(false); // what JavaScript hands in
    await other.start(1, pod('a', 1));
    expect(recorder.calls).toEqual(initial('a@1'));
    expect(mine.informer.report().handlers.length).toBe(1);
    await other.end();
    await mine.informer[Symbol.asyncDispose]();
  });

  it('TestSharedInformerMultipleRegistration: the same handler twice is two registrations', async () => {
    const fed = new FedInformer();
    const told: string[] = [];
    const handler = { onAdd: ({ metadata }: Pod): number => told.push(metadata.name) };
    const [first, second] = [fed.add(handler), fed.add(handler)];
    expect(first).not.toBe(second);
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    expect(told).toEqual(['a', 'a']);
    await first.remove();
    fed.sink.add(pod('b', 2));
    await fed.clock.settle();
    expect(told).toEqual(['a', 'a', 'b']);
    await fed.end();
  });

  it('TestRemovingRemovedSharedInformer: the second time is fine', async () => {
    const fed = new FedInformer();
    const registration = fed.add(new Recorder());
    await registration.remove();
    await registration.remove();
    expect(fed.informer.removeEventHandler(registration)).toBe(false);
    expect(registration.hasSynced()).toBe(false);
    await fed.end();
  });

  it('TestSharedInformerHandlerAbuse: 100 that come and go during 10,000 events', async () => {
    const fed = new FedInformer();
    fed.sink.replace([]);
    const whole = new Recorder();
    fed.add(whole);
    const abuse = async (worker: number): Promise<void> => {
      for (let round = 0; round < 5; round++) {
        const registration = fed.add(new Recorder(() => (worker % 2 === 0 ? undefined : Promise.resolve())));
        for (let turn = 0; turn < worker % 7; turn++) await Promise.resolve();
        await registration.remove();
      }
    };
    const abusing = Promise.all(Array.from({ length: 100 }, (_, worker) => abuse(worker)));
    for (let event = 0; event < 10_000; event++) {
      fed.sink.update(pod(`pod${event % 50}`, event));
      if (event % 10 === 0) await Promise.resolve();
    }
    await abusing;
    await fed.clock.settle();
    expect(whole.view.size).toBe(50);
    expect(fed.informer.report().handlers.length).toBe(1);
    expect(fed.problems).toEqual([]);
    await fed.end();
    expect(() => fed.add(whole)).toThrow('stopped already');
  });

  it('TestAddOnStopped: throws, and says so', async () => {
    const scripted = new ScriptedInformer();
    await scripted.informer[Symbol.asyncDispose]();
    expect(() => scripted.informer.addEventHandler(new Recorder(), { name: 'late' })).toThrow(
      'The handler late was not added: the informer has stopped already.',
    );
  });

  it('TestRemoveOnStopped: is fine', async () => {
    const scripted = new ScriptedInformer();
    const registration = scripted.informer.addEventHandler(new Recorder());
    await scripted.informer[Symbol.asyncDispose]();
    expect(scripted.informer.removeEventHandler(registration)).toBe(false);
    await registration.remove();
  });

  it('TestRemoveWhileActive: nothing is told afterwards', async () => {
    const scripted = new ScriptedInformer();
    const recorder = new Recorder();
    const registration = scripted.informer.addEventHandler(recorder);
    await scripted.start(1, pod('a', 1));
    await registration.remove();
    await scripted.send(added(pod('b', 2)));
    expect(recorder.calls).toEqual(initial('a@1'));
    await scripted.end();
  });

  it('TestAddWhileActive: a late handler is told what there is, then what is new, and is in sync when it has been', async () => {
    const scripted = new ScriptedInformer();
    const gate = new Gate();
    const [early, late] = [new Recorder(), new Recorder(gate.wait)];
    const first = scripted.informer.addEventHandler(early);
    await scripted.start(1, pod('a', 1));
    const second = scripted.informer.addEventHandler(late);
    expect([first.hasSynced(), second.hasSynced()]).toEqual([true, false]);
    await scripted.send(added(pod('b', 2)));
    expect(second.hasSynced()).toBe(false);
    gate.release();
    await second.synced;
    await scripted.clock.settle();
    gate.release();
    expect(early.calls).toEqual([...initial('a@1'), 'add b@2']);
    expect(late.calls).toEqual([...initial('a@1'), 'add b@2']);
    await scripted.end();
  });

  it('TestEventPanics: each event that makes a handler throw is passed, without a pause, and all are tried', async () => {
    const scripted = new ScriptedInformer();
    const tried: string[] = [];
    scripted.informer.addEventHandler(
      {
        onAdd: ({ metadata }) => {
          tried.push(metadata.name);
          throw new Error(`no ${metadata.name}`);
        },
      },
      { name: 'throwing' },
    );
    await scripted.start(3, pod('a', 1), pod('b', 2), pod('c', 3));
    expect(tried).toEqual(['a', 'b', 'c']);
    expect(scripted.problems.map(messageOf)).toEqual(['no a', 'no b', 'no c']);
    const logged = scripted.logger.entries.filter(({ level }) => level === 'error');
    expect(logged.map(({ message }) => message)[0]).toBe('The callback onAdd of the handler throwing failed: no a');
    await scripted.end();
  });

  it('TestRemoveEventHandler_AsynchronousPanic: a running callback may outlive removeEventHandler, and fail', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const registration = fed.add({
      onAdd: async () => {
        await gate.wait();
        throw new Error('too late');
      },
    });
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    expect(fed.informer.removeEventHandler(registration)).toBe(true);
    gate.release();
    await fed.clock.settle();
    expect(fed.problems.map(messageOf)).toEqual(['too late']);
    await fed.end();
  });

  it('TestRemoveEventHandler_SynchronousShutdown: remove waits', async () => {
    const fed = new FedInformer();
    const gate = new Gate();
    const order: string[] = [];
    const registration = fed.add({ onAdd: () => gate.wait().then(() => order.push('returned')) });
    fed.sink.replace([pod('a', 1)]);
    await fed.clock.settle();
    const removing = registration.remove().then(() => order.push('removed'));
    await fed.clock.settle();
    gate.release();
    await removing;
    expect(order).toEqual(['returned', 'removed']);
    await fed.end();
  });

  it('TestRemoveEventHandler_Lifecycles: never started, added before and after the start', async () => {
    const never = new ScriptedInformer();
    await never.informer.addEventHandler(new Recorder()).remove();
    const scripted = new ScriptedInformer();
    const before = scripted.informer.addEventHandler(new Recorder());
    await scripted.start(1, pod('a', 1));
    const after = scripted.informer.addEventHandler(new Recorder());
    await Promise.all([before.remove(), after.remove()]);
    expect(scripted.informer.report().handlers).toEqual([]);
    await scripted.end();
    await never.informer[Symbol.asyncDispose]();
  });
});

describe('options', () => {
  it.each([
    [{ transform: 1 }, 'transform'],
    [{ stopLimit: -1 }, 'stopLimit'],
    [{ keyFunc: 'name' }, 'keyFunc'],
    [{ listerWatcher: {} }, 'listerWatcher'],
    [{ timings: { idleLimit: -1 } }, 'timings.idleLimit'],
  ])('refuses %j', (wrong, field) => {
    const { client } = new ScriptedInformer();
    const options = { listerWatcher: createListWatchFromClient<Pod>(client, 'pods'), ...wrong } as unknown;
    // What JavaScript hands in.
    expect(() => new SharedInformer<Pod>(options as ConstructorParameters<typeof SharedInformer<Pod>>[0])).toThrow(
      expect.objectContaining({ code: 'invalid', field }),
    );
  });
});
