/** One resource type of a syncer, put together: its reflector, its objects, its conversion, and what it reports. */
import type { ListWatchClient } from '../model/client.js';
import { isHeliostatError, type ParseError } from '../model/errors.js';
import type { Key } from '../model/key.js';
import type { KVPair } from '../model/kv-pair.js';
import type { ResourceType } from '../model/resource-type.js';
import { SyncStatus, type Connectivity } from '../model/status.js';
import type { ResourceTypeReport } from '../model/syncer.js';
import type { ReflectorTimings } from '../model/timings.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { Random } from '../ports/random.js';
import { Reflector } from '../reflector/reflector.js';
import type { Change, ObjectTree } from '../store/object-tree.js';
import { admissionOf } from './admission.js';
import type { Removal } from './change-queue.js';
import type { Notice } from './consumer.js';
import { passThroughConversion, ProcessorConversion, type Conversion } from './conversion.js';
import type { Quarantine, Teller } from './quarantine.js';
import { TypeMirror, type TypeMirrorHost } from './type-mirror.js';

/** What all resource types of a syncer share. */
export interface TypeSurroundings {
  readonly timings: ReflectorTimings;
  readonly pageSize: number;
  readonly streamsLists: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly quarantine: Quarantine;
}

/** What a resource type tells its syncer, which knows it by its index. */
export interface MirroredTypeHost<Out> {
  statusReported(index: number, status: SyncStatus): void;
  show(
    index: number,
    outputs: ObjectTree<KVPair<Out>>,
    changes: readonly Change<KVPair<Out>>[],
    removalOf: (key: Key) => Removal,
  ): void;
  notify(slot: string, notice: Notice): void;
}

export class MirroredType<In, Out> {
  readonly type: ResourceType<In, Out>;
  private readonly index: number;
  private readonly surroundings: TypeSurroundings;
  private readonly host: MirroredTypeHost<Out>;
  private readonly mirror: TypeMirror<In, Out>;
  private readonly reflector: Reflector<In>;
  private reported: SyncStatus = SyncStatus.WaitForDatastore;

  constructor(
    index: number,
    setup: { readonly client: ListWatchClient<In>; readonly type: ResourceType<In, Out> },
    surroundings: TypeSurroundings,
    host: MirroredTypeHost<Out>,
  ) {
    this.index = index;
    this.type = setup.type;
    this.surroundings = surroundings;
    this.host = host;
    const { client, type } = setup;
    this.mirror = new TypeMirror({
      host: this.mirrorHost(),
      conversion: this.conversion(),
      admit: admissionOf(client, type.list),
      onMalformed: type.onMalformed ?? 'keepLast',
      deletesOnDisconnect: type.deletesOnDisconnect ?? false,
    });
    this.reflector = new Reflector({
      ...surroundings,
      client,
      list: type.list,
      sink: this.mirror,
      redeliverInterval: 0,
      onChange: () => this.report(this.reflector.status),
      onCrash: (error) => this.crashed(error),
    });
  }

  start(): void {
    this.reflector.start();
  }

  stop(): Promise<void> {
    return this.reflector.stop();
  }

  get connectivity(): Connectivity {
    return this.reflector.report().connectivity;
  }

  describe(): ResourceTypeReport {
    const { lastContact, lastCommit, revision, lastFailure, ...rest } = this.reflector.report();
    const now = this.surroundings.clock.now();
    return {
      ...rest,
      list: this.type.list,
      objects: this.mirror.size,
      malformed: [this.datastore, this.processor].flatMap((teller) => this.surroundings.quarantine.of(teller)),
      ...(revision === undefined ? {} : { revision }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      ...(lastContact === undefined ? {} : { sinceContact: now - lastContact }),
      ...(lastCommit === undefined ? {} : { sinceCommit: now - lastCommit }),
    };
  }

  private report(status: SyncStatus): void {
    if (status === this.reported) return;
    this.reported = status;
    this.host.statusReported(this.index, status);
  }

  private crashed(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const { list } = this.type;
    this.surroundings.logger.error(`The mirror of ${JSON.stringify(list)} has crashed: ${error.message}`, { error });
    this.report(SyncStatus.WaitForDatastore);
    this.host.notify(`crashed:${this.index}`, { callback: 'onProblem', argument: { kind: 'crashed', list, error } });
  }

  private mirrorHost(): TypeMirrorHost<Out> {
    const { host, index } = this;
    const { quarantine } = this.surroundings;
    const { list } = this.type;
    return {
      leaveWaiting: () => {
        if (this.reported === SyncStatus.WaitForDatastore) this.report(SyncStatus.ResyncInProgress);
      },
      beginResync: () => this.report(SyncStatus.ResyncInProgress),
      show: (outputs, changes, removalOf) => host.show(index, outputs, changes, removalOf),
      quarantine: (error) => quarantine.add(this.datastore, error),
      hasQuarantined: () => !quarantine.isEmpty,
      release: (rawKey) => quarantine.clear(this.datastore, rawKey),
      quarantineOnly: (errors) => quarantine.replace(this.datastore, errors),
      syncFailed: (failure, attempts) =>
        host.notify(`syncFailed:${index}`, { callback: 'syncFailed', argument: { list, failure, attempts } }),
      syncRecovered: () => host.notify(`syncRecovered:${index}`, { callback: 'syncRecovered', argument: { list } }),
    };
  }

  private conversion(): Conversion<In, Out> {
    const { updateProcessor, onMalformed = 'keepLast' } = this.type;
    const { quarantine } = this.surroundings;
    // Without a processor a type shows its objects as they are, so Out is In: createSyncer's signature says so.
    if (updateProcessor === undefined) return passThroughConversion<In>() as unknown as Conversion<In, Out>;
    return new ProcessorConversion({
      processor: updateProcessor,
      onMalformed,
      onFailed: (key, error) => this.mirror.defer(() => this.conversionFailed(key, error)),
      onMended: (_, error) => {
        if (isParseError(error)) this.mirror.defer(() => quarantine.clear(this.processor, error.rawKey));
      },
    });
  }

  private conversionFailed(key: Key | undefined, error: Error): void {
    if (isParseError(error)) return this.surroundings.quarantine.add(this.processor, error);
    const { list } = this.type;
    this.surroundings.logger.warn(`The processor of ${JSON.stringify(list)} failed: ${error.message}`, { key, error });
    const argument = { kind: 'processorFailed', list, key, error } as const;
    this.host.notify(`processorFailed:${this.index}:${key}`, { callback: 'onProblem', argument });
  }

  private get datastore(): Teller {
    return `datastore of ${this.index}`;
  }

  private get processor(): Teller {
    return `processor of ${this.index}`;
  }
}

function isParseError(error: Error): error is ParseError {
  return isHeliostatError(error, 'malformed');
}
