/** Update processors by example: Calico's cases, and what the syncer promises to anybody's. */
import { describe, expect, it } from 'vitest';
import { claimByKey, mapKV, type KVChange, type ResourceType, type SyncerUpdateProcessor } from '../../src/index.js';
import { added, deleted, listOf, modified, openBench, pair } from '../support/bench.js';

describe('ready-made processors', () => {
  it("the cases of Calico's conflict resolver (its IP pool tests)", () => {
    const pools = claimByKey<{ readonly cidr: string }>(({ value }) => {
      if (value.cidr === 'bad') throw new Error('no CIDR');
      return `/pool/${value.cidr}`;
    });
    pools.onSyncerStarting();
    const put = (name: string, cidr: string) => pools.process({ key: `/pools/${name}`, value: { cidr } });
    const remove = (name: string) => pools.process({ key: `/pools/${name}`, value: null });
    const short = (answer: ReturnType<typeof put>) =>
      ('error' in answer ? [] : answer).map(({ key, source, value }) => (value === null ? `-${key}` : `${key} by ${source}`));
    expect(short(put('1', 'A'))).toEqual(['/pool/A by /pools/1']);
    expect(short(put('2', 'A')), 'a second claim changes nothing').toEqual(['/pool/A by /pools/1']);
    expect(short(put('1', 'B')), 'the winner moves: the other is promoted').toEqual(['/pool/A by /pools/2', '/pool/B by /pools/1']);
    expect(short(put('1', 'A')), 'and back').toEqual(['-/pool/B', '/pool/A by /pools/1']);
    expect(short(remove('1')), 'the winner goes').toEqual(['/pool/A by /pools/2']);
    expect(short(remove('2')), 'the last goes').toEqual(['-/pool/A']);
    expect(short(remove('2')), 'a name that is unknown').toEqual([]);
    put('3', 'C');
    expect(() => put('3', 'bad'), 'what cannot be converted').toThrow('no CIDR');
    expect(short(remove('3')), 'keeps what it claimed').toEqual(['-/pool/C']);
  });
});

describe('what the syncer promises to processors', () => {
  it('H18: the order of a list makes no difference, and nothing flickers while it is replayed', async () => {
    const lastWins: SyncerUpdateProcessor = {
      process: ({ value, revision }) => [{ key: '/out/only', value, ...(revision === undefined ? {} : { revision }) }],
      onSyncerStarting: () => {},
    };
    for (const order of [
      [1, 2, 3],
      [3, 1, 2],
      [2, 3, 1],
    ]) {
      const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor: lastWins }] });
      client.onList('a', listOf(10, ...order.map((name) => pair('a', String(name), name))));
      client.onWatch('a', 'opened');
      await clock.settle();
      expect(recorder.take().slice(2)).toEqual(['new /out/only', 'status inSync']);
      expect(recorder.picture.get('/out/only')?.value).toBe('3@3');
      await end();
    }
  });

  it('H19: a handover between two objects of one revision is told', async () => {
    const updateProcessor = claimByKey(() => '/winner/is');
    const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    client.onList('a', listOf(10, pair('a', '1', 5, 'one'), pair('a', '2', 5, 'two')));
    client.onWatch('a', 'opened');
    await clock.settle();
    client.send('a', deleted(pair('a', '1', 5), 11));
    await clock.settle();
    expect(recorder.take().at(-1)).toBe('updated /winner/is');
    expect(recorder.updates.at(-1)).toMatchObject({ value: 'two', source: '/a/2' });
    await end();
  });

  it('H20: of two resource types that show one key the first is shown, the collision is told once, and the other takes over', async () => {
    const into = (key: string): Partial<ResourceType> => ({
      updateProcessor: mapKV({ key: () => key, value: ({ value }) => value }),
    });
    const types: ResourceType[] = [
      { list: { kind: 'a' }, ...into('/out/x') },
      { list: { kind: 'b' }, ...into('/out/x') },
    ];
    const { client, clock, recorder, end } = await openBench({ types });
    client.onList('b', listOf(10, pair('b', '1', 1, 'second')));
    client.onWatch('b', 'opened');
    await clock.settle();
    client.onList('a', listOf(10, pair('a', '1', 2, 'first')));
    client.onWatch('a', 'opened');
    await clock.settle();
    expect(recorder.take().slice(2)).toEqual(['new /out/x', 'updated /out/x', 'problem keyCollision', 'status inSync']);
    expect(recorder.picture.get('/out/x')?.value).toBe('first');
    client.send('b', modified(pair('b', '1', 11, 'hidden')));
    await clock.settle();
    expect(recorder.take()).toEqual([]);
    client.send('a', deleted(pair('a', '1', 2), 12));
    await clock.settle();
    expect(recorder.take()).toEqual(['updated /out/x']);
    expect(recorder.picture.get('/out/x')?.value).toBe('hidden');
    client.send('b', deleted(pair('b', '1', 11), 13));
    await clock.settle();
    expect(recorder.take()).toEqual(['deleted /out/x']);
    await end();
  });

  it('H22: a processor begins anew with each list that succeeds, and only with those', async () => {
    let starts = 0;
    const counting = new Map<string, number>();
    const updateProcessor: SyncerUpdateProcessor = {
      onSyncerStarting: () => {
        starts++;
        counting.clear();
      },
      process: ({ key, value }) => {
        counting.set(key, (counting.get(key) ?? 0) + 1);
        return [{ key, value: value === null ? null : counting.get(key) }];
      },
    };
    const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    client.onList('a', new Error('1'), new Error('2'), listOf(10, pair('a', '1', 1)));
    client.onWatch('a', 'opened');
    await clock.advance(2_000);
    expect(starts).toBe(1);
    client.send('a', modified(pair('a', '1', 11)));
    await clock.settle();
    expect(recorder.picture.get('/a/1')?.value).toBe(2);
    client.end('a');
    client.onWatch('a', new Error('x'), new Error('x'), new Error('x'), new Error('x'), new Error('x'), 'opened');
    client.onList('a', new Error('3'), listOf(12, pair('a', '1', 11)));
    await clock.advance(20_000);
    expect(starts).toBe(2);
    expect(recorder.picture.get('/a/1')?.value).toBe(1);
    await end();
  });

  it.each(['keepLast', 'delete'] as const)('H23, R17: a throw costs nobody but the object it is for (%s)', async (onMalformed) => {
    const updateProcessor = mapKV<unknown, unknown>({
      value: ({ value }) => {
        if (value === 'poison') throw new Error('cannot convert');
        return value;
      },
    });
    const { client, clock, recorder, end } = await openBench({
      types: [{ list: { kind: 'a' }, updateProcessor, onMalformed }, 'b'],
    });
    client.onList('a', listOf(10, pair('a', '1', 1, 'good'), pair('a', '2', 2, 'poison'), pair('a', '3', 3, 'good')));
    client.onList('b', listOf(10));
    client.onWatch('a', 'opened');
    await clock.settle();
    expect(recorder.take().slice(2)).toEqual(['new /a/1, new /a/3', 'problem processorFailed', 'status inSync']);
    client.send('a', modified(pair('a', '1', 11, 'poison')), added(pair('a', '4', 12, 'good')));
    await clock.settle();
    expect(recorder.take()).toEqual([
      onMalformed === 'keepLast' ? 'new /a/4' : 'deleted /a/1, new /a/4',
      'problem processorFailed',
    ]);
    client.end('a', Object.assign(new Error('x'), { code: 'x' }));
    client.onWatch('a', ...Array.from({ length: 4 }, () => new Error('x')));
    client.onList('a', listOf(20, pair('a', '1', 11, 'poison'), pair('a', '4', 12, 'good')));
    await clock.advance(10_000);
    expect(recorder.picture.has('/a/1')).toBe(onMalformed === 'keepLast');
    expect(recorder.picture.has('/a/3')).toBe(false);
    await end();
  });

  it('what a processor answers is checked: an illegal key, a value that is no data, an answer that is none', async () => {
    const answers: unknown[] = [
      [{ key: 'no-slash', value: 1 }],
      [{ key: '/out/x', value: () => 1 }],
      undefined,
      [{ key: '/out/ok', value: 1 }],
    ];
    const updateProcessor: SyncerUpdateProcessor = {
      process: () => answers.shift() as readonly KVChange[],
      onSyncerStarting: () => {
        throw new Error('no start either');
      },
    };
    const { client, clock, recorder, end } = await openBench({ types: [{ list: { kind: 'a' }, updateProcessor }] });
    client.onList('a', listOf(10, pair('a', '1', 1), pair('a', '2', 2), pair('a', '3', 3), pair('a', '4', 4)));
    await clock.settle();
    expect([...recorder.picture.keys()]).toEqual(['/out/ok']);
    expect(recorder.problems.map(({ kind }) => kind)).toEqual(Array.from({ length: 4 }, () => 'processorFailed'));
    await end();
  });
});
