/** What pushEvent refuses. */
import { describe, expect, it } from 'vitest';
import { EventQueueFullError, WouldDeadlockError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { ClosedError, ValidationError } from '../../../src/model/errors.js';
import { TestUpdate } from '../../support/controller/recording-handler.js';
import { processed, rig, running } from '../../support/controller/rig.js';

const resync = (): DBResync => new DBResync({ kubeState: {} });

describe('what is refused', () => {
  it('EC19: E3: a blocking push by a handler is refused, and the event is never answered', async () => {
    const blocking = new TestUpdate('blocking', { isBlocking: true });
    const refusals: unknown[] = [];
    const loop = await running({
      handlers: {
        a: {
          update: ({ name }) => {
            if (name !== 'E') return;
            try {
              loop.controller.pushEvent(blocking);
            } catch (error) {
              refusals.push(error);
            }
          },
        },
      },
    });
    loop.controller.pushEvent(new TestUpdate('E'));
    await loop.clock.settle();
    expect(refusals).toEqual([expect.any(WouldDeadlockError)]);
    expect(blocking.answers).toEqual([]);
    loop.controller.pushEvent(blocking); // it was not accepted, so that it can be pushed from outside
    await expect(blocking.wait()).resolves.toBeUndefined();
  });

  it('EC20: EH8: more than the queue holds is refused at once, without an answer, and all others are processed', async () => {
    const loop = rig({ handlers: { a: {} }, limits: { queue: 2, followUps: 1 } });
    await loop.controller.start();
    const [one, two, three] = ['one', 'two', 'three'].map((name) => new TestUpdate(name));
    if (one === undefined || two === undefined || three === undefined) throw new Error('unreachable');
    loop.controller.pushEvent(one);
    loop.controller.pushEvent(two);
    expect(() => loop.controller.pushEvent(three)).toThrow(EventQueueFullError);
    expect(() => loop.controller.pushEvent(three)).toThrow('limits.queue');
    await loop.clock.settle();
    expect([one.answers, two.answers, three.answers]).toEqual([[], [], []]);
    loop.controller.pushEvent(resync()); // what waits for it must not keep it out
    await loop.clock.settle();
    expect([one.answers, two.answers, three.answers]).toEqual([[undefined], [undefined], []]);
    const full = ['four', 'five', 'six'].map((name) => new TestUpdate(name));
    expect(() => full.forEach((event) => loop.controller.pushEvent(event))).toThrow(EventQueueFullError);
  });

  it('EC20: follow-ups have a limit of their own', async () => {
    const refusals: unknown[] = [];
    const loop = await running({
      limits: { queue: 10, followUps: 1 },
      handlers: {
        a: {
          update: ({ name }) => {
            if (name !== 'E') return;
            for (const followUp of ['F', 'G']) {
              try {
                loop.controller.pushEvent(new TestUpdate(followUp));
              } catch (error) {
                refusals.push(error);
              }
            }
          },
        },
      },
    });
    loop.controller.pushEvent(new TestUpdate('E'));
    await loop.clock.settle();
    expect(processed(loop).slice(1)).toEqual(['E', 'F (after 1)']);
    expect(refusals).toEqual([
      expect.objectContaining({ code: 'queue-full', message: expect.stringContaining('limits.followUps') as unknown }),
    ]);
  });

  it('EC21: EH7: V13: after the end every push is refused', async () => {
    const loop = await running({ handlers: { a: {} } });
    await loop.controller.close();
    for (let i = 0; i < 100; i++) {
      const event = new TestUpdate('late');
      expect(() => loop.controller.pushEvent(event)).toThrow(ClosedError);
      expect(event.answers).toEqual([]);
    }
  });

  it('V12: EH2: an update without type or direction is refused when it is pushed', async () => {
    const loop = await running();
    const bad = Object.assign(new TestUpdate('half'), { transactionType: undefined });
    expect(() => loop.controller.pushEvent(bad as unknown as TestUpdate)).toThrow(ValidationError);
    const undirected = Object.assign(new TestUpdate('half'), { direction: 'sideways' });
    expect(() => loop.controller.pushEvent(undirected as unknown as TestUpdate)).toThrow('transactionType and a direction');
  });

  it.each([undefined, null, 7, 'text', {}, { name: '' }, { name: 'x', method: 'delete' }, { name: 'x', method: 'fullResync' }])(
    'what is no event is refused: %j',
    async (nonsense) => {
      const loop = await running();
      expect(() => loop.controller.pushEvent(nonsense as unknown as TestUpdate)).toThrow(ValidationError);
    },
  );

  it('one event is pushed once', async () => {
    const loop = await running();
    const event = new TestUpdate('twice');
    loop.controller.pushEvent(event);
    expect(() => loop.controller.pushEvent(event)).toThrow('pushed before');
    await loop.clock.settle();
    expect(event.answers).toEqual([undefined]);
    expect(() => loop.controller.pushEvent(event)).toThrow(ValidationError);
  });
});
