/** The connection chart with everything that a source provides for it. */
import { datastoreConnectionMachine } from '../../../machines/datastore-connection.machine.js';
import { backoffDelay } from '../../policy/backoff.js';
import type { ChangeTeller } from './change-teller.js';
import type { ControllerGate } from './controller-gate.js';
import type { DatastoreSourceSettings } from './options.js';
import type { ProblemTeller } from './problems.js';
import type { SourceEffects } from './source-effects.js';

export interface ConnectionParts {
  readonly settings: DatastoreSourceSettings;
  readonly effects: SourceEffects;
  readonly changes: ChangeTeller;
  readonly gate: ControllerGate;
  readonly problems: ProblemTeller;
}

export function connectionChart({
  settings,
  effects,
  changes,
  gate,
  problems,
}: ConnectionParts): typeof datastoreConnectionMachine {
  const { random, resyncRetryInterval, timings } = settings;
  const { loadMirror, pushLocal, pushResync } = effects;
  const waitAfter = (refusals: number): number =>
    Math.max(resyncRetryInterval, backoffDelay(refusals, resyncRetryInterval, timings.backoff, random));
  return datastoreConnectionMachine.provide({
    actors: { loadMirror, pushLocal, pushResync, tellChanges: changes.logic },
    actions: {
      reportMirror: (_, { error }) => problems.tell({ kind: 'mirror', operation: 'load', error }),
      reportClosed: () => {
        if (gate.closedBy !== undefined) problems.tell({ kind: 'controllerClosed', error: gate.closedBy });
      },
    },
    delays: {
      resyncRetry: ({ context }) => waitAfter(context.refusals),
      localRetry: ({ context }) => waitAfter(context.localRefusals),
    },
  });
}
