/** Judges in which order a controller takes events, and that each of them is answered once. */
import { check } from './loop-check.js';
import type { Played, Seen } from './loop-play.js';

type Push = Extract<Seen, { readonly kind: 'push' }>;

function acceptedOf({ seen }: Played): readonly Push[] {
  return seen.filter((entry) => entry.kind === 'push').filter(({ refused }) => refused === undefined);
}

/** When everything under way is cut off; undefined: nobody has ended the loop. */
export function stopOf(played: Played): number | undefined {
  const shutdown = acceptedOf(played).find(({ id }) => played.plans.get(id)?.kind === 'shutdown');
  return shutdown && shutdown.at + played.script.shutdownTimeout;
}

/** The first DBResync, or a Shutdown before it; then follow-ups in their order before what waits, in its order. */
export function judgeOrder(played: Played): void {
  const { plans, records, seen } = played;
  const accepted = acceptedOf(played);
  const own = records.filter(({ description }) => plans.has(description));
  const begins = accepted.find(({ id }) => ['dbResync', 'shutdown'].includes(plans.get(id)?.kind ?? ''));
  check(own[0] === undefined || own[0].description === begins?.id, 'E2', `begins with ${String(own[0]?.description)}`);
  check(own[0] === records[0], 'E2', 'begins with a healing');
  for (const isInside of [false, true]) {
    const expected = accepted.filter((push) => push.isInside === isInside && push.id !== own[0]?.description).map(({ id }) => id);
    const taken = own.slice(1).filter(({ followUpTo }) => (followUpTo !== undefined) === isInside);
    const order = taken.map(({ description }) => description);
    check(
      order.every((id, index) => id === expected[index]),
      'E3',
      `takes ${order.join()} of ${expected.join()}`,
    );
  }
  judgeFollowUps(played, accepted, new Map(seen.map((entry, index) => [entry, index])));
}

function judgeFollowUps({ seen, records }: Played, accepted: readonly Push[], indexes: ReadonlyMap<Seen, number>): void {
  const insides = accepted.filter(({ isInside }) => isInside);
  const takenAt = new Map(
    seen.flatMap((entry, index) => (entry.kind === 'taken' && entry.id !== 'healing' ? [[entry.id, index] as const] : [])),
  );
  const isFollowUp = new Set(insides.map(({ id }) => id));
  for (const [index, entry] of seen.entries()) {
    if (entry.kind !== 'taken' || isFollowUp.has(entry.id)) continue;
    const waiting = insides.find((push) => (indexes.get(push) ?? 0) < index && (takenAt.get(push.id) ?? Infinity) > index);
    const isSilent =
      waiting !== undefined &&
      records.some(({ description, method }) => description === waiting.id && method === 'downstreamResync');
    check(waiting === undefined || isSilent, 'E3', `${entry.id} is taken before the follow-up ${String(waiting?.id)}`);
  }
}

/** Each event that was accepted is answered once, and none that was refused; and whoever is refused is told the truth. */
export function judgeAnswers(played: Played, wasFatal: boolean): void {
  const { seen, plans, records } = played;
  const dones = seen.filter((entry) => entry.kind === 'done');
  const processed = new Set(records.map(({ description }) => description));
  let isShuttingDown = false;
  for (const push of seen) {
    if (push.kind !== 'push') continue;
    const answers = dones.filter(({ id }) => id === push.id);
    const expected = push.refused === undefined && push.id.startsWith('#') ? 1 : 0;
    check(answers.length === expected, 'E12', `${push.id} is answered ${answers.length} times`);
    if (push.refused === undefined && plans.get(push.id)?.kind === 'shutdown') isShuttingDown = true;
    if (push.refused !== undefined) judgeRefusal(push, isShuttingDown);
    if (processed.has(push.id) || answers.length === 0) continue;
    const told = wasFatal ? 'loop-aborting' : 'closed';
    check(
      answers[0]?.errors.join() === told,
      'E12',
      `${push.id} was not processed, and is answered with ${String(answers[0]?.errors)}`,
    );
  }
}

function judgeRefusal({ id, refused, isInside }: Push, isShuttingDown: boolean): void {
  const isFair = refused === 'closed' ? isShuttingDown : isInside && refused === 'would-deadlock';
  check(isFair, 'E15', `${id} is refused: ${String(refused)}`);
}
