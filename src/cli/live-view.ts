/** A table that follows what happens, for a person at a terminal. Drawn on the alternate screen, so that it leaves no trace. */
import type { ParseError } from '../model/errors.js';
import type { Key } from '../model/key.js';
import type { Update } from '../model/update.js';
import type { Clock, TimerHandle } from '../ports/clock.js';
import { frameOf, type Mark } from './frame.js';
import type { Terminal } from './terminal.js';
import type { Shown, View } from './view.js';

const enterScreen = '\u001b[?1049h\u001b[?25l';
const leaveScreen = '\u001b[?25h\u001b[?1049l';
const toTopLeft = '\u001b[H';
const clearToEndOfLine = '\u001b[K';
const clearBelow = '\u001b[J';

/** Between two drawings, in milliseconds: more often nobody can read. */
const frameInterval = 100;
/** How long a change is marked, in milliseconds. */
const markedFor = 3_000;
/** So many marks are remembered; no terminal has more rows. */
const maxMarks = 500;

export class LiveView implements View {
  private readonly terminal: Terminal;
  private readonly clock: Clock;
  private readonly title: string;
  private readonly marks = new Map<Key, Mark>();
  private readonly unreadable = new Map<string, ParseError>();
  private readonly notes: string[] = [];
  private shown: Shown | undefined;
  private also: () => string = () => '';
  private frame: TimerHandle | undefined;
  private updateCount = 0;

  constructor(terminal: Terminal, clock: Clock, title: string) {
    this.terminal = terminal;
    this.clock = clock;
    this.title = title;
  }

  begin(shown: Shown, also: () => string = () => ''): void {
    this.shown = shown;
    this.also = also;
    this.terminal.write(enterScreen);
    this.requestFrame(0);
  }

  status(): void {
    this.requestFrame();
  }

  updates(updates: readonly Update[]): void {
    this.updateCount += updates.length;
    const at = this.clock.now();
    for (const { type, key, revision = '' } of updates.slice(-maxMarks)) {
      this.marks.delete(key); // so that the latest is last
      this.marks.set(key, { type, at, revision });
    }
    for (const [key] of this.marks) {
      if (this.marks.size <= maxMarks) break;
      this.marks.delete(key);
    }
    this.requestFrame();
  }

  malformed(error: ParseError): void {
    this.unreadable.set(error.rawKey, error);
    this.requestFrame();
  }

  mended(rawKey: string): void {
    this.unreadable.delete(rawKey);
    this.requestFrame();
  }

  syncFailed(): void {
    this.requestFrame();
  }

  syncRecovered(): void {
    this.requestFrame();
  }

  note(text: string): void {
    this.notes.push(text);
    if (this.notes.length > 5) this.notes.shift();
    this.requestFrame();
  }

  end(): void {
    if (this.frame !== undefined) this.clock.clearTimeout(this.frame);
    if (this.shown !== undefined) this.terminal.write(leaveScreen);
    this.shown = undefined;
  }

  private requestFrame(delay = frameInterval): void {
    if (this.shown === undefined || this.frame !== undefined) return;
    this.frame = this.clock.setTimeout(() => this.draw(), delay);
  }

  private draw(): void {
    this.frame = undefined;
    if (this.shown === undefined) return;
    const { title, shown, updateCount: updates, marks, notes } = this;
    const unreadable = [...this.unreadable.values()];
    const markedSince = this.clock.now() - markedFor;
    const lines = frameOf({ title, shown, also: this.also(), updates, marks, unreadable, notes, markedSince }, this.terminal);
    this.terminal.write(`${toTopLeft}${lines.map((line) => `${line}${clearToEndOfLine}`).join('\r\n')}${clearBelow}`);
    this.requestFrame(1_000); // marks fade, and the size of the terminal may have changed
  }
}
