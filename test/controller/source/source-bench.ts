/** A DatastoreSource between a memory datastore on a line that can be struck, and a loop that records what it is told, on simulated time. */
import { ClosedError } from '../../../src/index.js';
import { EventQueueFullError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import type { Event } from '../../../src/controller/events/event.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import { DatastoreSource } from '../../../src/controller/source/datastore-source.js';
import type { LocalMirror, MirroredState } from '../../../src/controller/source/local-mirror.js';
import type { DatastoreSourceOptions } from '../../../src/controller/source/options.js';
import type { DatastoreSourceProblem } from '../../../src/controller/source/problems.js';
import { MemoryDatastore } from '../../../src/memory.js';
import { FaultyClient, seededRandom, SimulatedClock } from '../../../src/testing/index.js';

/** Folds what it is told, and checks that each change fits. */
export class RecordingLoop {
  readonly lines: string[] = [];
  readonly events: Event[] = [];
  /** What it knows: resource → key → value. External configuration is resource `external`. */
  known = new Map<string, Map<string, unknown>>();
  readonly violations: string[] = [];
  /** How many more events it takes before it is full. */
  room = Infinity;
  isClosed = false;
  refusedAt: number[] = [];
  onEvent: (event: Event) => void = () => {};
  private readonly clock: SimulatedClock;

  constructor(clock: SimulatedClock) {
    this.clock = clock;
  }

  pushEvent(event: Event): void {
    if (this.isClosed) throw new ClosedError('the loop is closed');
    if (this.room <= 0) {
      this.refusedAt.push(this.clock.now());
      throw new EventQueueFullError('the queue is full');
    }
    this.room--;
    this.events.push(event);
    this.take(event);
    this.onEvent(event);
  }

  /** What was told since it was asked last. */
  news(): string[] {
    return this.lines.splice(0);
  }

  valueOf(resource: string, key: string): unknown {
    return this.known.get(resource)?.get(key);
  }

  /** Everything it knows, as text, without what is empty. */
  get picture(): string {
    return pictureOf(
      [...this.known].flatMap(([resource, values]) => [...values].map(([key, value]) => [resource, key, value] as const)),
    );
  }

  private take(event: Event): void {
    if (event instanceof DBResync) {
      const external =
        event.externalConfig === undefined ? this.known.get('external') : new Map(Object.entries(event.externalConfig));
      this.known = new Map(Object.entries(event.kubeState).map(([name, values]) => [name, new Map(Object.entries(values))]));
      if (external !== undefined) this.known.set('external', external);
      this.lines.push(
        `${event.local ? 'local' : 'resync'} ${[...this.known].map(([name, values]) => `${name}:${values.size}`).join(' ')}`,
      );
    } else if (event instanceof KubeStateChange) {
      const { key, resource, prevValue, newValue } = event;
      const values = this.known.get(resource);
      if (values === undefined) this.violations.push(`${key}: resource ${resource} is unknown`);
      if (textOf(values?.get(key)) !== textOf(prevValue))
        this.violations.push(`${key}: prevValue ${textOf(prevValue)}, told ${textOf(values?.get(key))}`);
      if (textOf(prevValue) === textOf(newValue)) this.violations.push(`${key}: nothing has changed, it is ${textOf(newValue)}`);
      if (newValue === undefined) values?.delete(key);
      else values?.set(key, newValue);
      this.lines.push(`${resource} ${key} ${textOf(prevValue)} -> ${textOf(newValue)}`);
    } else if (event instanceof ExternalConfigChange) {
      if (event.isBlocking || event.source !== 'db')
        this.violations.push(`an external change of ${event.source}, blocking ${event.isBlocking}`);
      for (const [key, value] of Object.entries(event.updatedKVs)) {
        if (value === null) this.known.get('external')?.delete(key);
        else this.known.get('external')?.set(key, value);
      }
      this.lines.push(
        `external ${Object.entries(event.updatedKVs)
          .map(([key, value]) => `${key} ${textOf(value)}`)
          .join(', ')}`,
      );
    } else this.violations.push(`an event ${event.name}`);
  }
}

function textOf(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}

export function pictureOf(entries: readonly (readonly [resource: string, key: string, value: unknown])[]): string {
  return entries
    .map((entry) => JSON.stringify(entry))
    .toSorted()
    .join('\n');
}

/** A local copy in memory. It keeps text: what it hands out is nobody else's. */
export class MemoryMirror implements LocalMirror {
  text: string | undefined;
  saves: number[] = [];
  loads = 0;
  failure: Error | undefined;
  onSave: (state: MirroredState) => void = () => {};
  private readonly clock: SimulatedClock;

  constructor(clock: SimulatedClock, state?: MirroredState) {
    this.clock = clock;
    if (state !== undefined) this.text = JSON.stringify(state);
  }

  load(): Promise<MirroredState | undefined> {
    this.loads++;
    if (this.failure !== undefined) return Promise.reject(this.failure);
    return Promise.resolve(this.text === undefined ? undefined : (JSON.parse(this.text) as MirroredState)); // as save wrote it
  }

  save(state: MirroredState): Promise<void> {
    this.saves.push(this.clock.now());
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.onSave(state);
    this.text = JSON.stringify(state);
    return Promise.resolve();
  }
}

export const resources = [
  { name: 'pods', kind: 'pods' },
  { name: 'nodes', prefix: '/registry/nodes' },
] as const;

export class SourceBench {
  readonly clock: SimulatedClock;
  readonly datastore: MemoryDatastore;
  readonly client: FaultyClient;
  readonly loop: RecordingLoop;
  readonly source: DatastoreSource;
  readonly problems: DatastoreSourceProblem[] = [];

  constructor(
    options: Partial<DatastoreSourceOptions> = {},
    shared: { clock?: SimulatedClock; datastore?: MemoryDatastore; seed?: number } = {},
  ) {
    this.clock = shared.clock ?? new SimulatedClock();
    const random = seededRandom(shared.seed ?? 1);
    this.datastore = shared.datastore ?? new MemoryDatastore({ clock: this.clock, random, history: { maxRevisions: 20 } });
    this.client = new FaultyClient(this.datastore, { clock: this.clock, random });
    this.loop = new RecordingLoop(this.clock);
    this.source = new DatastoreSource({
      client: this.client,
      resources,
      externalConfig: { prefix: '/config/db' },
      controller: this.loop,
      clock: this.clock,
      random,
      onProblem: (problem) => this.problems.push(problem),
      ...options,
    });
  }

  get connection(): string {
    return this.source.report().connection;
  }

  /** The problems other than failed requests. */
  get troubles(): string[] {
    return this.problems.map(({ kind }) => kind).filter((kind) => kind !== 'request');
  }

  async start(): Promise<this> {
    this.source.start();
    await this.clock.advance(1);
    return this;
  }

  async apply(key: string, value: unknown): Promise<void> {
    await this.datastore.apply({ key, value });
    await this.clock.advance(1);
  }

  async delete(key: string): Promise<void> {
    await this.datastore.delete(key);
    await this.clock.advance(1);
  }

  /** Ends it, and says what was wrong on the way. */
  async close(): Promise<readonly string[]> {
    const closed = this.source.close();
    await this.clock.advance(6_000);
    await closed;
    return this.loop.violations;
  }
}

/** What must be known when the datastore has these objects: sorted by hand, not by the code that is tested. */
export function expectedPicture(objects: Iterable<readonly [string, unknown]>): string {
  return pictureOf(
    [...objects].flatMap(([key, value]) => {
      const resource = key.startsWith('/pods/')
        ? 'pods'
        : key.startsWith('/registry/nodes/')
          ? 'nodes'
          : key.startsWith('/config/db/')
            ? 'external'
            : undefined;
      return resource === undefined ? [] : [[resource, key, value] as const];
    }),
  );
}
