/** Numbers as texts that are in the order of the numbers, so that they can be keys of an ObjectTree. */

const double = new DataView(new ArrayBuffer(8));
const signBit = 1n << 63n;
const allBits = (1n << 64n) - 1n;

/** 16 characters for any number but NaN, infinities included. Different numbers have different texts; 0 and -0 are one number. */
export function orderedText(value: number): string {
  double.setFloat64(0, value === 0 ? 0 : value);
  const bits = double.getBigUint64(0);
  // The bits of positive doubles are in their order already; those of negative ones are in the opposite order.
  const ordered = value < 0 ? ~bits & allBits : bits | signBit;
  return ordered.toString(16).padStart(16, '0');
}
