/** Laws of the reflector chart, at every place of it and for everything that can happen there. */
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { reflectorMachine } from '../../machines/index.js';
import {
  at,
  context,
  eventOf,
  facts,
  go,
  happenings,
  linkHappenings,
  linkPlaces,
  mirrorOf,
  mirrorPlaces,
  request,
} from '../support/reflector-places.js';

describe('the reflector', () => {
  it('R9: a fact of a request that is over changes nothing, anywhere: the same snapshot, and no effect', () => {
    for (const mirror of mirrorPlaces) {
      for (const link of linkPlaces) {
        for (const happening of [...happenings, ...linkHappenings]) {
          for (const late of [request - 1, request + 1]) {
            const event = facts(happening);
            if (event === undefined || !('request' in event)) continue;
            const before = at(mirror, link);
            const [after, actions] = transition(reflectorMachine, before, { ...event, request: late });
            expect(after, `${mirror}, ${link}, ${happening}`).toBe(before);
            expect(actions).toEqual([]);
          }
        }
      }
    }
  });

  it('R9: a request is over when its state is left, so its late facts are those of another', () => {
    for (const mirror of mirrorPlaces) {
      const before = at(mirror, 'connected');
      for (const happening of happenings) {
        const [after] = transition(reflectorMachine, before, eventOf(happening, before));
        const isRequesting = /requesting|streaming|streamed/.test(mirror);
        const wasLeft = isRequesting && mirrorOf(after).split('.').slice(0, 2).join() !== mirror.split('.').slice(0, 2).join();
        if (wasLeft && after.status === 'active' && !mirror.startsWith('streamed'))
          expect(after.context.request, `${mirror}, ${happening}`).toBeGreaterThan(request);
      }
    }
  });

  it('D4: the revision moves with a list or a batch, and with nothing else', () => {
    for (const mirror of mirrorPlaces) {
      for (const happening of happenings) {
        const { context: after, actions } = go(mirror, happening, {});
        if (after.revision !== context.revision)
          expect(
            actions.some((type) => type === 'replaceAll' || type === 'commit'),
            `${mirror}, ${happening}`,
          ).toBe(true);
      }
    }
  });

  it('D2: an effect or an action that nobody has provided is missed by name, at once', () => {
    const { actions, actors } = reflectorMachine.implementations as unknown as {
      readonly actions: Readonly<Record<string, unknown>>;
      readonly actors: Readonly<Record<string, { readonly config: unknown }>>;
    }; // as XState keeps them
    const sinks = ['replaceAll', 'commit', 'removeAll', 'redeliver', 'reportDisconnected', 'reportFailedList', 'reportReconnected'];
    const provided = [
      ...sinks.map((name) => [name, actions[name]]),
      ...['list', 'watch'].map((name) => [name, actors[name]?.config]),
    ];
    for (const [name, implementation] of provided) {
      const call = implementation as (...args: readonly unknown[]) => unknown;
      expect(() => call({}, {})).toThrow(`'${String(name)}' was not provided`);
    }
  });
});
