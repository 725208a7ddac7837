/** What stands below a scheduler starts anew (EH59). */
import { describe, expect, it } from 'vitest';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import { pause } from '../../../src/ports/clock.js';
import { Play } from './play.js';

const item = (v: number, ...needs: string[]) => ({ v, needs });

function restartIn(play: Play, delay: number, plane: MemoryPlane = play.plane): void {
  play.clock.setTimeout(() => {
    plane.restart();
    play.scheduler.restored();
  }, delay);
}

describe('a new start of what stands below', () => {
  it.each(['downstreamResync', 'fullResync'] as const)(
    'EH59: what cannot be read back is created again after a new start, by a %s, with what needs it',
    async (kind) => {
      const play = new Play();
      const values = [['/a/1', item(1, '/c/1')], ['/c/1', item(1)], ['/c/2', item(1, '/a/1')]] as const; // prettier-ignore
      await play.commit(values, { kind: 'fullResync' });
      play.plane.restart();
      play.scheduler.restored();
      const again = await play.commit(kind === 'fullResync' ? values : [], { kind });
      expect(again).toMatchObject({ outcome: 'applied', failures: [] });
      expect([...play.plane.values.keys()].toSorted()).toEqual(['/a/1', '/c/1', '/c/2']);
      expect(play.scheduler.statuses().map(({ status }) => status)).toEqual(['configured', 'configured', 'configured']);
    },
  );

  it('EH59: what was lost while a transaction took away what needs it is not deleted a second time', async () => {
    const play = new Play();
    await play.commit([['/c/1', item(1)], ['/c/2', item(1, '/c/1')]], { kind: 'fullResync' }); // prettier-ignore
    play.plane.slowDown(10);
    restartIn(play, 5);
    const { failures } = await play.commit([['/c/1', null]]);
    expect(
      failures.map(({ key, operation }) => [key, operation]),
      'was under way',
    ).toEqual([['/c/2', 'delete']]);
    expect(play.plane.calls.filter(({ key, operation }) => operation === 'delete' && key === '/c/1')).toEqual([]);
    await play.clock.advance(10_000);
    expect([play.status('/c/1'), play.status('/c/2')]).toEqual(['removed', 'pending']);
    await play.commit([['/c/1', item(2)]]);
    expect([...play.plane.values.keys()].toSorted()).toEqual(['/c/1', '/c/2']);
  });

  it('EH59: what was lost while it was looked at is created, and not updated', async () => {
    const plane = new MemoryPlane();
    const descriptor = plane.descriptor({ name: 'c', prefix: '/c/', canRetrieve: false });
    const play: Play = new Play({
      descriptors: [{ ...descriptor, dependencies: () => pause(play.clock, 10).then(() => []) }],
    });
    await play.commit([['/c/1', item(1)]]);
    restartIn(play, 5, plane);
    const { sequence, outcome } = await play.commit([['/c/1', item(2)]]);
    expect([outcome, play.operations(sequence), plane.values.get('/c/1')]).toEqual(['applied', ['create /c/1'], item(2)]);
  });
});
