/** Comparing the southbound with what it should be: from time to time, and when it has started anew. */
import { describe, expect, it } from 'vitest';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { TestUpdate } from '../../support/controller/recording-handler.js';
import { begin, processed, rig, running } from '../../support/controller/rig.js';

describe('healing of the southbound', () => {
  it('EC31: E11: periodic healing begins after the first DBResync, comes when its time has come, and calls no handler', async () => {
    const loop = rig({ handlers: { a: {} }, periodicHealing: true });
    await loop.controller.start();
    await loop.clock.advance(29_000);
    await begin(loop);
    await loop.clock.advance(59_999);
    expect(loop.trace).toEqual([]);
    await loop.clock.advance(1);
    expect(loop.trace).toEqual(['commit downstreamResync']);
    await loop.clock.advance(120_000);
    expect(loop.trace).toEqual(Array(3).fill('commit downstreamResync'));
  });

  it('periodic healings do not pile up while an event takes its time', async () => {
    const loop = await running({
      periodicHealing: true,
      timings: { handlerTimeout: Infinity },
      handlers: { a: { update: () => new Promise<void>((resolve) => void loop.clock.setTimeout(resolve, 600_000)) } },
    });
    loop.controller.pushEvent(new TestUpdate('long'));
    await loop.clock.advance(600_000);
    expect(loop.trace).toEqual(['a.update long', 'commit downstreamResync']);
  });

  it('is off when it is not asked for', async () => {
    const loop = await running({ handlers: { a: {} } });
    await loop.clock.advance(1_000_000);
    expect(loop.trace).toEqual([]);
  });

  it('a southbound that has started anew is put right at once, and once more when it does so again meanwhile', async () => {
    const loop = await running({ handlers: { a: {} } });
    const { southbound } = loop;
    let answer = (): void => {};
    southbound.next(() => new Promise((resolve) => (answer = () => resolve(southbound.answer('applied')))));
    southbound.tell({ type: 'restored' });
    await loop.clock.settle();
    expect(loop.trace).toEqual(['commit downstreamResync']);
    southbound.tell({ type: 'restored' });
    southbound.tell({ type: 'restored' });
    answer();
    await loop.clock.advance(1_000);
    expect(loop.trace).toEqual(['commit downstreamResync', 'commit downstreamResync']);
    expect(loop.controller.report().state).toBe('idle');
  });

  it('before the first resync that is nothing to be healed: the resync does it', async () => {
    const loop = rig({ handlers: { a: {} } });
    await loop.controller.start();
    loop.southbound.tell({ type: 'restored' });
    loop.controller.pushEvent(new DBResync({ kubeState: {} }));
    await loop.clock.settle();
    expect(processed(loop)).toEqual(['Database Resync']);
  });
});
