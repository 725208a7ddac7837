/** What the tests of the queues put in, and how they say what came out. */
import { expect } from 'vitest';
import { createStore } from '../../../src/cache/keyed-store.js';
import { DeletedFinalStateUnknown } from '../../../src/cache/keys.js';
import { DeltaFIFO, type DeltaFIFOOptions } from '../../../src/cache/queues/delta-fifo.js';
import type { Delta } from '../../../src/cache/queues/delta.js';
import type { SnapshotStore } from '../../../src/cache/store.js';

export interface Thing {
  readonly name: string;
  readonly value: number;
}

export function nameOf({ name }: Thing): string {
  if (name === 'nameless') throw new Error('it has no name');
  return name;
}

export function thing(name: string, value: number): Thing {
  return { name, value };
}

export function deltaFifo(options: Partial<DeltaFIFOOptions<Thing>> = {}): DeltaFIFO<Thing> {
  return new DeltaFIFO({ keyFunc: nameOf, ...options });
}

/** What a consumer keeps. */
export function knowing(...things: readonly Thing[]): SnapshotStore<Thing> {
  const store = createStore<Thing>(nameOf);
  store.replace(things);
  return store;
}

/** Everything that is queued, taken out: for each key what happened to it. */
export function drain(queue: DeltaFIFO<Thing>): readonly string[] {
  return queue.tryPopMany(Infinity).map((deltas) => `${queue.keyOf(deltas)}: ${deltas.map(toldOf).join(', ')}`);
}

/** As short as the texts of the naive queue. */
export function toldOf(delta: Delta<Thing>): string {
  const { type, object } = delta;
  if (!(object instanceof DeletedFinalStateUnknown)) return `${type} ${object.value}`;
  return `${type} †${object.object === undefined ? '?' : object.object.value}`;
}

/** Lets everything happen that promises can do. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
}

export function caught(perform: () => unknown): unknown {
  try {
    perform();
    return undefined;
  } catch (error) {
    return error;
  }
}

export function errorOf(perform: () => unknown): unknown {
  return caught(perform) ?? expect.fail('it did not throw');
}
