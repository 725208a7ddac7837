import { describe, expect, it } from 'vitest';
import { FaultyClock } from '../../src/ports/faulty-clock.js';

describe('a faulty clock', () => {
  it('waits for promises, however many hops, and for ticks that it is told of', async () => {
    const clock = new FaultyClock();
    let hops = 0;
    void (async () => {
      for (; hops < 500; hops++) await Promise.resolve();
    })();
    await clock.settle();
    expect(hops).toBe(500);
    let ticks = 0;
    const tick = (): void => {
      if (++ticks === 20) return;
      clock.noticeTick();
      process.nextTick(() => void Promise.resolve().then(tick));
    };
    tick();
    await clock.settle();
    expect(ticks).toBe(20);
  });

  it('K1: has a wall clock that can be set, by which nothing is decided', async () => {
    const clock = new FaultyClock(1_000);
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.now()), 100);
    clock.jumpWall(-500);
    expect(clock.wallNow()).toBe(500);
    await clock.advance(200);
    expect([fired, clock.now(), clock.wallNow()]).toEqual([[100], 200, 700]);
  });

  it('K2: fires what was due during a pause at the end of it, in order, and counts on from there', async () => {
    const clock = new FaultyClock();
    const fired: string[] = [];
    const note = (name: string) => (): void => void fired.push(`${name} at ${clock.now()}`);
    clock.setTimeout(note('second'), 200);
    clock.setTimeout(() => {
      note('first')();
      clock.setTimeout(note('armed after the pause'), 50);
    }, 100);
    clock.setTimeout(note('after it'), 1_500);
    clock.pauseProcess(1_000);
    await clock.runTo(2_000, () => {});
    expect(fired).toEqual(['first at 1000', 'second at 1000', 'armed after the pause at 1050', 'after it at 1500']);
    expect([clock.now(), clock.fired, clock.pending]).toEqual([2_000, 4, 0]);
  });

  it('K3: is late when it is told to be, never early', async () => {
    const clock = new FaultyClock();
    const fired: number[] = [];
    clock.setLateness(() => 30);
    const late = clock.setTimeout(() => fired.push(clock.now()), 100);
    clock.setLateness(undefined);
    clock.setTimeout(() => fired.push(clock.now()), 110);
    expect(clock.pending).toBe(2);
    await clock.advance(1_000);
    expect(fired).toEqual([110, 130]);
    clock.clearTimeout(late); // which has fired, and is nobody's any more
  });

  it('lets the rest of the process run from time to time', async () => {
    const breaths: boolean[] = [];
    const clock = new FaultyClock(0, (isBreathing) => breaths.push(isBreathing));
    let ran = false;
    setImmediate(() => (ran = true));
    for (let n = 0; n < 2_001; n++) await clock.settle();
    expect([ran, breaths]).toEqual([true, [true, false]]);
  });
});
