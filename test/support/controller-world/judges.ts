/** Those who look at what a controller is told and does. They know nothing of it but its events and records. */
import {
  DBResync,
  ExternalConfigChange,
  KubeStateChange,
  type Event,
  type EventRecord,
  type KubeStateData,
} from '../../../src/controller.js';
import type { Tally } from '../../../src/testing/simulation/tally.js';

/** Says that a promise was broken, by the id of its line in docs/SPEC.md. */
export type Violate = (id: string, message: string) => void;

/** Events: each is answered once, and what has changed is told from what it was. */
export class EventJudge {
  private readonly violate: Violate;
  private readonly tally: Tally;
  private readonly answers = new Map<Event, number>();
  private known: Map<string, unknown> | undefined;

  constructor(violate: Violate, tally: Tally) {
    this.violate = violate;
    this.tally = tally;
  }

  /** An event is about to be pushed. */
  follow(event: Event): void {
    const done = event.done.bind(event);
    event.done = (error) => {
      const count = (this.answers.get(event) ?? 0) + 1;
      this.answers.set(event, count);
      if (count > 1) this.violate('E12', `${event.name} was answered ${count} times`);
      if (error !== undefined) this.tally.add('events that failed');
      done(error);
    };
  }

  /** It was accepted. */
  accepted(event: Event): void {
    if (!this.answers.has(event)) this.answers.set(event, 0);
    this.tally.add(`event: ${event.name}${event instanceof DBResync && event.local ? ', local' : ''}`);
    this.fold(event);
  }

  /** Nothing is to be answered any more. */
  ended(): void {
    const open = [...this.answers].filter(([, count]) => count === 0).map(([event]) => event.name);
    if (open.length > 0) this.violate('E12', `${open.length} events were not answered: ${open.join(', ')}`);
  }

  private fold(event: Event): void {
    if (event instanceof DBResync) this.known = mapOf(event.kubeState, event.externalConfig);
    else if (event instanceof KubeStateChange) {
      const { key, prevValue, newValue } = event;
      if (this.known === undefined) return this.violate('E2', `${key} changes before everything was told`);
      const told = this.known.get(key);
      if (JSON.stringify(told) !== JSON.stringify(prevValue)) {
        this.violate('E20', `${key} changes from ${JSON.stringify(prevValue)}, and was told to be ${JSON.stringify(told)}`);
      }
      if (newValue === undefined) this.known.delete(key);
      else this.known.set(key, newValue);
    } else if (event instanceof ExternalConfigChange && event.source === 'db') {
      for (const [key, value] of Object.entries(event.updatedKVs)) {
        if (value === null) this.known?.delete(key);
        else this.known?.set(key, value);
      }
    }
  }
}

function mapOf(kubeState: KubeStateData, external: Readonly<Record<string, unknown>> = {}): Map<string, unknown> {
  return new Map([...Object.values(kubeState), external].flatMap((values) => Object.entries(values)));
}

/** Records: without a gap, one at a time, each healing for a failure before it. */
export class HistoryJudge {
  private readonly violate: Violate;
  private readonly tally: Tally;
  private readonly healingDelay: number;
  private last: EventRecord | undefined;
  /** When the first event ended that failed and was not healed since. */
  private brokenSince: number | undefined;

  constructor(violate: Violate, tally: Tally, healingDelay: number) {
    this.violate = violate;
    this.tally = tally;
    this.healingDelay = healingDelay;
  }

  kept(record: EventRecord): void {
    const { sequence, name, description, startedAt, endedAt, error, transaction, handlers } = record;
    this.tally.add(`record: ${description.split(/[\n[:]/)[0]?.trim()}`);
    this.tally.add(`commit: ${transaction?.outcome ?? 'none'}`);
    if (handlers.some((call) => call.isRevert)) this.violate('E4', `${description} was reverted, and must not be`);
    for (const { handler, error: failure } of handlers) {
      const isMeant = failure === undefined || failure.code === 'timed-out' || failure.message === `${handler} does not want to`;
      if (!isMeant) this.violate('EH12', `${handler} was given what it cannot work with: ${failure.message}`);
    }
    const aborted = handlers.findIndex((call) => call.error?.code === 'event-aborted');
    if (aborted !== -1 && (aborted !== handlers.length - 1 || transaction !== undefined)) {
      this.violate('E9', `${name} went on though ${handlers[aborted]?.handler} aborted it`);
    }
    if (sequence !== (this.last?.sequence ?? -1) + 1) this.violate('E18', `record ${sequence} follows ${this.last?.sequence}`);
    if (sequence === 0 && !['Database Resync', 'Shutdown'].includes(name)) this.violate('E2', `${name} was processed first`);
    if (this.last !== undefined && startedAt < this.last.endedAt)
      this.violate('E1', `${name} began before ${this.last.name} had ended`);
    this.last = record;
    const isHealing = description.startsWith('Healing Resync (After error');
    if (isHealing) {
      if (this.brokenSince === undefined) this.violate('E11', `a healing at ${startedAt} for which nothing had failed`);
      else if (startedAt < this.brokenSince + this.healingDelay) this.violate('E11', `a healing at ${startedAt}, too early`);
      this.brokenSince = undefined;
    }
    if (error !== undefined) this.brokenSince ??= endedAt;
  }
}
