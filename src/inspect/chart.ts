/**
 * Reads a statechart out of an XState machine. This is the one file that knows how XState keeps its charts.
 *
 * It walks the state nodes themselves, because the ways out that XState offers lose things: `machine.toJSON()` and `toDirectedGraph()`
 * leave `always` out, drop guards that are functions (and, or, not, stateIn), and show the raise and cancel that `after` works with as
 * if somebody had written them.
 */
import { createHash } from 'node:crypto';
import type { AnyStateMachine, AnyTransitionDefinition } from 'xstate';
import { actionText, delayText, guardText, legendText, valueText } from './behaviour-text.js';
import type {
  ChartEdge,
  ChartHistory,
  ChartInitial,
  ChartInvoke,
  ChartModel,
  ChartNode,
  ChartWord,
  EdgeKind,
} from './chart-model.js';

type StateNode = AnyStateMachine['root'];

/** What of a machine is its chart; every machine fits, whatever its events. */
export interface Charted extends Pick<AnyStateMachine, 'id' | 'version' | 'implementations'> {
  readonly root: StateNode;
}

/**
 * The chart of a machine. The same configuration gives the same chart, in every process and whatever is provided to the machine; only
 * the legend tells of what is provided.
 */
export function toChart(machine: Charted): ChartModel {
  const states = statesOf(machine.root);
  const chart = {
    schema: 1,
    id: machine.id,
    version: machine.version,
    description: machine.root.description,
    nodes: states.map(nodeOf),
    edges: states.flatMap(edgesOf),
  };
  const hash = createHash('sha256').update(JSON.stringify(chart)).digest('hex').slice(0, 12);
  // Through JSON: what is undefined is dropped, and nothing is shared with the machine.
  return JSON.parse(JSON.stringify({ ...chart, legend: legendOf(machine), hash })) as ChartModel;
}

/** In document order. */
function statesOf(node: StateNode): StateNode[] {
  return [node, ...Object.values(node.states).flatMap(statesOf)];
}

function nodeOf(node: StateNode): ChartNode {
  return {
    id: node.id,
    key: node.key,
    parent: node.parent?.id,
    type: node.type,
    order: node.order,
    description: node.description,
    tags: node.tags,
    spec: specOf(node.meta),
    initial: node.type === 'compound' ? initialOf(node) : undefined,
    history: node.type === 'history' ? historyOf(node) : undefined,
    // The configuration, and not node.entry and node.exit: XState adds a raise and a cancel to those for each `after`.
    entry: listOf(node.config.entry).map(actionText),
    exit: listOf(node.config.exit).map(actionText),
    invoke: invokesOf(node),
    output: node.output === undefined ? undefined : valueText(node.output),
  };
}

function initialOf({ initial }: StateNode): ChartInitial {
  return { targets: idsOf(initial.target), actions: initial.actions.map(actionText), description: initial.description };
}

function historyOf(node: StateNode): ChartHistory {
  const depth = node.history === 'deep' ? 'deep' : 'shallow';
  const { parent, machine, config } = node;
  const targets = listOf<string>(config.target).map((target) =>
    machine.getStateNodeById(target.startsWith('#') ? target : `#${parent?.id.replaceAll(/[\\.]/g, '\\$&')}.${target}`),
  );
  if (targets.length > 0) return { depth, targets: idsOf(targets) };
  return { depth, targets: parent?.type === 'compound' ? idsOf(parent.initial.target) : idsOf(parent && [parent]) };
}

function invokesOf(node: StateNode): ChartInvoke[] {
  return node.invoke.map(({ id, src, input, systemId }, index) => {
    const logic = typeof src !== 'string' || src.startsWith('xstate.invoke.') ? 'inline' : src;
    const isNamed = id !== `${index}.${node.id}`;
    return { id, name: isNamed ? id : logic, src: logic, input: input === undefined ? undefined : valueText(input), systemId };
  });
}

/** In the order in which they are asked: `always` before any event. */
function edgesOf(node: StateNode): ChartEdge[] {
  const delays = new Map<unknown, unknown>(node.after.map((transition) => [transition, transition.delay]));
  const names = new Map(node.invoke.map(({ id }, index) => [id, invokesOf(node)[index]?.name ?? id]));
  const lists: [string, AnyTransitionDefinition[]][] = [['', node.always ?? []], ...node.transitions];
  return lists.flatMap(([type, transitions]) =>
    transitions.map((transition, index) => ({
      id: `${node.id}|${type}|${index}`,
      source: node.id,
      targets: idsOf(transition.target),
      type,
      ...(delays.has(transition) ? timeOf(delays.get(transition)) : triggerOf(type, names)),
      guard: transition.guard === undefined ? undefined : guardText(transition.guard),
      actions: transition.actions.map(actionText),
      reenter: transition.reenter,
      index,
      forbidden: idsOf(transition.target).length === 0 && transition.actions.length === 0,
      description: transition.description,
      spec: specOf(transition.meta),
    })),
  );
}

function timeOf(delay: unknown): Pick<ChartEdge, 'kind' | 'event' | 'delay'> {
  return { kind: 'after', event: `after ${delayText(delay)}`, delay: typeof delay === 'number' ? delay : String(delay) };
}

/** The kind of an edge and the words for what it waits for. XState keeps both in the event type. */
function triggerOf(type: string, actors: ReadonlyMap<string, string>): { readonly kind: EdgeKind; readonly event: string } {
  if (type === '') return { kind: 'always', event: 'always' };
  if (type === 'xstate.route') return { kind: 'route', event: 'route' };
  if (type.startsWith('xstate.done.state.')) return { kind: 'done', event: 'done' };
  const [, kind, id = ''] = /^xstate\.(done|error|snapshot)(?:\.actor)?\.(.+)$/s.exec(type) ?? [];
  if (kind === 'done' || kind === 'error' || kind === 'snapshot') return { kind, event: `${kind}(${actors.get(id) ?? id})` };
  return { kind: type === '*' || type.endsWith('.*') ? 'wildcard' : 'event', event: type };
}

function legendOf({ implementations: { guards, actions, delays } }: Charted): ChartWord[] {
  return [...wordsOf('guard', guards), ...wordsOf('action', actions), ...wordsOf('delay', delays)];
}

function wordsOf(kind: ChartWord['kind'], implementations: Readonly<Record<string, unknown>>): ChartWord[] {
  return Object.entries(implementations).flatMap(([name, implementation]) => {
    const text = legendText(implementation);
    return text === undefined ? [] : [{ kind, name, text }];
  });
}

function specOf(meta: unknown): readonly string[] {
  const spec: unknown = typeof meta === 'object' && meta !== null && 'spec' in meta ? meta.spec : undefined;
  return Array.isArray(spec) ? spec.map(String) : [];
}

function idsOf(nodes: readonly StateNode[] | undefined): string[] {
  return (nodes ?? []).map(({ id }) => id);
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
