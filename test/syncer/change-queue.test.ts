/** The queue of a consumer: the cases of Typha's dedupe buffer, and what a stuck consumer costs. */
import { describe, expect, it } from 'vitest';
import { SyncStatus } from '../../src/index.js';
import type { Delivery } from '../../src/syncer/change-queue.js';
import { Producer, textOf } from '../support/change-producer.js';

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

describe('promises of the queue', () => {
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
