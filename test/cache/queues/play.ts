/** Plays commands on a queue and on what it must be like, and compares both after each. */
import { expect } from 'vitest';
import { DeletedFinalStateUnknown, ExplicitKey } from '../../../src/cache/keys.js';
import type { DeltaFIFO } from '../../../src/cache/queues/delta-fifo.js';
import type { FIFO } from '../../../src/cache/queues/fifo.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import type { Command } from './commands.js';
import { textOf, type DeltaModel, type FifoModel, type Taking } from './reference.js';
import { caught, settle, type Thing } from './things.js';

/** One play: the queue, the model, and who waits, processes and keeps what. */
export abstract class Play<Item> {
  abstract readonly queue: FIFO<Thing> | DeltaFIFO<Thing>;
  abstract readonly model: FifoModel | DeltaModel;
  readonly known = new Map<string, Thing>();
  /** How often things have happened without which a play shows little. */
  readonly tally = { aborted: 0, closed: 0, served: 0, synced: 0, failed: 0, returned: 0, refused: 0 };
  private listeners = 0;
  private value = 0;
  private lastId = 0;
  private compared = 0;
  private readonly outcomes = new Map<number, string>();
  private readonly controllers = new Map<number, AbortController>();
  private readonly handlers = new Map<number, (fails: boolean) => void>();
  protected readonly popped: { readonly item: Item; readonly place: Taking }[] = [];

  abstract view(item: Item): readonly string[];
  protected abstract put(op: 'add' | 'update', key: string, value: number): void;
  protected abstract remove(key: string, seen: number | undefined, unseen: number | undefined): void;
  protected abstract tryPop(): Item | undefined;
  protected abstract tryPopMany(limit: number): readonly Item[];
  protected abstract popMany(limit: number, signal: AbortSignal): Promise<readonly Item[]>;
  protected abstract pop(signal: AbortSignal): Promise<Item>;
  protected abstract process(
    handler: (item: Item, context: { isInInitialList: boolean }) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  protected abstract putBack(index: number): void;
  protected abstract resync(): void;

  async run(commands: readonly Command[]): Promise<void> {
    for (const command of commands) {
      this.perform(command);
      await settle();
      this.compare();
    }
    for (const id of this.handlers.keys()) this.finish(id, false);
    for (const id of this.controllers.keys()) this.abort(id);
    await settle();
    this.compare();
    for (let taken = this.tryPop(); taken !== undefined; taken = this.tryPop()) {
      expect(this.view(taken).join(', ')).toBe(textOf(this.model.take(1)));
    }
    expect(this.model.line).toEqual([]);
    const ends = [...this.outcomes.values()];
    const [aborted, closed] = ['aborted', 'closed'].map((end) => ends.filter((other) => other === end).length);
    Object.assign(this.tally, { aborted, closed, served: ends.length - (aborted ?? 0) - (closed ?? 0) });
  }

  private compare(): void {
    const { queue, model, outcomes } = this;
    const contents = queue.listKeys().map((key) => [key, this.viewAt(key)]);
    expect(JSON.stringify(contents)).toBe(JSON.stringify(model.contents()));
    if (outcomes.size !== this.compared || model.outcomes.size !== this.compared)
      expect(outcomes, 'who was served').toEqual(model.outcomes);
    this.compared = outcomes.size;
    if (model.hasSynced && model.line.length > 0) this.tally.synced++;
    if (this.listeners !== model.waiting.length) expect(this.listeners, 'listeners of those who wait').toBe(model.waiting.length);
    if (queue.hasSynced() !== model.hasSynced) expect(queue.hasSynced(), 'F9').toBe(model.hasSynced);
  }

  protected abstract viewAt(key: string): readonly string[];

  private perform(command: Command): void {
    const { queue, model } = this;
    switch (command.do) {
      case 'add':
      case 'update': {
        const object = this.thing(command.key);
        return this.change(
          () => queue[command.do](object),
          () => this.put(command.do, command.key, object.value),
        );
      }
      case 'delete':
        return this.delete(command.key, command.by);
      case 'replace': {
        const objects = command.keys.map((key) => this.thing(key));
        return this.change(
          () => queue.replace(objects),
          () => void model.replace(objects.map(({ name, value }) => [name, value] as const)),
        );
      }
      case 'transaction': {
        const steps = command.changes.map(({ op, key }) => ({ op, object: this.thing(key) }));
        return this.change(
          () => queue.transaction(steps),
          () => {
            for (const { op, object } of steps) {
              if (op === 'delete') this.remove(object.name, object.value, undefined);
              else this.put(op, object.name, object.value);
            }
          },
        );
      }
      case 'fail':
        return this.fail(command.how);
      case 'resync':
        return this.resync();
      case 'tryPop':
        return this.popNow(1, () => [this.tryPop()].filter((item) => item !== undefined));
      case 'tryPopMany':
        return this.popNow(command.limit, () => this.tryPopMany(command.limit));
      case 'pop':
        return this.wait(1, false, async (signal) => [await this.pop(signal)]);
      case 'popMany':
        return this.wait(command.limit, false, (signal) => this.popMany(command.limit, signal));
      case 'process':
        return this.startProcessing();
      case 'finish':
        return this.finish([...this.handlers.keys()].at(command.index % (this.handlers.size || 1)), command.fails);
      case 'putBack':
        return this.putBack(command.index);
      case 'abort':
        return this.abort([...this.controllers.keys()].at(-1 - (command.index % (this.controllers.size || 1))));
      case 'know':
        if (command.isThere) this.known.set(command.key, this.thing(command.key));
        else this.known.delete(command.key);
        return;
      case 'close':
        queue.close();
        return model.close();
    }
  }

  private delete(key: string, by: (Command & { do: 'delete' })['by']): void {
    const object = this.thing(key);
    const tombstone = new DeletedFinalStateUnknown(key, object);
    const [given, seen, unseen] = {
      object: [object, object.value, undefined] as const,
      key: [new ExplicitKey(key), undefined, undefined] as const,
      guess: [new DeletedFinalStateUnknown<Thing>(key, undefined), undefined, undefined] as const,
      tombstone: [tombstone, undefined, object.value] as const,
      // No type allows it, and yet it has happened: a tombstone in a tombstone.
      nested: [new DeletedFinalStateUnknown(key, tombstone as unknown as Thing), undefined, object.value] as const,
    }[by];
    this.change(
      () => this.queue.delete(given),
      () => this.remove(key, seen, unseen),
    );
  }

  private fail(how: 'add' | 'replace' | 'transaction'): void {
    if (this.model.isClosed) return;
    const nameless = { name: 'nameless', value: 0 };
    const perform = {
      add: () => this.queue.add(nameless),
      replace: () => this.queue.replace([this.thing('a'), nameless]),
      transaction: () =>
        this.queue.transaction([
          { op: 'delete', object: this.thing('a') },
          { op: 'add', object: nameless },
        ]),
    }[how];
    expect(perform, 'K36').toThrow(/nameless/);
  }

  protected change(real: () => unknown, model: () => void): void {
    const refused = caught(real);
    const isTaken = this.model.change(model);
    expect(isHeliostatError(refused, 'closed'), String(refused)).toBe(!isTaken);
    if (isTaken) expect(refused).toBeUndefined();
  }

  private popNow(limit: number, take: () => readonly Item[]): void {
    const items = take();
    this.keep(items, this.model.take(limit));
  }

  /** What was taken is what the model has taken; it can be put back later. */
  private keep(items: readonly Item[], places: readonly Taking[]): void {
    expect(textOf(items.map((item) => ({ item: this.view(item) })))).toBe(textOf(places));
    for (const [at, item] of items.entries()) {
      const place = places[at];
      if (place !== undefined) this.popped.push({ item, place });
    }
  }

  private wait(limit: number, isProcessing: boolean, take: (signal: AbortSignal) => Promise<readonly Item[]>): void {
    const id = ++this.lastId;
    const controller = new AbortController();
    this.count(controller.signal);
    this.controllers.set(id, controller);
    void take(controller.signal).then(
      (items) => {
        if (!isProcessing) this.outcomes.set(id, textOf(items.map((item) => ({ item: this.view(item) }))));
      },
      (error: unknown) => {
        if (!this.outcomes.has(id)) this.outcomes.set(id, isHeliostatError(error, 'closed') ? 'closed' : String(error));
      },
    );
    this.model.wait(id, limit, isProcessing);
  }

  private startProcessing(): void {
    const id = this.lastId + 1;
    const isDone = (item: Item, { isInInitialList }: { isInInitialList: boolean }): Promise<void> => {
      this.outcomes.set(id, textOf([{ item: this.view(item) }]));
      expect(isInInitialList).toBe(this.model.held.get(id)?.isInitial);
      return new Promise((resolve, reject) => {
        this.handlers.set(id, (fails) => (fails ? reject(new Error('the handler failed')) : resolve()));
      });
    };
    this.wait(1, true, async (signal) => {
      await this.process(isDone, signal);
      return [];
    });
  }

  private finish(id: number | undefined, fails: boolean): void {
    if (id === undefined) return;
    this.handlers.get(id)?.(fails);
    if (fails) this.tally.failed++;
    this.handlers.delete(id);
    this.model.finish(id, fails);
  }

  private abort(id: number | undefined): void {
    if (id === undefined) return;
    this.controllers.get(id)?.abort('aborted');
    this.controllers.delete(id);
    this.model.abort(id);
  }

  private count(signal: AbortSignal): void {
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listeners--;
      remove(...args);
    };
  }

  private thing(name: string): Thing {
    return { name, value: ++this.value };
  }
}
