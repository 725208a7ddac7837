/** The queue of a consumer: the cases of Typha's dedupe buffer, and its promises as properties against a naive model. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyncStatus, type KVPair, type Update } from '../../src/index.js';
import { emptyTree, type ObjectTree } from '../../src/store/object-tree.js';
import { transact } from '../../src/store/transact.js';
import { ChangeQueue, type Delivery } from '../../src/syncer/change-queue.js';

type Write = readonly [key: string, value: string | null];

/** A picture that is changed and told to a queue. */
class Producer {
  readonly queue = new ChangeQueue<string, string>();
  shown: ObjectTree<KVPair<string>> = emptyTree();
  private revision = 0;

  write(...writes: readonly Write[]): void {
    const commit = transact(this.shown, (draft) => {
      for (const [key, value] of writes) {
        this.revision++;
        if (value === null) draft.delete(key);
        else draft.set(key, { key, value, revision: String(this.revision) });
      }
    });
    this.shown = commit.after;
    this.queue.change(commit.changes, this.shown, () => ({ revision: String(this.revision), finalStateUnknown: false }));
  }

  /** Everything that is pending, as text. */
  drain(maxUpdates = Infinity): string[] {
    const lines: string[] = [];
    for (let next = this.queue.take(maxUpdates); next !== undefined; next = this.queue.take(maxUpdates)) lines.push(textOf(next));
    return lines;
  }
}

function textOf(delivery: Delivery<string, string>): string {
  if (delivery.kind !== 'updates') return delivery.kind === 'status' ? delivery.status : delivery.notice;
  return delivery.updates.map(({ type, key, value }) => (value === null ? `${type} ${key}` : `${type} ${key}=${value}`)).join(', ');
}

const { WaitForDatastore: wait, ResyncInProgress: resync, InSync: inSync } = SyncStatus;

describe("the cases of Typha's dedupe buffer", () => {
  it('without duplicates everything passes in order', () => {
    const producer = new Producer();
    producer.queue.publish(wait);
    producer.queue.publish(resync);
    producer.write(['/a', '1'], ['/b', '2']);
    producer.queue.publish(inSync);
    producer.write(['/c', '3']);
    expect(producer.drain()).toEqual([wait, resync, 'new /a=1, new /b=2', inSync, 'new /c=3']);
  });

  it('New and then Deleted before it is sent is nothing', () => {
    const producer = new Producer();
    producer.write(['/a', '1']);
    producer.write(['/a', null]);
    expect(producer.drain()).toEqual([]);
    expect(producer.queue.isEmpty).toBe(true);
  });

  it('Deleted and then a new value, of a key that is known, is Updated', () => {
    const producer = new Producer();
    producer.write(['/a', '1']);
    producer.drain();
    producer.write(['/a', null]);
    producer.write(['/a', '2']);
    expect(producer.drain()).toEqual(['updated /a=2']);
  });

  it('the latest value takes the place of the one that is pending', () => {
    const producer = new Producer();
    producer.write(['/a', '1']);
    producer.write(['/b', '1']);
    producer.write(['/a', '2']);
    expect(producer.drain()).toEqual(['new /a=2, new /b=1']);
  });

  it('ours: every status is told, so that nobody has to guess what happened between two of them', () => {
    const producer = new Producer();
    producer.queue.publish(wait);
    producer.queue.publish(resync);
    expect(producer.drain()).toEqual([wait, resync]);
  });

  it('after a reconnection: what is the same is not told, what changed is Updated, what is missing is Deleted before InSync', () => {
    const producer = new Producer();
    producer.write(['/same', '1'], ['/changed', '1'], ['/missing', '1']);
    producer.queue.publish(inSync);
    producer.drain();
    producer.queue.publish(resync);
    producer.write(['/changed', '2'], ['/missing', null]);
    producer.queue.publish(inSync);
    expect(producer.drain()).toEqual([resync, 'updated /changed=2, deleted /missing', inSync]);
  });

  it('a second reconnection before anything was sent is as if the first had not been', () => {
    const producer = new Producer();
    producer.write(['/a', '1'], ['/b', '1']);
    producer.drain();
    producer.write(['/a', '2'], ['/b', null]);
    producer.write(['/a', '1'], ['/b', '1']);
    expect(producer.drain()).toEqual(['updated /a=1, updated /b=1']);
  });

  it('a second reconnection after a part was sent: deletions are told of what was really sent', () => {
    const producer = new Producer();
    producer.write(['/a', '1'], ['/b', '1'], ['/c', '1']);
    expect(textOf(producer.queue.take(2) as Delivery<string, string>)).toBe('new /a=1, new /b=1');
    producer.write(['/a', null], ['/b', null], ['/c', null]);
    expect(producer.drain()).toEqual(['deleted /a, deleted /b']);
  });

  it('with nothing to delete, nothing is deleted', () => {
    const producer = new Producer();
    producer.write(['/never', null]);
    expect(producer.drain()).toEqual([]);
  });

  it('H37: a status that comes twice, or is pending when things are folded, wakes and is told', () => {
    const producer = new Producer();
    producer.queue.publish(inSync);
    producer.write(['/a', '1']);
    producer.queue.publish(resync);
    producer.queue.publish(inSync);
    expect(producer.drain()).toEqual([inSync, 'new /a=1', resync, inSync]);
  });
});

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
      fc.property(fc.array(anyStep, { maxLength: 60 }), (steps) => {
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
          return delivery !== undefined;
        };
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
        while (take(Infinity));
        expect(given).toEqual(new Map([...producer.shown].map(([key, { value }]) => [key, value])));
        expect(statuses.at(-1)).toBe(status);
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });

  it('S14, H46: what a consumer that never takes costs is bounded by keys and a few statuses, not by what happens', () => {
    const producer = new Producer();
    producer.queue.publish(wait);
    for (let round = 0; round < 10_000; round++) {
      producer.queue.publish(round % 2 === 0 ? resync : inSync);
      producer.write([`/${round % 5}`, String(round)]);
      producer.queue.notify(`slot ${round % 3}`, 'notice');
    }
    expect(producer.queue.pendingKeys).toBe(5);
    const lines = producer.drain();
    expect(lines.length).toBeLessThan(30);
    expect(lines.filter((line) => line === 'notice')).toHaveLength(3);
  });
});

function sameAs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
