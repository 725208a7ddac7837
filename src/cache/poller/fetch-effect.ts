/** The effect of the poller chart: asks getFunc, reads the answer whole, and reports one fact about it. */
import { fromCallback } from 'xstate';
import type { FetchInput, FetchLogic, PollerFact } from '../../../machines/index.js';
import { failureOf } from '../../policy/failure.js';
import { readAll, type GetFunc } from './enumerator.js';

/** The effect, and what of it is still under way. */
export class FetchEffect<T> {
  readonly logic: FetchLogic;
  private readonly getFunc: GetFunc<T>;
  /** Of given-up fetches too, as long as getFunc has not come to an end. */
  private readonly underWay = new Set<Promise<void>>();

  constructor(getFunc: GetFunc<T>) {
    this.getFunc = getFunc;
    this.logic = fromCallback<{ type: 'none' }, FetchInput>(({ input, sendBack }) => {
      const abort = new AbortController();
      const running = this.fetch(input.request, abort.signal, sendBack).finally(() => this.underWay.delete(running));
      this.underWay.add(running);
      return () => abort.abort();
    });
  }

  /** Resolves when every getFunc that was called has come to an end. */
  async settled(): Promise<void> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
  }

  private async fetch(request: number, signal: AbortSignal, tell: (fact: PollerFact) => void): Promise<void> {
    let fact: PollerFact;
    try {
      const enumerator = await this.getFunc({ signal });
      if (signal.aborted) return;
      fact = { type: 'fetch.completed', request, objects: readAll(enumerator) };
    } catch (error) {
      fact = { type: 'fetch.failed', request, failure: failureOf(error) };
    }
    if (!signal.aborted) tell(fact);
  }
}
