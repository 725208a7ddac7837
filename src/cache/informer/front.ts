/**
 * Finds what came first in a Map or a Set that is emptied from its front, each time in the time of one entry: to look for it from the
 * beginning is to walk past everything that was taken out before.
 */
export class Front<V> {
  private readonly source: { readonly size: number; values(): Iterable<V> };
  private readonly isIn: (value: V) => boolean;
  /** What there was when it was last looked at, the first at the end. */
  private round: V[] = [];

  /**
   * @param source the values, in order.
   * @param isIn whether a value is still there, and was not taken out and put in again.
   */
  constructor(source: { readonly size: number; values(): Iterable<V> }, isIn: (value: V) => boolean) {
    this.source = source;
    this.isIn = isIn;
  }

  /** The first; undefined when there is none. It must be taken out then: it is not found again in this round. */
  first(): V | undefined {
    const found = this.firstOfRound();
    if (found !== undefined || this.source.size === 0) return found;
    this.round = [...this.source.values()].toReversed();
    return this.firstOfRound();
  }

  /** There is nothing any more. */
  clear(): void {
    this.round = [];
  }

  private firstOfRound(): V | undefined {
    for (let value = this.round.pop(); value !== undefined; value = this.round.pop()) if (this.isIn(value)) return value;
    return undefined;
  }
}
