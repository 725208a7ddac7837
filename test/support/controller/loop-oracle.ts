/**
 * Judges what was seen of a controller: goes through the records in their order and tells anew, with arrays and maps of its own, what must
 * have been called, committed, reverted, kept and answered.
 */
import { check } from './loop-check.js';
import type { Script } from './loop-draws.js';
import { EventOracle } from './loop-event-oracle.js';
import { HealingOracle } from './loop-healing-oracle.js';
import { Lines } from './loop-lines.js';
import { judgeAnswers, judgeOrder, stopOf } from './loop-order-oracle.js';
import { loopTimings, type Played } from './loop-play.js';
import { StateOracle } from './loop-state-oracle.js';

/** How often each thing was met that can be. */
export type Met = Map<string, number>;

/** @throws Error that begins with the id of the property that does not hold. */
export function judgeLoopPlay(script: Script, played: Played, met: Met): void {
  const wasFatal = judgeRecords(script, played, met) || hasMissedStartup(played);
  const fatals = played.seen.filter(({ kind }) => kind === 'fatal').length;
  check(fatals === (wasFatal ? 1 : 0), 'E10', `reported as fatal ${fatals} times`);
  judgeOrder(played);
  judgeAnswers(played, wasFatal);
  check(played.isOver, 'EL1', 'something that was waited for has not ended');
}

/** @returns whether something fatal has ended it. */
function judgeRecords(script: Script, played: Played, met: Met): boolean {
  const { records, plans, seen } = played;
  const [lines, state, healing] = [new Lines(seen), new StateOracle(), new HealingOracle(script, played)];
  const count = (name: string): void => void met.set(name, (met.get(name) ?? 0) + 1);
  let [isEnded, wasFatal] = [false, false];
  for (const [index, record] of records.entries()) {
    check(record.sequence === index, 'E18', `record ${index} has the number ${record.sequence}`);
    check(!isEnded, 'E10', `record ${index} comes after the end`);
    const plan = plans.get(record.description);
    const mayBeCut = index === records.length - 1 && record.endedAt === stopOf(played);
    const judged = new EventOracle({ record, plan, script, lines, state, mayBeCut, count }).judge();
    healing.note(record, judged);
    count(judged.outcome);
    wasFatal = judged.outcome === 'fatal' || healing.isGivenUp;
    isEnded = wasFatal || judged.outcome === 'interrupted' || plan?.kind === 'shutdown';
  }
  const other = lines.rest.find(({ kind }) => kind !== 'done');
  check(other === undefined, 'E10', `after the last record there is ${JSON.stringify(other)}`);
  return wasFatal;
}

/** Nobody has pushed a DBResync, or an end, before the deadline. */
function hasMissedStartup({ seen, plans }: Played): boolean {
  const kinds = new Set(['dbResync', 'shutdown']);
  const begins = seen.find(
    (entry) => entry.kind === 'push' && entry.refused === undefined && kinds.has(plans.get(entry.id)?.kind ?? ''),
  );
  return begins?.kind === 'push' && begins.at >= loopTimings.startupResyncDeadline;
}
