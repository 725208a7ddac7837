/** C1: there is an order of all operations, each between its beginning and its end, that explains what every one of them answered. */
import type { Key } from '../../model/key.js';
import type { CallBeganRecord, HistoryRecord, ListedItem } from '../history/record.js';
import { Judge } from './checker.js';
import { findOrder, type Candidate } from './order-search.js';
import { isAtOrBelow, StoreModel, weigh, type Answer } from './store-model.js';
import type { World } from './world.js';

interface Call {
  readonly began: CallBeganRecord;
  answer: Answer;
  /** Of the record that settled it. */
  end: number;
}

/**
 * Judges at the end, and only where the header says that every write was made by a recorded call. Keys that no operation ties together
 * are judged apart; those of objects that expire, which go without any call, are not judged.
 */
class Linearizable extends Judge {
  private readonly calls = new Map<number, Call>();
  private initial: readonly ListedItem[] | undefined;
  private wasReplaced = false;

  protected look(record: HistoryRecord): void {
    if (record.kind === 'state') {
      if (this.initial !== undefined || this.calls.size > 0) this.wasReplaced = true;
      this.initial ??= record.items;
    }
    if (this.world.header.calls !== 'complete') return;
    if (record.kind === 'call.began') this.calls.set(record.call, { began: record, answer: undefined, end: Infinity });
    if (record.kind !== 'call.returned' && record.kind !== 'call.failed') return;
    const call = this.calls.get(record.call);
    if (call === undefined || call.answer !== undefined) return;
    call.answer = record;
    call.end = record.seq;
  }

  protected override finish(): void {
    if (this.wasReplaced) return;
    for (const [keys, calls] of this.groups()) {
      const initial = (this.initial ?? []).filter(({ key }) => keys.has(key));
      const model = new StoreModel(initial, (a, b) => this.world.truth.compare(a, b));
      const order = findOrder(calls.map(candidateOf), model);
      if (order.found === 'too many') {
        this.givenUp++;
        continue;
      }
      const stuck = order.found === 'none' ? order.stuck : [];
      const named = [...calls].find(({ began }) => stuck.some(({ name }) => name === began.call)) ?? calls[0];
      if (named === undefined) continue;
      this.expect(
        order.found === 'order',
        named.began,
        () =>
          `no order explains what the ${calls.length} operations on ${[...keys].slice(0, 3).join(', ')} answered; where none was found any more, these were under way: ${stuck.map(({ name }) => this.show(name)).join('; ')}`,
      );
    }
  }

  /** The calls, in groups that have no key in common. */
  private groups(): readonly (readonly [ReadonlySet<Key>, readonly Call[]])[] {
    const calls = [...this.calls.values()].filter(({ began, answer }) => weigh(began, answer) !== 'void');
    const all = new Set([
      ...(this.initial ?? []).map(({ key }) => key),
      ...calls.flatMap(({ began, answer }) => keysOf(began, answer)),
    ]);
    const ties = new Ties();
    const expiring = new Set<Key>();
    for (const { began, answer } of calls) {
      const keys = began.op === 'clean' ? [...all] : keysOf(began, answer);
      ties.tie(keys);
      for (const { key, op, expires } of began.operations ?? []) {
        if (op === 'delete') ties.tie([key, ...[...all].filter((other) => isAtOrBelow(other, key))]);
        if (expires === true) expiring.add(key);
      }
    }
    const groups = new Map<Key, [Set<Key>, Call[]]>();
    const groupOf = (key: Key): [Set<Key>, Call[]] => {
      const root = ties.rootOf(key);
      const group = groups.get(root) ?? [new Set<Key>(), []];
      groups.set(root, group);
      return group;
    };
    for (const key of all) groupOf(key)[0].add(key);
    for (const call of calls) {
      const [key] = call.began.op === 'clean' ? all : keysOf(call.began, call.answer);
      if (key !== undefined) groupOf(key)[1].push(call);
    }
    return [...groups.values()].filter(([keys, members]) => members.length > 0 && ![...keys].some((key) => expiring.has(key)));
  }

  private show(name: number): string {
    const call = this.calls.get(name);
    if (call === undefined) return `call ${name}`;
    const { began, answer } = call;
    const keys = keysOf(began, undefined).join(', ');
    return `${began.op} ${keys} of ${began.actor} in record ${began.seq}, ${answer?.kind === 'call.failed' ? `failed with ${answer.code}` : `answered in record ${answer?.seq}`}`;
  }
}

/** A call to be put in order; without keys, it is about all of them. */
interface CallCandidate extends Candidate<StoreModel> {
  readonly keys: readonly Key[] | undefined;
}

function candidateOf({ began, answer, end }: Call): CallCandidate {
  const isCertain = weigh(began, answer) === 'certain';
  const known = isCertain ? answer : undefined;
  const keys = began.op === 'clean' ? undefined : keysOf(began, known);
  const touches = (others: readonly Key[] | undefined): boolean =>
    keys === undefined ||
    others === undefined ||
    keys.some((key) => others.some((other) => isAtOrBelow(key, other) || isAtOrBelow(other, key)));
  return {
    name: began.call,
    begin: began.seq,
    end: isCertain ? end : Infinity,
    keys,
    relates: (other) => touches((other as CallCandidate).keys), // only calls are put in order here
    perform: (model) => model.perform(began, known),
  };
}

function keysOf({ key, operations = [] }: CallBeganRecord, answer: Answer): readonly Key[] {
  const told = answer?.kind === 'call.returned' ? answer.items.map((item) => item.key) : [];
  return [...(key === undefined ? [] : [key]), ...operations.map((operation) => operation.key), ...told];
}

/** Which keys belong together. */
class Ties {
  private readonly parents = new Map<Key, Key>();

  rootOf(key: Key): Key {
    let root = key;
    for (let parent = this.parents.get(root); parent !== undefined; parent = this.parents.get(root)) root = parent;
    if (root !== key) this.parents.set(key, root);
    return root;
  }

  tie(keys: readonly Key[]): void {
    const [first] = keys;
    if (first === undefined) return;
    for (const key of keys) {
      const [root, other] = [this.rootOf(first), this.rootOf(key)];
      if (root !== other) this.parents.set(other, root);
    }
  }
}

export function linearizable(world: World): Judge {
  return new Linearizable('C1', 'Reads and writes are linearisable: one order explains what all of them answered.', world);
}
