/**
 * A history of an informer, drawn by chance, with handlers of every kind, beside a plain Map and a list of what has happened to it.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { HandlerOptions, HandlerRegistration } from '../../../src/cache/informer/handler.js';
import { DeletedFinalStateUnknown, ExplicitKey } from '../../../src/cache/keys.js';
import type { StoreOperation } from '../../../src/cache/store.js';
import { FedInformer, pod, Recorder, text, type Pod } from './fed-informer.js';

const names = ['a', 'b', 'c', '__proto__'];
const anyName = fc.constantFrom(...names);
const anyPod: fc.Arbitrary<Pod> = fc
  .record({ name: anyName, version: fc.integer({ min: 1, max: 3 }), uid: fc.constantFrom('1', '2') })
  .map(({ name, version, uid }) => pod(name, version, uid));

type Operation =
  { readonly do: 'put' | 'delete'; readonly pod: Pod } | { readonly do: 'deleteKey' | 'deleteUnseen'; readonly name: string };
type Temper = 'prompt' | 'slow' | 'throwing' | 'rejecting';
export type Command =
  | { readonly do: 'transaction'; readonly operations: readonly Operation[] }
  | { readonly do: 'replace'; readonly pods: readonly Pod[] }
  | { readonly do: 'resync' }
  | { readonly do: 'join'; readonly options: HandlerOptions; readonly temper: Temper }
  | { readonly do: 'leave'; readonly which: number };

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('put' as const), pod: anyPod }) },
  fc.record({ do: fc.constant('delete' as const), pod: anyPod }),
  fc.record({ do: fc.constant('deleteKey' as const), name: anyName }),
  fc.record({ do: fc.constant('deleteUnseen' as const), name: anyName }),
);
const anyOptions: fc.Arbitrary<HandlerOptions> = fc.oneof(
  fc.constant({}),
  fc.constant({ backpressure: { mode: 'every', limit: 1_000, whenFull: 'remove' } } as const),
  fc.record({
    backpressure: fc.record({
      mode: fc.constant('every' as const),
      limit: fc.integer({ min: 1, max: 4 }),
      whenFull: fc.constantFrom('coalesce' as const, 'remove' as const),
    }),
  }),
);
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('transaction' as const), operations: fc.array(anyOperation, { maxLength: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('replace' as const), pods: fc.array(anyPod, { maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.constant<Command>({ do: 'resync' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('join' as const),
      options: anyOptions,
      temper: fc.constantFrom<Temper>('prompt', 'slow', 'throwing', 'rejecting'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(5) }) },
);

/** What a plain Map says of the history. */
class Model {
  readonly content: Map<string, Pod> = new Map();
  /** Every change so far, as it is to be told one by one. */
  readonly history: string[] = [];
  /** How each key was deleted last. */
  readonly deletions: Map<string, string> = new Map();
  isListed = false;

  put(object: Pod): void {
    const before = this.content.get(object.metadata.name);
    this.content.set(object.metadata.name, object);
    if (before === undefined) this.history.push(`add ${text(object)}`);
    else if (JSON.stringify(before) !== JSON.stringify(object)) {
      const what = before.metadata.uid === object.metadata.uid ? 'update' : 'recreate';
      this.history.push(`${what} ${text(before)} ${text(object)}`);
    }
  }

  delete(name: string, certainty: 'exact' | 'unknown', final?: Pod): void {
    const before = this.content.get(name);
    if (before === undefined) return;
    this.content.delete(name);
    const told = `delete ${text(final ?? before)} ${certainty}`;
    this.deletions.set(name, told);
    this.history.push(told);
  }

  replace(pods: readonly Pod[]): void {
    this.isListed = true;
    const last = new Map(pods.map((object) => [object.metadata.name, object]));
    for (const name of sorted(this.content.keys())) if (!last.has(name)) this.delete(name, 'unknown');
    for (const name of sorted(last.keys())) this.put(last.get(name) as Pod); // it has its own keys
  }

  objects(): readonly (Pod | undefined)[] {
    return sorted(this.content.keys()).map((name) => this.content.get(name));
  }
}

function sorted(keys: Iterable<string>): string[] {
  return [...keys].toSorted((a, b) => (a < b ? -1 : 1));
}

function operationOf(operation: Operation): StoreOperation<Pod> {
  switch (operation.do) {
    case 'put':
      return { op: 'update', object: operation.pod };
    case 'delete':
      return { op: 'delete', object: operation.pod };
    case 'deleteKey':
      return { op: 'delete', object: new ExplicitKey(operation.name) };
    case 'deleteUnseen':
      return { op: 'delete', object: new DeletedFinalStateUnknown(operation.name, undefined) };
  }
}

interface Member {
  readonly recorder: Recorder;
  readonly registration: HandlerRegistration;
  readonly options: HandlerOptions;
  /** What it must be told if it is told every change. */
  readonly begins: readonly string[];
  readonly joinedAt: number;
  readonly joinedListed: boolean;
  isLeaving: boolean;
  overflows: string[];
}

export class Play {
  readonly model: Model = new Model();
  readonly fed: FedInformer = new FedInformer();
  readonly members: Member[] = [];
  /** What has happened at all, so that a test can say that nothing was left out. */
  readonly seen: Set<string> = new Set();
  private readonly scheduler: fc.Scheduler;

  constructor(scheduler: fc.Scheduler) {
    this.scheduler = scheduler;
  }

  do(command: Command): void {
    switch (command.do) {
      case 'transaction':
        this.fed.sink.transaction?.(command.operations.map(operationOf));
        for (const operation of command.operations) this.operate(operation);
        break;
      case 'replace':
        this.fed.sink.replace(command.pods);
        this.model.replace(command.pods);
        break;
      case 'resync':
        this.fed.sink.resync?.();
        break;
      case 'join':
        this.join(command.options, command.temper);
        break;
      case 'leave':
        this.leave(this.members[command.which]);
        break;
    }
    expect(this.fed.informer.indexer.list()).toEqual(this.model.objects());
    for (const member of this.members) this.checkBound(member);
  }

  private operate(operation: Operation): void {
    switch (operation.do) {
      case 'put':
        return this.model.put(operation.pod);
      case 'delete':
        return this.model.delete(operation.pod.metadata.name, 'exact', operation.pod);
      case 'deleteKey':
        return this.model.delete(operation.name, 'exact');
      case 'deleteUnseen':
        return this.model.delete(operation.name, 'unknown');
    }
  }

  private join(options: HandlerOptions, temper: Temper): void {
    const recorder = new Recorder((call) => {
      this.checkCall(member, call);
      if (temper === 'throwing') throw new Error('a handler that throws');
      if (temper === 'prompt') return undefined;
      return this.scheduler.schedule(Promise.resolve(), `a ${temper} handler`).then(() => {
        if (temper === 'rejecting') throw new Error('a handler that rejects');
      });
    });
    const overflows: string[] = [];
    const handler = {
      onAdd: recorder.onAdd.bind(recorder),
      onUpdate: recorder.onUpdate.bind(recorder),
      onDelete: recorder.onDelete.bind(recorder),
      onOverflow: (error: { readonly outcome: string }): void => void overflows.push(error.outcome),
    };
    const begins = this.model.objects().map((object) => `initial ${object === undefined ? '' : text(object)}`);
    const member: Member = {
      recorder,
      registration: this.fed.add(handler, options),
      options,
      begins,
      joinedAt: this.model.history.length,
      joinedListed: this.model.isListed,
      isLeaving: false,
      overflows,
    };
    this.members.push(member);
  }

  private leave(member: Member | undefined): void {
    if (member === undefined) return;
    member.isLeaving = true;
    const calls = member.recorder.calls.length;
    void member.registration.remove().then(() => expect(member.recorder.calls.length).toBe(calls));
  }

  /** A handler that is told what has become of each key is told what is there now. */
  private checkCall({ isLeaving, options, registration }: Member, call: string): void {
    expect(isLeaving, `${call} after the handler was removed`).toBe(false);
    expect(registration.hasSynced() && call.startsWith('initial'), `${call} when it was in sync`).toBe(false);
    if (options.backpressure !== undefined) return;
    const [what, subject = ''] = call.split(' ').flatMap((word, place) => (place === 0 ? [word] : [word.split('@')[0] ?? '']));
    const now = this.model.content.get(subject);
    if (what === 'delete') expect(call).toBe(this.model.deletions.get(subject));
    else expect(call.split(' ').at(-1)).toBe(now === undefined ? undefined : text(now));
  }

  private checkBound({ registration, options }: Member): void {
    const line = options.backpressure?.mode === 'every' ? options.backpressure.limit + names.length : 0;
    expect(registration.pending).toBeLessThanOrEqual(names.length + line);
  }

  /** Everything has been told. */
  checkEnd(): void {
    for (const member of this.members) {
      const { recorder, registration, options, overflows } = member;
      for (const call of recorder.calls) this.seen.add(call.split(' ')[0] ?? '');
      for (const outcome of overflows) this.seen.add(outcome);
      for (const { certainty, cause } of recorder.deletions) this.seen.add(`${certainty} ${cause}`);
      if (member.isLeaving) this.seen.add('left');
      if (member.isLeaving || overflows.includes('removed')) continue;
      expect(registration.pending).toBe(0);
      expect(registration.hasSynced()).toBe(this.model.isListed);
      expect(sorted(recorder.view.keys()).map((name) => recorder.view.get(name))).toEqual(this.model.objects());
      if (options.backpressure?.mode !== 'every' || overflows.length > 0 || !member.joinedListed) continue;
      const changes = recorder.calls.filter((call) => !call.startsWith('resync'));
      this.seen.add('told every change');
      expect(changes).toEqual([...member.begins, ...this.model.history.slice(member.joinedAt)]);
    }
  }
}

export async function play(scheduler: fc.Scheduler, commands: readonly Command[]): Promise<Play> {
  const game = new Play(scheduler);
  const { task } = scheduler.scheduleSequence(
    commands.map((command) => ({ label: command.do, builder: async () => game.do(command) })),
  );
  await scheduler.waitIdle();
  expect((await task).faulty).toBe(false);
  await game.fed.clock.settle();
  game.checkEnd();
  return game;
}
