/** Those who look at what the parts of the pipeline are told, call by call. They know nothing of the cache. */
import type { Deleted, Deltas, ResourceEventHandler } from '../../../src/cache.js';
import type { Tally } from '../../../src/testing/simulation/tally.js';
import { storeKeyOf, type Pod } from './pods.js';

/** Says that a promise was broken, by the id of its line in docs/SPEC.md. */
export type Violate = (id: string, message: string) => void;

/** Never back in time: of each key every state that comes is newer than all before it. */
export class TimeJudge {
  private readonly newest = new Map<string, number>();
  private readonly who: string;
  private readonly violate: Violate;

  constructor(who: string, violate: Violate) {
    this.who = who;
    this.violate = violate;
  }

  sees(pod: Pod, mayRepeat: boolean): void {
    const key = storeKeyOf(pod);
    const before = this.newest.get(key) ?? -1;
    const { turn } = pod.spec;
    if (turn < before || (turn === before && !mayRepeat)) this.violate('R2', `${this.who} saw ${key} at ${turn} after ${before}`);
    this.newest.set(key, Math.max(turn, before));
  }
}

/** What a queue of changes hands out: a legal story of each key, with one end for each life. */
export class DeltaJudge {
  private readonly time: TimeJudge;
  private readonly last = new Map<string, Pod>();
  private readonly seen = new WeakSet<object>();
  private readonly violate: Violate;
  private readonly tally: Tally;

  constructor(violate: Violate, tally: Tally) {
    this.time = new TimeJudge('the consumer of the queue', violate);
    this.violate = violate;
    this.tally = tally;
  }

  /** What is handed out again, because it was put back, is no news. */
  popped(deltas: Deltas<Pod>): void {
    for (const delta of deltas) {
      if (this.seen.has(delta)) continue;
      this.seen.add(delta);
      this.tally.add(`delta ${delta.type}`);
      if (delta.type !== 'Deleted') {
        this.time.sees(delta.object, true);
        this.last.set(storeKeyOf(delta.object), delta.object);
        continue;
      }
      const key = 'key' in delta.object ? delta.object.key : storeKeyOf(delta.object);
      const last = this.last.get(key);
      if (last === undefined) this.violate('F5', `${key} was deleted, and was not there`);
      if ('key' in delta.object) {
        this.tally.add('tombstones');
        const { object } = delta.object;
        if (object !== last) this.violate('K4', `the tombstone of ${key} is not of its last known state`);
        if (object !== undefined && 'key' in object) this.violate('K5', `the tombstone of ${key} holds a tombstone`);
      }
      this.last.delete(key);
    }
  }
}

/** What a handler of an informer is told: add, updates and delete of each key by turns, each from where the last one led. */
export class HandlerJudge implements ResourceEventHandler<Pod> {
  readonly view = new Map<string, Pod>();
  private readonly name: string;
  private readonly time: TimeJudge;
  private readonly violate: Violate;
  private readonly tally: Tally;
  /** What the handler does while it is called: waiting, throwing. */
  mood: () => Promise<void> | void = () => {};
  isRemoved = false;

  constructor(name: string, violate: Violate, tally: Tally) {
    this.name = name;
    this.time = new TimeJudge(name, violate);
    this.violate = violate;
    this.tally = tally;
  }

  onAdd(pod: Pod): Promise<void> | void {
    const key = this.called('add', pod);
    if (this.view.has(key)) this.violate('N2', `${this.name} was told twice that ${key} is new`);
    this.time.sees(pod, false);
    this.view.set(key, pod);
    return this.mood();
  }

  onUpdate(
    before: Pod,
    pod: Pod,
    { isResync, recreated }: { readonly isResync: boolean; readonly recreated: boolean },
  ): Promise<void> | void {
    const key = this.called(isResync ? 'resync' : recreated ? 'update to another object' : 'update', pod);
    if (this.view.get(key) !== before) this.violate('N2', `${this.name} was told of ${key} from another state than it knows`);
    if (recreated !== (before.metadata.uid !== pod.metadata.uid))
      this.violate('K7', `${this.name}: the identity of ${key} is told wrong`);
    this.time.sees(pod, isResync);
    this.view.set(key, pod);
    return this.mood();
  }

  onDelete({ last, certainty }: Deleted<Pod>): Promise<void> | void {
    const key = this.called(`delete, ${certainty}`, last);
    if (!this.view.has(key)) this.violate('N2', `${this.name} was told that ${key} is gone, which it did not know`);
    this.time.sees(last, true);
    this.view.delete(key);
    return this.mood();
  }

  private called(what: string, pod: Pod): string {
    if (this.isRemoved) this.violate('N6', `${this.name} was called after its removal`);
    this.tally.add(`handler: ${what}`);
    return storeKeyOf(pod);
  }
}
