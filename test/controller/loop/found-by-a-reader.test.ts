/** What somebody found who tried to break the controller. */
import { describe, expect, it } from 'vitest';
import { Controller } from '../../../src/controller/controller.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { isResync } from '../../../src/controller/events/event.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import type { EventHandler } from '../../../src/controller/handler.js';
import type { ControllerOptions } from '../../../src/controller/options.js';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import { MemoryScheduler } from '../../../src/controller/southbound/scheduler.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { systemClock } from '../../../src/ports/clock.js';

function handler(name: string, parts: Partial<EventHandler> = {}): EventHandler {
  return { name, handlesEvent: () => true, resync: () => {}, update: () => '', revert: () => {}, ...parts };
}

function world(options: Partial<ControllerOptions> = {}, validate?: (key: string, value: unknown) => void) {
  const clock = new SimulatedClock();
  const plane = new MemoryPlane({ clock });
  const southbound = new MemoryScheduler({
    clock,
    descriptors: [plane.descriptor({ name: 'all', prefix: '/', ...(validate === undefined ? {} : { validate }) })],
  });
  const controller = new Controller({ clock, southbound, handlers: [handler('a')], ...options });
  return { clock, plane, southbound, controller };
}

describe('found by a reader', () => {
  it('E15: EL1: a handler that pushes a follow-up in every update does not keep the process to itself: close() ends in its time', async () => {
    const endless = handler('endless', {
      update: () => {
        controller.pushEvent(new KubeStateChange({ resource: 'pods', key: '/pods/a', newValue: 1 }));
      },
    });
    const southbound = { commit: () => Promise.resolve({ outcome: 'applied', sequence: 0, failures: [], values: [] } as const) };
    const timings = { shutdownTimeout: 30 };
    const controller = new Controller({
      clock: systemClock,
      southbound,
      handlers: [endless],
      timings,
      history: { maxRecords: 10 },
    });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    controller.pushEvent(new KubeStateChange({ resource: 'pods', key: '/pods/a', newValue: 1 }));
    await expect(controller.close()).rejects.toMatchObject({ code: 'closed' });
  });

  it('EH19: an external value that spoils the value of a handler is told and not healed, and can be taken back', async () => {
    const put = handler('a', { resync: (_event, _state, _count, txn) => txn.put('/route', { metric: 10 }) });
    const validate = (_key: string, value: unknown): void => {
      if (typeof (value as { metric: unknown }).metric !== 'number') throw new Error('the metric is no number');
    };
    const { clock, plane, controller } = world(
      { handlers: [put], externalSources: [{ name: 'cli', getConfigSnapshot: () => ({}) }] },
      validate,
    );
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    const bad = new ExternalConfigChange({ source: 'cli', updatedKVs: { '/route': { metric: 'low' } }, blocking: true });
    controller.pushEvent(bad);
    await clock.advance(60_000);
    await expect(bad.wait()).rejects.toMatchObject({
      code: 'transaction-failed',
      message: expect.stringContaining('cli') as unknown,
    });
    expect(controller.report()).toMatchObject({ state: 'idle', healing: 'none' });
    const back = new ExternalConfigChange({ source: 'cli', updatedKVs: { '/route': null }, blocking: true });
    controller.pushEvent(back);
    await clock.advance(60_000);
    await expect(back.wait()).resolves.toBeUndefined();
    expect(plane.values.get('/route')).toEqual({ metric: 10 });
    await controller.close();
  });

  it('EC24: a source that cannot answer at the startup loses nothing, and is asked again until it can', async () => {
    let asked = 0;
    const getConfigSnapshot = () => {
      if (++asked <= 2) throw new Error('not ready');
      return { '/acl/web': 2 };
    };
    const { clock, plane, controller } = world({ externalSources: [{ name: 'cli', getConfigSnapshot }] });
    plane.set('/acl/web', 1); // of an earlier process
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    await clock.settle();
    expect(plane.values.get('/acl/web'), 'nobody knows whether the source wants it').toBe(1);
    await clock.advance(5_000);
    expect([asked, plane.values.get('/acl/web')]).toEqual([2, 1]);
    await clock.advance(10_000);
    expect([asked, plane.values.get('/acl/web')]).toEqual([3, 2]);
    plane.set('/stranger', 1);
    controller.pushEvent(new DBResync({ kubeState: {} }));
    await clock.settle();
    expect([...plane.values.keys()], 'everybody has said what he wants').toEqual(['/acl/web']);
    await controller.close();
    expect(clock.pending).toBe(0);
  });

  it('EH41: a local fallback without external configuration takes nothing away that a process before this one has applied', async () => {
    const { clock, plane, controller } = world();
    plane.set('/acl/web', 1);
    await controller.start();
    controller.pushEvent(new DBResync({ local: true, kubeState: {} }));
    await clock.settle();
    expect(plane.values.get('/acl/web')).toBe(1);
    controller.pushEvent(new DBResync({ kubeState: {}, externalConfig: {} }));
    await clock.settle();
    expect(plane.values.size).toBe(0);
    await controller.close();
  });

  it('EH15: V7: a handler that fails in the first resync of a process loses nothing of what an earlier one has applied', async () => {
    let isBroken = true;
    const resync: EventHandler['resync'] = (_event, _state, _count, txn) => {
      if (isBroken) throw new Error('not yet');
      txn.put('/kept', 1);
    };
    const { clock, plane, controller } = world({ handlers: [handler('a', { resync })] });
    plane.set('/kept', 1);
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    await clock.settle();
    expect(plane.values.get('/kept')).toBe(1);
    isBroken = false;
    await clock.advance(5_000);
    expect(plane.calls.filter(({ operation }) => operation === 'delete' || operation === 'create')).toEqual([]);
    await controller.close();
  });

  it('E3: a DBResync that a handler pushes waits behind what was told before it', async () => {
    const { clock, controller } = world({
      handlers: [
        handler('a', {
          update: (event) => {
            if (event instanceof KubeStateChange && event.newValue === 1) {
              controller.pushEvent(new DBResync({ kubeState: { pods: { '/pods/a': 3 } } }));
            }
          },
        }),
      ],
    });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    controller.pushEvent(new KubeStateChange({ resource: 'pods', key: '/pods/a', newValue: 1 }));
    controller.pushEvent(new KubeStateChange({ resource: 'pods', key: '/pods/a', prevValue: 1, newValue: 2 }));
    await clock.settle();
    expect(controller.kubeState['pods']).toEqual({ '/pods/a': 3 });
    expect(controller.history.query().map(({ name }) => name)).toEqual([
      'Database Resync',
      'Kubernetes State Change',
      'Kubernetes State Change',
      'Database Resync',
    ]);
    await controller.close();
  });

  it('E17: a resync that changes nothing is recorded without changes, and with the same version', async () => {
    const same = handler('a', { resync: (_event, _state, _count, txn) => txn.put('/same', { list: [1] }) });
    const { clock, controller } = world({ handlers: [same] });
    await controller.start();
    const resync = (): DBResync => new DBResync({ kubeState: {}, externalConfig: { '/ext': { n: 1 } } });
    for (let round = 0; round < 3; round++) controller.pushEvent(resync());
    await clock.settle();
    const [first, ...others] = controller.history.query().map(({ transaction }) => transaction);
    expect(first?.changes.map(({ key }) => key)).toEqual(['/ext', '/same']);
    for (const transaction of others) expect(transaction).toMatchObject({ changes: [], versionBefore: 1, versionAfter: 1 });
    controller.pushEvent(new DBResync({ kubeState: {}, externalConfig: { '/ext': { n: 2 } } }));
    await clock.settle();
    expect(controller.history.query({ last: 1 })[0]?.transaction?.changes).toEqual([
      { key: '/ext', before: { n: 1 }, after: { n: 2 }, wantedBy: ['db'] },
    ]);
    await controller.close();
  });

  it('EH15: a key that two handlers build together is kept when either of them fails', async () => {
    let isBroken = false;
    const put: EventHandler['update'] = (_event, txn) => txn.put('/shared', 1);
    const [a, b] = [
      handler('a', {
        resync: (_event, _state, count, txn) => {
          if (isBroken) throw new Error('broken');
          if (count === 1) txn.put('/shared', 0);
        },
      }),
      handler('b', { update: put }),
    ];
    const { clock, plane, controller } = world({ handlers: [a, b], isShared: (key) => key === '/shared' });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    controller.pushEvent(new KubeStateChange({ resource: 'pods', key: '/pods/a', newValue: 1 }));
    await clock.settle();
    isBroken = true;
    controller.pushEvent(new DBResync({ kubeState: {} }));
    await clock.settle();
    expect(plane.values.get('/shared')).toBe(1);
    await controller.close();
  });

  it('EC20: an event that is refused is left as it was', async () => {
    const { controller } = world({ limits: { queue: 0 } });
    await controller.start();
    const updatedKVs: Record<string, unknown> = { '/a': { b: 1 } };
    expect(() => controller.pushEvent(new ExternalConfigChange({ source: 'db', updatedKVs }))).toThrow('limits.queue');
    expect(Object.isFrozen(updatedKVs) || Object.isFrozen(updatedKVs['/a'])).toBe(false);
    await controller.close();
  });

  it('EH27: precedence names no source that is not there', () => {
    expect(() => world({ precedence: ['typo', 'db'] })).toThrow('"typo", which is not among externalSources');
    expect(isResync(new DBResync({ kubeState: {} }))).toBe(true);
  });

  it('EH20: a plan of a running controller knows who wants what', async () => {
    let isBroken = false;
    const planned = (name: string): EventHandler => {
      const resync: EventHandler['resync'] = (_event, kubeState, _count, txn) => {
        if (isBroken && name === 'a') throw new Error('broken');
        for (const key of Object.keys(kubeState['pods'] ?? {})) txn.put(`/${name}${key}`, 1);
      };
      return Object.assign(handler(name, { resync }), { pure: true });
    };
    const [a, b] = [planned('a'), planned('b')];
    const { clock, plane, controller } = world({ handlers: [a, b] });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: { pods: { '/x': 1, '/y': 1 } } }));
    await clock.settle();
    isBroken = true;
    const next = new DBResync({ kubeState: { pods: { '/y': 1 } } });
    const plan = await controller.plan(next);
    expect(plan.changes.map(({ key }) => key)).toEqual(['/b/x']);
    expect(controller.kubeState['pods']).toEqual({ '/x': 1, '/y': 1 });
    controller.pushEvent(next);
    await clock.settle();
    expect([...plane.values.keys()].toSorted()).toEqual(['/a/x', '/a/y', '/b/y']);
    await controller.close();
  });

  it('E15: EL1: close() ends in its time though a healing waits for a commit that was given up', async () => {
    const clock = new SimulatedClock();
    const never = new Promise<never>(() => {});
    const timings = { commitTimeout: 60_000, delayAfterErrorHealing: 100, shutdownTimeout: 1_000 };
    const controller = new Controller({ clock, southbound: { commit: () => never }, handlers: [handler('a')], timings });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    await clock.advance(61_000); // the commit was given up, and the healing waits for its answer
    expect(controller.report()).toMatchObject({ state: 'processing', processing: 'Healing Resync' });
    const closing = controller.close().catch((error: unknown) => error);
    let hasEnded = false;
    void closing.then(() => (hasEnded = true));
    await clock.advance(1_000);
    expect(hasEnded).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
