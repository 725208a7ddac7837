import type { Terminal } from '../../src/cli/terminal.js';

/** A terminal that remembers what was written, and is interrupted when a test says so. */
export class FakeTerminal implements Terminal {
  output = '';
  errors = '';
  isInteractive = false;
  hasColors = false;
  columns = 80;
  rows = 24;
  input: AsyncIterable<string> | undefined;
  private readonly interrupts = new Set<() => void>();
  private readonly closings = new Set<() => void>();

  constructor(options: Partial<Pick<Terminal, 'isInteractive' | 'hasColors' | 'columns' | 'rows' | 'input'>> = {}) {
    Object.assign(this, options);
  }

  write(text: string): void {
    this.output += text;
  }

  writeError(text: string): void {
    this.errors += text;
  }

  onInterrupt(callback: () => void): () => void {
    this.interrupts.add(callback);
    return () => this.interrupts.delete(callback);
  }

  onClosed(callback: () => void): () => void {
    this.closings.add(callback);
    return () => this.closings.delete(callback);
  }

  interrupt(): void {
    for (const callback of this.interrupts) callback();
  }

  close(): void {
    for (const callback of this.closings) callback();
  }

  /** Who still listens. */
  get listeners(): number {
    return this.interrupts.size + this.closings.size;
  }

  /** The screen after the last drawing, as lines without styles. */
  get screen(): readonly string[] {
    const last = this.output.split('\u001b[H').at(-1) ?? '';
    return last.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').split('\r\n');
  }
}

/** Lines that arrive at once. */
export async function* linesOf(...lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
