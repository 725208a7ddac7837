/** The syncer: reflectors, what they show, the status they have together, and the consumers that are told. */
import { createActor, type Actor } from 'xstate';
import { syncerStatusMachine } from '../../machines/index.js';
import type { ListWatchClient } from '../model/client.js';
import { StoppedError } from '../model/errors.js';
import type { Key } from '../model/key.js';
import type { KVPair } from '../model/kv-pair.js';
import type { ResourceType } from '../model/resource-type.js';
import type { Snapshot } from '../model/snapshot.js';
import { SyncStatus, type Connectivity } from '../model/status.js';
import type {
  Freshness,
  ResourceTypeReport,
  StopOptions,
  StopReport,
  Syncer,
  SyncerCallbacks,
  SyncerOptions,
} from '../model/syncer.js';
import type { Update } from '../model/update.js';
import { foldConnectivity } from '../policy/status.js';
import { pause, systemClock, type Clock } from '../ports/clock.js';
import { silentLogger, type Logger } from '../ports/logger.js';
import { systemRandom } from '../ports/random.js';
import type { Change, ObjectTree } from '../store/object-tree.js';
import { TreeSnapshot } from '../store/snapshot.js';
import { Audience } from './audience.js';
import type { Removal } from './change-queue.js';
import { syncerDefaults, timingsOf } from './defaults.js';
import { MirroredType, type MirroredTypeHost } from './mirrored-type.js';
import { emptyPicture, show, type Picture } from './picture.js';
import { Quarantine } from './quarantine.js';

/** A resource type, and the client it is mirrored from. */
export interface TypeSetup<In, Out> {
  readonly client: ListWatchClient<In>;
  readonly type: ResourceType<In, Out>;
}

/** Where its own life stands; where its data stands is the status. */
type Life =
  | { readonly stage: 'created' | 'running' }
  | {
      readonly stage: 'stopped';
      /** Resolves when no request is under way any more. */
      readonly requestsEnded: Promise<unknown>;
      /** Resolves when that is so and the consumer has been told everything, or the limit has come. */
      readonly report: Promise<StopReport>;
    };

export class MirrorSyncer<In, Out> implements Syncer<Out> {
  readonly firstSync: Promise<void>;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly mirrored: readonly MirroredType<In, Out>[];
  private readonly fold: Actor<typeof syncerStatusMachine>;
  private readonly audience: Audience<Out>;
  private picture: Picture<Out>;
  private life: Life = { stage: 'created' };
  private onFirstSync: (error?: Error) => void = ignore;

  constructor(setups: readonly TypeSetup<In, Out>[], callbacks: SyncerCallbacks<Out>, options: SyncerOptions) {
    const { clock = systemClock, random = systemRandom, logger = silentLogger } = options;
    const { pageSize = syncerDefaults.pageSize, maxBatchSize = Infinity, initialList = 'paged' } = options;
    this.clock = clock;
    this.logger = logger;
    this.firstSync = new Promise((resolve, reject) => {
      this.onFirstSync = (error) => (error === undefined ? resolve() : reject(error));
    });
    this.firstSync.catch(ignore); // nobody has to wait for it
    this.picture = emptyPicture(setups.length);
    this.fold = createActor(syncerStatusMachine, { clock, input: { types: setups.length } }).start();
    this.audience = new Audience({ callbacks, maxBatchSize, logger, onStatusDelivered: (status) => this.statusDelivered(status) });
    const quarantine = new Quarantine({
      parseFailed: (argument) => this.audience.notify(`parseFailed:${argument.rawKey}`, { callback: 'parseFailed', argument }),
      parseMended: (argument) => this.audience.notify(`parseMended:${argument}`, { callback: 'parseMended', argument }),
    });
    const streamsLists = initialList === 'streamed';
    const surroundings = { timings: timingsOf(options), pageSize, streamsLists, clock, random, logger, quarantine };
    const host: MirroredTypeHost<Out> = {
      statusReported: (index, status) => this.statusReported(index, status),
      show: (index, outputs, changes, removalOf) => this.show(index, outputs, changes, removalOf),
      notify: (slot, notice) => this.audience.notify(slot, notice),
    };
    this.mirrored = setups.map((setup, index) => new MirroredType(index, setup, surroundings, host));
  }

  start(): void {
    if (this.life.stage === 'stopped') throw new StoppedError('This syncer has been stopped; create another one.');
    if (this.life.stage === 'running') return;
    this.life = { stage: 'running' };
    this.audience.publish(SyncStatus.WaitForDatastore);
    for (const type of this.mirrored) type.start();
  }

  stop(options: StopOptions = {}): Promise<StopReport> {
    const life = this.life.stage === 'stopped' ? this.life : this.end(options);
    this.life = life;
    // A callback that waited for its own return would wait for ever.
    if (!this.audience.isOnStack) return life.report;
    return Promise.race([life.requestsEnded, life.report]).then(() => ({ undelivered: this.audience.pendingKeys }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get status(): SyncStatus {
    const status = this.fold.getSnapshot().value;
    return status === 'stopped' ? SyncStatus.WaitForDatastore : status;
  }

  get connectivity(): Connectivity {
    return foldConnectivity(this.mirrored.map(({ connectivity }) => connectivity));
  }

  freshness(): Freshness {
    const reports = this.types();
    const sinceContact = longest(reports.map((report) => report.sinceContact));
    const sinceCommit = longest(reports.map((report) => report.sinceCommit));
    return { ...(sinceContact === undefined ? {} : { sinceContact }), ...(sinceCommit === undefined ? {} : { sinceCommit }) };
  }

  types(): readonly ResourceTypeReport[] {
    return this.mirrored.map((type) => type.describe());
  }

  snapshot(): Snapshot<Out> {
    return new TreeSnapshot(this.audience.delivered);
  }

  updates(options: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterableIterator<readonly Update<Out>[]> {
    return this.audience.stream(this.picture.shown, options.signal);
  }

  private statusReported(index: number, status: SyncStatus): void {
    if (this.fold.getSnapshot().status !== 'active') return;
    const before = this.status;
    this.fold.send({ type: 'type.reported', index, status });
    if (this.status === before) return;
    this.logger.info(`The status is ${this.status}.`, { before });
    this.audience.publish(this.status);
  }

  private statusDelivered(status: SyncStatus): void {
    if (status === SyncStatus.InSync) this.onFirstSync();
  }

  private show(
    index: number,
    outputs: ObjectTree<KVPair<Out>>,
    changes: readonly Change<KVPair<Out>>[],
    removalOf: (key: Key) => Removal,
  ): void {
    if (this.life.stage === 'stopped') return; // a processor has stopped the syncer: the picture has ended without what it was at
    const commit = show(this.picture, index, outputs, changes);
    this.picture = commit.after;
    this.audience.change(commit.changes, this.picture.shown, removalOf);
    for (const { key, shown, hidden } of commit.collisions) this.collided(key, shown, hidden);
  }

  private collided(key: Key, shown: number, hidden: number): void {
    const [first, second] = [this.mirrored[shown]?.type.list ?? {}, this.mirrored[hidden]?.type.list ?? {}];
    this.logger.warn(`Two resource types show ${key}; that of the first is shown.`, { first, second });
    const argument = { kind: 'keyCollision', key, shown: first, hidden: second } as const;
    this.audience.notify(`keyCollision:${key}`, { callback: 'onProblem', argument });
  }

  private end({ mode = 'emitDeletes', limit = syncerDefaults.stopLimit }: StopOptions): Life & { readonly stage: 'stopped' } {
    const isWaiting = this.status === SyncStatus.WaitForDatastore;
    this.fold.send({ type: 'stop' });
    const requestsEnded = Promise.all(this.mirrored.map((type) => type.stop()));
    if (mode === 'emitDeletes') this.deleteEverything(isWaiting);
    const unwanted = mode === 'silent' ? this.audience.silence() : 0;
    this.audience.finish();
    this.onFirstSync(new StoppedError('The syncer was stopped before it was first in sync.'));
    return { stage: 'stopped', requestsEnded, report: this.finish(requestsEnded, mode, limit, unwanted) };
  }

  private async finish(
    requestsEnded: Promise<unknown>,
    mode: StopOptions['mode'],
    limit: number,
    unwanted: number,
  ): Promise<StopReport> {
    const told = mode === 'silent' ? undefined : this.audience.idle();
    const isInTime = await this.within(limit, Promise.all([requestsEnded, told]));
    const report = { undelivered: unwanted + this.audience.pendingKeys };
    if (!isInTime) this.logger.warn(`Stopping took longer than ${limit} ms: a callback or a request has not ended.`, report);
    this.audience.close();
    return report;
  }

  /** So that the consumer's picture ends empty, and nobody waits for the datastore while it does. */
  private deleteEverything(isWaiting: boolean): void {
    const { shown } = this.picture;
    if (shown.size === 0) return;
    if (isWaiting) this.audience.publish(SyncStatus.ResyncInProgress);
    const changes = [...shown].map(([key, before]) => ({ key, before, after: undefined }));
    this.picture = emptyPicture(this.mirrored.length);
    this.audience.change(changes, this.picture.shown, () => ({ revision: undefined, finalStateUnknown: true }));
  }

  private async within(limit: number, work: Promise<unknown>): Promise<boolean> {
    const abort = new AbortController();
    const isInTime = await Promise.race([work.then(() => true), pause(this.clock, limit, abort.signal).then(() => false)]);
    abort.abort();
    return isInTime;
  }
}

function longest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function ignore(): void {}
