/** The effects of the connection chart: what is told to the controller, and the reading of the local copy. */
import { fromCallback } from 'xstate';
import type { LocalFact, TellingFact, TellingInput, TellingLogic } from '../../../machines/datastore-connection.types.js';
import { ValidationError } from '../../model/errors.js';
import { failureOf } from '../../policy/failure.js';
import { DBResync } from '../events/db-resync.js';
import type { ControllerGate } from './controller-gate.js';
import { localCopyOf, type LocalCopy } from './local-copy.js';
import type { LocalMirror } from './local-mirror.js';
import type { DatastoreState } from './picture.js';
import type { ProblemTeller } from './problems.js';
import type { ResourceRegistry } from './resource-registry.js';

export interface SourceEffectsOptions {
  readonly gate: ControllerGate;
  readonly problems: ProblemTeller;
  readonly registry: ResourceRegistry;
  readonly mirror: LocalMirror | undefined;
  /** What is to be told. Called once before each DBResync. */
  readonly stateToTell: () => DatastoreState;
  /** The controller has taken what was asked for last. */
  readonly onResync: () => void;
  /** The controller has taken the local copy. */
  readonly onLocalResync: (copy: LocalCopy) => void;
}

type Fact = TellingFact | LocalFact;

export class SourceEffects {
  readonly pushResync: TellingLogic;
  readonly pushLocal: TellingLogic;
  readonly loadMirror: TellingLogic;
  private readonly options: SourceEffectsOptions;
  private copy: LocalCopy | undefined;
  private readonly loading = new Set<Promise<void>>();

  constructor(options: SourceEffectsOptions) {
    this.options = options;
    this.pushResync = soon(({ request }) => this.tellEverything(request));
    this.pushLocal = soon(({ request }) => this.tellCopy(request));
    this.loadMirror = fromCallback<{ type: 'none' }, TellingInput>(({ input, sendBack }) => {
      const abort = new AbortController();
      const loading = this.load(input.request, abort.signal)
        .then((fact) => void (abort.signal.aborted || sendBack(fact)))
        .finally(() => this.loading.delete(loading));
      this.loading.add(loading);
      return () => abort.abort();
    });
  }

  /** Resolves when no local copy is being read any more. */
  async settled(): Promise<void> {
    await Promise.all(this.loading);
  }

  private tellEverything(request: number): Fact {
    const verdict = this.options.gate.push(new DBResync(this.options.stateToTell()));
    if (verdict === 'closed') return { type: 'controller.closed' };
    if (verdict === 'refused') return { type: 'resync.refused', request };
    this.options.onResync();
    return { type: 'resync.accepted', request };
  }

  private tellCopy(request: number): Fact {
    const { copy } = this;
    if (copy === undefined) return { type: 'local.refused', request }; // the chart asks for it only after it was read
    const verdict = this.options.gate.push(new DBResync({ local: true, ...copy.state }));
    if (verdict === 'closed') return { type: 'controller.closed' };
    if (verdict === 'refused') return { type: 'local.refused', request };
    this.options.onLocalResync(copy);
    return { type: 'local.accepted', request };
  }

  private async load(request: number, signal: AbortSignal): Promise<Fact> {
    const { mirror, registry, problems } = this.options;
    try {
      const copy = localCopyOf(await mirror?.load({ signal }), registry);
      this.copy = copy;
      if (copy.strangers > 0) {
        const message = `${copy.strangers} entries of the local copy are of no resource that this source knows, and are not used.`;
        problems.tell({ kind: 'mirror', operation: 'load', error: new ValidationError(message, { field: 'resources' }) });
      }
      return { type: 'mirror.loaded', request, isEmpty: copy.isEmpty };
    } catch (error) {
      return { type: 'mirror.failed', request, error: failureOf(error).error };
    }
  }
}

/** An effect that does one thing, when the transition that asked for it is over: nobody is called from inside one. */
function soon(act: (input: TellingInput) => Fact): TellingLogic {
  return fromCallback<{ type: 'none' }, TellingInput>(({ input, sendBack }) => {
    let isWanted = true;
    void Promise.resolve().then(() => {
      if (!isWanted) return;
      const fact = act(input);
      if (isWanted) sendBack(fact); // by what it told, the source may have been closed
    });
    return () => (isWanted = false);
  });
}
