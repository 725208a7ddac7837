/** `heliostat sync`: mirrors a source in the terminal, once or for as long as somebody looks. */
import type { ResourceType } from '../model/resource-type.js';
import type { Syncer } from '../model/syncer.js';
import { createSyncer } from '../index.js';
import { pause, type Clock } from '../ports/clock.js';
import { silentLogger } from '../ports/logger.js';
import { exitCodes } from './failure.js';
import { listenForInterruption } from './interruption.js';
import { linesView } from './lines-view.js';
import { LiveView } from './live-view.js';
import { ndjsonView } from './ndjson-view.js';
import { openSource, type Source } from './sources.js';
import { tableOf } from './table.js';
import type { Terminal } from './terminal.js';
import { callbacksOf, type View } from './view.js';

/** What `sync` was asked. */
export interface SyncRequest {
  readonly source: string;
  /** Empty: all of them. */
  readonly kinds: readonly string[];
  readonly output: 'table' | 'ndjson';
  /** Print what there is and end. */
  readonly once: boolean;
  /** How long `once` may take, in milliseconds. */
  readonly timeout: number;
}

/** Runs `sync` and returns the exit code. */
export async function runSync(request: SyncRequest, terminal: Terminal, clock: Clock): Promise<number> {
  const source = await openSource(request.source, { terminal, logger: silentLogger, once: request.once });
  const view = viewOf(request, terminal, clock);
  const types: readonly ResourceType[] =
    request.kinds.length === 0 ? [{ list: {} }] : request.kinds.map((kind) => ({ list: { kind } }));
  const syncer = createSyncer(source.client, types, callbacksOf(view), { clock });
  try {
    return request.once
      ? await syncOnce(request, syncer, source, terminal, clock)
      : await syncUntilInterrupted(syncer, view, terminal);
  } finally {
    view.end();
    await syncer.stop({ mode: 'silent' });
    await source.close();
  }
}

function viewOf({ output, once, source }: SyncRequest, terminal: Terminal, clock: Clock): View {
  if (output === 'ndjson') return ndjsonView(terminal, clock);
  if (once) return { ...linesView(terminal), status: () => {}, updates: () => {} }; // the table comes at the end
  return terminal.isInteractive ? new LiveView(terminal, clock, `heliostat sync ${source}`) : linesView(terminal);
}

async function syncUntilInterrupted(syncer: Syncer, view: View, terminal: Terminal): Promise<number> {
  const over = listenForInterruption(terminal);
  view.begin(syncer);
  syncer.start();
  await over.happened;
  over.dispose();
  return exitCodes.done;
}

async function syncOnce(request: SyncRequest, syncer: Syncer, source: Source, terminal: Terminal, clock: Clock): Promise<number> {
  const over = listenForInterruption(terminal);
  const limit = new AbortController();
  syncer.start();
  const outcome = await Promise.race([
    syncer.firstSync.then(() => 'synced' as const),
    pause(clock, request.timeout, limit.signal).then(() => 'late' as const),
    over.happened,
  ]);
  limit.abort();
  over.dispose();
  if (outcome === 'interrupted') return exitCodes.interrupted;
  if (outcome === 'late') {
    terminal.writeError(`heliostat: not in sync within ${request.timeout / 1_000} seconds: ${reasonOf(syncer)}\n`);
    return exitCodes.failed;
  }
  if (request.output === 'table') terminal.write(tableOf(terminal, syncer.snapshot()));
  await hintAtKinds(request, syncer, source, terminal);
  return exitCodes.done;
}

/** Why a syncer is not in sync. */
function reasonOf(syncer: Syncer): string {
  const reasons = syncer
    .types()
    .filter(({ status }) => status !== 'inSync')
    .map(({ list, lastFailure }) => `${list.kind ?? 'everything'}: ${lastFailure?.error.message ?? 'no answer yet'}`);
  return reasons.join('; ');
}

/** A kind without objects may be a kind that is spelled in another way. */
async function hintAtKinds({ kinds }: SyncRequest, syncer: Syncer, { client }: Source, terminal: Terminal): Promise<void> {
  const empty = kinds.filter((kind) => syncer.snapshot().list({ kind }).length === 0);
  if (empty.length === 0) return;
  const { items } = await client.list({});
  const known = [...new Set(items.map(({ key }) => key.split('/')[1] ?? ''))].toSorted();
  for (const kind of empty) {
    const similar = known.filter((other) => other.startsWith(kind.slice(0, 3)) || other.includes(kind));
    const hint =
      similar.length > 0 ? `; did you mean ${similar.join(' or ')}?` : known.length > 0 ? `; there are: ${known.join(', ')}` : '';
    terminal.writeError(`heliostat: no objects of kind ${kind}${hint}\n`);
  }
}
