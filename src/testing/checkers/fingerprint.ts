/** A set of texts as one number, which changes with each text that is added or taken away and does not depend on their order. */

/** Two sets with the same fingerprint are the same set, but for one chance in about 2⁵². */
export class Fingerprint {
  private a = 0;
  private b = 0;

  /** Adds `text`, or takes it away when it is there. */
  toggle(text: string): void {
    let a = 0x811c9dc5;
    let b = 0x9e3779b9;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul((b << 13) | (b >>> 19), 5) ^ Math.imul(code + 0x7f4a7c15, 0x85ebca6b);
    }
    this.a ^= mixed(a ^ (b >>> 3));
    this.b ^= mixed(b + Math.imul(a, 0xc2b2ae35));
  }

  /** Adds everything that `other` has and this one has not, and takes away what both have. */
  toggleAll(other: Fingerprint): void {
    this.a ^= other.a;
    this.b ^= other.b;
  }

  get value(): number {
    return (this.a >>> 0) * 2 ** 21 + (this.b & 0x1fffff);
  }
}

function mixed(hash: number): number {
  let value = hash;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
