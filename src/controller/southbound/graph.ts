/** What a scheduler knows, as an immutable value: what is wanted, what is there, and who needs whom. */
import { emptyTree, type ObjectTree } from '../../store/object-tree.js';
import { amend } from '../../store/root.js';
import { transact } from '../../store/transact.js';
import type { Need } from './needs.js';
import type { RetryOptions, ValueStatus } from './port.js';

/** One value. It is known as long as it is wanted or there. */
export interface ValueNode {
  readonly key: string;
  /** As the last transaction wants it; undefined: nothing. */
  readonly wanted: unknown;
  /** As it is there, as far as is known; undefined: it is not. */
  readonly actual: unknown;
  /** It is there because the southbound has it, not because somebody wanted it. */
  readonly isObtained: boolean;
  /** A transaction has said what it is to have. Otherwise it was found; and it is a stranger, unless it was obtained. */
  readonly wasNamed: boolean;
  readonly status: ValueStatus;
  readonly error: Error | undefined;
  /** Of what is there; where nothing is, of what is wanted. */
  readonly needs: readonly Need[];
  /** The last transaction that said something about it, and how that one wants it tried again. */
  readonly sequence: number;
  readonly retry: RetryOptions | undefined;
}

/** A value that is to be tried again. An entry is replaced, never changed: whoever has an old one knows that it is void. */
export interface RetryEntry {
  readonly key: string;
  /** The transaction that wanted it. */
  readonly sequence: number;
  /** 1 for the first retry. */
  readonly attempt: number;
  /** As `clock.now()` says it. */
  readonly due: number;
}

/** Somebody who needs something. */
interface Edge {
  readonly target: string;
  readonly dependent: string;
}

export interface Graph {
  readonly values: ObjectTree<ValueNode>;
  /** Who needs a key, by that key and then by theirs. */
  readonly edges: ObjectTree<Edge>;
  /** Who needs anything below a prefix. */
  readonly areas: ObjectTree<Edge>;
  readonly retries: ObjectTree<RetryEntry>;
  /**
   * What becomes of strangers, as the last resync has said that said what is wanted as a whole. Before the first: they are not even looked at.
   */
  readonly strangers: 'ignored' | 'kept' | 'deleted';
}

const nobody: ReadonlySet<string> = new Set();

export function emptyGraph(): Graph {
  const trees = {
    values: emptyTree<ValueNode>(),
    edges: emptyTree<Edge>(),
    areas: emptyTree<Edge>(),
    retries: emptyTree<RetryEntry>(),
  };
  const graph: Graph = { ...trees, strangers: 'ignored' };
  return Object.freeze(graph);
}

/** The graph with `node` at `key`; without anything there when it is undefined. */
export function withNode(graph: Graph, key: string, node: ValueNode | undefined): Graph {
  const before = graph.values.get(key);
  const values = transact(graph.values, (draft) =>
    node === undefined ? draft.delete(key) : draft.set(key, Object.freeze(node)),
  ).after;
  if (before?.needs === node?.needs) return revise(graph, { values });
  const edges = relink(graph.edges, key, exactOf(before), exactOf(node));
  const areas = relink(graph.areas, key, areasOf(before), areasOf(node));
  return revise(graph, { values, edges, areas });
}

export function withRetry(graph: Graph, key: string, entry: RetryEntry | undefined): Graph {
  if (graph.retries.get(key) === entry) return graph;
  const retries = transact(graph.retries, (draft) =>
    entry === undefined ? draft.delete(key) : draft.set(key, Object.freeze(entry)),
  ).after;
  return revise(graph, { retries });
}

/** The graph in which nothing of what `isLost` is there, as far as anybody knows. */
export function withoutActual(graph: Graph, isLost: (key: string) => boolean): Graph {
  const lost = graph.values.values().filter(({ key, actual }) => actual !== undefined && isLost(key));
  const values = transact(graph.values, (draft) => {
    for (const node of lost) draft.set(node.key, Object.freeze({ ...node, actual: undefined, isObtained: false }));
  }).after;
  return revise(graph, { values });
}

/** What is wanted as a whole is being said: from now on strangers are kept, or nobody's any more. */
export function withStrangers(graph: Graph, strangers: 'kept' | 'deleted'): Graph {
  return graph.strangers === strangers ? graph : revise(graph, { strangers });
}

/** Whether it is there to stay although nobody wants it. */
export function isKept(graph: Graph, node: ValueNode): boolean {
  return node.actual !== undefined && (node.isObtained || (graph.strangers === 'kept' && !node.wasNamed));
}

/** Whether others can rely on it: it is there, and it is to stay. */
export function isAvailable(graph: Graph, node: ValueNode | undefined): boolean {
  return node !== undefined && node.actual !== undefined && (node.wanted !== undefined || isKept(graph, node));
}

/** The needs of `key` that are not met; nor would be, if `without` were gone. */
export function missingOf(
  graph: Graph,
  key: string,
  needs: readonly Need[],
  without: ReadonlySet<string> = nobody,
): readonly Need[] {
  return needs.filter((need) => !isMet(graph, key, need, without));
}

/** Those that need `key`, in order. */
export function dependentsOf(graph: Graph, key: string): readonly string[] {
  const found = new Set<string>();
  const collect = (edges: ObjectTree<Edge>, target: string): void =>
    edges.scan({ from: `${target}\0`, to: `${target}\u0001` }, (edge) => {
      if (edge.target === target && edge.dependent !== key) found.add(edge.dependent);
    });
  collect(graph.edges, key);
  if (graph.areas.size > 0) {
    for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1))
      collect(graph.areas, key.slice(0, slash + 1));
  }
  return [...found].toSorted();
}

function isMet(graph: Graph, key: string, { target, isPrefix }: Need, without: ReadonlySet<string>): boolean {
  // What needs any of several, itself among them, needs another one.
  const isThere = (other: string, node: ValueNode | undefined): boolean =>
    other !== key && !without.has(other) && isAvailable(graph, node);
  if (!isPrefix) return isThere(target, graph.values.get(target));
  for (const [other, node] of graph.values.entries(target)) {
    if (!other.startsWith(target)) return false;
    if (isThere(other, node)) return true;
  }
  return false;
}

function exactOf(node: ValueNode | undefined): readonly string[] {
  return (node?.needs ?? []).filter(({ isPrefix }) => !isPrefix).map(({ target }) => target);
}

function areasOf(node: ValueNode | undefined): readonly string[] {
  return (node?.needs ?? []).filter(({ isPrefix }) => isPrefix).map(({ target }) => target);
}

function relink(edges: ObjectTree<Edge>, dependent: string, before: readonly string[], after: readonly string[]): ObjectTree<Edge> {
  if (before.length === 0 && after.length === 0) return edges;
  return transact(edges, (draft) => {
    for (const target of before) draft.delete(`${target}\0${dependent}`);
    for (const target of after) draft.set(`${target}\0${dependent}`, Object.freeze({ target, dependent }));
  }).after;
}

function revise(graph: Graph, parts: Partial<Graph>): Graph {
  return amend(graph, (draft) => void Object.assign(draft, parts));
}
