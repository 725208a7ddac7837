/** The suite that every client is held to, over a folder that is written to behind the datastore's back. */
import { describe, expect, it } from 'vitest';
import { DirectoryBackend } from '../../../src/datastore/directory/directory-backend.js';
import {
  describeClient,
  seededRandom,
  SimulatedClock,
  type ConformanceWriter,
  type ValueWish,
} from '../../../src/testing/index.js';
import { MemoryFolder } from './memory-folder.js';

interface Rigged extends DirectoryBackend {
  readonly simulated: SimulatedClock;
  readonly folder: MemoryFolder;
}

function create(): Rigged {
  const simulated = new SimulatedClock();
  const folder = new MemoryFolder(simulated);
  const datastore = new DirectoryBackend({ path: 'manifests', folder, settle: 0, clock: simulated, random: seededRandom(1) });
  return Object.assign(datastore, { simulated, folder });
}

/** One file for each object; done when the datastore has looked at it. */
function writer({ folder, simulated }: Rigged): ConformanceWriter {
  const fileOf = (key: string): string => `${encodeURIComponent(key)}.json`;
  const seen = (): Promise<void> => simulated.advance(1000);
  return {
    apply: async ({ key, value }) => {
      folder.write(fileOf(key), JSON.stringify(value));
      await seen();
    },
    delete: async (key) => {
      folder.remove(fileOf(key));
      await seen();
    },
  };
}

const kinds = { pods: 'Pod', podsets: 'PodSet', nodes: 'Node' } as const;

function manifestOf({ key, n, labels = {} }: ValueWish): unknown {
  const [, resource = '', ...names] = key.split('/');
  const [namespace, name] = names.length === 2 ? names : [undefined, names[0]];
  return {
    apiVersion: 'v1',
    kind: kinds[resource as keyof typeof kinds], // the suite uses the kinds that it is given
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels },
    spec: { n },
  };
}

const plan = describeClient(
  'DirectoryDatastore',
  {
    create,
    writer,
    value: manifestOf,
    capabilities: { writes: false, ttl: false, deleteConditions: false, transactions: false },
    tools: { advance: (ms, { simulated }) => simulated.advance(ms) },
    dispose: async ({ simulated }) => {
      await simulated.settle();
      expect(simulated.pending, 'timers left after close').toBe(0);
    },
  },
  { runner: { describe, it } },
);

describe('the conformance suite', () => {
  it('leaves out what a folder has not, and nothing else', () => {
    const missing = new Set(plan.notOffered.flatMap(({ missing: needs }) => needs));
    expect([...missing].toSorted()).toEqual(['compact', 'corrupt', 'deleteConditions', 'transactions', 'ttl', 'writes']);
    expect(plan.properties.length).toBeGreaterThan(15);
  });
});
