/// <reference lib="esnext.disposable" preserve="true" />
/** Tells a controller what a datastore holds and how it changes (Contiv controller, dbWatcher). */
import { createActor, type Actor } from 'xstate';
import type { datastoreConnectionMachine } from '../../../machines/datastore-connection.machine.js';
import { ClosedError } from '../../model/errors.js';
import { failureOf } from '../../policy/failure.js';
import { Reflector } from '../../reflector/reflector.js';
import { within } from '../../reflector/within.js';
import { ChangeTeller } from './change-teller.js';
import { connectionChart } from './connection-chart.js';
import { ControllerGate } from './controller-gate.js';
import { MirrorSaver } from './mirror-saver.js';
import { datastoreSourceSettingsOf, type DatastoreSourceOptions, type DatastoreSourceSettings } from './options.js';
import { stateOf, type Picture } from './picture.js';
import { ProblemTeller } from './problems.js';
import { RemoteFacts } from './remote-facts.js';
import { SourceEffects } from './source-effects.js';
import { connectionOf, type DatastoreSourceReport } from './source-report.js';
import { SourceSink } from './source-sink.js';

export type { DatastoreSourceReport } from './source-report.js';

/**
 * Tells a controller everything that a datastore holds, as a DBResync, and then every change, as KubeStateChange and
 * ExternalConfigChange; for as long as the connection is unbroken. After every loss of the connection, or of the history, there is one
 * DBResync more, and nothing between the two. One list and one watch read all of it, so that every state that is told is one that the
 * datastore had.
 *
 * A silence shorter than `toleratedSilence` whose changes can all still be told is no loss. A change that the controller refuses makes a
 * DBResync due, with a backoff. When the datastore is out of reach at the start, the local copy is told instead, once; it gives back
 * external configuration too, as far as it has it.
 *
 * In `KubeStateData` and in changes an object has the whole key of the datastore, such as `/pods/default/web-0`: resources may share no
 * key then, and every key leads back to its object.
 *
 * @example
 * ```ts
 * import { DatastoreSource } from 'heliostat/controller';
 * import { MemoryDatastore } from 'heliostat/memory';
 * const datastore = new MemoryDatastore();
 * await datastore.create({ key: '/pods/default/web-0', value: { node: 'a' } });
 * const source = new DatastoreSource({
 *   client: datastore,
 *   resources: [{ name: 'pods', kind: 'pods' }],
 *   controller: { pushEvent: (event) => console.log(`${event}`) }, // your Controller
 * });
 * source.start();
 * await source.close();
 * ```
 */
export class DatastoreSource implements AsyncDisposable {
  private readonly settings: DatastoreSourceSettings;
  private readonly problems: ProblemTeller;
  private readonly sink: SourceSink;
  private readonly reflector: Reflector<unknown>;
  private readonly changes: ChangeTeller;
  private readonly effects: SourceEffects;
  private readonly saver: MirrorSaver | undefined;
  private readonly gate: ControllerGate;
  private readonly actor: Actor<typeof datastoreConnectionMachine>;
  private readonly remote = new RemoteFacts();
  /** What has been listed since the reflector told last. */
  private list: { readonly bringsNews: boolean } | undefined;
  private resyncs = 0;
  private localResyncs = 0;
  private ending: Promise<void> | undefined;

  /** @throws ValidationError when an option is missing or illegal, or a key could belong to two resources. */
  constructor(options: DatastoreSourceOptions) {
    this.settings = datastoreSourceSettingsOf(options);
    const { controller, mirror, onProblem, logger, clock } = this.settings;
    this.problems = new ProblemTeller(onProblem, logger);
    this.gate = new ControllerGate(controller, this.problems, () => this.send({ type: 'controller.closed' }));
    this.changes = new ChangeTeller(this.gate);
    this.sink = this.makeSink();
    this.effects = this.makeEffects();
    this.saver = mirror && this.makeSaver(mirror);
    this.reflector = this.makeReflector();
    const { settings, effects, changes, gate, problems } = this;
    const { delayLocalResync, toleratedSilence, resyncRetryInterval, timings } = settings;
    const { healthyPeriod, backoff } = timings;
    const input = {
      delayLocalResync,
      toleratedSilence,
      resyncRetryInterval,
      healthyPeriod,
      backoff,
      hasMirror: mirror !== undefined,
    };
    this.actor = createActor(connectionChart({ settings, effects, changes, gate, problems }), { clock, input });
    this.actor.subscribe({ complete: () => void this.end(), error: (error) => this.crashed(error) });
    this.actor.start();
  }

  /** Begins. Calling it again changes nothing. @throws ClosedError when the source has ended. */
  start(): void {
    if (this.ending !== undefined)
      throw new ClosedError('This DatastoreSource has ended and does not start again: make another one.');
    this.actor.send({ type: 'start' });
    this.reflector.start();
  }

  /**
   * Has everything told to the controller again, when changes are being told; else that is going to happen anyway. The datastore is not
   * asked: what is held is what it has.
   */
  requestResync(): void {
    this.send({ type: 'resync' });
  }

  /**
   * Ends, in any state: nothing is told any more. Resolves when nothing is under way and the local copy has been written, after
   * `stopLimit` at most. Calling it again gives the same promise.
   */
  close(): Promise<void> {
    this.send({ type: 'stop' });
    return this.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  report(): DatastoreSourceReport {
    const { resyncs, localResyncs, saver, settings } = this;
    return {
      ...connectionOf(this.actor.getSnapshot()),
      reflector: this.reflector.report(),
      objects: this.sink.picture.size,
      malformed: this.sink.malformed,
      told: { resyncs, localResyncs, changes: this.changes.told },
      ...(saver?.savedAt === undefined ? {} : { sinceMirrored: settings.clock.now() - saver.savedAt }),
    };
  }

  private send(event: Parameters<Actor<typeof datastoreConnectionMachine>['send']>[0]): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send(event);
  }

  private makeSink(): SourceSink {
    return new SourceSink(this.settings.registry, {
      listTaken: (bringsNews) => (this.list = { bringsNews }),
      changed: (batch) => {
        this.changes.add(batch);
        if (this.resyncs > 0) this.saver?.saveSoon();
      },
      malformed: (error) => this.problems.tell({ kind: 'malformed', error }),
      otherDatastore: (storeId, previousStoreId) => this.problems.tell({ kind: 'otherDatastore', storeId, previousStoreId }),
    });
  }

  private makeReflector(): Reflector<unknown> {
    const { logger } = this.settings;
    return new Reflector({
      ...this.settings,
      sink: this.sink,
      streamsLists: false,
      redeliverInterval: 0,
      logger,
      onChange: () => this.remoteChanged(),
      onCrash: (error) => this.crashed(error),
      onFailure: (failure, phase) => this.problems.tell({ kind: 'request', failure, phase }),
    });
  }

  private remoteChanged(): void {
    const { list } = this;
    this.list = undefined;
    for (const fact of this.remote.next(this.reflector.report(), list)) this.send(fact);
  }

  private makeEffects(): SourceEffects {
    const { registry, mirror } = this.settings;
    let told: Picture = this.sink.picture;
    return new SourceEffects({
      gate: this.gate,
      problems: this.problems,
      registry,
      mirror,
      stateToTell: () => stateOf((told = this.sink.picture), registry),
      onResync: () => {
        this.resyncs++;
        this.changes.begin(told);
        this.saver?.saveNow();
      },
      onLocalResync: ({ storeId }) => {
        this.localResyncs++;
        this.sink.storeId ??= storeId;
      },
    });
  }

  private makeSaver(mirror: NonNullable<DatastoreSourceSettings['mirror']>): MirrorSaver {
    const { mirrorInterval: interval, clock, registry } = this.settings;
    return new MirrorSaver({
      mirror,
      interval,
      clock,
      stateOf: () => {
        const { storeId, picture } = this.sink;
        return { savedAt: clock.wallNow(), ...(storeId === undefined ? {} : { storeId }), ...stateOf(picture, registry) };
      },
      onFailure: (error) => this.problems.tell({ kind: 'mirror', operation: 'save', error }),
    });
  }

  private crashed(thrown: unknown): void {
    if (this.ending !== undefined) return;
    this.problems.tell({ kind: 'crashed', error: failureOf(thrown).error });
    this.send({ type: 'stop' });
    void this.end();
  }

  private end(): Promise<void> {
    this.ending ??= this.finish();
    return this.ending;
  }

  private async finish(): Promise<void> {
    const { clock, stopLimit } = this.settings;
    const work = Promise.all([this.reflector.stop(), this.effects.settled(), this.saver?.close()]);
    const isInTime = await within(clock, stopLimit, work);
    if (!isInTime)
      this.problems.log('warn', `The end took longer than ${stopLimit} ms: a request, or the local copy, has not ended.`);
  }
}
