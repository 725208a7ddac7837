/** Whether a consumer has had the time to be told what its mirror knows: one that is busy is told later, and that is no fault. */
import type { HistoryRecord } from '../history/record.js';
import type { Consumer } from './consumers.js';
import type { World } from './world.js';

interface Rhythm {
  /** Callbacks that have not returned. */
  running: number;
  /** Something was heard of the datastore while a callback ran, and the consumer has not been at rest since. */
  isBehind: boolean;
  /** When the last callback began or returned, or the line was heard. */
  lastAt: number;
  isRested: boolean;
}

export class Pace {
  private readonly world: World;
  private readonly rhythms = new Map<string, Rhythm>();

  constructor(world: World) {
    this.world = world;
  }

  /** Whether what the consumer is told may be older than what its mirror knows. */
  isBehind(actor: string): boolean {
    return this.rhythms.get(actor)?.isBehind ?? false;
  }

  /** The consumers that have nothing left to be told when `record` comes: nothing ran, and time has passed. Each rest is told once. */
  *rested({ at }: HistoryRecord): Generator<Consumer> {
    for (const [actor, rhythm] of this.rhythms) {
      if (rhythm.isRested || rhythm.running > 0 || at <= rhythm.lastAt + this.world.header.slack) continue;
      rhythm.isRested = true;
      rhythm.isBehind = false;
      const consumer = this.world.audience.consumers.get(actor);
      if (consumer !== undefined) yield consumer;
    }
  }

  take(record: HistoryRecord): void {
    for (const _ of this.rested(record)); // so that those who do not ask are kept up to date, too
    const { actor } = this.world.audience.mirrorOf(record.actor);
    const rhythm = this.rhythms.get(actor) ?? { running: 0, isBehind: false, lastAt: 0, isRested: true };
    this.rhythms.set(actor, rhythm);
    const isLine = record.kind.startsWith('list.') || record.kind.startsWith('watch.');
    const begins = record.actor === actor && (record.kind === 'updates' || record.kind === 'status' || record.kind === 'notice');
    const returns = record.actor === actor && record.kind === 'callback.returned';
    if (!isLine && !begins && !returns) return;
    if (isLine && rhythm.running > 0) rhythm.isBehind = true;
    if (begins) rhythm.running++;
    if (returns) rhythm.running--;
    rhythm.lastAt = record.at;
    rhythm.isRested = false;
  }
}
