/** Values that are there and were never wanted, while not everything that is wanted is known. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedPlane, sorted, type Item } from './naive-southbound.js';
import { anyAdvance, anyCommit, anyDrift, anyHarshFault, Play } from './play.js';
import { Scene, type Command } from './scene.js';

const item = (v: number, ...needs: string[]) => ({ v, needs });
const full = { kind: 'fullResync' } as const;
const keeping = { kind: 'fullResync', keepsStrangers: true } as const;

function keysOf({ plane }: Play): readonly string[] {
  return [...plane.values.keys()].toSorted();
}

describe('a resync that keeps strangers', () => {
  it('V17: leaves what was never wanted, adopts what is, and deletes what is not any more; the next without it deletes the strangers', async () => {
    const play = new Play();
    for (const name of ['1', '2', '3']) play.plane.set(`/a/${name}`, item(1));
    const first = await play.commit([['/a/1', item(1)], ['/b/1', item(1)]], keeping); // prettier-ignore
    expect(first.outcome).toBe('applied');
    expect(play.operations(first.sequence).filter((text) => !text.startsWith('retrieve'))).toEqual(['create /b/1']);
    expect([play.status('/a/1'), play.status('/a/2')]).toEqual(['configured', 'obtained']);
    const second = await play.commit([['/a/3', item(2)]], keeping);
    expect(play.operations(second.sequence)).toEqual(['delete /a/1', 'delete /b/1', 'update /a/3']);
    expect(keysOf(play)).toEqual(['/a/2', '/a/3']);
    // What was wanted in this process is no stranger, however it came there.
    await play.commit([], keeping);
    expect(keysOf(play)).toEqual(['/a/2']);
    await play.commit([], full);
    expect(play.plane.values.size + play.scheduler.statuses().length).toBe(0);
  });

  it('keeps them through everything else that is not told to delete them, and knows them', async () => {
    const play = new Play();
    play.plane.set('/a/1', item(1));
    play.plane.set('/a/2', item(1));
    await play.commit([], keeping);
    await play.commit([], { kind: 'downstreamResync' });
    await play.commit([['/b/1', item(1, '/a/1')]], { kind: 'upstreamResync', keepsStrangers: true });
    expect(play.status('/b/1'), 'others can depend on them').toBe('configured');
    // Taken back, it was never wanted.
    await play.commit([['/a/1', item(2)], ['/a/3', { ...item(1), bad: true }]], { revertOnFailure: true }); // prettier-ignore
    await play.commit([['/b/1', item(1, '/a/1')], ['/a/2', null]], keeping); // prettier-ignore
    expect(play.plane.values.get('/a/1')).toEqual(item(1));
    expect(keysOf(play)).toEqual(['/a/1', '/a/2', '/b/1']);
    await play.commit([['/a/2', null]]);
    expect(keysOf(play), 'unless somebody names them').toEqual(['/a/1', '/b/1']);
    const last = await play.commit([['/b/1', item(1, '/a/1')]], { kind: 'upstreamResync' });
    expect(play.operations(last.sequence)).toEqual(['delete /b/1', 'delete /a/1']);
    expect(play.status('/b/1')).toBe('pending');
  });

  it('keeps one whose update could not be taken back', async () => {
    const play = new Play();
    play.plane.set('/a/1', item(1));
    await play.commit([['/a/3', item(1)]], keeping);
    play.plane.slowDown(10);
    play.plane.fail({ key: '/a/3', operation: 'update' });
    play.clock.setTimeout(() => play.plane.fail({ key: '/a/1', operation: 'update' }), 15); // the first has been updated
    const update = await play.commit([['/a/1', item(2)], ['/a/3', item(2)]], { revertOnFailure: true }); // prettier-ignore
    expect(play.operations(update.sequence)).toEqual(['update /a/1', 'update /a/3 failed', 'revert update /a/1 failed']);
    await play.clock.advance(10_000);
    expect(play.plane.values.get('/a/1')).toEqual(item(2));
    expect(play.status('/a/1')).toBe('obtained');
  });

  it('EL2: whatever has happened, it deletes nothing that no transaction has named, and what was wanted before goes', async () => {
    let kept = 0;
    const anyCommand = fc.oneof(anyCommit(true), anyHarshFault, anyDrift, anyAdvance, fc.constant({ do: 'restart' as const }));
    const anyKept = fc.record({ command: anyCommand, keepsStrangers: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(anyKept, { maxLength: 20, size: 'max' }), async (commands) => {
        const scene = new Scene();
        const named = new Set<string>();
        for (const { command, keepsStrangers } of commands) {
          if (command.do === 'commit') for (const [key] of command.values) named.add(key);
          const isKeeping = command.do === 'commit' && command.kind.endsWith('fullResync') && keepsStrangers;
          await scene.obey({ ...command, ...(isKeeping && { keepsStrangers }) } as Command);
        }
        scene.plane.heal();
        await scene.clock.advance(60_000);
        // One that was wanted is not any more; what else is there and not wanted may have been wanted once.
        const [dropped] = [...scene.wanted.keys()].toSorted();
        if (dropped !== undefined) scene.wanted.delete(dropped);
        const before = new Map(scene.items);
        await scene.commit(scene.wanted, keeping);
        const strangers = [...scene.items].filter(([key]) => !scene.wanted.has(key));
        expect(strangers.map(([key]) => key)).not.toContain(dropped);
        for (const [key, value] of strangers) expect(value).toEqual(before.get(key));
        const mustStay = [...before.keys()].filter((key) => !named.has(key));
        expect(strangers.map(([key]) => key)).toEqual(expect.arrayContaining(mustStay));
        kept += mustStay.length;
        const harmless = strangers.map(([key, value]) => [key, { ...value, needs: [] }] as const);
        const expected = expectedPlane(new Map<string, Item>([...harmless, ...scene.wanted]), scene.items);
        expect(sorted(scene.items).map(([key]) => key)).toEqual(sorted(expected).map(([key]) => key));
        await scene.commit(scene.wanted, full);
        expect(sorted(scene.items)).toEqual(sorted(expectedPlane(scene.wanted, scene.items)));
        scene.expectStatuses();
      }),
      { numRuns: 300 },
    );
    expect(kept).toBeGreaterThan(20);
  });
});
