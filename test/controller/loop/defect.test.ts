/** What would be a defect of ours: an event whose processing fails by itself. */
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/controller/events/event.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { RunningEventLoop } from '../../../src/controller/loop/event-loop.js';
import type { Processor } from '../../../src/controller/loop/processor.js';
import { controllerSettingsOf } from '../../../src/controller/options.js';
import { ProblemTeller } from '../../../src/controller/problems.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';
import { silentLogger } from '../../../src/ports/logger.js';

describe('a defect', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('a defect'))],
    [
      'is interrupted by itself',
      () => Promise.resolve({ outcome: 'interrupted', needsHealing: false, error: new Error('a defect'), record: {}, report: {} }),
    ],
  ])('E10: a processing that %s is fatal, and told, since nobody knows what was done', async (_what, process) => {
    const clock = new SimulatedClock();
    const told: Error[] = [];
    const settings = controllerSettingsOf({
      handlers: [],
      southbound: { commit: () => Promise.reject(new Error('not asked')) },
      onFatal: (error) => void told.push(error),
      clock,
    });
    // A processor cannot be brought to this from outside; what the loop asks of one is only this.
    const processor = { process, interrupt: () => {} } as unknown as Processor;
    const problems = new ProblemTeller(undefined, silentLogger);
    const loop = new RunningEventLoop({ settings, processor, problems, loop: {}, keep: () => {} });
    loop.start([]);
    const answers: (Error | undefined)[] = [];
    const event: Event = new (class extends DBResync {
      override done(error?: Error): void {
        answers.push(error);
      }
    })({ kubeState: {} });
    loop.accept({ event, kind: 'dbResync', followUpTo: undefined });
    await clock.settle();
    expect(answers).toEqual([expect.objectContaining({ code: 'fatal', message: 'a defect' })]);
    expect(told).toEqual(answers);
    expect(loop.state.value).toBe('aborting');
  });
});
