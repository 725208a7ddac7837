/** Steps of a memory datastore, played against it and against its naive reference at once. */
import { expect } from 'vitest';
import { isHeliostatError, ParseError } from '../../src/model/errors.js';
import type { Operation } from '../../src/model/client.js';
import type { KVPair } from '../../src/model/kv-pair.js';
import { WatchEventType, type WatchEvent } from '../../src/model/watch.js';
import type { MemoryBackend } from '../../src/datastore/memory/memory-backend.js';
import type { SimulatedClock } from '../../src/ports/simulated-clock.js';
import { textOf, type Content, type Held, type MemoryReference } from './memory-reference.js';

/** Which of its revisions, or identities, an operation insists on. */
type Insistence = 'nothing' | 'current' | 'another';

export type PlayOperation =
  | { readonly op: 'create' | 'update' | 'apply'; readonly key: string; readonly value: unknown; readonly ttl: number | undefined; readonly revision: Insistence; readonly uid: Insistence } // prettier-ignore
  | { readonly op: 'delete'; readonly key: string; readonly revision: Insistence; readonly uid: Insistence };

export type PlayStep =
  | PlayOperation
  | { readonly op: 'transaction'; readonly operations: readonly PlayOperation[] }
  | { readonly op: 'corrupt'; readonly key: string }
  | { readonly op: 'foreign'; readonly isBroken: boolean }
  | { readonly op: 'clean' }
  | { readonly op: 'compact'; readonly back: number }
  | { readonly op: 'pass'; readonly ms: number };

/** `done`, or what was refused: the code, and the key or field that is named. */
type Refusal = string;
type Draft = Map<string, Held>;

/** A pair of the datastore as the reference tells it. */
export function pairText(pair: KVPair): string {
  const { key, value, revision, uid = 'without uid', ttl } = pair;
  const text = textOf({ is: 'object', key, value, revision: Number(revision), uid, ttl });
  return 'ttl' in pair && ttl === undefined ? `${text}, for undefined` : text;
}

/** An entry that cannot be read, as the reference tells it. */
export function brokenText({ key, rawKey, revision }: ParseError): string {
  return key === undefined ? `unknown ${rawKey} at ${revision}` : `malformed ${key} at ${revision}`;
}

/** An event as the reference tells it. */
export function eventText(event: WatchEvent): string {
  switch (event.type) {
    case 'ADDED':
      return `${event.revision} ADDED ${pairText(event.new)}`;
    case 'MODIFIED':
      return `${event.revision} MODIFIED ${event.old === undefined ? 'nothing' : pairText(event.old)} -> ${pairText(event.new)}`;
    case 'DELETED':
      return `${event.revision} DELETED ${'value' in event.old ? pairText(event.old) : event.old.key}`;
    case 'ERROR':
      return `${event.revision} ERROR ${brokenText(event.error)}`;
    case 'BOOKMARK':
      return `${event.revision} BOOKMARK${event.initialListEnd === true ? ' of the list' : ''}`;
    case 'MENDED':
      return `${event.revision} MENDED ${event.rawKey}`;
  }
}

/** What came of it. What is no error of ours is thrown on. */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (isHeliostatError(error)) return [error.code, error.key, error.field].filter((part) => part !== undefined).join(' ');
    throw error;
  }
}

/** What `op` does to the draft, or why it may not. */
function decide(
  draft: Draft,
  before: Content,
  revision: number,
  storeId: string,
  operation: PlayOperation,
): Refusal | readonly Held[] {
  const { op, key } = operation;
  const current = draft.get(key);
  const object = current?.is === 'object' ? current : undefined;
  const known = [...before.values()].filter(({ is }) => is !== 'unknown').map((held) => held.key);
  const isConditional = op === 'delete' && (operation.revision !== 'nothing' || operation.uid !== 'nothing');
  if (op === 'create' && current !== undefined) return `resource-already-exists ${key}`;
  if ((op === 'update' || isConditional) && object === undefined) return `resource-does-not-exist ${key}`;
  if ((op === 'update' || op === 'delete') && object !== undefined) {
    if (operation.revision === 'another') return `resource-update-conflict ${key} revision`;
    if (operation.uid === 'another') return `resource-update-conflict ${key} uid`;
  }
  if (op === 'delete') {
    const gone = known.filter((other) => other === key || other.startsWith(`${key}/`));
    if (gone.length === 0) return `resource-does-not-exist ${key}`;
    const removed = gone.flatMap((other) => draft.get(other) ?? []);
    for (const other of gone) draft.delete(other);
    return removed.filter(({ is }) => is === 'object').toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }
  const { value, ttl } = operation;
  if (ttl !== undefined && !(ttl > 0 && ttl < Infinity)) return `invalid ${key} ttl`;
  const uid = op === 'create' ? undefined : object?.uid;
  const written: Held = { is: 'object', key, value, revision, uid: uid ?? `${storeId}.${revision}`, ttl };
  draft.set(key, written);
  return [written];
}

/** Whether two operations of one transaction touch one key, or one what another deletes. */
function overlap(operations: readonly PlayOperation[]): boolean {
  return operations.some((a, index) =>
    operations.some((b, other) => index !== other && (a.key === b.key || (a.op === 'delete' && b.key.startsWith(`${a.key}/`)))),
  );
}

export class MemoryPlay {
  private readonly store: MemoryBackend;
  private readonly reference: MemoryReference;
  private readonly clock: SimulatedClock;

  constructor(store: MemoryBackend, reference: MemoryReference, clock: SimulatedClock) {
    this.store = store;
    this.reference = reference;
    this.clock = clock;
  }

  async perform(step: PlayStep): Promise<void> {
    const { store, reference, clock } = this;
    switch (step.op) {
      case 'pass':
        await clock.advance(step.ms);
        return this.expire(clock.now());
      case 'compact': {
        const target = Math.max(1, reference.head - step.back);
        expect(await refusalOf(store.compact(String(target)))).toBe(target > reference.head ? 'revision-too-new' : 'done');
        if (target > reference.head) return;
        reference.compacted = Math.max(reference.compacted, target);
        return;
      }
      case 'clean':
        await store.clean();
        if (reference.now.size > 0) reference.commit(clock.now(), new Map());
        return;
      case 'foreign':
        return this.writeForeign(step.isBroken);
      case 'corrupt':
        await store.corrupt(step.key, '{"half":');
        return this.commit((draft, revision) => draft.set(step.key, { is: 'malformed', key: step.key, revision }));
      default:
        return this.operate(step.op === 'transaction' ? step.operations : [step], step.op === 'transaction');
    }
  }

  private commit(change: (draft: Draft, revision: number) => void): void {
    const draft = new Map(this.reference.now);
    change(draft, this.reference.head + 1);
    this.reference.commit(this.clock.now(), draft);
  }

  /** An entry that somebody else has written, of which not even the key can be read; or it can be read again. */
  private writeForeign(isBroken: boolean): void {
    const rawKey = '/a/1/foreign';
    if (!isBroken && !this.reference.now.has(rawKey)) return;
    this.store.write(({ malformed, notify, revision }) => {
      const error = new ParseError('x', { rawKey, revision });
      if (isBroken) malformed.set(rawKey, error);
      else malformed.delete(rawKey);
      notify(isBroken ? { type: WatchEventType.Error, revision, error } : { type: WatchEventType.Mended, revision, rawKey });
    });
    this.commit((draft, revision) =>
      isBroken ? draft.set(rawKey, { is: 'unknown', key: rawKey, revision }) : draft.delete(rawKey),
    );
  }

  private expire(now: number): void {
    for (let next = this.reference.nextExpiry(now); next !== undefined; next = this.reference.nextExpiry(now)) {
      const [key, at] = next;
      const draft = new Map(this.reference.now);
      draft.delete(key);
      this.reference.commit(at, draft);
    }
  }

  private async operate(operations: readonly PlayOperation[], isTransaction: boolean): Promise<void> {
    const { store, reference } = this;
    const draft = new Map(reference.now);
    let refusal: Refusal | undefined = isTransaction && overlap(operations) ? 'overlap' : undefined;
    const expected: (readonly string[])[] = [];
    for (const operation of operations) {
      if (refusal !== undefined) break;
      const outcome = decide(draft, reference.now, reference.head + 1, store.storeId, operation);
      if (typeof outcome === 'string') refusal = outcome;
      else expected.push(outcome.map(textOf));
    }
    const asked = operations.map((operation) => this.asked(operation));
    let results: readonly (readonly KVPair[])[] = [];
    let revision: string | undefined;
    const work = async (): Promise<void> => {
      const [only] = asked;
      if (isTransaction) ({ results, revision } = await store.transaction(asked));
      else if (only?.op === 'delete') {
        const deleted = await store.delete(only.key, only);
        [results, revision] = [[deleted.items], deleted.revision];
      } else if (only !== undefined) results = [[await store[only.op](only.object)]];
    };
    const answer = await refusalOf(work());
    if (refusal === 'overlap') return expect(answer).toMatch(/^invalid \/\S+ operations$/);
    expect(answer).toBe(refusal ?? 'done');
    if (refusal !== undefined) return;
    expect(results.map((pairs) => pairs.map(pairText))).toEqual(expected);
    if (revision !== undefined) expect(revision).toBe(String(operations.length === 0 ? reference.head : reference.head + 1));
    if (operations.length > 0) reference.commit(this.clock.now(), draft);
  }

  /** The operation as the datastore is asked for it. */
  private asked({ revision, uid, ...operation }: PlayOperation): Operation {
    const current = this.reference.now.get(operation.key);
    const known = current?.is === 'object' ? current : { revision: 1, uid: 'nobody' };
    const conditions = {
      ...(revision === 'nothing' ? {} : { revision: revision === 'current' ? String(known.revision) : '999' }),
      ...(uid === 'nothing' ? {} : { uid: uid === 'current' ? known.uid : 'somebody else' }),
    };
    if (operation.op === 'delete') return { op: 'delete', key: operation.key, ...conditions };
    const { op, key, value, ttl } = operation;
    return { op, object: { key, value, ...(ttl === undefined ? {} : { ttl }), ...conditions } };
  }
}
