/**
 * Stands between a mirror and its line: writes down every request and answer, changes nothing, and judges what can be told from
 * requests alone: one at a time (R18), from a revision that was told (R7), no more often than allowed (R20), none after the end (R19).
 */
import {
  isHeliostatError,
  type ClientCapabilities,
  type KVPairList,
  type ListOptions,
  type ListRequest,
  type ListWatchClient,
  type Watch,
  type WatchEvent,
  type WatchRequest,
} from '../../index.js';
import { PaceJudge, type PaceTimings } from './pace-judge.js';
import { ProbedWatch } from './probed-watch.js';
import type { Tally } from './tally.js';

export interface ProbeOptions<V> {
  readonly client: ListWatchClient<V>;
  readonly timings: PaceTimings;
  readonly now: () => number;
  readonly trace: (line: string) => void;
  readonly violate: (id: string, message: string) => void;
  /** What was seen: answers by their error code. */
  readonly seen: Tally;
  /** A list was answered, or a batch brought. */
  readonly onEvent: () => void;
}

/** What is known of one resource type. */
interface Kind {
  readonly name: string;
  readonly pace: PaceJudge;
  lists: number;
  watches: number;
  /** The request before was a page of a list that failed as compacted, which is then read whole. */
  pageExpired: boolean;
  /** Revisions that were told: of lists, events and bookmarks. */
  readonly told: Set<string>;
  /** The first list that was complete, and the last. */
  firstList: string | undefined;
  lastList: { readonly revision: string; readonly at: number } | undefined;
  /** It may be in sync while it lists: it may have come to polling, or to an audit. */
  mayListInSync: boolean;
}

export class Probe<V> implements ListWatchClient<V> {
  readonly capabilities: Readonly<Partial<ClientCapabilities>>;
  readonly compareRevisions?: (a: string, b: string) => number;
  private readonly options: ProbeOptions<V>;
  private readonly kinds = new Map<string, Kind>();
  private isOver = false;

  constructor(options: ProbeOptions<V>) {
    this.options = options;
    const { client } = options;
    this.capabilities = client.capabilities;
    if (client.compareRevisions !== undefined) this.compareRevisions = client.compareRevisions.bind(client);
  }

  /** The mirror says that it has ended: nothing may be under way, and nothing may follow. */
  end(): void {
    this.isOver = true;
    for (const { name, lists, watches } of this.kinds.values()) {
      if (lists + watches === 0) continue;
      this.options.violate('R19', `After stop() has resolved ${lists} lists and ${watches} watches of ${name} are under way.`);
    }
  }

  /**
   * The revision of the list that whoever is told of in sync must have been told of: the last one, to somebody who was up to date at
   * `upToDateUntil`, and the first one in any case.
   */
  listBehindInSync(name: string, upToDateUntil: number): string | undefined {
    const kind = this.kinds.get(name);
    const last =
      kind?.mayListInSync === false && kind.lastList !== undefined && upToDateUntil < kind.lastList.at ? kind.lastList : undefined;
    return last?.revision ?? kind?.firstList;
  }

  /** How many distances between requests have been judged. */
  get judged(): number {
    return [...this.kinds.values()].reduce((sum, { pace }) => sum + pace.judged, 0);
  }

  async list(options: ListOptions, request: ListRequest = {}): Promise<KVPairList<V>> {
    const { client, now, trace, seen, violate, onEvent } = this.options;
    const kind = this.admit(options, 'list');
    const isFirst = request.continue === undefined && !kind.pageExpired;
    kind.pageExpired = false;
    if (isFirst) kind.pace.began('list', false, now());
    trace(
      `list ${kind.name}${request.revision === undefined ? '' : ` >=${request.revision}`}${request.continue === undefined ? '' : ' next page'}`,
    );
    if (++kind.lists > 1) violate('R18', `${kind.lists} lists of ${kind.name} are under way at once.`);
    const aborted = (): boolean => request.signal?.aborted === true;
    try {
      const list = await client.list(options, request);
      onEvent();
      trace(
        `listed ${kind.name} ${list.items.length} at ${list.revision ?? 'no revision'}${list.continue === undefined ? '' : ', more'}`,
      );
      if (list.revision !== undefined) kind.told.add(list.revision);
      if (list.continue === undefined && !aborted()) {
        kind.pace.listed();
        this.listed(kind, list.revision);
      }
      return list;
    } catch (error) {
      const code = nameOf(error);
      onEvent();
      trace(`list ${kind.name} failed: ${aborted() ? 'given up' : code}`);
      if (!aborted()) {
        seen.add(`list:${code}`);
        kind.pageExpired = request.continue !== undefined && code === 'revision-compacted';
        if (!kind.pageExpired) kind.pace.listFailed(error, now());
      }
      throw error;
    } finally {
      kind.lists--;
    }
  }

  async watch(options: ListOptions, request: WatchRequest = {}): Promise<Watch<V>> {
    const { client, now, trace, seen, violate } = this.options;
    const kind = this.admit(options, 'watch');
    const isInitial = request.initialList === true;
    const { revision, signal } = request;
    kind.pageExpired = false;
    kind.pace.began('watch', isInitial, now());
    trace(`watch ${kind.name}${isInitial ? ' with its list' : ''} from ${revision ?? 'now'}`);
    if (revision !== undefined && !kind.told.has(revision))
      violate('R7', `A watch of ${kind.name} is asked for from ${revision}, which was never told.`);
    if (++kind.watches > 1) violate('R18', `${kind.watches} watches of ${kind.name} are under way at once.`);
    let isOpen = true;
    const over = (): void => {
      if (isOpen) kind.watches--;
      isOpen = false;
    };
    try {
      const watch = await client.watch(options, request);
      kind.pace.watchOpened(now());
      trace(`watching ${kind.name}`);
      return new ProbedWatch(watch, {
        brought: (batch) => this.brought(kind, batch),
        ended: (failure) => {
          if (isOpen && signal?.aborted === true) kind.pace.watchLeft(true, now());
          else if (isOpen) this.ended(kind, failure, true);
          over();
        },
        left: () => {
          if (isOpen) kind.pace.watchLeft(true, now());
          over();
        },
      });
    } catch (error) {
      if (signal?.aborted === true) trace(`watch ${kind.name} given up`);
      else this.ended(kind, error, false);
      over();
      throw error;
    } finally {
      if (signal?.aborted === true) seen.add('watch:given up');
    }
  }

  private listed(kind: Kind, revision: string | undefined): void {
    if (revision === undefined) return;
    kind.firstList ??= revision;
    kind.lastList = { revision, at: this.options.now() };
  }

  private brought(kind: Kind, batch: readonly WatchEvent<V>[]): void {
    const { now, trace, onEvent } = this.options;
    onEvent();
    const end = batch.find((event) => event.type === 'BOOKMARK' && event.initialListEnd === true);
    kind.pace.watchBrought(now(), end !== undefined);
    if (end !== undefined) this.listed(kind, end.revision);
    for (const { revision } of batch) kind.told.add(revision);
    trace(`brought ${kind.name} ${batch.map(({ type, revision }) => `${type.slice(0, 1)}${revision}`).join(' ')}`);
  }

  private ended(kind: Kind, failure: unknown, wasOpened: boolean): void {
    const { now, trace, seen } = this.options;
    const code = failure === undefined ? 'closed in peace' : nameOf(failure);
    trace(`watch ${kind.name} ended: ${code}`);
    seen.add(`watch:${code}`);
    if (failure === undefined || code === 'operation-not-supported' || code === 'api-missing') kind.mayListInSync = true;
    kind.pace.watchEnded(failure, wasOpened, now());
  }

  private admit({ kind: name = '' }: ListOptions, op: string): Kind {
    const { timings, violate } = this.options;
    if (this.isOver) violate('R19', `A ${op} of ${name} is asked for after stop() has resolved.`);
    const known = this.kinds.get(name);
    if (known !== undefined) return known;
    const pace = new PaceJudge(timings, (id, message) => violate(id, `${message} (${name})`));
    const kind: Kind = {
      name,
      pace,
      lists: 0,
      watches: 0,
      pageExpired: false,
      told: new Set(),
      firstList: undefined,
      lastList: undefined,
      mayListInSync: timings.auditInterval > 0,
    };
    this.kinds.set(name, kind);
    return kind;
  }
}

/** What an error is called in traces and counts. */
export function nameOf(error: unknown): string {
  return isHeliostatError(error) ? error.code : 'unclassified';
}
