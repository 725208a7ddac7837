/** A handler out of plain functions over a draft of its state: what fails is discarded, what is reverted is as it was. */
import { ClosedError } from '../../model/errors.js';
import { copyPlainData } from '../../store/plain-data.js';
import { openAmendment, type Amendment, type OpenAmendment } from '../../store/root.js';
import { EventMethod, type Event } from '../events/event.js';
import type { ResyncOperations, UpdateOperations } from '../handler.js';
import type { KubeStateData } from '../key-values.js';
import { checkHandlerOptions, type HandlerOptions } from './handler-options.js';
import { acceptanceOf } from './interests.js';
import { kitResyncOperations, kitUpdateOperations } from './operations.js';
import type { DryRun, PlannableHandler } from './plannable-handler.js';

/** A handler that keeps its state by itself. */
export interface KitHandler<S extends object> extends PlannableHandler {
  /** The state after the last call that succeeded and was not reverted. Immutable. */
  readonly state: S;
  resync(event: Event, kubeState: KubeStateData, resyncCount: number, txn: ResyncOperations): Promise<void>;
  update(event: Event, txn: UpdateOperations): Promise<string>;
  revert(event: Event): void;
  dryRun(run: DryRun): Promise<string>;
}

/**
 * Makes a handler. The functions work on an Immer draft of the handler's state, which also outlives an `await`: the state of a call that
 * fails is discarded, and `revert` gives the state back that there was before the event, to the identity.
 *
 * Such a handler can be planned (`planOf`). Its state is copied where it is changed, so a record of many thousand keys is better split
 * into smaller ones.
 *
 * @throws ValidationError when an option is not what it must be.
 *
 * @example
 * ```ts
 * import { createHandler, KubeStateChange } from 'heliostat/controller';
 * const routes = createHandler({
 *   name: 'routes',
 *   handles: { resources: ['pods'] },
 *   initial: { count: 0 },
 *   resync({ kubeState, state, txn }) {
 *     for (const [key, pod] of Object.entries(kubeState['pods'] ?? {})) {
 *       txn.put(`/routes${key}`, { to: pod });
 *       state.count++;
 *     }
 *   },
 *   update({ event, state, txn }) {
 *     if (!(event instanceof KubeStateChange)) return '';
 *     if (event.prevValue === undefined) state.count++;
 *     if (event.newValue === undefined) {
 *       state.count--;
 *       txn.delete(`/routes${event.key}`);
 *     } else txn.put(`/routes${event.key}`, { to: event.newValue });
 *     return `route to ${event.key}`;
 *   },
 * });
 * console.log(routes.state.count); // 0
 * ```
 */
export function createHandler<S extends object>(options: HandlerOptions<S>): KitHandler<S> {
  return new StatefulHandler(checkHandlerOptions(options));
}

/** A call of the handler. `signal` aborts when whoever called does not wait for it any more. */
interface Call {
  readonly signal: AbortSignal | undefined;
}

type Change = Pick<DryRun, 'event' | 'txn'>;
type Rebuild = Pick<DryRun, 'event' | 'kubeState' | 'resyncCount'> & { readonly txn: ResyncOperations };

class StatefulHandler<S extends object> implements KitHandler<S> {
  readonly name: string;
  readonly dependsOn: readonly string[];
  readonly handlesEvent: (event: Event) => boolean;
  private readonly options: HandlerOptions<S>;
  private readonly initial: S;
  private current: S;
  /** What the updates of one event have changed, for as long as it may be reverted: until the next event. */
  private undoable: { readonly event: Event; readonly amendments: readonly Amendment<S>[] } | undefined;
  /** The last call: one that is still running when another begins has been given up, and changes nothing any more. */
  private call: Call | undefined;

  constructor(options: HandlerOptions<S>) {
    this.options = options;
    this.name = options.name;
    this.dependsOn = Object.freeze([...(options.dependsOn ?? [])]);
    this.handlesEvent = acceptanceOf(options.handles);
    this.initial = copyPlainData(options.initial);
    this.current = this.initial;
  }

  get state(): S {
    return this.current;
  }

  async resync(event: Event, kubeState: KubeStateData, resyncCount: number, txn: ResyncOperations): Promise<void> {
    const call = this.begin(undefined, txn);
    const rebuild = openAmendment(this.initial);
    await this.rebuild(rebuild, { event, kubeState, resyncCount, txn });
    this.current = this.finish(call, rebuild).after;
  }

  async update(event: Event, txn: UpdateOperations): Promise<string> {
    const call = this.begin(event, txn);
    const change = openAmendment(this.current);
    const description = await this.change(change, { event, txn });
    const amendment = this.finish(call, change);
    this.current = amendment.after;
    this.undoable = { event, amendments: [...(this.undoable?.amendments ?? []), amendment] };
    return description;
  }

  revert(event: Event): void {
    const { undoable } = this;
    this.call = undefined; // what is still running has been given up
    if (undoable?.event !== event) return; // its update has failed, and left nothing to take back
    this.undoable = undefined;
    for (const amendment of undoable.amendments.toReversed()) this.current = amendment.undo(this.current);
  }

  async dryRun(run: DryRun): Promise<string> {
    if (run.event.method === EventMethod.Update) {
      const change = openAmendment(this.current);
      const description = await this.change(change, run);
      change.discard();
      return description;
    }
    const rebuild = openAmendment(this.initial);
    await this.rebuild(rebuild, run);
    rebuild.discard();
    return '';
  }

  private rebuild(amendment: OpenAmendment<S>, { txn, ...call }: Rebuild): Promise<void> {
    const { current: previous, options } = this;
    const { draft: state } = amendment;
    return orDiscard(amendment, () => options.resync({ ...call, state, previous, txn: kitResyncOperations(txn) }));
  }

  private async change(amendment: OpenAmendment<S>, { event, txn }: Change): Promise<string> {
    const call = { event, state: amendment.draft, txn: kitUpdateOperations(txn) };
    return (await orDiscard(amendment, () => this.options.update(call))) ?? '';
  }

  private begin(event: Event | undefined, { signal }: ResyncOperations): Call {
    if (this.undoable?.event !== event) this.undoable = undefined;
    this.call = { signal };
    return this.call;
  }

  private finish(call: Call, amendment: OpenAmendment<S>): Amendment<S> {
    if (call === this.call && call.signal?.aborted !== true) return amendment.finish();
    amendment.discard();
    throw new ClosedError(`A call of the handler '${this.name}' went on after it was given up. What it did is discarded.`);
  }
}

/** What `run` comes to; when it fails, the amendment is discarded. */
async function orDiscard<R>(amendment: OpenAmendment<object>, run: () => R | Promise<R>): Promise<R> {
  try {
    return await run();
  } catch (error) {
    amendment.discard();
    throw error;
  }
}
