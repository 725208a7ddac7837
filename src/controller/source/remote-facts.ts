/** What a connection is told of its datastore, read off how the reflector is doing. */
import type { RemoteFact } from '../../../machines/datastore-connection.types.js';
import type { ReflectorReport } from '../../reflector/reflector.js';

type Report = Pick<ReflectorReport, 'state' | 'status' | 'connectivity'>;

/**
 * How what was read relates to the datastore.
 *
 * - `gap`: it cannot be followed, and everything must be read anew.
 * - `followed`: its changes are being told, or, where there is no watch, it was listed last time.
 * - `paused`: between two watches; nothing can be said yet.
 */
type Chain = 'gap' | 'followed' | 'paused';

/** Says what has changed from one report to the next. */
export class RemoteFacts {
  private isReached = false;
  private chain: Chain = 'gap';
  private isFollowed = false;

  /** The facts that lead to `report`, in order. */
  next(report: Report, list: { readonly bringsNews: boolean } | undefined): readonly RemoteFact[] {
    const facts: RemoteFact[] = [];
    const isReached = report.connectivity === 'connected';
    const chain = chainOf(report);
    if (isReached !== this.isReached) facts.push({ type: isReached ? 'remote.answered' : 'remote.interrupted' });
    if (list !== undefined) facts.push({ type: 'list.taken', bringsNews: list.bringsNews });
    if (chain === 'gap' && this.chain !== 'gap') facts.push({ type: 'remote.lapsed' });
    if (chain === 'gap' || !isReached) this.isFollowed = false;
    if (chain === 'followed' && isReached && !this.isFollowed) {
      this.isFollowed = true;
      facts.push({ type: 'remote.followed' });
    }
    this.isReached = isReached;
    this.chain = chain;
    return facts;
  }
}

/** @param report its `state` names the place in the reflector chart. */
function chainOf({ state, status }: Report): Chain {
  if (status !== 'inSync' || state === 'watching.lapsed') return 'gap';
  if (state.endsWith('.following') || state === 'polling.waiting' || state === 'polling.missing') return 'followed';
  return 'paused';
}
