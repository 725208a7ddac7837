/** A play that keeps track of what has been wanted in it. */
import { expect } from 'vitest';
import type { DumpedValue } from '../../../src/controller/southbound/dump.js';
import type { PlaneFault } from '../../../src/controller/southbound/plane-faults.js';
import type { CommitKind } from '../../../src/controller/southbound/port.js';
import { sorted, type Item } from './naive-southbound.js';
import { Play } from './play.js';

export type Command =
  | { do: 'commit'; kind: string; values: (readonly [string, Item | null])[]; revertOnFailure: boolean; keepsStrangers?: boolean }
  | { do: 'fault'; key: string; operation: string; times: number; mode: string }
  | { do: 'drift'; key: string; value: Item | null }
  | { do: 'restart' }
  | { do: 'advance'; duration: number };

/** A play, and what has been wanted in it. */
export class Scene extends Play {
  readonly wanted = new Map<string, Item>();
  readonly outcomes = new Map<string, number>();

  async obey(command: Command): Promise<void> {
    switch (command.do) {
      case 'fault':
        return void this.plane.fail(command as PlaneFault);
      case 'drift':
        return command.value === null ? this.plane.remove(command.key) : this.plane.set(command.key, command.value);
      case 'restart':
        this.plane.restart();
        return this.scheduler.restored();
      case 'advance':
        return this.clock.advance(command.duration);
      case 'commit': {
        const kind = command.kind as CommitKind;
        const { values, revertOnFailure, keepsStrangers } = command;
        const { outcome } = await this.commit(values, { kind, revertOnFailure, ...(keepsStrangers && { keepsStrangers }) });
        this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
        if (outcome === 'reverted' || outcome === 'revertFailed' || kind === 'downstreamResync') return;
        if (kind !== 'update') this.wanted.clear();
        for (const [key, value] of values) {
          if (value === null) this.wanted.delete(key);
          else this.wanted.set(key, value);
        }
      }
    }
  }

  get items(): ReadonlyMap<string, Item> {
    return this.plane.values as ReadonlyMap<string, Item>; // the tests write nothing else
  }

  /** What the scheduler shows, with the times of the retries instead of what is left until then. */
  values(): readonly unknown[] {
    const due = ({ retry }: DumpedValue): unknown => retry && [retry.attempt, retry.in + this.clock.now()];
    return this.scheduler.dump().map((value) => Object.assign({}, value, { retry: due(value) }));
  }

  expectStatuses(): void {
    const expected = sorted(this.wanted).map(([key, item]) => {
      const isBad = (item as Item).bad === true;
      return [key, isBad ? 'invalid' : this.items.has(key) ? 'configured' : 'pending'];
    });
    expect(this.scheduler.statuses().map(({ key, status }) => [key, status])).toEqual(expected);
  }
}
