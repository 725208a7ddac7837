/** The states of one selection, by their fingerprints: where a picture is found without looking at its objects. */
import type { Key } from '../../model/key.js';
import type { ListOptions } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import { Fingerprint } from './fingerprint.js';
import { selects } from './selection.js';
import type { Version } from './version.js';

/** An object as far as a state consists of it. */
export interface Piece {
  readonly hash: string | null;
  readonly revision?: Revision | undefined;
}

/**
 * The states that a selection was in. A key that ever held an entry that cannot be read is left out of all of them: what is shown for
 * it is no state of the datastore.
 */
export class TruthView {
  /** Keys that are left out, in the order in which they came to be. */
  readonly excluded: Key[] = [];
  private readonly list: ListOptions;
  private readonly left = new Set<Key>();
  private readonly steps: { readonly key: Key; readonly before: Version | undefined; readonly after: Version | undefined }[] = [];
  private exact = new StateIndex();
  private byValue = new StateIndex();

  constructor(list: ListOptions) {
    this.list = list;
    this.mark(-1);
  }

  /** Whether the selection is about `key`. */
  covers(key: Key): boolean {
    return selects(this.list, key);
  }

  take(key: Key, after: Version | undefined, before: Version | undefined): void {
    if (!selects(this.list, key)) return;
    this.steps.push({ key, before, after });
    if (after?.isMalformed === true && !this.left.has(key)) this.exclude(key);
    else if (!this.left.has(key)) this.apply(key, before, after);
  }

  /** Where the picture was a state of the selection, at `from` or later: the first position. Undefined when it never was. */
  find(picture: PictureSum, from: number): number | undefined {
    const { index, sum } = this.indexFor(picture);
    return index.find(sum, from);
  }

  /** Whether the picture is the state at `position`. */
  isAt(picture: PictureSum, position: number): boolean {
    const { index, sum } = this.indexFor(picture);
    return index.at(position) === sum;
  }

  private indexFor(picture: PictureSum): { readonly index: StateIndex; readonly sum: number } {
    // Where some object has no revision, values alone must do.
    return picture.isExact ? { index: this.exact, sum: picture.exact.value } : { index: this.byValue, sum: picture.byValue.value };
  }

  private exclude(key: Key): void {
    this.left.add(key);
    this.excluded.push(key);
    this.exact = new StateIndex();
    this.byValue = new StateIndex();
    this.mark(-1);
    for (const { key: other, before, after } of this.steps) if (!this.left.has(other)) this.apply(other, before, after);
  }

  private apply(key: Key, before: Version | undefined, after: Version | undefined): void {
    for (const version of [before, after]) {
      if (version === undefined || version.hash === null) continue;
      this.exact.sum.toggle(exactText(key, version));
      this.byValue.sum.toggle(valueText(key, version));
    }
    this.mark(after?.position ?? 0);
  }

  private mark(position: number): void {
    this.exact.mark(position);
    this.byValue.mark(position);
  }
}

/** The fingerprints of a picture, kept up to date by whoever changes it. */
export class PictureSum {
  readonly exact: Fingerprint = new Fingerprint();
  readonly byValue: Fingerprint = new Fingerprint();
  private withoutRevision = 0;

  /** Whether every object in it has a revision. */
  get isExact(): boolean {
    return this.withoutRevision === 0;
  }

  copy(): PictureSum {
    const copy = new PictureSum();
    copy.exact.toggleAll(this.exact);
    copy.byValue.toggleAll(this.byValue);
    copy.withoutRevision = this.withoutRevision;
    return copy;
  }

  add(key: Key, piece: Piece): void {
    this.toggle(key, piece, 1);
  }

  remove(key: Key, piece: Piece): void {
    this.toggle(key, piece, -1);
  }

  private toggle(key: Key, piece: Piece, sign: 1 | -1): void {
    if (piece.revision === undefined) this.withoutRevision += sign;
    this.exact.toggle(exactText(key, piece));
    this.byValue.toggle(valueText(key, piece));
  }
}

/** Which fingerprints there were, and when. */
class StateIndex {
  readonly sum = new Fingerprint();
  private readonly positions: number[] = [];
  private readonly sums: number[] = [];
  private readonly places = new Map<number, number[]>();

  /** The state at `position` is the sum as it is now. */
  mark(position: number): void {
    const { value } = this.sum;
    if (this.positions.at(-1) === position) {
      this.positions.pop();
      const last = this.sums.pop();
      if (last !== undefined) this.places.get(last)?.pop();
    }
    const place = this.positions.push(position) - 1;
    this.sums.push(value);
    const places = this.places.get(value);
    if (places === undefined) this.places.set(value, [place]);
    else places.push(place);
  }

  find(sum: number, from: number): number | undefined {
    const first = this.placeAt(from); // the state that stood then may be the one
    const places = this.places.get(sum) ?? [];
    let [low, high] = [-1, places.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((places[middle] ?? 0) < first) low = middle;
      else high = middle;
    }
    const place = places[high];
    return place === undefined ? undefined : Math.max(this.positions[place] ?? 0, from);
  }

  at(position: number): number | undefined {
    return this.sums[this.placeAt(position)];
  }

  private placeAt(position: number): number {
    let [low, high] = [0, this.positions.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.positions[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return low;
  }
}

function exactText(key: Key, { hash, revision = '' }: Piece): string {
  return JSON.stringify([key, hash, revision]);
}

function valueText(key: Key, { hash }: Piece): string {
  return JSON.stringify([key, hash]);
}
