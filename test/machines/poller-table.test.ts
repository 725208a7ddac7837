/** L0: the poller chart against its total table, and the laws that its context follows. */
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { pollerMachine, type PollerContext, type PollerEvent } from '../../machines/index.js';
import { pollerTable, type PollerHappening, type PollerPlace } from '../../machines/poller.table.js';
import type { Failure } from '../../src/model/failure.js';
import { DatastoreThrottledError } from '../../src/model/errors.js';

const places = Object.keys(pollerTable) as PollerPlace[]; // the keys of an object of ours
const happenings = Object.keys(pollerTable.idle) as PollerHappening[];
const request = 7;

function at(place: PollerPlace, changes: Partial<PollerContext> = {}) {
  const context = { period: 100, requestTimeout: 1_000, request, retryAfter: 0, ...changes };
  return pollerMachine.resolveState({ value: place, context, ...(place === 'stopped' ? { status: 'done' as const } : {}) });
}

function eventOf(happening: PollerHappening): PollerEvent {
  const [name = '', late] = happening.split(', ');
  const number = late === undefined ? request : request - 1;
  const error = new Error('the datastore is away');
  switch (name) {
    case 'start':
    case 'stop':
      return { type: name };
    case 'fetch.completed':
      return { type: name, request: number, objects: ['a'] };
    case 'fetch.failed':
      return { type: name, request: number, failure: { kind: 'unavailable', error } };
    default: {
      const delay = name.replace('after ', '');
      const owner = delay === 'period' ? 'waiting' : 'fetching';
      return { type: `xstate.after.${delay}.poller.${owner}` } as unknown as PollerEvent; // XState's own event of a delay
    }
  }
}

const cells = places.flatMap((place) => happenings.map((happening) => ({ place, happening })));

describe('the total table of the poller', () => {
  it.each(cells)('$place, $happening', ({ place, happening }) => {
    const before = at(place);
    const [after, actions] = transition(pollerMachine, before, eventOf(happening));
    const outcome = pollerTable[place][happening];
    expect(after.value).toBe(outcome === 'ignored' ? place : outcome);
    if (outcome !== 'ignored') return;
    expect(after, 'ignored: the same snapshot').toBe(before);
    expect(actions).toEqual([]);
  });

  it('PO2: a fact of another fetch changes nothing, anywhere, whether its number is lower or higher', () => {
    for (const place of places) {
      for (const number of [request - 1, request + 1]) {
        const before = at(place);
        for (const event of [
          { type: 'fetch.completed', request: number, objects: [] },
          { type: 'fetch.failed', request: number, failure: { kind: 'unknown', error: new Error('late') } },
        ] as const) {
          const [after, actions] = transition(pollerMachine, before, event);
          expect([after, actions]).toEqual([before, []]);
          expect(after).toBe(before);
        }
      }
    }
  });

  it('PO2: a fetch is over when its state is left: its number is used up', () => {
    for (const happening of ['stop', 'fetch.completed', 'fetch.failed', 'after requestTimeout'] as const) {
      const [after] = transition(pollerMachine, at('fetching'), eventOf(happening));
      expect(after.context.request, happening).toBe(request + 1);
    }
  });

  it('PO1: only an answer to the fetch under way is put in the store, and it is put there whole', () => {
    for (const { place, happening } of cells) {
      const [, actions] = transition(pollerMachine, at(place), eventOf(happening));
      const writes = actions.filter(({ type }) => type === 'replaceAll');
      const isAnswer = place === 'fetching' && happening === 'fetch.completed';
      expect(writes.map(({ params }) => params)).toEqual(isAnswer ? [{ objects: ['a'] }] : []);
    }
  });

  it('PO4: a poll that fails is told with what it failed of', () => {
    const failed = eventOf('fetch.failed');
    const [, actions] = transition(pollerMachine, at('fetching'), failed);
    const told = actions.filter(({ type }) => type === 'reportFailure').map(({ params }) => params);
    expect(told).toEqual([{ failure: 'failure' in failed ? failed.failure : 'none' }]);
  });

  it('PO4: a poll that fails is told, and none is told twice', () => {
    const told = (happening: PollerHappening) =>
      transition(pollerMachine, at('fetching'), eventOf(happening))[1].flatMap(({ type }) =>
        type.startsWith('report') ? [type] : [],
      );
    expect(told('fetch.failed')).toEqual(['reportFailure']);
    expect(told('after requestTimeout')).toEqual(['reportTimeout']);
    expect(told('fetch.completed')).toEqual([]);
    expect(told('stop')).toEqual([]);
  });

  it('D2: an effect or an action that nobody has provided is missed by name, at once', () => {
    const { actions, actors } = pollerMachine.implementations as unknown as {
      readonly actions: Readonly<Record<string, unknown>>;
      readonly actors: Readonly<Record<string, { readonly config: unknown }>>;
    }; // as XState keeps them
    const provided = [
      ...['replaceAll', 'reportFailure', 'reportTimeout'].map((name) => [name, actions[name]]),
      ['fetch', actors['fetch']?.config],
    ];
    for (const [name, implementation] of provided) {
      const call = implementation as (...args: readonly unknown[]) => unknown;
      expect(() => call({}, {})).toThrow(`'${String(name)}' was not provided`);
    }
  });
});

describe('the pause of a poller', () => {
  const { delays } = pollerMachine.implementations as unknown as {
    readonly delays: Readonly<Record<string, (scope: { readonly context: PollerContext }) => number>>;
  }; // as XState keeps them

  function pauseAfter(failure: Failure): number | undefined {
    const [after] = transition(pollerMachine, at('fetching'), { type: 'fetch.failed', request, failure });
    return delays['period']?.({ context: after.context });
  }

  function throttled(retryAfter: number | undefined): Failure {
    return { kind: 'throttled', error: new DatastoreThrottledError('too many requests'), retryAfter };
  }

  it('PO3: is the period, or what a throttling datastore asks for when that is longer, up to an hour', () => {
    expect(pauseAfter({ kind: 'unavailable', error: new Error('away') })).toBe(100);
    expect(pauseAfter(throttled(undefined))).toBe(100);
    expect(pauseAfter(throttled(50))).toBe(100);
    expect(pauseAfter(throttled(30_000))).toBe(30_000);
    expect(pauseAfter(throttled(1e12))).toBe(3_600_000);
    for (const nonsense of [Number.NaN, -1, 0]) expect(pauseAfter(throttled(nonsense))).toBe(100);
  });

  it('PO3: forgets what was asked for with the next fetch', () => {
    const [fetching] = transition(pollerMachine, at('waiting', { retryAfter: 30_000 }), eventOf('after period'));
    expect(fetching.context.retryAfter).toBe(0);
  });

  it('PO3: gives a fetch up after requestTimeout', () => {
    expect(delays['requestTimeout']?.({ context: at('fetching').context })).toBe(1_000);
  });
});
