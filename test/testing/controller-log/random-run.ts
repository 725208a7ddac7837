/** A random run of a controller, from one seed: handlers that do anything, a plane with faults, events of all kinds. */
import {
  AbortEventError,
  DBResync,
  EventMethod,
  ExternalConfigChange,
  ExternalConfigResync,
  FatalError,
  HealingResync,
  HealingResyncType,
  KubeStateChange,
  MemoryPlane,
  MemoryScheduler,
  UpdateDirection,
  UpdateTransactionType,
  type Controller,
  type ControllerOptions,
  type Event,
  type EventHandler,
  type ExternalConfigSource,
  type UpdateOperations,
  type UpdateEvent,
} from '../../../src/controller.js';
import { pause } from '../../../src/ports/clock.js';
import { seededRandom, SimulatedClock } from '../../../src/testing/index.js';
import { recordController } from '../../../src/testing/controller-log/record-controller.js';

const keys = ['/a', '/b', '/c', '/__proto__', '/1'] as const;

/** An event of a class of its own. */
class Custom implements UpdateEvent {
  readonly name = 'Custom';
  readonly method = EventMethod.Update;
  readonly isBlocking = false;
  readonly transactionType: UpdateTransactionType;
  readonly direction: UpdateDirection;
  private readonly onDone: () => void;
  constructor(transactionType: UpdateTransactionType, direction: UpdateDirection, onDone: () => void) {
    this.transactionType = transactionType;
    this.direction = direction;
    this.onDone = onDone;
  }
  toString(): string {
    return `Custom\n* ${this.transactionType}`;
  }
  done(): void {
    this.onDone();
  }
}

export interface RandomRun {
  readonly history: string;
  readonly log: string;
  readonly counts: Readonly<Record<string, number>>;
}

/** @param settles whether time stands still for everything between two steps. */
export async function randomRun(seed: number, steps = 40): Promise<RandomRun> {
  const random = seededRandom(seed);
  const chance = (likelihood: number): boolean => random.next() < likelihood;
  const one = <T>(choices: readonly T[]): T => choices[Math.floor(random.next() * choices.length)] as T; // never empty here
  const clock = new SimulatedClock(1_700_000_000_000);
  const plane = new MemoryPlane({ clock });
  const counts: Record<string, number> = {};
  const count = (what: string): void => void (counts[what] = (counts[what] ?? 0) + 1);
  const shared = { shared: true };
  let controller: Controller | undefined;

  const push = (event: Event): void => {
    try {
      controller?.pushEvent(event);
      count(`pushed: ${event.name}`);
    } catch {
      count('refused');
    }
  };
  const write = (txn: UpdateOperations | Pick<UpdateOperations, 'put'>): void => {
    const key = one(keys);
    if ('delete' in txn && chance(0.3)) txn.delete(key);
    else txn.put(key, one<unknown>([shared, { n: Math.floor(random.next() * 3) }, 'text', -0, { list: [1, { x: null }] }]));
  };
  const fail = (): void => {
    if (chance(0.85)) return;
    count('failed');
    const cause = new Error('the reason', { cause: 'not an error' });
    throw one<unknown>([
      new Error('plain', { cause }),
      new AbortEventError(cause),
      chance(0.05) ? new FatalError(cause) : new RangeError('range'),
      'a text',
      new AggregateError([cause, new TypeError('second')], 'many'),
    ]);
  };
  const react = async (txn: Pick<UpdateOperations, 'put'>): Promise<string> => {
    if (chance(0.5)) await pause(clock, one([0, 5, 500, 30_000]));
    else await Promise.resolve();
    write(txn);
    if (chance(0.2)) push(new Custom(UpdateTransactionType.BestEffort, UpdateDirection.Forward, () => {}));
    if (chance(0.03)) {
      count('hung');
      await new Promise(() => {});
    }
    fail();
    count('async');
    return 'later';
  };
  const handler = (name: string): EventHandler => ({
    name,
    handlesEvent: (event) => {
      if (chance(0.02)) throw new Error('cannot say');
      return event.method !== EventMethod.Update || chance(0.7);
    },
    resync(_event, _kube, _count, txn) {
      for (let number = 0; number < 3; number++) write(txn);
      if (chance(0.3)) return react(txn).then(() => {});
      fail();
      return undefined;
    },
    update(_event, txn) {
      write(txn);
      if (chance(0.2)) push(new Custom(UpdateTransactionType.RevertOnFailure, one(Object.values(UpdateDirection)), () => {}));
      if (chance(0.4)) return react(txn);
      fail();
      return chance(0.5) ? 'changed' : undefined;
    },
    revert() {
      count('reverted');
      if (chance(0.2)) throw new Error('cannot be reverted');
    },
  });
  const cli: ExternalConfigSource = {
    name: 'cli',
    getConfigSnapshot() {
      if (chance(0.2)) throw new Error('no snapshot');
      return chance(0.5) ? { '/a': { n: 7 } } : pause(clock, one([1, 90_000])).then(() => ({ values: { '/b': null }, version: 3 }));
    },
  };
  const southbound = new MemoryScheduler({
    clock,
    descriptors: [plane.descriptor({ name: 'all', prefix: '/', dependencies: (key) => (key === '/c' ? ['/a'] : []) })],
  });
  const options: ControllerOptions = {
    handlers: ['first', 'second', 'third'].map(handler),
    southbound,
    externalSources: [cli],
    clock,
    periodicHealing: chance(0.5),
    healing: { attempts: 2, onExhausted: () => (chance(0.7) ? 'retry' : Promise.resolve('abort' as const)) },
    timings: { startupResyncDeadline: Infinity, handlerTimeout: 20_000 },
  };
  const recording = recordController(options);
  ({ controller } = recording);
  if (chance(0.3)) push(new DBResync({ kubeState: {} }));
  await controller.start();
  const value = (): unknown => one<unknown>([shared, { v: 1 }, 5]);
  for (let step = 0; step < steps; step++) {
    const dice = random.next();
    if (step === 3 || dice < 0.05)
      push(new DBResync({ local: chance(0.3), kubeState: { pods: { '/p': value() } }, externalConfig: chance(0.5) ? { '/a': { e: 1 } } : undefined })); // prettier-ignore
    else if (dice < 0.25)
      push(new KubeStateChange({ resource: 'pods', key: one(keys), prevValue: value(), newValue: chance(0.5) ? value() : null })); // prettier-ignore
    else if (dice < 0.35)
      push(new ExternalConfigChange({ source: one(['cli', 'db']), updatedKVs: { [one(keys)]: chance(0.3) ? null : { e: 2 } }, blocking: chance(0.5) })); // prettier-ignore
    else if (dice < 0.4) push(new ExternalConfigResync({ source: 'cli', externalConfig: { '/c': { e: 3 } }, version: step }));
    else if (dice < 0.45) push(new HealingResync({ type: one(Object.values(HealingResyncType)), error: new Error('asked for') }));
    else if (dice < 0.6)
      push(new Custom(one(Object.values(UpdateTransactionType)), one(Object.values(UpdateDirection)), () => chance(0.3) && push(new Custom('bestEffort', 'forward', () => {})))); // prettier-ignore
    else if (dice < 0.75) plane.fail({ times: 2, mode: one(['fail', 'refuse', 'loseAnswer']) });
    else if (dice < 0.8) {
      plane.restart();
      southbound.restored();
      count('restored');
    } else if (dice < 0.84) plane.slowDown(one([0, 0, 50]));
    else if (dice < 0.85) void controller.history.query();
    await clock.advance(one([0, 0, 10, 1_000, 6_000, 70_000]));
  }
  if (chance(0.8)) {
    const closed = controller.close().catch(() => {});
    await clock.advance(60_000);
    await closed;
    count('closed');
  }
  const { log } = recording;
  for (const { name, error } of controller.history.query()) {
    count(`record: ${name}`);
    if (error !== undefined) count('record with an error');
  }
  return { history: controller.history.toJSONLines(), log, counts };
}
