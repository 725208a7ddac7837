/** Everything that simulations must have met, by the names that they count it by: what never happened has proved nothing. */
import { faultNames } from '../faults.js';
import { lieNames } from './lies.js';
import { actionNames, moods, readings } from './plan.js';

/** The faults of a simulation: of the line, of the datastore, of the process and its clock. docs/SPEC.md says what each stands for. */
export const simulatedFaults: readonly string[] = [
  ...faultNames,
  ...lieNames,
  'store.restarted',
  'store.compacted',
  'store.compactedRacing',
  'store.apiMissing',
  'store.restored',
  'store.restoredUnidentified',
  'store.leaseExpired',
  'clock.wallSet',
  'process.paused',
  'timer.late',
];

/** Where a resource type can stand when it is stopped. */
const places = [
  'idle',
  'listing.waiting',
  'listing.requesting.receiving',
  'streamed.filling.receiving',
  'streamed.synced.following',
  'watching.streaming.opening',
  'watching.streaming.following',
  'watching.waiting',
  'watching.lapsed',
  'auditing.pausing',
  'auditing.requesting.receiving',
  'polling.waiting',
  'polling.missing',
  'polling.retrying',
  'polling.requesting.receiving',
];

const refusals = ['datastore-unavailable', 'datastore-throttled', 'revision-compacted', 'revision-too-new', 'unauthorized'];
const listEnds = [...refusals, 'api-missing', 'unclassified'];
const watchEnds = [...listEnds, 'operation-not-supported', 'closed', 'closed in peace', 'given up'];
const objections = ['resource-already-exists', 'resource-does-not-exist', 'resource-update-conflict'];
const writeEnds = [...objections, 'done', 'datastore-unavailable', 'outcome-unknown'];

const under = (heading: string, names: readonly string[]): readonly string[] => names.map((name) => `${heading}:${name}`);

/** Everything else that is counted in a {@link SimulationReport} and must not be missing from the totals. */
export const simulatedHappenings: readonly string[] = [
  ...under('action', actionNames),
  ...under('mood', moods),
  ...under('iterate', readings),
  ...under('reentrant', ['read', 'write', 'iterate', 'start', 'stop', 'stop and wait']),
  ...under('status', ['waitForDatastore', 'resyncInProgress', 'inSync']),
  ...under('lifecycle', ['start', 'stop before start']),
  ...under('stop', ['emitDeletes', 'drain', 'silent', 'while the consumer is stuck']),
  ...under('stop at', places),
  ...under('told', ['parseFailed', 'parseMended', 'syncFailed', 'syncRecovered', 'onProblem']),
  ...under('list', listEnds),
  ...under('watch', watchEnds),
  ...under('write', writeEnds),
  ...under('judged', ['paces', 'pictures']),
];
