/** An informer that a test fills by hand, and handlers that hold what they are told against what may be told. */
import { expect } from 'vitest';
import type { Deleted, HandlerOptions, HandlerRegistration, ResourceEventHandler } from '../../../src/cache/informer/handler.js';
import { Informer } from '../../../src/cache/informer/informer.js';
import type { InformerOptions } from '../../../src/cache/informer/options.js';
import type { InformerProblem } from '../../../src/cache/informer/problems.js';
import type { Store } from '../../../src/cache/store.js';
import { MemoryLogger } from '../../../src/ports/logger.js';
import { SimulatedClock } from '../../../src/testing/index.js';

export interface Pod {
  readonly metadata: { readonly name: string; readonly uid?: string; readonly resourceVersion?: string };
  readonly color?: string;
}

/** A pod in one of its states. */
export function pod(name: string, version: number, uid = `${name}-1`): Pod {
  return { metadata: { name, uid, resourceVersion: String(version) } };
}

/** How a pod is written down in what was told. */
export function text(object: Pod): string {
  return `${object.metadata.name}@${object.metadata.resourceVersion}`;
}

/** What went wrong, in its own words. */
export function messageOf(problem: InformerProblem): string {
  return (problem.kind === 'request' ? problem.failure.error : problem.error).message;
}

/** A running informer with the store that fills it. */
export class FedInformer {
  readonly clock: SimulatedClock = new SimulatedClock();
  readonly logger: MemoryLogger = new MemoryLogger();
  readonly problems: InformerProblem[] = [];
  readonly informer: Informer<Pod>;
  readonly running: Promise<void>;
  readonly stop: AbortController = new AbortController();
  private store: Store<Pod> | undefined;

  constructor(options: Partial<InformerOptions<Pod>> = {}) {
    const { clock, logger } = this;
    const onError = (problem: InformerProblem): void => void this.problems.push(problem);
    this.informer = new Informer<Pod>({ clock, logger, onError, ...options }, ({ store }) => {
      this.store = store;
      return { run: ({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())) };
    });
    this.running = this.informer.run({ signal: this.stop.signal });
  }

  get sink(): Store<Pod> {
    if (this.store === undefined) throw new Error('The feed was not created.');
    return this.store;
  }

  add(handler: ResourceEventHandler<Pod>, options?: HandlerOptions): HandlerRegistration {
    return this.informer.addEventHandler(handler, options);
  }

  /** Ends it. Nothing is left then, and no handler has found anything wrong with what it was told. */
  async end(): Promise<void> {
    expect(this.problems.filter((problem) => problem.kind === 'handler' && problem.error.name === 'AssertionError')).toEqual([]);
    this.stop.abort();
    await this.running;
    expect(this.clock.pending).toBe(0);
  }
}

/** Writes down what it is told, and fails when that is no legal history: adds, updates and deletes take turns, from what was told. */
export class Recorder implements ResourceEventHandler<Pod> {
  readonly calls: string[] = [];
  /** What it was told last of each key. */
  readonly view: Map<string, Pod> = new Map();
  readonly deletions: Deleted<Pod>[] = [];
  private isRunning = false;
  private readonly during: (call: string) => unknown;

  /** @param during what it does when it is told something; calls must not overlap with what it returns. */
  constructor(during: (call: string) => unknown = () => {}) {
    this.during = during;
  }

  onAdd(object: Pod, { isInInitialList }: { readonly isInInitialList: boolean }): unknown {
    must(!this.view.has(object.metadata.name), 'added twice', object);
    this.view.set(object.metadata.name, object);
    return this.told(`${isInInitialList ? 'initial' : 'add'} ${text(object)}`);
  }

  onUpdate(before: Pod, after: Pod, { recreated, isResync }: { readonly recreated: boolean; readonly isResync: boolean }): unknown {
    const told = this.view.get(after.metadata.name);
    // Equal, not the same: what comes back to where it was is told by nothing, and can be another object then.
    must(JSON.stringify(told) === JSON.stringify(before), 'updated from what was not told last', after);
    must(isResync === (after === before), 'updated without a change, or resynced with one', after);
    must(isResync || JSON.stringify(after) !== JSON.stringify(before), 'updated to the same', after);
    this.view.set(after.metadata.name, after);
    if (isResync) return this.told(`resync ${text(after)}`);
    return this.told(`${recreated ? 'recreate' : 'update'} ${text(before)} ${text(after)}`);
  }

  onDelete(deleted: Deleted<Pod>): unknown {
    must(this.view.delete(deleted.last.metadata.name), 'deleted without being there', deleted.last);
    this.deletions.push(deleted);
    return this.told(`delete ${text(deleted.last)} ${deleted.certainty}`);
  }

  private told(call: string): unknown {
    must(!this.isRunning, `told before the last call had returned: ${call}`);
    this.calls.push(call);
    const returned = this.during(call);
    if (!(returned instanceof Promise)) return returned;
    this.isRunning = true;
    return returned.finally(() => (this.isRunning = false));
  }
}

/** What is thrown here is a problem of its handler, which `end` looks for. */
function must(condition: boolean, message: string, object?: Pod): void {
  if (condition) return;
  const error = new Error(object === undefined ? message : `${message}: ${text(object)}`);
  error.name = 'AssertionError';
  throw error;
}

/** What a handler returns that is slow: it ends when the test says so. */
export class Gate {
  private open: (() => void)[] = [];

  /** How many calls wait. */
  get waiting(): number {
    return this.open.length;
  }

  readonly wait = (): Promise<void> => new Promise((resolve) => this.open.push(resolve));

  /** Lets those through that wait. */
  release(): void {
    for (const resolve of this.open.splice(0)) resolve();
  }
}
