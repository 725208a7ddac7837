/** What happened in a run, line by line: hashed whole, and remembered as far as there is room. */
import { createHash } from 'node:crypto';

/** So many characters are gathered before they are hashed. */
const chunk = 65_536;

export class Trace {
  private readonly hash = createHash('sha256');
  private readonly keep: number;
  private kept: string[] = [];
  private forgotten = 0;
  private unhashed = '';
  private digest: string | undefined;

  /** @param keep how many of the last lines are remembered, at least. */
  constructor(keep: number) {
    this.keep = keep;
  }

  add(line: string): void {
    this.kept.push(line);
    this.unhashed += `${line}\n`;
    if (this.unhashed.length > chunk) this.flush();
    if (this.kept.length <= 2 * this.keep) return;
    this.forgotten += this.kept.length - this.keep;
    this.kept = this.kept.slice(-this.keep);
  }

  /** How many lines there have been. */
  get length(): number {
    return this.forgotten + this.kept.length;
  }

  /** The lines that are remembered, oldest first. */
  get lines(): readonly string[] {
    return this.kept;
  }

  /** The number of the first line that is remembered, from 0. */
  get first(): number {
    return this.forgotten;
  }

  /** SHA-256 of all lines, in hexadecimal. Nothing can be added afterwards. */
  end(): string {
    this.flush();
    this.digest ??= this.hash.digest('hex');
    return this.digest;
  }

  private flush(): void {
    this.hash.update(this.unhashed);
    this.unhashed = '';
  }
}
