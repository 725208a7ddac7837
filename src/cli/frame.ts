/** One drawing of the live table: what is in it, and what it looks like. Pure. */
import type { ParseError } from '../model/errors.js';
import type { Key } from '../model/key.js';
import type { Update } from '../model/update.js';
import { headingOf, lineOf, rowOf, widthsOf, type Row } from './table.js';
import { fitted, styled, type Style, type Terminal } from './terminal.js';
import { statusWords, unreadableText, type Shown } from './view.js';

/** What a key was told to have become, and when. */
export interface Mark {
  readonly type: Update['type'];
  readonly at: number;
  readonly revision: string;
}

/** Everything that a drawing shows. */
export interface FrameContent {
  readonly title: string;
  readonly shown: Shown;
  /** A line about what runs beside it; may be empty. */
  readonly also: string;
  /** How many updates have been told. */
  readonly updates: number;
  /** What was told lately, the latest last. */
  readonly marks: ReadonlyMap<Key, Mark>;
  readonly unreadable: readonly ParseError[];
  readonly notes: readonly string[];
  /** Marks older than this are not shown any more. */
  readonly markedSince: number;
}

const signs: Readonly<Record<Update['type'], readonly [sign: string, style: Style]>> = {
  new: ['+', 'green'],
  updated: ['~', 'yellow'],
  deleted: ['-', 'red'],
};

const statusStyles = { inSync: 'green', resyncInProgress: 'yellow', waitForDatastore: 'red' } as const;

/** The lines of a drawing: as many as the terminal has rows, at most. */
export function frameOf(content: FrameContent, terminal: Terminal): readonly string[] {
  const footer = footerOf(content, terminal);
  const space = Math.max(1, terminal.rows - 5 - (content.also === '' ? 0 : 1) - footer.length);
  const marked = rowsOf(content, space);
  const widths = widthsOf(
    marked.map(({ row }) => row),
    terminal.columns - 2,
  );
  const rows = marked.map(({ row, mark }) => {
    const line = lineOf(row, widths);
    if (mark === undefined) return `  ${line}`;
    const [sign, style] = signs[mark.type];
    return styled(terminal, style, `${sign} ${line}`);
  });
  const hidden = content.shown.snapshot().size - marked.filter(({ mark }) => mark?.type !== 'deleted').length;
  const more = hidden > 0 ? [styled(terminal, 'dim', `  and ${hidden} more`)] : [];
  return [...headerOf(content, terminal), `  ${headingOf(terminal, widths)}`, ...rows, ...more, ...footer].slice(0, terminal.rows);
}

function headerOf({ title, shown, also, updates }: FrameContent, terminal: Terminal): readonly string[] {
  const status = `● ${statusWords[shown.status]}`;
  const facts = [shown.connectivity, `${shown.snapshot().size} objects`, `${updates} updates`];
  const lagging = shown.types().find(({ lastFailure, status: typeStatus }) => lastFailure !== undefined && typeStatus !== 'inSync');
  const reason = lagging?.lastFailure === undefined ? '' : `  ${lagging.lastFailure.error.message}`;
  const space = Math.max(1, terminal.columns - status.length - 2);
  return [
    styled(terminal, 'bold', fitted(title, Math.min(title.length, terminal.columns))),
    `${styled(terminal, statusStyles[shown.status], status)}  ${styled(terminal, 'dim', fitted(`${facts.join(', ')}${reason}`, space).trimEnd())}`,
    ...(also === '' ? [] : [styled(terminal, 'dim', fitted(also, terminal.columns).trimEnd())]),
    '',
  ];
}

/** The objects that changed last, filled up with others, all in key order, so that rows do not jump about. */
function rowsOf(
  { shown, marks, markedSince }: FrameContent,
  space: number,
): readonly { readonly row: Row; readonly mark: Mark | undefined }[] {
  const snapshot = shown.snapshot();
  const chosen = new Map<Key, Mark | undefined>();
  for (const [key, mark] of [...marks].toReversed()) {
    if (chosen.size >= space || mark.at < markedSince) break;
    chosen.set(key, mark);
  }
  for (const { key } of snapshot) {
    if (chosen.size >= space) break;
    if (!chosen.has(key)) chosen.set(key, undefined);
  }
  return [...chosen]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, mark]) => ({ row: rowOf(snapshot.get(key) ?? { key, revision: mark?.revision ?? '' }), mark }));
}

function footerOf({ unreadable, notes }: FrameContent, terminal: Terminal): readonly string[] {
  const few = unreadable.slice(0, 3).map((error) => `unreadable  ${unreadableText(error)}`);
  const more = unreadable.length > few.length ? [`            and ${unreadable.length - few.length} more`] : [];
  const lines = [
    ...[...few, ...more].map((line) => styled(terminal, 'red', fitted(line, terminal.columns).trimEnd())),
    ...notes.map((line) => styled(terminal, 'cyan', fitted(line, terminal.columns).trimEnd())),
  ];
  return lines.length === 0 ? [] : ['', ...lines];
}
