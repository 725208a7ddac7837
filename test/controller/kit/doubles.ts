/** Stand-ins for what surrounds a handler: other handlers, events of one's own, and a transaction of two maps. */
import { EventMethod, UpdateDirection, UpdateTransactionType, type UpdateEvent } from '../../../src/controller/events/event.js';
import type { UpdateOperations } from '../../../src/controller/handler.js';
import type { PlannableHandler } from '../../../src/controller/kit/plannable-handler.js';

/** A handler that does nothing, but for what is given. */
export function bareHandler(name: string, parts: Partial<PlannableHandler> = {}): PlannableHandler {
  return { name, handlesEvent: () => true, resync() {}, update() {}, revert() {}, ...parts };
}

/** An update event with a name. */
export function change(name: string, parts: Partial<UpdateEvent> = {}): UpdateEvent {
  return {
    name,
    method: EventMethod.Update,
    transactionType: UpdateTransactionType.RevertOnFailure,
    direction: UpdateDirection.Forward,
    isBlocking: false,
    toString: () => `${name}\nmore of it`,
    done: () => {},
    ...parts,
  };
}

/** A transaction as simple as can be. */
export class MapTransaction implements UpdateOperations {
  readonly puts: Map<string, unknown> = new Map();
  readonly deleted: Set<string> = new Set();

  put(key: string, value: unknown): void {
    this.puts.set(key, JSON.parse(JSON.stringify(value)));
    this.deleted.delete(key);
  }
  get(key: string): unknown {
    return this.puts.get(key);
  }
  delete(key: string): void {
    this.puts.delete(key);
    this.deleted.add(key);
  }
}
