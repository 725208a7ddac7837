/**
 * What all ready-made processors are made of: a table of claims.
 *
 * Each object claims the keys it wants to be shown at; each key is shown as its claims, taken together, say. Both are functions of the
 * set of objects alone, so neither the order of a list nor the order of changes matters, and a key is absent when nobody claims it.
 */
import type { Key } from '../../model/key.js';
import type { KVPair } from '../../model/kv-pair.js';
import type { KVChange, PartialResult, SyncerUpdateProcessor } from '../../model/resource-type.js';
import type { Revision } from '../../model/revision.js';

/** What an object wants to be shown: a value at a key. `null`: nothing, after all. */
export interface Output<V> {
  readonly key: Key;
  readonly value: V | null;
}

/** What an object claims at one key. */
export interface Claim<V> {
  readonly source: Key;
  readonly value: V;
  readonly revision?: Revision;
  readonly uid?: string;
}

/** All claims on one key, in the order of their objects' keys; there is at least one. */
export type Claims<V> = readonly [Claim<V>, ...Claim<V>[]];

/** How claims come about and what they come to. */
export interface ClaimRules<In, Claimed, Out> {
  /** What one object claims. Must depend on nothing else. */
  readonly claim: (object: KVPair<In>) => readonly Output<Claimed>[];
  /** What is shown at a key: one of the claims on it, see {@link firstClaim}, or what they make together. */
  readonly resolve: (claims: Claims<Claimed>) => Claim<Out>;
}

/** Shows the claim of the object whose key comes first. */
export function firstClaim<V>([first]: Claims<V>): Claim<V> {
  return first;
}

/**
 * A processor that shows claims.
 *
 * An object that `claim` throws for keeps what it claimed before; a key that `resolve` throws for stays as it is shown.
 *
 * @example
 * ```ts
 * import { claims, firstClaim, formatKey } from 'heliostat';
 * // Pools by their range; of two that claim the same, the one whose name comes first.
 * const pools = claims({
 *   claim: ({ value }: { value: { cidr: string } }) => [{ key: formatKey(['pools', value.cidr]), value }],
 *   resolve: firstClaim,
 * });
 * ```
 */
export function claims<In, Claimed, Out>(rules: ClaimRules<In, Claimed, Out>): SyncerUpdateProcessor<In, Out> {
  return new ClaimTable(rules);
}

class ClaimTable<In, Claimed, Out> implements SyncerUpdateProcessor<In, Out> {
  private readonly rules: ClaimRules<In, Claimed, Out>;
  /** Which keys an object claims. */
  private claimedBy = new Map<Key, readonly Key[]>();
  private claimsOn = new Map<Key, Map<Key, Claim<Claimed>>>();

  constructor(rules: ClaimRules<In, Claimed, Out>) {
    this.rules = rules;
  }

  onSyncerStarting(): void {
    this.claimedBy = new Map();
    this.claimsOn = new Map();
  }

  process(change: KVChange<In>): readonly KVChange<Out>[] | PartialResult<Out> {
    const claimed = this.claimsOf(change);
    const before = this.claimedBy.get(change.key) ?? [];
    for (const key of before) if (!claimed.has(key)) this.withdraw(key, change.key);
    for (const [key, claim] of claimed) this.put(key, claim);
    if (claimed.size === 0) this.claimedBy.delete(change.key);
    else this.claimedBy.set(change.key, [...claimed.keys()]);
    return this.shownAt(new Set([...before, ...claimed.keys()]));
  }

  private claimsOf({ key: source, value, revision, uid }: KVChange<In>): ReadonlyMap<Key, Claim<Claimed>> {
    const claimed = new Map<Key, Claim<Claimed>>();
    if (value === null) return claimed;
    const identity = { ...(revision === undefined ? {} : { revision }), ...(uid === undefined ? {} : { uid }) };
    for (const output of this.rules.claim({ key: source, value, ...identity })) {
      if (output.value !== null && output.value !== undefined)
        claimed.set(output.key, { source, value: output.value, ...identity });
      else claimed.delete(output.key);
    }
    return claimed;
  }

  private put(key: Key, claim: Claim<Claimed>): void {
    const claimants = this.claimsOn.get(key) ?? new Map<Key, Claim<Claimed>>();
    claimants.set(claim.source, claim);
    this.claimsOn.set(key, claimants);
  }

  private withdraw(key: Key, source: Key): void {
    const claimants = this.claimsOn.get(key);
    claimants?.delete(source);
    if (claimants?.size === 0) this.claimsOn.delete(key);
  }

  private shownAt(keys: Iterable<Key>): readonly KVChange<Out>[] | PartialResult<Out> {
    const changes: KVChange<Out>[] = [];
    let failure: Error | undefined;
    for (const key of keys) {
      try {
        changes.push(this.shown(key));
      } catch (error) {
        failure = error instanceof Error ? error : new Error(`The claims on ${key} could not be resolved: ${String(error)}`);
      }
    }
    return failure === undefined ? changes : { changes, error: failure };
  }

  private shown(key: Key): KVChange<Out> {
    const [first, ...others] = [...(this.claimsOn.get(key)?.values() ?? [])].toSorted((a, b) => (a.source < b.source ? -1 : 1));
    return first === undefined ? { key, value: null } : { key, ...this.rules.resolve([first, ...others]) };
  }
}
