/**
 * What is not changed, because no behaviour hangs on it. Every place that is left out is in the report with its reason, and
 * docs/mutation.md has the counts.
 */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Functions of this package that take a text for people, and which of their arguments it is. */
const textArguments = new Map([
  ['refuse', 1],
  ['invalid', 1],
]);
const logMethods = new Set(['debug', 'info', 'warn', 'error']);

/** The text of an error or of a log line, with all that is computed for it. */
function isText({ node, key, parent }) {
  if (typeof key !== 'number' && key !== 0) return false;
  if (!isArgument(node, parent)) return false;
  if (parent.type === 'NewExpression') return key === 0 && (parent.callee.name ?? '').endsWith('Error');
  if (parent.callee.type === 'Identifier') return textArguments.get(parent.callee.name) === key;
  return key === 0 && parent.callee.type === 'MemberExpression' && isLogger(parent.callee);
}

function isArgument(node, parent) {
  return (parent?.type === 'NewExpression' || parent?.type === 'CallExpression') && parent.arguments.includes(node);
}

function isLogger({ object, property }) {
  const name = object.type === 'MemberExpression' ? object.property.name : object.name;
  return name === 'logger' && logMethods.has(property.name);
}

function isString(node) {
  return node.type === 'StringLiteral' || node.type === 'TemplateLiteral' || node.type === 'ConditionalExpression';
}

/** `name: ...` of an object that is no part of a pattern. */
function isProperty({ node, parent }, name) {
  return node.type === 'ObjectProperty' && parent?.type === 'ObjectExpression' && !node.computed && node.key.name === name;
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'heliostat', {
    shouldIgnore(path) {
      if (isString(path.node) && isText(path)) return 'text of an error or of a log line';
      if (isProperty(path, 'description')) return 'description in a chart';
      if (isProperty(path, 'meta')) return 'reference of a chart to the specification';
      if (isProperty(path, 'types') && path.parentPath?.parent?.callee?.name === 'setup') return 'types of a chart, never read';
      return undefined;
    },
  }),
];
