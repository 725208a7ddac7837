/** Tells a controller what changes, one event after the other, as long as it is asked to. */
import { fromCallback } from 'xstate';
import type { TellingFact, TellingInput, TellingLogic } from '../../../machines/datastore-connection.types.js';
import type { Key } from '../../model/key.js';
import { emptyTree } from '../../store/object-tree.js';
import type { Event } from '../events/event.js';
import { ExternalConfigChange } from '../events/external-config-change.js';
import { KubeStateChange } from '../events/kube-state-change.js';
import { datastoreSource } from '../external/source.js';
import { recordOf } from '../key-values.js';
import type { ControllerGate, Verdict } from './controller-gate.js';
import type { Entry, Picture } from './picture.js';
import type { ChangeBatch, Step } from './source-sink.js';

interface Run {
  readonly request: number;
  readonly sendBack: (fact: TellingFact) => void;
}

export class ChangeTeller {
  readonly logic: TellingLogic;
  /** Events that the controller has taken. */
  told = 0;
  private readonly gate: ControllerGate;
  /** What the controller knows. */
  private known: Picture = emptyTree();
  private run: Run | undefined;
  private batches: ChangeBatch[] = [];

  constructor(gate: ControllerGate) {
    this.gate = gate;
    this.logic = fromCallback<{ type: 'none' }, TellingInput>(({ input, sendBack }) => {
      this.run = { request: input.request, sendBack };
      return () => {
        this.run = undefined;
        this.batches = [];
      };
    });
  }

  /** The controller has been told all of `picture`. */
  begin(picture: Picture): void {
    this.known = picture;
  }

  /** To be told soon; not at all, when changes are not told now. */
  add(batch: ChangeBatch): void {
    if (this.run === undefined) return;
    this.batches.push(batch);
    // A transition runs to its end before any promise does, so the controller is not called from inside one.
    if (this.batches.length === 1) void Promise.resolve().then(() => this.tellAll());
  }

  private tellAll(): void {
    const { run } = this;
    if (run === undefined) return;
    for (let batch = this.batches[0]; batch !== undefined; batch = this.batches[0]) {
      const verdict = this.tell(batch, () => this.run === run);
      if (this.run !== run) return; // it has been ended by what it told
      this.known = batch.after;
      this.batches.shift();
      if (verdict === 'refused') return run.sendBack({ type: 'changes.refused', request: run.request });
      if (verdict === 'closed') return run.sendBack({ type: 'controller.closed' });
    }
  }

  private tell({ revisions }: ChangeBatch, isWanted: () => boolean): Verdict {
    const since = new Map<Key, Entry | undefined>(); // what the controller has been told of this batch
    const before = (key: Key): Entry | undefined => (since.has(key) ? since.get(key) : this.known.get(key));
    for (const steps of revisions) {
      for (const event of eventsOf(steps, before)) {
        const verdict = this.gate.push(event);
        if (verdict !== 'accepted' || !isWanted()) return verdict;
        this.told++;
      }
      for (const { key, entry } of steps) since.set(key, entry);
    }
    return 'accepted';
  }
}

/** The events of one revision: the changes of the state in order, and one event for all external configuration. */
function* eventsOf(steps: readonly Step[], before: (key: Key) => Entry | undefined): Generator<Event> {
  const external: (readonly [Key, unknown])[] = [];
  for (const { key, entry } of steps) {
    const known = before(key);
    const resource = (entry ?? known)?.place.resource;
    if (resource === undefined) external.push([key, entry === undefined ? null : entry.value]);
    else yield new KubeStateChange({ key, resource, prevValue: known?.value, newValue: entry?.value });
  }
  if (external.length === 0) return;
  yield new ExternalConfigChange({ source: datastoreSource, updatedKVs: Object.freeze(recordOf(external)) });
}
