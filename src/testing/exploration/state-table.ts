/** The states that have been seen: a hash table in typed arrays, since millions of strings would not fit. */

/** 64 bits of hash: two lanes of 32. Two different ones among ten million texts collide with a probability of about 1 in 370,000. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

const empty = -1;

/** Numbers texts by their hash, from 0, in the order in which they come. */
export class StateTable {
  private mask: number;
  private high: Int32Array;
  private low: Int32Array;
  private ids: Int32Array;
  private count = 0;

  constructor(bits = 16) {
    this.mask = 2 ** bits - 1;
    this.high = new Int32Array(2 ** bits);
    this.low = new Int32Array(2 ** bits);
    this.ids = new Int32Array(2 ** bits).fill(empty);
  }

  get size(): number {
    return this.count;
  }

  /** How much memory it holds. */
  get bytes(): number {
    return this.high.byteLength + this.low.byteLength + this.ids.byteLength;
  }

  /** The number of `text`: that of an earlier call, or the next one, which is `size` before the call. */
  number(text: string): number {
    return this.numberOf(hashOf(text));
  }

  private numberOf({ high, low }: Hash): number {
    let slot = low & this.mask;
    for (let id = this.ids[slot] ?? empty; id !== empty; id = this.ids[slot] ?? empty) {
      if (this.high[slot] === high && this.low[slot] === low) return id;
      slot = (slot + 1) & this.mask;
    }
    const id = this.count++;
    this.put(slot, high, low, id);
    if (this.count * 10 > this.mask * 6) this.grow();
    return id;
  }

  private put(slot: number, high: number, low: number, id: number): void {
    this.high[slot] = high;
    this.low[slot] = low;
    this.ids[slot] = id;
  }

  private grow(): void {
    const { high, low, ids } = this;
    const size = (this.mask + 1) * 2;
    this.mask = size - 1;
    this.high = new Int32Array(size);
    this.low = new Int32Array(size);
    this.ids = new Int32Array(size).fill(empty);
    for (const [old, id] of ids.entries()) {
      if (id === empty) continue;
      const lowBits = low[old] ?? 0;
      let slot = lowBits & this.mask;
      while (this.ids[slot] !== empty) slot = (slot + 1) & this.mask;
      this.put(slot, high[old] ?? 0, lowBits, id);
    }
  }
}

/** Mixed to the last bit (the finaliser of MurmurHash3): a hash whose lower bits repeat makes a table crawl. */
export function hashOf(text: string): Hash {
  let high = 0x41c6ce57;
  let low = 0x9e3779b1 | 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x5bd1e995);
    low = Math.imul(low ^ code, 0x85ebca6b);
    low ^= low >>> 15;
  }
  return { high: mixed(high ^ Math.imul(low, 0x9e3779b1)), low: mixed(low ^ Math.imul(high, 0xc2b2ae35)) };
}

function mixed(bits: number): number {
  let hash = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
