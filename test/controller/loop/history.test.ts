/** What the loop remembers of each event. */
import { describe, expect, it } from 'vitest';
import { parseHistory } from '../../../src/controller/history/json-lines.js';
import { FaultyClock } from '../../../src/ports/faulty-clock.js';
import { revertible, TestUpdate, throwing } from '../../support/controller/recording-handler.js';
import { begin, rejection, rigOver, running } from '../../support/controller/rig.js';
import { ScriptedSouthbound } from '../../support/controller/scripted-southbound.js';

describe('the history', () => {
  it('EC30: E18: every event in its order, follow-ups with what they follow, reverts, and the transaction', async () => {
    const loop = await running({
      handlers: {
        a: {
          update: ({ name }, txn) => {
            if (name === 'e') loop.controller.pushEvent(revertible('f'));
            txn.put('/a', name);
            return `puts ${name}`;
          },
        },
        b: { update: ({ name }) => (name === 'f' ? throwing(new Error('wrong'))() : undefined) },
      },
    });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    const [startup, e, f] = loop.controller.history.query();
    expect([startup, e, f].map((record) => record?.sequence)).toEqual([0, 1, 2]);
    expect(startup).toMatchObject({ resyncCount: 1, transaction: { kind: 'fullResync', sequence: 0 } });
    expect(e).toMatchObject({
      handlers: [{ handler: 'a', change: 'puts e' }, { handler: 'b' }],
      transaction: { kind: 'update', outcome: 'applied', sequence: 1, changes: [{ key: '/a', after: 'e', wantedBy: ['a'] }] },
    });
    expect(loop.southbound.commits.at(-1)?.description).toBe('e\n* a: puts e');
    expect(f).toMatchObject({
      followUpTo: 1,
      error: { message: 'wrong' },
      handlers: [
        { handler: 'a', isRevert: false },
        { handler: 'b', isRevert: false, error: { message: 'wrong' } },
        { handler: 'a', isRevert: true },
      ],
    });
    expect(f).not.toHaveProperty('transaction');
  });

  it('EC30: E18: it is bounded, and numbers have no gap', async () => {
    const loop = await running({ handlers: { a: {} }, history: { maxRecords: 3, permanentPeriod: 0 } });
    for (let i = 0; i < 10; i++) loop.controller.pushEvent(new TestUpdate(`${i}`));
    await loop.clock.settle();
    expect(loop.controller.history.query().map(({ sequence }) => sequence)).toEqual([8, 9, 10]);
  });

  it('EC30: a sequence number says more than all else in a query; records of the first hour stay, others for a day', async () => {
    const hour = 3_600_000;
    const loop = await running({ handlers: { a: {} } });
    for (const [name, at] of [
      ['early', 0],
      ['old', 2 * hour],
      ['new', 20 * hour],
    ] as const) {
      await loop.clock.advance(at - loop.clock.now());
      loop.controller.pushEvent(new TestUpdate(name));
      await loop.clock.settle();
    }
    await loop.clock.advance(30 * hour - loop.clock.now());
    expect(loop.controller.history.query().map(({ name }) => name)).toEqual(['Database Resync', 'early', 'new']);
    expect(loop.controller.history.query({ sequence: 1, from: 3, to: 3 }).map(({ name }) => name)).toEqual(['early']);
  });

  it('can be switched off', async () => {
    const loop = await running({ history: false });
    expect(loop.controller.history.query()).toEqual([]);
  });

  it('EH32: percent signs stay, and errors survive JSON', async () => {
    const loop = await running({ handlers: { a: { update: throwing(new Error('100% wrong %s')) } } });
    const event = new TestUpdate('50% %d');
    loop.controller.pushEvent(event);
    await rejection(event.wait());
    expect(loop.controller.history.print({ last: 1 })).toContain('50% %d');
    expect(loop.controller.history.print({ last: 1 })).toContain('100% wrong %s');
    expect(parseHistory(loop.controller.history.toJSONLines({ last: 1 }))).toMatchObject([{ error: { message: '100% wrong %s' } }]);
  });

  it('V20: EH32: a failed transaction survives JSON with its failures, whose they are, and why', async () => {
    const loop = await running({ handlers: { a: { update: (_event, txn) => txn.put('/a', 1) } } });
    loop.southbound.next(loop.southbound.failing('/a'));
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    const failures = [{ key: '/a', owner: '/a', wantedBy: ['a'], operation: 'create', error: { message: 'no room for /a' } }];
    expect(parseHistory(loop.controller.history.toJSONLines({ last: 1 }))).toMatchObject([
      { error: { code: 'transaction-failed' }, transaction: { outcome: 'partlyApplied', failures } },
    ]);
  });

  it('EH31: a wall clock that is set changes neither what is kept nor when it is healed', async () => {
    const clock = new FaultyClock();
    const loop = await begin(
      rigOver(new ScriptedSouthbound(), { clock, handlers: { a: { update: throwing(new Error('wrong')) } } }),
    );
    loop.controller.pushEvent(new TestUpdate('e'));
    await clock.advance(4_999);
    clock.jumpWall(-7 * 24 * 3_600_000);
    await clock.settle();
    expect(loop.controller.report().healing).toBe('scheduled');
    await clock.advance(1);
    clock.jumpWall(365 * 24 * 3_600_000);
    expect(loop.controller.history.query().map(({ name }) => name)).toEqual(['Database Resync', 'e', 'Healing Resync']);
  });

  it('E19: the same inputs and the same handlers make the same history', async () => {
    const play = async (): Promise<string> => {
      const loop = await running({
        handlers: { a: { update: ({ name }, txn) => (name === '3' ? throwing(new Error('three'))() : txn.put(`/${name}`, name)) } },
      });
      for (let i = 0; i < 5; i++) loop.controller.pushEvent(new TestUpdate(`${i}`));
      await loop.clock.advance(60_000);
      return loop.controller.history.toJSONLines();
    };
    expect(await play()).toBe(await play());
  });
});
