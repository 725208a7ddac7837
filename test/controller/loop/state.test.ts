/** What is known and wanted: inputs as received, outputs as last wanted, all of it frozen. */
import { describe, expect, it } from 'vitest';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { EventMethod, type Event } from '../../../src/controller/events/event.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { HealingResync } from '../../../src/controller/events/healing-resync.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import type { KubeStateData } from '../../../src/controller/key-values.js';
import { ValidationError } from '../../../src/model/errors.js';
import { revertible, TestUpdate, throwing } from '../../support/controller/recording-handler.js';
import { rig, running } from '../../support/controller/rig.js';

const wrong = new Error('wrong');
const pod = (key: string, newValue?: unknown): KubeStateChange => new KubeStateChange({ resource: 'pods', key, newValue });

describe('configuration that handlers want', () => {
  it('EC26: V19: E20: a put is seen by later handlers in both ways, at the next event by getConfig alone; after a delete by neither', async () => {
    const seen: Record<string, unknown[]> = {};
    const loop = await running({
      handlers: {
        a: {
          update: ({ name }, txn) => {
            if (name === 'put') txn.put('/k', { v: 1 });
            if (name === 'delete') txn.delete('/k');
          },
        },
        b: { update: ({ name }, txn) => void (seen[name] = [loop.controller.getConfig('/k'), txn.get('/k')]) },
      },
    });
    for (const name of ['put', 'look', 'delete', 'look again']) loop.controller.pushEvent(new TestUpdate(name));
    await loop.clock.settle();
    expect(seen).toEqual({
      put: [{ v: 1 }, { v: 1 }],
      look: [{ v: 1 }, undefined],
      delete: [undefined, undefined],
      'look again': [undefined, undefined],
    });
  });

  it('EC26: what getConfig answers cannot be changed, also between events and before the first', async () => {
    const loop = rig({ handlers: { a: { update: (_event, txn) => txn.put('/k', { list: [1] }) } } });
    expect(loop.controller.getConfig('/k')).toBeUndefined();
    await loop.controller.start();
    loop.controller.pushEvent(new DBResync({ kubeState: {} }));
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    const value = loop.controller.getConfig('/k') as { list: number[] };
    expect(() => value.list.push(2)).toThrow(TypeError);
    expect(loop.controller.internalConfig).toEqual({ '/k': { list: [1] } });
    expect(Object.isFrozen(loop.controller.internalConfig)).toBe(true);
  });

  it('EC15: E20: what could not be applied is wanted all the same, unless the event is reverted', async () => {
    const loop = await running({ handlers: { a: { update: ({ name }, txn) => txn.put(`/${name}`, 1) } } });
    loop.southbound.next(loop.southbound.failing('/best'), loop.southbound.reverting('/all'));
    loop.controller.pushEvent(new TestUpdate('best'));
    loop.controller.pushEvent(revertible('all'));
    await loop.clock.settle();
    expect(loop.controller.internalConfig).toEqual({ '/best': 1 });
    expect(loop.controller.report().healing).toBe('scheduled');
  });

  it('V7: EH15: a handler that fails in a resync keeps what it wanted before; what the others want no more is gone', async () => {
    let isBroken = false;
    const loop = await running({
      handlers: {
        a: { resync: (_event, txn) => txn.put(isBroken ? '/a/new' : '/a/old', 1) },
        b: {
          resync: (_event, txn) => {
            txn.put('/b/first', isBroken ? 2 : 1);
            if (isBroken) throw wrong;
            txn.put('/b/second', 1);
          },
        },
      },
    });
    isBroken = true;
    loop.controller.pushEvent(new DBResync({ kubeState: {} }));
    await loop.clock.settle();
    expect(loop.southbound.applied).toEqual({ '/a/new': 1, '/b/first': 2, '/b/second': 1 });
    expect(loop.controller.report().healing).toBe('scheduled');
  });

  it('EH11: a resync that wants nothing removes everything', async () => {
    let wants = true;
    const loop = await running({ handlers: { a: { resync: (_event, txn) => void (wants && txn.put('/a', 1)) } } });
    expect(loop.southbound.applied).toEqual({ '/a': 1 });
    wants = false;
    loop.controller.pushEvent(new HealingResync({ type: 'afterError' }));
    await loop.clock.settle();
    expect(loop.southbound.applied).toEqual({});
    expect(loop.controller.internalConfig).toEqual({});
  });

  it('EH17: EL2: a resync after updates that wants the same changes nothing', async () => {
    const puts = (pods: KubeStateData, put: (key: string, value: unknown) => void): void => {
      for (const [key, value] of Object.entries(pods['pods'] ?? {})) put(`/routes${key}`, value);
    };
    const loop = await running({
      handlers: {
        a: {
          resync: (_event, txn, kube) => puts(kube, (key, value) => txn.put(key, value)),
          update: (event, txn) => event instanceof KubeStateChange && txn.put(`/routes${event.key}`, event.newValue),
        },
      },
    });
    for (const key of ['/a', '/b']) loop.controller.pushEvent(pod(key, { node: key }));
    await loop.clock.settle();
    const before = loop.southbound.applied;
    loop.controller.pushEvent(new HealingResync({ type: 'afterError' }));
    await loop.clock.settle();
    expect(loop.southbound.applied).toEqual(before);
    const { versionBefore, versionAfter, changes } = loop.controller.history.query({ last: 1 })[0]?.transaction ?? {};
    expect({ versionBefore, changes }).toEqual({ versionBefore: versionAfter, changes: [] });
  });
});

describe('state that was received', () => {
  it('EH12: EH13: EH34: an object that is gone is gone, never kept as nothing; a resource is there though it is empty', async () => {
    const seen: KubeStateData[] = [];
    const loop = await running({
      handlers: { a: { resync: (_event, _txn, kube) => void seen.push(kube) } },
      resources: ['pods', 'nodes'],
    });
    loop.controller.pushEvent(pod('/a', 1));
    loop.controller.pushEvent(pod('/b', 2));
    loop.controller.pushEvent(pod('/a'));
    loop.controller.pushEvent(new KubeStateChange({ resource: 'pods', key: '/c', newValue: null }));
    loop.controller.pushEvent(new HealingResync({ type: 'afterError' }));
    await loop.clock.settle();
    expect(seen).toEqual([
      { nodes: {}, pods: {} },
      { nodes: {}, pods: { '/b': 2 } },
    ]);
    expect(Object.keys(loop.controller.kubeState['pods'] ?? {})).toEqual(['/b']);
    expect(String(pod('/a'))).toContain('[DEL, pods, /a]');
  });

  it('EH34: a change of a resource that nobody has heard of yet begins it', async () => {
    const loop = await running();
    loop.controller.pushEvent(pod('/a', 1));
    await loop.clock.settle();
    expect(loop.controller.kubeState).toEqual({ pods: { '/a': 1 } });
  });

  it('EH29: inputs stay whatever becomes of the event', async () => {
    const loop = await running({ handlers: { a: { update: throwing(wrong) } } });
    loop.controller.pushEvent(pod('/a', 1));
    loop.controller.pushEvent(new ExternalConfigChange({ source: 'db', updatedKVs: { '/x': 1 } }));
    await loop.clock.settle();
    expect(loop.controller.kubeState).toEqual({ pods: { '/a': 1 } });
    expect(loop.controller.externalConfig).toEqual({ db: { '/x': 1 } });
  });

  it('EH25: what is pushed is frozen; a handler sees the state of its event, and cannot change it', async () => {
    const refusals: unknown[] = [];
    const seen: unknown[] = [];
    const loop = await running({
      handlers: {
        a: {
          resync: (_event, _txn, kube) => {
            seen.push(kube['pods']?.['/a']);
            for (const change of [
              () => ((kube['pods'] as Record<string, unknown>)['/a'] = 2),
              () => ((kube as Record<string, unknown>)['nodes'] = {}),
            ]) {
              try {
                change();
              } catch (error) {
                refusals.push(error);
              }
            }
          },
        },
      },
    });
    refusals.length = seen.length = 0;
    const value = { spec: { node: 'a' } };
    const state = { pods: { '/a': value } };
    loop.controller.pushEvent(new DBResync({ kubeState: state }));
    expect(() => (value.spec.node = 'b')).toThrow(TypeError);
    expect(() => ((state.pods as Record<string, unknown>)['/b'] = 1)).toThrow(TypeError);
    loop.controller.pushEvent(pod('/a', { spec: { node: 'c' } }));
    await loop.clock.settle();
    expect(seen).toEqual([{ spec: { node: 'a' } }]);
    expect(refusals).toEqual([expect.any(TypeError), expect.any(TypeError)]);
  });

  it('hostile keys are keys like others', async () => {
    const keys = ['__proto__', 'constructor', 'toString', '0', '/', ' ', '\ud800', 'k'.repeat(65_536)];
    const hostile = JSON.parse(`{${keys.map((key) => `${JSON.stringify(key)}:1`).join(',')}}`) as Record<string, unknown>;
    const loop = await running({
      handlers: {
        a: { resync: (_event, txn, kube) => Object.keys(kube['pods'] ?? {}).forEach((key) => txn.put(key, key.length)) },
      },
    });
    loop.controller.pushEvent(new DBResync({ kubeState: { pods: hostile, ['constructor']: {} }, externalConfig: hostile }));
    for (const resource of ['__proto__', 'constructor'])
      loop.controller.pushEvent(new KubeStateChange({ resource, key: '__proto__', newValue: 1 }));
    loop.controller.pushEvent(new DBResync({ kubeState: { pods: hostile } }));
    await loop.clock.settle();
    expect(loop.controller.history.query().every(({ error }) => error === undefined)).toBe(true);
    for (const key of keys) {
      expect(loop.southbound.values.get(key)).toBe(1);
      expect(loop.controller.getConfig(key)).toBe(key.length);
      expect(Object.hasOwn(loop.controller.internalConfig, key)).toBe(true);
      expect(Object.hasOwn(loop.controller.externalConfig['db'] ?? {}, key)).toBe(true);
    }
    expect(loop.controller.kubeState).toEqual({ pods: hostile, ['constructor']: {}, ['__proto__']: {} });
    expect(loop.controller.getConfig('valueOf')).toBeUndefined();
  });

  it.each<[string, Event]>([
    ['a function', pod('/a', () => 1)],
    ['a date', new DBResync({ kubeState: { pods: { '/a': new Date(0) } } })],
    ['an empty key', pod('', 1)],
    ['an empty key in a snapshot', new DBResync({ kubeState: { pods: { '': 1 } } })],
    ['a state that is none', new DBResync({ kubeState: [] as unknown as KubeStateData })],
    ['values that are none', new ExternalConfigChange({ source: 'db', updatedKVs: null as unknown as KubeStateData })],
    ['a version that is none', new ExternalConfigChange({ source: 'db', updatedKVs: {}, version: Number.NaN })],
  ])('EH26: V20: what cannot be taken is refused when it is pushed: %s', async (_what, event) => {
    const loop = await running();
    expect(() => loop.controller.pushEvent(event)).toThrow(ValidationError);
    expect(loop.controller.report()).toMatchObject({ state: 'idle', queue: 0 });
  });
});

describe('a handler that does not answer a resync', () => {
  it('EH16: it loses what it wanted, as what nobody puts in a resync is not wanted', async () => {
    let handles = true;
    const loop = await running({
      handlers: {
        a: { handles: ({ method }) => handles || method === EventMethod.Update, resync: (_event, txn) => txn.put('/a', 1) },
      },
    });
    handles = false;
    loop.controller.pushEvent(new HealingResync({ type: 'afterError' }));
    await loop.clock.settle();
    expect(loop.southbound.applied).toEqual({});
  });
});
