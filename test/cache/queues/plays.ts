/** The plays of the two queues. */
import { expect } from 'vitest';
import { DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import type { Deltas } from '../../../src/cache/queues/delta.js';
import { FIFO } from '../../../src/cache/queues/fifo.js';
import { Play } from './play.js';
import { DeltaModel, FifoModel } from './reference.js';
import { nameOf, toldOf, type Thing } from './things.js';

export class FifoPlay extends Play<Thing> {
  readonly queue = new FIFO<Thing>({ keyFunc: nameOf });
  readonly model = new FifoModel();

  view({ name, value }: Thing): readonly string[] {
    return [`${name}${value}`];
  }

  protected viewAt(key: string): readonly string[] {
    const object = this.queue.getByKey(key);
    return object === undefined ? [] : this.view(object);
  }

  protected put(_: 'add' | 'update', key: string, value: number): void {
    this.model.add(key, value);
  }

  protected remove(key: string): void {
    this.model.delete(key);
  }

  protected tryPop(): Thing | undefined {
    return this.queue.tryPop();
  }

  protected tryPopMany(limit: number): readonly Thing[] {
    return this.queue.tryPopMany(limit);
  }

  protected pop(signal: AbortSignal): Promise<Thing> {
    return this.queue.pop({ signal });
  }

  protected popMany(limit: number, signal: AbortSignal): Promise<readonly Thing[]> {
    return this.queue.popMany(limit, { signal });
  }

  protected process(
    handler: (item: Thing, context: { isInInitialList: boolean }) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.queue.process(handler, { signal });
  }

  protected putBack(index: number): void {
    const chosen = this.popped.at(index % (this.popped.length || 1));
    if (chosen === undefined) return;
    const isAbsent = this.model.queued(chosen.item.name) === undefined;
    this.change(
      () => {
        expect(this.queue.addIfNotPresent(chosen.item)).toBe(isAbsent);
        this.tally[isAbsent ? 'returned' : 'refused']++;
      },
      () => {
        if (isAbsent) this.model.add(chosen.item.name, chosen.item.value);
      },
    );
  }

  protected resync(): void {}
}

interface DeltaPlayOptions {
  readonly knows: 'nothing' | 'keys' | 'objects';
  readonly compresses: boolean;
  readonly relistDelta: 'Sync' | 'Replaced';
}

export class DeltaPlay extends Play<Deltas<Thing>> {
  readonly queue: DeltaFIFO<Thing>;
  readonly model: DeltaModel;

  constructor({ knows, compresses, relistDelta }: DeltaPlayOptions, compressor: (deltas: Deltas<Thing>) => Deltas<Thing>) {
    super();
    const { known } = this;
    const listKeys = (): readonly string[] => [...known.keys()];
    this.queue = new DeltaFIFO<Thing>({
      keyFunc: nameOf,
      relistDelta,
      ...(knows === 'nothing'
        ? {}
        : { knownObjects: knows === 'keys' ? { listKeys } : { listKeys, getByKey: (key: string) => known.get(key) } }),
      ...(compresses ? { compressor } : {}),
    });
    const values = { keys: () => known.keys(), has: (key: string) => known.has(key), get: (key: string) => known.get(key)?.value };
    this.model = new DeltaModel({
      known: knows === 'nothing' ? undefined : (values as unknown as ReadonlyMap<string, number>), // the members that the model uses
      hasGetter: knows === 'objects',
      compresses,
      relistDelta,
    });
  }

  view(deltas: Deltas<Thing>): readonly string[] {
    expect(Object.isFrozen(deltas) && deltas.every((delta) => Object.isFrozen(delta))).toBe(true);
    return deltas.map(toldOf);
  }

  protected viewAt(key: string): readonly string[] {
    return this.view(this.queue.getByKey(key) ?? []);
  }

  protected put(op: 'add' | 'update', key: string, value: number): void {
    this.model.put1(op === 'add' ? 'Added' : 'Updated', key, value);
  }

  protected remove(key: string, seen: number | undefined, unseen: number | undefined): void {
    this.model.delete(key, seen, unseen);
  }

  protected tryPop(): Deltas<Thing> | undefined {
    return this.queue.tryPop();
  }

  protected tryPopMany(limit: number): readonly Deltas<Thing>[] {
    return this.queue.tryPopMany(limit);
  }

  protected pop(signal: AbortSignal): Promise<Deltas<Thing>> {
    return this.queue.pop({ signal });
  }

  protected popMany(limit: number, signal: AbortSignal): Promise<readonly Deltas<Thing>[]> {
    return this.queue.popMany(limit, { signal });
  }

  protected process(
    handler: (item: Deltas<Thing>, context: { isInInitialList: boolean }) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.queue.process(handler, { signal });
  }

  protected putBack(index: number): void {
    const chosen = this.popped.at(index % (this.popped.length || 1));
    if (chosen === undefined) return;
    let isBack: boolean | undefined;
    this.change(
      () => {
        isBack = this.queue.addIfNotPresent(chosen.item);
        this.tally[isBack ? 'returned' : 'refused']++;
      },
      () => expect(this.model.putBack(chosen.place)).toBe(isBack),
    );
  }

  protected resync(): void {
    const wasBegun = this.model.hasBegun;
    this.change(
      () => this.queue.resync(),
      () => this.model.resync(),
    );
    this.model.hasBegun = wasBegun; // what is repeated is nothing new
  }
}
