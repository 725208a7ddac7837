/** What reacts to events: handlers, and the operations that they build a transaction with (Contiv controller API). */
import type { Event } from './events/event.js';
import type { KubeStateData } from './key-values.js';

/** What a handler of a resync can do with the transaction: it begins empty, and what is not put is not wanted. */
export interface ResyncOperations {
  /**
   * Wants `key` to have `value`. What was put or deleted before under this key, by whichever handler, is replaced.
   *
   * @param value plain data; it is frozen in place and belongs to the transaction from now on.
   * @throws ValidationError when the value is no plain data or the key is empty; ClosedError when this handler's call is over.
   */
  put(key: string, value: unknown): void;
  /** What this transaction puts under `key`; undefined when it deletes the key or says nothing about it. */
  get(key: string): unknown;
  /** Aborts when this handler's call is given up: it took too long, or nothing can go on. What the call does afterwards changes nothing. */
  readonly signal?: AbortSignal | undefined;
}

/** What a handler of an update can do with the transaction. */
export interface UpdateOperations extends ResyncOperations {
  /** Wants `key` to be gone. @throws ClosedError when this handler's call is over. */
  delete(key: string): void;
}

/** A transaction that its owner commits (Contiv controller API, Transaction). */
export interface Transaction extends UpdateOperations {
  /** Applies it. @returns its sequence number. @throws TransactionError when something could not be applied; `signal` ends the waiting. */
  commit(options?: { readonly signal?: AbortSignal }): Promise<number>;
}

/** Reads configuration that handlers have built (ConfigRetriever). */
export interface ConfigRetriever {
  /**
   * The value of `key` as this event's transaction has it, or else as it was last wanted by a handler. Undefined when it is to be
   * deleted, or when no handler wants it. External configuration is not looked at.
   */
  getConfig(key: string): unknown;
}

/**
 * Reacts to events. Handlers are called one at a time, in the order in which the controller was given them or the other way round; each may
 * be asynchronous. One that has not answered within `handlerTimeout` is not waited for any more, and may be called again while that call
 * still runs: such a handler should look at the signal of its transaction. What one throws, or rejects with, fails the event; AbortEventError and FatalError say more than other errors.
 */
export interface EventHandler {
  /** Unique among the handlers of a controller. */
  readonly name: string;
  /** Handlers that react before this one does. Where nothing is said, handlers stay in the order in which they were given. */
  readonly dependsOn?: readonly string[];
  /** Whether this handler is to be called for `event`. A handler that owns configuration must accept every resync. */
  handlesEvent(event: Event): boolean;
  /**
   * Builds everything that this handler wants to be configured.
   *
   * @param kubeState all state received, frozen.
   * @param resyncCount 1 at the first resync of this process.
   */
  resync(event: Event, kubeState: KubeStateData, resyncCount: number, txn: ResyncOperations): void | Promise<void>;
  /** Changes what has to be changed. @returns what that is, for people; may be empty. */
  update(event: Event, txn: UpdateOperations): string | void | Promise<string | void>;
  /** Takes back what `update` changed inside the handler itself. The transaction is taken back by the controller. */
  revert(event: Event): void | Promise<void>;
}
