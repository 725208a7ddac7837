/** Healing that is not needed: retries of the southbound have put right what had failed. */
import { describe, expect, it } from 'vitest';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import { MemoryScheduler } from '../../../src/controller/southbound/scheduler.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { TestUpdate, throwing, type Reactions } from '../../support/controller/recording-handler.js';
import { begin, rigOver, running, type Rig } from '../../support/controller/rig.js';
import type { SouthboundEvent } from '../../../src/controller/southbound/port.js';

const wrong = new Error('wrong');
const failing: Reactions = { update: throwing(wrong) };

describe('a southbound that mends what has failed', () => {
  async function overPlane(reactions: Reactions): Promise<Rig<MemoryScheduler> & { readonly plane: MemoryPlane }> {
    const clock = new SimulatedClock();
    const plane = new MemoryPlane({ clock });
    const scheduler = new MemoryScheduler({ descriptors: [plane.descriptor({ name: 'all', prefix: '/' })], clock });
    const loop = await begin(rigOver(scheduler, { handlers: { a: reactions }, clock }));
    return { ...loop, plane };
  }
  const puts: Reactions['update'] = (_event, txn) => txn.put('/a', 1);

  it('V18: EH20: when a retry has mended it, nothing is healed, and what only the update put stays', async () => {
    const loop = await overPlane({ update: puts });
    loop.plane.fail({ key: '/a', operation: 'create', times: 2 });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    expect(loop.controller.report().healing).toBe('scheduled');
    await loop.clock.advance(100_000);
    expect(loop.plane.values.get('/a')).toBe(1);
    expect(loop.trace).toEqual(['a.update e']);
    expect(loop.controller.report().healing).toBe('none');
  });

  it('when retries do not mend it, it is healed', async () => {
    const isHealing: Reactions['resync'] = ({ name }, txn) => void (name === 'Healing Resync' && txn.put('/a', 1));
    const loop = await overPlane({ update: puts, resync: isHealing });
    loop.plane.fail({ key: '/a', operation: 'create', times: 3 });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.advance(100_000);
    expect(loop.trace).toContain('a.resync Healing Resync');
    expect(loop.plane.values.get('/a')).toBe(1);
  });

  it('when a handler has failed, too, it is healed though a retry has mended the value', async () => {
    const clock = new SimulatedClock();
    const plane = new MemoryPlane({ clock });
    const scheduler = new MemoryScheduler({ descriptors: [plane.descriptor({ name: 'all', prefix: '/' })], clock });
    const loop = await begin(rigOver(scheduler, { handlers: { a: { update: puts }, b: failing }, clock }));
    plane.fail({ key: '/a', operation: 'create', times: 1 });
    loop.controller.pushEvent(new TestUpdate('e'));
    await clock.advance(4_000);
    expect(plane.values.get('/a')).toBe(1);
    await clock.advance(2_000);
    expect(loop.trace).toContain('b.resync Healing Resync');
  });
});

describe('what counts as mended', () => {
  const configured = (key: string): SouthboundEvent => ({ type: 'value', report: { key, status: 'configured' } });

  /** A loop in which `/a` and `/b` could not be applied. */
  async function broken(): Promise<Rig> {
    const loop = await running({
      handlers: { a: { update: ({ name }, txn) => (name === 'bad' ? throwing(wrong)() : (txn.put('/a', 1), txn.put('/b', 1))) } },
    });
    loop.southbound.next(loop.southbound.failing('/a', '/b'));
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    return loop;
  }

  it('all that has failed, and not a part of it', async () => {
    const loop = await broken();
    loop.southbound.tell(configured('/a'));
    loop.southbound.tell(configured('/a'));
    expect(loop.controller.report().healing).toBe('scheduled');
    loop.southbound.tell(configured('/b'));
    expect(loop.controller.report().healing).toBe('none');
  });

  it('values that are removed or pending, and not those that are retried or have failed', async () => {
    const loop = await broken();
    loop.southbound.tell(configured('/a'));
    for (const status of ['retrying', 'failed', 'invalid', 'obtained'] as const)
      loop.southbound.tell({ type: 'value', report: { key: '/b', status } });
    expect(loop.controller.report().healing).toBe('scheduled');
    loop.southbound.tell({ type: 'value', report: { key: '/b', status: 'pending' } });
    expect(loop.controller.report().healing).toBe('none');
  });

  it('nothing, once a handler has failed in another event', async () => {
    const loop = await broken();
    loop.controller.pushEvent(new TestUpdate('bad'));
    await loop.clock.settle();
    for (const key of ['/a', '/b']) loop.southbound.tell(configured(key));
    expect(loop.controller.report().healing).toBe('scheduled');
    await loop.clock.advance(5_000);
    expect(loop.controller.report().healing).toBe('none');
  });

  it('what a healing could not apply as well: healings that failed before are forgotten', async () => {
    const loop = await running({
      handlers: { a: { update: throwing(wrong), resync: (_event, txn) => txn.put('/a', 1) } },
      healing: { attempts: 2 },
    });
    loop.southbound.next(loop.southbound.failing('/a'));
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.advance(5_000);
    expect(loop.controller.report()).toMatchObject({ healing: 'scheduled', failedHealings: 1 });
    loop.southbound.tell(configured('/a'));
    expect(loop.controller.report()).toMatchObject({ healing: 'none', failedHealings: 0 });
  });

  it('nothing, when the southbound tells nothing of values, or refused', async () => {
    const loop = await running({ handlers: { a: { update: (_event, txn) => txn.put('/a', 1) } } });
    loop.southbound.next(() => loop.southbound.answer('refused'));
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    loop.southbound.tell(configured('/a'));
    expect(loop.controller.report().healing).toBe('scheduled');
  });
});
