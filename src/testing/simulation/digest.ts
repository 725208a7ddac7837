/** A fingerprint of a set of entries, which follows the set entry by entry. */

/** 64 bits of the entries that are in it, whatever order they came in. Two sets that differ have the same one by accident only. */
export class Digest {
  private low = 0;
  private high = 0;

  /** Puts an entry in that is not there, or takes one out that is. */
  toggle(entry: string): void {
    let low = 0xdeadbeef;
    let high = 0x41c6ce57;
    for (let index = 0; index < entry.length; index++) {
      const code = entry.charCodeAt(index);
      low = Math.imul(low ^ code, 2_654_435_761);
      high = Math.imul(high ^ code, 1_597_334_677);
    }
    low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
    high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
    this.low ^= low;
    this.high ^= high;
  }

  toString(): string {
    return `${(this.high >>> 0).toString(36)}.${(this.low >>> 0).toString(36)}`;
  }
}

/** The fingerprint of no entries. */
export const emptyDigest: string = new Digest().toString();

/** One entry of a picture, as it goes into a digest. */
export function entryText(key: string, value: unknown): string {
  return `${key}\n${JSON.stringify(value)}`;
}
