/**
 * Whatever is pushed and whenever it is closed, also between two promises, with handlers, sources and a southbound that never answer: all
 * that was accepted is answered once, and `close` ends in its time.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Controller } from '../../../src/controller/controller.js';
import { AbortEventError, FatalError } from '../../../src/controller/errors.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import { EventMethod, type Event, type UpdateEvent } from '../../../src/controller/events/event.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { Shutdown } from '../../../src/controller/events/shutdown.js';
import type { EventHandler } from '../../../src/controller/handler.js';
import { isHeliostatError } from '../../../src/model/errors.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

type Reaction = 'good' | 'slow' | 'fails' | 'aborts' | 'fatal' | 'never' | 'pushes' | 'closes' | 'answers by pushing';
type Step =
  | { readonly kind: 'push'; readonly reaction: Reaction; readonly revertOnFailure: boolean }
  | { readonly kind: 'dbResync' | 'external' | 'shutdown' | 'start' | 'close' }
  /** So many promises later. */
  | { readonly kind: 'promises'; readonly count: number }
  | { readonly kind: 'pause'; readonly duration: number };
interface Setup {
  readonly steps: readonly Step[];
  readonly southbound: 'applies' | 'slow' | 'never' | 'refuses';
  readonly hasHangingSource: boolean;
  readonly startupResyncDeadline: number;
}

const reactions = ['good', 'good', 'slow', 'fails', 'aborts', 'fatal', 'never', 'pushes', 'closes', 'answers by pushing'] as const;

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('push'),
      reaction: fc.constantFrom<Reaction>(...reactions),
      revertOnFailure: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('dbResync', 'dbResync', 'external', 'shutdown', 'start', 'start', 'close') }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('promises'), count: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pause'), duration: fc.constantFrom(0, 5, 200, 3_000) }) },
);

const anySetup: fc.Arbitrary<Setup> = fc.record({
  steps: fc
    .tuple(fc.subarray<Step>([{ kind: 'start' }, { kind: 'dbResync' }]), fc.array(anyStep, { maxLength: 20, size: 'max' }))
    .map((parts) => parts.flat()),
  southbound: fc.constantFrom('applies', 'applies', 'slow', 'never', 'refuses'),
  hasHangingSource: fc.boolean(),
  startupResyncDeadline: fc.constantFrom(100, Infinity),
});

const shutdownTimeout = 1_000;

/** A program around a controller: it counts what is accepted and answered. */
class Program {
  readonly clock = new SimulatedClock();
  readonly controller: Controller;
  readonly answers = new Map<Event, number>();
  readonly fatals: Error[] = [];
  readonly closings: { isOver: boolean; readonly since: number }[] = [];
  private readonly reactions = new Map<Event, Reaction>();
  private depth = 0;

  constructor({ southbound, hasHangingSource, startupResyncDeadline }: Setup) {
    const sources = hasHangingSource ? [{ name: 'cli', getConfigSnapshot: () => new Promise<never>(() => {}) }] : [];
    this.controller = new Controller({
      handlers: ['first', 'second'].map((name) => this.handler(name)),
      southbound: {
        commit: async () => {
          if (southbound === 'never') return new Promise<never>(() => {});
          if (southbound === 'slow') await new Promise((resolve) => void this.clock.setTimeout(() => resolve(undefined), 20));
          return { outcome: southbound === 'refuses' ? 'refused' : 'applied', sequence: 0, failures: [], values: [] };
        },
      },
      externalSources: sources,
      clock: this.clock,
      timings: {
        startupResyncDeadline,
        shutdownTimeout,
        delayAfterErrorHealing: 50,
        handlerTimeout: Infinity,
        commitTimeout: Infinity,
      },
      healing: { attempts: 2, onExhausted: () => new Promise<never>(() => {}) },
      onFatal: (error) => void this.fatals.push(error),
    });
  }

  private handler(name: string): EventHandler {
    const react = (event: Event): void | Promise<void> => this.react(name, this.reactions.get(event));
    return { name, handlesEvent: () => true, resync: react, update: react, revert: react };
  }

  private react(name: string, reaction: Reaction | undefined): void | Promise<void> {
    const error = new Error('told to fail');
    switch (reaction) {
      case 'slow':
        return new Promise((resolve) => void this.clock.setTimeout(resolve, 7));
      case 'fails':
        if (name === 'second') throw error;
        return;
      case 'aborts':
        throw new AbortEventError(error);
      case 'fatal':
        if (name === 'second') return Promise.reject(new FatalError(error));
        return;
      case 'never':
        return new Promise(() => {});
      case 'pushes':
        this.push('slow', false);
        return;
      case 'closes':
        return this.controller.close();
      default:
        return;
    }
  }

  push(reaction: Reaction, revertOnFailure: boolean): void {
    const event: UpdateEvent = {
      name: 'Update',
      method: EventMethod.Update,
      isBlocking: false,
      transactionType: revertOnFailure ? 'revertOnFailure' : 'bestEffort',
      direction: 'forward',
      done: () => {
        if (reaction === 'answers by pushing' && this.depth++ < 5) this.push('answers by pushing', false);
      },
    };
    this.accept(event, reaction);
  }

  /** Pushes it, and counts its answers when it was accepted. */
  accept(event: Event, reaction: Reaction): void {
    this.reactions.set(event, reaction);
    const done = event.done.bind(event);
    this.answers.set(event, 0);
    Object.assign(event, {
      done: (error: Error | undefined) => {
        this.answers.set(event, (this.answers.get(event) ?? 0) + 1);
        done(error);
      },
    });
    try {
      this.controller.pushEvent(event);
    } catch (error) {
      expect(this.answers.get(event), 'E12: what is refused is not answered').toBe(0);
      expect(isHeliostatError(error, 'closed')).toBe(true);
      this.answers.delete(event);
    }
  }

  close(): void {
    const closing = { isOver: false, since: this.clock.now() };
    this.closings.push(closing);
    const end = (): void => void (closing.isOver = true);
    void this.controller.close().then(end, end);
  }

  async perform(step: Step): Promise<void> {
    switch (step.kind) {
      case 'push':
        return this.push(step.reaction, step.revertOnFailure);
      case 'dbResync':
        return this.accept(new DBResync({ kubeState: {}, externalConfig: {} }), 'good');
      case 'external':
        return this.accept(new ExternalConfigChange({ source: 'db', updatedKVs: { '/a': 1 }, blocking: true }), 'good');
      case 'shutdown':
        return this.accept(new Shutdown(), 'good');
      case 'start':
        return this.controller.start().catch((error: unknown) => expect(isHeliostatError(error, 'stopped')).toBe(true));
      case 'close':
        return this.close();
      case 'promises':
        for (let count = 0; count < step.count; count++) await Promise.resolve(); // oxlint-disable-line no-await-in-loop -- one after the other
        return;
      case 'pause':
        return this.clock.advance(step.duration);
    }
  }
}

describe('closing a controller', () => {
  const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 250);
  const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);
  const met = new Map<string, number>();

  it('EL1, E12, E15: at any moment, whoever never answers', async () => {
    const property = fc.asyncProperty(anySetup, async (setup) => {
      const program = new Program(setup);
      for (const step of setup.steps) await program.perform(step); // oxlint-disable-line no-await-in-loop -- a script
      program.close();
      await program.clock.advance(shutdownTimeout);
      expect(
        program.closings.every(({ isOver }) => isOver),
        'EL1: every close has ended',
      ).toBe(true);
      const unanswered = [...program.answers].filter(([, count]) => count !== 1).map(([event, count]) => [event.name, count]);
      expect(unanswered, 'E12: each that was accepted is answered once').toEqual([]);
      expect(program.fatals.length, 'E10: reported once').toBeLessThanOrEqual(1);
      const { state, queue, followUps, processing } = program.controller.report();
      expect([queue, followUps, processing]).toEqual([0, 0, undefined]);
      const records = program.controller.history.query();
      expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index));
      await program.clock.advance(100_000);
      expect(program.controller.history.query(), 'E15: nothing is processed any more').toEqual(records);
      for (const name of [
        state,
        program.fatals.length > 0 ? 'fatal' : 'calm',
        `closed ${Math.min(program.closings.length, 3)} times`,
      ]) {
        met.set(name, (met.get(name) ?? 0) + 1);
      }
    });
    await fc.assert(property, { seed, numRuns });
  }, 1_200_000);

  it.runIf(numRuns >= 250)('has met every end', () => {
    expect([...met.keys()].toSorted()).toEqual(['calm', 'closed 1 times', 'closed 2 times', 'closed 3 times', 'fatal', 'stopped']);
  });
});
