/** Reads label selectors in the grammar of Kubernetes (apimachinery, labels.Parse). */
import { ValidationError } from '../../model/errors.js';
import { faultOfLabelKey } from './label-names.js';
import { selectorOf, type LabelSelector } from './label-selector.js';
import { faultOfValue, type LabelOperator, type LabelRequirementInput } from './requirement.js';
import { SelectorSyntaxError } from './syntax-error.js';

interface Token {
  readonly text: string;
  readonly position: number;
  /** A key, a value, `in` or `notin`; otherwise a symbol, or the end, which has no text. */
  readonly isWord: boolean;
}

const binaryOperators: ReadonlySet<string> = new Set<LabelOperator>(['=', '==', '!=', 'in', 'notin', '>', '<']);
const tokenPattern = /(?:==|!=|[=!(),<>])|([^ \t\r\n=!(),<>]+)/g;

/** The tokens that are still to be read. */
class Tokens {
  readonly #text: string;
  readonly #tokens: Iterator<Token>;
  #next: Token;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
    this.#next = this.#read();
  }

  get next(): Token {
    return this.#next;
  }

  take(): Token {
    const token = this.#next;
    this.#next = this.#read();
    return token;
  }

  /** Takes the next token when it is that symbol. */
  accept(symbol: string): boolean {
    const isIt = this.#next.text === symbol;
    if (isIt) this.take();
    return isIt;
  }

  refuse({ text: found, position }: Token, expected: string): SelectorSyntaxError {
    return new SelectorSyntaxError({ field: 'labelSelector', expression: this.#text, position, found, expected });
  }

  #read(): Token {
    const read = this.#tokens.next();
    return read.done === true ? { text: '', position: this.#text.length, isWord: false } : read.value;
  }
}

/**
 * The label selector that `text` describes: requirements with commas between them, all of which must hold. An empty text selects
 * everything.
 *
 * | text | selects objects |
 * |---|---|
 * | `app=web`, `app==web` | whose label `app` is `web` |
 * | `app!=web` | whose label `app` is something else, or is not there |
 * | `app in (web,api)` | whose label `app` is one of these |
 * | `app notin (web,api)` | whose label `app` is none of these, or is not there |
 * | `app`, `!app` | that have, or have not, a label `app` |
 * | `cores>4`, `cores<4` | whose label `cores` is a whole number on that side of it |
 *
 * @throws SelectorSyntaxError when the text is no label selector, or a key or value in it could never be a label.
 * @example
 * ```ts
 * import { parseLabelSelector } from 'heliostat/cache';
 * const selector = parseLabelSelector('tier notin (db, cache), app = web');
 * console.log(selector.matches({ app: 'web' }), selector.toString()); // true app=web,tier notin (cache,db)
 * ```
 */
export function parseLabelSelector(text: string): LabelSelector {
  if (typeof text !== 'string') throw new ValidationError('A label selector is a string.', { field: 'labelSelector' });
  const tokens = new Tokens(text);
  const requirements: LabelRequirementInput[] = [];
  if (tokens.next.text !== '') {
    do requirements.push(readRequirement(tokens));
    while (tokens.accept(','));
    if (tokens.next.text !== '') throw tokens.refuse(tokens.next, '"," or the end');
  }
  return selectorOf(requirements);
}

function readRequirement(tokens: Tokens): LabelRequirementInput {
  const isNegated = tokens.accept('!');
  const key = tokens.take();
  const fault = key.isWord ? faultOfLabelKey(key.text) : isNegated ? 'a label key after "!"' : 'a label key or "!"';
  if (fault !== undefined) throw tokens.refuse(key, fault);
  if (isNegated) return { key: key.text, operator: '!exists' };
  if (tokens.next.text === ',' || tokens.next.text === '') return { key: key.text, operator: 'exists' };
  const token = tokens.take();
  if (!isBinary(token.text)) throw tokens.refuse(token, `one of ${[...binaryOperators].join(' ')}, or "," or the end`);
  const operator = token.text;
  const isSet = operator === 'in' || operator === 'notin';
  return { key: key.text, operator, values: isSet ? readSet(tokens, operator) : [readValue(tokens, operator, ',')] };
}

/** Values with commas between them. Where nothing stands between two of them, that is the empty value. */
function readSet(tokens: Tokens, operator: LabelOperator): readonly string[] {
  if (!tokens.accept('(')) throw tokens.refuse(tokens.next, `"(" after ${operator}`);
  const values: string[] = [];
  do values.push(readValue(tokens, operator, ',', ')'));
  while (tokens.accept(','));
  if (!tokens.accept(')')) throw tokens.refuse(tokens.next, '"," or ")"');
  return values;
}

/** One value, which is empty when one of `ends`, or the end of the text, comes instead. */
function readValue(tokens: Tokens, operator: LabelOperator, ...ends: readonly string[]): string {
  const token = tokens.next;
  const isEmpty = !token.isWord && (token.text === '' || ends.includes(token.text));
  if (!isEmpty && !token.isWord) throw tokens.refuse(token, `a label value after ${operator}`);
  const value = isEmpty ? '' : tokens.take().text;
  const fault = faultOfValue(operator, value);
  if (fault !== undefined) throw tokens.refuse(token, fault);
  return value;
}

function isBinary(text: string): text is LabelOperator {
  return binaryOperators.has(text);
}

function* tokensOf(text: string): Generator<Token, undefined> {
  for (const match of text.matchAll(tokenPattern)) yield { text: match[0], position: match.index, isWord: match[1] !== undefined };
}
