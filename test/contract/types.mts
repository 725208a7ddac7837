/** What the types promise a user, and what they refuse. Compiled against the built package by surface.test.ts; never run. */
import { createSyncer, isHeliostatError, mapKV, UpdateType } from 'heliostat';
import type { ErrorCode, KVPair, ResourceType, Syncer, Update } from 'heliostat';
import { createActor } from 'xstate';
import { reflectorMachine, syncerStatusMachine } from 'heliostat/machines';
import { MemoryDatastore } from 'heliostat/memory';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only for `true`. */
function holds<Claim extends true>(): Claim | undefined {
  return undefined;
}

interface Pod {
  readonly image: string;
}
const datastore = new MemoryDatastore<Pod>();
const images: ResourceType<Pod, string> = {
  list: { kind: 'pods' },
  updateProcessor: mapKV({ value: ({ value }) => value?.image ?? null }),
};

// The type of what is shown follows from the processors.
const syncer = createSyncer(datastore, [images], {
  onUpdates: (updates) => void holds<Equal<typeof updates, readonly Update<string>[]>>(),
});
holds<Equal<typeof syncer, Syncer<string>>>();
const plain = datastore.syncer([{ list: { kind: 'pods' } }]);
holds<Equal<ReturnType<typeof plain.snapshot>, ReturnType<Syncer<Pod>['snapshot']>>>();

// An update is told apart by its type.
export function narrow(update: Update<Pod>): void {
  switch (update.type) {
    case UpdateType.New:
      holds<Equal<typeof update.value, Pod>>();
      // @ts-expect-error nothing was there before
      void update.previous;
      break;
    case UpdateType.Updated:
      holds<Equal<typeof update.previous, KVPair<Pod>>>();
      holds<Equal<typeof update.recreated, boolean>>();
      break;
    case UpdateType.Deleted:
      holds<Equal<typeof update.value, null>>();
      holds<Equal<typeof update.finalStateUnknown, boolean>>();
      break;
    default:
      holds<Equal<typeof update, never>>();
  }
}

// An error is told apart by its code.
export function explain(error: unknown): void {
  if (isHeliostatError(error)) holds<Equal<typeof error.code, ErrorCode>>();
  // @ts-expect-error there is no such code
  isHeliostatError(error, 'no-such-code');
}

// What is handed out cannot be changed.
export function change(update: Update<Pod>, pair: KVPair<Pod>): void {
  // @ts-expect-error updates are read-only
  update.key = '/';
  // @ts-expect-error so are objects
  pair.value = { image: '' };
}

// @ts-expect-error a value of another type
void datastore.create({ key: '/pods/default/web', value: { image: 1 } });
// @ts-expect-error an option that does not exist
createSyncer(datastore, [images], {}, { watchRetryTimout: 1 });
// @ts-expect-error the machine takes the facts it knows
createActor(syncerStatusMachine, { input: { types: ['pods'] } }).send({ type: 'list.exploded' });
// @ts-expect-error and needs its input
createActor(reflectorMachine);
