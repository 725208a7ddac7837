/** Those who wait for something to take, in the order in which they came. */

interface Waiter {
  /** Whether there was something for it. */
  serve(): boolean;
  refuse(error: Error): void;
}

/** Everybody in it has something to take it with; serving stops with the first for whom there is nothing. */
export class WaitingRoom {
  private readonly waiters = new Set<Waiter>();

  /** Waits until it is one's turn and `take` gives something, or `signal` aborts. Whoever has left is not asked any more. */
  join<R>(take: () => R | undefined, signal: AbortSignal | undefined): Promise<R> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiters.delete(waiter);
        signal?.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => {
        leave();
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        serve: () => {
          const taken = take();
          if (taken === undefined) return false;
          leave();
          resolve(taken);
          return true;
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.waiters.add(waiter);
    });
  }

  /** Serves in turn, until there is nothing left to take. */
  serve(): void {
    for (const waiter of this.waiters) if (!waiter.serve()) return;
  }

  /** Sends everybody away, each with an error of its own. */
  refuse(errorOf: () => Error): void {
    for (const waiter of this.waiters) waiter.refuse(errorOf());
  }
}
