/** A datastore as the operations of its clients see it, for the search of an order: what each may answer in each state. */
import type { Key } from '../../model/key.js';
import type { CallBeganRecord, CalledOperation, CallFailedRecord, CallReturnedRecord, ListedItem } from '../history/record.js';
import { Fingerprint } from './fingerprint.js';
import type { Searchable } from './order-search.js';

/** An object as far as it is known: what was written with an unknown outcome has no revision until somebody sees one. */
interface Held {
  readonly hash: string | undefined;
  readonly revision: string | undefined;
  readonly uid: string | undefined;
}

type Undo = () => void;

/** The answer of an operation; undefined where it is not known. */
export type Answer = CallReturnedRecord | CallFailedRecord | undefined;

const judged: ReadonlySet<string> = new Set(['resource-already-exists', 'resource-does-not-exist', 'resource-update-conflict']);
const harmless: ReadonlySet<string> = new Set([
  'datastore-unavailable',
  'datastore-throttled',
  'unauthorized',
  'invalid',
  'operation-not-supported',
  'closed',
  'api-missing',
  'malformed',
  'revision-compacted',
  'revision-too-new',
  'stale-list',
]);

/** What is known of an answer: something to be explained, nothing, or that something may have been done. */
export function weigh(began: CallBeganRecord, answer: Answer): 'certain' | 'void' | 'uncertain' {
  if (answer?.kind === 'call.returned') return began.op === 'get' && began.exact !== undefined ? 'void' : 'certain';
  if (answer !== undefined && judged.has(answer.code)) return began.exact === undefined ? 'certain' : 'void';
  return began.op === 'get' || (answer !== undefined && harmless.has(answer.code)) ? 'void' : 'uncertain';
}

export class StoreModel implements Searchable {
  private readonly objects = new Map<Key, Held>();
  private readonly sum = new Fingerprint();
  private readonly compare: (a: string, b: string) => number | undefined;
  /** The revision of the last write that is known. */
  private last: string | undefined;

  constructor(items: Iterable<ListedItem>, compare: (a: string, b: string) => number | undefined) {
    this.compare = compare;
    for (const { key, hash, revision, uid } of items) this.set(key, { hash, revision, uid });
  }

  get fingerprint(): number {
    return this.sum.value;
  }

  /** Does what an operation asks, if that explains its answer. */
  perform(began: CallBeganRecord, answer: Answer): Undo | undefined {
    if (began.op === 'get') return this.get(began.key ?? '', answer);
    if (answer?.kind === 'call.failed' && judged.has(answer.code)) return this.fails(began, answer.code) ? nothing : undefined;
    return this.write(began, answer?.kind === 'call.returned' ? answer : undefined);
  }

  private get(key: Key, answer: Answer): Undo | undefined {
    const held = this.objects.get(key);
    if (answer?.kind !== 'call.returned') return held === undefined ? nothing : undefined;
    const [item] = answer.items;
    return held !== undefined && item !== undefined ? this.see(key, held, item) : undefined;
  }

  private write({ op, operations = [] }: CallBeganRecord, answer: CallReturnedRecord | undefined): Undo | undefined {
    const revision = answer?.revision;
    const order = revision === undefined || this.last === undefined ? 1 : (this.compare(revision, this.last) ?? 1);
    const isWrite = op !== 'clean' && !(op === 'transaction' && operations.length === 0);
    if (isWrite && order < 0) return undefined; // revisions grow
    const undos: Undo[] = [];
    const undo = (): void => {
      for (const one of undos.toReversed()) one();
    };
    if (op === 'clean') for (const key of this.objects.keys()) undos.push(this.set(key, undefined));
    const last = this.last;
    if (revision !== undefined && isWrite) {
      this.last = revision;
      undos.push(() => void (this.last = last));
    }
    for (const operation of operations) {
      const step = this.failureOf(operation).length === 0 ? this.step(operation, answer) : undefined;
      if (step === undefined) {
        undo();
        return undefined;
      }
      undos.push(step);
    }
    return undo;
  }

  private step(operation: CalledOperation, answer: CallReturnedRecord | undefined): Undo | undefined {
    const { op, key, hash } = operation;
    if (op !== 'delete') {
      const item = answer?.items.find((one) => one.key === key);
      return this.set(key, { hash: item?.hash ?? hash, revision: item?.revision ?? answer?.revision, uid: item?.uid });
    }
    const gone = this.at(key);
    const told = answer?.items.filter((item) => isAtOrBelow(item.key, key));
    if (told !== undefined && told.length !== gone.length) return undefined;
    const undos: Undo[] = [];
    for (const [itsKey, held] of gone) {
      const item = told?.find((one) => one.key === itsKey);
      const seen = told === undefined ? nothing : item === undefined ? undefined : this.see(itsKey, held, item);
      if (seen === undefined) {
        for (const undo of undos.toReversed()) undo();
        return undefined;
      }
      undos.push(seen, this.set(itsKey, undefined));
    }
    return () => {
      for (const undo of undos.toReversed()) undo();
    };
  }

  private fails({ operations = [] }: CallBeganRecord, code: string): boolean {
    return operations.some((operation) => this.failureOf(operation).includes(code) || this.mayConflict(operation, code));
  }

  /** The codes with which an operation must fail: any of them. None: it must succeed. */
  private failureOf({ op, key, expected, expectedUid }: CalledOperation): readonly string[] {
    const held = this.objects.get(key);
    if (op === 'create') return held === undefined ? [] : ['resource-already-exists'];
    if (op === 'apply') return [];
    const isThere = op === 'delete' ? this.at(key).length > 0 : held !== undefined;
    if (!isThere) return ['resource-does-not-exist'];
    if (held === undefined) return [];
    const isOther = expected !== undefined && held.revision !== undefined && held.revision !== expected;
    const isAnother = expectedUid !== undefined && held.uid !== undefined && held.uid !== expectedUid;
    return isOther || isAnother ? ['resource-update-conflict'] : [];
  }

  /** Where it is not known what an operation met, it may have met something else. */
  private mayConflict({ key, expected, expectedUid }: CalledOperation, code: string): boolean {
    const held = this.objects.get(key);
    if (code !== 'resource-update-conflict' || (expected === undefined && expectedUid === undefined)) return false;
    return held === undefined
      ? this.at(key).length > 0
      : (expected !== undefined && held.revision === undefined) || (expectedUid !== undefined && held.uid === undefined);
  }

  /** Somebody was shown `item` where `held` is: what was not known of it is now. */
  private see(key: Key, held: Held, { hash, revision, uid }: ListedItem): Undo | undefined {
    if (!isCompatible(held.hash, hash) || !isCompatible(held.revision, revision) || !isCompatible(held.uid, uid)) return undefined;
    if (held.revision !== undefined || revision === undefined) return nothing;
    return this.set(key, { hash, revision, uid: uid ?? held.uid });
  }

  private at(key: Key): readonly (readonly [Key, Held])[] {
    return [...this.objects].filter(([other]) => isAtOrBelow(other, key));
  }

  private set(key: Key, held: Held | undefined): Undo {
    const before = this.objects.get(key);
    this.put(key, before, held);
    return () => this.put(key, held, before);
  }

  private put(key: Key, before: Held | undefined, after: Held | undefined): void {
    if (before !== undefined) this.sum.toggle(JSON.stringify([key, before.hash, before.revision ?? null]));
    if (after !== undefined) this.sum.toggle(JSON.stringify([key, after.hash, after.revision ?? null]));
    if (after === undefined) this.objects.delete(key);
    else this.objects.set(key, after);
  }
}

/** Whether `key` is `ancestor` or lies below it. */
export function isAtOrBelow(key: Key, ancestor: Key): boolean {
  return key === ancestor || key.startsWith(`${ancestor}/`);
}

/** Whether both may be the same, as far as they are known. */
function isCompatible(known: string | undefined, shown: string | undefined): boolean {
  return known === undefined || shown === undefined || known === shown;
}

function nothing(): void {}
