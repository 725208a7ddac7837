/** The cases of ligato's kvscheduler, as far as its parts are here (EK1-EK15). */
import { describe, expect, it } from 'vitest';
import type { RetrieveRequest } from '../../../src/controller/southbound/descriptor.js';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import { sorted } from './naive-southbound.js';
import { endless, Play } from './play.js';

const item = (v: number, ...needs: string[]) => ({ v, needs });

describe('cases of kvscheduler', () => {
  it('EK1: an empty resync reads everything, does nothing, and is recorded', async () => {
    const known: RetrieveRequest['known'][] = [];
    const plane = new MemoryPlane();
    const descriptor = plane.descriptor({ name: 'a', prefix: '/a/' });
    const play = new Play({ descriptors: [{ ...descriptor, retrieve: (request) => (known.push(request.known), []) }] });
    const result = await play.commit([], { kind: 'fullResync' });
    expect(result).toEqual({ outcome: 'applied', sequence: 0, failures: [], values: [] });
    expect(known).toEqual([new Map()]);
    expect(play.scheduler.history()).toMatchObject([{ sequence: 0, kind: 'fullResync', outcome: 'applied', executed: [] }]);
  });

  it('EK2: a resync of an empty plane creates in the order of the dependencies, and an empty one deletes the other way round', async () => {
    const play = new Play();
    const values = [
      ['/a/1', item(1, '/b/1')],
      ['/a/2', item(1)],
      ['/b/1', item(1, '/a/2')],
    ] as const;
    const full = await play.commit(values, { kind: 'fullResync' });
    expect(play.operations(full.sequence)).toEqual(['create /a/2', 'create /b/1', 'create /a/1']);
    const empty = await play.commit([], { kind: 'fullResync' });
    expect(play.operations(empty.sequence)).toEqual(['delete /a/1', 'delete /b/1', 'delete /a/2']);
    expect([play.plane.values.size, play.scheduler.statuses()]).toEqual([0, []]);
  });

  it('EK3: a resync of a plane that is not empty updates, recreates and deletes what it finds', async () => {
    const play = new Play();
    play.plane.set('/a/1', item(9));
    play.plane.set('/a/2', item(1));
    play.plane.set('/a/3', item(9));
    play.plane.set('/b/1', item(9));
    const values = [
      ['/a/1', item(1)],
      ['/a/2', item(1)],
      ['/b/1', item(1)],
      ['/b/2', item(1, '/b/9')],
    ] as const;
    const { sequence, values: reports } = await play.commit(values, { kind: 'fullResync' });
    const done = play.operations(sequence).filter((text) => !text.startsWith('retrieve'));
    expect(done).toEqual(['delete /a/3', 'delete /b/1', 'create /b/1', 'update /a/1']);
    expect(reports.map(({ status }) => status)).toEqual(['configured', 'configured', 'configured', 'pending']);
  });

  it('EK4: what the plane has of its own survives a resync, and others can depend on it', async () => {
    const play = new Play();
    play.plane.set('/a/1', item(1), { isObtained: true });
    const { sequence } = await play.commit([['/b/1', item(1, '/a/1')]], { kind: 'fullResync' });
    expect(play.operations(sequence)).toEqual(['retrieve /a/1', 'create /b/1']);
    expect(play.status('/a/1')).toBe('obtained');
    // When somebody wants it, it is his; and gone, when nobody wants it any more.
    await play.commit([['/a/1', item(2)]]);
    expect(play.status('/a/1')).toBe('configured');
    await play.commit([], { kind: 'fullResync' });
    expect(play.plane.values.size).toBe(0);
  });

  it('EK5: descriptors are read in the order in which they ask for it', async () => {
    const plane = new MemoryPlane();
    const descriptors = [
      plane.descriptor({ name: 'first', prefix: '/1/', retrieveAfter: ['third'] }),
      plane.descriptor({ name: 'second', prefix: '/2/' }),
      plane.descriptor({ name: 'third', prefix: '/3/', retrieveAfter: ['second'] }),
    ];
    const play = new Play({ descriptors });
    await play.commit([], { kind: 'fullResync' });
    expect(plane.calls.map(({ key }) => key)).toEqual(['second', 'third', 'first']);
  });

  it('EK6: what fails in a resync is retrying, and the retry puts it right', async () => {
    const play = new Play();
    play.plane.fail({ key: '/a/1', operation: 'create' });
    const retry = { delay: 3_000, maxAttempts: 2, exponential: true };
    const { outcome, failures } = await play.commit([['/a/1', item(1)]], { kind: 'fullResync', retry });
    expect([outcome, failures.length, play.status('/a/1')]).toEqual(['partlyApplied', 1, 'retrying']);
    await play.clock.advance(2_999);
    expect(play.status('/a/1')).toBe('retrying');
    await play.clock.advance(1);
    expect(play.events).toEqual([{ type: 'value', report: { key: '/a/1', status: 'configured' } }]);
    expect(play.scheduler.history().at(-1)).toMatchObject({ kind: 'retry', retryFor: 0, attempt: 1, outcome: 'applied' });
  });

  it('EK7: what waits is created by the transaction that brings what it waits for, and waits again when that goes', async () => {
    const play = new Play();
    await play.commit([['/a/1', item(1, '/b/1')]]);
    expect(play.scheduler.dump()).toMatchObject([{ key: '/a/1', status: 'pending', missing: ['/b/1'] }]);
    const come = await play.commit([['/b/1', item(1)]]);
    expect(play.operations(come.sequence)).toEqual(['create /b/1', 'create /a/1']);
    const recreated = await play.commit([['/b/1', item(2)]]);
    expect(play.operations(recreated.sequence)).toEqual(['delete /a/1', 'delete /b/1', 'create /b/1', 'create /a/1']);
    const go = await play.commit([['/b/1', null]]);
    expect(play.operations(go.sequence)).toEqual(['delete /a/1', 'delete /b/1']);
    expect([play.status('/a/1'), play.status('/b/1')]).toEqual(['pending', 'removed']);
  });

  it('EK8: a failure in the middle is read again, and everything is undone from the last to the first', async () => {
    const play = new Play();
    const before = [
      ['/a/1', item(1)],
      ['/a/2', item(1)],
      ['/b/1', item(1)],
    ] as const;
    await play.commit(before);
    play.plane.fail({ key: '/a/2', operation: 'update', mode: 'loseAnswer' });
    const changes = before.map(([key]) => [key, item(2)] as const);
    const result = await play.commit([...changes, ['/c/1', item(1)]], { revertOnFailure: true });
    expect(result.outcome).toBe('reverted');
    expect(result.failures).toMatchObject([{ key: '/a/2', owner: '/a/2', operation: 'update', isRevert: false }]);
    expect(play.operations(result.sequence)).toEqual([
      'delete /b/1',
      'create /b/1',
      'create /c/1',
      'update /a/1',
      'update /a/2 failed',
      'revert retrieve /a/2',
      'revert update /a/2',
      'revert update /a/1',
      'revert delete /c/1',
      'revert delete /b/1',
      'revert create /b/1',
    ]);
    expect(sorted(play.plane.values)).toEqual(before);
    expect(play.scheduler.statuses().map(({ status }) => status)).toEqual(['configured', 'configured', 'configured']);
  });

  it('EK9: values that need each other come together; when one cannot be taken away the others wait, and it is back when wanted', async () => {
    const play = new Play();
    const circle = [
      ['/a/1', item(1, '/a/2')],
      ['/a/2', item(1, '/a/3')],
      ['/a/3', item(1, '/a/1', '/b/1')],
    ] as const;
    await play.commit(circle);
    expect(play.scheduler.statuses().map(({ status }) => status)).toEqual(['pending', 'pending', 'pending']);
    const whole = await play.commit([['/b/1', item(1)]]);
    expect(play.operations(whole.sequence)).toEqual(['create /b/1', 'create /a/1', 'create /a/2', 'create /a/3']);
    play.plane.fail({ key: '/a/2', operation: 'delete', mode: 'refuse' });
    const broken = await play.commit([['/a/3', null]]);
    expect(broken.outcome).toBe('partlyApplied');
    expect(['/a/1', '/a/2', '/a/3'].map((key) => play.status(key))).toEqual(['configured', 'failed', 'removed']); // its need is there
    await play.commit([circle[1], circle[2]]);
    expect(['/a/1', '/a/2', '/a/3'].map((key) => play.status(key))).toEqual(['configured', 'configured', 'configured']);
  });

  it('EK11, EH47: when a recreation fails halfway, the value is known to be gone, and is created again', async () => {
    const play = new Play();
    await play.commit([['/b/1', item(1)]]);
    play.plane.fail({ key: '/b/1', operation: 'create' });
    const { sequence } = await play.commit([['/b/1', item(2)]]);
    expect(play.operations(sequence)).toEqual(['delete /b/1', 'create /b/1 failed']);
    expect(play.scheduler.dump()).toMatchObject([{ status: 'retrying', wanted: item(2), retry: { attempt: 1, in: 1_000 } }]);
    expect(play.scheduler.dump()[0]).not.toHaveProperty('actual');
    await play.clock.advance(1_000);
    expect(play.plane.values.get('/b/1')).toEqual(item(2));
  });

  it('EK13: values that fail in one transaction are retried as their own transactions want it', async () => {
    const play = new Play();
    const slow = { delay: 3_000, maxAttempts: 1, exponential: false };
    await play.commit([['/b/1', item(1, '/a/1')]], { retry: slow });
    play.plane.fail({ operation: 'create', key: '/b/1' });
    play.plane.fail({ operation: 'create', key: '/c/1' });
    await play.commit([['/a/1', item(1)], ['/c/1', item(1)]], { retry: { ...slow, delay: 1_000 } }); // prettier-ignore
    expect(play.scheduler.dump().map(({ key, retry }) => [key, retry?.in])).toEqual([
      ['/a/1', undefined],
      ['/b/1', 3_000],
      ['/c/1', 1_000],
    ]);
    await play.clock.advance(3_000);
    expect(play.scheduler.history().map(({ kind, retryFor }) => [kind, retryFor])).toEqual([
      ['update', undefined],
      ['update', undefined],
      ['retry', 1],
      ['retry', 0],
    ]);
  });

  it.each([1, 10, 100, 1_000])('EK14: %i values that need each other in a chain come and go in order', async (size) => {
    const play = new Play();
    const key = (index: number): string => `/a/${String(index).padStart(5, '0')}`;
    const chain = Array.from(
      { length: size },
      (_, index) => [key(index), item(1, ...(index + 1 < size ? [key(index + 1)] : []))] as const,
    );
    const come = await play.commit(chain);
    const keysDown = chain.map(([one]) => one).toReversed();
    expect(play.operations(come.sequence)).toEqual(keysDown.map((one) => `create ${one}`));
    const go = await play.commit([[key(size - 1), null]]);
    expect(play.operations(go.sequence)).toEqual(keysDown.toReversed().map((one) => `delete ${one}`));
  });

  it('EK15: what is recorded can be read again from JSON', async () => {
    const play = new Play();
    await play.commit([['/a/1', item(1)]], { retry: endless });
    const [record] = play.scheduler.history();
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });
});
