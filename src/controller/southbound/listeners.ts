/** Telling listeners what happens. */
import { failureOf } from '../../policy/failure.js';
import type { SafeLog } from './safe-log.js';

/** Those who want to be told. Each is told everything, in order, and harmed by no other. */
export class Listeners<E> {
  private readonly log: SafeLog;
  private listeners: readonly { readonly tell: (event: E) => unknown }[] = [];
  private readonly pending: E[] = [];
  private isTelling = false;

  constructor(log: SafeLog) {
    this.log = log;
  }

  add(listener: (event: E) => unknown): () => void {
    const entry = { tell: listener };
    this.listeners = [...this.listeners, entry];
    return () => void (this.listeners = this.listeners.filter((other) => other !== entry));
  }

  tell(event: E): void {
    this.pending.push(event);
    if (this.isTelling) return; // a listener has caused it: whoever tells will go on with it
    this.isTelling = true;
    for (let next = this.pending.shift(); next !== undefined; next = this.pending.shift()) {
      for (const entry of this.listeners) if (this.listeners.includes(entry)) this.tellOne(entry.tell, next);
    }
    this.isTelling = false;
  }

  clear(): void {
    this.listeners = [];
  }

  private tellOne(listener: (event: E) => unknown, event: E): void {
    try {
      const returned = listener(event);
      if (returned instanceof Promise) returned.catch((thrown: unknown) => this.report(thrown));
    } catch (thrown) {
      this.report(thrown);
    }
  }

  private report(thrown: unknown): void {
    const { error } = failureOf(thrown);
    this.log.say('error', `A listener of the southbound failed: ${error.message}`, { error });
  }
}
