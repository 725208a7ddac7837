/** What becomes of an event whose handlers, or whose commit, fail. */
import { describe, expect, it } from 'vitest';
import { AbortEventError, EventLoopAbortingError, FatalError } from '../../../src/controller/errors.js';
import { EventMethod, UpdateDirection, type Event } from '../../../src/controller/events/event.js';
import { HealingResync } from '../../../src/controller/events/healing-resync.js';
import { revertible, TestUpdate, throwing, type Reactions } from '../../support/controller/recording-handler.js';
import { running } from '../../support/controller/rig.js';

const wrong = new Error('wrong');

/** Handlers `1` to `count`, each of which puts its own key. */
function handlers(count: number, parts: Readonly<Record<string, Reactions>> = {}): Readonly<Record<string, Reactions>> {
  const names = Array.from({ length: count }, (_, index) => `h${index + 1}`);
  const puts = (name: string): Reactions => ({
    update: (_event, txn) => txn.put(`/${name}`, name),
    resync: (_event, txn) => txn.put(`/${name}`, name),
  });
  return Object.fromEntries(names.map((name) => [name, { ...puts(name), ...parts[name] }]));
}

const fails: Reactions = { update: throwing(wrong) };

describe('the order of handlers', () => {
  it('EC3: E4: forward 1 2 3, reverse 3 2 1, resyncs 1 2 3, and a downstream resync none but a commit', async () => {
    const { controller, clock, trace, southbound } = await running({ handlers: handlers(3) });
    const traced = async (event: Event): Promise<readonly string[]> => {
      controller.pushEvent(event);
      await clock.settle();
      return trace.splice(0).map((line) => line.split(' ')[0] ?? '');
    };
    expect(await traced(new TestUpdate('e'))).toEqual(['h1.update', 'h2.update', 'h3.update', 'commit']);
    expect(await traced(new TestUpdate('e', { direction: UpdateDirection.Reverse }))).toEqual([
      'h3.update',
      'h2.update',
      'h1.update',
      'commit',
    ]);
    expect(await traced(new HealingResync({ type: 'afterError' }))).toEqual(['h1.resync', 'h2.resync', 'h3.resync', 'commit']);
    expect(await traced(new HealingResync({ type: 'periodic' }))).toEqual(['commit']);
    expect(southbound.commits.at(-1)).toMatchObject({ kind: 'downstreamResync', values: new Map() });
  });

  it('EC4: a handler that does not handle the event is neither called nor reverted', async () => {
    const { controller, clock, trace } = await running({
      handlers: { h1: { handles: ({ method }) => method !== EventMethod.Update }, h2: {}, h3: { update: throwing(wrong) } },
    });
    controller.pushEvent(revertible('e'));
    await clock.settle();
    expect(trace).toEqual(['h2.update e', 'h3.update e', 'h2.revert e']);
  });

  it('EH10: each method is its own kind of commit, and the first full resync alone is verbose', async () => {
    const { controller, clock, southbound } = await running({ handlers: handlers(1) });
    for (const method of [EventMethod.Update, ...Object.values(EventMethod)]) {
      const event = Object.assign(new TestUpdate('e'), { method });
      controller.pushEvent(event);
      await clock.settle();
    }
    expect(southbound.commits.map(({ kind, verbose, revertOnFailure }) => [kind, verbose, revertOnFailure])).toEqual([
      ['fullResync', true, false],
      ['update', false, false],
      ['fullResync', false, false],
      ['downstreamResync', false, false],
      ['upstreamResync', false, false],
      ['update', false, false],
    ]);
  });
});

describe('best effort', () => {
  it('EC5: E5: a plain error: the others run, what there is is committed, done has the error, and one healing comes after 5 s', async () => {
    const { controller, clock, trace, southbound } = await running({ handlers: handlers(3, { h2: fails }) });
    const event = new TestUpdate('e');
    controller.pushEvent(event);
    await clock.settle();
    expect(trace).toEqual(['h1.update e', 'h2.update e', 'h3.update e', 'commit update']);
    expect(southbound.last).toEqual({ '/h1': 'h1', '/h3': 'h3' });
    expect(event.answers).toEqual([wrong]);
    expect(event.answers[0]).toBe(wrong);
    trace.length = 0;
    await clock.advance(4_999);
    expect(trace).toEqual([]);
    await clock.advance(60_000);
    expect(trace).toEqual([
      'h1.resync Healing Resync',
      'h2.resync Healing Resync',
      'h3.resync Healing Resync',
      'commit fullResync',
    ]);
  });

  it('EC7: V1: E9: EH1: an abort: nothing more is called, nothing is committed, and healing follows', async () => {
    const { controller, clock, trace } = await running({
      handlers: handlers(3, { h2: { update: throwing(new AbortEventError(wrong)) } }),
    });
    const event = new TestUpdate('e');
    controller.pushEvent(event);
    await clock.settle();
    expect(trace).toEqual(['h1.update e', 'h2.update e']);
    expect(event.answers).toEqual([expect.objectContaining({ code: 'event-aborted', originalError: wrong })]);
    expect(controller.getConfig('/h1')).toBe('h1'); // from the resync: what the update put was not kept, and is the same
    await clock.advance(5_000);
    expect(trace.slice(2)).toEqual([
      'h1.resync Healing Resync',
      'h2.resync Healing Resync',
      'h3.resync Healing Resync',
      'commit fullResync',
    ]);
  });

  it('E9: an abort ends a resync and a revertible event as well', async () => {
    const abort = new AbortEventError(wrong);
    const { controller, clock, trace } = await running({
      handlers: handlers(3, {
        h2: {
          update: throwing(abort),
          resync: ({ name }) => {
            if (name === 'broken') throw abort;
          },
        },
      }),
    });
    controller.pushEvent(Object.assign(new TestUpdate('broken'), { method: EventMethod.UpstreamResync }));
    await clock.settle();
    expect(trace.splice(0)).toEqual(['h1.resync broken', 'h2.resync broken']);
    await clock.advance(5_000);
    expect(trace.splice(0).at(-1)).toBe('commit fullResync');
    controller.pushEvent(revertible('e'));
    await clock.settle();
    expect(trace.splice(0)).toEqual(['h1.update e', 'h2.update e', 'h1.revert e']);
    await clock.advance(5_000);
    expect(trace.at(-1)).toBe('commit fullResync');
  });

  it('EC8: E10: a fatal error: nothing more is called, committed or reverted, it is told once, and everything else is answered', async () => {
    const fatal = new FatalError(wrong);
    const { controller, clock, trace, fatals } = await running({ handlers: handlers(3, { h2: { update: throwing(fatal) } }) });
    const events = ['e', 'waits'].map((name) => new TestUpdate(name));
    for (const event of events) controller.pushEvent(event);
    await clock.settle();
    const later = new TestUpdate('later');
    controller.pushEvent(later);
    await clock.advance(100_000);
    expect(trace).toEqual(['h1.update e', 'h2.update e']);
    expect(events[0]?.answers).toEqual([fatal]);
    for (const event of [events[1], later]) expect(event?.answers).toEqual([expect.any(EventLoopAbortingError)]);
    expect((later.answers[0] as Error).cause).toBe(fatal);
    expect(fatals).toEqual([fatal]);
    expect(controller.history.query().map(({ name }) => name)).toEqual(['Database Resync', 'e']);
  });

  it('EC14: E17: an update that wants nothing is not committed; a resync that wants nothing is', async () => {
    const { controller, clock, trace } = await running({ handlers: { a: {} } });
    controller.pushEvent(new TestUpdate('e'));
    controller.pushEvent(new HealingResync({ type: 'afterError' }));
    await clock.settle();
    expect(trace).toEqual(['a.update e', 'a.resync Healing Resync', 'commit fullResync']);
    expect(controller.history.query({ sequence: 1 })[0]).not.toHaveProperty('transaction');
  });

  it('E6: EH18: what is expected to fail is committed and answered as it is, and not healed', async () => {
    const { controller, clock, trace } = await running({ handlers: handlers(3, { h2: fails }) });
    const event = new TestUpdate('e', { transactionType: 'bestEffortIgnoreErrors' });
    controller.pushEvent(event);
    await clock.advance(100_000);
    expect(trace).toEqual(['h1.update e', 'h2.update e', 'h3.update e', 'commit update']);
    expect(event.answers).toEqual([wrong]);
  });
});

describe('done', () => {
  it('E13: comes after the commit, after the reverts, and after the record in the history', async () => {
    const { controller, clock, trace } = await running({
      handlers: handlers(2, { h2: { update: ({ name }, txn) => (name === 'bad' ? throwing(wrong)() : txn.put('/k', 1)) } }),
    });
    const onDone = (): void => void trace.push(`done, recorded: ${controller.history.query({ last: 1 })[0]?.name}`);
    controller.pushEvent(new TestUpdate('good', { onDone }));
    controller.pushEvent(revertible('bad', { onDone }));
    await clock.settle();
    expect(trace.slice(2, 4)).toEqual(['commit update', 'done, recorded: good']);
    expect(trace.slice(-2)).toEqual(['h1.revert bad', 'done, recorded: bad']);
  });

  it('a wrapped fatal error is a plain one: whoever wraps it takes it upon himself', async () => {
    const { controller, clock } = await running({
      handlers: { a: { update: throwing(new Error('again', { cause: new FatalError(wrong) })) } },
    });
    controller.pushEvent(new TestUpdate('e'));
    await clock.settle();
    expect(controller.report()).toMatchObject({ state: 'idle', healing: 'scheduled' });
  });
});
