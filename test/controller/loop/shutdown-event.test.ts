/** A Shutdown that is pushed, and what is answered while the loop ends. */
import { describe, expect, it } from 'vitest';
import { Shutdown } from '../../../src/controller/events/shutdown.js';
import { ClosedError } from '../../../src/model/errors.js';
import { TestUpdate } from '../../support/controller/recording-handler.js';
import { rig, running } from '../../support/controller/rig.js';

describe("a Shutdown of one's own", () => {
  it('ends the loop, and close() then has nothing to do', async () => {
    const loop = await running({ handlers: { a: {} } });
    const shutdown = new Shutdown();
    loop.controller.pushEvent(shutdown);
    expect(() => loop.controller.pushEvent(new Shutdown())).toThrow(ClosedError);
    await shutdown.wait();
    await loop.controller.close();
    expect(loop.trace).toEqual(['a.update Shutdown']);
  });

  it('pushed before the start, it is processed when the loop has started', async () => {
    const loop = rig({ handlers: { a: {} } });
    const shutdown = new Shutdown();
    loop.controller.pushEvent(shutdown);
    await loop.controller.start();
    await shutdown.wait();
    expect(loop.trace).toEqual(['a.update Shutdown']);
    await loop.controller.close();
  });
});

describe('whoever is answered late', () => {
  it('E12: what done pushes while the loop ends is refused', async () => {
    const refusals: unknown[] = [];
    const loop = rig();
    await loop.controller.start();
    const onDone = (): void => {
      try {
        loop.controller.pushEvent(new TestUpdate('again'));
      } catch (error) {
        refusals.push(error);
      }
    };
    loop.controller.pushEvent(new TestUpdate('waits', { onDone }));
    await loop.controller.close();
    expect(refusals).toEqual([expect.any(ClosedError)]);
  });
});
