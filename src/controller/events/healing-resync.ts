import { EventMethod, type Event } from './event.js';

/** Why a healing is run. */
export const HealingResyncType: {
  /** From time to time, when that is switched on: the southbound is compared with what it should be. */
  readonly Periodic: 'periodic';
  /** Something has failed: everything is built anew. */
  readonly AfterError: 'afterError';
} = { Periodic: 'periodic', AfterError: 'afterError' };
export type HealingResyncType = (typeof HealingResyncType)[keyof typeof HealingResyncType];

/** What a {@link HealingResync} carries. */
export interface HealingResyncOptions {
  readonly type: HealingResyncType;
  /** What is to be healed, when it comes after an error. */
  readonly error?: Error | undefined;
}

/** Brings what is applied back to what is wanted. A controller pushes it by itself. */
export class HealingResync implements Event {
  readonly name = 'Healing Resync';
  readonly method: 'downstreamResync' | 'fullResync';
  readonly isBlocking = false;
  readonly type: HealingResyncType;
  readonly error: Error | undefined;

  constructor({ type, error }: HealingResyncOptions) {
    this.method = type === HealingResyncType.Periodic ? EventMethod.DownstreamResync : EventMethod.FullResync;
    this.type = type;
    this.error = error;
  }

  toString(): string {
    if (this.type === HealingResyncType.Periodic) return `${this.name} (Periodic)`;
    return `${this.name} (After error${this.error === undefined ? '' : `: ${this.error.message}`})`;
  }

  /** Nobody waits for it. */
  done(): void {}
}
