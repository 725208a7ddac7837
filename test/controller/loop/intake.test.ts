/** Which event comes when: the startup, follow-ups, and queues that are full. */
import { describe, expect, it } from 'vitest';
import { EventLoopAbortingError, StartupDeadlineError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { ExternalConfigResync } from '../../../src/controller/events/external-config-resync.js';
import { HealingResync } from '../../../src/controller/events/healing-resync.js';
import { never, TestUpdate } from '../../support/controller/recording-handler.js';
import { begin, processed, rejection, rig, running } from '../../support/controller/rig.js';

const resync = (): DBResync => new DBResync({ kubeState: {} });

describe('before the first resync', () => {
  it('EC1: E2, E18: everything waits for the first DBResync, which is number 0 and resync 1, and then comes in the order of pushing', async () => {
    const counts: number[] = [];
    const loop = rig({ handlers: { a: { resync: (_event, _txn, _kube, count) => void counts.push(count) } } });
    await loop.controller.start();
    for (const name of ['one', 'two']) loop.controller.pushEvent(new TestUpdate(name));
    await loop.clock.advance(1_000);
    expect(loop.trace).toEqual([]);
    expect(loop.controller.report()).toMatchObject({ state: 'awaitingStartupResync', queue: 2 });
    loop.controller.pushEvent(resync());
    loop.controller.pushEvent(new TestUpdate('three'));
    await loop.clock.settle();
    expect(processed(loop)).toEqual(['Database Resync', 'one', 'two', 'three']);
    expect(loop.controller.history.query().map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3]);
    expect(counts).toEqual([1]);
    expect(loop.controller.report()).toMatchObject({ state: 'idle', queue: 0, resyncCount: 1 });
  });

  it('EC2: other resyncs wait like updates, and are no startup', async () => {
    const loop = rig({ handlers: { a: {} }, externalSources: [{ name: 'cli', getConfigSnapshot: () => ({}) }] });
    await loop.controller.start();
    loop.controller.pushEvent(new HealingResync({ type: 'afterError' }));
    loop.controller.pushEvent(new ExternalConfigResync({ source: 'cli', externalConfig: {} }));
    await loop.clock.settle();
    expect(loop.trace).toEqual([]);
    loop.controller.pushEvent(resync());
    await loop.clock.settle();
    expect(processed(loop)).toEqual(['Database Resync', 'Healing Resync', 'External Config Resync']);
    expect(loop.controller.history.query().map(({ resyncCount }) => resyncCount)).toEqual([1, 2, 3]);
  });

  it('E2: what was pushed before start() is processed as if it had been pushed then', async () => {
    const loop = rig({ handlers: { a: {} } });
    loop.controller.pushEvent(new TestUpdate('early'));
    loop.controller.pushEvent(resync());
    await loop.clock.settle();
    expect(loop.controller.report()).toMatchObject({ state: 'notStarted', queue: 2 });
    await loop.controller.start();
    await loop.controller.start();
    await loop.clock.settle();
    expect(processed(loop)).toEqual(['Database Resync', 'early']);
  });

  it('EC27: EH3: V4: at the deadline what waits is answered once, and so is all that comes later; the loop is not wedged', async () => {
    const loop = rig({ handlers: { a: {} } });
    await loop.controller.start();
    const change = new ExternalConfigChange({ source: 'db', updatedKVs: { '/a': 1 } });
    const delayed = new TestUpdate('delayed');
    for (const event of [change, delayed]) loop.controller.pushEvent(event);
    await loop.clock.advance(29_999);
    expect(delayed.answers).toEqual([]);
    await loop.clock.advance(1);
    const error = await rejection(change.wait());
    expect(error).toBeInstanceOf(EventLoopAbortingError);
    expect((error as Error).cause).toBeInstanceOf(StartupDeadlineError);
    const later = ['x', 'y', 'z'].map((name) => new TestUpdate(name, { isBlocking: true }));
    for (const event of later) {
      loop.controller.pushEvent(event);
      await loop.clock.settle();
    }
    loop.controller.pushEvent(resync());
    await loop.clock.settle();
    for (const event of [delayed, ...later]) expect(event.answers).toEqual([expect.any(EventLoopAbortingError)]);
    expect(loop.trace).toEqual([]);
    expect(loop.fatals).toEqual([expect.any(StartupDeadlineError)]);
    expect(loop.controller.report().state).toBe('aborting');
  });

  it('a startup resync that takes longer than the deadline is not aborted', async () => {
    let finish = (): void => {};
    const loop = rig({ handlers: { a: { resync: () => new Promise<void>((resolve) => (finish = resolve)) } } });
    await loop.controller.start();
    await loop.clock.advance(29_000);
    loop.controller.pushEvent(resync());
    await loop.clock.advance(10_000);
    finish();
    await loop.clock.settle();
    expect(loop.controller.report().state).toBe('idle');
    expect(loop.fatals).toEqual([]);
  });
});

describe('follow-ups', () => {
  it('EC18: V9: E3: they come before everything that waits, first in first out, and know what they follow up on', async () => {
    const loop = rig({
      handlers: {
        a: {
          resync: () => void ['A', 'B'].forEach((name) => loop.controller.pushEvent(new TestUpdate(name))),
          update: ({ name }) => void (name === 'A' && loop.controller.pushEvent(new TestUpdate('A1'))),
        },
      },
    });
    await loop.controller.start();
    loop.controller.pushEvent(new TestUpdate('delayed'));
    loop.controller.pushEvent(resync());
    loop.controller.pushEvent(new TestUpdate('queued'));
    await loop.clock.settle();
    expect(processed(loop)).toEqual(['Database Resync', 'A (after 0)', 'B (after 0)', 'A1 (after 1)', 'delayed', 'queued']);
  });

  it('V9: what handlesEvent and done push follows up on the event in progress, too', async () => {
    const loop = await running({
      handlers: { a: { handles: ({ name }) => (name === 'E' && loop.controller.pushEvent(new TestUpdate('F')), true) } },
    });
    loop.controller.pushEvent(new TestUpdate('E', { onDone: () => loop.controller.pushEvent(new TestUpdate('G')) }));
    loop.controller.pushEvent(new TestUpdate('X'));
    await loop.clock.settle();
    expect(processed(loop).slice(1)).toEqual(['E', 'F (after 1)', 'G (after 1)', 'X']);
  });

  it('what somebody else pushes while a handler works is no follow-up; nor what a handler pushes when its call is over', async () => {
    let late: (() => void) | undefined;
    const gate = { open: (): void => {} };
    const loop = await running({
      handlers: {
        a: {
          update: async ({ name }) => {
            if (name !== 'E') return;
            void new Promise<void>((resolve) => (late = resolve)).then(() => loop.controller.pushEvent(new TestUpdate('late')));
            await new Promise<void>((resolve) => (gate.open = resolve));
            loop.controller.pushEvent(new TestUpdate('F'));
          },
        },
      },
    });
    loop.controller.pushEvent(new TestUpdate('E'));
    await loop.clock.settle();
    loop.controller.pushEvent(new TestUpdate('outside'));
    gate.open();
    await loop.clock.settle();
    late?.();
    await loop.clock.settle();
    expect(processed(loop).slice(1)).toEqual(['E', 'F (after 1)', 'outside', 'late']);
  });
});

describe('inside and outside', () => {
  it('a southbound that pushes while it commits follows up; what it, done or handlesEvent have started pushes later does not', async () => {
    const later: (() => void)[] = [];
    /** Pushes when the test says so, from where it was begun. */
    const pushLater = (name: string): void => {
      void new Promise<void>((resolve) => later.push(resolve)).then(() => loop.controller.pushEvent(new TestUpdate(name)));
    };
    const loop = await running({
      handlers: {
        a: {
          handles: ({ name }) => (name === 'E' && pushLater('by handlesEvent'), true),
          update: ({ name }, txn) => void (name === 'E' && txn.put('/a', 1)),
        },
      },
    });
    loop.southbound.next((transaction) => {
      loop.controller.pushEvent(new TestUpdate('by commit'));
      pushLater('by the southbound, later');
      loop.southbound.apply(transaction);
      return loop.southbound.answer('applied');
    });
    const onDone = (): void => {
      pushLater('by done');
    };
    loop.controller.pushEvent(new TestUpdate('E', { onDone }));
    await loop.clock.settle();
    for (const resume of later) resume();
    await loop.clock.settle();
    expect(processed(loop).slice(1)).toEqual([
      'E',
      'by commit (after 1)',
      'by handlesEvent',
      'by the southbound, later',
      'by done',
    ]);
  });
});

describe('one at a time', () => {
  it('E1: EH9: a long stream of events, pushed at any time, is processed without overlap and to the last', async () => {
    let atWork = 0;
    let most = 0;
    const loop = await running({
      limits: { queue: 5_000 },
      handlers: {
        a: {
          update: async () => {
            most = Math.max(most, ++atWork);
            await Promise.resolve();
            atWork--;
          },
        },
      },
    });
    const events = Array.from({ length: 500 }, (_, index) => new TestUpdate(`${index}`));
    for (const event of events) loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(most).toBe(1);
    expect(events.every(({ answers }) => answers.length === 1)).toBe(true);
    expect(processed(loop).slice(1)).toEqual(events.map(({ name }) => name));
  });

  it('EC29: EL1: whoever waits for an accepted event is answered, also when a handler never is', async () => {
    const loop = await begin(rig({ handlers: { a: { update: ({ name }) => (name === 'hangs' ? never() : undefined) } } }));
    const events = ['fine', 'hangs', 'after'].map((name) => new TestUpdate(name, { isBlocking: true }));
    for (const event of events) loop.controller.pushEvent(event);
    const answers = Promise.allSettled(events.map((event) => event.wait()));
    await loop.clock.advance(60_000);
    expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});
