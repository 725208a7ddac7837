/** The bugs of controllers: the seven that the original was caught at, and others of its kind. */
import type { Mutant } from './mutants.js';

const loopChart = 'machines/event-loop.machine.ts';
const transactionChart = 'machines/transaction.machine.ts';
const loop = 'src/controller/loop/event-loop.ts';
const flow = 'src/controller/loop/flow.ts';
const intake = 'src/controller/loop/intake.ts';

export const controllerMutants: readonly Mutant[] = [
  {
    name: 'abort-goes-on',
    bug: 'Abort does not abort: the other handlers are called, and the rest is committed',
    seen: 'contiv/vpp 75e30f47b, executed: both flags test for fatal errors',
    file: transactionChart,
    from: "isAbort: (facts) => failedAs(facts, 'abort'),",
    to: "isAbort: (facts) => failedAs(facts, 'fatal'),",
  },
  {
    name: 'healing-without-end',
    bug: 'healing that fails is tried again and again, and nobody is told',
    seen: 'contiv/vpp, executed: a failed healing is never fatal',
    file: loopChart,
    from: 'wasNotHealed(facts) && facts.context.failedHealings + 1 >= facts.context.healingAttempts,',
    to: 'wasNotHealed(facts) && facts.context.healingAttempts < 0,',
  },
  {
    name: 'unhealed-resync',
    bug: 'a resync that fails is never healed',
    seen: 'contiv/vpp, executed: only updates are healed',
    file: flow,
    from: 'healsFailures: type !== UpdateTransactionType.BestEffortIgnoreErrors,',
    to: 'healsFailures: type !== undefined && type !== UpdateTransactionType.BestEffortIgnoreErrors,',
  },
  {
    name: 'done-twice',
    bug: 'what waits when the startup deadline is over is answered, and answered again',
    seen: 'contiv/vpp, executed: the loop blocks at the second answer',
    file: intake,
    from: 'const all = this.items.filter((accepted) => accepted !== undefined);\n    this.items = [];\n    this.head = 0;',
    to: 'const all = this.items.filter((accepted) => accepted !== undefined);',
  },
  {
    name: 'close-that-waits',
    bug: 'a close before the first resync never returns',
    seen: 'contiv/vpp, executed: the Shutdown is delayed itself',
    file: loopChart,
    from: "{ guard: 'isShutdown', target: ['#processing', '#shutdownRequested'], actions: ['takeShutdown', 'recordShutdown'] },\n",
    to: '',
  },
  {
    name: 'forgotten-behind-shutdown',
    bug: 'events behind a Shutdown are never answered',
    seen: 'contiv/vpp, executed',
    file: loop,
    from: 'this.answerAll((event) => (this.fatal === undefined ? closed(event) : this.aborting()));',
    to: '',
  },
  {
    name: 'hidden-cause',
    bug: 'an error of a revert hides the one that it was reverted for',
    seen: 'contiv/vpp, executed: the error of the last revert is the answer',
    file: flow,
    from: 'return errors.length > 1 ? new EventFailedError(errors, revertErrors) : only;',
    to: 'return revertErrors.at(-1) ?? (errors.length > 1 ? new EventFailedError(errors, revertErrors) : only);',
  },
  {
    name: 'follow-ups-last',
    bug: 'what a handler pushes waits behind everything that waits already',
    seen: 'what the second queue of contiv/vpp is there for',
    file: intake,
    from: 'return this.followUps.shift() ?? this.queue.shift();',
    to: 'return this.queue.shift() ?? this.followUps.shift();',
  },
  {
    name: 'nothing-instead-of-gone',
    bug: 'an object that is gone stays in the cache, as nothing',
    seen: 'contiv/vpp c154cbfd0, 7d523f81c',
    file: 'src/controller/loop/state.ts',
    from: '(value === undefined ? draft.delete(key) : draft.set(key, value))',
    to: 'draft.set(key, value ?? null)',
  },
  {
    name: 'healings-pile-up',
    bug: 'every failure schedules a healing of its own',
    seen: 'contiv/vpp: its periodic healings still do',
    file: loopChart,
    from: "on: { 'failures.mended': { target: 'none', actions: 'recordHealed' } },",
    to: "on: { 'failures.mended': { target: 'none', actions: 'recordHealed' }, 'event.processed': { guard: 'needsHealing', actions: 'pushHealing' } },",
  },
  {
    name: 'wanted-though-reverted',
    bug: 'what was reverted is wanted from then on',
    seen: 'contiv/vpp, the other way round: the southbound keeps what the configuration has not',
    file: flow,
    from: "return result?.outcome === 'applied' || result?.outcome === 'partlyApplied';",
    to: "return result !== undefined || outcome === 'failed';",
  },
  {
    name: 'local-copy-deletes',
    bug: 'a resync from the local copy takes external configuration away',
    seen: 'contiv/vpp, executed: a local resync after a remote one',
    file: 'src/controller/loop/receive.ts',
    from: 'if (event.externalConfig === undefined) return { state: withPart(state, { kube }), changedKeys: [] };',
    to: 'if (event.externalConfig === undefined) return { state: withPart(state, { kube, external: withSnapshot(state.external, datastoreSource, {}).layers }), changedKeys: [] };',
  },
  {
    name: 'local-copy-without-config',
    bug: 'the local copy gives everything back but external configuration',
    seen: 'contiv/vpp: what its local resync means for external configuration',
    file: 'src/controller/source/source-effects.ts',
    from: 'new DBResync({ local: true, ...copy.state })',
    to: 'new DBResync({ local: true, kubeState: copy.state.kubeState, externalConfig: {} })',
  },
  {
    name: 'partial-snapshot',
    bug: 'a source that has no snapshot is taken to want nothing',
    seen: 'contiv/vpp: a source whose snapshot has failed has nothing',
    file: 'src/controller/external/snapshots.ts',
    from: 'return { source: source.name, error: asError(error, source.name) };',
    to: 'return { source: source.name, layer: layerOf({}) };',
  },
  {
    name: 'failed-handler-forgotten',
    bug: 'what a handler wanted is deleted when it fails in a resync',
    seen: 'contiv/vpp, executed: why most of its handlers answer with fatal errors',
    file: 'src/controller/transaction/wanted.ts',
    from: 'isPut: (key) => draft.has(key), failed });',
    to: 'isPut: (key) => draft.has(key), failed: failed.slice(failed.length) });',
  },
];
