/**
 * Runs the reflector chart for one list of one client: provides its effects and its sink, and tells how it is doing.
 */
import { createActor, type Actor, type SnapshotFrom } from 'xstate';
import { reflectorMachine, type ReflectorFact } from '../../machines/index.js';
import type { ListWatchClient } from '../model/client.js';
import type { Failure } from '../model/failure.js';
import type { KVPairList } from '../model/kv-pair.js';
import type { ListOptions } from '../model/list-options.js';
import type { Revision } from '../model/revision.js';
import { SyncStatus, type Connectivity } from '../model/status.js';
import type { ReflectorTimings } from '../model/timings.js';
import type { WatchEvent } from '../model/watch.js';
import { waitBeforeList, waitBeforeWatch } from '../policy/waits.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Random } from '../ports/random.js';
import { ReflectorEffects } from './effects.js';
import { FailureTeller, type OnFailure } from './failure-teller.js';
import type { ReflectorSink } from './sink.js';

/** What a reflector is made of. */
export interface ReflectorOptions<V> {
  readonly client: ListWatchClient<V>;
  readonly list: ListOptions;
  readonly sink: ReflectorSink<V>;
  readonly timings: ReflectorTimings;
  /** Items in a page. 0: everything at once. */
  readonly pageSize: number;
  /** Read lists as streams where the client can. */
  readonly streamsLists: boolean;
  /** Between two redeliveries, in milliseconds. 0: never. */
  readonly redeliverInterval: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Something that {@link Reflector.report} tells has changed. Called after the transition that changed it. */
  readonly onChange: () => void;
  /** The chart itself has failed, which is a defect of this package. Nothing will happen any more. */
  readonly onCrash: (error: unknown) => void;
  /** Hears of every request that failed or was given up, in order. */
  readonly onFailure?: OnFailure | undefined;
}

/** How a reflector is doing. */
export interface ReflectorReport {
  /** Where its chart stands, such as `watching.streaming.following`. */
  readonly state: string;
  readonly status: SyncStatus;
  readonly connectivity: Connectivity;
  readonly revision: Revision | undefined;
  readonly listFailures: number;
  readonly watchFailures: number;
  readonly lastFailure: Failure | undefined;
  /** By the clock's `now`; undefined when it has not happened yet. */
  readonly lastContact: number | undefined;
  readonly lastCommit: number | undefined;
}

const crashed = { state: 'crashed', status: SyncStatus.WaitForDatastore, connectivity: 'disconnected' } as const;

/** One running chart. */
export class Reflector<V> {
  private readonly options: ReflectorOptions<V>;
  private readonly effects: ReflectorEffects<V>;
  private readonly actor: Actor<typeof reflectorMachine>;
  private readonly failures: FailureTeller | undefined;
  private lastStatus: SyncStatus = SyncStatus.WaitForDatastore;
  private lastFailure: Failure | undefined;
  private lastContact: number | undefined;
  private lastCommit: number | undefined;

  constructor(options: ReflectorOptions<V>) {
    this.options = options;
    const { client, list, pageSize, clock, timings, redeliverInterval, onFailure } = options;
    this.failures = onFailure && new FailureTeller(onFailure);
    const onReplays = (count: number): void =>
      options.logger.warn(`A watch told ${count} events again that were committed.`, { list });
    this.effects = new ReflectorEffects({ client, list, pageSize, clock, onFact: (fact) => this.note(fact), onReplays });
    const streamsLists = options.streamsLists && client.capabilities.initialList !== false;
    this.actor = createActor(this.chart(), { clock, input: { timings, streamsLists, redeliverInterval } });
    this.actor.start();
    this.actor.subscribe({
      next: (snapshot) => {
        this.lastStatus = statusAfter(this.lastStatus, snapshot);
        this.failures?.transitioned(snapshot.context);
        options.onChange();
      },
      error: (error) => options.onCrash(error),
    });
  }

  /** Begins. Calling it again changes nothing. */
  start(): void {
    this.send({ type: 'start' });
  }

  /** Ends, in any state. Resolves when nothing is under way any more. */
  stop(): Promise<void> {
    this.send({ type: 'stop' });
    return this.effects.end();
  }

  /** The status of {@link Reflector.report}, which is asked for after every transition. */
  get status(): SyncStatus {
    return this.actor.getSnapshot().status === 'error' ? crashed.status : this.lastStatus;
  }

  report(): ReflectorReport {
    const snapshot = this.actor.getSnapshot();
    const { revision, listFailures, watchFailures } = snapshot.context;
    if (snapshot.status === 'error') return { ...this.memory(), ...crashed, revision, listFailures, watchFailures };
    const links = ['neverConnected', 'connected', 'silent', 'disconnected'] as const;
    const connectivity = links.find((link) => snapshot.hasTag(link)) ?? 'neverConnected';
    return {
      state: pathOf(snapshot.value),
      status: this.status,
      connectivity,
      revision,
      listFailures,
      watchFailures,
      ...this.memory(),
    };
  }

  private memory(): Pick<ReflectorReport, 'lastFailure' | 'lastContact' | 'lastCommit'> {
    return { lastFailure: this.lastFailure, lastContact: this.lastContact, lastCommit: this.lastCommit };
  }

  private send(command: { readonly type: 'start' | 'stop' }): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send(command);
  }

  private chart(): typeof reflectorMachine {
    const { sink, random } = this.options;
    return reflectorMachine.provide({
      actors: { list: this.effects.list, watch: this.effects.watch },
      actions: {
        // The chart is about any objects; what this client lists and watches are objects of V.
        replaceAll: (_, { list }) => this.committed(() => sink.replaceAll(list as KVPairList<V>)),
        commit: (_, { events }) => this.committed(() => sink.commit(events as readonly WatchEvent<V>[])),
        removeAll: () => this.committed(() => sink.removeAll()),
        redeliver: () => sink.redeliver(),
        reportDisconnected: () => sink.disconnected(),
        reportReconnected: () => sink.reconnected(),
        reportFailedList: ({ context, event }) => {
          if (event.type === 'list.failed') sink.listFailed(event.failure, context.listFailures);
        },
      },
      delays: {
        listRetry: ({ context }) => waitBeforeList(context, random),
        watchRetry: ({ context }) => waitBeforeWatch(context, random),
      },
    });
  }

  private committed(commit: () => void): void {
    commit();
    this.lastCommit = this.options.clock.now();
  }

  /** Keeps what people ask about and the chart does not decide by. */
  private note(fact: ReflectorFact): void {
    this.failures?.note(fact);
    const failure = 'failure' in fact ? fact.failure : undefined;
    if (failure === undefined) {
      this.lastContact = this.options.clock.now();
      return;
    }
    this.lastFailure = failure;
    this.options.logger.debug(`${fact.type}: ${failure.error.message}`, { list: this.options.list, kind: failure.kind });
  }
}

/**
 * The status of one resource type: in sync, or lost, as soon as that is so; resyncing from when a list is asked for. A pause before a
 * list changes nothing (Calico watchersyncer).
 */
function statusAfter(before: SyncStatus, snapshot: SnapshotFrom<typeof reflectorMachine>): SyncStatus {
  if (snapshot.hasTag('inSync')) return SyncStatus.InSync;
  if (snapshot.hasTag('neverConnected') || snapshot.hasTag('disconnected')) return SyncStatus.WaitForDatastore;
  return snapshot.hasTag('listing') ? SyncStatus.ResyncInProgress : before;
}

/** `{ running: { mirror: { watching: 'waiting' }, link: ... } }` is `watching.waiting`: the other regions are told otherwise. */
function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  if ('running' in value) return pathOf((value.running as { readonly mirror: unknown }).mirror); // the chart's own shape
  return Object.entries(value)
    .map(([state, inner]) => `${state}.${pathOf(inner)}`)
    .join();
}
