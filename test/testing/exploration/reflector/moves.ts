/** Everything that can happen to a reflector next: what a datastore that means well does, what can go wrong, what people write. */
import type { reflectorMachine, ReflectorFact } from '../../../../machines/index.js';
import {
  ApiMissingError,
  DatastoreThrottledError,
  DatastoreUnavailableError,
  OperationNotSupportedError,
  RevisionCompactedError,
  RevisionTooNewError,
  UnauthorizedError,
} from '../../../../src/model/errors.js';
import type { Failure, FailureKind } from '../../../../src/model/failure.js';
import { failureOf } from '../../../../src/policy/failure.js';
import type { Move, Place, WorldState } from '../../../../src/testing/index.js';
import { keys, stateAt } from './history.js';
import { listOf, readBatch, readInitial, refusal } from './shipped.js';
import type { LateFact, Request, World } from './world.js';

type Machine = typeof reflectorMachine;
type ReflectorMove = Move<Machine, World>;
type State = WorldState<Machine, World>;
type Fault = Exclude<FailureKind, 'stale'>;

/** How bad the world can be. */
export interface WorldOptions {
  readonly writes: number;
  /** Only writes and deletes of one key at a time: no transactions, nothing that is not watched. */
  readonly hasSimpleWrites?: boolean;
  readonly faults: number;
  /** What requests can fail with. */
  readonly failures: readonly Fault[];
  /** The datastore says which store it is: `store`; or it does not: nothing. */
  readonly storeId: 'store' | '';
  readonly deletesOnDisconnect: boolean;
  /** Only these faults can happen; absent: all. */
  readonly only?: ReadonlySet<string>;
}

/** Asked for by a throttled answer, in milliseconds. */
export const retryAfter = 2_000;

const failures: Readonly<Record<Fault, Failure>> = {
  compacted: failureOf(new RevisionCompactedError('compacted')),
  tooNew: failureOf(new RevisionTooNewError('too new')),
  throttled: failureOf(new DatastoreThrottledError('throttled', { retryAfter })),
  unavailable: failureOf(new DatastoreUnavailableError('unavailable')),
  unauthorized: failureOf(new UnauthorizedError('unauthorized')),
  unsupported: failureOf(new OperationNotSupportedError('unsupported')),
  missing: failureOf(new ApiMissingError('missing')),
  unknown: failureOf(new Error('unknown')),
};

/** Batches that can be on the line at once. */
const lineLength = 2;

/** Longer than a watch that was closed at once, in milliseconds. */
const longEnough = 10_000;

/** Facts by name, so that the same fact is the same object. */
const facts = new Map<string, ReflectorFact>();

function fact(name: string, make: () => ReflectorFact): ReflectorFact {
  const known = facts.get(name) ?? make();
  facts.set(name, known);
  return known;
}

/** The moves of the world that these options describe. */
export function reflectorMoves(options: WorldOptions): (state: State) => readonly ReflectorMove[] {
  return (state) => new Moves(options, state).all();
}

class Moves {
  private readonly options: WorldOptions;
  private readonly place: Place<Machine>;
  private readonly world: World;
  private readonly head: number;
  private readonly canFail: boolean;
  private readonly found: ReflectorMove[] = [];

  constructor(options: WorldOptions, { place, environment }: State) {
    this.options = options;
    this.place = place;
    this.world = environment;
    this.head = environment.log.length;
    this.canFail = environment.faults > 0;
  }

  all(): readonly ReflectorMove[] {
    const { stage, request } = this.world;
    if (stage === 'new') this.step('start', { ...this.world, stage: 'running' }, { type: 'start' });
    if (stage !== 'stopped') this.input('stop', this.world, { type: 'stop' });
    if (stage === 'running') {
      this.write();
      this.compact();
      if (this.canFail && !this.world.isBehind) this.fault('server.behind', { ...this.world, isBehind: true });
      if (request?.op === 'list') this.list(request);
      if (request?.op === 'watch') this.watch(request);
      this.timers();
    }
    this.late();
    return this.found;
  }

  private write(): void {
    const { log, writes } = this.world;
    if (writes === 0) return;
    const content = stateAt(log, this.head);
    const append = (name: string, letter: string): void =>
      this.input(name, { ...this.world, log: log + letter, writes: writes - 1 });
    for (const key of keys) {
      if (key === 'b' && !/[at]/.test(log)) continue; // the same with the keys exchanged
      append(`write ${key}`, key);
      if (content.includes(key)) append(`delete ${key}`, key.toUpperCase());
    }
    if (this.options.hasSimpleWrites === true) return;
    append('write both', 't');
    append('write elsewhere', 'z');
  }

  private compact(): void {
    if (this.canFail && this.head > this.world.compacted) this.fault('compacted', { ...this.world, compacted: this.head });
  }

  private list(request: Request): void {
    const { phase, answer } = request;
    if (phase !== 'sent') return;
    if (answer >= 0) return this.receiveList(request);
    if (this.isRefused(request)) return this.step('list.refused, too new', this.failed(request, 'tooNew'), listFailed('tooNew'));
    const answered = (revision: number): World => ({ ...this.world, request: { ...request, answer: revision } });
    this.step(
      'list.progressed',
      this.world,
      fact('progressed', () => ({ type: 'list.progressed', request: 0 })),
    );
    this.step('list.answered', answered(this.head));
    if (!this.canFail) return;
    for (const stale of this.staleRevisions(request)) this.fault('list.stale', answered(stale), undefined, String(stale));
    this.fault('list.hangs', this.withRequest({ ...request, phase: 'hanging' }));
    for (const kind of this.options.failures) this.fault(`list fails as ${kind}`, this.failed(request, kind), listFailed(kind));
  }

  /** What a lagging replica can answer. Where stores are known by their id, all that is older than what is applied is refused alike. */
  private staleRevisions({ applied }: Request): readonly number[] {
    const oldest = this.options.storeId === '' ? 0 : Math.max(0, applied - 1);
    return Array.from({ length: Math.max(0, this.head - oldest) }, (_, index) => oldest + index);
  }

  private isRefused({ floor }: Request): boolean {
    return this.world.isBehind && floor >= 0;
  }

  private receiveList(request: Request): void {
    const { answer, floor, applied, mayGoBack } = request;
    const refused = refusal(answer, this.options.storeId, inputOf(floor, applied, mayGoBack));
    if (refused !== undefined) return this.step('list.refused', this.failed(request, 'stale'), listFailed('stale', refused));
    const next = this.succeeded(request);
    this.step('list.completed', next, this.completed(answer, 0));
    if (this.canFail) this.fault('list.withoutRevision', next, this.completed(answer, 0, false));
  }

  private watch(request: Request): void {
    if (request.phase === 'sent') this.openWatch(request);
    if (request.phase === 'open') {
      this.push(request);
      this.receive(request);
      this.endWatch(request);
    }
  }

  private openWatch(request: Request): void {
    const opened = fact('opened', () => ({ type: 'watch.opened', request: 0 }));
    if (request.isInitial && this.isRefused(request)) {
      this.step('watch.refused, too new', this.failed(request, 'tooNew'), watchEnded('tooNew', false, 0));
    } else if (request.isInitial) {
      const open = (revision: number): World => {
        const wire = [`i${revision}:${stateAt(this.world.log, revision)}`, `e${revision}`];
        return this.withRequest({ ...request, phase: 'open', answer: revision, cursor: revision, told: revision, wire });
      };
      this.step('watch.opened', open(this.head), opened);
      for (const stale of this.canFail ? this.staleRevisions(request) : []) {
        this.fault('list.stale', open(stale), opened, String(stale));
      }
    } else if (request.applied < this.world.compacted) {
      this.step('watch.refused, compacted', this.failed(request, 'compacted'), watchEnded('compacted', false, 0));
    } else {
      const { applied } = request;
      this.step('watch.opened', this.withRequest({ ...request, phase: 'open', cursor: applied, told: applied }), opened);
    }
    if (!this.canFail) return;
    this.fault('watch.hangs', this.withRequest({ ...request, phase: 'hanging' }));
    for (const kind of this.options.failures) {
      this.fault(`watch refused as ${kind}`, this.failed(request, kind), watchEnded(kind, false, 0));
    }
  }

  /** What the server puts on the line. */
  private push(request: Request): void {
    const { cursor, told, wire } = request;
    const { log, compacted } = this.world;
    if (wire.length >= lineLength) return;
    const sent = (revision: number, batch: string): World =>
      this.withRequest({ ...request, cursor: revision, told: revision, wire: [...wire, batch] });
    if (cursor < this.head && cursor < compacted) {
      // What it still had to send is gone. What is on the line arrives first.
      if (wire.length > 0) return;
      return this.step('watch.expired', this.failed(request, 'compacted'), this.ended(request, 'compacted'));
    }
    const pending = log
      .split('')
      .flatMap((letter, index) => (index >= cursor && letter !== 'z' ? [[index + 1, letter] as const] : []));
    const [first] = pending;
    const last = pending.at(-1);
    if (first !== undefined && last !== undefined) {
      this.step('watch.sent', sent(first[0], first.join('')));
      if (pending.length > 1) this.step('watch.sent, merged', sent(last[0], pending.flat().join('')));
    } else if (cursor < this.head) {
      this.step('watch.skipped', this.withRequest({ ...request, cursor: this.head }));
    }
    if (cursor > told) this.step('watch.bookmarked', sent(cursor, `m${cursor}`));
    const letter = log[told - 1] ?? 'z';
    if (this.canFail && letter !== 'z' && request.initial !== '') {
      this.fault('watch.replayed', this.withRequest({ ...request, wire: [...wire, `${told}${letter}`] }));
    }
  }

  /** What comes out of the line. */
  private receive(request: Request): void {
    const [batch, ...rest] = request.wire;
    if (batch === undefined) return;
    for (const isDuplicated of [false, true]) {
      const wire = isDuplicated ? request.wire : rest;
      if (isDuplicated && (!this.canFail || request.initial !== 'done')) continue; // a list that is told twice is the same list
      const [next, event] = this.read({ ...request, wire, hasReceived: true }, batch);
      const name = batch.startsWith('m') ? 'watch.received, a bookmark' : 'watch.received';
      if (isDuplicated) this.fault('watch.duplicated', next, event, batch);
      else this.step(name, next, event, batch);
    }
  }

  /** The shipped reader takes a batch: what it tells the chart, if anything. */
  private read(request: Request, batch: string): readonly [World, ReflectorFact | undefined] {
    const { initial, answer, last, floor, applied, mayGoBack } = request;
    const [step] = initial === 'done' ? readBatch(last, batch) : readInitial(initial, batch);
    switch (step?.kind) {
      case undefined:
        return [this.withRequest(request), undefined];
      case 'progress':
        return [
          this.withRequest({ ...request, initial: batch }),
          fact('progressed', () => ({ type: 'list.progressed', request: 0 })),
        ];
      case 'list': {
        const refused = refusal(answer, this.options.storeId, inputOf(floor, applied, mayGoBack));
        if (refused !== undefined) return [this.failed(request, 'stale'), watchEnded('stale', true, 1, refused)];
        return [{ ...this.succeeded(request), request: { ...request, initial: 'done', last: answer } }, this.completed(answer, 0)];
      }
      case 'changes': {
        const { revision, events } = step;
        const next = { ...this.withRequest({ ...request, last: Number(revision) }), watchMisses: 0 };
        return [next, fact(`received ${last} ${batch}`, () => ({ type: 'watch.received', request: 0, revision, events }))];
      }
    }
  }

  private endWatch(request: Request): void {
    if (!this.canFail) return;
    for (const kind of this.options.failures) {
      const name = kind === 'unavailable' ? 'watch.cut' : `watch ends as ${kind}`;
      this.fault(name, this.failed(request, kind), this.ended(request, kind));
    }
    this.fault('watch.closed', this.failed(request, undefined), this.ended(request, undefined));
    if (!request.hasReceived) {
      this.fault('watch.closedAtOnce', this.failed(request, 'at once'), watchEnded(undefined, true, 0, undefined, 0));
    }
    this.fault('watch.silent', this.withRequest({ ...request, phase: 'silent', wire: [] }));
  }

  private ended(request: Request, kind: Fault | undefined): ReflectorFact {
    return watchEnded(kind, true, request.hasReceived ? 1 : 0);
  }

  /** A timer fires when nothing else can come; if something can, it is slow, and that is a fault. */
  private timers(): void {
    const { request } = this.world;
    const isDead = request === undefined || request.phase === 'hanging' || request.phase === 'silent' || request.phase === 'over';
    for (const { name, event } of this.place.timers) {
      switch (name) {
        case 'listRetry':
        case 'watchRetry':
        case 'watchPollInterval':
        case 'missingApiRetryInterval':
        case 'watchRetryTimeout':
          this.step(name, this.world, event);
          break;
        case 'requestTimeout':
        case 'listLimit':
        case 'idleLimit':
          if (request === undefined) throw new Error(`${name} is armed without a request`);
          if (isDead) this.step(name, this.failed(request, 'timeout'), event);
          else if (this.canFail) this.fault(`slow until ${name}`, this.failed(request, 'timeout'), event);
          break;
        case 'healthyPeriod':
          if (this.place.context.watchFailures > 0) this.step(name, { ...this.world, watchMisses: 0 }, event);
          break;
        case 'auditInterval':
        case 'redeliverInterval':
          if (this.canFail) this.fault(name, this.world, event);
          break;
        default:
          throw new Error(`There is no move for the timer ${name}.`);
      }
    }
  }

  /** A fact of a request that was given up arrives after all. */
  private late(): void {
    const { late } = this.world;
    if (late === undefined || !this.canFail) return;
    const next = { ...this.world, late: undefined };
    this.fault(`late ${late.fact}`, next, this.lateFact(late), `${late.what} of ${late.age} ago`);
  }

  private lateFact({ fact: type, what, age }: LateFact): ReflectorFact {
    switch (type) {
      case 'list.completed':
        return this.completed(Number(what), -age);
      case 'watch.opened':
        return fact(`opened ${age}`, () => ({ type, request: -age }));
      case 'watch.ended':
        return { ...watchEnded('unavailable', true, 1), request: -age };
      case 'watch.received': {
        const [step] = readBatch(-1, what);
        const [revision, events] = step?.kind === 'changes' ? [step.revision, step.events] : ['0', []];
        return fact(`received ${what} ${age}`, () => ({ type, request: -age, revision, events }));
      }
    }
  }

  private completed(revision: number, request: number, hasRevision = true): ReflectorFact {
    const content = stateAt(this.world.log, revision);
    return fact(`completed ${content} ${revision} ${request} ${hasRevision} ${this.options.storeId}`, () => ({
      type: 'list.completed',
      request,
      revision: hasRevision ? String(revision) : undefined,
      list: listOf(content, revision, this.options.storeId),
      took: 0,
    }));
  }

  private withRequest(request: Request): World {
    return { ...this.world, request };
  }

  private succeeded(request: Request): World {
    return { ...this.world, request: { ...request, phase: 'over' }, listMisses: 0, watchMisses: 0, lastFailure: '' };
  }

  /** The request is over without success: the account of misses, which an audit does not count in. */
  private failed(request: Request, how: FailureKind | 'timeout' | 'at once' | undefined): World {
    const isAudit = this.place.text.includes('auditing');
    const isList = request.op === 'list' || (request.isInitial && request.initial !== 'done');
    const isCounted = how !== undefined && !isAudit && !(request.isInitial && how === 'unsupported');
    const misses = (before: number, counts: boolean): number => (isCounted && counts ? Math.min(3, before + 1) : before);
    return {
      ...this.world,
      request: { ...request, phase: 'over', wire: [] },
      listMisses: misses(this.world.listMisses, isList),
      watchMisses: misses(this.world.watchMisses, !isList),
      lastFailure: how === 'throttled' ? how : '',
    };
  }

  private step(name: string, next: World, send?: { readonly type: string }, detail?: string): void {
    this.found.push({ kind: 'step', name, next, send, detail });
  }

  private input(name: string, next: World, send?: { readonly type: string }): void {
    this.found.push({ kind: 'input', name, next, send });
  }

  /** Only to be called when something may still go wrong: worlds that are not wanted are not made. */
  private fault(name: string, next: World, send?: { readonly type: string }, detail?: string): void {
    if (this.options.only?.has(name) === false) return;
    this.found.push({ kind: 'fault', name, next: { ...next, faults: next.faults - 1 }, send, detail });
  }
}

function inputOf(floor: number, applied: number, mayGoBack: boolean): Parameters<typeof refusal>[2] {
  const text = (revision: number): string | undefined => (revision < 0 ? undefined : String(revision));
  return { request: 0, notOlderThan: text(floor), applied: text(applied), mayGoBack };
}

function listFailed(kind: FailureKind, failure = failures[kind as Fault]): ReflectorFact {
  return fact(`list failed ${kind}`, () => ({ type: 'list.failed', request: 0, failure, took: 0 }));
}

function watchEnded(
  kind: FailureKind | undefined,
  wasOpened: boolean,
  received: number,
  failure = kind === undefined ? undefined : failures[kind as Fault], // a stale one is always given
  lasted = longEnough,
): ReflectorFact {
  return fact(`ended ${kind} ${wasOpened} ${received} ${lasted}`, () => ({
    type: 'watch.ended',
    request: 0,
    failure,
    wasOpened,
    received,
    lasted,
  }));
}
