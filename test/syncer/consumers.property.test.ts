/** Consumers, with callbacks and by iteration, against what they must be given, told without queues. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyncStatus } from '../../src/model/status.js';
import type { SyncerCallbacks, SyncerProblem } from '../../src/model/syncer.js';
import type { Update } from '../../src/model/update.js';
import { MemoryLogger } from '../../src/ports/logger.js';
import { SimulatedClock } from '../../src/ports/simulated-clock.js';
import type { ChangeQueue } from '../../src/syncer/change-queue.js';
import { CallbackConsumer } from '../../src/syncer/consumer.js';
import { UpdateStream } from '../../src/syncer/update-stream.js';
import { Producer, type Write } from '../support/change-producer.js';

const anyWrites: fc.Arbitrary<readonly Write[]> = fc.array(
  fc.tuple(fc.constantFrom('/a', '/b', '/c', '/d'), fc.option(fc.constantFrom('1', '2', '3'), { nil: null })),
  { minLength: 1, maxLength: 4 },
);

/** Takes updates in, and checks that each says what was known before. */
function take(picture: Map<string, string>, updates: readonly Update<string>[]): void {
  for (const update of updates) {
    expect(update.type).toBe(update.value === null ? 'deleted' : picture.has(update.key) ? 'updated' : 'new');
    if (update.type !== 'new') expect(textOf(update.previous)).toBe(picture.get(update.key));
    if (update.value === null) picture.delete(update.key);
    else picture.set(update.key, textOf(update));
  }
}

const textOf = ({ value, revision }: { readonly value: unknown; readonly revision?: string }) => `${String(value)} at ${revision}`;
const contentOf = (producer: Producer) => new Map([...producer.shown].map(([key, pair]) => [key, textOf(pair)]));

describe('an iteration', () => {
  const anyStep = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), writes: anyWrites }) },
    { weight: 4, arbitrary: fc.constant({ do: 'ask' as const }) },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'drain' as const }, { do: 'return' as const }) },
  );

  it('S5, S14, H39: answers who asks, in turn, as soon as there is something; drained, it hands out the rest and ends, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), fc.constantFrom(1, 2, Infinity), async (steps, most) => {
        const producer = new Producer();
        let ends = 0;
        const stream = new UpdateStream<string>(producer.queue as unknown as ChangeQueue<string>, most, () => ends++); // no notices here
        expect(stream[Symbol.asyncIterator]()).toBe(stream);
        const answers: (readonly Update<string>[] | 'done')[] = [];
        const given = new Map<string, string>();
        let [asked, stage]: [number, 'open' | 'draining' | 'over'] = [0, 'open'];
        const check = async (): Promise<void> => {
          await new Promise((resolve) => setImmediate(resolve));
          const isOver = stage === 'over';
          for (const answer of answers.splice(0)) {
            asked--;
            if (answer === 'done') expect(stage).not.toBe('open');
            else {
              expect(answer.length).toBeGreaterThan(0);
              expect(answer.length).toBeLessThanOrEqual(most);
              expect(isOver).toBe(false);
              take(given, answer);
            }
          }
          const hasMore = stage !== 'over' && !sameAs(given, contentOf(producer));
          if (stage !== 'open' && !hasMore) stage = 'over';
          if (hasMore || stage === 'over') expect(asked, 'nobody waits while there is something to say').toBe(0);
          expect(ends).toBe(stage === 'over' ? 1 : 0);
        };
        for (const step of steps) {
          if (step.do === 'write') {
            if (stage !== 'open') continue;
            producer.write(...step.writes);
            stream.wake();
          } else if (step.do === 'ask') {
            asked++;
            void stream.next().then(({ done, value }) => answers.push(done === true ? 'done' : value));
          } else if (step.do === 'drain') {
            stream.drain();
            if (stage === 'open') stage = 'draining';
          } else {
            expect(await stream.return()).toEqual({ done: true, value: undefined });
            stage = 'over';
          }
          await check();
        }
      }),
      { seed: 111, numRuns: 150 },
    );
  });
});

function sameAs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

describe('a consumer with callbacks', () => {
  const anyMood = fc.constantFrom(
    'good' as const,
    'good' as const,
    'throws' as const,
    'rejects' as const,
    'slow' as const,
    'rough' as const,
  );
  const anyStep = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('write' as const), writes: anyWrites }) },
    { weight: 2, arbitrary: fc.constant({ do: 'flap' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'notice' as const }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 50, 500) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'close' as const }) },
  );

  it('R21, D2, D7, S3: is told everything in order, one thing at a time, later; what it throws is told once; closed, it is told nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { maxLength: 25 }),
        fc.array(anyMood, { minLength: 1, maxLength: 7 }),
        fc.boolean(),
        async (steps, moods, hasOnProblem) => {
          const clock = new SimulatedClock();
          const logger = new MemoryLogger();
          const picture = new Map<string, string>();
          const [order, wanted, problems, failures, delivered]: string[][] = [[], [], [], [], []];
          let [calls, depth, isActing, isClosed]: [number, number, boolean, boolean] = [0, 0, false, false];
          const consumerRef: { it?: CallbackConsumer<string> } = {};
          const act = (name: string, receive: () => void): unknown => {
            expect(isActing, 'D2: never inside whoever told').toBe(false);
            expect(isClosed).toBe(false);
            expect(depth, 'one at a time').toBe(0);
            expect(consumerRef.it?.isOnStack).toBe(true);
            receive();
            const mood = moods[calls++ % moods.length];
            if (mood === 'good') return undefined;
            if (mood === 'slow') {
              depth++;
              return new Promise<void>((resolve) => clock.setTimeout(() => { depth--; resolve(); }, 100)); // prettier-ignore
            }
            const thrown = mood === 'rough' ? `${name} in a rough mood` : new Error(`${name} ${mood}`);
            failures?.push(
              `${name}: ${mood === 'rough' ? `A callback threw something that is no Error: ${String(thrown)}` : `${name} ${mood}`}`,
            );
            if (mood === 'rejects') return Promise.reject(thrown);
            throw thrown;
          };
          const callbacks: SyncerCallbacks<string> = {
            onUpdates: (updates) => act('onUpdates', () => take(picture, updates)) as void,
            onStatusUpdated: (status) => act('onStatusUpdated', () => order?.push(status)) as void,
            parseMended: (rawKey) => act('parseMended', () => order?.push(rawKey)) as void,
            ...(hasOnProblem
              ? {
                  onProblem: (problem: SyncerProblem) => {
                    if (problem.kind !== 'consumerFailed') throw new Error('a problem of somebody else');
                    problems?.push(`${problem.callback}: ${problem.error.message}`);
                    throw new Error('and that as well');
                  },
                }
              : {}),
          };
          const consumer = new CallbackConsumer<string>({
            callbacks,
            maxBatchSize: 2,
            logger,
            onStatusDelivered: (status) => delivered?.push(status),
          });
          consumerRef.it = consumer;
          const producer = new Producer();
          let [told, status]: [number, SyncStatus] = [0, SyncStatus.ResyncInProgress];
          let isIdle = true;
          for (const step of steps) {
            if (isClosed) break;
            isActing = true;
            if (step.do === 'write') {
              const before = producer.shown;
              producer.write(...step.writes);
              const changes = producer.shown.diff(before);
              consumer.queue.change(changes, producer.shown, () => ({ revision: undefined, finalStateUnknown: false }));
            } else if (step.do === 'flap' && wanted !== undefined && wanted.length - (order?.length ?? 0) < 6) {
              status = status === SyncStatus.InSync ? SyncStatus.ResyncInProgress : SyncStatus.InSync;
              wanted.push(status);
              consumer.queue.publish(status);
            } else if (step.do === 'notice') {
              wanted?.push(`note ${++told}`);
              consumer.queue.notify(`slot ${told}`, { callback: 'parseMended', argument: `note ${told}` });
            }
            consumer.wake();
            isActing = false;
            if (step.do === 'pass') await clock.advance(step.ms);
            if (step.do === 'close') {
              consumer.close();
              isClosed = true;
            }
            expect(order).toEqual(wanted?.slice(0, order?.length));
            expect(consumer.isOnStack).toBe(false);
          }
          isIdle = false;
          void consumer.idle().then(() => (isIdle = true));
          await clock.settle();
          if (isClosed) expect(isIdle, 'who waits for a closed consumer is released').toBe(true);
          await clock.advance(60_000);
          expect(isIdle).toBe(true);
          if (!isClosed) {
            expect(order).toEqual(wanted);
            expect(picture).toEqual(contentOf(producer));
            expect(delivered).toEqual(wanted?.filter((line) => !line.startsWith('note')));
            expect(consumer.queue.isEmpty).toBe(true);
          }
          if (hasOnProblem) expect(problems).toEqual(isClosed ? problems : failures);
          const logged = logger.entries.filter(({ level }) => level === 'error').map(({ message }) => message);
          expect(logged.filter((message) => !message.includes('onProblem')).length).toBe(failures?.length);
          expect(clock.pending).toBe(0);
        },
      ),
      { seed: 112, numRuns: 150 },
    );
  });
});
