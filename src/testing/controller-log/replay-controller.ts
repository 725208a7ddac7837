/** Plays the recorded run of a controller again. */
import { Controller } from '../../controller/controller.js';
import type { Event } from '../../controller/events/event.js';
import type { MergeRule } from '../../controller/external/strategy.js';
import type { EventHandler } from '../../controller/handler.js';
import type { ControllerOptions, EscalationVerdict } from '../../controller/options.js';
import type { CommitResult, Southbound } from '../../controller/southbound/port.js';
import type { KeyValuePairs } from '../../controller/key-values.js';
import { SimulatedClock } from '../../ports/simulated-clock.js';
import { plainOptionsOf, type HeaderOptions } from './header.js';
import { Player, type Divergence } from './player.js';
import { readLog } from './read-log.js';
import { givenTransaction } from './recorded-ports.js';
import { ReplayedClock } from './replayed-clock.js';

/** What a log cannot hold. */
export interface ReplayOptions {
  /** The `mergeRules` of the recorded controller. Required when it had some. */
  readonly mergeRules?: readonly MergeRule[] | undefined;
}

/** What a replay came to. */
export interface ControllerReplay {
  /** The history as far as it is the same, one JSON object a line, as `EventHistory.toJSONLines` gives it. */
  readonly history: string;
  /** The first place at which something else happened than was recorded; nothing is played from there on. Undefined: it was all the same. */
  readonly divergence: Divergence | undefined;
}

/** So many turns without anything that the log has are the end of it. */
const patience = 4;

/**
 * Does again what was done to a controller that was recorded, at the same times of its clock, and compares what it asks for: which
 * handlers are called for which event, what is committed, which records are kept. It knows neither the handlers nor the southbound; the log
 * answers for them.
 *
 * A log that ends before the controller was closed is played as far as it goes. What the loop's `onProblem` and `logger` were told is not
 * a part of it.
 *
 * @param log what {@link ControllerRecording.log} was.
 * @throws ParseError naming the line when it is no log; ValidationError when it was recorded with `mergeRules` and there are none.
 */
export async function replayController(log: string, { mergeRules }: ReplayOptions = {}): Promise<ControllerReplay> {
  const { header, lines } = readLog(log);
  const clock = new ReplayedClock(lines);
  const player = new Player(lines, clock);
  const options = header.options;
  const plain = plainOptionsOf(options, mergeRules);
  const onExhausted = (attempts: number): Promise<EscalationVerdict> =>
    player.call({ function: 'onExhausted', given: attempts }) as Promise<EscalationVerdict>; // the controller judges what it is
  const controller = new Controller({
    ...plain,
    ...portsOf(options, player),
    ...(options.escalates && { healing: { ...plain.healing, onExhausted } }),
    ...(mergeRules !== undefined && { mergeRules }),
    clock,
    onRecord: (record) => player.kept(record),
  });
  player.controller = controller;
  await play(player);
  clock.stop();
  const { lastKept, divergence } = player;
  return { history: controller.history.toJSONLines(lastKept === undefined ? { first: 0 } : { to: lastKept }), divergence };
}

async function play(player: Player): Promise<void> {
  const turns = new SimulatedClock(); // lets promises come to their end
  let idle = 0;
  while (!player.isOver) {
    const before = player.position;
    player.playInputs(false);
    await turns.settle();
    player.passTurn();
    idle = player.position === before ? idle + 1 : 0;
    if (idle > patience && !player.isOver) player.stuck();
  }
  await turns.settle(); // what is known by now is kept
}

function portsOf(options: HeaderOptions, player: Player): Pick<ControllerOptions, 'handlers' | 'southbound' | 'externalSources'> {
  return {
    handlers: options.handlers.map((handler) => replayedHandler(handler, player)),
    southbound: replayedSouthbound(options, player),
    // Answers are those of the log: what they are is the controller's to judge, as it was.
    externalSources: options.externalSources.map((name) => ({
      name,
      getConfigSnapshot: () => player.call({ function: 'getConfigSnapshot', of: name }) as Promise<KeyValuePairs>,
    })),
  };
}

function replayedHandler({ name, dependsOn }: HeaderOptions['handlers'][number], player: Player): EventHandler {
  const subject = (called: 'handlesEvent' | 'resync' | 'update' | 'revert', event: Event) =>
    ({ function: called, of: name, event: player.eventOf(event) }) as const;
  return {
    name,
    ...(dependsOn === undefined ? {} : { dependsOn }),
    handlesEvent: (event) => player.call(subject('handlesEvent', event)) === true,
    resync: (event, _kubeState, resyncCount, txn) =>
      player.call({ ...subject('resync', event), given: resyncCount }, txn) as Promise<void>,
    update: (event, txn) => player.call(subject('update', event), txn) as Promise<string>,
    revert: (event) => player.call(subject('revert', event)) as Promise<void>,
  };
}

function replayedSouthbound(options: HeaderOptions, player: Player): Southbound {
  return {
    commit: (transaction) => player.call({ function: 'commit', given: givenTransaction(transaction) }) as Promise<CommitResult>,
    ...(options.subscribes && {
      subscribe: (listener) => {
        player.listener = listener;
        player.call({ function: 'subscribe' });
        return () => {};
      },
    }),
  };
}
