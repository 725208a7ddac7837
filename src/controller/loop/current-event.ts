/** The event that is being processed, and who wants what in it. */
import { ExternalConfigChange } from '../events/external-config-change.js';
import type { OwnershipLedger } from '../kit/ownership.js';
import type { Attribution } from '../transaction/commit.js';
import type { TransactionDraft } from '../transaction/draft.js';
import type { MergedTransaction } from '../transaction/wanted.js';
import type { Accepted } from './intake.js';
import type { ControllerState } from './state.js';

/** The event that is being processed. */
export interface CurrentEvent {
  readonly accepted: Accepted;
  readonly sequence: number;
  readonly draft: TransactionDraft;
  readonly ledger: OwnershipLedger;
  /** Before its inputs were taken in. */
  readonly before: ControllerState;
  readonly changedKeys: readonly string[];
  readonly notes: string[];
}

/** Nothing is wanted by anybody. */
export const nothingMerged: MergedTransaction = { values: new Map(), sources: new Map(), problems: [] };

/** Who wants a key: the handlers that wrote it, or else those that wanted it last, and the sources. */
export function attributionOf(
  { draft, before, changedKeys, accepted }: CurrentEvent,
  merged: MergedTransaction = nothingMerged,
): Attribution {
  const source = accepted.event instanceof ExternalConfigChange ? [accepted.event.source] : [];
  const changed = new Set(changedKeys);
  return {
    merged,
    writersOf: (key) => {
      const written = draft.writersOf(key);
      const writers = written.length > 0 ? written : (before.internal.get(key)?.writers ?? []);
      return changed.has(key) ? [...writers, ...source] : writers;
    },
    externalBefore: before.external,
  };
}
