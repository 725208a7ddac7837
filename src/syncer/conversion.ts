/**
 * How the objects of a resource type become what it shows: as they are, or through a processor.
 *
 * A processor is somebody else's code with a memory of its own. It is called with one object at a time and never twice at once; when
 * it throws, that object is at fault and no other. After a list it begins anew and is given every object in key order, and only the
 * difference of the results as sets is shown: what it says meanwhile, and in which order the datastore listed, makes no difference.
 */
import { deepEqual } from 'fast-equals';
import { checkKey } from '../model/key-format.js';
import type { Key } from '../model/key.js';
import type { KVPair } from '../model/kv-pair.js';
import type { KVChange, PartialResult, SyncerUpdateProcessor } from '../model/resource-type.js';
import { emptyTree, type Change, type ObjectTree } from '../store/object-tree.js';
import { freezePlainData } from '../store/plain-data.js';
import { replaceAll, transact, type Commit, type TreeDraft } from '../store/transact.js';

/** Turns what happened to the objects into what happened to what is shown. */
export interface Conversion<In, Out> {
  /** The objects have changed. */
  apply(objects: Commit<KVPair<In>>): Commit<KVPair<Out>>;
  /** The objects have been listed: these are all. */
  replace(objects: Commit<KVPair<In>>): Commit<KVPair<Out>>;
}

/** What a processor did not manage. `key` is that of the object; undefined when it did not get as far. */
type ConversionFailed = (key: Key | undefined, error: Error) => void;

/** Shows the objects as they are. */
export function passThroughConversion<V>(): Conversion<V, V> {
  return { apply: (objects) => objects, replace: (objects) => objects };
}

export interface ProcessorConversionOptions<In, Out> {
  readonly processor: SyncerUpdateProcessor<In, Out>;
  /** What to show for an object that cannot be converted. */
  readonly onMalformed: 'keepLast' | 'delete';
  readonly onFailed: ConversionFailed;
  /** What went wrong with an object does not any more, or the object is gone. */
  readonly onMended: (key: Key, error: Error) => void;
}

/** Shows what a processor makes of the objects. */
export class ProcessorConversion<In, Out> implements Conversion<In, Out> {
  private readonly options: ProcessorConversionOptions<In, Out>;
  private outputs: ObjectTree<KVPair<Out>> = emptyTree();
  private readonly failing = new Map<Key, Error>();

  constructor(options: ProcessorConversionOptions<In, Out>) {
    this.options = options;
  }

  apply(objects: Commit<KVPair<In>>): Commit<KVPair<Out>> {
    return this.commit(
      transact(this.outputs, (draft) => {
        for (const change of objects.changes) {
          for (const result of this.process(change) ?? this.withdraw(change)) put(draft, result);
        }
      }),
    );
  }

  replace(objects: Commit<KVPair<In>>): Commit<KVPair<Out>> {
    this.restart();
    const next = new Map<Key, KVPair<Out>>();
    const failed = new Set<Key>();
    for (const [key, after] of objects.after) {
      const results = this.process({ key, before: undefined, after });
      if (results === undefined) failed.add(key);
      for (const result of results ?? []) {
        if (result.pair === undefined) next.delete(result.key);
        else next.set(result.key, result.pair);
      }
    }
    for (const key of this.failing.keys()) if (!objects.after.has(key)) this.mend(key);
    if (failed.size > 0 && this.options.onMalformed === 'keepLast') {
      for (const [key, pair] of this.outputs) if (failed.has(sourceOf(pair)) && !next.has(key)) next.set(key, pair);
    }
    const entries = [...next].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return this.commit(replaceAll(this.outputs, entries, isSameOutput));
  }

  private commit(commit: Commit<KVPair<Out>>): Commit<KVPair<Out>> {
    this.outputs = commit.after;
    return commit;
  }

  private restart(): void {
    try {
      this.options.processor.onSyncerStarting();
    } catch (error) {
      this.options.onFailed(undefined, asError(error));
    }
  }

  /** What the processor makes of one change; undefined when it threw. What went wrong is reported. */
  private process(change: Change<KVPair<In>>): readonly Result<Out>[] | undefined {
    const { results, error } = this.ask(change);
    this.settle(change.key, error, change.after === undefined);
    return results;
  }

  private ask({ key, before, after }: Change<KVPair<In>>): Answer<Out> {
    const uid = (after ?? before)?.uid;
    const change: KVChange<In> = {
      key,
      value: after === undefined ? null : after.value,
      ...(after?.revision === undefined ? {} : { revision: after.revision }),
      ...(uid === undefined ? {} : { uid }),
    };
    try {
      const answer = this.options.processor.process(change);
      const isPartial = !Array.isArray(answer);
      const { changes, error } = isPartial
        ? (answer as PartialResult<Out>)
        : { changes: answer as readonly KVChange<Out>[], error: undefined };
      return { results: changes.map((output) => resultOf(output, change)), error };
    } catch (error) {
      return { results: undefined, error: asError(error) };
    }
  }

  private settle(key: Key, error: Error | undefined, isGone: boolean): void {
    if (error === undefined) return this.mend(key);
    this.failing.set(key, error);
    this.options.onFailed(key, error);
    if (isGone) this.mend(key);
  }

  private mend(key: Key): void {
    const error = this.failing.get(key);
    if (error === undefined) return;
    this.failing.delete(key);
    this.options.onMended(key, error);
  }

  /** What cannot be converted is kept as it was, or is absent: then the processor must know, for what it says of other objects. */
  private withdraw({ key, before }: Change<KVPair<In>>): readonly Result<Out>[] {
    if (this.options.onMalformed === 'keepLast' || before === undefined) return [];
    return this.ask({ key, before, after: undefined }).results ?? [];
  }
}

/** What a processor said; no results when it threw. */
interface Answer<V> {
  readonly results: readonly Result<V>[] | undefined;
  readonly error: Error | undefined;
}

/** One thing that a processor said: show this pair at the key, or nothing. */
interface Result<V> {
  readonly key: Key;
  readonly pair: KVPair<V> | undefined;
}

function resultOf<In, Out>(output: KVChange<Out>, change: KVChange<In>): Result<Out> {
  const key = checkKey(output.key);
  const { value } = output;
  if (value === null || value === undefined) return { key, pair: undefined };
  if (!Object.is(value, change.value)) freezePlainData(value);
  const { revision = change.revision, uid = change.uid, source = change.key } = output;
  const pair: KVPair<Out> = {
    key,
    value,
    ...(revision === undefined ? {} : { revision }),
    ...(uid === undefined ? {} : { uid }),
    ...(source === key ? {} : { source }),
  };
  return { key, pair: Object.freeze(pair) };
}

function put<V>(draft: TreeDraft<KVPair<V>>, { key, pair }: Result<V>): void {
  const before = draft.get(key);
  if (pair === undefined) draft.delete(key);
  else if (before === undefined || !isSameOutput(before, pair)) draft.set(key, pair);
}

/**
 * Whether nobody could tell the two apart. The revision alone is not enough: two objects written by one transaction share it, and a
 * processor may answer differently to the same object when others have changed.
 */
function isSameOutput<V>(a: KVPair<V>, b: KVPair<V>): boolean {
  return a.revision === b.revision && a.uid === b.uid && a.source === b.source && deepEqual(a.value, b.value);
}

function sourceOf<V>(pair: KVPair<V>): Key {
  return pair.source ?? pair.key;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(`A processor threw something that is no Error: ${String(thrown)}`, { cause: thrown });
}
