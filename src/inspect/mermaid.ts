/** A chart as the text of a Mermaid state diagram: whole, or as an overview of what one of its states is made of. */
import type { ChartEdge, ChartModel, ChartNode } from './chart-model.js';

/**
 * The whole chart as a `stateDiagram-v2`. Every transition stands at the top level: inside of a state, Mermaid draws some states
 * outside of their parents (mermaid-js issues 5290, 5096, 4052).
 */
export function toMermaid(chart: ChartModel): string {
  const [root] = chart.nodes;
  if (root === undefined) return 'stateDiagram-v2\n';
  const lines = [
    'stateDiagram-v2',
    ...bodyOf(chart, root, '  '),
    ...chart.edges.flatMap((edge) => edge.targets.map((target) => arrow(edge.source, target, labelOf(edge)))),
    ...chart.nodes.filter(({ type }) => type === 'final').map(({ id }) => `  ${nameOf(id)} --> [*]`),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * The parts of one state, each drawn as a single box, and which events lead from one to another, however deep inside they are.
 *
 * @param stateId the state whose parts are drawn.
 */
export function toOverview(chart: ChartModel, stateId: string): string {
  const parts = childrenOf(chart, stateId);
  const partOf = new Map(parts.flatMap((part) => [...insideOf(chart, part.id)].map((id) => [id, part.id] as const)));
  const arrows = new Map<string, Set<string>>();
  for (const { source, targets, event } of chart.edges) {
    for (const target of targets) {
      const [from, to] = [partOf.get(source), partOf.get(target)];
      if (from === undefined || to === undefined || from === to) continue;
      const key = JSON.stringify([from, to]);
      arrows.set(key, (arrows.get(key) ?? new Set()).add(event));
    }
  }
  const initial = chart.nodes.find(({ id }) => id === stateId)?.initial?.targets ?? [];
  const lines = [
    'stateDiagram-v2',
    ...parts.map(({ id, key }) => `  state "${escaped(key)}" as ${nameOf(id)}`),
    ...initial.map((id) => `  [*] --> ${nameOf(partOf.get(id) ?? id)}`),
    ...[...arrows].map(([key, events]) => {
      const [from, to] = JSON.parse(key) as readonly [string, string]; // two strings were put in above
      return arrow(from, to, [...events].join(', '));
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function bodyOf(chart: ChartModel, { id, type, initial }: ChartNode, indent: string): string[] {
  const children = childrenOf(chart, id);
  const states = children.map((child) => {
    const declared = `${indent}state "${escaped(child.key)}" as ${nameOf(child.id)}`;
    const body = bodyOf(chart, child, `${indent}  `);
    return body.length === 0 ? [declared] : [`${declared} {`].concat(body, `${indent}}`);
  });
  if (type === 'parallel') return states.flatMap((lines, index) => (index === 0 ? lines : [`${indent}--`, ...lines]));
  return [...(initial?.targets ?? []).map((target) => `${indent}[*] --> ${nameOf(target)}`), ...states.flat()];
}

function childrenOf({ nodes }: ChartModel, id: string): readonly ChartNode[] {
  return nodes.filter(({ parent }) => parent === id);
}

/** A state and all that it is made of. */
function insideOf(chart: ChartModel, id: string): ReadonlySet<string> {
  const inside = new Set([id]);
  for (const node of chart.nodes) if (node.parent !== undefined && inside.has(node.parent)) inside.add(node.id);
  return inside;
}

function arrow(from: string, to: string, label: string): string {
  return `  ${nameOf(from)} --> ${nameOf(to)} : ${escaped(label)}`;
}

function labelOf({ event, guard }: ChartEdge): string {
  return guard === undefined ? event : `${event} [${guard}]`;
}

/** Mermaid's names are words. */
function nameOf(id: string): string {
  return id.replaceAll(/\W/g, '_');
}

/** Without what ends a label or a name in Mermaid. */
function escaped(text: string): string {
  return text.replaceAll(/[#;:"<>{}]/g, (sign) => `#${sign.charCodeAt(0)};`);
}
