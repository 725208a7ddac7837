/** The parts of the library that stand between the chart and the datastore, as functions of small texts: the shipped code, memoised. */
import { StaleListError } from '../../../../src/model/errors.js';
import type { Failure } from '../../../../src/model/failure.js';
import type { KVPair, KVPairList } from '../../../../src/model/kv-pair.js';
import { WatchEventType, type WatchEvent } from '../../../../src/model/watch.js';
import { failureOf } from '../../../../src/policy/failure.js';
import { refuseStale } from '../../../../src/reflector/read-list.js';
import { WatchReader, type WatchStep } from '../../../../src/reflector/read-watch.js';
import type { Change, ObjectTree } from '../../../../src/store/object-tree.js';
import { passThroughConversion } from '../../../../src/syncer/conversion.js';
import { TypeMirror } from '../../../../src/syncer/type-mirror.js';
import { ScriptedClient, SimulatedClock } from '../../../../src/testing/index.js';
import type { ListRequestInput } from '../../../../machines/index.js';
import { changesOf, entriesOf, type Content } from './history.js';

const client = Object.assign(new ScriptedClient(new SimulatedClock()), {
  compareRevisions: (a: string, b: string): number => Number(a) - Number(b),
});

function memoised<A extends readonly unknown[], R>(compute: (...args: A) => R): (...args: A) => R {
  const known = new Map<string, R>();
  return (...args) => {
    const text = args.join(' ');
    const found = known.get(text);
    if (found !== undefined || known.has(text)) return found as R; // it was put there by the line below
    const result = compute(...args);
    known.set(text, result);
    return result;
  };
}

const pairOf = memoised((key: string, revision: number): KVPair => ({
  key: `/x/${key}`,
  value: { written: revision },
  revision: String(revision),
}));

/** The list of a datastore that holds this at a revision. */
export const listOf = memoised((content: Content, revision: number, storeId: string): KVPairList => ({
  items: entriesOf(content).map(([key, at]) => pairOf(key, at)),
  revision: String(revision),
  ...(storeId === '' ? {} : { storeId }),
}));

/** Why a list at `revision` must not be taken; undefined when it may. */
export function refusal(revision: number, storeId: string, input: ListRequestInput): Failure | undefined {
  const list = storeId === '' ? { revision: String(revision) } : { revision: String(revision), storeId };
  try {
    refuseStale(client, list, storeId === '' ? undefined : storeId, input);
    return undefined;
  } catch (error) {
    if (error instanceof StaleListError) return failureOf(error);
    throw error;
  }
}

function eventsOf(revision: string, letter: string): WatchEvent[] {
  return changesOf(letter).map(([key, isThere]) =>
    isThere
      ? { type: WatchEventType.Modified, revision, new: pairOf(key, Number(revision)) }
      : { type: WatchEventType.Deleted, revision, old: { key: `/x/${key}` } },
  );
}

/**
 * A batch as text: `3a4B` the changes of revisions 3 and 4, `m4` a bookmark, `i4:a1b3` the items of a list at 4, `e4` its end.
 * Revisions are one digit.
 */
function batchOf(text: string): readonly WatchEvent[] {
  const revision = text.slice(1, 2);
  if (text.startsWith('m')) return [{ type: WatchEventType.Bookmark, revision }];
  if (text.startsWith('e')) return [{ type: WatchEventType.Bookmark, revision, initialListEnd: true }];
  if (text.startsWith('i')) {
    return listOf(text.slice(3), Number(revision), '').items.map((pair) => ({ type: WatchEventType.Added, revision, new: pair }));
  }
  return [...text.matchAll(/(\d)(\D)/g)].flatMap(([, at = '', letter = '']) => eventsOf(at, letter));
}

/** What the reader of a watch makes of a batch, when it has let `last` through before. */
export const readBatch = memoised((last: number, batch: string): readonly WatchStep<unknown>[] => [
  ...new WatchReader(client, String(last), false).take(batchOf(batch)),
]);

/** The same for a watch that begins with the list, whose first batch was `before`. */
export const readInitial = memoised((before: string, batch: string): readonly WatchStep<unknown>[] => {
  const reader = new WatchReader(client, undefined, true);
  if (before !== '') for (const _ of reader.take(batchOf(before)));
  return [...reader.take(batchOf(batch))];
});

/** What a sink holds afterwards, and what it told. */
export interface SinkResult {
  readonly content: Content;
  /** Key, revision before, revision after; 0 for absent. In the order in which they were told. */
  readonly told: readonly (readonly [string, number, number])[];
}

type Act = (mirror: TypeMirror<unknown, unknown>) => void;

const seen = new Map<string, SinkResult>();

/** What the sink of a syncer does that holds `content`. `key` must say everything about `act`. */
export function sinkAfter(content: Content, deletesOnDisconnect: boolean, key: string, act: Act): SinkResult {
  const text = `${content} ${deletesOnDisconnect} ${key}`;
  const known = seen.get(text);
  if (known !== undefined) return known;
  let told: readonly Change<KVPair>[] = [];
  let outputs: ObjectTree<KVPair> | undefined;
  const mirror = new TypeMirror<unknown, unknown>({
    host: {
      show: (after, changes) => {
        told = [...told, ...changes];
        outputs = after;
      },
      hasQuarantined: () => true,
      leaveWaiting: ignore,
      beginResync: ignore,
      quarantine: ignore,
      release: ignore,
      quarantineOnly: ignore,
      syncFailed: ignore,
      syncRecovered: ignore,
    },
    conversion: passThroughConversion(),
    admit: (pair) => pair,
    onMalformed: 'keepLast',
    deletesOnDisconnect,
  });
  mirror.replaceAll({ items: entriesOf(content).map(([name, revision]) => pairOf(name, revision)), revision: '0' });
  told = [];
  act(mirror);
  const result: SinkResult = {
    content: outputs === undefined ? content : [...outputs].map(([name, pair]) => `${nameOf(name)}${revisionOf(pair)}`).join(''),
    told: told.map(({ key: name, before, after }) => [nameOf(name), revisionOf(before), revisionOf(after)]),
  };
  seen.set(text, result);
  return result;
}

function nameOf(key: string): string {
  return key.slice('/x/'.length);
}

function revisionOf(pair: KVPair | undefined): number {
  return Number(pair?.revision ?? 0);
}

function ignore(): void {}
