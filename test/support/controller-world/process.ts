/** One process of ours: a source, a syncer beside it, a controller and a scheduler, all of which end when the process does. */
import {
  AbortEventError,
  Controller,
  DatastoreSource,
  FatalError,
  MemoryScheduler,
  type ControllerOptions,
  type Descriptor,
  type Event,
  type ExternalConfigSource,
  type MemoryPlane,
} from '../../../src/controller.js';
import { createSyncer, type ListWatchClient, type Syncer } from '../../../src/index.js';
import type { MemoryDatastore } from '../../../src/memory.js';
import { pause } from '../../../src/ports/clock.js';
import type { Random } from '../../../src/ports/random.js';
import { FaultyClient, faultNames, type FaultRates, type SimulatedClock } from '../../../src/testing/index.js';
import { recordController, type ControllerRecording } from '../../../src/testing/controller-log/record-controller.js';
import { replayController } from '../../../src/testing/controller-log/replay-controller.js';
import type { Tally } from '../../../src/testing/simulation/tally.js';
import type { Disk } from './disk.js';
import { worldHandlers } from './handlers.js';
import { EventJudge, HistoryJudge, type Violate } from './judges.js';
import { MortalClock, type Mortality } from './mortality.js';
import { addressOf, routeOf } from './objects.js';

/** What a process runs in. */
export interface Surroundings {
  readonly clock: SimulatedClock;
  readonly random: Random;
  readonly datastore: MemoryDatastore;
  readonly plane: MemoryPlane;
  readonly disk: Disk;
  readonly tally: Tally;
  readonly violate: Violate;
  /** The second source's wishes. */
  readonly cli: ReadonlyMap<string, unknown>;
  /** Whether each run is recorded, and played again. */
  readonly isRecorded: boolean;
  /** How likely each bad mood of a handler, and a failing snapshot, is. */
  moods: number;
  /** Gets every line of what has happened. */
  readonly trace: (line: string) => void;
}

export const lineFaults = faultNames.filter((name) => !name.startsWith('write.'));

/** Everything at which a process can end. */
export const effects: readonly string[] = [
  'a push',
  'a list',
  'a watch',
  'a snapshot',
  'reading the copy',
  'writing half of the copy',
  'renaming the copy',
  ...['addresses', 'routes', 'rules'].map((name) => `the handler ${name}`),
  ...['addresses', 'routes', 'rules', 'config'].flatMap((name) =>
    ['create', 'delete', 'retrieve'].map((what) => `${what} of ${name}`),
  ),
  ...['addresses', 'routes', 'config'].map((name) => `update of ${name}`),
];

const healingDelay = 5_000;
const resources = [
  { name: 'pods', kind: 'pods' },
  { name: 'policies', kind: 'policies' },
] as const;

export class Process {
  readonly life: Mortality;
  readonly client: FaultyClient;
  readonly controller: Controller;
  readonly source: DatastoreSource;
  readonly scheduler: MemoryScheduler;
  readonly syncer: Syncer;
  private readonly clock: MortalClock;
  private readonly recording: ControllerRecording | undefined;
  private readonly world: Surroundings;
  private readonly events: EventJudge;
  /** What the controller knew of the second source before it failed to say what it wants. */
  private kept: string | undefined;
  /** The local resync that is under way must not take these away. */
  private sheltered: ReadonlySet<string> = new Set();

  constructor(world: Surroundings, life: Mortality, rates: FaultRates) {
    const { random, datastore, disk, tally, violate } = world;
    this.world = world;
    this.life = life;
    const clock = new MortalClock(world.clock, life);
    this.clock = clock;
    this.events = new EventJudge(violate, tally);
    const history = new HistoryJudge(violate, tally, healingDelay);
    this.client = new FaultyClient(datastore, { clock, random, latency: 30, rates });
    this.scheduler = new MemoryScheduler({ clock, descriptors: this.descriptors(), operationTimeout: 20_000 });
    const options: ControllerOptions = {
      handlers: worldHandlers((handler) => this.mood(handler)),
      southbound: this.scheduler,
      externalSources: [this.cli()],
      resources: ['pods', 'policies'],
      clock,
      periodicHealing: true,
      timings: { handlerTimeout: 10_000, delayAfterErrorHealing: healingDelay },
      healing: { attempts: 2, onExhausted: () => (random.next() < 0.8 ? 'retry' : 'abort') },
      onRecord: (record) => {
        if (life.isDead) return;
        world.trace(JSON.stringify(record));
        history.kept(record);
        this.sheltered = new Set();
        this.checkExternal();
      },
      onFatal: (error) => life.die(`by a fatal error: ${error.name}`),
      onProblem: ({ kind }) => tally.add(`problem: ${kind}`),
    };
    this.recording = world.isRecorded ? recordController(options) : undefined;
    this.controller = this.recording?.controller ?? new Controller(options);
    this.source = new DatastoreSource({
      client: this.line(),
      controller: { pushEvent: (event) => this.push(event) },
      resources,
      externalConfig: { prefix: '/config' },
      mirror: disk.mirrorOf(life),
      clock,
      random,
      pageSize: 2,
    });
    this.syncer = createSyncer(
      this.line(),
      resources.map(({ kind }) => ({ list: { kind } })),
      {},
      { clock, random },
    );
  }

  async start(): Promise<void> {
    await this.controller.start();
    this.source.start();
    this.syncer.start();
  }

  /** Pushes an event of somebody who lives in this process. @throws what the controller says. */
  push(event: Event): void {
    this.life.step('a push', () => {
      this.events.follow(event);
      this.controller.pushEvent(event);
      this.events.accepted(event);
      if (event.toString().startsWith('Database Resync (Local')) {
        // What the copy has, and what is wanted by the source that is asked.
        this.sheltered = new Set(Object.keys(this.world.disk.copy?.externalConfig ?? {}));
      }
    });
  }

  /** The process is gone: what it has open is closed by its machine. */
  async bury(): Promise<void> {
    this.clock.stop();
    await this.client.close();
    this.count();
    await this.replay();
  }

  /** Ends in peace. */
  async end(): Promise<void> {
    await this.ends(Promise.all([this.source.close(), this.syncer.stop(), this.controller.close().catch(() => {})]));
    await this.ends(this.scheduler.close());
    if (!this.life.isDead) this.events.ended();
    await this.client.close();
    this.count();
    await this.replay();
  }

  private async replay(): Promise<void> {
    const { recording, controller, world } = this;
    if (recording === undefined) return;
    const { history, divergence } = await replayController(recording.log);
    world.tally.add('runs that were played again');
    if (divergence !== undefined)
      world.violate('E19', `line ${divergence.line}: ${divergence.recorded}, and not ${divergence.found}`);
    else if (history !== controller.history.toJSONLines()) world.violate('E19', 'a replay has led to another history');
  }

  private async ends(work: Promise<unknown>): Promise<void> {
    let isOver = false;
    void work.then(() => (isOver = true));
    await this.world.clock.advance(40_000);
    if (!isOver && !this.life.isDead) this.world.violate('E15', 'the process does not come to its end');
  }

  private count(): void {
    for (const fault of lineFaults) this.world.tally.add(fault, this.client.fired[fault]);
  }

  /** What a source wanted stays when it cannot say what it wants. */
  private checkExternal(): void {
    const { kept } = this;
    this.kept = undefined;
    if (kept === undefined) return;
    const now = JSON.stringify(this.controller.externalConfig['cli'] ?? {});
    if (now !== kept) this.world.violate('EC24', `of a source that failed there was ${kept}, and is ${now}`);
  }

  private line(): ListWatchClient {
    const { life, client } = this;
    return {
      capabilities: client.capabilities,
      ...(client.compareRevisions !== undefined && { compareRevisions: client.compareRevisions }),
      list: (...request) => life.effect('a list', () => client.list(...request)),
      watch: (...request) => life.effect('a watch', () => client.watch(...request)),
    };
  }

  private cli(): ExternalConfigSource {
    return {
      name: 'cli',
      getConfigSnapshot: () =>
        this.life.effect('a snapshot', async () => {
          const { random, moods, tally, cli } = this.world;
          const known = JSON.stringify(this.controller.externalConfig['cli'] ?? {});
          const isWanting = known !== '{}';
          if (random.next() < moods * (isWanting ? 10 : 2)) {
            tally.add('failing snapshots');
            if (isWanting) tally.add('failing snapshots of a source that wants something');
            // Asked again between events, a source that fails keeps what it wanted, too; but it may be heard of before the next record.
            if (this.controller.report().processing === 'Database Resync') this.kept = known;
            throw new Error('There is no snapshot.');
          }
          await pause(this.clock, 20);
          return Object.fromEntries(cli);
        }),
    };
  }

  private async mood(handler: string): Promise<void> {
    await this.life.effect(`the handler ${handler}`, () => {});
    const { random, moods, tally } = this.world;
    if (random.next() >= moods) return;
    const dice = random.next();
    const error = new Error(`${handler} does not want to`);
    const [what, act] =
      dice < 0.4
        ? (['slow', () => pause(this.clock, 700)] as const)
        : dice < 0.7
          ? (['throws', () => Promise.reject(error)] as const)
          : dice < 0.88
            ? (['aborts', () => Promise.reject(new AbortEventError(error))] as const)
            : dice < 0.96
              ? (['hangs', () => new Promise<void>(() => {})] as const)
              : (['fatal', () => Promise.reject(new FatalError(error))] as const);
    tally.add(`handler: ${what}`);
    await act();
  }

  private descriptors(): readonly Descriptor[] {
    const { plane } = this.world;
    const podOf = (route: string): string => route.slice('/routes'.length);
    return [
      plane.descriptor({ name: 'addresses', prefix: '/addresses/' }),
      plane.descriptor({ name: 'routes', prefix: '/routes/', dependencies: (key) => [addressOf(podOf(key))] }),
      plane.descriptor({
        name: 'rules',
        prefix: '/rules/',
        canUpdate: false,
        dependencies: (_key, value) => [routeOf((value as { readonly pod: string }).pod)], // the handler puts rules there
      }),
      plane.descriptor({ name: 'config', prefix: '/config/' }),
    ].map((descriptor) => this.mortal(descriptor));
  }

  /** The descriptor as this process has it. */
  private mortal(descriptor: Descriptor): Descriptor {
    const { life, world } = this;
    const { name, update, retrieve } = descriptor;
    const reach = <T>(what: string, work: () => T | Promise<T>): Promise<T> => life.effect(`${what} of ${name}`, work);
    return {
      ...descriptor,
      create: (...call) => reach('create', () => descriptor.create(...call)),
      delete: (...call) =>
        reach('delete', () => {
          if (this.sheltered.has(call[0])) world.violate('EH41', `a local resync takes ${call[0]} away`);
          return descriptor.delete(...call);
        }),
      ...(update !== undefined && { update: (...call) => reach('update', () => update(...call)) }),
      ...(retrieve !== undefined && { retrieve: (request) => reach('retrieve', () => retrieve(request)) }),
    };
  }
}
