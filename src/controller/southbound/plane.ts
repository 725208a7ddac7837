/** A plane in memory: something to apply values to, which can be looked at, made to fail, and changed behind one's back. */
import { isHeliostatError, ResourceAlreadyExistsError, ResourceDoesNotExistError } from '../../model/errors.js';
import { pause, systemClock, type Clock } from '../../ports/clock.js';
import { copyPlainData } from '../../store/plain-data.js';
import type { Descriptor, RetrievedValue } from './descriptor.js';
import { PlaneFaults, type PlaneFault, type PlaneOperation } from './plane-faults.js';
import { mustBeNumber, mustBeWhole } from './refusals.js';

/** What a descriptor of a plane is made with: what is not said is as in {@link Descriptor}. */
export interface PlaneDescriptorOptions extends Pick<
  Descriptor,
  'name' | 'prefix' | 'retrieveAfter' | 'equals' | 'dependencies' | 'recreate' | 'isRetriable' | 'validate'
> {
  /** Whether values can be updated in place. Default: true. */
  readonly canUpdate?: boolean | undefined;
  /** Whether what is there can be read. Default: true. */
  readonly canRetrieve?: boolean | undefined;
}

/** What a {@link MemoryPlane} is made with. */
export interface MemoryPlaneOptions {
  /** What {@link MemoryPlane.slowDown} counts on. */
  readonly clock?: Clock | undefined;
  /** So many calls are remembered. Default: 10,000. */
  readonly callLimit?: number | undefined;
}

/** One call of a descriptor of a plane, also one that has failed. */
export interface PlaneCall {
  readonly operation: PlaneOperation;
  /** Of `retrieve`: the name of the descriptor. */
  readonly key: string;
  /** The value that was to be there afterwards, or that was to be deleted. */
  readonly value?: unknown;
}

/**
 * A map that descriptors write to. It is strict: what is there cannot be created, and what is not there cannot be updated or deleted, so
 * that whoever has a wrong picture of it fails.
 *
 * @example
 * ```ts
 * import { MemoryPlane } from 'heliostat/controller';
 * const plane = new MemoryPlane();
 * const routes = plane.descriptor({ name: 'routes', prefix: '/routes/', dependencies: () => ['/interfaces/eth0'] });
 * plane.fail({ key: '/routes/default', operation: 'create', times: 2 }); // the first two attempts to create it fail
 * plane.set('/routes/old', { via: '10.0.0.1' }); // something that nobody has wanted
 * console.log(routes.name, plane.values.size); // routes 1
 * ```
 */
export class MemoryPlane {
  /** The newest calls of its descriptors, in order: as many as `callLimit` says. */
  readonly calls: PlaneCall[] = [];
  private readonly contents = new Map<string, unknown>();
  private readonly obtained = new Set<string>();
  private readonly faults = new PlaneFaults();
  private readonly clock: Clock;
  private readonly callLimit: number;
  private delay = 0;

  /** @throws ValidationError when `callLimit` is no whole number from 0. */
  constructor({ clock = systemClock, callLimit = 10_000 }: MemoryPlaneOptions = {}) {
    mustBeWhole('callLimit', callLimit, 0);
    this.clock = clock;
    this.callLimit = callLimit;
  }

  /** What is there, in no order. */
  get values(): ReadonlyMap<string, unknown> {
    return this.contents;
  }

  /** How many operations went wrong because they were told to. */
  get faultsHappened(): number {
    return this.faults.happened;
  }

  /** A descriptor that applies values to this plane. Keys are those of the scheduler. */
  descriptor(options: PlaneDescriptorOptions): Descriptor {
    const { canUpdate = true, canRetrieve = true, validate, isRetriable = isNotRefused, ...rest } = options;
    const { name, prefix } = options;
    return {
      ...rest,
      isRetriable,
      create: (key, value) => this.call('create', key, value, () => this.create(key, value)),
      delete: (key, value) => this.call('delete', key, value, () => this.delete(key)),
      validate: async (key, value) => this.faults.apply(key, 'validate', () => validate?.(key, value)),
      ...(canUpdate && { update: (key, _before, value) => this.call('update', key, value, () => this.update(key, value)) }),
      ...(canRetrieve && { retrieve: () => this.call('retrieve', name, undefined, () => this.found(prefix)) }),
    };
  }

  /** Makes the next operations go wrong that fit. @returns a function that ends it. @throws ValidationError when it is no fault. */
  fail(fault: PlaneFault = {}): () => void {
    return this.faults.add(fault);
  }

  /** Ends all faults, and slowness. What hangs already goes on hanging. */
  heal(): void {
    this.faults.clear();
    this.delay = 0;
  }

  /** Lets every operation take `delay` milliseconds. */
  slowDown(delay: number): void {
    mustBeNumber('delay', delay, 0);
    this.delay = delay;
  }

  /** Drift: `key` gets another value behind everybody's back. @param options.isObtained whether it belongs to the plane itself. */
  set(key: string, value: unknown, options: { readonly isObtained?: boolean } = {}): void {
    this.contents.set(key, copyPlainData(value));
    if (options.isObtained === true) this.obtained.add(key);
  }

  /** Drift: `key` is gone. */
  remove(key: string): void {
    this.contents.delete(key);
    this.obtained.delete(key);
  }

  /** It has started anew, and has lost everything that is not its own. Tell the scheduler: `restored()`. */
  restart(): void {
    for (const key of this.contents.keys()) if (!this.obtained.has(key)) this.contents.delete(key);
  }

  /** Calls are counted when they are made, whatever becomes of them. */
  private call<T>(operation: PlaneOperation, key: string, value: unknown, work: () => T): T | Promise<T> {
    this.calls.push({ operation, key, ...(value === undefined ? {} : { value }) });
    if (this.calls.length > this.callLimit) this.calls.shift();
    if (this.delay === 0) return this.faults.apply(key, operation, work);
    return pause(this.clock, this.delay).then(() => this.faults.apply(key, operation, work));
  }

  private create(key: string, value: unknown): void {
    if (this.contents.has(key)) throw new ResourceAlreadyExistsError(`${JSON.stringify(key)} is there already.`, { key });
    this.contents.set(key, value);
  }

  private update(key: string, value: unknown): void {
    this.mustBeThere(key);
    this.contents.set(key, value);
    this.obtained.delete(key);
  }

  private delete(key: string): void {
    this.mustBeThere(key);
    this.contents.delete(key);
  }

  private mustBeThere(key: string): void {
    if (!this.contents.has(key)) throw new ResourceDoesNotExistError(`${JSON.stringify(key)} is not there.`, { key });
  }

  private found(prefix: string): readonly RetrievedValue[] {
    return [...this.contents]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => ({ key, value, isObtained: this.obtained.has(key) }));
  }
}

/** A plane that is not what somebody believes may have changed; he should look again. */
function isNotRefused(error: Error): boolean {
  return !isHeliostatError(error, 'operation-not-supported');
}
