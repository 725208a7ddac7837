/** Everything that can happen to a small DeltaFIFO, each promise judged on every edge. */
import { expect, it } from 'vitest';
import { exploreQueue } from './explore-queue.js';
import { queueSettings } from './small-world.js';

it.each(queueSettings)(
  'F1, F2, F3, F4, F5, F6, F7, F9, F10, F11, K1, K2, K3: nothing else can happen, when $name',
  (setting) => {
    const { states, edges, depth, isComplete, moves } = exploreQueue(setting);
    console.log(
      `${setting.name}: ${states} states, ${edges} edges, ${depth} moves deep${isComplete ? ', which is all there is' : ''}`,
    );
    expect(isComplete).toBe(setting.depth === Infinity);
    expect([...moves].filter(([, count]) => count === 0)).toEqual([]);
  },
  60_000,
);
