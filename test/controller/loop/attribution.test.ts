/** Whose value has failed, and what follows from it. */
import { describe, expect, it } from 'vitest';
import { AbortEventError } from '../../../src/controller/errors.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import type { OwnershipPolicy } from '../../../src/controller/kit/ownership.js';
import { failure } from '../../support/controller/scripted-southbound.js';
import { revertible, TestUpdate } from '../../support/controller/recording-handler.js';
import { running, type Rig, type RigOptions } from '../../support/controller/rig.js';

/** A loop with a handler that puts `/a`, and `/db` wanted by the datastore. */
function mixed(options: RigOptions = {}): Promise<Rig> {
  return running({ handlers: { a: { update: (_event, txn) => txn.put('/a', 1) } }, ...options }, { externalConfig: { '/db': 1 } });
}

describe('what has failed', () => {
  it('EC15: heals unless only values of external configuration failed', async () => {
    for (const [keys, healing] of [
      [['/db'], 'none'],
      [['/a', '/db'], 'scheduled'],
      [['/a'], 'scheduled'],
    ] as const) {
      const loop = await mixed();
      loop.southbound.next(loop.southbound.failing(...keys));
      const event = new TestUpdate('e');
      loop.controller.pushEvent(event);
      await loop.clock.settle();
      expect(event.answers).toEqual([expect.objectContaining({ code: 'transaction-failed' })]);
      expect(loop.controller.report().healing).toBe(healing);
    }
  });

  it("V6: EH22: a derived value is its owner's: a failure of it is attributed to who wanted the owner, and healed", async () => {
    const loop = await mixed();
    loop.southbound.next((transaction) => {
      loop.southbound.apply(transaction);
      return loop.southbound.answer('partlyApplied', [failure('/a/derived', { owner: '/a' })]);
    });
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers[0]).toMatchObject({ failures: [{ key: '/a/derived', wantedBy: ['a'] }] });
    expect(loop.controller.report().healing).toBe('scheduled');
  });

  it('V21: a delete that fails is whose value it was, now and in the healing after it', async () => {
    const loop = await running({
      handlers: {
        a: {
          resync: ({ name }, txn) => void (name !== 'Healing Resync' && txn.put('/a', 1)),
          update: (_event, txn) => txn.delete('/a'),
        },
      },
    });
    loop.southbound.next(() => loop.southbound.answer('partlyApplied', [failure('/a', { operation: 'delete' })]));
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers[0]).toMatchObject({ failures: [{ operation: 'delete', wantedBy: ['a'] }] });
    loop.southbound.next(() => loop.southbound.answer('partlyApplied', [failure('/a', { operation: 'delete' })]));
    await loop.clock.advance(5_000);
    expect(loop.controller.report()).toMatchObject({ state: 'aborting', failedHealings: 1 }); // it does not pass as a success
  });

  it('V21: a delete of what only external configuration wanted is external', async () => {
    const loop = await mixed();
    loop.southbound.next(() => loop.southbound.answer('partlyApplied', [failure('/db', { operation: 'delete' })]));
    const event = new ExternalConfigChange({ source: 'db', updatedKVs: { '/db': null } });
    loop.controller.pushEvent(event);
    await expect(event.wait()).rejects.toMatchObject({ failures: [{ wantedBy: ['db'] }] });
    expect(loop.controller.report().healing).toBe('none');
  });

  it("V5: EH24: a revertible event whose value is there, and that broke another's, has happened: it is kept, answered and healed", async () => {
    const loop = await mixed();
    loop.southbound.next(loop.southbound.failing('/foreign'));
    const event = revertible('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(loop.trace).toEqual(['a.update e', 'commit update']);
    expect(event.answers).toEqual([expect.objectContaining({ outcome: 'partlyApplied' })]);
    expect(loop.controller.internalConfig).toEqual({ '/a': 1 });
    expect(loop.southbound.applied).toMatchObject({ '/a': 1 });
    expect(loop.controller.report().healing).toBe('scheduled');
  });

  it('V10: EH23: a southbound that could not take everything back: all failures are told, handlers are reverted, and it is healed', async () => {
    const loop = await mixed();
    loop.southbound.next(() => loop.southbound.answer('revertFailed', [failure('/a'), failure('/b', { isRevert: true })]));
    const event = revertible('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers[0]).toMatchObject({ outcome: 'revertFailed', failures: [{ key: '/a' }, { key: '/b', isRevert: true }] });
    expect(loop.trace).toEqual(['a.update e', 'commit update', 'a.revert e']);
    await loop.clock.advance(5_000);
    expect(loop.trace.at(-1)).toBe('commit fullResync');
  });
});

describe('two handlers that write one key', () => {
  const both = (ownership?: OwnershipPolicy): Promise<Rig> =>
    running({
      ownership,
      handlers: { a: { update: (_event, txn) => txn.put('/k', 'a') }, b: { update: (_event, txn) => txn.put('/k', 'b') } },
    });

  it('report: the last one counts, and it is told and noted', async () => {
    const loop = await both();
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers).toEqual([undefined]);
    expect(loop.southbound.applied).toEqual({ '/k': 'b' });
    expect(loop.problems).toEqual([
      { kind: 'ownership', problem: expect.objectContaining({ key: '/k', handler: 'b', others: ['a'] }) as unknown },
    ]);
    expect(loop.controller.history.query({ last: 1 })[0]).toMatchObject({
      notes: [expect.stringContaining('both write /k')],
      transaction: { changes: [{ wantedBy: ['a', 'b'] }] },
    });
  });

  it('refuse: the second one fails', async () => {
    const loop = await both('refuse');
    const event = new TestUpdate('e');
    loop.controller.pushEvent(event);
    await loop.clock.settle();
    expect(event.answers).toEqual([expect.objectContaining({ code: 'invalid', key: '/k' })]);
    expect(loop.southbound.applied).toEqual({ '/k': 'a' });
  });

  it('a key that an aborted event wrote has no owner by it', async () => {
    const loop = await running({
      handlers: {
        a: {
          update: ({ name }, txn) => {
            if (name !== 'one') return;
            txn.put('/k', 'a');
            throw new AbortEventError(new Error('no'));
          },
        },
        b: { update: ({ name }, txn) => void (name === 'two' && txn.put('/k', 'b')) },
      },
    });
    for (const name of ['one', 'two']) loop.controller.pushEvent(new TestUpdate(name));
    await loop.clock.settle();
    expect(loop.problems).toEqual([]);
    expect(loop.southbound.applied).toEqual({ '/k': 'b' });
  });
});
