/**
 * Values of keys. A controller tells an object that is wanted again from one that is only equal to it, so the log does: the first time an
 * object is written it gets a number, and from then on the number stands for it.
 */
import { freezePlainData } from '../../store/plain-data.js';
import { decode, encode, type Encoded } from './values.js';

interface Numbered {
  readonly $value: number;
  /** Absent: it was written before. */
  readonly is?: unknown;
}

/** Numbers objects that are written. */
export class ValueWriter {
  private readonly numbers = new WeakMap<object, number>();
  private next = 0;

  /** @param value plain data, or null. */
  write(value: unknown): Encoded {
    if (typeof value !== 'object' || value === null) return encode(value);
    const known = this.numbers.get(value);
    if (known !== undefined) return { $value: known } satisfies Numbered;
    const number = this.next++;
    this.numbers.set(value, number);
    return { $value: number, is: encode(value) } satisfies Numbered;
  }
}

/** Gives the same object for the same number. */
export class ValueReader {
  private readonly values = new Map<number, unknown>();

  read(encoded: Encoded): unknown {
    if (typeof encoded !== 'object' || encoded === null || !('$value' in encoded)) return decode(encoded);
    const { $value, is } = encoded as Numbered; // as a ValueWriter wrote it
    if (is !== undefined) this.values.set($value, freezePlainData(decode(is)));
    return this.values.get($value);
  }
}
