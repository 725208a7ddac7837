/** A source and the controller that it is made for: from a write in the datastore to what the southbound is asked for. */
import { describe, expect, it } from 'vitest';
import { Controller } from '../../../src/controller/controller.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import type { EventHandler } from '../../../src/controller/handler.js';
import type { SouthboundTransaction } from '../../../src/controller/southbound/port.js';
import { DatastoreSource } from '../../../src/controller/source/datastore-source.js';
import type { MirroredState } from '../../../src/controller/source/local-mirror.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { FaultyClient, seededRandom, SimulatedClock } from '../../../src/testing/index.js';
import { MemoryMirror } from './source-bench.js';

/** Wants a route for each pod. */
const routes: EventHandler = {
  name: 'routes',
  handlesEvent: () => true,
  resync(_event, kubeState, _count, txn) {
    for (const [key, value] of Object.entries(kubeState['pods'] ?? {})) txn.put(`/routes${key}`, { to: value });
  },
  update(event, txn) {
    if (!(event instanceof KubeStateChange)) return;
    if (event.newValue === undefined) txn.delete(`/routes${event.key}`);
    else txn.put(`/routes${event.key}`, { to: event.newValue });
  },
  revert() {},
};

/** What stands below: it does everything, and survives the controller. */
class Plane {
  readonly values = new Map<string, unknown>();

  commit({ kind, values }: SouthboundTransaction) {
    if (kind !== 'update') this.values.clear();
    for (const [key, value] of values) {
      if (value === null) this.values.delete(key);
      else this.values.set(key, value);
    }
    return Promise.resolve({ outcome: 'applied', sequence: 0, failures: [], values: [] } as const);
  }

  get state(): object {
    return Object.fromEntries(this.values);
  }
}

async function process(clock: SimulatedClock, client: FaultyClient, plane: Plane, mirror: MemoryMirror) {
  const controller = new Controller({ handlers: [routes], southbound: plane, clock, resources: ['pods'] });
  const resources = [{ name: 'pods', kind: 'pods' }];
  const random = seededRandom(1);
  const source = new DatastoreSource({
    client,
    controller,
    resources,
    externalConfig: { prefix: '/config' },
    mirror,
    clock,
    random,
  });
  await controller.start();
  source.start();
  await clock.advance(10);
  const end = async (): Promise<void> => {
    const ended = Promise.all([source.close(), controller.close()]);
    await clock.advance(10_000);
    await ended;
  };
  return { source, end };
}

describe('a source and its controller', () => {
  it('EC32, EH41: what the datastore has is what the plane is asked for, and a restart without the datastore takes nothing of it away', async () => {
    const clock = new SimulatedClock();
    const datastore = new MemoryDatastore({ clock, random: seededRandom(2) });
    const client = new FaultyClient(datastore, { clock, random: seededRandom(3) });
    const [plane, mirror] = [new Plane(), new MemoryMirror(clock)];
    await datastore.create({ key: '/pods/a/x', value: 'node-1' });
    await datastore.create({ key: '/config/acl', value: 'open' });
    const first = await process(clock, client, plane, mirror);
    await datastore.create({ key: '/pods/a/y', value: 'node-2' });
    await datastore.apply({ key: '/config/acl', value: 'closed' });
    await clock.advance(1_000);
    const expected = { '/config/acl': 'closed', '/routes/pods/a/x': { to: 'node-1' }, '/routes/pods/a/y': { to: 'node-2' } };
    expect(plane.state).toEqual(expected);
    await first.end();
    expect((JSON.parse(mirror.text ?? '') as MirroredState).externalConfig).toEqual({ '/config/acl': 'closed' }); // as save wrote it

    client.setRates({ 'list.refused': 1 });
    const second = await process(clock, client, plane, mirror);
    await clock.advance(10_000);
    expect(second.source.report()).toMatchObject({ isLocalFallback: true, told: { localResyncs: 1 } });
    expect(plane.state, 'external configuration included').toEqual(expected);
    await datastore.delete('/pods/a/x');
    client.heal();
    await clock.advance(120_000);
    expect(plane.state).toEqual({ '/config/acl': 'closed', '/routes/pods/a/y': { to: 'node-2' } });
    await second.end();
    expect(clock.pending).toBe(0);
  });

  it('what a handler makes a source do is no follow-up of the event that is being handled', async () => {
    const clock = new SimulatedClock();
    const datastore = new MemoryDatastore({ clock, random: seededRandom(2) });
    let letGo = (): void => {};
    const handler: EventHandler = {
      ...routes,
      resync: () => {},
      update(event, txn) {
        if (!(event instanceof KubeStateChange) || event.key !== '/pods/a/x') return routes.update(event, txn);
        source.start(); // whatever it does from now on was begun in this call
        source.requestResync();
        return new Promise<void>((resolve) => (letGo = resolve));
      },
    };
    const controller = new Controller({ handlers: [handler], southbound: new Plane(), clock, resources: ['pods'] });
    const resources = [{ name: 'pods', kind: 'pods' }];
    const source = new DatastoreSource({ client: datastore, controller, resources, clock, random: seededRandom(1) });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: { pods: {} } }));
    controller.pushEvent(new KubeStateChange({ key: '/pods/a/x', resource: 'pods', newValue: 'node-1' }));
    await clock.advance(100);
    await datastore.apply({ key: '/pods/a/y', value: 'node-2' });
    await clock.advance(100);
    expect(source.report().told, 'while the handler is still being called').toMatchObject({ resyncs: 1, changes: 1 });
    letGo();
    await clock.advance(100);
    expect(controller.history.query().map(({ name, followUpTo }) => [name, followUpTo])).toEqual([
      ['Database Resync', undefined],
      ['Kubernetes State Change', undefined],
      ['Database Resync', undefined], // not overtaken by what came after it
      ['Kubernetes State Change', undefined],
    ]);
    const ended = Promise.all([source.close(), controller.close()]);
    await clock.advance(10_000);
    await ended;
  });
});
