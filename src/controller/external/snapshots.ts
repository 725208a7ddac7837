/** Asks sources of external configuration what they want, all at the same time. */
import { pause, type Clock } from '../../ports/clock.js';
import { TimedOutError } from '../errors.js';
import { layerOf, type ExternalLayer } from './layers.js';
import type { ExternalConfigSource } from './source.js';

/** How sources are asked. */
export interface LoadSnapshotsOptions {
  readonly clock: Clock;
  /** How long a source may take, in milliseconds. */
  readonly timeout: number;
  /** Ends the waiting: sources that have not answered by then have an error, the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a source has answered, or why it has not. */
export type LoadedSnapshot =
  { readonly source: string; readonly layer: ExternalLayer } | { readonly source: string; readonly error: Error };

/**
 * Asks every source for its snapshot, in parallel. A source may throw, reject, hang or answer nonsense: that is its answer, and the
 * others have theirs. What comes after its time changes nothing.
 *
 * @returns one answer a source, in the order of `sources`. Never rejects.
 */
export function loadSnapshots(
  sources: readonly ExternalConfigSource[],
  options: LoadSnapshotsOptions,
): Promise<readonly LoadedSnapshot[]> {
  return Promise.all(sources.map((source) => load(source, options)));
}

async function load(source: ExternalConfigSource, { clock, timeout, signal }: LoadSnapshotsOptions): Promise<LoadedSnapshot> {
  const { name } = source;
  if (signal?.aborted === true) return { source: name, error: asError(signal.reason, name) };
  const interest = new AbortController();
  const waiting = new AbortController();
  const endWaiting = (): void => waiting.abort();
  signal?.addEventListener('abort', endWaiting, { once: true });
  const tooLate = pause(clock, timeout, waiting.signal).then((): LoadedSnapshot => {
    const reason: unknown = signal?.aborted === true ? signal.reason : tookTooLong(name, timeout);
    return { source: name, error: asError(reason, name) };
  });
  try {
    const answer = await Promise.race([ask(source, interest.signal), tooLate]);
    // Nobody who has answered needs to be told; one who has not, does.
    if ('error' in answer) interest.abort(answer.error);
    return answer;
  } finally {
    signal?.removeEventListener('abort', endWaiting);
    waiting.abort();
  }
}

async function ask(source: ExternalConfigSource, signal: AbortSignal): Promise<LoadedSnapshot> {
  try {
    return { source: source.name, layer: layerOf(await source.getConfigSnapshot({ signal })) };
  } catch (error) {
    return { source: source.name, error: asError(error, source.name) };
  }
}

function tookTooLong(name: string, timeout: number): TimedOutError {
  return new TimedOutError(`The source ${JSON.stringify(name)} has not answered within ${timeout} ms.`, { field: name });
}

function asError(thrown: unknown, name: string): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(`The source ${JSON.stringify(name)} threw something that is no error: ${typeof thrown}`, { cause: thrown });
}
