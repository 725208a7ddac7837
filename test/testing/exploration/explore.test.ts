/** The explorer itself: against a naive search over random worlds, and on machines whose answers can be counted by hand. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assign, createMachine, fromPromise, raise, sendTo, setup, type AnyStateMachine } from 'xstate';
import { explore, type Environment, type ExplorationReport, type Move } from '../../../src/testing/index.js';

const light = createMachine({
  id: 'light',
  initial: 'red',
  states: { red: { on: { next: 'green' } }, green: { on: { next: 'yellow' } }, yellow: { on: { next: 'red' } } },
});

/** A world is a graph: numbered states, their edges, which of them have converged, and which edge is wrong. */
interface Graph {
  readonly edges: readonly {
    readonly from: number;
    readonly to: number;
    readonly kind: 'step' | 'fault';
    readonly next: boolean;
  }[];
  readonly converged: readonly number[];
  readonly wrong: number | undefined;
}

const anyGraph: fc.Arbitrary<Graph> = fc.record({
  edges: fc.array(
    fc.record({ from: fc.nat(7), to: fc.nat(7), kind: fc.constantFrom('step' as const, 'fault' as const), next: fc.boolean() }),
    { maxLength: 20 },
  ),
  converged: fc.uniqueArray(fc.nat(7), { maxLength: 4 }),
  wrong: fc.option(fc.nat(7), { nil: undefined }),
});

function worldOf({ edges, converged, wrong }: Graph): Environment<typeof light, number> {
  return {
    initial: 0,
    moves: ({ environment }) =>
      edges
        .filter(({ from }) => from === environment)
        .map(({ to, kind, next }): Move<typeof light, number> => ({
          kind,
          name: `${environment}`,
          detail: `to ${to}`,
          next: to,
          send: next ? { type: 'next' } : undefined,
        })),
    perform: (environment) => environment,
    encode: String,
    judge: (_, __, { environment }) => (environment === wrong ? `X1: ${environment} is wrong` : undefined),
    hasConverged: ({ environment }) => converged.includes(environment),
  };
}

const colours = ['red', 'green', 'yellow'];

/** The same, as simply as it can be said: states as text, distances by repeated relaxation, liveness by its definition. */
function naive({ edges, converged, wrong }: Graph): {
  readonly states: number;
  readonly wrongAt: number | undefined;
  readonly converges: boolean;
} {
  const distance = new Map([['red 0', 0]]);
  const after = (state: string): { readonly to: string; readonly kind: string }[] => {
    const [colour = '', at = ''] = state.split(' ');
    const nextColour = colours[(colours.indexOf(colour) + 1) % 3] ?? '';
    return edges
      .filter(({ from }) => from === Number(at))
      .map(({ to, kind, next }) => ({ to: `${next ? nextColour : colour} ${to}`, kind }));
  };
  for (let isDone = false; !isDone;) {
    isDone = true;
    for (const [state, steps] of distance) {
      for (const { to } of after(state)) {
        if ((distance.get(to) ?? Infinity) <= steps + 1) continue;
        distance.set(to, steps + 1);
        isDone = false;
      }
    }
  }
  const wrongEdges = [...distance].flatMap(([state, steps]) =>
    after(state).some(({ to }) => Number(to.split(' ')[1]) === wrong) ? [steps + 1] : [],
  );
  let good = new Set([...distance.keys()].filter((state) => converged.includes(Number(state.split(' ')[1]))));
  for (let size = -1; size < good.size;) {
    size = good.size;
    const isGood = (state: string): boolean => {
      const steps = after(state).filter(({ to, kind }) => kind === 'step' && to !== state);
      return good.has(state) || (steps.length > 0 && steps.every(({ to }) => good.has(to)));
    };
    good = new Set([...distance.keys()].filter(isGood));
  }
  return {
    states: distance.size,
    wrongAt: wrongEdges.length === 0 ? undefined : Math.min(...wrongEdges),
    converges: good.size === distance.size,
  };
}

function exploreGraph(graph: Graph): ExplorationReport {
  return explore({ machine: light, input: undefined, environment: worldOf(graph) });
}

describe('explore', () => {
  it('agrees with a naive search about states, the shortest way to what is wrong, and liveness', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const { states, wrongAt, converges } = naive(graph);
        const report = exploreGraph(graph);
        if (wrongAt !== undefined) {
          expect(report.violation?.message).toBe(`X1: ${graph.wrong} is wrong`);
          expect(report.violation?.trace).toHaveLength(wrongAt);
          return;
        }
        expect(report.states).toBe(states);
        expect(report.violation === undefined).toBe(converges);
        expect(report.isComplete).toBe(converges);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('tells the way to a violation, with what the machine was told and where it stood', () => {
    const graph: Graph = {
      edges: [
        { from: 0, to: 1, kind: 'fault', next: true },
        { from: 1, to: 2, kind: 'step', next: true },
        { from: 0, to: 3, kind: 'step', next: false },
        { from: 3, to: 1, kind: 'step', next: false },
      ],
      converged: [],
      wrong: 2,
    };
    const { violation } = exploreGraph(graph);
    expect(violation?.trace).toEqual(['fault: 0 to 1 -> "green" | 1', '1 to 2 -> "yellow" | 2']);
  });

  it('finds a circle that never converges, and a dead end', () => {
    const edge = (from: number, to: number) => ({ from, to, kind: 'step' as const, next: false });
    const circle = exploreGraph({ edges: [edge(0, 1), edge(1, 2), edge(2, 1), edge(2, 3)], converged: [3], wrong: undefined });
    expect(circle.violation?.message).toMatch(/^Liveness/);
    const deadEnd = exploreGraph({ edges: [edge(0, 1), edge(0, 2)], converged: [1], wrong: undefined });
    expect(deadEnd.violation?.message).toMatch(/^Liveness/);
    const fine = exploreGraph({ edges: [edge(0, 1), edge(0, 2), edge(2, 1)], converged: [1], wrong: undefined });
    expect(fine.violation).toBeUndefined();
  });

  it('stops at its limit, and says that it has not seen everything', () => {
    const counting: Environment<typeof light, number> = {
      initial: 0,
      moves: ({ environment }) => [{ kind: 'step', name: 'count', next: environment + 1 }],
      perform: (environment) => environment,
      encode: String,
    };
    const report = explore({ machine: light, input: undefined, environment: counting, maxStates: 1_000 });
    expect(report).toMatchObject({ states: 1_001, isComplete: false });
    expect(report.violation).toBeUndefined();
  });

  it('remembers a hundred thousand states without taking one for another', () => {
    const size = 100_000;
    const environment: Environment<typeof light, number> = {
      initial: 0,
      moves: ({ environment: at }) => [1, 2].map((by) => ({ kind: 'step', name: `+${by}`, next: (at + by) % size })),
      perform: (at) => at,
      encode: String,
    };
    expect(explore({ machine: light, input: undefined, environment }).states).toBe(size);
  });

  const requesting = setup({
    types: { context: {} as { tries: number }, events: {} as { type: 'answered'; ok: boolean } | { type: 'give up' } },
    actors: { request: fromPromise<void, { attempt: number }>(() => Promise.reject(new Error('is never run'))) },
    actions: {
      store: () => {
        throw new Error('is never run');
      },
    },
    guards: { isOk: ({ event }) => event.type === 'answered' && event.ok, hasTries: ({ context }) => context.tries < 3 },
    delays: { pause: ({ context }) => 100 * context.tries },
  }).createMachine({
    id: 'requesting',
    context: { tries: 0 },
    initial: 'asking',
    states: {
      asking: {
        entry: assign({ tries: ({ context }) => context.tries + 1 }),
        invoke: { src: 'request', input: ({ context }) => ({ attempt: context.tries }) },
        on: {
          answered: [
            { guard: 'isOk', target: 'done', actions: 'store' },
            { guard: 'hasTries', target: 'waiting' },
            { target: 'failed' },
          ],
        },
      },
      waiting: { after: { pause: 'asking' } },
      failed: { type: 'final' },
      done: { type: 'final' },
    },
    on: { 'give up': '.failed' },
  });

  interface Line {
    readonly asked: number;
    readonly effects: string;
  }
  const line: Environment<typeof requesting, Line> = {
    initial: { asked: 1, effects: '' },
    moves: ({ place, environment }) => [
      ...(environment.asked > 0 && !place.isDone
        ? [true, false].map((ok) => ({
            kind: ok ? ('step' as const) : ('fault' as const),
            name: ok ? 'answers' : 'refuses',
            next: environment,
            send: { type: 'answered', ok },
          }))
        : []),
      ...place.timers.map(({ name, delay, event }) => ({
        kind: 'step' as const,
        name: `${name} ${delay}`,
        next: environment,
        send: event,
      })),
    ],
    perform: (before, { effects }) =>
      effects.reduce<Line>(({ asked }, effect) => {
        switch (effect.kind) {
          case 'invoked':
            return { asked: (effect.input as { attempt: number }).attempt, effects: `asked ${effect.src}` };
          case 'left':
            return { asked: 0, effects: 'left' };
          case 'action':
            return { asked, effects: effect.type };
        }
      }, before),
    encode: ({ asked, effects }) => `${asked} ${effects}`,
    hasConverged: ({ place }) => place.isDone,
  };

  it('gives effects as data, arms the delays of the place with their length, and runs nothing', () => {
    const report = explore({ machine: requesting, input: undefined, environment: line });
    expect(report.violation).toBeUndefined();
    expect([...report.moves.step.keys()]).toEqual(['answers', 'pause 100', 'pause 200']);
    expect(report.moves.fault.get('refuses')).toBe(3);
  });

  it('counts transitions and both answers of guards, and what never happened', () => {
    const { transitions, guards } = explore({ machine: requesting, input: undefined, environment: line });
    expect(transitions.get('requesting.asking answered [1 of 3]')).toBe(3);
    expect(transitions.get('requesting.asking answered [3 of 3]')).toBe(1);
    expect(transitions.get('requesting give up')).toBe(0);
    expect(guards.get('hasTries: false')).toBe(1);
  });

  it('has a fingerprint that changes with what the machine does, and with nothing else', () => {
    const fingerprint = (machine: typeof requesting): string =>
      explore({ machine, input: undefined, environment: line }).fingerprint;
    expect(fingerprint(requesting)).toBe(fingerprint(requesting));
    const impatient = requesting.provide({ guards: { hasTries: ({ context }) => context.tries < 2 } });
    expect(fingerprint(impatient)).not.toBe(fingerprint(requesting));
  });

  it('takes contexts for the same that are said to be', () => {
    const counter = createMachine({
      context: { count: 0 },
      on: { add: { actions: assign({ count: ({ context }: { context: { count: number } }) => context.count + 1 }) } },
    });
    const environment: Environment<typeof counter, string> = {
      initial: '',
      moves: () => [{ kind: 'step', name: 'add', next: '', send: { type: 'add' } }],
      perform: (nothing) => nothing,
      encode: String,
    };
    const canonical = ({ count }: { count: number }): { count: number } => ({ count: Math.min(count, 4) });
    const report = explore({ machine: counter, input: undefined, environment, canonical });
    expect(report).toMatchObject({ states: 5, edges: 5, isComplete: true });
  });

  /** One event after the other, with nothing around the machine. */
  function told(machine: AnyStateMachine, events: readonly { readonly type: string }[]): ExplorationReport {
    return explore({
      machine,
      input: undefined,
      environment: {
        initial: 0,
        moves: ({ environment: at }) =>
          events.slice(at, at + 1).map((event) => ({ kind: 'input', name: event.type, next: at + 1, send: event })),
        perform: (at) => at,
        encode: String,
      },
    });
  }

  it('tells contexts and events apart that JSON would not', () => {
    const seen = setup({
      types: { context: {} as { seen: Set<string> }, events: {} as { type: 'see'; what: string } },
    }).createMachine({
      context: { seen: new Set() },
      on: { see: { actions: assign({ seen: ({ context, event }) => new Set([...context.seen, event.what]) }) } },
    });
    expect(
      told(seen, [{ type: 'see', what: 'a' } as { type: string }, { type: 'see', what: 'b' } as { type: string }]).places,
    ).toBe(3);
    const failing = setup({ types: { events: {} as { type: 'failed'; error: Error } } }).createMachine({
      initial: 'up',
      states: {
        up: { on: { failed: { guard: ({ event }) => event.error.message === 'fatal', target: 'down' } } },
        down: {},
      },
    });
    const failures = ['soft', 'fatal'].map((message) => ({ type: 'failed', error: new Error(message) }));
    expect(told(failing, failures).places).toBe(2);
  });

  it('remembers what history states remember', () => {
    const lamp = createMachine({
      initial: 'off',
      states: {
        off: { on: { press: 'on.last' } },
        on: {
          initial: 'dim',
          on: { press: 'off' },
          states: { dim: { on: { turn: 'bright' } }, bright: {}, last: { type: 'history' } },
        },
      },
    });
    const events = ['press', 'turn', 'press', 'press', 'turn'].map((type) => ({ type }));
    // Off, dim, bright, off with bright in mind, and bright again, where nothing is turned: from dim it would come to a sixth.
    expect(told(lamp, events).places).toBe(5);
  });

  it('tells what entering the initial state asks for', () => {
    const asked: string[] = [];
    explore({
      machine: requesting,
      input: undefined,
      environment: {
        ...line,
        perform: (before, step) => {
          asked.push(`${step.event.type} ${step.effects.map((effect) => effect.kind).join()}`);
          return line.perform(before, step);
        },
      },
    });
    expect(asked[0]).toBe('xstate.init invoked');
  });

  it('refuses what it does not explore, instead of leaving it out', () => {
    const later = createMachine({ on: { go: { actions: raise({ type: 'late' }, { delay: 1_000 }) } } });
    expect(() => told(later, [{ type: 'go' }])).toThrow('raises late after a delay');
    const worker = setup({ actors: { work: fromPromise(() => Promise.resolve()) } }).createMachine({
      invoke: { src: 'work', id: 'w' },
      on: { go: { actions: sendTo('w', { type: 'hello' }) } },
    });
    expect(() => told(worker, [{ type: 'go' }])).toThrow('sends an event to another actor');
    const calling = createMachine({ context: { call: () => {} } });
    expect(() => told(calling, [])).toThrow('There is a function in the context at "call"');
    const environment: Environment<typeof light, object> = {
      initial: {},
      moves: () => [],
      perform: (nothing) => nothing,
      encode: String,
    };
    expect(() => explore({ machine: light, input: undefined, environment })).toThrow('use JSON.stringify');
  });
});
