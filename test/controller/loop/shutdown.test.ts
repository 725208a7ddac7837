/** The end: from any state, in time, and with an answer for everything that was accepted. */
import { describe, expect, it } from 'vitest';
import { EventLoopAbortingError, FatalError, TransactionError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { ClosedError, StoppedError } from '../../../src/model/errors.js';
import { never, TestUpdate, throwing } from '../../support/controller/recording-handler.js';
import { begin, processed, rejection, rig, running } from '../../support/controller/rig.js';

/** Notes whether a promise has settled. */
function watched<T>(promise: Promise<T>): { readonly isSettled: () => boolean; readonly promise: Promise<T> } {
  let settled = false;
  const settle = (): void => void (settled = true);
  promise.then(settle, settle);
  return { isSettled: () => settled, promise };
}

describe('close', () => {
  it('EC28: E15: the Shutdown reaches the handlers, its transaction is committed, and the loop ends', async () => {
    const loop = await running({
      handlers: { a: { resync: (_event, txn) => txn.put('/a', 1), update: (_event, txn) => txn.delete('/a') } },
    });
    await loop.controller.close();
    expect(loop.trace).toEqual(['a.update Shutdown', 'commit update']);
    expect(loop.southbound.applied).toEqual({});
    expect(loop.controller.report().state).toBe('stopped');
    expect(loop.clock.pending).toBe(0);
    expect(loop.southbound.listening).toBe(0);
  });

  it('EC28: close() throws what went wrong with the Shutdown', async () => {
    const loop = await running({ handlers: { a: { update: (_event, txn) => txn.put('/a', 1) } } });
    loop.southbound.next(loop.southbound.failing('/a'));
    await expect(loop.controller.close()).rejects.toBeInstanceOf(TransactionError);
    expect(loop.controller.report().state).toBe('stopped');
  });

  it('what was pushed before the Shutdown is processed, with its follow-ups; nothing is accepted after it', async () => {
    const loop = await running({
      handlers: { a: { update: ({ name }) => void (name === 'one' && loop.controller.pushEvent(new TestUpdate('follows'))) } },
    });
    const refusals: unknown[] = [];
    const push = (name: string): void => {
      try {
        loop.controller.pushEvent(new TestUpdate(name));
      } catch (error) {
        refusals.push(error);
      }
    };
    loop.controller.pushEvent(new TestUpdate('one'));
    const closing = loop.controller.close();
    push('late');
    await closing;
    expect(processed(loop).slice(1)).toEqual(['one', 'follows (after 1)', 'Shutdown']);
    expect(refusals).toEqual([expect.any(ClosedError)]);
  });

  it('what a handler pushes at the Shutdown is refused', async () => {
    const refusals: unknown[] = [];
    const loop = await running({
      handlers: {
        a: {
          update: () => {
            try {
              loop.controller.pushEvent(new TestUpdate('follows'));
            } catch (error) {
              refusals.push(error);
            }
          },
        },
      },
    });
    await loop.controller.close();
    expect(refusals).toEqual([expect.any(ClosedError)]);
  });

  it('EH6: E15: V14: before the first resync a Shutdown does not wait for the deadline, and what waited is answered', async () => {
    const loop = rig({ handlers: { a: {} } });
    await loop.controller.start();
    const waits = new TestUpdate('waits');
    loop.controller.pushEvent(waits);
    await loop.controller.close();
    expect(loop.clock.now()).toBe(0);
    expect(loop.trace).toEqual(['a.update Shutdown']);
    expect(waits.answers).toEqual([expect.any(ClosedError)]);
  });

  it('EH6: with a full queue it ends all the same, after everything that waits', async () => {
    const loop = await running({ handlers: { a: { update: () => Promise.resolve() } }, limits: { queue: 2 } });
    const events = ['one', 'two', 'three'].map((name) => new TestUpdate(name));
    for (const [index, event] of events.entries()) {
      loop.controller.pushEvent(event);
      if (index === 0) await Promise.resolve();
    }
    await loop.controller.close();
    expect(events.map(({ answers }) => answers)).toEqual([[undefined], [undefined], [undefined]]);
  });

  it('EH4: E12: E16: a handler that hangs is cut off when the time for the end is over; everything is answered, in order', async () => {
    const loop = await running({
      handlers: { a: { update: never } },
      timings: { handlerTimeout: Infinity, shutdownTimeout: 7_000 },
    });
    const order: string[] = [];
    const events = ['hangs', 'waits'].map((name) => new TestUpdate(name, { onDone: () => void order.push(name) }));
    for (const event of events) loop.controller.pushEvent(event);
    await loop.clock.settle();
    const closing = watched(rejection(loop.controller.close()));
    await loop.clock.advance(6_999);
    expect(closing.isSettled()).toBe(false);
    await loop.clock.advance(1);
    expect(await closing.promise).toBeInstanceOf(ClosedError);
    expect(events.map(({ answers }) => answers)).toEqual([[expect.any(ClosedError)], [expect.any(ClosedError)]]);
    expect(order).toEqual(['hangs', 'waits']);
    expect(processed(loop).slice(1)).toEqual(['hangs']);
    expect(loop.clock.pending).toBe(0);
  });

  it('E14: what had gone wrong with an event that is cut off is the cause of its answer', async () => {
    const wrong = new Error('wrong');
    const loop = await running({
      handlers: { a: { update: throwing(wrong) }, b: { update: never } },
      timings: { handlerTimeout: Infinity },
    });
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    const closing = rejection(loop.controller.close());
    await loop.clock.advance(30_000);
    await closing;
    expect(event.answers).toEqual([expect.any(ClosedError)]);
    expect(event.answers[0]?.cause).toBe(wrong);
  });

  it('a southbound, or a source, that hangs is cut off as well', async () => {
    const timings = { handlerTimeout: Infinity, commitTimeout: Infinity, shutdownTimeout: 1_000 };
    const signals: AbortSignal[] = [];
    const loop = await running({
      handlers: { a: { update: (_event, txn) => txn.put('/a', 1) } },
      externalSources: [
        { name: 'cli', getConfigSnapshot: ({ signal }) => (signals.push(signal), signals.length === 1 ? {} : never()) },
      ],
      timings,
    });
    loop.southbound.next((_transaction, { signal }) => (signals.push(signal), never()));
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    const closing = rejection(loop.controller.close());
    await loop.clock.advance(1_000);
    expect(await closing).toBeInstanceOf(ClosedError);
    expect(event.answers).toEqual([expect.any(ClosedError)]);

    const other = rig({
      handlers: { a: {} },
      externalSources: [{ name: 'cli', getConfigSnapshot: ({ signal }) => (signals.push(signal), never()) }],
      timings,
    });
    await begin(other);
    const closingOther = rejection(other.controller.close());
    await other.clock.advance(1_000);
    expect(await closingOther).toBeInstanceOf(ClosedError);
    expect(other.trace).toEqual([]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, true]);
  });

  it('while the loop aborts, it ends at once', async () => {
    const loop = await running({ handlers: { a: { update: throwing(new FatalError(new Error('gone'))) } } });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    expect(await rejection(loop.controller.close())).toBeInstanceOf(EventLoopAbortingError);
    expect(loop.controller.report().state).toBe('stopped');
  });

  it('EH4: when something fatal happens after close() was called, it ends at once, too', async () => {
    const loop = await running({ handlers: { a: { update: throwing(new FatalError(new Error('gone'))) } } });
    loop.controller.pushEvent(new TestUpdate('e'));
    const closing = watched(rejection(loop.controller.close()));
    await loop.clock.settle();
    expect(closing.isSettled()).toBe(true);
    expect(await closing.promise).toBeInstanceOf(EventLoopAbortingError);
    expect(loop.controller.report().state).toBe('stopped');
    expect(loop.fatals).toHaveLength(1);
  });

  it('EH4: nor does it wait for ever when the last healing fails while the Shutdown waits', async () => {
    const loop = await running({
      handlers: {
        a: {
          update: throwing(new Error('wrong')),
          resync: async ({ name }) => {
            if (name !== 'Healing Resync') return;
            closing = watched(rejection(loop.controller.close()));
            await Promise.resolve();
            throw new Error('wrong again');
          },
        },
      },
      healing: { onExhausted: never },
    });
    let closing: ReturnType<typeof watched<unknown>> | undefined;
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.advance(5_000);
    expect(closing).toBeDefined();
    await loop.clock.advance(60_000);
    expect(loop.controller.report().state).toBe('stopped');
  });

  it('twice, and by `await using`: one Shutdown', async () => {
    const loop = await running({ handlers: { a: {} } });
    await Promise.all([loop.controller.close(), loop.controller.close(), loop.controller[Symbol.asyncDispose]()]);
    await loop.controller.close();
    expect(loop.trace).toEqual(['a.update Shutdown']);
  });

  it('by a handler: it asks for the end, which comes when the handler has ended', async () => {
    const loop = await running({
      handlers: {
        a: {
          update: async ({ name }) => {
            if (name !== 'e') return;
            await loop.controller.close();
            loop.trace.push('a goes on');
          },
        },
      },
    });
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(loop.trace).toEqual(['a.update e', 'a goes on', 'a.update Shutdown']);
    expect(event.answers).toEqual([undefined]);
    await loop.controller.close();
  });

  it('before the start: what was pushed is answered, and it does not start any more', async () => {
    const loop = rig({ handlers: { a: {} } });
    const early = new TestUpdate('early');
    loop.controller.pushEvent(early);
    await loop.controller.close();
    await loop.controller.close();
    expect(early.answers).toEqual([expect.any(ClosedError)]);
    await expect(loop.controller.start()).rejects.toBeInstanceOf(StoppedError);
    expect(() => loop.controller.pushEvent(new DBResync({ kubeState: {} }))).toThrow(ClosedError);
    expect(loop.controller.report().queue).toBe(0);
  });

  it('after the end it does not start again', async () => {
    const loop = await running();
    await loop.controller.close();
    await expect(loop.controller.start()).rejects.toBeInstanceOf(StoppedError);
  });
});
