/** Southbounds that answer nonsense, throw, or never settle. */
import { describe, expect, it } from 'vitest';
import { TimedOutError, TransactionError } from '../../../src/controller/errors.js';
import type { Southbound } from '../../../src/controller/southbound/port.js';
import type { UpdateOperations } from '../../../src/controller/handler.js';
import { never, TestUpdate, throwing } from '../../support/controller/recording-handler.js';
import { begin, rig, running } from '../../support/controller/rig.js';

const wrong = new Error('wrong');
const put = (_event: unknown, txn: UpdateOperations): void => txn.put('/a', 1);

describe('southbounds', () => {
  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['a text', () => 'applied'],
    ['an unknown outcome', () => ({ outcome: 'fine', failures: [], values: [] })],
    [
      'that all is applied, and something failed',
      () => ({ outcome: 'applied', failures: [{ key: '/a', owner: '/a', error: wrong }], values: [] }),
    ],
    ['failures that are none', () => ({ outcome: 'partlyApplied', failures: [{ key: 1 }], values: [] })],
  ])('that answers %s: told, a failure of the event, and healed', async (_what, answer) => {
    const loop = await running({ handlers: { a: { update: put } } });
    loop.southbound.next(answer);
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers).toEqual([expect.objectContaining({ outcome: 'partlyApplied' })]);
    expect(loop.problems).toEqual([expect.objectContaining({ kind: 'southbound' })]);
    await loop.clock.advance(5_000);
    expect(loop.trace.at(-1)).toBe('commit fullResync');
  });

  it('E16: that never settles: the event fails with an unknown outcome, the waiting is aborted, and healing follows', async () => {
    const loop = await running({ handlers: { a: { update: put } } });
    const signals: AbortSignal[] = [];
    loop.southbound.next((_transaction, { signal }) => (signals.push(signal), never()));
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.advance(120_000);
    expect(event.answers).toEqual([expect.objectContaining({ outcome: 'unknown', cause: expect.any(TimedOutError) as unknown })]);
    expect(signals[0]?.aborted).toBe(true);
    await loop.clock.advance(5_000);
    expect(loop.trace.at(-1)).toBe('commit update'); // to heal now would be to wait behind it
    await loop.clock.advance(120_000);
    expect(loop.trace.at(-1)).toBe('commit fullResync');
  });

  it('that answers a commit which was given up: the healing waits for that, and is not given up in turn', async () => {
    const loop = await running({
      handlers: { a: { update: put } },
      timings: { commitTimeout: 1_000, delayAfterErrorHealing: 100 },
    });
    let answer: (result: unknown) => void = () => {};
    loop.southbound.next(() => new Promise((resolve) => (answer = resolve)));
    loop.controller.pushEvent(new TestUpdate('slow'));
    await loop.clock.advance(1_900);
    expect(loop.trace.at(-1)).toBe('commit update');
    answer({ outcome: 'applied', sequence: 1, failures: [], values: [] });
    await loop.clock.settle();
    expect(loop.trace.at(-1)).toBe('commit fullResync');
    expect(loop.controller.report()).toMatchObject({ state: 'idle', healing: 'none' });
  });

  it('that throws at once, or rejects, has refused', async () => {
    for (const commit of [throwing(wrong), () => Promise.reject(wrong)]) {
      const loop = rig({ southbound: { commit }, handlers: { a: { update: put } } });
      await begin(loop);
      const event = new TestUpdate('e');
      loop.controller.pushEvent(event);
      await loop.clock.settle();
      expect(event.answers).toEqual([expect.any(TransactionError)]);
      expect(event.answers[0]).toMatchObject({ outcome: 'refused', cause: wrong });
    }
  });

  it('that tells nonsense: told, and nothing else happens', async () => {
    const loop = await running({ handlers: { a: {} } });
    for (const nonsense of [undefined, null, 'restored', {}, { type: 'value' }, { type: 'value', report: {} }, { type: 'gone' }]) {
      expect(() => loop.southbound.tell(nonsense as never)).not.toThrow();
    }
    await loop.clock.settle();
    expect(loop.problems.map(({ kind }) => kind)).toEqual(Array(7).fill('southbound'));
    expect(loop.trace).toEqual([]);
  });

  it('whose subscribe throws, answers nonsense, or cannot be ended', async () => {
    const { southbound } = rig();
    const commit: Southbound['commit'] = (transaction, options) => southbound.commit(transaction, options);
    for (const subscribe of [throwing(wrong), () => 'nothing', () => throwing(wrong)]) {
      const loop = rig({ southbound: { commit, subscribe } as unknown as Southbound });
      await begin(loop);
      await loop.controller.close();
      expect(loop.problems.map(({ kind }) => kind)).toEqual(['southbound']);
    }
  });
});
