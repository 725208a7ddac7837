/**
 * EL2: a controller over a scheduler in memory, whose plane fails, loses answers, drifts and starts anew. Once that is over and everything
 * has been built anew, the plane is what a plain map says that it should be, and building it anew once more executes nothing.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Controller } from '../../../src/controller/controller.js';
import { DBResync } from '../../../src/controller/events/db-resync.js';
import type { Event } from '../../../src/controller/events/event.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import type { EventHandler } from '../../../src/controller/handler.js';
import { MemoryPlane } from '../../../src/controller/southbound/plane.js';
import type { PlaneFault } from '../../../src/controller/southbound/plane-faults.js';
import { MemoryScheduler } from '../../../src/controller/southbound/scheduler.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

type Step =
  | { readonly kind: 'pod'; readonly name: string; readonly address: number | null }
  | { readonly kind: 'external'; readonly name: string; readonly address: number | null }
  | { readonly kind: 'fault'; readonly fault: PlaneFault }
  | { readonly kind: 'drift'; readonly key: string; readonly address: number | null }
  | { readonly kind: 'restart' }
  | { readonly kind: 'handler fails'; readonly handler: 'routes' | 'ports' }
  | { readonly kind: 'pause'; readonly duration: number };

const names = ['a', 'b', 'c'];
const anyName = fc.constantFrom(...names);
const anyAddress = fc.option(fc.nat(5));
const anyKey = fc.constantFrom(...names.flatMap((name) => [`/routes/${name}`, `/ports/${name}`, `/external/${name}`]));

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pod'), name: anyName, address: anyAddress }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('external'), name: anyName, address: anyAddress }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      fault: fc.record({
        key: fc.option(anyKey, { nil: undefined }),
        operation: fc.constantFrom<PlaneFault['operation']>('create', 'update', 'delete', 'retrieve', 'validate', undefined),
        times: fc.constantFrom(1, 3, Infinity),
        mode: fc.constantFrom<PlaneFault['mode']>('fail', 'refuse', 'loseAnswer', 'hang'),
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drift'), key: anyKey, address: anyAddress }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('handler fails'), handler: fc.constantFrom('routes', 'ports') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pause'), duration: fc.constantFrom(0, 100, 2_500, 20_000) }) },
) as fc.Arbitrary<Step>; // the kinds are the constants above

class Program {
  readonly clock = new SimulatedClock();
  readonly plane: MemoryPlane = new MemoryPlane({ clock: this.clock });
  readonly controller: Controller;
  /** What there is outside: the model. */
  readonly pods = new Map<string, number>();
  readonly external = new Map<string, number>();
  private readonly scheduler: MemoryScheduler;
  private readonly failing = new Set<string>();

  constructor() {
    const { plane, clock } = this;
    const descriptors = [
      plane.descriptor({ name: 'routes', prefix: '/routes/' }),
      plane.descriptor({ name: 'ports', prefix: '/ports/', dependencies: (key) => [key.replace('/ports/', '/routes/')] }),
      plane.descriptor({ name: 'external', prefix: '/external/', canUpdate: false }),
    ];
    this.scheduler = new MemoryScheduler({ descriptors, clock, operationTimeout: 1_000 });
    this.controller = new Controller({
      handlers: [this.handler('routes'), this.handler('ports')],
      southbound: this.scheduler,
      clock,
      retry: { delay: 500, maxAttempts: 3, exponential: true },
      timings: { delayAfterErrorHealing: 1_000, commitTimeout: 30_000 },
      healing: { attempts: Infinity, factor: 1 },
    });
  }

  private handler(name: 'routes' | 'ports'): EventHandler {
    const key = (pod: string): string => `/${name}${pod}`;
    const mayFail = (): void => {
      if (this.failing.delete(name)) throw new Error(`${name} were told to fail`);
    };
    return {
      name,
      handlesEvent: (event: Event) => event.method !== 'update' || event instanceof KubeStateChange,
      resync(_event, kubeState, _resyncCount, txn) {
        mayFail();
        for (const [pod, address] of Object.entries(kubeState['pods'] ?? {})) txn.put(key(pod), { address });
      },
      update(event, txn) {
        mayFail();
        if (!(event instanceof KubeStateChange)) return;
        if (event.newValue === undefined) txn.delete(key(event.key));
        else txn.put(key(event.key), { address: event.newValue });
      },
      revert() {},
    };
  }

  resync(): void {
    const pods = Object.fromEntries([...this.pods].map(([name, address]) => [`/${name}`, address]));
    const externalConfig = Object.fromEntries([...this.external].map(([name, address]) => [`/external/${name}`, { address }]));
    this.controller.pushEvent(new DBResync({ kubeState: { pods }, externalConfig }));
  }

  perform(step: Step): Promise<void> | void {
    const { controller, plane, scheduler } = this;
    switch (step.kind) {
      case 'pod':
        change(this.pods, step.name, step.address);
        return controller.pushEvent(new KubeStateChange({ key: `/${step.name}`, resource: 'pods', newValue: step.address }));
      case 'external': {
        change(this.external, step.name, step.address);
        const value = step.address === null ? null : { address: step.address };
        return controller.pushEvent(new ExternalConfigChange({ source: 'db', updatedKVs: { [`/external/${step.name}`]: value } }));
      }
      case 'fault':
        return void plane.fail(step.fault);
      case 'drift':
        if (step.address === null) plane.remove(step.key);
        else plane.set(step.key, { address: step.address });
        return;
      case 'restart':
        plane.restart();
        return scheduler.restored();
      case 'handler fails':
        return void this.failing.add(step.handler);
      case 'pause':
        return this.clock.advance(step.duration);
    }
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.plane.heal();
    this.failing.clear();
  }

  /** What should be there. */
  desired(): Readonly<Record<string, unknown>> {
    const pods = [...this.pods].flatMap(([name, address]) =>
      [`/routes/${name}`, `/ports/${name}`].map((key) => [key, { address }] as const),
    );
    const external = [...this.external].map(([name, address]) => [`/external/${name}`, { address }] as const);
    return Object.fromEntries([...pods, ...external]);
  }

  actual(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.plane.values);
  }
}

function change(map: Map<string, number>, name: string, address: number | null): void {
  if (address === null) map.delete(name);
  else map.set(name, address);
}

/** Longer than any retry, healing or hanging operation goes on. */
const longEnough = 600_000;

describe('a controller and its southbound', () => {
  const numRuns = Number(process.env['HELIOSTAT_RUNS'] ?? 40);
  const seed = Number(process.env['HELIOSTAT_SEED'] ?? 20_261_121);

  it('EL2: come to what is wanted once faults have ended, and have nothing to do then', async () => {
    let [faults, healings] = [0, 0];
    const property = fc.asyncProperty(fc.array(anyStep, { maxLength: 25, size: 'max' }), async (steps) => {
      const program = new Program();
      const { clock, controller, plane } = program;
      await controller.start();
      program.resync();
      for (const step of steps) await program.perform(step); // oxlint-disable-line no-await-in-loop -- a script
      await clock.advance(5_000);
      program.heal();
      program.resync();
      await clock.advance(longEnough);
      expect(program.actual(), 'the plane is as it should be').toEqual(program.desired());
      expect(controller.report().healing, 'nothing is broken').toBe('none');
      const before = plane.calls.length;
      program.resync();
      await clock.advance(longEnough);
      const executed = plane.calls.slice(before).filter(({ operation }) => operation !== 'retrieve');
      expect(executed, 'building it anew executes nothing').toEqual([]);
      expect(program.actual()).toEqual(program.desired());
      faults += plane.faultsHappened;
      healings += controller.history.query().filter(({ name }) => name === 'Healing Resync').length;
      await controller.close();
    });
    await fc.assert(property, { seed, numRuns });
    expect(faults, 'faults that have happened').toBeGreaterThan(numRuns);
    expect(healings, 'healings after them').toBeGreaterThan(numRuns / 4);
  }, 1_200_000);

  it('EL2: come to what is wanted by healing alone, when only operations have failed', async () => {
    // What only external configuration wants is left to retries: building it anew would bring the same value again.
    const failing = anyStep.filter(({ kind }) => !['drift', 'restart', 'external'].includes(kind));
    const property = fc.asyncProperty(fc.array(failing, { maxLength: 15, size: 'max' }), async (steps) => {
      const program = new Program();
      await program.controller.start();
      program.resync();
      for (const step of steps) await program.perform(step); // oxlint-disable-line no-await-in-loop -- a script
      program.heal();
      await program.clock.advance(longEnough);
      expect(program.actual()).toEqual(program.desired());
      expect(program.controller.report().healing).toBe('none');
      await program.controller.close();
    });
    await fc.assert(property, { seed, numRuns });
  }, 1_200_000);
});
