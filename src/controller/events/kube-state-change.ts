import { EventMethod, UpdateDirection, UpdateTransactionType, type UpdateEvent } from './event.js';
import { textOfKey, textOfValue } from './text.js';

/** What a {@link KubeStateChange} carries. */
export interface KubeStateChangeOptions<V = unknown> {
  readonly key: string;
  /** The kind of object, as in `KubeStateData`. */
  readonly resource: string;
  /** Absent, or null: it is new. */
  readonly prevValue?: V | null | undefined;
  /** Absent, or null: it is gone. */
  readonly newValue?: V | null | undefined;
}

/** One object of Kubernetes' state has changed. */
export class KubeStateChange<V = unknown> implements UpdateEvent {
  readonly name = 'Kubernetes State Change';
  readonly method: 'update' = EventMethod.Update;
  readonly transactionType: 'bestEffort' = UpdateTransactionType.BestEffort;
  readonly direction: 'forward' = UpdateDirection.Forward;
  readonly isBlocking = false;
  readonly key: string;
  readonly resource: string;
  /** Undefined: it is new. */
  readonly prevValue: V | undefined;
  /** Undefined: it is gone. */
  readonly newValue: V | undefined;

  constructor({ key, resource, prevValue, newValue }: KubeStateChangeOptions<V>) {
    this.key = key;
    this.resource = resource;
    this.prevValue = prevValue ?? undefined;
    this.newValue = newValue ?? undefined;
  }

  toString(): string {
    const { key, resource, prevValue, newValue } = this;
    const what = newValue === undefined ? 'DEL' : prevValue === undefined ? 'ADD' : 'UPDATE';
    const lines = [`${this.name} [${what}, ${resource}, ${textOfKey(key)}]`];
    if (prevValue !== undefined) lines.push(`* prev-value: ${textOfValue(prevValue)}`);
    if (newValue !== undefined) lines.push(`* new-value: ${textOfValue(newValue)}`);
    return lines.join('\n');
  }

  /** Nobody waits for it. */
  done(): void {}
}
