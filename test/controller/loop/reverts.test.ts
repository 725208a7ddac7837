/** Events that are reverted when they fail. */
import { describe, expect, it } from 'vitest';
import { EventFailedError, FatalError, TransactionError } from '../../../src/controller/errors.js';
import { UpdateDirection } from '../../../src/controller/events/event.js';
import { revertible, throwing, type Reactions } from '../../support/controller/recording-handler.js';
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

describe('all or nothing', () => {
  it('EC9: EC10: V2: E4: E7: those before the one that failed are reverted, the last first, nothing is committed or healed', async () => {
    for (const [direction, expected] of [
      [UpdateDirection.Forward, ['h1.update e', 'h2.update e', 'h3.update e', 'h2.revert e', 'h1.revert e']],
      [UpdateDirection.Reverse, ['h4.update e', 'h3.update e', 'h4.revert e']],
    ] as const) {
      const { controller, clock, trace } = await running({ handlers: handlers(4, { h3: fails }) });
      const before = controller.internalConfig;
      const event = revertible('e', { direction });
      controller.pushEvent(event);
      await clock.advance(100_000);
      expect(trace).toEqual(expected);
      expect(event.answers).toEqual([wrong]);
      expect(event.answers[0]).toBe(wrong);
      expect(controller.internalConfig).toEqual(before);
    }
  });

  it('V3: E10: a fatal error reverts nothing', async () => {
    const { controller, clock, trace } = await running({
      handlers: handlers(3, { h2: { update: throwing(new FatalError(wrong)) } }),
    });
    controller.pushEvent(revertible('e'));
    await clock.settle();
    expect(trace).toEqual(['h1.update e', 'h2.update e']);
    expect(controller.report().state).toBe('aborting');
  });

  it('EC11: E8: when the commit fails all handlers are reverted, the last first, and nothing is wanted that was not before', async () => {
    const { controller, clock, trace, southbound } = await running({
      handlers: handlers(2, { h2: { update: (_event, txn) => txn.put('/new', 1) } }),
    });
    const before = controller.internalConfig;
    southbound.next(southbound.reverting('/new'));
    const event = revertible('e');
    controller.pushEvent(event);
    await clock.advance(100_000);
    expect(southbound.commits.at(-1)?.revertOnFailure).toBe(true);
    expect(trace).toEqual(['h1.update e', 'h2.update e', 'commit update', 'h2.revert e', 'h1.revert e']);
    expect(event.answers).toEqual([expect.any(TransactionError)]);
    expect(event.answers[0]).toMatchObject({ outcome: 'reverted', failures: [{ key: '/new', wantedBy: ['h2'] }] });
    expect(controller.internalConfig).toEqual(before);
    expect(controller.getConfig('/new')).toBeUndefined();
  });

  it('EC12: E14: EH5: a revert that fails: the rest is reverted, done has the root cause and the revert errors, and healing follows', async () => {
    const unreverted = new Error('cannot go back');
    const { controller, clock, trace } = await running({
      handlers: handlers(3, { h2: { revert: throwing(unreverted) }, h3: fails }),
    });
    const event = revertible('e');
    controller.pushEvent(event);
    await clock.settle();
    expect(trace.splice(0).slice(3)).toEqual(['h2.revert e', 'h1.revert e']);
    const error = event.answers[0] as EventFailedError;
    expect(error).toBeInstanceOf(EventFailedError);
    expect(error.cause).toBe(wrong);
    expect(error.errors).toEqual([wrong, unreverted]);
    expect(error.revertErrors).toEqual([unreverted]);
    await clock.advance(5_000);
    expect(trace.at(-1)).toBe('commit fullResync');
  });

  it('EC13: a fatal revert: the rest is not reverted, and the loop aborts', async () => {
    const { controller, clock, trace } = await running({
      handlers: handlers(3, { h2: { revert: throwing(new FatalError(wrong)) }, h3: fails }),
    });
    const event = revertible('e');
    controller.pushEvent(event);
    await clock.settle();
    expect(trace.slice(3)).toEqual(['h2.revert e']);
    expect(event.answers).toEqual([expect.any(EventFailedError)]);
    expect(controller.report().state).toBe('aborting');
  });
});
