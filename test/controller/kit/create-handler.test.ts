/** Handlers of the kit: their state is a draft that a failure discards and a revert takes back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { HealingResync, HealingResyncType } from '../../../src/controller/events/healing-resync.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import { createHandler } from '../../../src/controller/kit/create-handler.js';
import type { HandlerOptions, KitUpdate } from '../../../src/controller/kit/handler-options.js';
import { change, MapTransaction } from './doubles.js';

interface Leases {
  readonly free: readonly number[];
  readonly held: Readonly<Record<string, { readonly address: number }>>;
}

const initial: Leases = { free: [1, 2, 3], held: {} };
const resyncOf = (kubeState = {}) => new DBResync({ kubeState });

/** A handler whose update does what the test says. */
function handlerThat(
  update: (call: KitUpdate<Leases>) => string | void | Promise<string | void>,
  parts: Partial<HandlerOptions<Leases>> = {},
) {
  return createHandler<Leases>({ name: 'leases', handles: () => true, initial, resync() {}, update, ...parts });
}

/** A promise and what resolves it. */
function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve() };
}

/** Takes a free address for the event's name, or gives it back. */
function lease({ event, state, txn }: KitUpdate<Leases>): string {
  const held = state.held[event.name];
  if (held !== undefined) {
    delete state.held[event.name];
    state.free.unshift(held.address);
    txn.delete(`/leases/${event.name}`);
    return `frees ${held.address}`;
  }
  const address = state.free.shift() ?? 0;
  state.held[event.name] = { address };
  txn.put(`/leases/${event.name}`, state.held[event.name]);
  return `takes ${address}`;
}

describe('a handler of the kit', () => {
  it('keeps the state that its updates make, frozen, and puts what its draft holds', async () => {
    const handler = handlerThat(lease);
    const txn = new MapTransaction();
    expect(await handler.update(change('web'), txn)).toBe('takes 1');
    expect(handler.state).toEqual({ free: [2, 3], held: { web: { address: 1 } } });
    expect(Object.isFrozen(handler.state.held['web'])).toBe(true);
    expect([...txn.puts]).toEqual([['/leases/web', { address: 1 }]]);
    expect(initial.free).toEqual([1, 2, 3]);
  });

  it('E7: reverts to the very state before the event, whatever its update did', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.boolean()), { maxLength: 12 }),
        async (steps) => {
          const handler = handlerThat(lease);
          const kept: string[] = [];
          for (const [name, isReverted] of steps) {
            const event = change(name);
            const before = handler.state;
            const text = JSON.stringify(before);
            await handler.update(event, new MapTransaction());
            if (isReverted) {
              handler.revert(event);
              expect(handler.state).toBe(before);
            } else kept.push(name);
            expect(JSON.stringify(before)).toBe(text);
          }
          // What was reverted has not happened: a handler that never saw it has the same state.
          const other = handlerThat(lease);
          for (const name of kept) await other.update(change(name), new MapTransaction());
          expect(handler.state).toEqual(other.state);
        },
      ),
      { seed: 1, numRuns: 100 },
    );
  });

  it('E7: reverts all that the updates of one event did, and nothing when it did nothing, or failed, or was reverted already', async () => {
    const handler = handlerThat((call) => {
      lease(call);
      if (call.event.name === 'bad') throw new Error('no');
    });
    const [first, second, bad] = [change('a'), change('b'), change('bad')];
    await handler.update(first, new MapTransaction());
    const { state } = handler;
    await handler.update(second, new MapTransaction());
    await handler.update(second, new MapTransaction());
    handler.revert(second);
    expect(handler.state).toBe(state);
    handler.revert(second);
    expect(handler.state).toBe(state);
    await handler.update(second, new MapTransaction());
    handler.revert(first); // another event has begun since
    expect(handler.state.held).toHaveProperty('b');
    handler.revert(second);
    await expect(handler.update(bad, new MapTransaction())).rejects.toThrow('no');
    handler.revert(bad);
    expect(handler.state).toBe(state);
  });

  it('E7: discards the state of a call that throws, before or after it waited, and of a resync, too', async () => {
    const handler = handlerThat(
      async (call) => {
        lease(call);
        await Promise.resolve();
        throw new Error(`no ${call.event.name}`);
      },
      {
        resync: ({ state }) => {
          state.free = [];
          throw new Error('no resync');
        },
      },
    );
    await expect(handler.update(change('a'), new MapTransaction())).rejects.toThrow('no a');
    await expect(handler.resync(resyncOf(), {}, 1, new MapTransaction())).rejects.toThrow('no resync');
    expect(handler.state).toEqual(initial);
  });

  it('E16: what a failed call still does to its draft is an error, not a lost write; its signal is the one that it was given', async () => {
    const drafts: KitUpdate<Leases>[] = [];
    const handler = handlerThat((call) => {
      drafts.push(call);
      throw new Error('no');
    });
    const { signal } = new AbortController();
    await expect(handler.update(change('a'), Object.assign(new MapTransaction(), { signal }))).rejects.toThrow('no');
    expect(() => drafts[0]?.state.free.push(9)).toThrow('revoked');
    expect(drafts[0]?.txn.signal).toBe(signal);
  });

  it('E16: an update that is reverted before it has ended changes nothing', async () => {
    const { promise, resolve } = withResolvers();
    const handler = handlerThat(async (call) => {
      await promise;
      lease(call);
    });
    const event = change('a');
    const update = handler.update(event, new MapTransaction());
    handler.revert(event);
    resolve();
    await expect(update).rejects.toThrow('given up');
    expect(handler.state).toEqual(initial);
  });

  it('may wait in its update: the draft outlives it', async () => {
    const handler = handlerThat(async (call) => {
      const said = lease(call);
      await Promise.resolve();
      call.state.free.push(9);
      return said;
    });
    expect(await handler.update(change('a'), new MapTransaction())).toBe('takes 1');
    expect(handler.state.free).toEqual([2, 3, 9]);
  });

  it('E16: a call that goes on after it was given up changes nothing, and is told so', async () => {
    const resume: (() => void)[] = [];
    const handler = handlerThat(async (call) => {
      if (call.event.name === 'slow') await new Promise<void>((resolve) => resume.push(resolve));
      lease(call);
    });
    const slow = handler.update(change('slow'), new MapTransaction());
    await handler.update(change('next'), new MapTransaction());
    resume[0]?.();
    await expect(slow).rejects.toThrow('went on after it was given up');
    expect(Object.keys(handler.state.held)).toEqual(['next']);

    const abort = new AbortController();
    const given = handler.update(change('slow'), Object.assign(new MapTransaction(), { signal: abort.signal }));
    abort.abort();
    resume[1]?.();
    await expect(given).rejects.toMatchObject({ code: 'closed' });
    expect(Object.keys(handler.state.held)).toEqual(['next']);
  });

  it('EH17: a resync begins with the initial state, and can look at the one before', async () => {
    const handler = handlerThat(lease, {
      resync: ({ state, previous, kubeState }) => {
        for (const key of Object.keys(kubeState['pods'] ?? {})) {
          const address = previous.held[key]?.address ?? state.free.shift() ?? 0;
          state.held[key] = { address };
          state.free = state.free.filter((other) => other !== address);
        }
      },
    });
    await handler.update(change('gone'), new MapTransaction());
    await handler.update(change('web'), new MapTransaction());
    await handler.resync(resyncOf(), { pods: { web: {} } }, 2, new MapTransaction());
    expect(handler.state).toEqual({ free: [1, 3], held: { web: { address: 2 } } });
  });

  it('holds no more than the event under way: what came before cannot be reverted any more', async () => {
    const handler = handlerThat(lease);
    const event = change('a');
    await handler.update(event, new MapTransaction());
    const { state } = handler;
    await handler.resync(resyncOf(), {}, 2, new MapTransaction());
    handler.revert(event);
    expect(handler.state).not.toBe(state);
    expect(handler.state).toBe(handler.state);
    expect(handler.state).toEqual(initial);
  });

  it('a dry run leaves nothing behind, whether it succeeds or fails', async () => {
    const handler = handlerThat(lease, { resync: ({ state, txn }) => void (state.free.pop(), txn.put('/r', state.free)) });
    const txn = new MapTransaction();
    const run = { kubeState: {}, resyncCount: 1, txn };
    expect(await handler.dryRun({ ...run, event: change('a') })).toBe('takes 1');
    expect(await handler.dryRun({ ...run, event: resyncOf() })).toBe('');
    expect([...txn.puts]).toEqual([
      ['/leases/a', { address: 1 }],
      ['/r', [1, 2]],
    ]);
    expect(handler.state).toEqual(initial);
    expect(await handler.update(change('b'), txn)).toBe('takes 1');
  });
});

describe('edit', () => {
  it('puts what a recipe makes of what the transaction has, or of what it is given to begin with', async () => {
    const handler = handlerThat(({ txn }) => {
      txn.edit<{ n: number[] }>('/a', (draft) => void draft.n.push(1), { n: [0] });
      txn.edit<{ n: number[] }>('/a', (draft) => void draft.n.push(2), { n: [7] });
    });
    const txn = new MapTransaction();
    await handler.update(change('x'), txn);
    expect([...txn.puts]).toEqual([['/a', { n: [0, 1, 2] }]]);
  });

  it.each([
    [undefined, 'this transaction puts nothing there, and no value to begin with is given; put one first'],
    [3, 'it is 3; only objects and arrays can be edited'],
  ])('refuses to begin with %s', async (value, message) => {
    const handler = handlerThat(({ txn }) => {
      if (value !== undefined) txn.put('/a', value);
      txn.edit('/a', () => {});
    });
    await expect(handler.update(change('x'), new MapTransaction())).rejects.toThrow(`The value of /a cannot be edited: ${message}`);
  });

  it('puts copies: what the handler goes on changing is not what was put', async () => {
    const frozen: unknown[] = [];
    const handler = handlerThat(({ state, txn }) => {
      state.held['a'] = { address: 1 };
      txn.put('/a', { inside: [state.held['a']] });
      state.held['a'].address = 2;
    });
    const txn = new MapTransaction();
    await handler.update(change('x'), { put: (_, value) => void frozen.push(value), get: () => undefined, delete: () => txn });
    expect(frozen).toEqual([{ inside: [{ address: 1 }] }]);
    expect(handler.state.held['a']).toEqual({ address: 2 });
  });
});

describe('interests', () => {
  const handler = handlerThat(() => {}, { handles: { resources: ['pods'], external: ['/acl/'], events: ['Tick'] } });
  const external = (...keys: string[]) =>
    new ExternalConfigChange({ source: 'cli', updatedKVs: Object.fromEntries(keys.map((key) => [key, null])) });

  it.each([
    [new KubeStateChange({ key: '/pods/a', resource: 'pods', newValue: 1 }), true],
    [new KubeStateChange({ key: '/nodes/a', resource: 'nodes', newValue: 1 }), false],
    [external('/routes/a', '/acl/web'), true],
    [external('/routes/a', '/aclx'), false],
    [external(), false],
    [change('Tick'), true],
    [change('Tock'), false],
    [resyncOf(), true],
    [new HealingResync({ type: HealingResyncType.AfterError }), true],
  ])('%s: %s', (event, isHandled) => {
    expect(handler.handlesEvent(event)).toBe(isHandled);
  });

  it("EH16: as a test of one's own cannot make a handler miss a resync", () => {
    const picky = handlerThat(() => {}, { handles: ({ name }) => name === 'Tick' });
    expect([change('Tick'), change('Tock'), resyncOf()].map(picky.handlesEvent)).toEqual([true, false, true]);
  });
});

describe('createHandler', () => {
  it.each([
    ['name', { name: '' }],
    ['dependsOn', { dependsOn: 'routes' }],
    ['dependsOn', { dependsOn: [1] }],
    ['initial', { initial: 1 }],
    ['initial', { initial: null }],
    ['value.at', { initial: { at: new Date(0) } }],
    ['resync', { resync: undefined }],
    ['update', { update: 'x' }],
    ['handles', { handles: null }],
    ['handles.resource', { handles: { resource: ['pods'] } }],
    ['handles.resources', { handles: { resources: 'pods' } }],
  ])('refuses a wrong %s', (field, wrong) => {
    const options = {
      name: 'x',
      handles: {},
      initial: {},
      resync() {},
      update() {},
      ...wrong,
    } as unknown as HandlerOptions<object>;
    expect(() => createHandler(options)).toThrow(expect.objectContaining({ code: 'invalid', field }));
  });

  it('has what it is told to depend on, and copies what it is given', () => {
    const dependsOn = ['addresses'];
    const handler = handlerThat(() => {}, { dependsOn });
    dependsOn.push('x');
    expect(handler.dependsOn).toEqual(['addresses']);
    expect(handlerThat(() => {}).dependsOn).toEqual([]);
  });
});
