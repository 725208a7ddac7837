/**
 * What the queues promise, said as simply as it can be: arrays, Maps and texts, in the time of everything there is. An item is a list of
 * texts: what a FIFO hands out is one, the value; what a queue of changes hands out is one for each change, such as `Added 3`, `Deleted 3`,
 * or `Deleted †3` when nobody saw it.
 */

/** What stands in a queue. */
interface Place {
  readonly key: string;
  readonly item: readonly string[];
  readonly isInitial: boolean;
}

/** What was taken of a key, the how manieth since the beginning. */
export interface Taking extends Place {
  readonly turn: number;
}

interface Held extends Taking {
  isStale: boolean;
}

interface Waiting {
  readonly id: number;
  readonly limit: number;
  readonly isProcessing: boolean;
}

abstract class QueueModel {
  line: Place[] = [];
  waiting: Waiting[] = [];
  /** What is being processed, by who does it. */
  readonly held = new Map<number, Held>();
  /** How the waiting of each has ended. */
  readonly outcomes = new Map<number, string>();
  protected turn = 0;
  isClosed = false;
  hasBegun = false;

  get hasSynced(): boolean {
    return this.hasBegun && ![...this.line, ...this.held.values()].some(({ isInitial }) => isInitial);
  }

  contents(): readonly (readonly [string, readonly string[]])[] {
    return this.line.map(({ key, item }) => [key, item] as const).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  queued(key: string): Place | undefined {
    return this.line.find((place) => place.key === key);
  }

  /** Whether the change was taken in. */
  change(perform: () => void): boolean {
    if (this.isClosed) return false;
    perform();
    this.hasBegun = true;
    this.serve();
    return true;
  }

  wait(id: number, limit: number, isProcessing: boolean): void {
    if (this.isClosed && this.line.length === 0) this.outcomes.set(id, 'closed');
    else this.waiting.push({ id, limit, isProcessing });
    this.serve();
  }

  abort(id: number): void {
    if (!this.waiting.some((waiting) => waiting.id === id)) return;
    this.waiting = this.waiting.filter((waiting) => waiting.id !== id);
    this.outcomes.set(id, 'aborted');
  }

  close(): void {
    this.isClosed = true;
    for (const { id } of this.waiting) this.outcomes.set(id, 'closed');
    this.waiting = [];
  }

  take(limit: number): readonly Taking[] {
    const places = this.line.slice(0, limit).map(({ key, item, isInitial }) => ({ key, item, isInitial, turn: ++this.turn }));
    this.line = this.line.slice(limit);
    for (const place of places) {
      for (const held of this.held.values()) if (held.key === place.key) held.isStale = true;
      this.noteTaken(place);
    }
    return places;
  }

  /** Ends the processing: what failed comes back, unless it is out of date. */
  finish(id: number, fails: boolean): void {
    const held = this.held.get(id);
    this.held.delete(id);
    if (held !== undefined && fails) this.comeBack(held);
    this.serve();
  }

  protected serve(): void {
    while (this.line.length > 0) {
      const first = this.waiting.shift();
      if (first === undefined) return;
      const places = this.take(first.limit);
      this.outcomes.set(first.id, textOf(places));
      if (first.isProcessing) for (const place of places) this.held.set(first.id, { ...place, isStale: false });
    }
  }

  protected put(key: string, item: readonly string[], isInitial = false): void {
    const at = this.line.findIndex((place) => place.key === key);
    if (at < 0) this.line.push({ key, item, isInitial });
    else this.line = this.line.with(at, { key, item, isInitial: this.line[at]?.isInitial ?? false });
  }

  protected abstract noteTaken(place: Taking): void;
  protected abstract comeBack(held: Held): void;
}

export function textOf(places: readonly { readonly item: readonly string[] }[]): string {
  return places.map(({ item }) => item.join(', ')).join(' | ');
}

export class FifoModel extends QueueModel {
  add(key: string, value: number): void {
    this.put(key, [`${key}${value}`]);
  }

  delete(key: string): void {
    this.line = this.line.filter((place) => place.key !== key);
    for (const held of this.held.values()) if (held.key === key) held.isStale = true;
  }

  replace(items: readonly (readonly [string, number])[]): void {
    const isInitial = !this.hasBegun || this.line.some((place) => place.isInitial);
    this.line = [];
    for (const held of this.held.values()) held.isStale = true;
    for (const [key, value] of items) this.put(key, [`${key}${value}`], isInitial);
  }

  protected noteTaken(): void {}

  protected comeBack({ key, item, isStale }: Held): void {
    if (!isStale && this.queued(key) === undefined) this.put(key, item);
  }
}

export class DeltaModel extends QueueModel {
  readonly delivered = new Map<string, number>();
  /** When each key was taken last. Nobody needs so much memory; it is the simplest. */
  private readonly lastTurns = new Map<string, number>();
  /** Keys whose deletion was handed out last, until the consumer was seen without them: then what it keeps is its own affair again. */
  private departed = new Set<string>();
  /** What the consumer keeps; undefined: nothing that could be asked for. */
  readonly known: ReadonlyMap<string, number> | undefined;
  private readonly hasGetter: boolean;
  private readonly compresses: boolean;
  private readonly relistDelta: string;

  constructor(options: {
    known: ReadonlyMap<string, number> | undefined;
    hasGetter: boolean;
    compresses: boolean;
    relistDelta: string;
  }) {
    super();
    this.known = options.known;
    this.hasGetter = options.hasGetter;
    this.compresses = options.compresses;
    this.relistDelta = options.relistDelta;
  }

  /** The same queue, for a consumer that keeps something else meanwhile. */
  copy(known: ReadonlyMap<string, number> | undefined): DeltaModel {
    const { hasGetter, compresses, relistDelta } = this;
    const copy = new DeltaModel({ known, hasGetter, compresses, relistDelta });
    copy.line = [...this.line];
    copy.hasBegun = this.hasBegun;
    for (const [key, value] of this.delivered) copy.delivered.set(key, value);
    copy.departed = new Set(this.departed);
    copy.turn = this.turn;
    for (const [key, turn] of this.lastTurns) copy.lastTurns.set(key, turn);
    for (const [id, held] of this.held) copy.held.set(id, { ...held });
    return copy;
  }

  put1(type: string, key: string, value: number, isInitial = false): void {
    const told = [...(this.queued(key)?.item ?? []), `${type} ${value}`];
    this.put(key, this.compresses ? told.slice(-1) : told, isInitial);
  }

  /** A deletion that somebody saw, with the last state of the object, or did not see. */
  delete(key: string, seen: number | undefined, unseen?: number): void {
    if (this.queued(key) !== undefined || this.isKnown(key)) this.putDeleted(key, seen, unseen, false);
  }

  replace(items: readonly (readonly [string, number])[]): void {
    this.seeKnown();
    const isInitial = !this.hasBegun;
    // What a resync has queued before the first list is a part of it: the list has the key, or says that it is gone.
    if (isInitial) this.line = this.line.map((place) => ({ ...place, isInitial }));
    const all = new Set([...this.line.map(({ key }) => key), ...this.delivered.keys(), ...(this.known?.keys() ?? [])]);
    for (const [key, value] of items) {
      this.put1(this.relistDelta, key, value, isInitial);
      all.delete(key);
    }
    for (const key of [...all].toSorted()) {
      if (this.isLeaving(key)) continue;
      if (this.queued(key)?.item.at(-1)?.startsWith('Deleted') !== true) this.putDeleted(key, undefined, undefined, isInitial);
    }
  }

  resync(): void {
    this.seeKnown();
    for (const key of [...new Set([...this.delivered.keys(), ...(this.known?.keys() ?? [])])].toSorted()) {
      if (this.queued(key) !== undefined) continue;
      const kept = this.departed.has(key) || !this.hasGetter ? undefined : this.known?.get(key);
      const value = this.delivered.get(key) ?? kept;
      if (value !== undefined) this.put1('Sync', key, value);
    }
  }

  /** Whether somebody is processing the deletion of a key, of which nothing has been heard since. */
  private isLeaving(key: string): boolean {
    if (this.queued(key) !== undefined || this.delivered.has(key)) return false;
    const held = [...this.held.values()].find((one) => one.key === key && !one.isStale);
    return held?.item.at(-1)?.startsWith('Deleted') === true;
  }

  private seeKnown(): void {
    this.departed = new Set([...this.departed].filter((key) => this.known?.has(key)));
  }

  /** Whether the item was put back. */
  putBack({ key, item, turn }: Taking): boolean {
    if (this.queued(key) !== undefined || this.lastTurns.get(key) !== turn) return false;
    this.put(key, item);
    return true;
  }

  protected noteTaken({ key, item, turn }: Taking): void {
    this.lastTurns.set(key, turn);
    const newest = item.at(-1) ?? '';
    if (newest.startsWith('Deleted')) {
      this.delivered.delete(key);
      this.departed.add(key);
    } else {
      this.delivered.set(key, Number(newest.split(' ')[1]));
      this.departed.delete(key);
    }
  }

  /** Nothing of it is lost that has not been taken again: what has come since stands behind it. */
  protected comeBack({ key, item, isStale }: Held): void {
    if (isStale) return;
    const [first, ...others] = this.queued(key)?.item ?? [];
    const last = item.at(-1) ?? '';
    let all = item;
    if (first?.startsWith('Deleted') !== true || !last.startsWith('Deleted'))
      all = [...item, ...(first === undefined ? [] : [first])];
    else if (last.startsWith('Deleted †')) all = [...item.slice(0, -1), first]; // of two deletions in a row the seen one stays
    all = [...all, ...others];
    this.put(key, this.compresses ? all.slice(-1) : all);
  }

  private isKnown(key: string): boolean {
    return this.delivered.has(key) || this.known?.has(key) === true;
  }

  private putDeleted(key: string, seen: number | undefined, unseen: number | undefined, isInitial: boolean): void {
    const told = this.queued(key)?.item ?? [];
    const last = told.at(-1);
    const newest = last === undefined ? undefined : /\d+$/.exec(last)?.[0];
    const guess = unseen ?? newest ?? this.delivered.get(key) ?? (this.hasGetter ? this.known?.get(key) : undefined) ?? '?';
    const text = seen === undefined ? `Deleted †${guess}` : `Deleted ${seen}`;
    // Of two deletions in a row the seen one stays.
    if (last?.startsWith('Deleted') !== true) this.put(key, this.compresses ? [text] : [...told, text], isInitial);
    else if (last.startsWith('Deleted †')) this.put(key, [...told.slice(0, -1), text], isInitial);
  }
}
