/** A chart as a page of Markdown: its picture, every state, every transition, and what its names stand for. */
import type { ChartEdge, ChartModel, ChartNode } from './chart-model.js';
import { toMermaid, toOverview } from './mermaid.js';

/** The page. The same chart gives the same page, to the byte. */
export function toMarkdown(chart: ChartModel): string {
  const nameOf = (id: string): string => (id === chart.id ? chart.id : id.slice(chart.id.length + 1));
  const sections = [
    `# ${chart.id}`,
    ...(chart.description === undefined ? [] : [chart.description]),
    `Chart \`${chart.hash}\`: ${chart.nodes.length} states, ${chart.edges.length} transitions. Generated from the machine.`,
    ...regionsOf(chart).flatMap(({ id, key }) => [`## ${key}, at a glance`, picture(toOverview(chart, id))]),
    '## The whole chart',
    picture(toMermaid(chart)),
    '## States',
    table(
      ['State', 'Kind', 'What it is', 'On entry', 'On exit', 'Rules'],
      chart.nodes.map((node) => stateRow(node, nameOf(node.id))),
    ),
    '## Transitions',
    'Of several with the same state and event, the first whose guard holds is taken. A state without one for an event leaves it to the state around it.',
    table(
      ['State', 'Event', 'Guard', 'Actions', 'Next'],
      chart.edges.map((edge) => transitionRow(edge, nameOf)),
    ),
    ...(chart.legend.length === 0
      ? []
      : [
          '## Names',
          table(
            ['Name', 'Kind', 'Stands for'],
            chart.legend.map(({ name, kind, text }) => [code(name), kind, code(text)]),
          ),
        ]),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** What a chart does at the same time: each is drawn for itself first, because the whole is large. */
function regionsOf({ nodes }: ChartModel): readonly ChartNode[] {
  const parallel = new Set(nodes.filter(({ type }) => type === 'parallel').map(({ id }) => id));
  return nodes.filter(({ parent }) => parent !== undefined && parallel.has(parent));
}

function picture(mermaid: string): string {
  return `\`\`\`mermaid\n${mermaid}\`\`\``;
}

function stateRow({ type, description, entry, exit, spec }: ChartNode, name: string): readonly string[] {
  return [code(name), type, description ?? '', list(entry), list(exit), spec.join(', ')];
}

function transitionRow(edge: ChartEdge, nameOf: (id: string) => string): readonly string[] {
  const { source, event, guard, actions, targets, reenter, forbidden } = edge;
  const next = targets.length === 0 ? (forbidden ? '*ignored*' : '*stays*') : list(targets.map(nameOf));
  const again = reenter && targets.includes(source) ? ' again' : '';
  return [code(nameOf(source)), code(event), guard === undefined ? '' : code(guard), list(actions), `${next}${again}`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cellOf).join(' | ')} |`).join('\n');
}

function list(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}

function code(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

function cellOf(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
