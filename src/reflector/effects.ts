/**
 * The effects of the reflector chart: one list, one watch. Each classifies what goes wrong, reports facts that carry the number of
 * its request, and ends when the state that owns it is left. None of them throws into the void.
 */
import { fromCallback } from 'xstate';
import type { ListLogic, ListRequestInput, ReflectorFact, WatchLogic, WatchRequestInput } from '../../machines/index.js';
import type { ListWatchClient } from '../model/client.js';
import type { Failure } from '../model/failure.js';
import type { ListOptions } from '../model/list-options.js';
import type { Revision } from '../model/revision.js';
import type { Watch } from '../model/watch.js';
import { failureOf } from '../policy/failure.js';
import type { Clock } from '../ports/clock.js';
import { readList, refuseNonsense, refuseStale } from './read-list.js';
import { WatchReader, type WatchStep } from './read-watch.js';

/** What the effects of one reflector share. */
export interface EffectOptions<V> {
  readonly client: ListWatchClient<V>;
  readonly list: ListOptions;
  readonly pageSize: number;
  readonly clock: Clock;
  /** Is told of every fact before the chart is. */
  readonly onFact: (fact: ReflectorFact) => void;
  /** A watch told so many events again that were committed already; they were not taken. */
  readonly onReplays: (count: number) => void;
}

/** The effects, and what of them is still under way. */
export class ReflectorEffects<V> {
  readonly list: ListLogic;
  readonly watch: WatchLogic;
  private readonly options: EffectOptions<V>;
  private readonly underWay = new Map<Promise<void>, AbortController>();
  private storeId: string | undefined;

  constructor(options: EffectOptions<V>) {
    this.options = options;
    this.list = this.effect((input, tell, signal) => this.runList(input, tell, signal));
    this.watch = this.effect((input, tell, signal) => this.runWatch(input, tell, signal));
  }

  /** Ends whatever is under way, also when the chart has failed and cannot do so any more. Resolves when everything has ended. */
  async end(): Promise<void> {
    for (const abort of this.underWay.values()) abort.abort();
    while (this.underWay.size > 0) await Promise.all(this.underWay.keys());
  }

  private effect<I extends ListRequestInput>(
    run: (input: I, tell: (fact: ReflectorFact) => void, signal: AbortSignal) => Promise<void>,
  ) {
    return fromCallback<{ type: 'none' }, I>(({ input, sendBack }) => {
      const abort = new AbortController();
      const tell = (fact: ReflectorFact): void => {
        if (abort.signal.aborted) return;
        this.options.onFact(fact);
        sendBack(fact);
      };
      const running = run(input, tell, abort.signal).finally(() => this.underWay.delete(running));
      this.underWay.set(running, abort);
      return () => abort.abort();
    });
  }

  private async runList(input: ListRequestInput, tell: (fact: ReflectorFact) => void, signal: AbortSignal): Promise<void> {
    const { client, list: options, pageSize, clock } = this.options;
    const { request } = input;
    const began = clock.now();
    try {
      const onPage = (): void => tell({ type: 'list.progressed', request });
      const list = await readList({ client, list: options, pageSize, signal, onPage }, input);
      refuseNonsense(list);
      refuseStale(client, list, this.storeId, input);
      if (!signal.aborted) this.storeId = list.storeId;
      tell({ type: 'list.completed', request, revision: usable(list.revision), list, took: clock.now() - began });
    } catch (error) {
      tell({ type: 'list.failed', request, failure: failureOf(error), took: clock.now() - began });
    }
  }

  private async runWatch(input: WatchRequestInput, tell: (fact: ReflectorFact) => void, signal: AbortSignal): Promise<void> {
    const { client, list, clock } = this.options;
    const { request } = input;
    const began = clock.now();
    let received = 0;
    let watch: Watch<V> | undefined;
    let reader: WatchReader<V> | undefined;
    const stop = async (): Promise<void> => watch?.stop().catch(ignore); // it is over for us, however it takes its end
    const end = (failure: Failure | undefined): void =>
      tell({ type: 'watch.ended', request, failure, wasOpened: watch !== undefined, received, lasted: clock.now() - began });
    try {
      const from = input.initialList ? input.notOlderThan : input.applied;
      watch = await client.watch(list, {
        revision: from,
        initialList: input.initialList,
        signal,
      });
      if (signal.aborted) return;
      signal.addEventListener('abort', () => void stop(), { once: true }); // for clients that do not listen to their signal
      tell({ type: 'watch.opened', request });
      reader = new WatchReader(client, from, input.initialList);
      for await (const batch of watch) {
        if (signal.aborted) break;
        received++;
        for (const step of reader.take(batch)) {
          if (step.kind === 'list') refuseStale(client, step.list, this.storeId, input);
          tell(factOf(step, request, clock.now() - began));
        }
      }
      end(undefined);
    } catch (error) {
      end(failureOf(error));
    } finally {
      if (reader !== undefined && reader.replayed > 0) this.options.onReplays(reader.replayed);
      await stop();
    }
  }
}

function factOf<V>(step: WatchStep<V>, request: number, took: number): ReflectorFact {
  switch (step.kind) {
    case 'progress':
      return { type: 'list.progressed', request };
    case 'list':
      return { type: 'list.completed', request, revision: step.list.revision, list: step.list, took };
    case 'changes':
      return { type: 'watch.received', request, revision: step.revision, events: step.events };
  }
}

/** A revision to watch from. Kubernetes' "" and "0" mean "any", which is none. */
function usable(revision: Revision | undefined): Revision | undefined {
  return revision === '' || revision === '0' ? undefined : revision;
}

function ignore(): void {}
