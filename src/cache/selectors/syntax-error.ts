/** A text that is no selector: where reading it ended, what stood there, and what could have stood there instead. */
import { HeliostatError } from '../../model/errors.js';

/** What {@link SelectorSyntaxError} is told. */
export interface SelectorSyntaxDetails {
  readonly field: 'labelSelector' | 'fieldSelector';
  readonly expression: string;
  readonly position: number;
  /** What stands at `position`, as it is written there; empty at the end of the text. */
  readonly found: string;
  /** What could have stood there, in words. */
  readonly expected: string;
}

/**
 * `selector-syntax`: a text is no selector. `field` says what kind of selector it should have been: `labelSelector` or `fieldSelector`.
 * The message counts characters from 1.
 */
export class SelectorSyntaxError extends HeliostatError {
  readonly code = 'selector-syntax';
  readonly retryable = false;
  /** The whole text. */
  readonly expression: string;
  /** Where in the text, counted from 0; its length when something is missing at the end. */
  readonly position: number;

  constructor({ field, expression, position, found, expected }: SelectorSyntaxDetails) {
    const place = `at character ${position + 1} of ${quoteAround(expression, position)}`;
    super(`This is no ${nameOf[field]}: ${place}, found ${found === '' ? 'the end' : quoteStart(found)}, expected ${expected}.`, {
      field,
    });
    this.expression = expression;
    this.position = position;
  }
}

const nameOf = { labelSelector: 'label selector', fieldSelector: 'field selector' } as const;

/** How much of a text a message shows on each side of the place it is about, in characters. */
const excerpt = 60;

/** The beginning of `text` between quotes, as far as a message shows it. */
export function quoteStart(text: string): string {
  return JSON.stringify(text.length > excerpt ? `${text.slice(0, excerpt)}…` : text);
}

function quoteAround(text: string, position: number): string {
  const from = Math.max(0, position - excerpt);
  const to = position + excerpt;
  return JSON.stringify(`${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`);
}
