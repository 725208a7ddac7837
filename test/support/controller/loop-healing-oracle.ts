/** Judges when a controller heals: not before its time, one at a time, and no more often than it may. */
import type { EventRecord } from '../../../src/controller/history/record.js';
import type { Script } from './loop-draws.js';
import { check, type Judged } from './loop-check.js';
import { loopTimings, type Played, type Seen } from './loop-play.js';

type Exhausted = Extract<Seen, { readonly kind: 'exhausted' }>;
type Push = Extract<Seen, { readonly kind: 'push' }>;

export class HealingOracle {
  /** No more healing, and nothing else. */
  isGivenUp = false;
  private readonly attempts: number;
  private readonly asked: readonly Exhausted[];
  private readonly pushes: ReadonlyMap<string, Push>;
  private dueAt: number | undefined;
  private failed = 0;
  private questions = 0;

  constructor({ attempts }: Script, { seen }: Played) {
    this.attempts = attempts;
    this.asked = seen.filter((entry) => entry.kind === 'exhausted');
    this.pushes = new Map(seen.flatMap((entry) => (entry.kind === 'push' ? [[entry.id, entry] as const] : [])));
  }

  note(record: EventRecord, judged: Judged): void {
    if (record.description.startsWith('Healing Resync (After error')) this.noteHealing(record, judged);
    else this.noteOther(record, judged);
  }

  private noteHealing({ startedAt, endedAt, sequence }: EventRecord, { needsHealing, outcome }: Judged): void {
    check(this.dueAt !== undefined, 'E11', `record ${sequence} heals, and nothing is broken or is healed already`);
    check(startedAt >= this.dueAt, 'E11', `record ${sequence} heals at ${startedAt}, and not before ${this.dueAt}`);
    this.dueAt = undefined;
    if (outcome === 'fatal' || outcome === 'interrupted') return;
    this.failed = needsHealing ? this.failed + 1 : 0;
    if (!needsHealing) return;
    this.dueAt = endedAt + this.delay();
    if (this.failed < this.attempts) return;
    const question = this.asked[this.questions++];
    check(
      question?.attempts === this.failed,
      'EL3',
      `after ${this.failed} failed healings somebody is asked about ${String(question?.attempts)}`,
    );
    this.isGivenUp = question.verdict !== 'retry';
  }

  private noteOther({ description, endedAt, followUpTo }: EventRecord, { needsHealing }: Judged): void {
    const push = this.pushes.get(description);
    const isLate = followUpTo === undefined && push !== undefined && this.dueAt !== undefined && push.at > this.dueAt;
    check(!isLate, 'E11', `${description} was pushed after the healing was due at ${String(this.dueAt)}, and comes before it`);
    if (needsHealing) this.dueAt ??= endedAt + this.delay();
  }

  private delay(): number {
    return Math.min(1_500, loopTimings.delayAfterErrorHealing * 2 ** this.failed);
  }
}
