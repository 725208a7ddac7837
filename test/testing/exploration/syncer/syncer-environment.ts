/**
 * The syncer over abstract resource types: the shipped status chart, picture and change queue, with types that list, change, lose their
 * datastore and come back in every order, and one consumer who takes what it is given whenever it likes.
 */
import type { syncerStatusMachine } from '../../../../machines/index.js';
import type { KVPair } from '../../../../src/model/kv-pair.js';
import { SyncStatus } from '../../../../src/model/status.js';
import { UpdateType, type Update } from '../../../../src/model/update.js';
import { emptyTree, type ObjectTree } from '../../../../src/store/object-tree.js';
import { replaceAll } from '../../../../src/store/transact.js';
import { ChangeQueue, type Delivery } from '../../../../src/syncer/change-queue.js';
import { emptyPicture, show, type Picture } from '../../../../src/syncer/picture.js';
import type { Environment, MachineStep, Move, WorldState } from '../../../../src/testing/index.js';

type Machine = typeof syncerStatusMachine;
type State = WorldState<Machine, SyncerWorld>;
type SyncerMove = Move<Machine, SyncerWorld>;

/** Key to version. */
type Objects = Readonly<Record<string, number>>;

interface AbstractType {
  readonly status: SyncStatus;
  readonly objects: Objects;
}

/** A status that was published, and what there was to be shown at that moment: the oracle's own account. */
interface Published {
  readonly status: SyncStatus;
  readonly objects: Objects;
}

export interface SyncerWorld {
  readonly types: readonly AbstractType[];
  readonly picture: Picture<number>;
  readonly queue: ChangeQueue<number>;
  readonly published: readonly Published[];
  /** What the consumer has been told. */
  readonly given: Objects;
  readonly status: SyncStatus | undefined;
  readonly inputs: number;
  /** The next version that is written. */
  readonly version: number;
}

export interface SyncerWorldOptions {
  /** The keys that each type can show; a key of two types is contested. */
  readonly keys: readonly (readonly string[])[];
  /** How often something happens to a type. */
  readonly inputs: number;
}

const { WaitForDatastore, ResyncInProgress, InSync } = SyncStatus;

export function syncerEnvironment({ keys, inputs }: SyncerWorldOptions): Environment<Machine, SyncerWorld> {
  const queue = new ChangeQueue<number>();
  queue.publish(WaitForDatastore); // as start() does
  const types = keys.map(() => ({ status: WaitForDatastore, objects: {} }));
  return {
    initial: {
      types,
      picture: emptyPicture(keys.length),
      queue,
      published: [{ status: WaitForDatastore, objects: {} }],
      given: {},
      status: undefined,
      inputs,
      version: 1,
    },
    moves: (state) => [...takings(state), ...happenings(state, keys)],
    perform,
    encode,
    judge,
    hasConverged: ({ place, environment: world }) =>
      world.queue.isEmpty && world.status === place.value && textOf(world.given) === textOf(shownOf(world.types)),
  };
}

/** The consumer takes what is next: all of it, or one update. */
function takings({ environment: world }: State): readonly SyncerMove[] {
  if (world.queue.isEmpty) return [];
  return [Infinity, 1].map((most) => {
    const queue = copyOf(world.queue);
    const delivery = queue.take(most);
    return { kind: 'step', name: most === 1 ? 'take one' : 'take', next: receive({ ...world, queue }, delivery) };
  });
}

function receive(world: SyncerWorld, delivery: Delivery<number, never> | undefined): SyncerWorld {
  if (delivery?.kind === 'status') {
    const { status } = delivery;
    return { ...world, status, published: world.published.slice(world.published.findIndex((one) => one.status === status) + 1) };
  }
  if (delivery?.kind !== 'updates') return world;
  const given = new Map(Object.entries(world.given));
  for (const { key, value } of delivery.updates) {
    if (value === null) given.delete(key);
    else given.set(key, value);
  }
  return { ...world, given: Object.fromEntries(given) };
}

/** What the types do: what reflectors do to their syncer, in the order in which they do it. */
function happenings({ environment: world }: State, keys: readonly (readonly string[])[]): readonly SyncerMove[] {
  if (world.inputs === 0) return [];
  return world.types.flatMap(({ status, objects }, index): SyncerMove[] => {
    const own = keys[index] ?? [];
    const report = (name: string, next: SyncStatus, held: Objects = objects): SyncerMove => ({
      kind: 'input',
      name,
      detail: `${index} ${textOf(held)}`,
      next: holding(world, index, next, held),
      send: { type: 'type.reported', index, status: next },
    });
    const written = (key: string): Objects => ({ ...objects, [key]: world.version });
    const without = (key: string): Objects => Object.fromEntries(Object.entries(objects).filter(([name]) => name !== key));
    switch (status) {
      case WaitForDatastore:
        return [report('list.requested', ResyncInProgress)];
      case ResyncInProgress:
        return [
          report('list.completed', InSync),
          report('list.completed, empty', InSync, {}),
          ...own.map((key) => report('list.completed, with news', InSync, written(key))),
          report('link.lost', WaitForDatastore),
        ];
      case InSync:
        return [
          ...own.map((key) => report('written', InSync, written(key))),
          ...own.filter((key) => key in objects).map((key) => report('deleted', InSync, without(key))),
          report('watch.lapsed', ResyncInProgress),
          report('link.lost', WaitForDatastore),
          // deletesOnDisconnect: resyncing first, so that nobody is told while waiting, then every key, then waiting.
          ...(Object.keys(objects).length > 0 ? [report('link.lost, deletes', ResyncInProgress, {})] : []),
        ];
    }
  });
}

function holding(world: SyncerWorld, index: number, status: SyncStatus, objects: Objects): SyncerWorld {
  const inputs = world.inputs - 1;
  return { ...world, types: world.types.with(index, { status, objects }), inputs, version: world.version + 1 };
}

/**
 * What the syncer does with a report: what is shown first and then the status; except that leaving the datastore is published before
 * the deletes that follow from it.
 */
function perform(world: SyncerWorld, step: MachineStep<Machine>): SyncerWorld {
  const { event, before, after } = step;
  const { index, status } = event as unknown as { readonly index: number; readonly status: SyncStatus }; // the only event of the moves
  const queue = copyOf(world.queue);
  const publishes = before.value !== after.value;
  const publish = (current: SyncerWorld): SyncerWorld => {
    if (!publishes) return current;
    queue.publish(after.value as SyncStatus); // it has no other states before it is stopped
    return {
      ...current,
      published: [...current.published, { status: after.value as SyncStatus, objects: queueTarget(current.picture) }],
    };
  };
  const leaves = status !== InSync;
  const first = leaves ? publish({ ...world, queue }) : { ...world, queue };
  const outputs = treeFrom(world.types[index]?.objects ?? {}, first.picture.outputs[index]);
  const commit = show(first.picture, index, outputs.after, outputs.changes);
  queue.change(commit.changes, commit.after.shown, () => ({ revision: undefined, finalStateUnknown: true }));
  const shown = { ...first, picture: commit.after };
  return leaves ? shown : publish(shown);
}

function judge(before: State, move: SyncerMove, { place, environment: world }: State): string | undefined {
  const statuses = world.types.map(({ status }) => status);
  const expected = statuses.every((status) => status === statuses[0]) ? statuses[0] : ResyncInProgress;
  if (place.value !== expected) return `S1: the types report ${statuses.join()}, and the status is ${JSON.stringify(place.value)}`;
  const truth = textOf(shownOf(world.types));
  if (textOf(queueTarget(world.picture)) !== truth)
    return `S9: shown is ${textOf(queueTarget(world.picture))}, and it should be ${truth}`;
  if (!move.name.startsWith('take')) return undefined;
  return judgeDelivery(before.environment, move.name === 'take' ? Infinity : 1);
}

/** What was taken from `world`, taken again and looked at. */
function judgeDelivery(world: SyncerWorld, most: number): string | undefined {
  const delivery = copyOf(world.queue).take(most);
  if (delivery?.kind === 'updates') return judgeUpdates(world, delivery.updates, most);
  if (delivery?.kind !== 'status') return undefined;
  const { status } = delivery;
  if (world.status === undefined && status !== WaitForDatastore) return `I1: the first status is ${status}`;
  if (status === world.status) return `I2: ${status} twice in a row`;
  const at = world.published.find((one) => one.status === status);
  if (at === undefined) return `S2: ${status} was never published`;
  return textOf(at.objects) === textOf(world.given)
    ? undefined
    : `S3: ${status} is told when the consumer has ${textOf(world.given)}, and ${textOf(at.objects)} was there when it was published`;
}

function judgeUpdates({ given, status }: SyncerWorld, updates: readonly Update<number>[], most: number): string | undefined {
  if (status === undefined || status === WaitForDatastore) return 'I3: updates while waiting for the datastore';
  if (updates.length === 0 || updates.length > most)
    return `I7: a batch of ${updates.length}, where at most ${most} were asked for`;
  if (new Set(updates.map(({ key }) => key)).size < updates.length) return 'I6: a key twice in one batch';
  for (const { type, key, value } of updates) {
    const known = given[key];
    const right = value === null ? UpdateType.Deleted : known === undefined ? UpdateType.New : UpdateType.Updated;
    if (type !== right) return `I4: ${type} for ${key}, and it should be ${right}`;
    if (value === null && known === undefined) return `I4: ${key} is deleted, and the consumer does not have it`;
    if (value === known) return `I6: ${key} is told again as it was`;
  }
  return undefined;
}

/** What must be shown: of each key what the first type that has it says. */
function shownOf(types: readonly AbstractType[]): Objects {
  return Object.assign({}, ...types.map(({ objects }) => objects).toReversed()) as Objects; // each is one
}

function queueTarget({ shown }: Picture<number>): Objects {
  return Object.fromEntries([...shown].map(([key, { value }]) => [key, value]));
}

function treeFrom(
  objects: Objects,
  before: ObjectTree<KVPair<number>> = emptyTree(),
): ReturnType<typeof replaceAll<KVPair<number>>> {
  const entries = Object.entries(objects).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const pairs = entries.map(([key, value]) => [key, { key, value, revision: String(value) }] as const);
  return replaceAll(before, pairs, (a, b) => a.value === b.value);
}

function textOf(objects: Objects): string {
  return Object.entries(objects)
    .map(([key, version]) => `${key}${version}`)
    .toSorted()
    .join(' ');
}

function encode({ types, queue, published, given, status, inputs, version }: SyncerWorld): string {
  const held = types.map((type) => `${type.status} ${textOf(type.objects)}`).join();
  const account = published.map((one) => `${one.status} ${textOf(one.objects)}`).join();
  return `${held}|${encodeQueue(queue)}|${account}|${textOf(given)} ${status}|${inputs} ${version}`;
}

interface QueueInside {
  pending: { kind: string; touched?: Map<string, object>; shown?: ObjectTree<KVPair<number>>; status?: SyncStatus }[];
}

function encodeQueue(queue: ChangeQueue<number>): string {
  return (queue as unknown as QueueInside).pending // a queue is its pending items; what was given is the consumer's
    .map(
      ({ touched, shown, status }) =>
        status ??
        [...(touched ?? [])].map(([key, touch]) => `${key}${shown?.get(key)?.value ?? '-'} ${JSON.stringify(touch)}`).join(),
    )
    .join(';');
}

/** A queue that is independent of the original: its lists and maps are its own, the immutable trees in them are shared. */
function copyOf(queue: ChangeQueue<number>): ChangeQueue<number> {
  const copy = Object.assign(new ChangeQueue<number>(), queue);
  const inside = copy as unknown as QueueInside; // private to the library, and a test of it
  inside.pending = inside.pending.map((item) =>
    item.touched === undefined ? item : Object.assign({}, item, touchedCopy(item.touched)),
  );
  return copy;
}

/** What was touched is changed in place by the queue while it is open. */
function touchedCopy(touched: ReadonlyMap<string, object>): { readonly touched: Map<string, object> } {
  return { touched: new Map([...touched].map(([key, touch]) => [key, Object.assign({}, touch)])) };
}
