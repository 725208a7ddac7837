/** A work queue as one would write it down to explain it: arrays and maps, no promises, no timers. The oracle of the properties. */

export interface Versioned {
  readonly key: string;
  readonly version: number;
}

export type Outcome = Versioned | 'closed' | 'aborted';

interface Waiting {
  readonly item: Versioned;
  readonly due: number;
  readonly asked: number;
}

export class NaiveQueue {
  now = 0;
  queue: string[] = [];
  readonly wanted = new Map<string, Versioned>();
  readonly underWay = new Map<string, number>();
  waiting: Waiting[] = [];
  readonly failures = new Map<string, number>();
  retries = 0;
  isShutDown = false;
  /** Who waits for an item, in order, and what has become of those who did. */
  getters: number[] = [];
  readonly got = new Map<number, Outcome>();
  drainers: number[] = [];
  readonly drained = new Map<number, 'drained' | 'aborted'>();
  private readonly queuedSince = new Map<string, number>();
  private asked = 0;

  add(item: Versioned): boolean {
    if (this.isShutDown) return false;
    this.want(item);
    this.settle();
    return true;
  }

  addAfter(item: Versioned, delay: number): boolean {
    if (delay <= 0 || this.isShutDown) return this.add(item);
    const known = this.waiting.find((one) => one.item.key === item.key);
    const due = this.now + delay;
    const keeps = known !== undefined && known.due <= due;
    this.waiting = this.waiting.filter((one) => one !== known);
    this.waiting.push({ item, due: keeps ? known.due : due, asked: keeps ? known.asked : this.asked++ });
    return true;
  }

  /** 10 ms, 20 ms, and 35 ms from then on. */
  addRateLimited(item: Versioned): boolean {
    if (this.isShutDown) return false;
    this.retries++;
    const failures = this.failures.get(item.key) ?? 0;
    this.failures.set(item.key, failures + 1);
    return this.addAfter(item, failures === 0 ? 10 : failures === 1 ? 20 : 35);
  }

  tryGet(): Versioned | undefined {
    const key = this.queue.shift();
    if (key === undefined) return undefined;
    const item = this.wanted.get(key);
    this.wanted.delete(key);
    this.underWay.set(key, this.now);
    return item;
  }

  get(id: number): void {
    this.getters.push(id);
    this.settle();
  }

  abortGet(id: number): void {
    if (!this.getters.includes(id)) return;
    this.getters = this.getters.filter((other) => other !== id);
    this.got.set(id, 'aborted');
  }

  done(key: string): boolean {
    if (!this.underWay.delete(key)) return false;
    if (this.wanted.has(key)) this.enqueue(key);
    this.settle();
    return true;
  }

  shutDown(): void {
    this.isShutDown = true;
    this.waiting = [];
    this.settle();
  }

  drain(id: number): void {
    this.drainers.push(id);
    this.shutDown();
  }

  abortDrain(id: number): void {
    if (!this.drainers.includes(id)) return;
    this.drainers = this.drainers.filter((other) => other !== id);
    this.drained.set(id, 'aborted');
  }

  advance(duration: number): void {
    const end = this.now + duration;
    for (;;) {
      const [first] = this.waiting.toSorted((a, b) => a.due - b.due || a.asked - b.asked);
      if (first === undefined || first.due > end) break;
      this.now = first.due;
      this.waiting = this.waiting.filter((one) => one !== first);
      this.want(first.item);
      this.settle();
    }
    this.now = end;
  }

  get oldestQueued(): number {
    const [first] = this.queue;
    return first === undefined ? 0 : this.now - (this.queuedSince.get(first) ?? NaN);
  }

  get longestRunning(): number {
    return Math.max(0, ...[...this.underWay.values()].map((since) => this.now - since));
  }

  private want(item: Versioned): void {
    const isKnown = this.wanted.has(item.key);
    this.wanted.set(item.key, item);
    if (!isKnown && !this.underWay.has(item.key)) this.enqueue(item.key);
  }

  private enqueue(key: string): void {
    this.queue.push(key);
    this.queuedSince.set(key, this.now);
  }

  private settle(): void {
    while (this.getters.length > 0 && this.queue.length > 0) {
      const item = this.tryGet();
      const id = this.getters.shift();
      if (id !== undefined && item !== undefined) this.got.set(id, item);
    }
    if (!this.isShutDown || this.wanted.size > 0) return;
    for (const id of this.getters.splice(0)) this.got.set(id, 'closed');
    if (this.underWay.size > 0) return;
    for (const id of this.drainers.splice(0)) this.drained.set(id, 'drained');
  }
}
