/** Handlers that can show what they would do without doing it. */
import type { Event } from '../events/event.js';
import type { EventHandler, UpdateOperations } from '../handler.js';
import type { KubeStateData } from '../key-values.js';

/** A call that must leave nothing behind. */
export interface DryRun {
  /** What would be reacted to: its method says whether as an update or as a resync. */
  readonly event: Event;
  readonly kubeState: KubeStateData;
  /** Which resync it would be. */
  readonly resyncCount: number;
  /** Takes what the handler wants. A resync deletes nothing: what it does not put is not wanted. */
  readonly txn: UpdateOperations;
}

/** A handler that can be planned. Those of `createHandler` can. */
export interface PlannableHandler extends EventHandler {
  /** Whether `resync` and `update` change nothing but the transaction. Then they are what a plan calls. */
  readonly pure?: boolean;
  /** Does what `resync` or `update` would do, to the transaction alone. @returns what would be changed, for people. */
  dryRun?(run: DryRun): string | Promise<string>;
}
