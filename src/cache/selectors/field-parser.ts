/** Reads field selectors in the grammar of Kubernetes (apimachinery, fields.ParseSelector). */
import { ValidationError } from '../../model/errors.js';
import { fieldSelector, isFieldPath, type FieldRequirement, type FieldSelector } from './field-selector.js';
import { SelectorSyntaxError } from './syntax-error.js';

/** What a path can be made of; its end is where the operator must stand. */
const pathCharacters = /[^\s=!<>(),\\]*/y;
const operatorPattern = /==|!=|=/y;

/**
 * The field selector that `text` describes: `path=value`, `path==value` (the same) or `path!=value`, with commas between them, all of
 * which must hold. In a value a comma, an equals sign and a backslash are written with a backslash before them. An empty text selects
 * everything.
 *
 * @throws SelectorSyntaxError when the text is no field selector.
 * @example
 * ```ts
 * import { parseFieldSelector } from 'heliostat/cache';
 * const selector = parseFieldSelector('metadata.name=web,status.phase!=Running');
 * console.log(selector.matches({ metadata: { name: 'web' } })); // true: it has no phase, so none that is Running
 * console.log(selector.requiresExactMatch('metadata.name')); // web
 * ```
 */
export function parseFieldSelector(text: string): FieldSelector {
  if (typeof text !== 'string') throw new ValidationError('A field selector is a string.', { field: 'fieldSelector' });
  const requirements: FieldRequirement[] = [];
  for (let from = 0; from <= text.length;) {
    const to = endOfTerm(text, from);
    if (to > from) requirements.push(readTerm(text, from, to)); // nothing between two commas is no requirement
    from = to + 1;
  }
  return fieldSelector(requirements);
}

/** Where the term that begins at `from` ends: at a comma without a backslash before it, or at the end of the text. */
function endOfTerm(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') return at;
  }
  return text.length;
}

function readTerm(text: string, from: number, to: number): FieldRequirement {
  const path = readAt(pathCharacters, text, from);
  if (!isFieldPath(path)) throw refuse(text, from, to, 'a path such as metadata.name');
  const operator = readAt(operatorPattern, text, from + path.length);
  if (operator === '') throw refuse(text, from + path.length, to, 'one of = == != after the path');
  const value = readValue(text, from + path.length + operator.length, to);
  return { path, operator: operator === '!=' ? '!=' : '=', value };
}

function readValue(text: string, from: number, to: number): string {
  let value = '';
  for (let at = from; at < to; at++) {
    const isEscape = text[at] === '\\';
    const character = text[isEscape ? at + 1 : at] ?? '';
    if (isEscape && !/^[\\,=]$/.test(character)) throw refuse(text, at, to, String.raw`one of \, \= \\ (a backslash itself is \\)`);
    if (!isEscape && character === '=') throw refuse(text, at, to, String.raw`a value (an equals sign in it is written \=)`);
    value += character;
    if (isEscape) at++;
  }
  return value;
}

function readAt(pattern: RegExp, text: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? '';
}

function refuse(text: string, position: number, to: number, expected: string): SelectorSyntaxError {
  return new SelectorSyntaxError({ field: 'fieldSelector', expression: text, position, found: text.slice(position, to), expected });
}
