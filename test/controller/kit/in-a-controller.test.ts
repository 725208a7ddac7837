/** Handlers of the kit in a controller: what is planned is what is done, and what fails leaves no trace. */
import { describe, expect, it } from 'vitest';
import { Controller } from '../../../src/controller/controller.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import { createHandler } from '../../../src/controller/kit/create-handler.js';
import { planOf } from '../../../src/controller/kit/dry-run.js';
import type { ControllerProblem } from '../../../src/controller/problems.js';
import type { SouthboundTransaction } from '../../../src/controller/southbound/port.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { bareHandler, change } from './doubles.js';

const counter = () =>
  createHandler({
    name: 'counter',
    handles: { resources: ['pods'], events: ['Tick', 'Tock'] },
    initial: { ticks: 0 },
    resync({ kubeState, state, txn }) {
      state.ticks = Object.keys(kubeState['pods'] ?? {}).length;
      txn.put('/ticks', state);
    },
    async update({ state, txn }) {
      state.ticks++;
      await Promise.resolve();
      txn.put('/ticks', state);
      return `tick ${state.ticks}`;
    },
  });

async function running(handlers: ConstructorParameters<typeof Controller>[0]['handlers']) {
  const clock = new SimulatedClock();
  const committed: SouthboundTransaction[] = [];
  const problems: ControllerProblem[] = [];
  const southbound = {
    commit: (transaction: SouthboundTransaction) => {
      committed.push(transaction);
      return Promise.resolve({ outcome: 'applied', sequence: committed.length, failures: [], values: [] } as const);
    },
  };
  const controller = new Controller({ handlers, southbound, clock, onProblem: (problem) => void problems.push(problem) });
  await controller.start();
  controller.pushEvent(new DBResync({ kubeState: { pods: { '/pods/a': 1 } } }));
  await clock.advance(10);
  const push = async (event: Parameters<Controller['pushEvent']>[0]) => {
    controller.pushEvent(event);
    await clock.advance(10);
  };
  const close = async () => {
    const closed = controller.close();
    await clock.advance(60_000);
    await closed;
  };
  return { controller, committed, problems, push, close };
}

describe('a handler of the kit in a controller', () => {
  it('E7: has the very state from before an event that a later handler failed, and goes on from there', async () => {
    const handler = counter();
    const failing = bareHandler('failing', {
      dependsOn: ['counter'],
      handlesEvent: ({ name }) => name === 'Tock',
      update: () => Promise.reject(new Error('no')),
    });
    const { controller, committed, push, close } = await running([failing, handler]);
    expect(handler.state).toEqual({ ticks: 1 });
    await push(change('Tick'));
    const { state } = handler;
    expect(state).toEqual({ ticks: 2 });
    await push(change('Tock'));
    expect(handler.state).toBe(state);
    await push(change('Tick'));
    expect(handler.state).toEqual({ ticks: 3 });
    expect(committed.map(({ values }) => Object.fromEntries(values))).toEqual([1, 2, 3].map((ticks) => ({ '/ticks': { ticks } })));
    expect(
      controller.history.query().map(({ handlers }) => handlers.map(({ change: said, isRevert }) => (isRevert ? 'revert' : said))),
    ).toEqual([[''], ['tick 2'], ['tick 3', '', 'revert'], ['tick 3']]);
    await close();
  });

  it('does what was planned', async () => {
    const handlers = [counter(), bareHandler('other', { pure: true, update: (_, txn) => txn.put('/other', 1) })];
    const { controller, push, close } = await running(handlers);
    const event = new KubeStateChange({ key: '/pods/b', resource: 'pods', newValue: 2 });
    const plan = await planOf({ handlers, event, internal: { '/ticks': controller.getConfig('/ticks') } });
    await push(event);
    const [record] = controller.history.query({ last: 1 });
    expect(plan.changes).toHaveLength(2);
    expect(record?.transaction?.changes.map(({ key, before, after, wantedBy }) => ({ key, before, after, wantedBy }))).toEqual(
      plan.changes,
    );
    expect(record?.handlers.map(({ handler, change: said }) => [handler, said])).toEqual(
      plan.handlers.map(({ name, change: said }) => [name, said]),
    );
    await close();
  });

  it('is told of when it writes what another handler wants', async () => {
    const thief = bareHandler('thief', {
      handlesEvent: ({ name }) => name === 'Steal',
      update: (_, txn) => txn.put('/ticks', { ticks: 9 }),
    });
    const { problems, push, close } = await running([counter(), thief]);
    await push(change('Steal'));
    expect(problems).toMatchObject([
      { kind: 'ownership', problem: { key: '/ticks', handler: 'thief', others: ['counter'], kind: 'takenOver', event: 'Steal' } },
    ]);
    await close();
  });
});
