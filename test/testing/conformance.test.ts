/** The conformance suite finds what it is for: each broken datastore is caught by the property that is meant to catch it. */
import { describe, expect, it } from 'vitest';
import {
  WatchEventType,
  type KVPairList,
  type ListOptions,
  type ListRequest,
  type Watch,
  type WatchEvent,
  type WatchRequest,
} from '../../src/index.js';
import { MemoryDatastore } from '../../src/memory.js';
import { describeClient, SimulatedClock } from '../../src/testing/index.js';

/** Runs the suite on a client and returns the names of the properties that fail. */
async function failuresOf(create: () => MemoryDatastore): Promise<readonly string[]> {
  const tests: (readonly [string, () => Promise<void>])[] = [];
  const runner = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void tests.push([name, body]),
  };
  const tools = {
    compact: (client: MemoryDatastore, revision: string) => client.compact(revision),
    corrupt: (client: MemoryDatastore, key: string) => client.corrupt(key, 'x'),
  };
  describeClient('broken', { create, tools }, { runner });
  const failed: string[] = [];
  for (const [name, body] of tests) {
    const outcome = await Promise.race([
      body().then(
        () => 'passed',
        () => 'failed',
      ),
      patience(),
    ]);
    if (outcome !== 'passed') failed.push(name);
  }
  return failed;
}

/** A broken watch may simply never bring what is waited for. */
async function patience(): Promise<'hung'> {
  const clock = new SimulatedClock();
  for (let turn = 0; turn < 200; turn++) await clock.settle();
  return 'hung';
}

/** A memory datastore whose watches are tampered with, event by event. */
class Tampered extends MemoryDatastore {
  tamper: (event: WatchEvent) => readonly WatchEvent[] = (event) => [event];
  override async watch(options: ListOptions, request?: WatchRequest): Promise<Watch> {
    const inner = await super.watch(options, request);
    const { tamper } = this;
    return Object.create(inner, {
      stop: { value: () => inner.stop() },
      hasTerminated: { get: () => inner.hasTerminated },
      [Symbol.asyncIterator]: {
        value: async function* () {
          for await (const batch of inner) yield batch.flatMap(tamper);
        },
      },
    }) as Watch;
  }
}

function tampered(tamper: Tampered['tamper']): () => MemoryDatastore {
  return () => Object.assign(new Tampered(), { tamper });
}

const broken: readonly [string, () => MemoryDatastore, string][] = [
  [
    'that reports a deletion at the revision of the object (H1)',
    tampered((event) =>
      event.type === WatchEventType.Deleted && 'revision' in event.old
        ? [{ ...event, revision: event.old.revision ?? '' }]
        : [event],
    ),
    'a deletion has a revision of its own',
  ],
  [
    'that loses deletions',
    tampered((event) => (event.type === WatchEventType.Deleted ? [] : [event])),
    'a watch tells everything that happened since',
  ],
  ['that tells events twice', tampered((event) => [event, event]), 'a watch tells everything that happened since'],
  [
    'that calls everything Modified',
    tampered((event) => (event.type === WatchEventType.Added ? [{ ...event, type: WatchEventType.Modified }] : [event])),
    'Added, Modified and Deleted are what they say',
  ],
  [
    'that forgets the state before',
    tampered((event) =>
      event.type === WatchEventType.Modified ? [{ type: event.type, revision: event.revision, new: event.new }] : [event],
    ),
    'Modified and Deleted carry the state before',
  ],
  [
    'whose list ignores labels (H33)',
    () =>
      new (class extends MemoryDatastore {
        override list({ labelSelector: _ignored, ...options }: ListOptions, request?: ListRequest): Promise<KVPairList> {
          return super.list(options, request);
        }
      })(),
    'a list holds what is selected',
  ],
  [
    'whose kind matches what begins with it (H16)',
    () =>
      new (class extends MemoryDatastore {
        override list(options: ListOptions, request?: ListRequest): Promise<KVPairList> {
          return super.list(
            options.name === undefined && options.namespace === undefined ? { ...options, prefix: true } : options,
            request,
          );
        }
      })(),
    'a list holds what is selected',
  ],
  [
    'that swallows entries it cannot read',
    () =>
      new (class extends MemoryDatastore {
        override async list(options: ListOptions, request?: ListRequest): Promise<KVPairList> {
          const { malformed: _swallowed, ...list } = await super.list(options, request);
          return list;
        }
      })(),
    'an entry that cannot be read is named',
  ],
  [
    'whose pages are of different revisions (R13)',
    () =>
      new (class extends MemoryDatastore {
        override async list(options: ListOptions, request: ListRequest = {}): Promise<KVPairList> {
          if (request.continue === undefined) return super.list(options, request);
          const { items } = await super.list(options);
          const done = Buffer.from(request.continue, 'base64url').toString();
          return {
            items: items.filter(({ key }) => key > String((JSON.parse(done) as readonly string[])[1])),
            revision: this.revision,
          };
        }
      })(),
    'pages are pages of one revision',
  ],
  [
    'that declares what it does not offer',
    () => Object.assign(new MemoryDatastore(), { capabilities: { writes: true } }),
    'its capabilities are the ones',
  ],
];

describe('the conformance suite', () => {
  it('passes on the reference, here too', async () => {
    expect(await failuresOf(() => new MemoryDatastore())).toEqual([]);
  });

  it.each(broken)('catches a datastore %s', async (_, create, property) => {
    expect((await failuresOf(create)).join('\n')).toContain(property);
  });
});
