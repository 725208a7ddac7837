/** Every checker, by the id of its promise. */
import type { HistoryHeader } from '../history/record.js';
import { conditionalWrites, deleteTells, exclusiveCreate, oneRevision, settled } from './calls.js';
import type { Checker, Judge } from './checker.js';
import { converged, inSyncAgain, keyNeutral, outputsHaveSources, poison } from './converge.js';
import { paced, singleFlight } from './flights.js';
import { isolated, serial } from './isolation.js';
import { linearizable } from './linearizable.js';
import { oneState, paging } from './lists.js';
import { atomic, ordered, orderedByKey, reliable } from './placed.js';
import { neverBack, prefix } from './prefix.js';
import { exactRelist } from './relist.js';
import { bookmarkable, freshList, resumable } from './resume.js';
import { sessions } from './sessions.js';
import { cutIsNoRegress, deletesOnDisconnect, everyTypeListed, statusOrder } from './statuses.js';
import { recreatedTold, steps, unique } from './steps.js';
import { nothingAfterStop, stopAsChosen, stopEnds } from './stop.js';
import { flushedFirst, lastValue, synced } from './synced.js';
import { watchGuarantees } from './watches.js';
import { World } from './world.js';

/** A promise that a history can be held against, by its id in docs/SPEC.md. */
export type CheckerId =
  | 'R1'
  | 'R2'
  | 'R3'
  | 'R4'
  | 'R5'
  | 'R6'
  | 'R7'
  | 'R8'
  | 'R10'
  | 'R11'
  | 'R12'
  | 'R13'
  | 'R14'
  | 'R16'
  | 'R17'
  | 'R18'
  | 'R19'
  | 'R20'
  | 'R21'
  | 'RL1'
  | 'RL5'
  | 'S1'
  | 'S2'
  | 'S3'
  | 'S4'
  | 'S5'
  | 'S6'
  | 'S8'
  | 'S9'
  | 'S10'
  | 'S12'
  | 'SL1'
  | 'C1'
  | 'C2'
  | 'C3'
  | 'C5'
  | 'C6'
  | 'C7'
  | 'C8'
  | 'C11'
  | 'C14'
  | 'I7';

const makers: Readonly<Record<CheckerId, (world: World) => Judge>> = {
  R1: prefix,
  R2: neverBack,
  R3: ordered,
  R4: unique,
  R5: reliable,
  R6: atomic,
  R7: resumable,
  R8: bookmarkable,
  R10: freshList,
  R11: exactRelist,
  R12: recreatedTold,
  R13: paging,
  R14: synced,
  R16: keyNeutral,
  R17: poison,
  R18: singleFlight,
  R19: nothingAfterStop,
  R20: paced,
  R21: isolated,
  RL1: converged,
  RL5: stopEnds,
  S1: everyTypeListed,
  S2: statusOrder,
  S3: flushedFirst,
  S4: cutIsNoRegress,
  S5: steps,
  S6: orderedByKey,
  S8: lastValue,
  S9: outputsHaveSources,
  S10: deletesOnDisconnect,
  S12: stopAsChosen,
  SL1: inSyncAgain,
  C1: linearizable,
  C2: conditionalWrites,
  C3: exclusiveCreate,
  C5: sessions,
  C6: oneState,
  C7: watchGuarantees,
  C8: deleteTells,
  C11: settled,
  C14: oneRevision,
  I7: serial,
};

/** Every promise that a history can be held against. */
export const checkerIds: readonly CheckerId[] = Object.freeze(Object.keys(makers) as CheckerId[]); // the names of the table above

/**
 * Makes checkers for one history, to be shown all of its records in their order. They share what they know of it, so all of them
 * together cost little more than one.
 *
 * @param only the promises to judge. Default: all of them.
 */
export function createCheckers(header: HistoryHeader, only: readonly CheckerId[] = checkerIds): readonly Checker[] {
  const world = new World(header);
  return only.map((id) => makers[id](world));
}
