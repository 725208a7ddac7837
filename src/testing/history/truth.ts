/** The truth of a history: what the datastore committed, seen by a list and a watch that nothing stands between. */
import type { ListWatchClient } from '../../model/client.js';
import type { Revision } from '../../model/revision.js';
import { WatchEventType, type Watch, type WatchEvent } from '../../model/watch.js';
import { codeOf, defined, itemOf, type Notebook } from './notebook.js';
import type { WrittenChange } from './record.js';

/** How the truth is followed. */
export interface TruthOptions {
  /** Under which name it is recorded. Default: `datastore`. */
  readonly actor?: string | undefined;
}

/** The truth, being recorded. */
export interface Truth {
  /** The last revision that was recorded. */
  readonly revision: Revision;
  /**
   * Records no more.
   *
   * @throws what ended the watch before, after which the history has said `truth.lost`.
   */
  stop(): Promise<void>;
}

/** Records everything there is, and then every revision that is committed. */
export async function followTruth<V>(
  datastore: ListWatchClient<V>,
  notebook: Notebook,
  options: TruthOptions = {},
): Promise<Truth> {
  const { actor = 'datastore' } = options;
  const list = await datastore.list({});
  const { revision, storeId } = list;
  if (revision === undefined) throw new TypeError('The truth needs a datastore whose lists have a revision: this one gave none.');
  const watch = await datastore.watch({}, { revision });
  notebook.note(actor, {
    kind: 'state',
    revision,
    items: list.items.map((item) => itemOf(item, notebook)),
    ...defined({ storeId, malformed: list.malformed?.map(({ rawKey }) => rawKey) }),
  });
  const follower = new TruthFollower(watch, actor, notebook, revision);
  follower.begin();
  return follower;
}

class TruthFollower<V> implements Truth {
  revision: Revision;
  private readonly watch: Watch<V>;
  private readonly actor: string;
  private readonly notebook: Notebook;
  private isStopping = false;
  private following: Promise<void> = Promise.resolve();
  private failure: Error | undefined;

  constructor(watch: Watch<V>, actor: string, notebook: Notebook, revision: Revision) {
    this.watch = watch;
    this.actor = actor;
    this.notebook = notebook;
    this.revision = revision;
  }

  begin(): void {
    this.following = this.follow();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.watch.stop();
    await this.following;
    if (this.failure !== undefined) throw this.failure;
  }

  private async follow(): Promise<void> {
    try {
      for await (const batch of this.watch) this.record(batch);
      if (!this.isStopping) throw new Error('The datastore closed the watch that records the truth.');
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
      this.notebook.note(this.actor, { kind: 'truth.lost', code: codeOf(error) });
    }
  }

  /** A batch holds whole revisions, one after the other. */
  private record(batch: readonly WatchEvent<V>[]): void {
    let changes: WrittenChange[] = [];
    for (const [index, event] of batch.entries()) {
      changes.push(...changesOf(event, this.notebook));
      if (batch[index + 1]?.revision === event.revision) continue;
      this.revision = event.revision;
      if (changes.length > 0) this.notebook.note(this.actor, { kind: 'write', revision: event.revision, changes });
      changes = [];
    }
  }
}

function changesOf<V>(event: WatchEvent<V>, notebook: Notebook): readonly WrittenChange[] {
  switch (event.type) {
    case WatchEventType.Added:
    case WatchEventType.Modified: {
      const { key, hash, uid } = itemOf(event.new, notebook);
      return [{ key, hash, ...defined({ uid }) }];
    }
    case WatchEventType.Deleted:
      return [{ key: event.old.key, hash: null }];
    case WatchEventType.Error:
      return [{ key: event.error.key ?? event.error.rawKey, hash: null, malformed: true }];
    case WatchEventType.Mended:
      return [{ key: event.rawKey, hash: null }];
    case WatchEventType.Bookmark:
      return [];
  }
}
