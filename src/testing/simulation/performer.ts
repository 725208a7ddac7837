/** Does to a run what its plan says. */
import type { Key, Operation } from '../../index.js';
import type { FaultyClock } from '../../ports/faulty-clock.js';
import type { Random } from '../../ports/random.js';
import type { FaultyClient } from '../faulty-client.js';
import type { MirrorSlot } from './mirror-slot.js';
import type { PlannedAction } from './plan.js';
import { nameOf } from './probe.js';
import type { SimulatedStore } from './simulated-store.js';
import type { Tally } from './tally.js';
import { kindOf, type Truth } from './truth.js';

/** What there is to do something to. */
export interface Stage<V> {
  readonly store: SimulatedStore<V>;
  /** The line on which the datastore is written to. */
  readonly writer: FaultyClient<V>;
  readonly slots: readonly MirrorSlot<V>[];
  readonly clock: FaultyClock;
  readonly truth: Truth<V>;
  readonly fired: Tally;
  readonly seen: Tally;
  /** Of how late timers are. */
  readonly chance: Random;
  readonly note: (line: string) => void;
  /** Something is under way, and must end before the run does. */
  readonly follow: (what: string, work: Promise<unknown>) => void;
}

export class Performer<V> {
  /** For how long the process stood still, in milliseconds. */
  stoodStill = 0;
  private readonly stage: Stage<V>;

  constructor(stage: Stage<V>) {
    this.stage = stage;
  }

  perform(action: PlannedAction<V>): void {
    const { store, clock, slots, writer, truth, fired, chance } = this.stage;
    switch (action[1]) {
      case 'apply':
        return this.write(() => writer.apply({ key: action[2], value: action[3] }));
      case 'create':
        return this.write(() => writer.create({ key: action[2], value: action[3] }));
      case 'update':
        return this.write(() => this.update(action[2], action[3]));
      case 'delete':
        return this.write(() => writer.delete(action[2]));
      case 'recreate':
        return this.write(() => this.recreate(action[2], action[3]));
      case 'transaction':
        return this.write(() => this.transact(action[2]));
      case 'burst':
        return action[2].forEach(([key, value]) => this.write(() => writer.apply({ key, value })));
      case 'lease':
        return this.write(() => writer.apply({ key: action[2], value: action[3], ttl: action[4] }));
      case 'corrupt':
        return this.write(() => store.corrupt(action[2]));
      case 'clean':
        return this.write(() => writer.clean());
      case 'compact':
        return this.write(() => store.compact(action[2]));
      case 'race':
        return store.race(action[2]);
      case 'restart':
        store.goDown(action[2]);
        return slots.forEach(({ line }) => line.strike('watch.cut'));
      case 'backup':
        return this.write(() => store.backup());
      case 'restore':
        return this.write(() => store.restore());
      case 'uninstall':
        truth.loseApi(action[2]);
        store.uninstall(action[2], action[3]);
        return slots.forEach(({ line }) => line.strike('watch.closed'));
      case 'weather':
        writer.setRates(action[2]);
        return slots.forEach(({ line }) => line.setRates(action[2]));
      case 'strike':
        return slots.forEach(({ line }) => line.strike(action[2]));
      case 'lies':
        for (const track of truth.tracks.values()) track.isUsable = false;
        return store.lie(action[2]);
      case 'start':
        return slots[action[2]]?.start();
      case 'stop':
        return void slots[action[2]]?.stop({ mode: action[3] });
      case 'mood':
        return slots[action[2]]?.feel(action[3]);
      case 'iterate':
        return slots[action[2]]?.iterate(action[3]);
      case 'pause':
        this.stoodStill += action[2];
        fired.add('process.paused');
        return clock.pauseProcess(action[2]);
      case 'setWall':
        fired.add('clock.wallSet');
        return clock.jumpWall(action[2]);
      case 'late': {
        const most = action[2];
        const late = (): number => {
          fired.add('timer.late');
          return Math.floor(chance.next() * most);
        };
        return clock.setLateness(most === 0 ? undefined : late);
      }
    }
  }

  private write(work: () => Promise<unknown>): void {
    const settled = work().then(
      () => this.stage.seen.add('write:done'),
      (error: unknown) => {
        this.stage.seen.add(`write:${nameOf(error)}`);
        this.stage.note(`refused: ${nameOf(error)}`);
        if (nameOf(error) === 'unclassified') throw error;
      },
    );
    this.stage.follow('a write', settled);
  }

  private async update(key: Key, value: V): Promise<unknown> {
    const { revision } = await this.stage.writer.get(key);
    return this.stage.writer.update({ key, value, ...(revision === undefined ? {} : { revision }) });
  }

  private async recreate(key: Key, value: V): Promise<unknown> {
    await this.stage.writer.delete(key);
    return this.stage.writer.create({ key, value });
  }

  private transact(writes: readonly (readonly [Key, V | null])[]): Promise<unknown> {
    const operations = writes.flatMap(([key, value]): readonly Operation<V>[] => {
      if (value !== null) return [{ op: 'apply', object: { key, value } }];
      return this.stage.truth.objects.get(kindOf(key))?.has(key) === true ? [{ op: 'delete', key }] : [];
    });
    return this.stage.writer.transaction(operations);
  }
}
