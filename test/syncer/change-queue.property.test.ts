/** The promises of the queue of a consumer, against a naive model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyncStatus } from '../../src/model/status.js';
import type { Update } from '../../src/model/update.js';
import { Producer, type Write } from '../support/change-producer.js';

const { WaitForDatastore: wait, ResyncInProgress: resync, InSync: inSync } = SyncStatus;

const anyWrite: fc.Arbitrary<Write> = fc.tuple(
  fc.constantFrom('/a', '/b', '/c', '/d'),
  fc.oneof(fc.constant(null), fc.constantFrom('1', '2', '3')),
);
const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('write' as const), writes: fc.array(anyWrite, { minLength: 1, maxLength: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flap' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('notify' as const), slot: fc.constantFrom('x', 'y') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const), count: fc.nat(4), max: fc.constantFrom(1, 2, Infinity) }) },
);

describe('promises of the queue', () => {
  it('S3, S5, S8, H38: statuses alternate, updates fold to the picture at each status, types tell what was given, nothing is lost', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), (steps) => {
        const producer = new Producer();
        // The naive model: every status with the picture that it was published with, and the order of everything.
        const published: { status: SyncStatus; picture: Map<string, string>; isFirst: boolean }[] = [];
        const given = new Map<string, string>();
        const statuses: SyncStatus[] = [];
        let status: SyncStatus | undefined;
        const publish = (next: SyncStatus): void => {
          status = next;
          producer.queue.publish(next);
          published.push({
            status: next,
            picture: new Map([...producer.shown].map(([key, { value }]) => [key, value])),
            isFirst: false,
          });
        };
        const receive = (update: Update<string>): void => {
          const before = given.get(update.key);
          expect(update.type).toBe(update.value === null ? 'deleted' : before === undefined ? 'new' : 'updated');
          if (update.type !== 'new') expect(update.previous.value).toBe(before);
          // Who it is, and at which revision: of the object there is, or of the deletion of the one that there was.
          const { uid, source } = update.value === null ? update.previous : (producer.history.get(update.revision ?? '') ?? {});
          expect([update.uid, update.source]).toEqual([uid, source]);
          expect(Object.values(update).includes(undefined), 'what is absent is no member').toBe(false);
          if (update.type === 'deleted') expect([Number(update.revision) > 0, update.finalStateUnknown]).toEqual([true, false]);
          if (update.type === 'updated')
            expect(update.recreated).toBe(`${before}${update.value}` === '12' || `${before}${update.value}` === '21');
          if (update.value === null) given.delete(update.key);
          else given.set(update.key, update.value);
        };
        const take = (max: number): boolean => {
          const delivery = producer.queue.take(max);
          if (delivery?.kind === 'updates') {
            expect(statuses.at(-1), 'I3').not.toBe(wait);
            expect(new Set(delivery.updates.map(({ key }) => key)).size).toBe(delivery.updates.length);
            delivery.updates.forEach(receive);
          }
          if (delivery?.kind === 'status') {
            expect(delivery.status, 'I2').not.toBe(statuses.at(-1));
            statuses.push(delivery.status);
            // S3, S8: at a status, the consumer has the picture of that status: nothing was told too late or too early.
            const index = published.findIndex((entry) => entry.status === delivery.status && sameAs(entry.picture, given));
            expect(index, `${delivery.status} with ${JSON.stringify([...given])}`).toBeGreaterThanOrEqual(0);
            published.splice(0, index + 1);
          }
          expect(
            new Map([...producer.queue.delivered].map(([key, { value }]) => [key, value])),
            'delivered is what was given',
          ).toEqual(given);
          if (delivery?.kind === 'notice') notices.push(delivery.notice);
          return delivery !== undefined;
        };
        const notices: string[] = [];
        publish(wait);
        publish(resync);
        for (const step of steps) {
          if (step.do === 'write') {
            if (status === wait) publish(resync);
            producer.write(...step.writes);
          } else if (step.do === 'flap') publish(status === resync ? (producer.shown.size % 2 === 0 ? inSync : wait) : resync);
          else if (step.do === 'notify') producer.queue.notify(step.slot, step.slot);
          else for (let count = 0; count < step.count; count++) take(step.max);
        }
        const [toldStatuses, toldNotices] = [statuses.length, notices.length];
        while (take(Infinity));
        expect(statuses.length - toldStatuses, 'S14: statuses that nobody took are folded').toBeLessThanOrEqual(8);
        const rest = notices.slice(toldNotices);
        expect(new Set(rest).size, 'S14: of notices about one thing the last is enough').toBe(rest.length);
        expect(new Set(notices)).toEqual(new Set(steps.flatMap((step) => (step.do === 'notify' ? [step.slot] : []))));
        expect(producer.queue.isEmpty).toBe(true);
        expect(given).toEqual(new Map([...producer.shown].map(([key, { value }]) => [key, value])));
        expect(statuses.at(-1)).toBe(status);
      }),
      { seed: 3, numRuns: 500 },
    );
  });
});

function sameAs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
