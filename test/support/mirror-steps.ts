/**
 * What can happen to a mirror, to its datastore, to the line between them and to its consumer: the steps that model tests are made of.
 * A step can be written as a line of text, and read again, so that a counterexample can be kept.
 */
import type { Syncer } from '../../src/index.js';
import type { MemoryDatastore } from '../../src/memory.js';
import type { FaultyClient, SimulatedClock } from '../../src/testing/index.js';
import type { Recorder } from './recorder.js';

export interface Value {
  readonly text: string;
  readonly shares: readonly string[];
}

/** What the datastore must contain, and contained, kept by the steps. */
export interface Model {
  readonly objects: Map<string, Value>;
  readonly corrupt: Set<string>;
  /** Every state of kind `a` so far, oldest first: a step may have made several. */
  readonly states: string[];
}

export interface Real {
  readonly clock: SimulatedClock;
  readonly datastore: MemoryDatastore<Value>;
  readonly client: FaultyClient<Value>;
  readonly recorder: Recorder;
  readonly syncer: Syncer;
}

/** A state of kind `a`, as text. */
export function stateOf(objects: Iterable<readonly [string, unknown]>): string {
  return JSON.stringify([...objects].filter(([key]) => key.startsWith('/a/')).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface StepKind<A extends readonly never[]> {
  /** Whether it makes sense now. */
  readonly check: (model: Model, ...args: A) => boolean;
  readonly act: (model: Model, real: Real, ...args: A) => Promise<void> | void;
}

function step<const A extends readonly unknown[]>(
  act: (model: Model, real: Real, ...args: A) => Promise<void> | void,
  check: (model: Model, ...args: A) => boolean = () => true,
): StepKind<readonly never[]> {
  return { act, check } as unknown as StepKind<readonly never[]>; // its arguments are those that its own generator or a kept line gives
}

const isKnown = (model: Model, key: string): boolean => model.objects.has(key) || model.corrupt.has(key);

/** The steps by name. */
const steps = {
  apply: step(async (model, { datastore }, key: string, value: Value) => {
    await datastore.apply({ key, value });
    model.objects.set(key, value);
    model.corrupt.delete(key);
  }),
  delete: step(async (model, { datastore }, key: string) => {
    await datastore.delete(key);
    model.objects.delete(key);
    model.corrupt.delete(key);
  }, isKnown),
  recreate: step(
    async (model, { datastore }, key: string, value: Value) => {
      await datastore.delete(key);
      model.objects.delete(key);
      model.states.push(stateOf(model.objects));
      await datastore.create({ key, value });
      model.objects.set(key, value);
    },
    (model, key: string) => model.objects.has(key) && !model.corrupt.has(key),
  ),
  transaction: step(async (model, { datastore }, ...writes: readonly (readonly [string, Value])[]) => {
    await datastore.transaction(writes.map(([key, value]) => ({ op: 'apply', object: { key, value } })));
    for (const [key, value] of writes) {
      model.objects.set(key, value);
      model.corrupt.delete(key);
    }
  }),
  corrupt: step(async (model, { datastore }, key: string) => {
    await datastore.corrupt(key, '{"half":');
    model.corrupt.add(key);
  }),
  compact: step((_, { datastore }) => datastore.compact()),
  clean: step(async (model, { datastore }) => {
    await datastore.clean();
    model.objects.clear();
    model.corrupt.clear();
  }),
  /** Time passes. */
  pass: step((_, { clock }, ms: number) => clock.advance(ms)),
  strike: step((_, { client }, fault: Parameters<FaultyClient['strike']>[0]) => client.strike(fault)),
  /** From now on these faults happen at every second occasion. */
  weather: step((_, { client }, ...faults: readonly string[]) =>
    client.setRates(Object.fromEntries(faults.map((fault) => [fault, 0.5]))),
  ),
  /** A lagging replica answers, and everything has to be listed. */
  lag: step((_, { client }) => {
    client.setRates({ 'list.stale': 0.8 });
    client.strike('watch.expired');
  }),
  /** The consumer takes three seconds for each call. */
  block: step((_, { recorder, clock }) => {
    recorder.gate = () => new Promise((resolve) => clock.setTimeout(resolve, 3_000));
  }),
  /** The consumer throws with each call. */
  throwing: step((_, { recorder }) => {
    recorder.gate = () => {
      throw new Error('the consumer is in a bad mood');
    };
  }),
  unblock: step((_, { recorder }) => {
    recorder.gate = undefined;
  }),
} as const;

export type StepName = keyof typeof steps;

/** One step with its arguments; as text, `apply("/a/x", {"text":"","shares":[]})`. */
export class Step {
  readonly name: StepName;
  readonly args: readonly unknown[];

  constructor(name: StepName, ...args: readonly unknown[]) {
    this.name = name;
    this.args = args;
  }

  /** Reads a step that `toString` has written. */
  static parse(text: string): Step {
    const [, name = '', args = ''] = /^(\w+)\((.*)\)$/.exec(text.trim()) ?? [];
    if (!(name in steps)) throw new Error(`Not a step: ${JSON.stringify(text)}`);
    return new Step(name as StepName, ...(JSON.parse(`[${args}]`) as unknown[])); // checked against the steps
  }

  check(model: Readonly<Model>): boolean {
    return steps[this.name].check(model, ...(this.args as readonly never[]));
  }

  async run(model: Model, real: Real): Promise<void> {
    await steps[this.name].act(model, real, ...(this.args as readonly never[]));
    model.states.push(stateOf(model.objects));
  }

  toString(): string {
    return `${this.name}(${this.args.map((arg) => JSON.stringify(arg)).join(', ')})`;
  }
}
