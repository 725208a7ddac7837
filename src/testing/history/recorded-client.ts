/** A client whose lists and watches are recorded. */
import type { ClientCapabilities, ListWatchClient } from '../../model/client.js';
import type { ParseError } from '../../model/errors.js';
import type { KVPairList } from '../../model/kv-pair.js';
import type { ListOptions, ListRequest, WatchRequest } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import { WatchEventType, type Watch, type WatchEvent } from '../../model/watch.js';
import { codeOf, defined, itemOf, type Notebook } from './notebook.js';
import type { ListAnsweredRecord, ReceivedEvent } from './record.js';
import { RecordedWatch } from './recorded-watch.js';

/** Passes lists and watches through to `inner`, and writes them down under the name of `actor`. */
export class RecordedClient<V, C extends ListWatchClient<V> = ListWatchClient<V>> implements ListWatchClient<V> {
  readonly compareRevisions?: (a: Revision, b: Revision) => number;
  protected readonly inner: C;
  protected readonly actor: string;
  protected readonly notebook: Notebook;

  constructor(inner: C, actor: string, notebook: Notebook) {
    this.inner = inner;
    this.actor = actor;
    this.notebook = notebook;
    if (inner.compareRevisions !== undefined) this.compareRevisions = (a, b) => inner.compareRevisions?.(a, b) ?? NaN;
  }

  get capabilities(): Readonly<Partial<ClientCapabilities>> {
    return this.inner.capabilities;
  }

  async list(options: ListOptions, request?: ListRequest): Promise<KVPairList<V>> {
    const { notebook, actor } = this;
    const number = notebook.nextRequest();
    notebook.note(actor, { kind: 'list.requested', request: number, list: options, ...askedOf(request ?? {}) });
    const settled = this.noteAbort(number, request?.signal);
    try {
      const list = await this.inner.list(options, request);
      settled();
      notebook.note(actor, { kind: 'list.answered', request: number, ...answerOf(list, notebook) });
      return list;
    } catch (error) {
      settled();
      notebook.note(actor, { kind: 'list.failed', request: number, code: codeOf(error) });
      throw error;
    }
  }

  async watch(options: ListOptions, request?: WatchRequest): Promise<Watch<V>> {
    const { notebook, actor } = this;
    const number = notebook.nextRequest();
    const { revision, initialList, signal } = request ?? {};
    notebook.note(actor, { kind: 'watch.requested', request: number, list: options, ...defined({ revision, initialList }) });
    const settled = this.noteAbort(number, signal);
    try {
      const watch = await this.inner.watch(options, request);
      notebook.note(actor, { kind: 'watch.opened', request: number });
      return new RecordedWatch(watch, {
        received: (events) =>
          notebook.note(actor, {
            kind: 'watch.received',
            request: number,
            events: events.map((event) => receivedEvent(event, notebook)),
          }),
        ended: (reason, error) => {
          settled();
          const code = error === undefined ? {} : { code: codeOf(error) };
          notebook.note(actor, { kind: 'watch.ended', request: number, reason, ...code });
        },
      });
    } catch (error) {
      settled();
      notebook.note(actor, { kind: 'watch.ended', request: number, reason: 'refused', code: codeOf(error) });
      throw error;
    }
  }

  /** Writes down when nobody wants the answer any more; the returned function is to be called when it is there. */
  private noteAbort(request: number, signal: AbortSignal | undefined): () => void {
    const onAbort = (): void => void this.notebook.note(this.actor, { kind: 'request.cancelled', request });
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    return () => signal?.removeEventListener('abort', onAbort);
  }
}

function askedOf({ revision, revisionMatch, limit, continue: page }: ListRequest) {
  const isFloor = revisionMatch === 'notOlderThan';
  return defined({ notOlderThan: isFloor ? revision : undefined, exact: isFloor ? undefined : revision, limit, continue: page });
}

function answerOf<V>(
  list: KVPairList<V>,
  notebook: Notebook,
): Omit<ListAnsweredRecord, 'kind' | 'seq' | 'at' | 'actor' | 'request'> {
  const { revision, continue: page, storeId, malformed } = list;
  const unreadable = malformed?.map(({ rawKey }: ParseError) => rawKey);
  return {
    items: list.items.map((item) => itemOf(item, notebook)),
    ...defined({ revision, continue: page, storeId, malformed: unreadable }),
  };
}

/** One event as it is recorded. */
function receivedEvent<V>(event: WatchEvent<V>, notebook: Notebook): ReceivedEvent {
  const { type, revision } = event;
  switch (event.type) {
    case WatchEventType.Added:
    case WatchEventType.Modified: {
      const { key, hash, uid, revision: objectRevision } = itemOf(event.new, notebook);
      return { type, revision, key, hash, ...defined({ uid, objectRevision }) };
    }
    case WatchEventType.Deleted:
      return { type, revision, key: event.old.key };
    case WatchEventType.Bookmark:
      return { type, revision, ...defined({ initialListEnd: event.initialListEnd }) };
    case WatchEventType.Error:
      return { type, revision, rawKey: event.error.rawKey, ...defined({ key: event.error.key }) };
    case WatchEventType.Mended:
      return { type, revision, rawKey: event.rawKey };
  }
}
