/** Users' code that throws anything, at any time, or never settles: it never breaks the loop, and is always reported. */
import { describe, expect, it } from 'vitest';
import { FatalError, TimedOutError } from '../../../src/controller/errors.js';
import { createHandler } from '../../../src/controller/kit/create-handler.js';
import { Controller } from '../../../src/controller/controller.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import type { UpdateOperations } from '../../../src/controller/handler.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import type { EventRecord } from '../../../src/controller/history/record.js';
import { never, rejecting, revertible, TestUpdate, throwing } from '../../support/controller/recording-handler.js';
import { rig, running } from '../../support/controller/rig.js';

const wrong = new Error('wrong');
const put = (_event: unknown, txn: UpdateOperations): void => txn.put('/a', 1);

describe('handlers', () => {
  it.each<[string, () => unknown, string]>([
    ['throws', throwing(wrong), 'wrong'],
    ['rejects', () => Promise.reject(wrong), 'wrong'],
    ['throws a text', throwing('a text'), 'no Error was thrown: a text'],
    ['throws nothing', throwing(undefined), 'undefined'],
    ['rejects with nothing', () => Promise.reject(null), 'null'],
    ['throws what has no text', throwing(Object.create(null)), 'no Error was thrown'],
    ['answers a promise whose then throws', () => ({ then: throwing(wrong) }), 'wrong'],
    ['never settles', never, 'within 60000 ms'],
  ])('E16: one that %s has failed, and the others go on', async (_what, update, message) => {
    const loop = await running({ handlers: { a: { update }, b: { update: put } } });
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.advance(60_000);
    expect(loop.trace.slice(0, 3)).toEqual(['a.update e', 'b.update e', 'commit update']);
    expect(event.answers).toEqual([expect.objectContaining({ message: expect.stringContaining(message) as unknown })]);
    await loop.clock.advance(60_000);
    expect(loop.controller.report()).toMatchObject({ state: 'idle', healing: 'none' });
  });

  it('E16: a revert that never settles: the rest is reverted, and healing follows', async () => {
    const loop = await running({ handlers: { a: {}, b: { revert: never }, c: { update: throwing(wrong) } } });
    const event = revertible('e');
    loop.controller.pushEvent(event);
    await loop.clock.advance(60_000);
    expect(loop.trace.slice(3)).toEqual(['b.revert e', 'a.revert e']);
    expect(event.answers).toEqual([expect.objectContaining({ errors: [wrong, expect.any(TimedOutError)] })]);
    await loop.clock.advance(5_000);
    expect(loop.trace.at(-1)).toBe('commit fullResync');
  });

  it('E16: one that never settles in an event that is reverted was not completed, and is not reverted', async () => {
    const loop = await running({ handlers: { a: {}, b: { update: never }, c: {} } });
    loop.controller.pushEvent(revertible('e'));
    await loop.clock.advance(60_000);
    expect(loop.trace).toEqual(['a.update e', 'b.update e', 'a.revert e']);
  });

  it('each handler has its own time', async () => {
    const loop = await running({
      handlers: Object.fromEntries(
        ['a', 'b', 'c'].map((name) => [
          name,
          { update: () => new Promise<void>((resolve) => void loop.clock.setTimeout(resolve, 59_999)) },
        ]),
      ),
    });
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.advance(200_000);
    expect(event.answers).toEqual([undefined]);
  });

  it('handlesEvent that throws, or answers a promise, fails the call; no rejection is left over', async () => {
    for (const handles of [throwing(wrong), rejecting(wrong)]) {
      const loop = await running({
        handlers: { a: { handles: (event) => (event.name === 'e' ? handles() : true) }, b: {} },
      });
      const event = new TestUpdate('e');
      loop.controller.pushEvent(event);
      await loop.clock.settle();
      expect(loop.trace).toEqual(['b.update e']);
      expect(event.answers).toEqual([expect.any(Error)]);
    }
  });

  it('a transaction that is used too late refuses, and that is told', async () => {
    const late: unknown[] = [];
    let kept: UpdateOperations | undefined;
    const loop = await running({ handlers: { a: { update: (_event, txn) => void (kept = txn) } } });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    for (const use of [() => kept?.put('/a', 1), () => kept?.get('/a'), () => kept?.delete('/a')]) {
      try {
        use();
      } catch (error) {
        late.push(error);
      }
    }
    expect(late).toEqual(Array(3).fill(expect.objectContaining({ code: 'closed' })));
    expect(loop.problems.map(({ kind }) => kind)).toEqual(['late', 'late', 'late']);
    expect(loop.controller.internalConfig).toEqual({});
  });

  it('one that was given up has its signal aborted, writes nothing any more, and what it fails with is told', async () => {
    let fail = (_error: Error): void => {};
    let kept: UpdateOperations | undefined;
    const loop = await running({
      handlers: { a: { update: (_event, txn) => ((kept = txn), new Promise((_resolve, reject) => (fail = reject))) } },
    });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    expect(kept?.signal?.aborted).toBe(false);
    await loop.clock.advance(60_000);
    expect(kept?.signal?.reason).toBeInstanceOf(TimedOutError);
    expect(() => kept?.put('/a', 1)).toThrow('its call is over');
    fail(wrong);
    await loop.clock.settle();
    expect(loop.problems.at(-1)).toEqual({ kind: 'lateFailure', handler: 'a', error: wrong });
  });

  it('a handler of the kit that was given up does not change its state when it comes to an end after all', async () => {
    let finish = (): void => {};
    const handler = createHandler({
      name: 'kit',
      handles: () => true,
      initial: { count: 0 },
      resync() {},
      async update({ state }) {
        state.count++;
        await new Promise<void>((resolve) => (finish = resolve));
      },
    });
    const clock = new SimulatedClock();
    const { southbound } = rig();
    const controller = new Controller({ handlers: [handler], southbound, clock });
    await controller.start();
    controller.pushEvent(new DBResync({ kubeState: {} }));
    controller.pushEvent(new TestUpdate('e'));
    await clock.advance(60_000);
    finish();
    await clock.settle();
    expect(handler.state).toEqual({ count: 0 });
  });
});

describe('events and hooks', () => {
  it('E12: a done that throws, or rejects, is told, and the loop goes on', async () => {
    const loop = await running({ handlers: { a: {} } });
    for (const onDone of [throwing(wrong), throwing('a text')]) loop.controller.pushEvent(new TestUpdate('e', { onDone }));
    loop.controller.pushEvent(Object.assign(new TestUpdate('e'), { done: rejecting(wrong) }));
    const last = new TestUpdate('last');
    loop.controller.pushEvent(last);
    await loop.clock.settle();
    expect(last.answers).toEqual([undefined]);
    expect(loop.problems.map(({ kind }) => kind)).toEqual(['event', 'event', 'event']);
  });

  it('a toString that throws is told, and the event has its name', async () => {
    const loop = await running({ handlers: { a: {} } });
    const event = Object.assign(new TestUpdate('e'), { toString: throwing(wrong) });
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers).toEqual([undefined]);
    expect(loop.controller.history.query({ last: 1 })[0]?.description).toBe('e');
    expect(loop.problems).toEqual([{ kind: 'event', name: 'e', error: wrong }]);
  });

  it('onProblem, onFatal and the logger may throw, or reject', async () => {
    for (const thrower of [throwing(wrong), rejecting(wrong)]) {
      const loop = rig({
        onProblem: thrower,
        onFatal: thrower,
        logger: { debug: thrower, info: thrower, warn: thrower, error: thrower },
      });
      await loop.controller.start();
      const event = new TestUpdate('e', { onDone: throwing(wrong) });
      loop.controller.pushEvent(event);
      await loop.clock.advance(30_000);
      expect(event.answers).toHaveLength(1);
      expect(loop.controller.report().state).toBe('aborting');
    }
  });

  it('E13: onRecord is told of what was processed before it is answered; it may throw, or reject', async () => {
    const recorded: string[] = [];
    for (const fail of [throwing(wrong), rejecting(wrong)]) {
      const onRecord = ({ name }: EventRecord): void => (recorded.push(name), fail());
      const loop = await running({
        handlers: { a: { update: ({ name }) => (name === 'e' ? undefined : throwing(new FatalError(wrong))()) } },
        onRecord,
      });
      for (const name of ['e', 'fatal', 'refused'])
        loop.controller.pushEvent(new TestUpdate(name, { onDone: () => void recorded.push(`${name} done`) }));
      await loop.clock.settle();
      expect(recorded.splice(0)).toEqual(['Database Resync', 'e', 'e done', 'fatal', 'fatal done', 'refused done']);
      expect(loop.logger.entries.filter(({ message }) => message === 'onRecord failed: wrong')).toHaveLength(3);
    }
  });

  it('what onProblem and onFatal throw is logged', async () => {
    const loop = rig({ onProblem: throwing(wrong), onFatal: throwing(wrong) });
    await loop.controller.start();
    loop.controller.pushEvent(new TestUpdate('e', { onDone: throwing(wrong) }));
    await loop.clock.advance(30_000);
    const errors = loop.logger.entries.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors.filter((message) => message === 'onProblem failed: wrong')).toHaveLength(1);
    expect(errors.filter((message) => message === 'onFatal failed: wrong')).toHaveLength(1);
  });
});
