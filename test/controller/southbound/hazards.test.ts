/** What schedulers have got wrong: the hazards EH46-EH60, and what the original really did (V5, V10, V17, V18, V21, V22). */
import { describe, expect, it } from 'vitest';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import { Play } from './play.js';

const item = (v: number, ...needs: string[]) => ({ v, needs });
const bad = { ...item(9), bad: true };

describe('hazards of the scheduler', () => {
  it('EH46, V5: a failure of a value of another transaction reverts nothing, and that value is tried again', async () => {
    const play = new Play();
    await play.commit([['/b/1', item(1, '/a/1')]]);
    play.plane.fail({ key: '/b/1', operation: 'create' });
    const result = await play.commit([['/a/1', item(1)]], { revertOnFailure: true });
    expect(result).toMatchObject({ outcome: 'partlyApplied', values: [{ key: '/a/1', status: 'configured' }] });
    expect(result.failures.map(({ key, owner, isRevert }) => [key, owner, isRevert])).toEqual([['/b/1', '/b/1', false]]);
    expect(play.events).toMatchObject([{ report: { key: '/b/1', status: 'retrying' } }]);
    await play.clock.advance(1_000);
    expect(play.plane.values.has('/b/1')).toBe(true);
  });

  it('V10: when the revert fails too, it says so, and what is left is brought back by retries', async () => {
    const play = new Play();
    await play.commit([['/a/1', item(1)], ['/a/2', item(1)]]); // prettier-ignore
    play.plane.fail({ key: '/c/1', operation: 'delete' });
    const failing = await play.commit([['/c/1', item(1)], ['/c/2', bad]], { revertOnFailure: true }); // prettier-ignore
    expect(failing).toMatchObject({ outcome: 'revertFailed', failures: [{ key: '/c/2' }, { key: '/c/1', isRevert: true }] });
    expect([play.status('/c/1'), play.status('/c/2')]).toEqual(['retrying', 'removed']);
    await play.clock.advance(1_000);
    expect([...play.plane.values.keys()]).toEqual(['/a/1', '/a/2']);
  });

  it('EH48, EH49, V21: a failed deletion or update leaves what is there known, and the next deletion is given it', async () => {
    const play = new Play();
    await play.commit([['/a/1', item(1)]]);
    play.plane.fail({ key: '/a/1', operation: 'update', mode: 'refuse' });
    await play.commit([['/a/1', item(2)]]);
    expect(play.scheduler.dump()).toMatchObject([{ status: 'failed', wanted: item(2), actual: item(1) }]);
    play.plane.fail({ key: '/a/1', operation: 'delete', mode: 'refuse' });
    const failed = await play.commit([['/a/1', null]]);
    expect(failed).toMatchObject({ outcome: 'partlyApplied', values: [{ key: '/a/1', status: 'failed' }] });
    expect(play.scheduler.dump()).toMatchObject([{ status: 'failed', actual: item(1) }]);
    // A deletion that fails again is a failure again.
    play.plane.fail({ key: '/a/1', operation: 'delete', mode: 'refuse' });
    expect((await play.commit([], { kind: 'fullResync' })).failures).toMatchObject([{ key: '/a/1', operation: 'delete' }]);
    await play.commit([], { kind: 'fullResync' });
    expect(play.plane.calls.filter(({ operation }) => operation === 'delete').map(({ value }) => value)).toEqual([
      item(1),
      item(1),
      item(1),
    ]);
    expect(play.scheduler.statuses()).toEqual([]);
  });

  it('EH49, V22: the value that is wanted is validated; an invalid one replaces nothing, and is not tried again', async () => {
    const play = new Play();
    await play.commit([['/a/1', item(1)]]);
    const result = await play.commit([['/a/1', bad]]);
    expect(result).toMatchObject({
      outcome: 'partlyApplied',
      failures: [{ operation: 'validate' }],
      values: [{ status: 'invalid' }],
    });
    expect(play.plane.values.get('/a/1')).toEqual(item(1));
    expect(play.clock.pending).toBe(0);
    await play.commit([['/a/1', null]]);
    expect(play.plane.calls.at(-1)).toEqual({ operation: 'delete', key: '/a/1', value: item(1) });
  });

  it('EH50: what waited is created as it was wanted last', async () => {
    const play = new Play();
    await play.commit([['/b/1', item(1, '/a/1')]]);
    await play.commit([['/b/1', item(2, '/a/1')]]);
    const both = await play.commit([['/a/1', item(1)], ['/b/1', item(5, '/a/1')]]); // prettier-ignore
    expect(play.operations(both.sequence)).toEqual(['create /a/1', 'create /b/1']);
    expect(play.plane.values.get('/b/1')).toEqual(item(5, '/a/1'));
  });

  it('EH51: the verification reports what is not as it should be, and believes nothing of it', async () => {
    const plane = new MemoryPlane();
    const descriptor = plane.descriptor({ name: 'a', prefix: '/a/' });
    // What is said to be created is not there.
    const play = new Play({ verify: true, descriptors: [{ ...descriptor, create: () => {} }] });
    const result = await play.commit([['/a/2', item(1)]]);
    expect(result).toMatchObject({ outcome: 'partlyApplied', failures: [{ key: '/a/2', operation: 'retrieve' }] });
    expect(result.failures[0]?.error.message).toContain('is expected to be there, and is not');
    expect(play.scheduler.dump('/a/2')).toMatchObject([{ status: 'configured', actual: item(1) }]);
  });

  it('EH53: a retry never brings back what has been superseded', async () => {
    const play = new Play();
    play.plane.fail({ key: '/a/1', operation: 'create' });
    await play.commit([['/a/1', item(1)]]);
    await play.clock.advance(999);
    await play.commit([['/a/1', item(2)]]);
    await play.clock.advance(10_000);
    expect(play.plane.values.get('/a/1')).toEqual(item(2));
    expect(play.scheduler.history().map(({ kind }) => kind)).toEqual(['update', 'update']);
  });

  it('EH53: a retry that was waiting in the line is void when another transaction before it has failed anew', async () => {
    const play = new Play();
    play.plane.fail({ key: '/a/1', operation: 'create', times: 2 });
    await play.commit([['/a/1', item(1)]]);
    await play.clock.advance(980);
    play.plane.slowDown(50);
    // The first is under way when the retry is due; the second fails, and is to be retried at 2,080 ms.
    await Promise.all([play.commit([['/c/1', item(1)]]), play.commit([['/a/1', item(2)]])]);
    await play.clock.advance(500);
    expect(play.scheduler.history().map(({ kind }) => kind)).toEqual(['update', 'update', 'update']);
    expect(play.scheduler.dump('/a/1')).toMatchObject([{ status: 'retrying', retry: { attempt: 1 } }]);
    await play.clock.advance(1_000);
    expect(play.scheduler.history().at(-1)).toMatchObject({ kind: 'retry', retryFor: 2 });
    expect(play.plane.values.get('/a/1')).toEqual(item(2));
  });

  it('EH49: what goes back to pending after a failed update is deleted as it is there, not as it is wanted', async () => {
    const play = new Play();
    await play.commit([['/a/1', item(1, '/b/1')], ['/b/1', item(1)]]); // prettier-ignore
    play.plane.fail({ key: '/a/1', operation: 'update', mode: 'refuse' });
    await play.commit([['/a/1', item(2, '/b/1')]]);
    await play.commit([['/b/1', null]]);
    const deletions = play.plane.calls.filter(({ operation }) => operation === 'delete');
    expect(deletions.map(({ key, value }) => [key, value])).toEqual([['/a/1', item(1, '/b/1')], ['/b/1', item(1)]]); // prettier-ignore
    expect(play.status('/a/1')).toBe('pending');
  });

  it('EH54: the log keeps the newest, by count and by age', async () => {
    const play = new Play({ maxTransactions: 3, ageLimit: 1_000 });
    for (let index = 0; index < 5; index++) await play.commit([['/a/1', item(index)]]);
    expect(play.scheduler.history().map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
    expect([1, 4].map((sequence) => play.scheduler.getRecordedTransaction(sequence)?.sequence)).toEqual([undefined, 4]);
    await play.clock.advance(1_001);
    expect(play.scheduler.history()).toEqual([]);
  });

  it('EH58: a commit says how each value is, and one can wait until nothing is going to be tried again', async () => {
    const play = new Play();
    play.plane.fail({ key: '/a/1', operation: 'create', times: 2 });
    const values = [['/a/1', item(1)], ['/a/2', item(1, '/a/9')], ['/a/3', item(1)]] as const; // prettier-ignore
    const { values: reports } = await play.commit(values);
    expect(reports.map(({ status }) => status)).toEqual(['retrying', 'pending', 'configured']);
    let isSettled = false;
    const abort = new AbortController();
    const gaveUp = play.scheduler.whenSettled({ signal: abort.signal }).catch((reason: unknown) => reason);
    abort.abort('enough');
    expect(await gaveUp).toBe('enough');
    void play.scheduler.whenSettled().then(() => (isSettled = true));
    await play.clock.advance(2_999);
    expect(isSettled).toBe(false);
    await play.clock.advance(1);
    expect([isSettled, play.status('/a/1')]).toEqual([true, 'configured']);
  });

  it('EH59: a plane that has started anew is told of, and a downstream resync fills it again', async () => {
    const play = new Play();
    await play.commit([['/a/1', item(1)], ['/b/1', item(1, '/a/1')]], { kind: 'fullResync' }); // prettier-ignore
    const before = [...play.plane.values];
    play.plane.restart();
    play.scheduler.restored();
    expect(play.events).toEqual([{ type: 'restored' }]);
    expect((await play.commit([], { kind: 'downstreamResync' })).outcome).toBe('applied');
    expect([...play.plane.values]).toEqual(before);
  });

  it('EH60: an equality of the descriptor decides what is the same', async () => {
    const play = new Play();
    const descriptor = play.plane.descriptor({
      name: 'a',
      prefix: '/a/',
      equals: (_key, a, b) => Math.abs(Number(a) - Number(b)) < 10,
    });
    const other = new Play({ descriptors: [descriptor] });
    play.plane.set('/a/1', 1_500);
    const { sequence } = await other.commit([['/a/1', 1_505]], { kind: 'fullResync' });
    expect(other.operations(sequence)).toEqual(['retrieve /a/1']);
    expect(other.status('/a/1')).toBe('configured');
  });

  it('V17: a downstream resync before anything was wanted deletes nothing', async () => {
    const play = new Play();
    play.plane.set('/a/1', item(1));
    const first = await play.commit([], { kind: 'downstreamResync' });
    expect([first.outcome, play.operations(first.sequence)]).toEqual(['applied', []]);
    // Nor does one after an update: what else is wanted has not been said.
    await play.commit([['/a/2', item(1)]]);
    await play.commit([], { kind: 'downstreamResync' });
    expect([...play.plane.values.keys()].toSorted()).toEqual(['/a/1', '/a/2']);
    // After a resync that said everything, it is a stranger.
    await play.commit([['/a/2', item(1)]], { kind: 'fullResync' });
    expect([...play.plane.values.keys()]).toEqual(['/a/2']);
  });

  it('V18: when a retry has put it right, whoever plans to heal is told', async () => {
    const play = new Play();
    play.plane.fail({ key: '/a/1', operation: 'create' });
    await play.commit([['/a/1', item(1)]]);
    await play.clock.advance(1_000);
    expect(play.events).toEqual([{ type: 'value', report: { key: '/a/1', status: 'configured' } }]);
  });
});
