/** A large transaction of the scheduler beside everything else in the process. */
import { describe, expect, it } from 'vitest';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import type { SouthboundTransaction } from '../../../src/controller/southbound/port.js';
import { MemoryScheduler } from '../../../src/controller/southbound/scheduler.js';
import { systemClock } from '../../../src/ports/clock.js';

const values = new Map(Array.from({ length: 20_000 }, (_, index) => [`/a/${index}`, { index }] as const));
const resync: SouthboundTransaction = {
  description: 'large',
  kind: 'fullResync',
  values,
  revertOnFailure: false,
  retry: undefined,
  verbose: false,
};

describe('a large transaction', () => {
  it('lets a timer have its turn while it creates 20,000 values, and while it takes back what it has done to them', async () => {
    const plane = new MemoryPlane();
    await using scheduler = new MemoryScheduler({ descriptors: [plane.descriptor({ name: 'a', prefix: '/a/' })] });
    const bad = new Map([...values.keys()].map((key) => [key, key === '/a/5000' ? null : { changed: key }] as const));
    plane.fail({ key: '/a/5000', operation: 'delete' });
    const transactions = [resync, { ...resync, kind: 'update', values: bad, revertOnFailure: true }] as const;
    const outcomes: unknown[] = [];
    for (const transaction of transactions) {
      let hasFired = false;
      const timer = systemClock.setTimeout(() => (hasFired = true), 20);
      const { outcome } = await scheduler.commit(transaction);
      outcomes.push([outcome, hasFired]);
      systemClock.clearTimeout(timer);
    }
    expect(outcomes).toEqual([['applied', true], ['reverted', true]]); // prettier-ignore
    expect(plane.calls.length, 'not every call is remembered').toBe(10_000);
  });
});
