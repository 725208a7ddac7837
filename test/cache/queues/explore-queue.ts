/**
 * Goes through everything that can happen to a small DeltaFIFO: two keys, three objects, a producer, a consumer that takes, writes down later, fails and puts
 * back, and another that takes, writes down at once, and gives back; breadth first over the pure states and the naive ones beside them, each promise judged on every edge.
 */
import { emptyDeltaQueue } from '../../../src/cache/queues/delta-queue.js';
import { isDrained } from '../../../src/cache/queues/line.js';
import { DeltaModel } from './reference.js';
import { endingOf, movesOf, textOf, type Line, type Move, type Setting, type World } from './small-world.js';

function modelLine(model: DeltaModel): Line {
  return model.line.map(({ key, item }) => [key, item] as const);
}

/** What must be so on every edge. */
function judge(before: World, { name }: Move, after: World, { compresses }: Setting): string | undefined {
  const [old, now] = [before.line, after.line];
  const [oldKeys, keys] = [old.map(([key]) => key), now.map(([key]) => key)];
  if (new Set(keys).size !== keys.length || after.state.entries.size !== keys.length)
    return 'F2: a key is queued twice, or out of order';
  const staying = oldKeys.filter((key) => keys.includes(key));
  const isTaking = name === 'take' || name === 'pop';
  if (keys.slice(0, staying.length).join() !== staying.join()) return 'F1: somebody has jumped the line';
  if (isTaking && oldKeys.slice(1).join() !== keys.join()) return 'F1: not the first was taken';
  if (JSON.stringify(now) !== JSON.stringify(modelLine(after.model))) return 'F3, F4, F5, F7: it is not what the naive queue holds';
  for (const [key, told] of old) {
    const told2 = now.find(([other]) => other === key)?.[1];
    if (told2 === undefined || compresses || (name === 'fail' && key === before.hand?.place.key)) continue;
    const kept = told2.slice(0, told.length - 1).join() === told.slice(0, -1).join();
    const newest = [told.at(-1), told2[told.length - 1]];
    const collapsed = newest[0]?.startsWith('Deleted †') && newest[1]?.startsWith('Deleted');
    if (!kept || (newest[0] !== newest[1] && collapsed !== true)) return 'F3: a delta is lost';
  }
  if (name === 'resync' && old.some(([key, told]) => now.find(([other]) => other === key)?.[1].length !== told.length))
    return 'F7: a resync has added to what was queued';
  if (name === 'fail') {
    const wrong = putBack(before, now, compresses);
    if (wrong !== undefined) return wrong;
  }
  for (const key of ['a', 'b']) {
    const told = now.find(([other]) => other === key)?.[1];
    const comesTo = told === undefined ? after.folded.get(key) : endingOf(told);
    if (comesTo !== after.truth.get(key)) return `F6: ${key} will come to ${comesTo}, and is ${after.truth.get(key)}`;
  }
  if (!name.startsWith('list')) return synced(before, after);
  const delivered = Array.from(before.state.delivered, ([key]) => key);
  for (const key of new Set([...oldKeys, ...delivered, ...before.known.keys()])) {
    if (after.truth.has(key)) continue;
    const added = (now.find(([other]) => other === key)?.[1].length ?? 0) - (old.find(([other]) => other === key)?.[1].length ?? 0);
    const wasDeleted =
      old
        .find(([other]) => other === key)?.[1]
        .at(-1)
        ?.startsWith('Deleted') === true;
    const { hand } = before;
    const isLeaving = hand?.isNewest === true && hand.place.key === key && endingOf(hand.place.item) === undefined;
    const isTold = wasDeleted || (isLeaving && !oldKeys.includes(key));
    if (!compresses && added !== (isTold ? 0 : 1)) return `F5: ${added} deletions of ${key}`;
  }
  return synced(before, after);
}

/** What became of the deltas in the hand. */
function putBack({ hand, line: old }: World, now: Line, compresses: boolean): string | undefined {
  if (hand === undefined) return 'F10: nothing was taken';
  const { key, item } = hand.place;
  const toldIn = (line: Line): readonly string[] => line.find(([other]) => other === key)?.[1] ?? [];
  const expected = hand.isNewest ? [...item, ...toldIn(old)] : toldIn(old);
  if (outline(toldIn(now), compresses) === outline(expected, compresses)) return undefined;
  return `F10: ${outline(toldIn(now), compresses)} is queued, and not ${outline(expected, compresses)}`;
}

/** What has happened, whoever saw the deletions. */
function outline(told: readonly string[], compresses: boolean): string {
  const all = told.map((one) => (one.startsWith('Deleted') ? 'Deleted' : one));
  return (compresses ? all.slice(-1) : all.filter((one, at) => one !== 'Deleted' || all[at - 1] !== one)).join(', ');
}

function synced(before: World, after: World): string | undefined {
  const naive = after.model.hasBegun && !after.model.line.some(({ isInitial }) => isInitial);
  if (isDrained(after.state) !== naive) return `F9: synced is ${isDrained(after.state)}`;
  if (isDrained(before.state) && !naive) return 'F9: it is not synced any more';
  return undefined;
}

/** How a state was first reached: one of the shortest ways. */
interface Path {
  readonly move: Move;
  readonly before: Path | undefined;
}

interface Visit {
  readonly world: World;
  readonly path: Path | undefined;
}

function pathOf(path: Path | undefined): string {
  return path === undefined ? '' : `${pathOf(path.before)} > ${path.move.name}`;
}

/** What there was to see. */
export interface QueueExploration {
  readonly states: number;
  readonly edges: number;
  /** How far the search went, in moves. */
  readonly depth: number;
  /** Nothing else can happen. */
  readonly isComplete: boolean;
  /** How often each move was made. */
  readonly moves: ReadonlyMap<string, number>;
}

/** What went wrong, with the shortest way to it. */
class QueueViolation extends Error {
  readonly length: number;
  readonly states: number;

  constructor(message: string, { length, text }: { readonly length: number; readonly text: string }, states: number) {
    super(`${message} after ${text}`);
    this.length = length;
    this.states = states;
  }
}

/** @throws QueueViolation when a promise does not hold on some edge. */
export function exploreQueue(setting: Setting): QueueExploration {
  const moves = movesOf(setting);
  const { compresses, hasKnown, depth } = setting;
  const nothing = new Map<string, number>();
  const model = new DeltaModel({ known: hasKnown ? nothing : undefined, hasGetter: true, compresses, relistDelta: 'Sync' });
  const start: World = {
    state: emptyDeltaQueue(),
    line: [],
    model,
    truth: nothing,
    folded: nothing,
    known: nothing,
    hand: undefined,
    popped: undefined,
  };
  const seen = new Set([textOf(start)]);
  const counts = new Map(moves.map(({ name }) => [name, 0]));
  let frontier: readonly Visit[] = [{ world: start, path: undefined }];
  let edges = 0;
  let level = 0;
  for (; frontier.length > 0 && level < depth; level++) {
    const next: Visit[] = [];
    for (const visit of frontier) {
      for (const move of moves) {
        const path = { move, before: visit.path };
        const fail = (message: string): never => {
          throw new QueueViolation(message, { length: level + 1, text: pathOf(path) }, seen.size);
        };
        const world = attempt(() => move.make(visit.world), fail);
        if (world === undefined) continue;
        edges++;
        counts.set(move.name, (counts.get(move.name) ?? 0) + 1);
        const wrong = judge(visit.world, move, world, setting);
        if (wrong !== undefined) fail(wrong);
        const text = textOf(world);
        if (seen.has(text)) continue;
        seen.add(text);
        next.push({ world, path });
      }
    }
    frontier = next;
  }
  return { states: seen.size, edges, depth: level, isComplete: frontier.length === 0, moves: counts };
}

/** A move compares what it does with what the naive queue does, and throws where they differ. */
function attempt(make: () => World | undefined, fail: (message: string) => never): World | undefined {
  try {
    return make();
  } catch (error) {
    return fail(`F3, F4, F5, F7: ${String(error)}`);
  }
}
