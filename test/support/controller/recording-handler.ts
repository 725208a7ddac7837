/** Handlers and events that note what becomes of them. */
import { AnsweredEvent } from '../../../src/controller/events/answered-event.js';
import {
  EventMethod,
  UpdateDirection,
  UpdateTransactionType,
  type Event,
  type UpdateEvent,
} from '../../../src/controller/events/event.js';
import type { EventHandler, ResyncOperations, UpdateOperations } from '../../../src/controller/handler.js';
import type { KubeStateData } from '../../../src/controller/key-values.js';

/** What a handler does; what is not said is nothing. */
export interface Reactions {
  readonly handles?: (event: Event) => boolean;
  readonly update?: (event: Event, txn: UpdateOperations) => unknown;
  readonly resync?: (event: Event, txn: ResyncOperations, kubeState: KubeStateData, resyncCount: number) => unknown;
  readonly revert?: (event: Event) => unknown;
  readonly dependsOn?: readonly string[];
}

/** A handler that notes its calls in `trace`, as `name.update event`. */
export function recordingHandler(name: string, trace: string[], reactions: Reactions = {}): EventHandler {
  const { handles, update, resync, revert, dependsOn } = reactions;
  return {
    name,
    ...(dependsOn && { dependsOn }),
    handlesEvent: (event) => handles?.(event) ?? true,
    resync: (event, kubeState, resyncCount, txn) => {
      trace.push(`${name}.resync ${event.name}`);
      return resync?.(event, txn, kubeState, resyncCount) as void; // reactions may answer nonsense on purpose
    },
    update: (event, txn) => {
      trace.push(`${name}.update ${event.name}`);
      return update?.(event, txn) as string;
    },
    revert: (event) => {
      trace.push(`${name}.revert ${event.name}`);
      return revert?.(event) as void;
    },
  };
}

/** How an event of a test is. */
export interface TestUpdateParts {
  readonly transactionType?: UpdateTransactionType;
  readonly direction?: UpdateDirection;
  readonly isBlocking?: boolean;
  readonly onDone?: (error: Error | undefined) => void;
}

/** An update event of a test, which counts its answers. */
export class TestUpdate extends AnsweredEvent implements UpdateEvent {
  readonly name: string;
  readonly method = EventMethod.Update;
  readonly transactionType: UpdateTransactionType;
  readonly direction: UpdateDirection;
  /** What it was answered with, each time. */
  readonly answers: (Error | undefined)[] = [];
  private readonly onDone: ((error: Error | undefined) => void) | undefined;

  constructor(name: string, parts: TestUpdateParts = {}) {
    super(parts.isBlocking ?? false);
    this.name = name;
    this.transactionType = parts.transactionType ?? UpdateTransactionType.BestEffort;
    this.direction = parts.direction ?? UpdateDirection.Forward;
    this.onDone = parts.onDone;
  }

  override done(error: Error | undefined): void {
    this.answers.push(error);
    super.done(error);
    this.onDone?.(error);
  }

  toString(): string {
    return this.name;
  }
}

/** An update that is reverted when it fails. */
export function revertible(name: string, parts: TestUpdateParts = {}): TestUpdate {
  return new TestUpdate(name, { ...parts, transactionType: UpdateTransactionType.RevertOnFailure });
}

/** Throws `error`, whatever it is. */
export function throwing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

/** Rejects with `error`, though nobody waits for an answer: what users write who forget that. */
export function rejecting(error: unknown): () => never {
  // `never` fits wherever a function is wanted, so that the compiler does not stop a test from doing what compilers stop.
  return () => Promise.reject(error) as never;
}

/** Answers that never come. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
