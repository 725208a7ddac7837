import { AnsweredEvent } from './answered-event.js';
import { EventMethod, UpdateDirection, UpdateTransactionType, type UpdateEvent } from './event.js';

/** The process is ending: the last event. Handlers may clean up; what has not been processed before it is not any more. */
export class Shutdown extends AnsweredEvent implements UpdateEvent {
  readonly name = 'Shutdown';
  readonly method: 'update' = EventMethod.Update;
  readonly transactionType: 'bestEffort' = UpdateTransactionType.BestEffort;
  readonly direction: 'forward' = UpdateDirection.Forward;

  constructor() {
    super(true);
  }

  toString(): string {
    return this.name;
  }
}
