/** Dry runs: what handlers would do about an event, without their doing it. */
import { isDeepStrictEqual } from 'node:util';
import { isHeliostatError } from '../../model/errors.js';
import { treeOf, type ObjectTree } from '../../store/object-tree.js';
import { copyPlainData } from '../../store/plain-data.js';
import { EventMethod, isUpdateEvent, UpdateDirection, UpdateTransactionType, type Event } from '../events/event.js';
import type { UpdateOperations } from '../handler.js';
import { recordOf, type KeyValuePairs, type KubeStateData } from '../key-values.js';
import { keptFor, type WantedValue } from './ownership.js';
import { PlanDraft } from './plan-draft.js';
import type { Plan, PlannedChange, PlannedHandler } from './plan.js';
import type { PlannableHandler } from './plannable-handler.js';

/** What a plan is made from. */
export interface PlanOptions {
  /** In the order in which the controller has them. */
  readonly handlers: readonly PlannableHandler[];
  readonly event: Event;
  /** All state received. Default: what the event carries, as a DBResync does, or nothing. */
  readonly kubeState?: KubeStateData | undefined;
  /** What handlers want now: with its writers, or the values alone. */
  readonly internal: ObjectTree<WantedValue> | KeyValuePairs;
  /** Which resync it would be. Default: 2, the first one after the startup. */
  readonly resyncCount?: number | undefined;
  /** Ends the waiting for handlers that do not answer: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Plans an event: asks each handler what it would do, in their order, and compares what would be wanted with what is. Nothing is kept and
 * nothing is committed. A handler is asked when it has a `dryRun` method, as those of `createHandler` have, or says that it is `pure`.
 *
 * A failure has the consequences that it would have: see UpdateTransactionType, AbortEventError and FatalError. External configuration,
 * which the controller merges over what handlers want, is not part of a plan.
 *
 * @example
 * ```ts
 * import { createHandler, DBResync, planOf, printPlan } from 'heliostat/controller';
 * const rules = createHandler({
 *   name: 'rules',
 *   handles: { resources: ['policies'] },
 *   initial: {},
 *   resync({ kubeState, txn }) {
 *     for (const [key, policy] of Object.entries(kubeState['policies'] ?? {})) txn.put(`/rules${key}`, policy);
 *   },
 *   update() {},
 * });
 * const event = new DBResync({ kubeState: { policies: { '/policies/default/web': { allow: ['a'] } } } });
 * console.log(printPlan(await planOf({ handlers: [rules], event, internal: {} })));
 * ```
 */
export async function planOf(options: PlanOptions): Promise<Plan> {
  const { signal } = options;
  if (signal === undefined) return plan(options);
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error); // the reason is the caller's own: he gets it back as it is
    signal.addEventListener('abort', abort, { once: true });
    const end = (): void => signal.removeEventListener('abort', abort);
    plan(options).then(resolve, reject).finally(end);
  });
}

async function plan({ handlers, event, kubeState, internal, resyncCount = 2 }: PlanOptions): Promise<Plan> {
  const knowsWriters = isTree(internal);
  const wanted = knowsWriters ? internal : wantedOf(internal);
  const draft = new PlanDraft();
  const state = frozenStateOf(kubeState ?? stateOf(event));
  const planned: PlannedHandler[] = [];
  let isStopped = false;
  for (const handler of orderFor(event, handlers)) {
    const result = await planHandler({ handler, event, kubeState: state, resyncCount, draft, isStopped });
    if (result === undefined) continue;
    planned.push(result);
    isStopped ||= result.outcome === 'failed' && stops(event, result.error);
  }
  const isUpdate = event.method === EventMethod.Update;
  const isCommitted = !isStopped && (!isUpdate || draft.writes.size > 0);
  const begin = { event: titleOf(event), method: event.method, handlers: planned, isCommitted };
  if (!isCommitted || event.method === EventMethod.DownstreamResync) return { ...begin, changes: [], kept: [], unclear: [] };
  if (isUpdate) return { ...begin, changes: changesOf(draft, wanted, []), kept: [], unclear: [] };
  const { kept, unclear } = undecided(planned, draft, wanted, knowsWriters);
  const undecidedKeys = new Set([...kept, ...unclear]);
  const gone = wanted.keys().filter((key) => !draft.writes.has(key) && !undecidedKeys.has(key));
  return { ...begin, changes: changesOf(draft, wanted, gone), kept, unclear };
}

interface HandlerStep {
  readonly handler: PlannableHandler;
  readonly event: Event;
  readonly kubeState: KubeStateData;
  readonly resyncCount: number;
  readonly draft: PlanDraft;
  readonly isStopped: boolean;
}

/** @returns undefined when the handler does not handle the event. */
async function planHandler({ isStopped, draft, ...step }: HandlerStep): Promise<PlannedHandler | undefined> {
  const { handler, event } = step;
  const { name } = handler;
  try {
    if (!handler.handlesEvent(event)) return undefined;
    if (isStopped) return { name, outcome: 'notReached', change: '' };
    const call = callOf(step);
    if (call === undefined) return { name, outcome: 'notPlannable', change: '' };
    return { name, outcome: 'planned', change: (await draft.use(name, call)) ?? '' };
  } catch (error) {
    return { name, outcome: 'failed', change: '', error };
  }
}

type PlannedCall = (txn: UpdateOperations) => string | void | Promise<string | void>;

function callOf({ handler, event, kubeState, resyncCount }: Omit<HandlerStep, 'draft' | 'isStopped'>): PlannedCall | undefined {
  if (handler.dryRun !== undefined) return (txn) => handler.dryRun?.({ event, kubeState, resyncCount, txn });
  if (handler.pure !== true) return undefined;
  if (event.method === EventMethod.Update) return (txn) => handler.update(event, txn);
  // A resync cannot delete, and must not find that it can.
  return (txn) =>
    handler.resync(event, kubeState, resyncCount, { put: (key, value) => txn.put(key, value), get: (key) => txn.get(key) });
}

function orderFor(event: Event, handlers: readonly PlannableHandler[]): readonly PlannableHandler[] {
  if (event.method === EventMethod.DownstreamResync) return [];
  return isUpdateEvent(event) && event.direction === UpdateDirection.Reverse ? handlers.toReversed() : handlers;
}

/** Whether after this failure no other handler is called and nothing is committed. */
function stops(event: Event, error: unknown): boolean {
  const isAtomic = isUpdateEvent(event) && event.transactionType === UpdateTransactionType.RevertOnFailure;
  return isAtomic || isHeliostatError(error, 'event-aborted') || isHeliostatError(error, 'fatal');
}

/** What nobody puts in a resync, and what is not certain to go nevertheless. */
function undecided(
  planned: readonly PlannedHandler[],
  { writes }: PlanDraft,
  wanted: ObjectTree<WantedValue>,
  knowsWriters: boolean,
): Pick<Plan, 'kept' | 'unclear'> {
  const named = (outcome: PlannedHandler['outcome']) =>
    planned.filter((handler) => handler.outcome === outcome).map(({ name }) => name);
  const [failed, notPlannable] = [named('failed'), named('notPlannable')];
  const isPut = (key: string): boolean => writes.has(key);
  if (!knowsWriters) {
    const isClear = failed.length === 0 && notPlannable.length === 0;
    return { kept: [], unclear: isClear ? [] : wanted.keys().filter((key) => !isPut(key)) };
  }
  const kept = keptFor({ wanted, isPut, failed }).map(([key]) => key);
  const unclear = keptFor({ wanted, isPut, failed: notPlannable }).map(([key]) => key);
  return { kept, unclear: unclear.filter((key) => !kept.includes(key)) };
}

function changesOf({ writes }: PlanDraft, wanted: ObjectTree<WantedValue>, gone: readonly string[]): readonly PlannedChange[] {
  const changes: PlannedChange[] = [];
  for (const [key, { value: after, writers }] of writes) {
    const before = wanted.get(key)?.value;
    if (!isDeepStrictEqual(before, after)) changes.push({ key, before, after, wantedBy: writers });
  }
  for (const key of gone) {
    const value = wanted.get(key);
    changes.push({ key, before: value?.value, after: undefined, wantedBy: value?.writers ?? [] });
  }
  return changes.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

function isTree(internal: PlanOptions['internal']): internal is ObjectTree<WantedValue> {
  return typeof internal['scan'] === 'function'; // plain data has no functions
}

function wantedOf(values: KeyValuePairs): ObjectTree<WantedValue> {
  const keys = Object.keys(values)
    .filter((key) => values[key] !== null && values[key] !== undefined)
    .toSorted();
  return treeOf(
    keys,
    keys.map((key) => ({ value: copyPlainData(values[key]), writers: [] })),
  );
}

/** A copy that nobody can change, value by value: a whole state may be larger than a value may. */
function frozenStateOf(kubeState: KubeStateData): KubeStateData {
  if (Object.isFrozen(kubeState)) return kubeState;
  const resources = Object.entries(kubeState).map(([resource, values]) => {
    const copies = Object.entries(values).map(([key, value]) => [key, copyPlainData(value)] as const);
    return [resource, Object.freeze(recordOf(copies))] as const;
  });
  return Object.freeze(recordOf(resources));
}

function stateOf(event: Event): KubeStateData {
  // A DBResync of whichever copy of this package: told by what it carries.
  return 'kubeState' in event && typeof event.kubeState === 'object' ? ((event.kubeState ?? {}) as KubeStateData) : {};
}

function titleOf(event: Event): string {
  try {
    return event.toString().split('\n', 1).join();
  } catch {
    return event.name; // a plan is not the place to fail for want of a title
  }
}
