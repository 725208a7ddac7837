/** The explorations of the reflector: what each one is large in. All of them fit together; none could be large in everything. */
import { reflectorMachine } from '../../../../machines/index.js';
import type { FailureKind } from '../../../../src/model/failure.js';
import type { ReflectorTimings } from '../../../../src/model/timings.js';
import { explore, type ExplorationReport } from '../../../../src/testing/index.js';
import { canonicalContext, reflectorEnvironment, timings } from './reflector-environment.js';
import type { WorldOptions } from './moves.js';

/** One exploration. */
export interface ReflectorExploration {
  readonly world: WorldOptions;
  readonly streamsLists?: boolean;
  readonly redeliverInterval?: number;
  readonly timings?: Partial<ReflectorTimings>;
}

/** What requests can fail with, but for an answer that is stale. */
export const everyFailure: readonly Exclude<FailureKind, 'stale'>[] = [
  'compacted',
  'tooNew',
  'throttled',
  'unavailable',
  'unauthorized',
  'unsupported',
  'missing',
  'unknown',
];

const usual = { storeId: 'store', deletesOnDisconnect: false } as const;

/** What every lost event of the literature needs: a cut, a compaction, a lagging replica, a batch that comes twice. */
const essentialFaults: ReadonlySet<string> = new Set([
  'compacted',
  'list.stale',
  'list fails as unavailable',
  'watch refused as unavailable',
  'watch.cut',
  'watch.duplicated',
]);

const lateFacts = ['late list.completed', 'late watch.opened', 'late watch.received', 'late watch.ended'];

/** For every run of the tests: a few seconds together. */
export const smallExplorations: Readonly<Record<string, ReflectorExploration>> = {
  'every failure, lists in pages': { world: { ...usual, writes: 1, faults: 2, failures: everyFailure } },
  'every failure, lists as streams': { world: { ...usual, writes: 1, faults: 2, failures: everyFailure }, streamsLists: true },
  'keys that come and go': { world: { ...usual, writes: 3, faults: 1, failures: ['unavailable'], only: essentialFaults } },
  'a store without an id, redelivery, deletes on disconnect': {
    world: { writes: 1, faults: 2, failures: ['unavailable', 'missing'], storeId: '', deletesOnDisconnect: true },
    redeliverInterval: 600_000,
  },
  'a stream, and no patience with errors': {
    world: { ...usual, writes: 1, faults: 1, failures: ['unknown'] },
    streamsLists: true,
    timings: { maxErrorsPerRevision: 1 },
  },
  'audits of a datastore that does not say its revision': {
    world: { ...usual, writes: 2, faults: 2, failures: [], only: new Set(['auditInterval', 'list.withoutRevision']) },
  },
  'one failure again and again': { world: { ...usual, writes: 0, faults: 4, failures: ['unknown', 'unavailable'] } },
};

/** For the longer verification: minutes. */
export const largeExplorations: Readonly<Record<string, ReflectorExploration>> = {
  'many writes: 2 keys, 5 writes, 3 essential faults': {
    world: { ...usual, writes: 5, faults: 3, failures: ['unavailable'], hasSimpleWrites: true, only: essentialFaults },
  },
  'late facts: 2 keys, 4 writes, 3 faults': {
    world: {
      ...usual,
      writes: 4,
      faults: 3,
      failures: ['unavailable'],
      hasSimpleWrites: true,
      only: new Set([...essentialFaults, ...lateFacts]),
    },
  },
  'every kind of fault: 3 writes, 3 faults': { world: { ...usual, writes: 3, faults: 3, failures: ['unavailable'] } },
  'every failure, pages: 3 writes, 2 faults': { world: { ...usual, writes: 3, faults: 2, failures: everyFailure } },
  'every failure, streams: 3 writes, 2 faults': {
    world: { ...usual, writes: 3, faults: 2, failures: everyFailure },
    streamsLists: true,
  },
  'a store without an id: 3 writes, 3 essential faults': {
    world: { ...usual, storeId: '', writes: 3, faults: 3, failures: ['unavailable'], only: essentialFaults },
  },
};

/** For an hour of them: tens of millions of states. */
export const hugeExplorations: Readonly<Record<string, ReflectorExploration>> = {
  'late facts: 2 keys, 5 writes, 3 faults': {
    world: {
      ...usual,
      writes: 5,
      faults: 3,
      failures: ['unavailable'],
      hasSimpleWrites: true,
      only: new Set([...essentialFaults, ...lateFacts]),
    },
  },
  'essential faults: 2 keys, 4 writes, 5 faults': {
    world: { ...usual, writes: 4, faults: 5, failures: ['unavailable'], hasSimpleWrites: true, only: essentialFaults },
  },
  'every kind of fault: 4 writes, 3 faults': { world: { ...usual, writes: 4, faults: 3, failures: ['unavailable'] } },
  'every failure: 2 writes, 3 faults': { world: { ...usual, writes: 2, faults: 3, failures: everyFailure } },
  'every failure, streams: 2 writes, 3 faults': {
    world: { ...usual, writes: 2, faults: 3, failures: everyFailure },
    streamsLists: true,
  },
};

export function exploreReflector(
  { world, streamsLists = false, redeliverInterval = 0, timings: others = {} }: ReflectorExploration,
  machine = reflectorMachine,
): ExplorationReport {
  return explore({
    machine,
    input: { timings: { ...timings, ...others }, streamsLists, redeliverInterval },
    canonical: canonicalContext,
    environment: reflectorEnvironment(world),
    maxStates: 100_000_000,
  });
}
