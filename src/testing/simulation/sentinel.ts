/**
 * Stands guard while a simulation runs: whatever would make a run differ from its repetition, a timer, a socket, a file, a clock or
 * chance that are not the simulation's, is named, with the stack of whoever asked for it.
 */
import { createHook, type AsyncHook } from 'node:async_hooks';
import nodeCrypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { FaultyClock } from '../../ports/faulty-clock.js';
import { seededRandom } from '../../ports/random.js';

/** What belongs to promises and ticks, which the clock waits for. */
const innocent: ReadonlySet<string> = new Set(['PROMISE', 'Microtask']);

/** A function of the process that is no port. */
interface Leak {
  /** Where it is found. */
  readonly home: string;
  readonly owner: Readonly<Record<string, unknown>>;
  readonly member: string;
  /** What it answers instead, the same in every run. */
  readonly answer: (clock: FaultyClock, chance: () => number, args: readonly unknown[]) => unknown;
}

const members = (owner: object): Readonly<Record<string, unknown>> => owner as Readonly<Record<string, unknown>>; // read by name below

const leaks: readonly Leak[] = [
  { home: 'Date', owner: members(Date), member: 'now', answer: (clock) => Math.floor(clock.wallNow()) },
  { home: 'performance', owner: members(performance), member: 'now', answer: (clock) => clock.now() },
  // Before its owner, which takes its members over.
  { home: 'process.hrtime', owner: members(process.hrtime), member: 'bigint', answer: (clock) => nanosecondsOf(clock) },
  { home: 'process', owner: members(process), member: 'hrtime', answer: (clock, _, [since]) => hrtimeOf(clock, since) },
  { home: 'Math', owner: members(Math), member: 'random', answer: (_, chance) => chance() },
  { home: 'crypto', owner: members(crypto), member: 'randomUUID', answer: (_, chance) => uuidFrom(chance) },
  { home: 'node:crypto', owner: members(nodeCrypto), member: 'randomUUID', answer: (_, chance) => uuidFrom(chance) },
];

/**
 * Who may: XState's scheduler notes by the wall clock when a delayed event was scheduled, and draws an id for one that has none. It
 * decides nothing by the one, and the other is drawn from the seed here.
 */
const allowed = { file: /[\\/]xstate[\\/]/, caller: /(?:^|\.)schedule$/, homes: ['Date', 'Math'] } as const;

/** What was caught. */
export interface Caught {
  /** Such as `Timeout`, or the name of a function. */
  readonly name: string;
  readonly stack: string;
}

export class Sentinel {
  /** The first thing that was caught. */
  caught: Caught | undefined;
  private readonly clock: FaultyClock;
  private readonly hook: AsyncHook;
  private readonly chance: () => number;
  private readonly restorers: (() => void)[] = [];
  private isWatching = false;

  constructor(clock: FaultyClock, seed: number) {
    this.clock = clock;
    const random = seededRandom(seed);
    this.chance = () => random.next();
    this.hook = createHook({ init: (_id, type) => this.created(type) });
  }

  /** Begins to watch. Whatever happens, {@link leave} must follow. */
  enter(): void {
    for (const leak of leaks) this.poison(leak);
    this.poisonDate();
    syncBuiltinESMExports();
    this.hook.enable();
    this.isWatching = true;
  }

  /** Looks away while others may run, and back. */
  rest(isResting: boolean): void {
    this.isWatching = !isResting;
  }

  /** Puts everything back. */
  leave(): void {
    this.isWatching = false;
    this.hook.disable();
    for (const restore of this.restorers.splice(0)) restore();
    syncBuiltinESMExports();
  }

  private created(type: string): void {
    if (!this.isWatching || innocent.has(type)) return;
    if (type !== 'TickObject') this.report(type);
    else if (!this.clock.isSettling) this.clock.noticeTick();
  }

  private poison({ home, owner, member, answer }: Leak): void {
    const own = Object.getOwnPropertyDescriptor(owner, member);
    const original = owner[member];
    if (typeof original !== 'function') return;
    const poisoned = (...args: unknown[]): unknown => {
      if (!this.isWatching) return Reflect.apply(original, owner, args);
      if (!isAllowed(home, poisoned)) this.report(`${home}.${member}`);
      return answer(this.clock, this.chance, args);
    };
    Object.defineProperties(poisoned, Object.getOwnPropertyDescriptors(original));
    Object.defineProperty(owner, member, { value: poisoned, configurable: true, writable: true });
    this.restorers.push(() => {
      if (own === undefined) Reflect.deleteProperty(owner, member);
      else Object.defineProperty(owner, member, own);
    });
  }

  /** A date that is made of nothing is the time of the wall clock; one that is made of something is a value like any other. */
  private poisonDate(): void {
    const original = Date;
    const now = (): Date => {
      this.report('new Date()');
      return new original(this.clock.wallNow());
    };
    globalThis.Date = new Proxy(original, {
      construct: (target, args, newTarget: DateConstructor) => {
        if (!this.isWatching || args.length > 0) return Reflect.construct(target, args, newTarget) as Date; // which is what Date constructs
        return Reflect.construct(target, [now().getTime()], newTarget);
      },
      apply: (target) => (this.isWatching ? now().toString() : target()),
    });
    this.restorers.push(() => {
      globalThis.Date = original;
    });
  }

  private report(name: string): void {
    if (this.caught !== undefined) return;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 30;
    const { stack = '' } = new Error(name);
    Error.stackTraceLimit = stackTraceLimit;
    const frames = stack.split('\n').filter((line) => !/sentinel\.[jt]s|node:internal|<anonymous>/.test(line));
    this.caught = { name, stack: frames.slice(1).join('\n') };
  }
}

/** Whether whoever called `callee` may. */
function isAllowed(home: string, callee: (...args: unknown[]) => unknown): boolean {
  if (!allowed.homes.some((name) => name === home)) return false;
  const prepare = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  const { stackTraceLimit } = Error;
  const probe: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(probe, callee);
    const site = (probe.stack as readonly NodeJS.CallSite[] | undefined)?.[0]; // what prepareStackTrace returned
    return allowed.file.test(site?.getFileName() ?? '') && allowed.caller.test(site?.getFunctionName() ?? '');
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (prepare === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', prepare);
  }
}

function nanosecondsOf(clock: FaultyClock): bigint {
  return BigInt(Math.floor(clock.now() * 1_000_000));
}

function hrtimeOf(clock: FaultyClock, since: unknown): [seconds: number, nanoseconds: number] {
  const [seconds, nanoseconds] = Array.isArray(since) ? (since as [number, number]) : [0, 0]; // what hrtime takes
  const passed = nanosecondsOf(clock) - BigInt(seconds) * 1_000_000_000n - BigInt(nanoseconds);
  return [Number(passed / 1_000_000_000n), Number(passed % 1_000_000_000n)];
}

function uuidFrom(chance: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(chance() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
