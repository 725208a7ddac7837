/** When the folder is looked at: after hints, when it is time, never twice at once, and not all the time. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { LookLoop } from '../../../src/datastore/directory/look-loop.js';
import { pause } from '../../../src/ports/clock.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

/** A loop whose looks take `duration`, and when each began. */
function start(duration = 0, interval = Infinity) {
  const clock = new SimulatedClock();
  const looks: number[] = [];
  const loop = new LookLoop(clock, 100, async () => {
    looks.push(clock.now());
    if (duration > 0) await pause(clock, duration);
    return clock.now() + interval;
  });
  onTestFinished(async () => {
    const closed = loop.close();
    await clock.advance(1e6);
    await closed;
  });
  loop.start();
  loop.start();
  return { clock, loop, looks };
}

describe('a look', () => {
  it('is taken at once, and then when the one before says', async () => {
    const { clock, looks } = start(0, 1_000);
    await clock.advance(2_500);
    expect(looks).toEqual([0, 1_000, 2_000]);
  });

  it('follows a hint at once', async () => {
    const { clock, loop, looks } = start();
    await clock.advance(5_000);
    loop.hint();
    await clock.advance(50);
    expect(looks).toEqual([0, 5_000]);
  });

  it('is not moved by a hint shortly before it', async () => {
    const { clock, loop, looks } = start(0, 200);
    await clock.advance(110);
    loop.hint();
    await clock.advance(50);
    expect(looks).toEqual([0]);
    await clock.advance(40);
    expect(looks).toEqual([0, 200]);
  });

  it('is followed by another when there was a hint meanwhile', async () => {
    const { clock, loop, looks } = start(30);
    await clock.advance(10);
    loop.hint();
    await clock.advance(1_000);
    expect(looks).toEqual([0, 130]);
  });

  it('is followed by a rest as long as itself, up to a second, whatever hints there are', async () => {
    const { clock, loop, looks } = start(400);
    for (let time = 0; time < 3_000; time += 10) {
      await clock.advance(10);
      loop.hint();
    }
    expect(looks).toEqual([0, 800, 1_600, 2_400]);
    const slow = start(5_000);
    for (let time = 0; time < 10_000; time += 10) {
      await slow.clock.advance(10);
      slow.loop.hint();
    }
    expect(slow.looks).toEqual([0, 6_000]);
  });

  it('waits for the end of the rest when the hint comes in it', async () => {
    const { clock, loop, looks } = start(400);
    await clock.advance(450);
    loop.hint();
    await clock.advance(1_000);
    expect(looks).toEqual([0, 800]);
  });

  it('that is under way is the last when the loop is closed', async () => {
    const { clock, loop, looks } = start(400, 0);
    await clock.advance(100);
    loop.hint();
    let isClosed = false;
    void loop.close().then(() => (isClosed = true));
    await clock.settle();
    expect(isClosed).toBe(false);
    await clock.advance(1e6);
    expect([isClosed, looks, clock.pending]).toEqual([true, [0], 0]);
  });
});
