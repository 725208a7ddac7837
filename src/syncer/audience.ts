/** Everyone who is told: the consumer with callbacks, and those who iterate. They do not notice each other. */
import type { Key } from '../model/key.js';
import type { KVPair } from '../model/kv-pair.js';
import type { SyncStatus } from '../model/status.js';
import type { Change, ObjectTree } from '../store/object-tree.js';
import { ChangeQueue, type Removal } from './change-queue.js';
import { CallbackConsumer, type ConsumerOptions, type Notice } from './consumer.js';
import { UpdateStream } from './update-stream.js';

export class Audience<V> {
  private readonly consumer: CallbackConsumer<V>;
  private readonly streams = new Set<UpdateStream<V>>();
  private readonly maxBatchSize: number;
  private isOver = false;

  constructor(options: ConsumerOptions<V>) {
    this.consumer = new CallbackConsumer(options);
    this.maxBatchSize = options.maxBatchSize;
  }

  /** The picture that the consumer with callbacks has been given. */
  get delivered(): ObjectTree<KVPair<V>> {
    return this.consumer.queue.delivered;
  }

  /** How many keys have a change that the consumer with callbacks has not been given. */
  get pendingKeys(): number {
    return this.consumer.queue.pendingKeys;
  }

  change(changes: readonly Change<KVPair<V>>[], shown: ObjectTree<KVPair<V>>, removalOf: (key: Key) => Removal): void {
    this.consumer.queue.change(changes, shown, removalOf);
    this.consumer.wake();
    for (const stream of this.streams) {
      stream.queue.change(changes, shown, removalOf);
      stream.wake();
    }
  }

  publish(status: SyncStatus): void {
    this.consumer.queue.publish(status);
    this.consumer.wake();
  }

  notify(slot: string, notice: Notice): void {
    this.consumer.queue.notify(slot, notice);
    this.consumer.wake();
  }

  /** Someone begins to iterate, who has not been given anything. */
  stream(shown: ObjectTree<KVPair<V>>, signal: AbortSignal | undefined): UpdateStream<V> {
    const queue = new ChangeQueue<V>();
    queue.begin(shown);
    const end = (): void => void stream.return();
    const stream = new UpdateStream<V>(queue, this.maxBatchSize, () => {
      this.streams.delete(stream);
      signal?.removeEventListener('abort', end);
    });
    this.streams.add(stream);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
    else if (this.isOver) stream.drain();
    return stream;
  }

  /** There is nothing more to come: those who iterate are given the rest when they ask for it. */
  finish(): void {
    this.isOver = true;
    for (const stream of this.streams) stream.drain();
  }

  /** Forgets what is pending. Returns how many keys the consumer with callbacks will not be told of. */
  silence(): number {
    const { pendingKeys } = this;
    this.consumer.queue.clear();
    for (const stream of this.streams) stream.queue.clear();
    return pendingKeys;
  }

  /** Whether whoever asks was called by the consumer with callbacks. */
  get isOnStack(): boolean {
    return this.consumer.isOnStack;
  }

  /** Resolves when the consumer with callbacks has been given everything and its last callback has returned. */
  idle(): Promise<void> {
    return this.consumer.idle();
  }

  /** No callback will be called any more. */
  close(): void {
    this.consumer.close();
  }
}
