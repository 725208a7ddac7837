/**
 * What a simulation mirrors: resource types, and for each the picture that must come of its objects, said a second time and without
 * the code that is tested.
 */
import { mapKV, refCountedOutputs, type Key, type ResourceType, type SyncerUpdateProcessor } from '../../index.js';

/** The value of the objects that a simulation writes when it is not told otherwise. */
export interface SimulatedValue {
  readonly text: string;
  readonly shares: readonly string[];
}

/** The text that the default simulation's own processor cannot bear. */
export const unbearable = 'unbearable';

/** One resource type to mirror. */
export interface Subject<V = SimulatedValue> {
  /** No two subjects list the same kind. */
  readonly kind: string;
  /** Makes the type, anew for each mirror: processors remember. Must list by `kind` and by nothing else. */
  readonly type: () => ResourceType<V, unknown>;
  /** The first segment of every key that it shows; no other subject shows any there. */
  readonly shows: string;
  /** What must be shown for these objects, which are all of its kind. Must not call what is tested. */
  readonly expect: (objects: ReadonlyMap<Key, V>) => Iterable<readonly [Key, unknown]>;
}

function* mapped(objects: ReadonlyMap<Key, SimulatedValue>): Iterable<readonly [Key, unknown]> {
  for (const [key, { text }] of objects) if (text !== '') yield [`/mapped/${key.slice('/b/'.length)}`, text];
}

function shared(objects: ReadonlyMap<Key, SimulatedValue>): Iterable<readonly [Key, unknown]> {
  const names = new Set([...objects.values()].flatMap(({ shares }) => shares));
  return [...names].map((name) => [`/shares/${name}`, name] as const);
}

function* checked(objects: ReadonlyMap<Key, SimulatedValue>): Iterable<readonly [Key, unknown]> {
  for (const [key, { text }] of objects) if (text !== unbearable) yield [`/checked/${key.slice('/d/'.length)}`, text.length];
}

/** A processor such as anybody may write: it answers, answers in part, and throws. */
const measure: SyncerUpdateProcessor<SimulatedValue, unknown> = {
  onSyncerStarting: () => {},
  process: ({ key, value }) => {
    if (value?.text === unbearable) throw new Error(`${key} is unbearable`);
    return [{ key: `/checked/${key.slice('/d/'.length)}`, value: value === null ? null : value.text.length }];
  },
};

/**
 * What is simulated by default: objects as they are, converted one by one, shared by reference count, and converted by a processor
 * that throws, of a type whose objects are taken back when the datastore is lost.
 */
export const defaultSubjects: readonly Subject[] = [
  { kind: 'a', shows: 'a', type: () => ({ list: { kind: 'a' } }), expect: (objects) => objects },
  {
    kind: 'b',
    shows: 'mapped',
    type: () => ({
      list: { kind: 'b' },
      onMalformed: 'delete',
      updateProcessor: mapKV<SimulatedValue, unknown>({
        key: ({ key }) => key.replace('/b/', '/mapped/'),
        value: ({ value }) => (value.text === '' ? null : value.text),
      }),
    }),
    expect: mapped,
  },
  {
    kind: 'c',
    shows: 'shares',
    type: () => ({
      list: { kind: 'c' },
      onMalformed: 'delete',
      updateProcessor: refCountedOutputs<SimulatedValue, unknown>(({ value }) =>
        value.shares.map((name) => ({ key: `/shares/${name}`, value: name })),
      ),
    }),
    expect: shared,
  },
  {
    kind: 'd',
    shows: 'checked',
    type: () => ({ list: { kind: 'd' }, onMalformed: 'delete', deletesOnDisconnect: true, updateProcessor: measure }),
    expect: checked,
  },
];
