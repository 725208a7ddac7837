/** Healing: after an error, from time to time, and not for ever. */
import { describe, expect, it } from 'vitest';
import { AbortEventError, FatalError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { HealingResync } from '../../../src/controller/events/healing-resync.js';
import type { EscalationVerdict } from '../../../src/controller/options.js';
import { never, revertible, TestUpdate, throwing, type Reactions } from '../../support/controller/recording-handler.js';
import { processed, running, type Rig, type RigOptions } from '../../support/controller/rig.js';

const wrong = new Error('wrong');
const failing: Reactions = { update: throwing(wrong) };

/** A loop whose every healing fails. */
function hopeless(options: RigOptions = {}): Promise<Rig> {
  const broken: Reactions = {
    update: throwing(wrong),
    resync: ({ name }) => (name === 'Healing Resync' ? throwing(wrong)() : undefined),
  };
  return running({ handlers: { a: broken }, ...options });
}

function healings(loop: Rig): number {
  return loop.trace.filter((line) => line === 'a.resync Healing Resync').length;
}

describe('healing after an error', () => {
  it('EC6: E11: two events that fail within the delay are healed once, counted from the first', async () => {
    const loop = await running({ handlers: { a: failing } });
    loop.controller.pushEvent(new TestUpdate('one'));
    await loop.clock.advance(3_000);
    loop.controller.pushEvent(new TestUpdate('two'));
    await loop.clock.advance(1_999);
    expect(healings(loop)).toBe(0);
    await loop.clock.advance(1);
    expect(healings(loop)).toBe(1);
    await loop.clock.advance(100_000);
    expect(healings(loop)).toBe(1);
    expect(loop.controller.history.query({ last: 1 })[0]?.description).toBe('Healing Resync (After error: wrong)');
  });

  it('EC16: V8: E11: EL3: a healing that fails is the end: exactly one attempt, and then the loop aborts', async () => {
    const loop = await hopeless();
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.advance(1_000_000);
    expect(healings(loop)).toBe(1);
    expect(loop.controller.report()).toMatchObject({ state: 'aborting', failedHealings: 1 });
    expect(loop.fatals).toEqual([expect.any(FatalError)]);
    expect(loop.fatals[0]?.message).toContain('wrong');
  });

  it('V8: a healing that somebody pushes by himself is one like others: what fails in it is healed', async () => {
    const loop = await hopeless();
    loop.controller.pushEvent(new HealingResync({ type: 'afterError' }));
    await loop.clock.settle();
    expect(loop.controller.report()).toMatchObject({ state: 'idle', healing: 'scheduled' });
    await loop.clock.advance(5_000);
    expect(healings(loop)).toBe(2);
    expect(loop.controller.report().state).toBe('aborting');
  });

  it('EC17: EH21: after a healing that succeeded a later error is healed again, also when the queue was full', async () => {
    const loop = await running({ handlers: { a: failing }, limits: { queue: 1 } });
    for (let round = 1; round <= 3; round++) {
      loop.controller.pushEvent(new TestUpdate('e'));
      await loop.clock.advance(5_000);
      expect(healings(loop)).toBe(round);
      expect(loop.controller.report().healing).toBe('none');
    }
  });

  it('EH21: healing is pushed though as many events wait as may', async () => {
    let open = (): void => {};
    const loop = await running({
      limits: { queue: 1 },
      handlers: {
        a: {
          update: ({ name }) =>
            name === 'slow' ? new Promise<void>((resolve) => (open = resolve)) : name === 'e' ? throwing(wrong)() : undefined,
        },
      },
    });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    loop.controller.pushEvent(new TestUpdate('slow'));
    await loop.clock.settle();
    loop.controller.pushEvent(new TestUpdate('waits'));
    await loop.clock.advance(5_000);
    open();
    await loop.clock.settle();
    expect(processed(loop).slice(1)).toEqual(['e', 'slow', 'waits', 'Healing Resync']);
  });

  it('E11: a resync of any kind that fails is healed', async () => {
    for (const event of [new DBResync({ kubeState: {} }), new HealingResync({ type: 'periodic' })]) {
      const loop = await running({ handlers: { a: {} } });
      loop.southbound.next(() => loop.southbound.answer('refused'));
      loop.controller.pushEvent(event);
      await loop.clock.advance(5_000);
      expect(loop.trace.slice(-2)).toEqual(['a.resync Healing Resync', 'commit fullResync']);
    }
  });
});

describe('healing of what is expected to fail', () => {
  const expected = (): TestUpdate => new TestUpdate('e', { transactionType: 'bestEffortIgnoreErrors' });
  const writing: Reactions = { update: (_event, txn) => txn.put('/a', 1) };
  const healed = async (loop: Rig): Promise<boolean> => {
    loop.controller.pushEvent(expected());
    await loop.clock.advance(300_000);
    return healings(loop) > 0;
  };

  it.each<[string, Reactions]>([
    ['fails', { update: throwing(wrong) }],
    ['has no answer in time', { update: never }],
  ])('E6: EH18: a handler that %s is not healed', async (_what, reactions) => {
    expect(await healed(await running({ handlers: { a: reactions } }))).toBe(false);
  });

  it('E6: E9: an abort is: nothing of the event was committed', async () => {
    expect(await healed(await running({ handlers: { a: { update: throwing(new AbortEventError(wrong)) } } }))).toBe(true);
  });

  it('E6: what was applied in part is not', async () => {
    const loop = await running({ handlers: { a: writing } });
    loop.southbound.next(loop.southbound.failing('/a'));
    expect(await healed(loop)).toBe(false);
  });

  it.each<[string, (loop: Rig) => unknown]>([
    ['is refused', ({ southbound }) => southbound.answer('refused')],
    ['is rejected', throwing(wrong)],
    ['is reverted', ({ southbound }) => southbound.answer('reverted')],
    ['can only be reverted in part', ({ southbound }) => southbound.answer('revertFailed')],
    ['is not answered', never],
  ])('E6: a commit that %s is: nothing of the event was applied, or nobody knows', async (_what, answer) => {
    const loop = await running({ handlers: { a: writing } });
    loop.southbound.next(() => answer(loop));
    expect(await healed(loop)).toBe(true);
  });
});

describe('healing of what is reverted', () => {
  it('E16: a handler that has no answer in time is healed: nobody takes back what it may still do', async () => {
    let isDone = false;
    const slow: Reactions = {
      update: () => new Promise<void>((resolve) => void loop.clock.setTimeout(() => ((isDone = true), resolve()), 61_000)),
    };
    const loop = await running({ handlers: { a: {}, b: slow } });
    loop.controller.pushEvent(revertible('e'));
    await loop.clock.advance(60_000);
    expect(loop.trace.splice(0)).toEqual(['a.update e', 'b.update e', 'a.revert e']);
    await loop.clock.advance(5_000);
    expect(isDone).toBe(true);
    expect(loop.trace).toEqual(['a.resync Healing Resync', 'b.resync Healing Resync', 'commit fullResync']);
  });
});

describe('healing more than once', () => {
  it('so many attempts as asked for, each after a longer time', async () => {
    const loop = await hopeless({ healing: { attempts: 4, factor: 3, maxDelay: 20_000 } });
    const at: number[] = [];
    loop.controller.pushEvent(new TestUpdate('e'));
    while (loop.controller.report().state !== 'aborting') {
      const before = healings(loop);
      await loop.clock.step();
      if (healings(loop) > before) at.push(loop.clock.now());
    }
    expect(at).toEqual([5_000, 20_000, 40_000, 60_000]); // 5, 15, and no more than 20 s
  });

  it('one that succeeds forgets those that failed', async () => {
    let isBroken = true;
    const loop = await running({
      healing: { attempts: 2 },
      handlers: {
        a: {
          update: throwing(wrong),
          resync: ({ name }) => (isBroken && name === 'Healing Resync' ? throwing(wrong)() : undefined),
        },
      },
    });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.advance(5_000);
    expect(loop.controller.report()).toMatchObject({ healing: 'scheduled', failedHealings: 1 });
    isBroken = false;
    await loop.clock.advance(10_000);
    expect(loop.controller.report()).toMatchObject({ healing: 'none', failedHealings: 0, state: 'idle' });
  });

  it.each<[string, () => EscalationVerdict | Promise<EscalationVerdict>, string]>([
    ['retry', () => 'retry', 'idle'],
    ['retry, later', () => Promise.resolve('retry'), 'idle'],
    ['abort', () => 'abort', 'aborting'],
    ['nonsense', () => 'perhaps' as 'retry', 'aborting'],
    ['an error', throwing(wrong), 'aborting'],
    ['a rejection', () => Promise.reject(wrong), 'aborting'],
    ['nothing, ever', never, 'aborting'],
  ])('EL3: onExhausted answers %s', async (_what, answer, state) => {
    const asked: number[] = [];
    const loop = await hopeless({ healing: { onExhausted: (attempts) => (asked.push(attempts), answer()) } });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.advance(5_000);
    const waits = new TestUpdate('waits');
    loop.controller.pushEvent(waits);
    if (state === 'idle') {
      await loop.clock.settle();
      expect(loop.controller.report()).toMatchObject({ state, healing: 'scheduled' });
      await loop.clock.advance(10_000);
      expect(asked).toEqual([1, 2]);
      expect(waits.answers).toEqual([wrong]);
    } else {
      await loop.clock.advance(60_000);
      expect(loop.controller.report().state).toBe(state);
      expect(asked).toEqual([1]);
      expect(waits.answers).toEqual([expect.objectContaining({ code: 'loop-aborting' })]);
    }
  });

  it('what onExhausted throws is told', async () => {
    const loop = await hopeless({ healing: { onExhausted: throwing(wrong) } });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.advance(5_000);
    expect(loop.problems).toEqual([{ kind: 'escalation', error: wrong }]);
  });
});
