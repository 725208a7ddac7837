/** Plays a mirror over a bad line, with clients that write, and records all of it. */
import { createSyncer, mapKV, type KVPair, type ResourceType } from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import {
  FaultyClient,
  HistoryRecorder,
  seededRandom,
  SimulatedClock,
  type FaultRates,
  type HistoryHeader,
  type HistoryRecord,
} from '../../src/testing/index.js';

/** What a recorded play is played with. */
export interface RecordedPlay {
  readonly seed: number;
  readonly weather?: FaultRates;
  readonly initialList?: 'paged' | 'streamed';
  readonly pageSize?: number;
  readonly rounds?: number;
  readonly stop?: 'emitDeletes' | 'drain' | 'silent';
  readonly corrupts?: boolean;
  readonly slowConsumer?: boolean;
  readonly throwingConsumer?: boolean;
  readonly deletesOnDisconnect?: boolean;
  /** Of the mirror's line, in milliseconds. */
  readonly latency?: number;
}

/** A history that was recorded. */
export interface Recorded {
  readonly header: HistoryHeader;
  readonly records: readonly HistoryRecord[];
}

const names = ['x', 'y', '__proto__', 'constructor', '0', 'a%2Fb'];
const types: readonly ResourceType[] = [
  { list: { kind: 'a' } },
  { list: { kind: 'n', namespace: 'default' } },
  {
    list: { kind: 'b' },
    updateProcessor: mapKV({ key: ({ key }) => key.replace('/b/', '/mapped/'), value: ({ value }) => value }),
  },
];
const bound = 600_000;
const pace = 500;

/** Plays from one seed, and gives back everything that was recorded. */
export async function recordedPlay(play: RecordedPlay): Promise<Recorded> {
  const { seed, weather = {}, rounds = 40, pageSize = 2, stop = 'emitDeletes', latency = 40 } = play;
  const clock = new SimulatedClock();
  const random = seededRandom(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T; // no list here is empty
  const records: HistoryRecord[] = [];
  const sink = (record: HistoryRecord): void => void records.push(record);
  const calls = play.corrupts === true ? 'some' : 'complete'; // nobody is recorded as having made an entry unreadable
  const recorder = new HistoryRecorder({ clock, sink, revisions: 'integers', calls, title: `seed ${seed}` });

  const datastore = new MemoryDatastore({ clock, random, history: { maxRevisions: 30 } });
  const truth = await recorder.truth(datastore);
  const line = new FaultyClient(datastore, { clock, random, rates: weather, latency });
  const client = recorder.client(line, 'mirror:1');
  const deletesOnDisconnect = play.deletesOnDisconnect ?? false;
  const [first, ...others] = types;
  const shown: readonly ResourceType[] = [{ list: {}, ...first, deletesOnDisconnect }, ...others];
  recorder.mirrorStarted('mirror:1', {
    types: shown.map(({ list, updateProcessor }, index) => ({
      list,
      passThrough: updateProcessor === undefined,
      ...(index === 0 && deletesOnDisconnect ? { deletesOnDisconnect } : {}),
    })),
    minResyncInterval: pace,
    watchRetryTimeout: 60_000,
    maxStaleLists: 5,
  });
  let mood = 0;
  const consumer = {
    onUpdates: () => {
      mood++;
      if (play.throwingConsumer === true && mood % 3 === 0) throw new Error('the consumer is in a bad mood');
      return play.slowConsumer === true ? new Promise<void>((resolve) => clock.setTimeout(resolve, 3_000)) : undefined;
    },
  };
  const options = { clock, random, initialList: play.initialList ?? 'paged', pageSize, watchRetryTimeout: 60_000 } as const;
  const syncer = createSyncer(client, shown, recorder.callbacks(consumer, 'mirror:1'), options);
  const iterated = (async () => {
    for await (const _ of recorder.updates(syncer.updates(), 'mirror:1/iteration'));
  })();
  void syncer.firstSync.then(() => recorder.note('mirror:1', { kind: 'mirror.synced' }));
  syncer.start();

  // Two clients write through lines of their own; one of them has a watch of its own, too.
  const lines = [1, 2].map(() => new FaultyClient(datastore, { clock, random, latency, rates: { 'write.answerLost': 0.05 } }));
  const writers = lines.map((writer, index) => recorder.client(writer, `client:${index + 1}`));
  const direct = recorder.client(datastore, 'client:3');
  const watch = await direct.watch({ kind: 'a' }, { revision: datastore.revision });
  const watching = (async () => {
    for await (const _ of watch);
  })();
  const key = (): string =>
    random.next() < 0.7
      ? `/a/${pick(names)}`
      : random.next() < 0.5
        ? `/b/${pick(names)}`
        : `/n/${pick(['default', 'other'])}/${pick(names)}`;
  const act = async (): Promise<unknown> => {
    const writer = pick(writers);
    const at = key();
    const value = { text: String(Math.floor(random.next() * 5)) };
    switch (Math.floor(random.next() * 8)) {
      case 0:
        return writer.create({ key: at, value });
      case 1:
        return writer.delete(at);
      case 2:
        return writer.get(at);
      case 3: {
        const { revision } = (await writer.get(at)) as KVPair & { readonly revision: string }; // of a datastore with revisions
        return writer.update({ key: at, value, revision });
      }
      case 4:
        return writer.transaction?.([...new Set([at, key(), key()])].map((one) => ({ op: 'apply', object: { key: one, value } })));
      case 5:
        return writer.list({ kind: 'a' });
      case 6:
        return play.corrupts === true && random.next() < 0.3 ? datastore.corrupt(at, '{') : writer.apply({ key: at, value });
      default:
        return writer.apply({ key: at, value });
    }
  };
  const running: Promise<unknown>[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let writes = 0; writes < 3; writes++) running.push(act().catch(() => {}));
    if (random.next() < 0.1) line.strike(pick(['watch.cut', 'watch.closed', 'watch.silent', 'watch.expired'] as const));
    if (random.next() < 0.05) await datastore.compact();
    await clock.advance(pick([1, 20, 700, 6_000, 100_000]));
  }

  line.heal();
  await clock.advance(1_000);
  await Promise.all(running);
  recorder.note('weather', { kind: 'healed', bound });
  await clock.advance(bound + 60_000);
  recorder.note('mirror:1', { kind: 'mirror.stopping', mode: stop, limit: 5_000 });
  const stopped = syncer
    .stop({ mode: stop, limit: 5_000 })
    .then(({ undelivered }) => recorder.note('mirror:1', { kind: 'mirror.stopped', undelivered }));
  await clock.advance(10_000);
  await stopped;
  await watch.stop();
  await Promise.all([watching, iterated]);
  await truth.stop();
  await Promise.all([line.close(), ...lines.map((writer) => writer.close())]);
  await datastore.close();
  recorder.note('play', { kind: 'ended' });
  return { header: recorder.header, records };
}
