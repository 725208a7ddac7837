/** Watches whether what has failed is put right by retries before it is healed. */
import type { TransactionReport } from '../transaction/event-transaction.js';
import type { SouthboundEvent } from '../southbound/port.js';

/** What is broken: some keys that the southbound goes on trying, or something that only healing puts right. */
export class Mending {
  private readonly broken = new Set<string>();
  private needsHealing = false;
  private readonly observes: boolean;

  /** @param observes whether the southbound tells what becomes of values. */
  constructor(observes: boolean) {
    this.observes = observes;
  }

  /** An event has failed, so that it is to be healed. */
  failed({ errors, commitError, result }: TransactionReport): void {
    const isCommitOnly = errors.every((error) => error === commitError);
    if (!this.observes || !isCommitOnly || result?.outcome !== 'partlyApplied' || result.failures.length === 0)
      this.needsHealing = true;
    else for (const { key } of result.failures) this.broken.add(key);
  }

  /** A healing begins: what is broken from then on is told anew. */
  begun(): void {
    this.broken.clear();
    this.needsHealing = false;
  }

  /** The southbound has told something. @returns whether nothing is broken any more that was. */
  told(event: SouthboundEvent): boolean {
    if (event.type !== 'value') return false;
    const { key, status } = event.report;
    const isMended = status === 'configured' || status === 'removed' || status === 'pending';
    if (!isMended) return false;
    return this.broken.delete(key) && this.broken.size === 0 && !this.needsHealing;
  }
}
