/** What can go wrong between an informer and its handlers. */
import { HeliostatError } from '../../model/errors.js';

/**
 * `overflow`: a handler that is to be told every change one by one has more of them waiting than its limit. `outcome` says what became
 * of it: its changes are folded together key by key until it has caught up, or it has been removed.
 */
export class OverflowError extends HeliostatError {
  readonly code = 'overflow';
  readonly retryable = false;
  /** The handler by its name. */
  readonly handler: string;
  /** How many changes may wait. */
  readonly limit: number;
  readonly outcome: 'coalesced' | 'removed';

  constructor(handler: string, limit: number, outcome: 'coalesced' | 'removed') {
    const consequence =
      outcome === 'removed'
        ? 'It has been removed. Add it again to begin anew with what there is.'
        : 'Until it has caught up it is told what has become of each key, and not how.';
    super(`More than ${limit} changes wait for the handler ${JSON.stringify(handler)}. ${consequence}`);
    this.handler = handler;
    this.limit = limit;
    this.outcome = outcome;
  }
}
