/**
 * A search for an order of operations that explains what all of them answered, after Wing and Gong: each operation has its place
 * somewhere between its beginning and its end. States that were reached with the same operations done are not looked at twice (Lowe).
 */
import { Fingerprint } from './fingerprint.js';

/** An operation to be put in order. */
export interface Candidate<S> {
  readonly name: number;
  readonly begin: number;
  /** Infinity where it is not known whether and when it was done: it may be left out. */
  readonly end: number;
  /** Whether the two have something to do with each other; what has not can be done in any order. */
  readonly relates: (other: Candidate<S>) => boolean;
  /** Does it, and returns how to take it back; undefined when the state does not explain its answer. */
  readonly perform: (state: S) => (() => void) | undefined;
}

/** A state that can be told from others. */
export interface Searchable {
  readonly fingerprint: number;
}

interface Node<S> {
  readonly operation: Candidate<S>;
  before: Node<S> | undefined;
  after: Node<S> | undefined;
}

interface Frame<S> {
  readonly choices: readonly Node<S>[];
  next: number;
  undo: (() => void) | undefined;
  node: Node<S> | undefined;
}

/** What a search for an order came to. */
export type OrderFound<S> =
  | { readonly found: 'order' }
  /** There is none; these could not be explained after the longest one. */
  | { readonly found: 'none'; readonly stuck: readonly Candidate<S>[] }
  /** There were more possibilities than anybody would wait for. */
  | { readonly found: 'too many' };

/** So many places are looked at: seconds. The search is exponential where many outcomes are unknown at once. */
const mostPlaces = 100_000;

/** Looks for an order. Lost answers make it hard: each of them may have been done at any time later, or never. */
export function findOrder<S extends Searchable>(operations: readonly Candidate<S>[], state: S): OrderFound<S> {
  const certain = operations.filter(({ end }) => end !== Infinity).toSorted((a, b) => a.begin - b.begin);
  const uncertain = new Set(
    operations.filter(({ end }) => end === Infinity).map((operation) => ({ operation, before: undefined, after: undefined })),
  );
  const remaining = new Remaining(certain, uncertain);
  const done = new Fingerprint();
  const seen = new Set<string>();
  const frames: Frame<S>[] = [{ choices: remaining.choices(), next: 0, undo: undefined, node: undefined }];
  let best = -1;
  let stuck: readonly Candidate<S>[] = [];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    if (remaining.isEmpty) return { found: 'order' };
    if (seen.size > mostPlaces) return { found: 'too many' };
    if (frames.length > best) {
      best = frames.length;
      stuck = frame.choices.filter(({ operation }) => operation.end !== Infinity).map(({ operation }) => operation);
    }
    const node = frame.choices[frame.next++];
    if (node === undefined) {
      frames.pop();
      frame.undo?.();
      if (frame.node === undefined) continue;
      done.toggle(String(frame.node.operation.name));
      remaining.putBack(frame.node);
      continue;
    }
    const undo = node.operation.perform(state);
    if (undo === undefined) continue;
    done.toggle(String(node.operation.name));
    const place = `${done.value} ${state.fingerprint}`;
    if (seen.has(place)) {
      done.toggle(String(node.operation.name));
      undo();
      continue;
    }
    seen.add(place);
    remaining.take(node);
    frames.push({ choices: remaining.choices(), next: 0, undo, node });
  }
  return { found: 'none', stuck };
}

/** The operations that are not done yet, by their beginnings. */
class Remaining<S> {
  private readonly uncertain: Set<Node<S>>;
  private first: Node<S> | undefined;

  constructor(certain: readonly Candidate<S>[], uncertain: Set<Node<S>>) {
    this.uncertain = uncertain;
    let last: Node<S> | undefined;
    for (const operation of certain) {
      const node: Node<S> = { operation, before: last, after: undefined };
      if (last === undefined) this.first = node;
      else last.after = node;
      last = node;
    }
  }

  get isEmpty(): boolean {
    return this.first === undefined;
  }

  /** What may come next: nothing that is left has ended before it began. What must end first comes first; what is uncertain, last. */
  choices(): readonly Node<S>[] {
    const choices: Node<S>[] = [];
    let end = Infinity;
    for (let node = this.first; node !== undefined && node.operation.begin < end; node = node.after) {
      choices.push(node);
      end = Math.min(end, node.operation.end);
    }
    const possible = choices.toSorted((a, b) => a.operation.end - b.operation.end);
    this.addRelated(possible, end);
    return possible;
  }

  /** What is uncertain needs no place before something that it has to do with can be done, with others between them perhaps. */
  private addRelated(possible: Node<S>[], end: number): void {
    const left = new Set([...this.uncertain].filter(({ operation }) => operation.begin < end));
    for (const { operation } of possible) {
      // The array grows while it is walked: what is added may bring others.
      for (const node of left) {
        if (!node.operation.relates(operation)) continue;
        left.delete(node);
        possible.push(node);
      }
    }
  }

  take(node: Node<S>): void {
    if (this.uncertain.delete(node)) return;
    if (node.before === undefined) this.first = node.after;
    else node.before.after = node.after;
    if (node.after !== undefined) node.after.before = node.before;
  }

  /** Puts back what was taken last. */
  putBack(node: Node<S>): void {
    if (node.operation.end === Infinity) return void this.uncertain.add(node);
    if (node.before === undefined) this.first = node;
    else node.before.after = node;
    if (node.after !== undefined) node.after.before = node;
  }
}
