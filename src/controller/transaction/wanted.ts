/** What a transaction is to bring about: what handlers want, with external configuration merged over it. */
import { isSameData } from '../southbound/same-data.js';
import type { ExternalMerger } from '../external/merger.js';
import { keysOf, type ExternalLayers } from '../external/layers.js';
import { keptFor, type WantedValue } from '../kit/ownership.js';
import { replaceAll, transact } from '../../store/transact.js';
import type { ObjectTree } from '../../store/object-tree.js';
import type { ControllerState } from '../loop/state.js';
import type { TransactionDraft } from './draft.js';

/** A source of external configuration that was left out of a key. */
interface MergeProblem {
  readonly key: string;
  readonly source: string;
  readonly error: Error;
}

/** What is to be committed. */
export interface MergedTransaction {
  /** In key order; null: nothing is wanted. */
  readonly values: ReadonlyMap<string, unknown>;
  /** The sources that were merged over a key. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly MergeProblem[];
}

/** What merging reads. */
export interface MergeInput {
  readonly state: Pick<ControllerState, 'external' | 'internal'>;
  readonly merger: ExternalMerger;
  readonly draft: TransactionDraft;
  /** Keys that the event itself has changed in external configuration. */
  readonly changedKeys: readonly string[];
}

/** An update: the keys that handlers wrote, and those that the event changed in external configuration. */
export function mergeUpdate({ state, merger, draft, changedKeys }: MergeInput): MergedTransaction {
  const keys = new Set(draft.entries().map(([key]) => key));
  for (const key of changedKeys) keys.add(key);
  return mergeKeys([...keys].toSorted(), (key) => draft.getConfig(key), state.external, merger, true);
}

/** A resync: everything that handlers put or have kept, and everything that external configuration wants. */
export function mergeResync(
  { state, merger }: Pick<MergeInput, 'state' | 'merger'>,
  internal: ObjectTree<WantedValue>,
): MergedTransaction {
  const external = keysOf(state.external);
  const keys = external.length === 0 ? internal.keys() : [...new Set([...internal.keys(), ...external])].toSorted();
  return mergeKeys(keys, (key) => internal.get(key)?.value, state.external, merger, false);
}

function mergeKeys(
  keys: readonly string[],
  wantedOf: (key: string) => unknown,
  layers: ExternalLayers,
  merger: ExternalMerger,
  keepsDeletes: boolean,
): MergedTransaction {
  const values = new Map<string, unknown>();
  const sources = new Map<string, readonly string[]>();
  const problems: MergeProblem[] = [];
  for (const key of keys) {
    const merged = merger.merge(key, wantedOf(key), layers);
    if (merged.value !== undefined || keepsDeletes) values.set(key, merged.value ?? null);
    if (merged.sources.length > 0) sources.set(key, merged.sources);
    for (const { source, error } of merged.errors) problems.push({ key, source, error });
  }
  return { values, sources, problems };
}

/** What handlers want after an update: as before, with what they wrote. */
export function wantedAfterUpdate(
  internal: ObjectTree<WantedValue>,
  draft: TransactionDraft,
  isShared: (key: string) => boolean,
): ObjectTree<WantedValue> {
  return transact(internal, (tree) => {
    for (const [key, value] of draft.entries()) {
      if (value === null) tree.delete(key);
      else tree.set(key, wantedValue(value, isShared(key) ? sharersOf(key, tree.get(key), draft) : draft.writersOf(key)));
    }
  }).after;
}

/** Who builds a key together: those who wrote it before go on wanting it, though only some of them have written it now. */
function sharersOf(key: string, before: WantedValue | undefined, draft: TransactionDraft): readonly string[] {
  return [...new Set([...(before?.writers ?? []), ...draft.writersOf(key)])];
}

/** What handlers want after a resync: what they put, and what those that failed wanted before. */
export function wantedAfterResync(
  internal: ObjectTree<WantedValue>,
  draft: TransactionDraft,
  failed: readonly string[],
): ObjectTree<WantedValue> {
  const put = draft
    .entries()
    .flatMap(([key, value]) => (value === null ? [] : [[key, wantedValue(value, draft.writersOf(key))] as const]));
  const kept = keptFor({ wanted: internal, isPut: (key) => draft.has(key), failed });
  const entries = kept.length === 0 ? put : [...put, ...kept].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return replaceAll(internal, entries, isSameWanted).after;
}

function isSameWanted(before: WantedValue, after: WantedValue): boolean {
  return before.writers.join() === after.writers.join() && isSameData(before.value, after.value);
}

function wantedValue(value: unknown, writers: readonly string[]): WantedValue {
  return Object.freeze({ value, writers });
}
