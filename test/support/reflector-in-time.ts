/** The reflector chart as it ships, on simulated time, with effects that do nothing: the test tells it the facts. */
import { createActor, fromCallback, type Actor } from 'xstate';
import { reflectorMachine, type ReflectorFact } from '../../machines/index.js';
import { syncerDefaults } from '../../src/index.js';
import type { FailureKind } from '../../src/model/failure.js';
import { SimulatedClock } from '../../src/ports/simulated-clock.js';

/** Small numbers, so that histories are short. Milliseconds. */
export const timings = {
  ...syncerDefaults,
  requestTimeout: 100,
  listLimit: 350,
  idleLimit: 200,
  healthyPeriod: 120,
  auditInterval: 1_000,
  watchPollInterval: 500,
  missingApiRetryInterval: 700,
  watchRetryTimeout: 5_000,
};
export const retries = { listRetry: 30, watchRetry: 20 };

interface Given {
  readonly streamsLists?: boolean;
  readonly redeliverInterval?: number;
  readonly watchRetryTimeout?: number;
}

type Told = ReflectorFact extends infer F ? (F extends { readonly type: infer N } ? N : never) : never;

/** One chart, running. */
export class ReflectorInTime {
  readonly clock: SimulatedClock = new SimulatedClock();
  /** What it did to its sink, in order. */
  readonly done: string[] = [];
  readonly actor: Actor<typeof reflectorMachine>;

  constructor({ streamsLists = false, redeliverInterval = 0, watchRetryTimeout = timings.watchRetryTimeout }: Given = {}) {
    const note = (what: string) => (): void => void this.done.push(what);
    const chart = reflectorMachine.provide({
      actors: { list: fromCallback(() => () => {}), watch: fromCallback(() => () => {}) },
      actions: {
        replaceAll: note('replaceAll'),
        commit: note('commit'),
        removeAll: note('removeAll'),
        redeliver: note('redeliver'),
        reportDisconnected: note('reportDisconnected'),
        reportReconnected: note('reportReconnected'),
        reportFailedList: note('reportFailedList'),
      },
      delays: retries,
    });
    const input = { timings: { ...timings, watchRetryTimeout }, streamsLists, redeliverInterval };
    this.actor = createActor(chart, { clock: this.clock, input });
    this.actor.start();
  }

  /** Tells a fact about the request that is under way. */
  tell(type: Told, more: { readonly revision?: string | undefined; readonly kind?: FailureKind } = {}): void {
    const { request } = this.actor.getSnapshot().context;
    const failure = more.kind === undefined ? undefined : { kind: more.kind, error: new Error(more.kind), retryAfter: 0 };
    const fact = {
      type,
      request,
      revision: '5',
      list: { items: [] },
      events: [],
      took: 7,
      lasted: 7,
      received: 1,
      wasOpened: true,
    };
    this.actor.send({ ...fact, failure, ...('revision' in more ? { revision: more.revision } : {}) } as unknown as ReflectorFact); // it has all members
  }

  get mirror(): string {
    const { value } = this.actor.getSnapshot();
    return typeof value === 'string' ? value : pathOf(value.running.mirror);
  }

  get link(): string {
    const { value } = this.actor.getSnapshot();
    return typeof value === 'string' ? value : value.running.link;
  }
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Object.entries(value as object)
    .map(([state, inner]) => `${state}.${pathOf(inner)}`)
    .join();
}

/** The places where something is being read, and where each of them leads when it takes too long. */
export const readers = ['listing', 'streamed', 'polling', 'auditing'] as const;
export type Reader = (typeof readers)[number];

/** Leads a new chart to where it reads. */
export async function reading(reader: Reader): Promise<ReflectorInTime> {
  const play = new ReflectorInTime({ streamsLists: reader === 'streamed' });
  play.actor.send({ type: 'start' });
  if (reader === 'polling') {
    play.tell('list.completed', { revision: undefined });
    await play.clock.advance(timings.watchPollInterval);
  }
  if (reader === 'auditing') {
    await following('watching', play);
    await quietly(play, timings.auditInterval);
    await play.clock.advance(retries.watchRetry);
  }
  return play;
}

/** Leads a chart to where it follows a watch. */
export async function following(how: 'watching' | 'streamed', play?: ReflectorInTime): Promise<ReflectorInTime> {
  const chart = play ?? new ReflectorInTime({ streamsLists: how === 'streamed' });
  chart.actor.send({ type: 'start' });
  chart.tell('list.completed');
  if (how === 'watching') chart.tell('watch.opened');
  return Promise.resolve(chart);
}

/** Lets time pass while batches keep the watch alive. */
export async function quietly(play: ReflectorInTime, duration: number): Promise<void> {
  for (let left = duration; left > 0; left -= 50) {
    await play.clock.advance(Math.min(50, left));
    play.tell('watch.received');
  }
}
