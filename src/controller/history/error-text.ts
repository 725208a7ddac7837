/** Recorded errors as lines for people. */
import type { RecordedError } from './record.js';
import { visible, visibleLines } from './text.js';

/** What an error is, in one or more visible lines: the error, and indented what belongs to it and what caused it. */
export function errorLines(error: RecordedError): readonly string[] {
  const [first = '', ...others] = visibleLines(error.message);
  const key = error.key === undefined || error.message.includes(error.key) ? '' : ` (${visible(error.key)})`;
  const below = [
    ...(error.errors ?? []).flatMap((member) => bulleted(errorLines(member))),
    ...(error.cause === undefined ? [] : causeLines(error.cause)),
  ];
  return [`${titleOf(error)}: ${first}${key}`, ...others.map((line) => `  ${line}`), ...below.map((line) => `  ${line}`)];
}

/** The same in one line, without its causes. */
export function errorLine(error: RecordedError): string {
  return `${titleOf(error)}: ${visible(error.message.replaceAll(/\s*\r?\n\s*/g, ' '))}`;
}

function titleOf({ name, code }: RecordedError): string {
  return code === undefined ? visible(name) : `${visible(name)} [${visible(code)}]`;
}

function causeLines(cause: RecordedError): readonly string[] {
  const [first = '', ...others] = errorLines(cause);
  return [`caused by ${first}`, ...others];
}

function bulleted([first = '', ...others]: readonly string[]): readonly string[] {
  return [`- ${first}`, ...others.map((line) => `  ${line}`)];
}
