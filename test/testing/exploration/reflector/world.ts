/** What surrounds the reflector in the exploration: a datastore, a line, a sink, and the account that the judges keep. */
import type { FailureKind } from '../../../../src/model/failure.js';
import { stateAt, type Content } from './history.js';

/** A request that is under way. */
export interface Request {
  readonly op: 'list' | 'watch';
  /** It is read by a watch that begins with the list. */
  readonly isInitial: boolean;
  /** What it was asked with: -1 for none. */
  readonly floor: number;
  readonly applied: number;
  readonly mayGoBack: boolean;
  /** `over`: the fact of its end was told. */
  readonly phase: 'sent' | 'hanging' | 'open' | 'silent' | 'over';
  /** The revision of the list that is on its way, or -1. */
  readonly answer: number;
  /** Up to where the server has sent changes. */
  readonly cursor: number;
  /** The last revision that the server has told, in changes or bookmarks. */
  readonly told: number;
  /** Batches on the line, oldest first. */
  readonly wire: readonly string[];
  /** The part of the initial list that has arrived; `done` when it is complete. */
  readonly initial: string;
  /** What the reader has let through last. */
  readonly last: number;
  readonly hasReceived: boolean;
}

/** Something that was on the line when its request was given up, and may still arrive. */
export interface LateFact {
  readonly fact: 'list.completed' | 'watch.opened' | 'watch.received' | 'watch.ended';
  /** The batch, or the revision of the list. */
  readonly what: string;
  /** How many requests have begun since. */
  readonly age: number;
}

export interface World {
  readonly log: string;
  /** The history up to here is gone: a watch must begin here or later. */
  readonly compacted: number;
  /** Who asks for a list that is not older than something is answered that this is too new; who asks for the latest gets it. */
  readonly isBehind: boolean;
  readonly request: Request | undefined;
  readonly late: LateFact | undefined;
  /** What the sink holds. */
  readonly content: Content;
  /** The revision whose state that is, by this world's own account, or -1. */
  readonly shown: number;
  /** The last revision that was committed and that a watch may begin after, by this world's own account, or -1. */
  readonly applied: number;
  /** The sink was emptied on purpose: the API is missing, or the datastore is lost and deletes are wanted for that. */
  readonly isEmptied: boolean;
  /** Attempts that failed in a row, for the pace; 3 stands for more. */
  readonly listMisses: number;
  readonly watchMisses: number;
  /** What the last failure was, until the next attempt. */
  readonly lastFailure: FailureKind | '';
  readonly writes: number;
  readonly faults: number;
  readonly stage: 'new' | 'running' | 'stopped';
}

/**
 * The world as a short text. Of the log only what can still be read is in it: what is still to be told, what was told last (it can be
 * told again), and whether `b` may be written. An answer that is older than that is refused whatever it says, where stores have ids;
 * where they have none, the whole log can come back.
 */
export function encodeWorld(world: World, storeId: 'store' | ''): string {
  const { request: r, late, log, applied, shown } = world;
  let base = Math.min(applied, shown);
  if (r !== undefined && r.answer >= 0) base = Math.min(base, r.answer);
  const isWhole = base < 1 || storeId === '';
  const history = isWhole ? log : `${stateAt(log, base)}@${base} ${/[at]/.test(log)} ${log.slice(base - 1)}`;
  const request =
    r === undefined
      ? ''
      : `${r.op} ${r.isInitial} ${r.phase} ${r.floor} ${r.applied} ${r.mayGoBack} ${r.answer} ${r.cursor} ${r.told} ${r.wire.join()} ${r.initial} ${r.last} ${r.hasReceived}`;
  const lateFact = late === undefined ? '' : `${late.fact} ${late.what} ${late.age}`;
  const account = `${world.listMisses} ${world.watchMisses} ${world.lastFailure} ${world.writes} ${world.faults} ${world.stage}`;
  return `${history}|${world.compacted} ${world.isBehind}|${request}|${lateFact}|${world.content}@${shown} ${applied} ${world.isEmptied}|${account}`;
}
