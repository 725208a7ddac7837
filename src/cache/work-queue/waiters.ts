/** Those who wait for something, in the order in which they came. */
interface Waiter<V> {
  readonly resolve: (value: V) => void;
  readonly reject: (reason: unknown) => void;
}

export class Waiters<V> {
  private readonly waiters = new Set<Waiter<V>>();

  get size(): number {
    return this.waiters.size;
  }

  /** Waits to be served. Rejects with the reason of `signal` when that aborts first. */
  join(signal?: AbortSignal): Promise<V> {
    return new Promise<V>((resolve, reject) => {
      const leave = (): void => {
        this.waiters.delete(waiter);
        signal?.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => (leave(), reject(signal?.reason));
      const waiter: Waiter<V> = {
        resolve: (value) => (leave(), resolve(value)),
        reject: (reason) => (leave(), reject(reason)),
      };
      if (signal?.aborted === true) return giveUp();
      this.waiters.add(waiter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Serves the first, if anybody waits. */
  serve(value: V): void {
    for (const waiter of this.waiters) return waiter.resolve(value);
  }

  serveAll(value: V): void {
    for (const waiter of this.waiters) waiter.resolve(value);
  }

  refuseAll(reason: () => unknown): void {
    for (const waiter of this.waiters) waiter.reject(reason());
  }
}
