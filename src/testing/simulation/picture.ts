/** What somebody has who believes every update, and whether the updates make sense (I4, I5, S5). */
import type { Key, Update } from '../../index.js';
import { Digest, entryText } from './digest.js';
import { kindOf } from './truth.js';

/** One thing that is shown. */
export interface Shown {
  readonly value: unknown;
  readonly revision: string | undefined;
  readonly uid: string | undefined;
  readonly source: Key | undefined;
}

export class Picture {
  readonly entries: Map<Key, Shown> = new Map();
  private readonly digests = new Map<string, Digest>();
  private readonly leftOut: (kind: string) => ReadonlySet<Key> | undefined;
  private readonly violate: (id: string, message: string) => void;

  /** @param leftOut the keys of a kind that do not count for its fingerprint. */
  constructor(leftOut: (kind: string) => ReadonlySet<Key> | undefined, violate: (id: string, message: string) => void) {
    this.leftOut = leftOut;
    this.violate = violate;
  }

  /** Takes a batch in. Returns the kinds that it touched. */
  take(batch: readonly Update[]): ReadonlySet<string> {
    const kinds = new Set<string>();
    if (batch.length === 0) this.violate('I7', 'A batch is empty.');
    const keys = new Set<Key>();
    for (const update of batch) {
      if (keys.has(update.key)) this.violate('D3', `One batch tells of ${update.key} twice.`);
      keys.add(update.key);
      this.apply(update);
      kinds.add(kindOf(update.key));
    }
    return kinds;
  }

  digestOf(kind: string): string {
    return (this.digests.get(kind) ?? new Digest()).toString();
  }

  private apply(update: Update): void {
    const { key, type, value } = update;
    const known = this.entries.get(key);
    if ((type === 'new') !== (known === undefined)) {
      this.violate('I4', `${key} is told as ${type}, and the consumer ${known === undefined ? 'does not have' : 'has'} it.`);
    }
    if ((type === 'deleted') !== (value === null))
      this.violate('I5', `${key} is told as ${type} with ${value === null ? 'no' : 'a'} value.`);
    if (update.type !== 'new' && update.type !== 'deleted' && update.type !== 'updated') return;
    if (update.type !== 'new') this.checkPrevious(update, known);
    if (known !== undefined) this.toggle(key, known.value);
    if (update.type === 'deleted') {
      this.entries.delete(key);
      return;
    }
    this.toggle(key, value);
    this.entries.set(key, shownBy(update));
  }

  private checkPrevious(update: Extract<Update, { readonly previous: unknown }>, known: Shown | undefined): void {
    const { key, previous } = update;
    if (known !== undefined && (previous.value !== known.value || previous.revision !== known.revision)) {
      this.violate('I4', `${key} was ${JSON.stringify(previous.value)}, says the update; ${JSON.stringify(known.value)} was told.`);
    }
    if (update.type !== 'updated') return;
    const isAnother = update.uid !== undefined && known?.uid !== undefined && update.uid !== known.uid;
    if (update.recreated !== isAnother)
      this.violate('R12', `${key} is told with recreated: ${update.recreated}, its uid tells otherwise.`);
    const now = shownBy(update);
    if (known !== undefined && (['value', 'revision', 'uid', 'source'] as const).every((name) => known[name] === now[name])) {
      this.violate('I6', `${key} is told twice in the same state.`);
    }
  }

  private toggle(key: Key, value: unknown): void {
    const kind = kindOf(key);
    if (this.leftOut(kind)?.has(key) === true) return;
    const digest = this.digests.get(kind) ?? new Digest();
    this.digests.set(kind, digest);
    digest.toggle(entryText(key, value));
  }
}

function shownBy({ value, revision, uid, source }: Update): Shown {
  return { value, revision, uid, source };
}
