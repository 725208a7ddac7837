/** The events that wait. */
import type { EventKind, Take } from '../../../machines/index.js';
import type { Event } from '../events/event.js';

/** An event that was accepted. */
export interface Accepted {
  readonly event: Event;
  readonly kind: EventKind;
  /** The event during which it was pushed; undefined when it came from outside. */
  readonly followUpTo: number | undefined;
}

/** A line of events, first in, first out. */
class Line {
  private items: (Accepted | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(accepted: Accepted): void {
    this.items.push(accepted);
  }

  shift(): Accepted | undefined {
    if (this.length === 0) return undefined;
    const first = this.items[this.head];
    this.items[this.head++] = undefined;
    // What was taken is let go of when it is the larger part, so that a step costs the same however many wait.
    if (this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return first;
  }

  /** Takes the first one of `kind` out of the line. */
  takeFirst(kind: EventKind): Accepted | undefined {
    const index = this.items.findIndex((accepted) => accepted?.kind === kind);
    return index === -1 ? undefined : this.items.splice(index, 1)[0];
  }

  takeAll(): Accepted[] {
    const all = this.items.filter((accepted) => accepted !== undefined);
    this.items = [];
    this.head = 0;
    return all;
  }
}

/** Two lines: what was pushed by handlers comes before what was pushed from outside. */
export class Intake {
  private readonly followUps = new Line();
  private readonly queue = new Line();

  /** How many wait that were pushed from outside, and by handlers. */
  get counts(): { readonly queue: number; readonly followUps: number } {
    return { queue: this.queue.length, followUps: this.followUps.length };
  }

  add(accepted: Accepted): void {
    if (accepted.followUpTo === undefined) this.queue.push(accepted);
    else this.followUps.push(accepted);
  }

  take(which: Take): Accepted | undefined {
    switch (which) {
      case 'next':
        return this.followUps.shift() ?? this.queue.shift();
      case 'startupResync':
        return this.queue.takeFirst('dbResync');
      case 'shutdown':
        return this.queue.takeFirst('shutdown');
    }
  }

  /** Everything that waits, in the order in which it would have been taken. */
  takeAll(): readonly Accepted[] {
    return [...this.followUps.takeAll(), ...this.queue.takeAll()];
  }
}
