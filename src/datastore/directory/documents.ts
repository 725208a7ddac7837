/**
 * The documents of a YAML or JSON text, one by one: what is wrong with one leaves the others alone.
 *
 * YAML is read as Kubernetes reads it: `yes` and `on` are true, `0644` is octal, `12:30` and `2001-01-01` are text. Keys are text always.
 * Whatever the text is, reading it takes time and memory in proportion to its length, up to a limit: nesting, aliases, duplicates and
 * the number of tokens are checked here, before anything that would choke on them.
 */
import { Composer, Lexer, LineCounter, Parser, type Document, type Tags } from 'yaml';
import { findTrap } from './traps.js';
import { cutDocuments, type Chunk } from './chunks.js';

/** What a text may hold. */
export interface DocumentLimits {
  readonly maxDocuments: number;
  /** See `DirectoryDatastoreOptions.maxAliasCount`. */
  readonly maxAliasCount: number;
  /** See `DirectoryDatastoreOptions.maxTokens`. */
  readonly maxTokens: number;
  /** Collections inside each other. */
  readonly depth: number;
}

/** One document: where its content begins and what it is, or where it is wrong and why. */
export type DocumentReading = {
  readonly line: number;
  readonly column: number;
  /** The line that stands there. */
  readonly excerpt: string;
} & ({ readonly value: unknown } | { readonly reason: string; readonly cause?: unknown });

/** Reads a text. Documents without content, comments only say, are `null` as one with the content `null` is. */
export function* readDocuments(text: string, limits: DocumentLimits): Generator<DocumentReading> {
  for (const chunk of cutDocuments(text, limits.maxDocuments + 1)) {
    const lines = new LineCounter();
    const at = (offset: number): { line: number; column: number; excerpt: string } => {
      const { line, col } = lines.linePos(offset);
      return { line: chunk.lines + line, column: col, excerpt: lineAt(chunk.text, offset) };
    };
    try {
      for (const document of compose(chunk, lines, limits)) {
        const begin = document.contents?.range?.[0] ?? 0;
        const [flaw] = [...document.errors, ...document.warnings];
        const trap = flaw === undefined ? findTrap(document) : { offset: flaw.pos[0], reason: flaw.message };
        if (trap !== undefined) yield { ...at(trap.offset), reason: trap.reason };
        else yield { ...at(begin), ...convert(document, limits) };
      }
    } catch (cause) {
      const offset = cause instanceof RefusedError ? cause.offset : 0;
      yield { ...at(offset), reason: messageOf(cause), cause };
    }
  }
}

/** A document is not read to its end. */
class RefusedError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Deeper than this, the composer's recursion could exhaust the stack, which V8 does not always survive. */
const deepestEver = 256;

/** Composes a chunk, which is one document unless `...` ends one in its midst. */
function* compose({ text }: Chunk, lines: LineCounter, { depth, maxTokens }: DocumentLimits): Generator<Document.Parsed> {
  const composer = new Composer({
    schema: 'yaml-1.1',
    customTags: withoutTypesOfItsOwn,
    resolveKnownTags: false,
    stringKeys: true,
    uniqueKeys: false, // compares every key with every other; findTrap looks them up
    prettyErrors: false,
    logLevel: 'silent',
  });
  const parser = new Parser(lines.addNewLine);
  const deepest = Math.min(depth, deepestEver);
  let tokens = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) yield* composer.next(token);
    const offset = parser.offset - 1;
    // A document and a scalar stand on the stack too.
    if (parser.stack.length > deepest + 2) throw new RefusedError(offset, `Collections are nested deeper than ${deepest} levels`);
    if (++tokens > maxTokens) {
      throw new RefusedError(offset, `There are more than ${maxTokens} tokens: split the document, or raise the option maxTokens`);
    }
  }
  for (const token of parser.end()) yield* composer.next(token);
  yield* composer.end(true, text.length);
}

/** The types of YAML 1.1 that JSON can carry. Kubernetes knows no others, and no numbers to the base of 60. */
function withoutTypesOfItsOwn(tags: Tags): Tags {
  const unwanted = new Set(['binary', 'omap', 'pairs', 'set', 'timestamp'].map((name) => `tag:yaml.org,2002:${name}`));
  return tags.filter((tag) => typeof tag === 'string' || (!unwanted.has(tag.tag) && !('format' in tag && tag.format === 'TIME')));
}

function convert(
  document: Document.Parsed,
  { maxAliasCount }: DocumentLimits,
): { readonly value: unknown } | { readonly reason: string; readonly cause: unknown } {
  try {
    const value: unknown = document.toJS({ maxAliasCount });
    return { value };
  } catch (cause) {
    return { reason: messageOf(cause), cause };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The line around an offset, as much of it as is good to show. */
function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end < 0 ? undefined : end).trim();
  return line.length > 100 ? `${line.slice(0, 97)}...` : line;
}
