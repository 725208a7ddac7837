/** What explorations and model tests have found in the event loop, as one example each. */
import { describe, expect, it } from 'vitest';
import { Controller } from '../../../src/controller/controller.js';
import { FatalError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import type { EventHandler } from '../../../src/controller/handler.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

function controllerWith(react: () => void | Promise<void>): { readonly controller: Controller; readonly clock: SimulatedClock } {
  const clock = new SimulatedClock();
  const handler: EventHandler = { name: 'routes', handlesEvent: () => true, resync: react, update: react, revert: () => {} };
  const southbound = { commit: async () => ({ outcome: 'applied', sequence: 0, failures: [], values: [] }) as const };
  return { controller: new Controller({ handlers: [handler], southbound, clock }), clock };
}

describe('found by exploration', () => {
  it('EL1, E10: close() ends when something fatal comes before the Shutdown that it has pushed', async () => {
    const { controller, clock } = controllerWith(async () => {
      throw new FatalError(new Error('the disk is gone'));
    });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    const closing = controller.close().catch((error: unknown) => error);
    await clock.settle();
    expect(controller.report().state).toBe('stopped');
    expect(await closing).toMatchObject({ code: 'loop-aborting' });
  });

  it('EL1, E10: close() ends when the Shutdown itself is fatal', async () => {
    let calls = 0;
    const { controller, clock } = controllerWith(() => {
      if (++calls > 1) throw new FatalError(new Error('the disk is gone'));
    });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    await clock.settle();
    const closing = controller.close().catch((error: unknown) => error);
    await clock.settle();
    expect(controller.report().state).toBe('stopped');
    expect(await closing).toMatchObject({ code: 'fatal' });
  });

  it('E15: a controller that was closed before it was started says that it is stopped', async () => {
    const { controller } = controllerWith(() => {});
    expect(controller.report().state).toBe('notStarted');
    await controller.close();
    expect(controller.report().state).toBe('stopped');
  });
});
