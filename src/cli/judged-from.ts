/** What a history must hold for each promise to be judged, in short; docs/history-format.md tells it in full. */
import type { CheckerId } from '../testing/checkers/all-checkers.js';

const truth = "the truth ('state' and 'write')";

/** What is to be recorded, by promise; kinds of records stand in quotes. */
export const judgedFrom: Readonly<Record<CheckerId, string>> = {
  R1: `${truth} and 'updates'`,
  R2: `${truth} and 'updates'`,
  R3: `${truth} and 'updates' with revisions`,
  R4: "'updates'",
  R5: `${truth} and 'updates' with revisions`,
  R6: `${truth} and 'updates' with revisions`,
  R7: "'mirror.started' and 'watch.requested', with what was told before it",
  R8: "'mirror.started' and 'watch.received' with bookmarks",
  R10: "'mirror.started' and 'list.answered' with a revision",
  R11: "'list.answered' and 'updates'",
  R12: "'updates' with uids",
  R13: "'list.requested' and 'list.answered' of lists in pages",
  R14: "'mirror.started' and 'mirror.synced'",
  R16: `${truth} and 'updates' of keys that look like something else`,
  R17: "'notice' of entries that cannot be read",
  R18: "'mirror.started' and 'list.requested' or 'watch.requested'",
  R19: "'mirror.stopped'",
  R20: "'mirror.started' with minResyncInterval, and 'list.requested' or 'watch.requested'",
  R21: "'callback.returned' with failed",
  RL1: "'healed' and 'ended'",
  RL5: "'mirror.stopping' with a limit, and 'mirror.stopped'",
  S1: "'status' and 'list.answered'",
  S2: "'status'",
  S3: "'mirror.started', 'status' and 'updates', with revisions that are integers",
  S4: "'status', 'list.requested' and 'list.answered'",
  S5: "'updates'",
  S6: `${truth} and 'updates' with revisions`,
  S8: "'mirror.started', 'watch.received' and 'updates', with revisions that are integers",
  S9: `${truth}, 'updates' with a source, 'healed' and 'ended'`,
  S10: "'mirror.started' with deletesOnDisconnect, 'status' and 'updates'",
  S12: "'mirror.stopping' and 'mirror.stopped'",
  SL1: "'status', 'healed' and 'ended'",
  C1: `"calls":"complete" in the header, 'call.began' and 'call.returned'`,
  C2: "'call.began' of writes on condition, and 'call.returned'",
  C3: "'call.began' of op create, and 'call.returned'",
  C5: "'call.began' and 'call.returned' of one actor that writes and reads",
  C6: `${truth} and 'list.answered'`,
  C7: `${truth}, 'watch.requested' and 'watch.received' of an actor that is no declared mirror`,
  C8: "'call.began' of op delete, and 'call.returned'",
  C11: "'call.began' and 'call.returned' or 'call.failed'",
  C14: "'call.began' of op transaction, and 'call.returned'",
  I7: "'callback.returned'",
};

/** Promises of docs/SPEC.md that no history can be held against. */
export const notJudged: readonly string[] =
  'R9 R15 RL2 RL3 RL4 S7 S11 S13 S14 SL2 C4 C9 C10 C12 C13 I1 I2 I3 I4 I5 I6 I8 I9 I10 I11 I12'.split(' ');
