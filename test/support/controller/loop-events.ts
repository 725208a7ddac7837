/** Events of scripts: of every kind, numbered, and telling how they were answered. */
import { DBResync } from '../../../src/controller/events/db-resync.js';
import type { Event, UpdateEvent } from '../../../src/controller/events/event.js';
import { ExternalConfigChange } from '../../../src/controller/events/external-config-change.js';
import { ExternalConfigResync } from '../../../src/controller/events/external-config-resync.js';
import { HealingResync } from '../../../src/controller/events/healing-resync.js';
import { KubeStateChange } from '../../../src/controller/events/kube-state-change.js';
import { Shutdown } from '../../../src/controller/events/shutdown.js';
import type { EventPlan } from './loop-draws.js';

type Answer = (error: Error | undefined) => void;

/** Makes `event` say its number, and tell its answer. */
function numbered<E extends Event>(event: E, id: string, answer: Answer): E {
  const done = event.done.bind(event);
  return Object.assign(event, {
    toString: () => id,
    done: (error: Error | undefined) => {
      answer(error);
      done(error);
    },
  });
}

/** The event that `plan` describes; its text is `id`, and `answer` is told its answer. */
export function eventOf(plan: EventPlan, id: string, answer: Answer): Event & { wait?: () => Promise<void> } {
  switch (plan.kind) {
    case 'dbResync':
      return numbered(
        new DBResync({ kubeState: { pods: { ...plan.kube } }, ...(plan.external && { externalConfig: { ...plan.external } }) }),
        id,
        answer,
      );
    case 'kube':
      return numbered(new KubeStateChange({ key: plan.key, resource: 'pods', newValue: plan.value }), id, answer);
    case 'external':
      return numbered(
        new ExternalConfigChange({ source: 'cli', updatedKVs: { ...plan.values }, blocking: plan.isBlocking }),
        id,
        answer,
      );
    case 'externalResync':
      return numbered(
        new ExternalConfigResync({ source: 'cli', externalConfig: { ...plan.values }, blocking: plan.isBlocking }),
        id,
        answer,
      );
    case 'shutdown':
      return numbered(new Shutdown(), id, answer);
    case 'update': {
      const { type: transactionType, direction } = plan;
      const event: UpdateEvent = {
        name: 'Update',
        method: 'update',
        isBlocking: false,
        transactionType,
        direction,
        done: () => {},
      };
      return numbered(event, id, answer);
    }
    default:
      return numbered({ name: 'Resync', method: plan.kind, isBlocking: false, done: () => {} }, id, answer);
  }
}

/** What an event is called in notes: its number; what the controller pushes itself has its name. */
export function idOf(event: Event): string {
  if (event instanceof HealingResync) return 'healing';
  return String(event);
}
