/** The reflector chart and time: what is given up when, what starts a wait anew, and what is left of it at the end. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  following,
  quietly,
  readers,
  reading,
  ReflectorInTime,
  retries,
  timings,
  type Reader,
} from '../support/reflector-in-time.js';

const { requestTimeout, listLimit, idleLimit, healthyPeriod, auditInterval, watchPollInterval } = timings;

/** Pauses between signs of life, long and short of what is borne. */
const anyPauses = (limit: number): fc.Arbitrary<readonly number[]> =>
  fc.array(fc.oneof(fc.integer({ min: 1, max: limit - 1 }), fc.constantFrom(limit - 1, limit, limit + 30)), { maxLength: 8 });

const placeOf = {
  listing: 'listing.requesting',
  streamed: 'streamed.filling',
  polling: 'polling.requesting',
  auditing: 'auditing.requesting',
};
const afterwards = {
  listing: 'listing.waiting',
  streamed: 'listing.waiting',
  polling: 'polling.retrying',
  auditing: 'watching.waiting',
};

/** When a read that makes progress after each of `pauses` is given up, from its beginning, and whether it was heard of too long ago. */
function endOfRead(pauses: readonly number[]): { readonly at: number; readonly isSilence: boolean } {
  let last = 0;
  for (const pause of pauses) {
    const due = Math.min(last + requestTimeout, listLimit);
    if (last + pause >= due) break;
    last += pause;
  }
  return { at: Math.min(last + requestTimeout, listLimit), isSilence: last + requestTimeout < listLimit };
}

const untilDeadline: fc.Arbitrary<{
  readonly reader: Reader;
  readonly pauses: readonly number[];
  readonly sign: 'list.progressed' | 'watch.opened';
}> = fc.record({
  reader: fc.constantFrom(...readers),
  pauses: anyPauses(requestTimeout),
  sign: fc.constantFrom('list.progressed', 'watch.opened'),
});

describe('the reflector in time', () => {
  it('RL3, RL4: a read is given up when nothing arrives for too long, or when it takes too long as a whole, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(untilDeadline, async ({ reader, pauses, sign }) => {
        const play = await reading(reader);
        const isSign = reader === 'streamed' || sign === 'list.progressed';
        const { at, isSilence } = endOfRead(isSign ? pauses : []);
        const began = play.clock.now();
        for (const pause of pauses) {
          if (play.clock.now() - began + pause >= at) break;
          await play.clock.advance(pause);
          if (isSign) play.tell(sign);
          expect(play.mirror).toBe(`${placeOf[reader]}.receiving`);
        }
        await play.clock.advance(at - 1 - (play.clock.now() - began));
        expect(play.mirror).toBe(`${placeOf[reader]}.receiving`);
        const linkBefore = play.link;
        const { request } = play.actor.getSnapshot().context;
        await play.clock.advance(1);
        expect(play.mirror).toBe(afterwards[reader]);
        const { context } = play.actor.getSnapshot();
        expect(context.spent).toBe(requestTimeout);
        expect(context.request).toBe(request + 1);
        if (reader === 'auditing') expect([play.link, context.listFailures]).toEqual([linkBefore, 0]);
        else if (linkBefore === 'connected') expect(play.link).toBe(isSilence ? 'silent' : 'connected');
        if (reader === 'streamed') {
          await play.clock.advance(retries.listRetry);
          expect(play.mirror).toBe('listing.requesting.receiving'); // page by page from now on
        }
        play.actor.stop();
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('D9, RL3: a watch is given up when it brings nothing for longer than the idle limit, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('watching', 'streamed'), anyPauses(idleLimit), async (how, pauses) => {
        const play = await following(how);
        const place = how === 'watching' ? 'watching.streaming.following' : 'streamed.synced.following';
        for (const pause of pauses.filter((one) => one < idleLimit).slice(0, 4)) {
          await play.clock.advance(pause);
          expect(play.mirror).toBe(place);
          play.tell('watch.received');
        }
        await play.clock.advance(idleLimit - 1);
        expect([play.mirror, play.link]).toEqual([place, 'connected']);
        await play.clock.advance(1);
        expect([play.mirror, play.link]).toEqual(['watching.waiting', 'silent']);
        expect(play.actor.getSnapshot().context).toMatchObject({ spent: requestTimeout, watchFailures: 1 });
        play.actor.stop();
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('R20: what failed before is forgotten when a watch has been open for a healthy period, and not before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(1, healthyPeriod - 1, healthyPeriod),
        async (failures, open) => {
          const play = await following('watching');
          for (let failure = 0; failure < failures; failure++) {
            play.tell('watch.ended', { kind: 'unavailable' });
            await play.clock.advance(retries.watchRetry);
            play.tell('watch.opened');
          }
          await play.clock.advance(open);
          expect(play.actor.getSnapshot().context.watchFailures).toBe(open < healthyPeriod ? failures : 0);
          expect(play.mirror).toBe('watching.streaming.following');
          play.actor.stop();
        },
      ),
      { seed: 1, numRuns: 30 },
    );
  });

  it('RL3: a watch that is not answered is given up when the request has taken too long', async () => {
    const play = new ReflectorInTime();
    play.actor.send({ type: 'start' });
    play.tell('list.completed');
    await play.clock.advance(requestTimeout - 1);
    expect(play.mirror).toBe('watching.streaming.opening');
    await play.clock.advance(1);
    expect([play.mirror, play.link]).toEqual(['watching.waiting', 'silent']);
    await play.clock.advance(retries.watchRetry);
    expect(play.mirror).toBe('watching.streaming.opening');
    expect(play.actor.getSnapshot().context).toMatchObject({ spent: 0, retryAfter: 0, watchFailures: 1 });
  });

  it('H32: an audit begins when it is due, counted from the list, and leads back to the watch whatever its answer', async () => {
    const answers = fc.constantFrom('taken', 'without revision', 'stale', 'unavailable');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('watching', 'streamed'), fc.array(answers, { maxLength: 4 }), async (how, outcomes) => {
        const play = await following(how);
        let stale = 0;
        let since = 0;
        for (const outcome of outcomes) {
          await quietly(play, auditInterval - 1 - (play.clock.now() - since));
          expect(play.mirror).toMatch(/following$/);
          await play.clock.advance(1);
          expect(play.mirror).toBe('auditing.pausing');
          await play.clock.advance(retries.watchRetry);
          expect(play.mirror).toBe('auditing.requesting.receiving');
          play.done.length = 0;
          if (outcome === 'taken') play.tell('list.completed', { revision: '9' });
          else if (outcome === 'without revision') play.tell('list.completed', { revision: undefined });
          else play.tell('list.failed', { kind: outcome });
          since = play.clock.now();
          stale = outcome === 'taken' ? 0 : stale + (outcome === 'stale' ? 1 : 0);
          expect(play.done).toEqual(outcome === 'taken' ? ['replaceAll'] : []);
          expect(play.actor.getSnapshot().context).toMatchObject({ staleLists: stale, listFailures: 0 });
          const isFailure = outcome === 'stale' || outcome === 'unavailable';
          expect(play.mirror).toBe(isFailure ? 'watching.waiting' : 'watching.streaming.opening');
          if (isFailure) await play.clock.advance(retries.watchRetry);
          play.tell('watch.opened');
        }
        play.actor.stop();
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('S11: without a watch everything is listed again and again, and each list is taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.boolean(), async (lists, isWatchable) => {
        const play = await reading('polling');
        for (let list = 1; list < lists; list++) {
          play.tell('list.completed', { revision: undefined });
          expect(play.mirror).toBe('polling.waiting');
          await play.clock.advance(watchPollInterval - 1);
          expect(play.mirror).toBe('polling.waiting');
          await play.clock.advance(1);
          expect(play.mirror).toBe('polling.requesting.receiving');
        }
        play.tell('list.completed', { revision: isWatchable ? '9' : undefined });
        expect(play.mirror).toBe(isWatchable ? 'watching.streaming.opening' : 'polling.waiting');
        expect(play.done).toEqual(Array.from({ length: lists + 1 }, () => 'replaceAll'));
        play.actor.stop();
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('S10: a datastore that is silent for too long is lost, wherever the mirror stands, and everything is listed again', async () => {
    const met = new Set<string>();
    for (let limit = 60; limit < 1_500; limit += 40) {
      for (const list of ['never', 'with a watch', 'without a watch'] as const) {
        const play = new ReflectorInTime({ watchRetryTimeout: limit });
        play.actor.send({ type: 'start' });
        if (list !== 'never') play.tell('list.completed', { revision: list === 'with a watch' ? '5' : undefined });
        const quiet = list === 'never' ? 'neverConnected' : 'silent';
        while (play.link !== quiet) await play.clock.advance(1);
        await play.clock.advance(limit - 1);
        expect(play.link).toBe(quiet);
        met.add(play.mirror.split('.')[0] ?? '');
        await play.clock.advance(1);
        expect(play.link).toBe('disconnected');
        expect(play.done.at(-1)).toBe('reportDisconnected');
        expect(play.mirror).toMatch(/^listing\./);
        expect(play.actor.getSnapshot().hasTag('disconnected')).toBe(true);
        play.actor.stop();
      }
    }
    expect([...met].toSorted()).toEqual(['auditing', 'listing', 'polling', 'watching']);
  });

  it('R11: everything is handed out again once in each interval, from the first list on, whatever happens meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 300 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 8 }),
        async (interval, pauses) => {
          const play = new ReflectorInTime({ redeliverInterval: interval });
          play.actor.send({ type: 'start' });
          await play.clock.advance(50);
          play.tell('list.completed');
          let elapsed = 0;
          for (const pause of pauses) {
            await play.clock.advance(pause);
            elapsed += pause;
            play.tell(play.mirror.includes('listing') ? 'list.completed' : 'watch.opened');
            expect(play.done.filter((what) => what === 'redeliver').length).toBe(Math.floor(elapsed / interval));
          }
          play.actor.stop();
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('R19: stopping is the end, from everywhere: no timer is left, and nothing is heard any more', async () => {
    const everywhere = [
      () => Promise.resolve(new ReflectorInTime()),
      ...readers.map((reader) => () => reading(reader)),
      () => following('watching'),
      () => following('streamed'),
    ];
    for (const lead of everywhere) {
      const play = await lead();
      play.actor.send({ type: 'stop' });
      expect([play.mirror, play.actor.getSnapshot().status, play.clock.pending]).toEqual(['stopped', 'done', 0]);
    }
  });

  it('S1: the tags that outsiders ask for say what the states are', async () => {
    for (const reader of readers) {
      const play = await reading(reader);
      const isMirrored = reader === 'polling' || reader === 'auditing';
      expect(play.actor.getSnapshot().hasTag('listing'), reader).toBe(!isMirrored);
      expect(play.actor.getSnapshot().hasTag('inSync'), reader).toBe(isMirrored);
      expect(play.actor.getSnapshot().hasTag(play.link as 'connected'), reader).toBe(true);
    }
    const play = await following('watching');
    const tagsNow = (): readonly string[] => [...play.actor.getSnapshot().tags].toSorted();
    expect(tagsNow()).toEqual(['connected', 'inSync']);
    await play.clock.advance(idleLimit);
    expect(tagsNow()).toEqual(['inSync', 'silent']);
    while (play.link === 'silent') await play.clock.advance(100);
    expect(play.actor.getSnapshot().hasTag('disconnected')).toBe(true);
    expect(new ReflectorInTime().actor.getSnapshot().tags.size).toBe(0);
  });
});
