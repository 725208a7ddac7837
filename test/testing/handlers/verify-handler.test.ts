/** The laws of handlers: good ones pass, and each broken one is caught by the law that is meant for it. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbortEventError } from '../../../src/controller/errors.js';
import { isResync } from '../../../src/controller/events/event.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import type { EventHandler, UpdateOperations } from '../../../src/controller/handler.js';
import { createHandler } from '../../../src/controller/kit/create-handler.js';
import { handlerLaws, type HandlerLaw } from '../../../src/testing/handlers/laws.js';
import { HandlerLawError, verifyHandler, type HandlerVerification } from '../../../src/testing/handlers/verify-handler.js';

interface Pod {
  readonly node: string;
  readonly tags: readonly string[];
}

const key = fc.constantFrom('/pods/a', '/pods/b', '/pods/c');
const pod = fc.record({ node: fc.constantFrom('n1', 'n2'), tags: fc.subarray(['x', 'y']) });
const kubeState = fc.record({ pods: fc.dictionary(key, pod), nodes: fc.dictionary(fc.constant('/nodes/n1'), fc.boolean()) });
const podsOf = (state: Parameters<EventHandler['resync']>[1]) => Object.entries(state['pods'] ?? {}) as [string, Pod][];
const asPod = (value: unknown) => value as Pod | undefined;

/** A handler by hand, right but for the parts that are given. */
function routes(parts: (self: { txn?: UpdateOperations }) => Partial<EventHandler> = () => ({})): EventHandler {
  return {
    name: 'routes',
    handlesEvent: (event) => isResync(event) || (event instanceof KubeStateChange && event.resource === 'pods'),
    resync(_event, state, _count, txn) {
      for (const [name, { node }] of podsOf(state)) txn.put(`/routes${name}`, { via: node });
    },
    update(event, txn) {
      if (!(event instanceof KubeStateChange)) return;
      if (event.newValue === undefined) txn.delete(`/routes${event.key}`);
      else txn.put(`/routes${event.key}`, { via: asPod(event.newValue)?.node });
    },
    revert() {},
    ...parts({}),
  };
}

/** One route a node, as long as it has pods: with state, which updates and reverts must keep right. */
function counting(revert: 'right' | 'missing' = 'right'): EventHandler {
  const handler = createHandler<{ readonly pods: Readonly<Record<string, string>> }>({
    name: 'counting',
    handles: { resources: ['pods'] },
    initial: { pods: {} },
    resync({ kubeState: state, state: draft, txn }) {
      for (const [name, { node }] of podsOf(state)) {
        draft.pods[name] = node;
        txn.edit<{ count: number }>(`/nodes/${node}`, (value) => void value.count++, { count: 0 });
      }
    },
    update({ event, state, txn }) {
      if (!(event instanceof KubeStateChange)) return;
      const [before, after] = [state.pods[event.key], asPod(event.newValue)?.node];
      if (after === undefined) delete state.pods[event.key];
      else state.pods[event.key] = after;
      for (const node of new Set([before, after])) {
        if (node === undefined) continue;
        const count = Object.values(state.pods).filter((other) => other === node).length;
        if (count === 0) txn.delete(`/nodes/${node}`);
        else txn.put(`/nodes/${node}`, { count });
      }
    },
  });
  if (revert === 'missing') handler.revert = () => {};
  return handler;
}

async function failureOf(options: HandlerVerification): Promise<HandlerLawError> {
  try {
    await verifyHandler(options);
  } catch (error) {
    if (error instanceof HandlerLawError) return error;
    throw error;
  }
  return expect.unreachable('it passed');
}

describe('verifyHandler', () => {
  it.each([
    ['without a state', () => routes()],
    ['with a state, of the kit', () => counting()],
  ])('lets a right handler pass: %s', async (_, create) => {
    const report = await verifyHandler({ create, kubeState });
    expect(report.updates).toBeGreaterThan(1_000);
    expect(report.laws).toEqual(handlerLaws);
  });

  const broken: readonly (readonly [string, HandlerLaw, () => EventHandler])[] = [
    [
      'forgets deletes',
      'fold',
      () =>
        routes(() => ({
          update: (event, txn) => {
            if (event instanceof KubeStateChange && event.newValue !== undefined) {
              txn.put(`/routes${event.key}`, { via: asPod(event.newValue)?.node });
            }
          },
        })),
    ],
    [
      'EH20: V18: wants a key in updates only, which a healing deletes',
      'fold',
      () => {
        const right = routes();
        return routes(() => ({
          update: (event, txn) => {
            txn.put('/last-change', 1);
            return right.update(event, txn);
          },
        }));
      },
    ],
    [
      'EH17: numbers what it resyncs and goes on numbering in the next resync',
      'repeat',
      () => {
        let last = 0;
        return routes(() => ({
          resync: (_event, state, _count, txn) => {
            for (const name of Object.keys(state['pods'] ?? {}).toSorted()) txn.put(`/routes${name}`, { number: ++last });
          },
        }));
      },
    ],
    [
      'EH25: takes a tag away from the pod that it is given',
      'inputs',
      () =>
        routes(() => ({
          resync: (_event, state, _count, txn) => {
            for (const [name, { tags }] of podsOf(state)) txn.put(`/routes${name}`, (tags as string[]).splice(0, 1));
          },
        })),
    ],
    [
      'depends on the order in which events came: the first pod is the gateway',
      'fold',
      () => {
        let gateway: string | undefined;
        return routes(() => ({
          resync: (_event, state, _count, txn) => {
            [gateway] = Object.keys(state['pods'] ?? {}).toSorted();
            if (gateway !== undefined) txn.put('/gateway', gateway);
          },
          update: (event, txn) => {
            if (!(event instanceof KubeStateChange) || gateway !== undefined) return;
            gateway = event.key;
            txn.put('/gateway', gateway);
          },
        }));
      },
    ],
    [
      'depends on the order of keys: the first that it meets is the gateway',
      'keyOrder',
      () =>
        routes(() => ({
          resync: (_event, state, _count, txn) => {
            for (const name of Object.keys(state['pods'] ?? {})) if (txn.get('/gateway') === undefined) txn.put('/gateway', name);
          },
        })),
    ],
    ['has a state that it does not revert', 'revert', () => counting('missing')],
    [
      'E7: ignores what it was told last, also when that was reverted',
      'revert',
      () => {
        let last = '';
        const right = routes();
        return routes(() => ({
          update: (event, txn) => {
            const told = JSON.stringify(event);
            if (told !== last) void right.update(event, txn);
            last = told;
          },
        }));
      },
    ],
    [
      'E7: reverts nothing, though only an update of another object shows it',
      'revert',
      () => {
        const nodes = new Map<string, string>();
        const put = (name: string, { node }: Pod, txn: { put(key: string, value: unknown): void }) => {
          nodes.set(name, node);
          txn.put(`/tunnels/${node}`, 1);
        };
        return routes(() => ({
          resync: (_event, state, _count, txn) => {
            nodes.clear();
            for (const [name, value] of podsOf(state)) put(name, value, txn);
          },
          update: (event, txn) => {
            if (!(event instanceof KubeStateChange)) return;
            const [left, joined] = [asPod(event.prevValue)?.node, asPod(event.newValue)];
            nodes.delete(event.key);
            if (joined !== undefined) put(event.key, joined, txn);
            if (left !== undefined && ![...nodes.values()].includes(left)) txn.delete(`/tunnels/${left}`);
          },
        }));
      },
    ],
    [
      'counts what it is told, also when nothing has changed',
      'quiet',
      () => {
        let told = 0;
        return routes(() => ({
          resync: () => void (told = 0),
          update: (event, txn) => {
            if (event instanceof KubeStateChange && isDeepStrictEqual(event.prevValue, event.newValue)) txn.put('/told', ++told);
          },
        }));
      },
    ],
    [
      'forgets in a healing what it gave out in updates',
      'healing',
      () => {
        const given = new Map<string, number>();
        let next = 0;
        return routes(() => ({
          resync: (event, state, _count, txn) => {
            if (event.name === 'Healing Resync') next = 100;
            given.clear();
            for (const [name] of podsOf(state)) given.set(name, next === 100 && given.size > 0 ? 100 : 0);
            for (const [name, address] of given) txn.put(`/routes${name}`, address);
          },
          update: (event, txn) => {
            if (!(event instanceof KubeStateChange)) return;
            if (event.newValue === undefined) txn.delete(`/routes${event.key}`);
            else txn.put(`/routes${event.key}`, 0);
          },
        }));
      },
    ],
    [
      'throws in an update that it accepts',
      'inputs',
      () =>
        routes(() => ({
          update: () => Promise.reject(new AbortEventError(new Error('not today'))),
        })),
    ],
  ];

  it.each(broken)('finds the handler that %s (%s)', async (_, law, create) => {
    const laws = law === 'healing' ? [law] : handlerLaws;
    const error = await failureOf({ create, kubeState, laws });
    expect(error.law).toBe(law);
    expect(error.scenario.changes.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(error.scenario).length).toBeLessThan(300);
    const again = await failureOf({ create, kubeState, laws: [law], seed: error.seed, path: error.path });
    expect(again.message).toBe(error.message);
  });

  it('tells what happened so that it can be read, and run again', async () => {
    const [[, , forgetful] = [], [, , updateOnly] = []] = broken;
    const messages = await Promise.all([forgetful, updateOnly].map((create = routes) => failureOf({ create, kubeState })));
    expect(messages.map(({ message }) => message).join('\n\n')).toMatchInlineSnapshot(`
      "The handler 'routes' breaks the law 'fold': after the update of pods /pods/a (everything was told by updates, from the first object on) it wants something else than a new handler that begins with a resync of the same state.
      State:
        pods /pods/a = {"node":"n1","tags":[]}
      Updates:
        1. pods /pods/a: {"node":"n1","tags":[]} → nothing
      Wants:
        /routes/pods/a: {"via":"n1"}, expected nothing
      Again: verifyHandler({ …, laws: ['fold'], seed: 1, path: '3:1:1:1:1:2:2:2:2:2' })

      The handler 'routes' breaks the law 'fold': after the update of pods /pods/a (everything was told by updates, from the first object on) it wants something else than a new handler that begins with a resync of the same state.
      State:
        empty
      Updates:
        1. pods /pods/a: nothing → {"node":"n1","tags":[]}
      Wants:
        /last-change: 1, expected nothing
      Again: verifyHandler({ …, laws: ['fold'], seed: 1, path: '0:0:0:2:1:2:2:2:2:2:2:2' })"
    `);
    expect(messages[1]?.differences).toEqual([{ key: '/last-change', actual: 1, expected: undefined }]);
  });

  it("takes changes of one's own", async () => {
    const changes = fc.constant([
      { resource: 'pods', key: '/pods/z', value: { node: 'n9', tags: [] } },
      { resource: 'pods', key: '/pods/z' },
    ]);
    const forgetful = broken[0]?.[2] ?? routes;
    const { scenario } = await failureOf({ create: forgetful, kubeState: fc.constant({}), changes });
    expect(scenario.changes).toHaveLength(2);
    // With one change there is no other one that could be reverted before it: it is reverted itself, and done again.
    const stubborn = broken.find(([name]) => name.includes('ignores what it was told last'))?.[2] ?? routes;
    const one = fc.constant([{ resource: 'pods', key: '/pods/z', value: { node: 'n9', tags: [] } }]);
    expect((await failureOf({ create: stubborn, kubeState: fc.constant({}), changes: one })).law).toBe('revert');
    expect((await verifyHandler({ create: () => routes(), kubeState: fc.constant({}), changes, runs: 3 })).runs).toBe(3);
  });

  it.each([
    ['none of \\d+ updates was handled', () => routes(() => ({ handlesEvent: isResync, resync() {} })), kubeState],
    ['nothing ever changed', () => routes(), fc.constant({ pods: {} })],
    ['never wanted anything', () => routes(() => ({ resync() {}, update() {} })), kubeState],
  ])('refuses to pass when %s', async (message, create, states) => {
    const verification = verifyHandler({ create, kubeState: states });
    await expect(verification).rejects.toMatchObject({ code: 'invalid', message: expect.stringMatching(message) as string });
  });

  it('needs no updates when it is to judge resyncs only', async () => {
    await expect(
      verifyHandler({
        create: () => routes(),
        kubeState: fc.constant({ pods: { a: { node: 'n1', tags: [] } } }),
        laws: ['repeat'],
      }),
    ).resolves.toMatchObject({ updates: 0 });
  });

  it.each([
    ['create', { create: 1 }],
    ['kubeState', { kubeState: {} }],
    ['runs', { runs: 0 }],
    ['seed', { seed: 0.5 }],
    ['laws', { laws: ['fold', 'folds'] }],
    ['laws', { laws: [] }],
  ])('refuses a wrong %s', async (field, wrong) => {
    const options = { create: () => routes(), kubeState, ...wrong } as unknown as HandlerVerification;
    await expect(verifyHandler(options)).rejects.toMatchObject({ code: 'invalid', field });
  });

  it('passes on what drawing and making throw, as it is', async () => {
    const create = () => {
      throw new Error('no handler today');
    };
    await expect(verifyHandler({ create, kubeState })).rejects.toThrow('no handler today');
  });
});
