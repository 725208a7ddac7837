/** What is wrong with a document that is YAML all the same. */
import { isAlias, isMap, isScalar, visit, type Document, type ParsedNode, type YAMLMap } from 'yaml';

/** What is wrong, and where in the text. */
export interface Trap {
  readonly offset: number;
  readonly reason: string;
}

/** Beyond this many, looking each alias up takes more time than any manifest is worth. */
const mostAliases = 1_000;

/** Finds the first duplicate key, alias of nothing, or alias too many. One pass, in the order of the text. */
export function findTrap(document: Document.Parsed): Trap | undefined {
  let trap: Trap | undefined;
  let aliases = 0;
  const anchors = new Set<string>();
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isAlias(node)) {
        if (!anchors.has(node.source)) trap = { offset, reason: `The alias *${node.source} has no anchor before it` };
        else if (++aliases > mostAliases) trap = { offset, reason: `There are more than ${mostAliases} aliases` };
      } else {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        if (isMap<ParsedNode>(node)) trap = findDuplicate(node);
      }
      return trap === undefined ? undefined : visit.BREAK;
    },
  });
  return trap;
}

function findDuplicate({ items }: YAMLMap<ParsedNode>): Trap | undefined {
  const names = new Set<string>();
  for (const { key } of items) {
    const name = isScalar(key) ? String(key.value) : '';
    if (names.has(name)) return { offset: key.range[0], reason: `The key ${JSON.stringify(name)} is there twice` };
    names.add(name);
  }
  return undefined;
}
