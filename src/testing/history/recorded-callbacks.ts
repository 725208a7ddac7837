/** The callbacks of a syncer, recorded: what they are given, and when they return. */
import type { SyncerCallbacks } from '../../model/syncer.js';
import { UpdateType, type Update } from '../../model/update.js';
import { defined, type Notebook } from './notebook.js';
import type { HistoryNote, ToldUpdate } from './record.js';

type CallbackName = keyof SyncerCallbacks;

/** Callbacks that write down what they are given and pass it on to `callbacks`, whatever of them there is. */
export function recordedCallbacks<V>(
  callbacks: SyncerCallbacks<V>,
  actor: string,
  notebook: Notebook,
): Required<SyncerCallbacks<V>> {
  const recorded = <A>(
    callback: CallbackName,
    noteOf: (argument: A) => HistoryNote,
    pass: (argument: A) => void | Promise<void>,
  ): ((argument: A) => void | Promise<void>) => {
    const returned = (failed: boolean): void =>
      void notebook.note(actor, { kind: 'callback.returned', callback, ...(failed ? { failed } : {}) });
    return (argument) => {
      notebook.note(actor, noteOf(argument));
      try {
        const result = pass(argument);
        if (isThenable(result)) return passOn(result, returned);
        returned(false);
        return result;
      } catch (error) {
        returned(true);
        throw error;
      }
    };
  };
  return {
    onUpdates: recorded(
      'onUpdates',
      (updates) => ({ kind: 'updates', updates: toldUpdates(updates, notebook) }),
      (updates) => callbacks.onUpdates?.(updates),
    ),
    onStatusUpdated: recorded(
      'onStatusUpdated',
      (status) => ({ kind: 'status', status }),
      (status) => callbacks.onStatusUpdated?.(status),
    ),
    parseFailed: recorded(
      'parseFailed',
      ({ rawKey, revision }) => ({ kind: 'notice', callback: 'parseFailed', rawKey, ...defined({ revision }) }),
      (error) => callbacks.parseFailed?.(error),
    ),
    parseMended: recorded(
      'parseMended',
      (rawKey) => ({ kind: 'notice', callback: 'parseMended', rawKey }),
      (rawKey) => callbacks.parseMended?.(rawKey),
    ),
    syncFailed: recorded(
      'syncFailed',
      () => ({ kind: 'notice', callback: 'syncFailed' }),
      (failure) => callbacks.syncFailed?.(failure),
    ),
    syncRecovered: recorded(
      'syncRecovered',
      () => ({ kind: 'notice', callback: 'syncRecovered' }),
      (recovered) => callbacks.syncRecovered?.(recovered),
    ),
    onProblem: recorded(
      'onProblem',
      (problem) => ({
        kind: 'notice',
        callback: 'onProblem',
        problem: problem.kind,
        ...(problem.kind === 'consumerFailed' ? { failed: problem.callback } : {}),
      }),
      (problem) => callbacks.onProblem?.(problem),
    ),
  };
}

/** Updates as they are recorded. */
export function toldUpdates<V>(updates: readonly Update<V>[], notebook: Notebook): readonly ToldUpdate[] {
  return updates.map((update) => {
    const { type: op, key, value, revision, uid, source } = update;
    const told = { op, key, hash: value === null ? null : notebook.hash(value), ...defined({ revision, uid, source }) };
    if (update.type === UpdateType.New) return told;
    const previous = {
      previousHash: notebook.hash(update.previous.value),
      ...defined({ previousRevision: update.previous.revision }),
    };
    if (update.type === UpdateType.Updated) return { ...told, ...previous, recreated: update.recreated };
    return { ...told, ...previous, finalStateUnknown: update.finalStateUnknown };
  });
}

function isThenable(value: unknown): value is PromiseLike<void> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

async function passOn(result: PromiseLike<void>, returned: (failed: boolean) => void): Promise<void> {
  try {
    await result;
  } catch (error) {
    returned(true);
    throw error;
  }
  returned(false);
}
