/** Events that somebody waits for, and those who must not wait. */
import { describe, expect, it } from 'vitest';
import { WouldDeadlockError } from '../../../src/controller/errors.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { never, TestUpdate, throwing } from '../../support/controller/recording-handler.js';
import { begin, processed, rejection, rig, running } from '../../support/controller/rig.js';

describe('waiting', () => {
  it('EC29: wait() answers every time it is asked, before and after the end of the event', async () => {
    const wrong = new Error('wrong');
    const loop = await running({ handlers: { a: { update: ({ name }) => (name === 'bad' ? throwing(wrong)() : undefined) } } });
    for (const [name, expected] of [
      ['good', undefined],
      ['bad', wrong],
    ] as const) {
      const event = new TestUpdate(name, { isBlocking: true });
      loop.controller.pushEvent(event);
      const settled = await Promise.allSettled([event.wait(), event.wait()]);
      settled.push(...(await Promise.allSettled([event.wait()])));
      expect(settled.map((one) => (one.status === 'rejected' ? (one.reason as unknown) : undefined))).toEqual([
        expected,
        expected,
        expected,
      ]);
    }
  });

  it('a signal ends the waiting, not the event', async () => {
    const loop = await running({
      handlers: { a: { update: () => new Promise<void>((resolve) => void loop.clock.setTimeout(resolve, 1_000)) } },
    });
    const event = new TestUpdate('e', { isBlocking: true });
    loop.controller.pushEvent(event);
    const impatience = new AbortController();
    const waiting = rejection(event.wait({ signal: impatience.signal }));
    const reason = new Error('too long');
    impatience.abort(reason);
    expect(await waiting).toBe(reason);
    expect(await rejection(event.wait({ signal: impatience.signal }))).toBe(reason);
    await loop.clock.advance(1_000);
    await event.wait();
  });

  it('EC29: external changes and resyncs can be waited for whether or not they are blocking', async () => {
    const loop = await running();
    for (const blocking of [true, false]) {
      const event = new ExternalConfigChange({ source: 'db', updatedKVs: { '/a': 1 }, blocking });
      loop.controller.pushEvent(event);
      await event.wait();
    }
    expect(loop.southbound.applied).toEqual({ '/a': 1 });
  });
});

describe('whoever is called by the loop cannot wait for it', () => {
  it('EH30: a blocking push through helpers that the handler awaits is refused, however deep', async () => {
    const refusals: unknown[] = [];
    const push = async (depth: number): Promise<void> => {
      await Promise.resolve();
      if (depth > 0) return push(depth - 1);
      try {
        loop.controller.pushEvent(new TestUpdate('inner', { isBlocking: true }));
      } catch (error) {
        refusals.push(error);
      }
    };
    const loop = await running({
      handlers: { a: { update: async ({ name }) => void (name === 'e' && (await Promise.all([push(3), push(7)]))) } },
    });
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(refusals).toEqual([expect.any(WouldDeadlockError), expect.any(WouldDeadlockError)]);
    expect(event.answers).toEqual([undefined]);
  });

  it('EH30: so is waiting, inside a handler, for an event that waits in the same loop', async () => {
    const follow = new TestUpdate('follow');
    const refusals: unknown[] = [];
    const loop = await running({
      handlers: {
        a: {
          update: async ({ name }) => {
            if (name !== 'e') return;
            loop.controller.pushEvent(follow);
            refusals.push(await rejection(follow.wait()));
          },
        },
      },
    });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    expect(refusals).toEqual([expect.any(WouldDeadlockError)]);
    expect(processed(loop).slice(1)).toEqual(['e', 'follow (after 1)']);
    await follow.wait();
  });

  it('EH30: what hangs all the same, hangs until its time is over', async () => {
    const loop = await running({ handlers: { a: { update: ({ name }) => (name === 'e' ? never() : undefined) } } });
    const events = ['e', 'next'].map((name) => new TestUpdate(name, { isBlocking: true }));
    for (const event of events) loop.controller.pushEvent(event);
    await loop.clock.advance(60_000);
    await events[1]?.wait();
  });

  it('what a handler has started and not awaited may push and wait when the call is over', async () => {
    let later = Promise.resolve();
    const loop = await running({
      handlers: {
        a: {
          update: ({ name }) => {
            if (name !== 'e') return;
            later = (async () => {
              await loop.clock.settle();
              const event = new TestUpdate('after', { isBlocking: true });
              loop.controller.pushEvent(event);
              await event.wait();
            })();
          },
        },
      },
    });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    await later;
    expect(processed(loop).slice(1)).toEqual(['e', 'after']);
  });

  it('a handler may wait for another loop', async () => {
    const other = await running({ handlers: { b: {} } });
    const loop = await running({
      handlers: {
        a: {
          update: async () => {
            const event = new TestUpdate('there', { isBlocking: true });
            other.controller.pushEvent(event);
            await event.wait();
          },
        },
      },
    });
    const event = new TestUpdate('here');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers).toEqual([undefined]);
    expect(processed(other).at(-1)).toBe('there');
  });

  it('EH30: nor can a source that is asked for its snapshot, or who is asked whether to go on healing', async () => {
    const refusals: unknown[] = [];
    const wait = async (): Promise<void> => {
      const event = new TestUpdate('inner');
      loop.controller.pushEvent(event);
      refusals.push(await rejection(event.wait()));
    };
    const onExhausted = async (): Promise<'abort'> => (await wait(), 'abort');
    const loop = rig({
      handlers: {
        a: { update: throwing(new Error('wrong')), resync: ({ name }) => void (name === 'Healing Resync' && throwing(0)()) },
      },
      externalSources: [{ name: 'cli', getConfigSnapshot: async () => (await wait(), {}) }],
      healing: { onExhausted },
    });
    await begin(loop);
    expect(processed(loop)).toEqual(['Database Resync', 'inner (after 0)']);
    await loop.clock.advance(5_000);
    expect(refusals).toEqual([expect.any(WouldDeadlockError), expect.any(WouldDeadlockError)]);
    expect(loop.controller.report().state).toBe('aborting');
  });

  it('what they have started, and not awaited, may when they have answered', async () => {
    const later: Promise<void>[] = [];
    const start = (name: string): void => {
      const event = new TestUpdate(name, { isBlocking: true });
      const push = async (): Promise<void> => {
        await loop.clock.settle();
        loop.controller.pushEvent(event);
        await event.wait();
      };
      later.push(push());
    };
    const loop = rig({
      handlers: {
        a: {
          update: ({ name }) => void (name === 'bad' && throwing(0)()),
          resync: ({ name }) => void (name === 'Healing Resync' && throwing(0)()),
        },
      },
      externalSources: [{ name: 'cli', getConfigSnapshot: () => (start('by the source'), {}) }],
      healing: { onExhausted: () => (start('by onExhausted'), 'retry') },
    });
    await begin(loop);
    await Promise.all(later);
    loop.controller.pushEvent(new TestUpdate('bad'));
    await loop.clock.advance(5_000);
    await Promise.all(later);
    expect(processed(loop)).toEqual(['Database Resync', 'by the source', 'bad', 'Healing Resync', 'by onExhausted']);
  });

  it('EH14: an event is answered by its own: waiting for one says nothing of another', async () => {
    const loop = await running({
      handlers: { a: { update: ({ name }) => (name === 'bad' ? throwing(new Error('bad'))() : undefined) } },
    });
    const [bad, good] = [new TestUpdate('bad'), new TestUpdate('good')];
    loop.controller.pushEvent(bad);
    loop.controller.pushEvent(good);
    await good.wait();
    await expect(bad.wait()).rejects.toThrow('bad');
  });
});
