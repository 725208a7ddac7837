/** L0: the reflector chart against its total table, over every pair of places of its mirror and its link. */
import { describe, expect, it } from 'vitest';
import { transition } from 'xstate';
import { reflectorMachine } from '../../machines/index.js';
import {
  linkTable,
  mirrorTable,
  type LinkHappening,
  type LinkPlace,
  type MirrorHappening,
  type MirrorPlace,
} from '../../machines/reflector.table.js';
import {
  at,
  eventOf,
  go,
  happenings,
  linkHappenings,
  linkOf,
  linkPlaces,
  mirrorOf,
  mirrorPlaces,
  request,
} from '../support/reflector-places.js';

/** What the link does with something that the mirror's table names, and the other way round. */
function linkOutcome(link: LinkPlace, happening: MirrorHappening): LinkPlace | 'ignored' {
  const as =
    happening === 'list.completed without revision'
      ? 'list.completed'
      : happening === 'watch.ended as unsupported'
        ? 'watch.ended as compacted'
        : happening;
  return linkHappenings.includes(as as LinkHappening) ? linkTable[link][as as LinkHappening] : 'ignored';
}

const cells = mirrorPlaces.flatMap((mirror) => happenings.map((happening) => ({ mirror, happening })));

describe('the total table of the reflector', () => {
  it.each(cells)('$mirror, $happening', ({ mirror, happening }) => {
    for (const link of linkPlaces) {
      const before = at(mirror, link);
      const [after, actions] = transition(reflectorMachine, before, eventOf(happening, before));
      const outcome = mirrorTable[mirror][happening];
      expect(mirrorOf(after), `with link ${link}`).toBe(outcome === 'ignored' ? mirror : outcome);
      if (mirror === 'idle' || mirror === 'stopped' || after.status === 'done') continue;
      const linked =
        happening === 'after requestTimeout' || happening === 'after idleLimit'
          ? missed(mirror, outcome, link)
          : linkOutcome(link, happening);
      expect(linkOf(after), `link ${link}`).toBe(linked === 'ignored' ? link : linked);
      if (outcome === 'ignored' && linked === 'ignored' && !(link === 'disconnected' && happening.startsWith('list.failed'))) {
        expect(after, 'ignored: the same snapshot').toBe(before);
        expect(actions).toEqual([]);
      }
    }
  });

  /** A limit that passes is a missed contact, except for the audit, which nobody needs. */
  function missed(mirror: MirrorPlace, outcome: string, link: LinkPlace): LinkPlace | 'ignored' {
    return outcome === 'ignored' || mirror === 'auditing.requesting.receiving' ? 'ignored' : linkTable[link]['contact.missed'];
  }

  it.each(linkPlaces.flatMap((link) => linkHappenings.map((happening) => ({ link, happening }))))(
    'link $link, $happening',
    ({ link, happening }) => {
      for (const mirror of mirrorPlaces) {
        if (mirror === 'idle' || mirror === 'stopped') continue;
        const before = at(mirror, link);
        const [after] = transition(reflectorMachine, before, eventOf(happening, before));
        const outcome = linkTable[link][happening];
        expect(linkOf(after), `with mirror ${mirror}`).toBe(outcome === 'ignored' ? link : outcome);
      }
    },
  );

  it('a link that is lost takes the mirror out of sync, wherever it is', () => {
    for (const mirror of mirrorPlaces) {
      if (mirror === 'idle' || mirror === 'stopped' || mirror.endsWith('following')) continue;
      for (const link of ['neverConnected', 'silent'] as const) {
        const before = at(mirror, link);
        const [after] = transition(reflectorMachine, before, eventOf('after watchRetryTimeout', before));
        expect(after.hasTag('disconnected') && after.hasTag('inSync'), mirror).toBe(false);
      }
    }
  });
});

describe('the guards of the reflector, on their other side', () => {
  it('isFirstMissing: the second answer, or one to somebody who has nothing, removes everything', () => {
    for (const changes of [{ missingAnswers: 1 }, { revision: undefined }]) {
      for (const mirror of ['listing.requesting.receiving', 'polling.requesting.receiving'] as const) {
        const { place, actions } = go(mirror, 'list.failed as missing', changes);
        expect(place).toBe('polling.missing');
        expect(actions).toContain('removeAll');
      }
    }
  });

  it('isLastErrorAtRevision: one error more than allowed, and the revision is given up', () => {
    const { place, context: after } = go('watching.streaming.following', 'watch.ended as unknown', { errorsAtRevision: 4 });
    expect(place).toBe('watching.lapsed');
    expect(after.errorsAtRevision).toBe(0);
  });

  it('isLastEmptyWatch: closed at once for the last time', () => {
    const before = at('watching.streaming.following', 'connected', { emptyWatches: 4 });
    const ended = { type: 'watch.ended', request, failure: undefined, wasOpened: true, received: 0, lasted: 10 } as const;
    expect(mirrorOf(transition(reflectorMachine, before, ended)[0])).toBe('polling.waiting');
    expect(mirrorOf(transition(reflectorMachine, before, { ...ended, received: 1 })[0])).toBe('watching.waiting');
    expect(mirrorOf(transition(reflectorMachine, before, { ...ended, lasted: 1_000 })[0])).toBe('watching.waiting');
  });

  it('canStreamLists: a list is a stream where that is wanted and not refused', () => {
    expect(go('listing.waiting', 'after listRetry', { streamsLists: true }).place).toBe('streamed.filling.receiving');
    expect(go('idle', 'start', { streamsLists: true }).place).toBe('streamed.filling.receiving');
    expect(go('streamed.filling.receiving', 'watch.ended as unsupported', { streamsLists: true })).toMatchObject({
      place: 'listing.requesting.receiving',
      context: { streamsLists: false },
    });
  });

  it('isRedelivering: the redelivery timer begins with the first list, and rings again and again', () => {
    const before = at('listing.requesting.receiving', 'connected', { redeliverInterval: 1_000 });
    const [listed] = transition(reflectorMachine, before, eventOf('list.completed', before));
    expect(listed.value).toMatchObject({ running: { redelivery: 'armed' } });
    const [again, actions] = transition(reflectorMachine, listed, {
      type: 'xstate.after.redeliverInterval.reflector.running.redelivery.armed',
    } as never);
    expect(again.value).toEqual(listed.value);
    expect(actions.map(({ type }) => type)).toContain('redeliver');
  });
});
