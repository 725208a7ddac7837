/**
 * Whether a resource type asks no more often than it may (R20), told from its requests alone: the pace between attempts, the backoff
 * after failures in a row, and the patience that it was asked for.
 *
 * With jitter a wait may be short by chance, so the backoff is judged without jitter only; the pace always.
 */
import { isHeliostatError, type DatastoreThrottledError, type ReflectorTimings } from '../../index.js';

/** What a pace is judged by. Times are in milliseconds. */
export type PaceTimings = Pick<
  ReflectorTimings,
  'minResyncInterval' | 'listRetryInterval' | 'healthyPeriod' | 'shortWatch' | 'backoff' | 'auditInterval'
>;

interface Request {
  readonly op: 'list' | 'watch';
  /** A watch that begins with the list. */
  readonly isInitial: boolean;
  readonly began: number;
}

export class PaceJudge {
  private readonly timings: PaceTimings;
  private readonly violate: (id: string, message: string) => void;
  /** When the last attempt began: a list, or a watch that follows none. */
  private attempt = -Infinity;
  private last: Request | undefined;
  private failure: unknown;
  private failedAt = -Infinity;
  private listFailures = 0;
  private watchFailures = 0;
  private signOfLife = -Infinity;
  private isListed = false;
  private mayBeAudit = false;
  private brought = 0;

  constructor(timings: PaceTimings, violate: (id: string, message: string) => void) {
    this.timings = timings;
    this.violate = violate;
  }

  /** How many distances between attempts have been judged. */
  judged = 0;

  /** A list, from its first page, or a watch has been asked for. */
  began(op: 'list' | 'watch', isInitial: boolean, at: number): void {
    const { last } = this;
    const follows = op === 'watch' && !isInitial && last?.op === 'list';
    const continues = follows && this.failure === undefined;
    this.judgePatience(at);
    const isUnsupported = isHeliostatError(this.failure, 'operation-not-supported');
    if (!continues && !isUnsupported && last !== undefined) this.judgeDistance(op, at);
    if (!continues) this.attempt = at;
    this.mayBeAudit = this.timings.auditInterval > 0 && op === 'list' && last?.op === 'watch';
    this.last = { op, isInitial, began: at };
    this.failure = undefined;
    this.signOfLife = at;
    this.isListed = false;
    this.brought = 0;
  }

  listed(): void {
    this.listFailures = 0;
  }

  listFailed(failure: unknown, at: number): void {
    // An audit that fails is no failure of a list; which of the two it is cannot be told from the requests.
    if (!this.mayBeAudit) this.listFailures++;
    this.failure = failure;
    this.failedAt = at;
  }

  watchOpened(at: number): void {
    this.signOfLife = at;
  }

  /** A watch has brought a batch. */
  watchBrought(at: number, endsList: boolean): void {
    this.brought++;
    this.signOfLife = at;
    const { last } = this;
    if (last?.isInitial !== true || this.isListed) this.watchFailures = 0;
    if (endsList) {
      this.isListed = true;
      this.listFailures = 0;
    }
  }

  watchEnded(failure: unknown, wasOpened: boolean, at: number): void {
    const { last } = this;
    if (last === undefined) return;
    this.failure = failure;
    this.failedAt = at;
    if (last.isInitial && !this.isListed) {
      // That lists are not to be had as streams here is no failure: pages follow at once.
      if (!isHeliostatError(failure, 'operation-not-supported')) this.listFailed(failure ?? new Error('the list has no end'), at);
      return;
    }
    if (wasOpened && at - this.signOfLife >= this.timings.healthyPeriod) this.watchFailures = 0;
    const closedAtOnce = wasOpened && this.brought === 0 && at - last.began < this.timings.shortWatch;
    if (failure !== undefined || closedAtOnce) this.watchFailures++;
  }

  /** The watch was given up by whoever asked for it. */
  watchLeft(wasOpened: boolean, at: number): void {
    if (wasOpened && at - this.signOfLife >= this.timings.healthyPeriod) this.watchFailures = 0;
  }

  private judgePatience(at: number): void {
    if (!isHeliostatError(this.failure, 'datastore-throttled')) return;
    const { retryAfter = 0 } = this.failure as DatastoreThrottledError; // the code says which class it is
    this.judge(
      at - this.failedAt,
      retryAfter,
      `asked again after ${at - this.failedAt} ms, having been asked to wait ${retryAfter} ms`,
    );
  }

  private judgeDistance(op: Request['op'], at: number): void {
    const { minResyncInterval, listRetryInterval, backoff } = this.timings;
    const distance = at - this.attempt;
    this.judge(distance, minResyncInterval, `began attempts ${distance} ms apart, the pace is ${minResyncInterval} ms`);
    if (backoff.jitter !== 'none') return;
    const wait = (failures: number, first: number): number =>
      failures === 0 ? 0 : Math.min(first * backoff.factor ** (failures - 1), Math.max(backoff.max, first));
    if (this.last?.op === 'watch' && op === 'watch' && !this.last.isInitial) {
      const least = wait(this.watchFailures, minResyncInterval);
      this.judge(
        distance,
        least,
        `opened the next watch ${distance} ms after the last, ${this.watchFailures} have failed: ${least} ms`,
      );
    }
    if (this.listFailures > 0) {
      const [rest, least] = [at - this.failedAt, wait(this.listFailures, listRetryInterval)];
      this.judge(rest, least, `listed again after ${rest} ms, ${this.listFailures} lists have failed in a row: ${least} ms`);
    }
  }

  private judge(found: number, least: number, message: string): void {
    this.judged++;
    // Latency is drawn in fractions of milliseconds, and sums of them are not exact.
    if (found < least - 0.001) this.violate('R20', `A resource type ${message} at least.`);
  }
}
