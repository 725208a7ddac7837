import type { ParseError } from '../../model/errors.js';

/** The entries of a datastore that cannot be read. Each state of each is told once; a state without a revision, each time. */
export class Unreadable {
  private entries = new Map<string, ParseError>();
  private readonly tell: (error: ParseError) => void;

  constructor(tell: (error: ParseError) => void) {
    this.tell = tell;
  }

  get errors(): readonly ParseError[] {
    return [...this.entries.values()];
  }

  add(error: ParseError): void {
    const known = this.entries.get(error.rawKey);
    this.entries.set(error.rawKey, error);
    if (known === undefined || known.revision === undefined || known.revision !== error.revision) this.tell(error);
  }

  /** It can be read again, or is gone. */
  release(rawKey: string): void {
    this.entries.delete(rawKey);
  }

  /** These, and no others. */
  replace(errors: readonly ParseError[]): void {
    const stay = new Set(errors.map(({ rawKey }) => rawKey));
    for (const rawKey of this.entries.keys()) if (!stay.has(rawKey)) this.entries.delete(rawKey);
    for (const error of errors) this.add(error);
  }
}
