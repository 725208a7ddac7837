/** What the consumers of mirrors were told, and what they have because of it. */
import type { Key } from '../../model/key.js';
import type { Revision } from '../../model/revision.js';
import type { SyncStatus } from '../../model/status.js';
import { UpdateType } from '../../model/update.js';
import type { HistoryRecord, MirroredTypeNote, MirrorStartedRecord, MirrorStoppingRecord, ToldUpdate } from '../history/record.js';
import type { CompletedList } from './lines.js';
import { isToldByKey, nameOfList, selects } from './selection.js';
import { PictureSum } from './truth-view.js';

/** An object in the picture of a consumer. */
export interface Shown {
  readonly hash: string | null;
  readonly revision: Revision | undefined;
  readonly uid: string | undefined;
  readonly source: Key | undefined;
  /** Of the record that told of it. */
  readonly seq: number;
}

/** One update with what the consumer had before. */
export interface Told {
  readonly update: ToldUpdate;
  readonly before: Shown | undefined;
  /** The type that shows it as it is; undefined when a processor made it, or labels select it. */
  readonly type: MirroredType | undefined;
}

/** A resource type of a mirror. */
export interface MirroredType extends MirroredTypeNote {
  readonly name: string;
  /** Whether histories tell what it must show: it passes objects through, and keys alone select them. */
  readonly isPlain: boolean;
}

/** A mirror: who lists and watches for its consumers. */
export interface Mirror {
  readonly actor: string;
  readonly types: Map<string, MirroredType>;
  declared: MirrorStartedRecord | undefined;
  stopping: MirrorStoppingRecord | undefined;
  isStopped: boolean;
  /** Types whose API was missing when last asked. */
  readonly missing: Set<string>;
  /** Which datastore showed each type. */
  readonly stores: Map<string, string>;
}

/** Somebody who is told. */
export class Consumer {
  readonly actor: string;
  readonly mirror: Mirror;
  readonly picture: Map<Key, Shown> = new Map();
  status: SyncStatus | undefined;
  /** What the last record told; empty when it told something else. */
  told: readonly Told[] = [];
  /** By the name of the type: the fingerprints of what is shown of it. */
  private readonly sums = new Map<string, { readonly sum: PictureSum; readonly keys: Set<Key> }>();

  constructor(actor: string, mirror: Mirror) {
    this.actor = actor;
    this.mirror = mirror;
  }

  sumOf(type: MirroredType): PictureSum {
    return this.partOf(type).sum;
  }

  keysOf(type: MirroredType): ReadonlySet<Key> {
    return this.partOf(type).keys;
  }

  /** Whether there may be nothing of `type`, whatever the datastore holds. */
  mayBeEmpty({ name, deletesOnDisconnect }: MirroredType): boolean {
    const { stopping, missing } = this.mirror;
    return stopping !== undefined || deletesOnDisconnect === true || missing.has(name);
  }

  take(record: HistoryRecord): void {
    this.told = [];
    if (record.kind === 'status') this.status = record.status;
    if (record.kind === 'updates') this.told = record.updates.map((update) => this.fold(update, record.seq));
  }

  private fold(update: ToldUpdate, seq: number): Told {
    const { key, op, hash, revision, uid, source } = update;
    const before = this.picture.get(key);
    const type = plainTypeOf(this.mirror, key);
    const part = type === undefined ? undefined : this.partOf(type);
    if (before !== undefined) part?.sum.remove(key, before);
    if (op === UpdateType.Deleted) {
      this.picture.delete(key);
      part?.keys.delete(key);
    } else {
      const shown = { hash, revision, uid, source, seq };
      this.picture.set(key, shown);
      part?.keys.add(key);
      part?.sum.add(key, shown);
    }
    return { update, before, type };
  }

  private partOf({ name }: MirroredType): { readonly sum: PictureSum; readonly keys: Set<Key> } {
    const known = this.sums.get(name);
    if (known !== undefined) return known;
    const part = { sum: new PictureSum(), keys: new Set<Key>() };
    this.sums.set(name, part);
    return part;
  }
}

/** Every mirror and every consumer of a history. */
export class Audience {
  readonly consumers: Map<string, Consumer> = new Map();
  readonly mirrors: Map<string, Mirror> = new Map();

  take(record: HistoryRecord, completed: CompletedList | undefined): void {
    const { actor } = record;
    for (const consumer of this.consumers.values()) consumer.told = [];
    switch (record.kind) {
      case 'mirror.started': {
        const mirror = this.mirrorOf(actor);
        mirror.declared = record;
        mirror.types.clear();
        for (const note of record.types) mirror.types.set(nameOfList(note.list), typeOf(note));
        this.consumerOf(actor);
        break;
      }
      case 'mirror.stopping':
        this.mirrorOf(actor).stopping ??= record;
        break;
      case 'mirror.stopped':
        this.mirrorOf(actor).isStopped = true;
        break;
      case 'list.requested':
      case 'watch.requested': {
        const mirror = this.mirrorOf(actor);
        const name = nameOfList(record.list);
        if (mirror.declared === undefined && !mirror.types.has(name))
          mirror.types.set(name, typeOf({ list: record.list, passThrough: true }));
        break;
      }
      case 'status':
      case 'updates':
        this.consumerOf(actor).take(record);
        break;
      default:
    }
    if (completed !== undefined) this.listed(completed);
  }

  /** A list of a type failed with this code. */
  failed(actor: string, name: string, code: string): void {
    if (code === 'api-missing') this.mirrorOf(actor).missing.add(name);
  }

  /** The mirror called `actor`, or the one that the consumer called `actor` belongs to. */
  mirrorOf(actor: string): Mirror {
    const [name = ''] = actor.split('/');
    const known = this.mirrors.get(name);
    if (known !== undefined) return known;
    const mirror: Mirror = {
      actor: name,
      types: new Map(),
      declared: undefined,
      stopping: undefined,
      isStopped: false,
      missing: new Set(),
      stores: new Map(),
    };
    this.mirrors.set(name, mirror);
    return mirror;
  }

  private listed({ actor, list, storeId }: CompletedList): void {
    const mirror = this.mirrorOf(actor);
    mirror.missing.delete(nameOfList(list));
    if (storeId !== undefined) mirror.stores.set(nameOfList(list), storeId);
  }

  private consumerOf(actor: string): Consumer {
    const known = this.consumers.get(actor);
    if (known !== undefined) return known;
    const consumer = new Consumer(actor, this.mirrorOf(actor));
    this.consumers.set(actor, consumer);
    return consumer;
  }
}

function typeOf(note: MirroredTypeNote): MirroredType {
  return { ...note, name: nameOfList(note.list), isPlain: note.passThrough && isToldByKey(note.list) };
}

/** The type that shows the object at `key` as it is. */
function plainTypeOf(mirror: Mirror, key: Key): MirroredType | undefined {
  for (const type of mirror.types.values()) if (type.isPlain && selects(type.list, key)) return type;
  return undefined;
}
