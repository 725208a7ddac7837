/** Judges what a controller did with one event: who was called, what was committed and taken back, and how it was answered. */
import type { EventRecord } from '../../../src/controller/history/record.js';
import { check, type Judged } from './loop-check.js';
import type { EventPlan, Script } from './loop-draws.js';
import type { Line, Lines } from './loop-lines.js';
import type { StateOracle, Written } from './loop-state-oracle.js';

/** What an event is judged with. */
export interface EventFacts {
  readonly record: EventRecord;
  /** Undefined: a healing. */
  readonly plan: EventPlan | undefined;
  readonly script: Script;
  readonly lines: Lines;
  readonly state: StateOracle;
  /** The loop may have ended before the event did. */
  readonly mayBeCut: boolean;
  /** Counts what was met. */
  readonly count: (name: string) => void;
}

/** The loop has ended before the event did. */
class CutOff extends Error {}

export class EventOracle {
  private readonly facts: EventFacts;
  private readonly id: string;
  private readonly isUpdate: boolean;
  private readonly isDownstream: boolean;
  private readonly takenBack: boolean;
  private readonly errors: string[] = [];
  private readonly writes = new Map<string, Written>();
  private readonly completed: number[] = [];
  private readonly failed: number[] = [];
  private commit: Line<'commit'> | undefined;
  private isFatal = false;
  private isAborted = false;
  /** Something that every kind of event is healed for. */
  private mustHeal = false;
  /** Something that is healed unless errors are ignored. */
  private mayHeal = false;

  constructor(facts: EventFacts) {
    const { plan, record } = facts;
    this.facts = facts;
    this.id = plan === undefined ? 'healing' : record.description;
    this.isUpdate = plan !== undefined && ['kube', 'external', 'update', 'shutdown'].includes(plan.kind);
    this.isDownstream = plan === undefined ? record.description.includes('Periodic') : plan.kind === 'downstreamResync';
    this.takenBack = plan?.kind === 'update' && plan.type === 'revertOnFailure';
  }

  judge(): Judged {
    const { state, record, plan } = this.facts;
    if (!this.isUpdate) state.resyncs++;
    const resync = this.isUpdate ? undefined : state.resyncs;
    check(record.resyncCount === resync, 'E18', `${this.id} is resync ${String(record.resyncCount)}`);
    const changed = state.receive(plan);
    try {
      this.judgeHandlers();
      this.judgeCommit(changed);
      this.judgeReverts();
      this.checkCut();
    } catch (error) {
      if (error instanceof CutOff) return this.cutOff();
      throw error;
    }
    const isKept = this.goesOn && !(this.takenBack && this.isUnapplied) && !this.isDownstream && !this.isFatal;
    if (isKept) state.keep(this.isUpdate, this.writes, this.failed);
    this.judgeAnswer();
    const isIgnored = plan?.kind === 'update' && plan.type === 'bestEffortIgnoreErrors';
    const outcome = this.isFatal ? 'fatal' : this.errors.length > 0 ? 'failed' : 'succeeded';
    return { outcome, needsHealing: (this.mustHeal || (this.mayHeal && !isIgnored)) && !this.isFatal };
  }

  /** In their order, until one says that nothing goes on. */
  private judgeHandlers(): void {
    if (this.isDownstream) return;
    this.need(
      'E4',
      'the handlers were not asked',
      this.facts.lines.take('taken', (line) => line.id === this.id),
    );
    for (const handler of this.chain()) {
      const call = this.needCall(handler, false);
      this.facts.state.judgeTold(call, this.isUpdate);
      this.noteWrites(call);
      const { ending } = call.reaction;
      this.facts.count(`${this.mode}: ${ending}`);
      if (ending === 'good') {
        this.completed.push(handler);
        continue;
      }
      this.failed.push(handler);
      this.fail(call);
      const isUnanswered = ending === 'hang' || ending === 'late';
      if (ending === 'abort' || (this.takenBack && isUnanswered)) this.mustHeal = true;
      if (!this.takenBack) this.mayHeal = true;
      if (ending === 'abort') this.isAborted = true;
      if (this.isFatal || this.isAborted || this.takenBack) return;
    }
  }

  private chain(): readonly number[] {
    const { plan, script } = this.facts;
    const handlers = [0, 1, 2].filter((index) => plan === undefined || script.ignores[index]?.includes(plan.kind) !== true);
    return plan?.kind === 'update' && plan.direction === 'reverse' ? handlers.toReversed() : handlers;
  }

  private noteWrites({ reaction, handler }: Line<'call'>): void {
    for (const [key, value] of reaction.writes) {
      if (value === null && !this.isUpdate) continue;
      const writers = new Set([...(this.writes.get(key)?.writers ?? []), handler]);
      this.writes.set(key, { value: value === null ? null : JSON.stringify({ value }), writers: [...writers] });
    }
  }

  /** Whether handlers have come so far that there is something to commit. */
  private get goesOn(): boolean {
    return !this.isFatal && !this.isAborted && !(this.takenBack && this.failed.length > 0);
  }

  /** An update that changes nothing is not committed, a resync always is. */
  private judgeCommit(changed: readonly string[]): void {
    const { state, lines, plan, count } = this.facts;
    const values = this.isDownstream ? new Map() : state.merged(this.isUpdate, this.writes, changed, this.failed);
    if (!this.goesOn || (this.isUpdate && values.size === 0)) return;
    this.commit = this.need(
      'E17',
      'nothing was committed',
      lines.take('commit', () => true),
    );
    const { transaction, answer } = this.commit;
    const kind = this.isUpdate ? 'update' : methodOf(plan, this.isDownstream);
    check(transaction.kind === kind, 'E17', `${this.id} is committed as ${transaction.kind}, and should as ${kind}`);
    const { revertOnFailure } = transaction;
    check(revertOnFailure === this.takenBack, 'E8', `${this.id} is committed with revertOnFailure ${revertOnFailure}`);
    const given = [...transaction.values].map(([key, value]) => `${key}=${JSON.stringify(value)}`).join();
    const expected = [...values].map(([key, value]) => `${key}=${value ?? 'null'}`).join();
    check(given === expected, 'E20', `${this.id} commits ${given}, and should ${expected}`);
    count(`commit: ${this.mode}: ${answer.ending}`);
    if (answer.ending === 'applied') return;
    this.errors.push('transaction-failed');
    const isUndone = ['reverted', 'refused', 'rejects'].includes(answer.ending);
    const isPart = answer.ending === 'partlyApplied' || answer.ending === 'nonsense';
    if (isPart) this.mayHeal = true;
    else if (!isUndone || !this.takenBack) this.mustHeal = true;
  }

  private get isUnapplied(): boolean {
    return ['reverted', 'revertFailed', 'refused', 'rejects', 'hang'].includes(this.commit?.answer.ending ?? '');
  }

  /** Those that came to a good end, the last one first, whatever becomes of each. */
  private judgeReverts(): void {
    if (!this.takenBack || this.isFatal || (this.failed.length === 0 && !this.isUnapplied)) return;
    for (const handler of this.completed.toReversed()) {
      const revert = this.needCall(handler, true);
      this.facts.count(`reverts: ${revert.reaction.ending}`);
      if (revert.reaction.ending === 'good') continue;
      this.fail(revert);
      this.mustHeal = true;
      if (this.isFatal) return;
    }
  }

  private judgeAnswer(): void {
    const { lines, state } = this.facts;
    if (!this.id.startsWith('#')) return; // nobody waits for a healing
    const done = lines.take('done', (line) => line.id === this.id);
    check(done !== undefined, 'E12', `${this.id} was not answered, but ${JSON.stringify(lines.next)}`);
    const { errors } = this;
    const isIt =
      done.errors.length === errors.length && errors.every((error, index) => error === '*' || error === done.errors[index]);
    check(isIt, 'E14', `${this.id} was answered with ${done.errors.join()}, and should with ${errors.join()}`);
    check(done.last === this.id, 'E13', `${this.id} was answered before its record was kept`);
    state.judgeState(done);
  }

  private get mode(): string {
    return this.takenBack ? 'all or nothing' : 'best effort';
  }

  private fail(call: Line<'call'>): void {
    this.errors.push(textOf(call));
    if (call.reaction.ending === 'fatal') this.isFatal = true;
  }

  private needCall(handler: number, isRevert: boolean): Line<'call'> {
    const isIt = (line: Line<'call'>): boolean => line.id === this.id && line.handler === handler && line.isRevert === isRevert;
    return this.need('E4', `handler ${handler} was not ${isRevert ? 'reverted' : 'called'}`, this.facts.lines.take('call', isIt));
  }

  private need<T>(id: string, complaint: string, found: T | undefined): T {
    if (found !== undefined) return found;
    check(this.facts.mayBeCut, id, `${this.id}: ${complaint}, but ${JSON.stringify(this.facts.lines.next)}`);
    throw new CutOff();
  }

  private checkCut(): void {
    const { mayBeCut, lines } = this.facts;
    if (!mayBeCut) return;
    const { next } = lines;
    if (!this.id.startsWith('#') || (next?.kind === 'done' && next.errors.join() === 'closed')) throw new CutOff();
  }

  /** What was done is a beginning of what had to be, and it is answered so. */
  private cutOff(): Judged {
    const { count, lines } = this.facts;
    count('is cut off');
    if (this.id.startsWith('#')) {
      const done = lines.take('done', (line) => line.id === this.id);
      check(done?.errors.join() === 'closed', 'E15', `${this.id} was cut off, and answered with ${String(done?.errors)}`);
    }
    return { outcome: 'interrupted', needsHealing: false };
  }
}

function methodOf(plan: EventPlan | undefined, isDownstream: boolean): string {
  if (isDownstream) return 'downstreamResync';
  return plan?.kind === 'upstreamResync' || plan?.kind === 'externalResync' ? 'upstreamResync' : 'fullResync';
}

/** How an answer tells of a call. `*`: an error about something that is none, whatever it says. */
function textOf({ reaction: { ending }, number }: Line<'call'>): string {
  if (ending === 'plain') return `call ${number} fails`;
  if (ending === 'text') return '*';
  if (ending === 'abort') return 'event-aborted';
  return ending === 'fatal' ? 'fatal' : 'timed-out';
}
