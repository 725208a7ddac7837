/** L0: the event loop chart against its total tables, for every combination of places, and the laws that its context follows. */
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { eventLoopMachine, type EventKind, type EventLoopContext, type EventLoopEvent } from '../../machines/index.js';
import {
  healingTable,
  periodicHealingTable,
  shutdownTable,
  workTable,
  type EventLoopHappening,
  type HealingPlace,
  type PeriodicHealingPlace,
  type ShutdownPlace,
  type WorkPlace,
} from '../../machines/event-loop.table.js';

type Running = {
  readonly work: WorkPlace;
  readonly healing: HealingPlace;
  readonly periodicHealing: PeriodicHealingPlace;
  readonly shutdown: ShutdownPlace;
};
type Combination = WorkPlace | Running;

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(table) as K[]; // the keys of an object of ours
}

const happenings = keysOf(workTable.idle);
const outside = ['awaitingStartupResync', 'aborting', 'stopped'] as const;
const inside = keysOf(workTable).filter((work) => !(outside as readonly string[]).includes(work));
const combinations: readonly Combination[] = [
  ...outside,
  ...inside.flatMap((work) =>
    keysOf(healingTable).flatMap((healing) =>
      keysOf(periodicHealingTable).flatMap((periodicHealing) =>
        keysOf(shutdownTable).map((shutdown) => ({ work, healing, periodicHealing, shutdown })),
      ),
    ),
  ),
];
const request = 7;
const input = {
  startupDeadline: 30_000,
  healingDelay: 5_000,
  healingFactor: 3,
  maxHealingDelay: 40_000,
  healingAttempts: 2,
  periodicHealingInterval: 60_000,
  shutdownTimeout: 20_000,
  escalationTimeout: 50_000,
};

function at(combination: Combination, changes: Partial<EventLoopContext> = {}) {
  const isShuttingDown = typeof combination !== 'string' && combination.shutdown === 'requested';
  const context = { ...input, request, take: 'next', waiting: 0, failedHealings: 0, isShuttingDown, ...changes } as const;
  const value = typeof combination === 'string' ? combination : { running: combination };
  return eventLoopMachine.resolveState({ value, context, ...(combination === 'stopped' ? { status: 'done' as const } : {}) });
}

/** What the chart knows when something happens to it. */
function contextOf(happening: EventLoopHappening): Partial<EventLoopContext> {
  return { waiting: happening.includes('others wait') ? 1 : 0, failedHealings: happening.startsWith('last') ? 1 : 0 };
}

function processed(kind: EventKind, happening: EventLoopHappening, number: number): EventLoopEvent {
  const needsHealing = happening.includes('to be healed');
  const outcome = happening.includes('fatal') ? 'fatal' : needsHealing ? 'failed' : 'succeeded';
  return { type: 'event.processed', request: number, kind, outcome, needsHealing };
}

const owners: Readonly<Record<string, string>> = {
  startupDeadline: 'eventLoop.awaitingStartupResync',
  healingDelay: 'eventLoop.running.healing.scheduled',
  periodicHealingInterval: 'eventLoop.running.periodicHealing.waiting',
  shutdownTimeout: 'shutdownRequested',
  escalationTimeout: 'eventLoop.running.work.escalating',
};

function eventOf(happening: EventLoopHappening, number = request): EventLoopEvent {
  if (happening === 'failures.mended' || happening === 'southbound.restored') return { type: happening };
  if (happening.startsWith('event.accepted')) {
    const kind = happening.endsWith('DBResync') ? 'dbResync' : happening.endsWith('Shutdown') ? 'shutdown' : 'other';
    return { type: 'event.accepted', kind };
  }
  if (happening.startsWith('escalation.decided'))
    return { type: 'escalation.decided', request: number, verdict: happening.includes('retry') ? 'retry' : 'abort' };
  if (happening.startsWith('after ')) {
    const delay = happening.replace('after ', '');
    return { type: `xstate.after.${delay}.${owners[delay]}` } as unknown as EventLoopEvent; // XState's own event of a delay
  }
  if (happening.startsWith('Shutdown')) return processed('shutdown', happening, number);
  if (happening.startsWith('periodic')) return processed('periodicHealing', happening, number);
  return processed(happening.includes('healing processed') ? 'healing' : 'other', happening, number);
}

/** What the tables say together. */
function outcomeOf(combination: Combination, happening: EventLoopHappening): Combination | 'ignored' {
  if (typeof combination === 'string') return workTable[combination][happening];
  const work = workTable[combination.work][happening];
  const shutdown = shutdownTable[combination.shutdown][happening];
  if (work === 'aborting') return combination.shutdown === 'requested' ? 'stopped' : 'aborting';
  if (work === 'stopped' || shutdown === 'stopped') return 'stopped';
  const healing = healingTable[combination.healing][happening];
  const periodicHealing = periodicHealingTable[combination.periodicHealing][happening];
  if ([work, shutdown, healing, periodicHealing].every((outcome) => outcome === 'ignored')) return 'ignored';
  return {
    work: work === 'ignored' ? combination.work : work,
    healing: healing === 'ignored' ? combination.healing : healing,
    periodicHealing: periodicHealing === 'ignored' ? combination.periodicHealing : periodicHealing,
    shutdown: shutdown === 'ignored' ? combination.shutdown : shutdown,
  };
}

/** Out of the state before the first DBResync the loop begins to run, with a Shutdown or without. */
function begun(happening: EventLoopHappening): Combination {
  const shutdown = happening.endsWith('Shutdown') ? 'requested' : 'none';
  return { work: 'processing', healing: 'none', periodicHealing: 'waiting', shutdown };
}

function step(combination: Combination, happening: EventLoopHappening, number = request) {
  const before = at(combination, contextOf(happening));
  const [after, actions] = transition(eventLoopMachine, before, eventOf(happening, number));
  const names = actions.flatMap(({ type, params }) => {
    if (type === 'xstate.spawnChild') return [`begin ${(params as { readonly id: string }).id}`]; // as XState tells it
    return type.startsWith('xstate.') ? [] : [type];
  });
  return { before, after, actions, names };
}

describe('the total tables of the event loop', () => {
  it.each(happenings)('%s, at every combination of places', (happening) => {
    for (const combination of combinations) {
      const { before, after, actions } = step(combination, happening);
      const outcome = outcomeOf(combination, happening);
      const isBegin = combination === 'awaitingStartupResync' && outcome === 'processing';
      const expected = isBegin ? begun(happening) : outcome === 'ignored' ? combination : outcome;
      expect(after.value, JSON.stringify(combination)).toEqual(typeof expected === 'string' ? expected : { running: expected });
      if (outcome !== 'ignored') continue;
      expect(after, `ignored: the same snapshot, at ${JSON.stringify(combination)}`).toBe(before);
      expect(actions).toEqual([]);
    }
  });

  it.each(happenings.filter((happening) => 'request' in eventOf(happening)))(
    'E1: %s of another request changes nothing, anywhere, whether its number is lower or higher',
    (happening) => {
      for (const number of [request - 1, request + 1]) {
        for (const combination of combinations) {
          const { before, after, actions } = step(combination, happening, number);
          expect(actions).toEqual([]);
          expect(after, JSON.stringify(combination)).toBe(before);
        }
      }
    },
  );
});

describe('what the event loop does', () => {
  const idle = { work: 'idle', healing: 'none', periodicHealing: 'waiting', shutdown: 'none' } as const;
  const busy = { ...idle, work: 'processing' } as const;
  const asking = { ...idle, work: 'escalating', healing: 'escalated' } as const;

  it('E1: an effect begins when what was under way is over, and its number is used up', () => {
    for (const combination of combinations) {
      for (const happening of happenings) {
        const { after, names } = step(combination, happening);
        const isUnderWay = typeof combination !== 'string' && combination.work !== 'idle';
        const isLeft = isUnderWay && (typeof after.value === 'string' || leadsOn(combination.work, happening));
        expect(after.context.request, `${JSON.stringify(combination)} ${happening}`).toBe(isLeft ? request + 1 : request);
        const began = names.filter((name) => name.startsWith('begin'));
        expect(began.length, 'one effect at most').toBeLessThanOrEqual(isUnderWay && !isLeft ? 0 : 1);
      }
    }
  });

  function leadsOn(work: WorkPlace, happening: EventLoopHappening): boolean {
    return workTable[work][happening] !== 'ignored' && !happening.startsWith('event.accepted');
  }

  it('E2, E15: before the first DBResync only it and a Shutdown are taken, out of their turn', () => {
    const takeOf = (happening: EventLoopHappening) => {
      const { after, names } = step('awaitingStartupResync', happening);
      return [names.includes('begin process') ? after.context.take : undefined, after.context.waiting];
    };
    expect(takeOf('event.accepted')).toEqual([undefined, 1]);
    expect(takeOf('event.accepted as DBResync')).toEqual(['startupResync', 0]);
    expect(takeOf('event.accepted as Shutdown')).toEqual(['shutdown', 0]);
  });

  it('E3: what is accepted while something is done is counted, and one is taken as soon as that is over', () => {
    for (const combination of [busy, asking]) {
      expect(step(combination, 'event.accepted').after.context.waiting).toBe(1);
    }
    for (const [combination, happening] of [
      [busy, 'event.processed, others wait'],
      [asking, 'escalation.decided as retry, others wait'],
    ] as const) {
      const { after, names } = step(combination, happening);
      expect(names).toContain('begin process');
      expect([after.context.waiting, after.context.take]).toEqual([0, 'next']);
    }
    const { after, names } = step(idle, 'event.accepted');
    expect([names, after.context.waiting, after.context.take]).toEqual([['begin process'], 0, 'next']);
  });

  it('E10, E12, E15: says which end it is, once, and refuses what comes after it', () => {
    const actionsOf = (combination: Combination, happening: EventLoopHappening) =>
      step(combination, happening).actions.flatMap(({ type, params }) =>
        ['abort', 'refuse', 'stop'].includes(type) ? [[type, (params as { readonly reason?: string } | undefined)?.reason]] : [],
      );
    expect(actionsOf('awaitingStartupResync', 'after startupDeadline')).toEqual([['abort', 'startupDeadline']]);
    expect(actionsOf(busy, 'event.processed as fatal')).toEqual([['abort', 'fatal']]);
    expect(actionsOf(asking, 'escalation.decided as abort')).toEqual([['abort', 'healingFailed']]);
    expect(actionsOf(asking, 'after escalationTimeout')).toEqual([['abort', 'healingFailed']]);
    expect(actionsOf('aborting', 'event.accepted')).toEqual([['refuse', undefined]]);
    expect(actionsOf('aborting', 'event.accepted as Shutdown')).toEqual([['stop', undefined]]);
    expect(actionsOf(busy, 'Shutdown processed')).toEqual([['stop', undefined]]);
    for (const kind of ['dbResync', 'shutdown', 'healing', 'periodicHealing', 'other'] as const) {
      const event = { type: 'event.processed', request, kind, outcome: 'fatal', needsHealing: false } as const;
      expect(transition(eventLoopMachine, at(busy), event)[0].value, kind).toBe('aborting');
    }
    const fatal = { type: 'event.processed', request, kind: 'healing', outcome: 'fatal', needsHealing: true } as const;
    const [after] = transition(eventLoopMachine, at({ ...busy, healing: 'pending' }, { failedHealings: 1 }), fatal);
    expect(after.value, 'a last healing that is fatal is not asked about').toBe('aborting');
    const ending = { ...busy, shutdown: 'requested' } as const;
    expect(actionsOf(ending, 'after shutdownTimeout')).toEqual([['stop', undefined]]);
    expect(actionsOf(ending, 'event.processed as fatal')).toEqual([
      ['abort', 'fatal'],
      ['stop', undefined],
    ]);
  });

  it('E11: asks for healings exactly when their time has come', () => {
    for (const combination of combinations) {
      for (const happening of happenings) {
        const { names } = step(combination, happening);
        const running = typeof combination === 'string' ? undefined : combination;
        const isHealing = running?.healing === 'scheduled' && happening === 'after healingDelay';
        expect(names.includes('pushHealing'), `${JSON.stringify(combination)} ${happening}`).toBe(isHealing);
        const isPeriodic =
          (running?.periodicHealing === 'waiting' &&
            ['after periodicHealingInterval', 'southbound.restored'].includes(happening)) ||
          (running?.periodicHealing === 'owed' &&
            running.work === 'processing' &&
            happening.startsWith('periodic healing processed'));
        const isTold = names.includes('pushPeriodicHealing');
        if (running?.work === 'processing') expect(isTold, `${JSON.stringify(combination)} ${happening}`).toBe(isPeriodic);
      }
    }
  });

  it('E11, EL3: each attempt waits longer, up to the limit, and healing begins anew when one went well', () => {
    const { delays } = eventLoopMachine.implementations as unknown as {
      readonly delays: Readonly<Record<string, (scope: { readonly context: EventLoopContext }) => number>>;
    }; // as XState keeps them
    const delayAfter = (failedHealings: number) => delays['healingDelay']?.({ context: at(idle, { failedHealings }).context });
    expect([0, 1, 2, 3].map(delayAfter)).toEqual([5_000, 15_000, 40_000, 40_000]);
    const healing = { ...busy, healing: 'pending' } as const;
    expect(step(healing, 'healing processed, to be healed').after.context.failedHealings).toBe(1);
    expect(step(healing, 'last healing processed, to be healed').after.context.failedHealings).toBe(2);
    for (const [combination, event] of [
      [healing, eventOf('healing processed')],
      [{ ...idle, healing: 'scheduled' }, eventOf('failures.mended')],
    ] as const) {
      const [after] = transition(eventLoopMachine, at(combination, { failedHealings: 1 }), event);
      expect(after.context.failedHealings).toBe(0);
    }
    for (const [delay, milliseconds] of Object.entries(input)) {
      if (delay in delays && delay !== 'healingDelay') expect(delays[delay]?.({ context: at(idle).context })).toBe(milliseconds);
    }
  });

  it('D2: an effect or an action that nobody has provided is missed by name, at once', () => {
    const { actions, actors } = eventLoopMachine.implementations as unknown as {
      readonly actions: Readonly<Record<string, unknown>>;
      readonly actors: Readonly<Record<string, { readonly config: unknown }>>;
    }; // as XState keeps them
    const provided = [
      ...['pushHealing', 'pushPeriodicHealing', 'abort', 'refuse', 'stop'].map((name) => [name, actions[name]]),
      ...['process', 'escalate'].map((name) => [name, actors[name]?.config]),
    ];
    for (const [name, implementation] of provided) {
      const call = implementation as (...args: readonly unknown[]) => unknown;
      expect(() => call({}, {})).toThrow(`'${String(name)}' was not provided`);
    }
  });
});
