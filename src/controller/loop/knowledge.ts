/** Who has said what he wants in this process, and who has not: what nobody wants may then be somebody's all the same. */
import { DBResync } from '../events/db-resync.js';
import type { Event } from '../events/event.js';
import { ExternalConfigResync } from '../events/external-config-resync.js';
import type { LoadedSnapshot } from '../external/snapshots.js';
import { datastoreSource } from '../external/source.js';
import type { TransactionReport } from '../transaction/event-transaction.js';
import type { HandlerReport } from '../transaction/handler-calls.js';

export class Knowledge {
  /** Sources that have not said what they want, since the process began. */
  private readonly unknown: Set<string>;
  /** Handlers that have built everything that they want once. */
  private readonly known = new Set<string>();
  private readonly silentSources = new Set<string>();

  constructor(sources: readonly string[]) {
    this.unknown = new Set([...sources, datastoreSource]);
  }

  /** The sources that had no snapshot when they were asked last. */
  get silent(): ReadonlySet<string> {
    return this.silentSources;
  }

  /** An event has brought all that a source wants. */
  received(event: Event): void {
    // A local fallback may know nothing of external configuration; the datastore itself that says nothing of it has none.
    const isOfDatastore = event instanceof DBResync && !(event.local && event.externalConfig === undefined);
    if (isOfDatastore) this.unknown.delete(datastoreSource);
    if (event instanceof ExternalConfigResync) this.learned(event.source);
  }

  /** A source was asked for its snapshot. */
  asked(snapshot: LoadedSnapshot): void {
    if ('layer' in snapshot) this.learned(snapshot.source);
    else this.silentSources.add(snapshot.source);
  }

  /** Whether a source, or a handler that has just failed, has never said what it wants. */
  isMissingSomething(reports: readonly HandlerReport[]): boolean {
    return this.unknown.size > 0 || reports.some(({ handler, error }) => error !== undefined && !this.known.has(handler));
  }

  /** A resync is over. */
  heard({ handlers }: TransactionReport): void {
    for (const { handler, error } of handlers) if (error === undefined) this.known.add(handler);
  }

  private learned(source: string): void {
    this.unknown.delete(source);
    this.silentSources.delete(source);
  }
}
