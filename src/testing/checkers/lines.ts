/**
 * What passes between those who list and watch and their datastores: which request belongs to what, which lists became complete, and
 * up to where each reader has been told everything.
 */
import type { Key } from '../../model/key.js';
import type { ListOptions } from '../../model/list-options.js';
import type { Revision } from '../../model/revision.js';
import { WatchEventType } from '../../model/watch.js';
import type {
  HistoryRecord,
  ListAnsweredRecord,
  ListedItem,
  ListRequestedRecord,
  WatchReceivedRecord,
  WatchRequestedRecord,
} from '../history/record.js';
import { nameOfList } from './selection.js';

/** A list or a watch that was asked for. */
export interface Request {
  readonly number: number;
  readonly actor: string;
  readonly list: ListOptions;
  readonly asked: ListRequestedRecord | WatchRequestedRecord;
  /** The pages of a list that this one belongs to; of a watch, the list that it begins with. */
  readonly pages: Pages | undefined;
  state: 'asked' | 'open' | 'over';
}

/** A list while it arrives. */
export interface Pages {
  readonly first: ListRequestedRecord | WatchRequestedRecord;
  readonly items: Map<Key, ListedItem>;
  readonly malformed: Set<string>;
  revision: Revision | undefined;
  storeId: string | undefined;
  isComplete: boolean;
}

/** A list that is complete. */
export interface CompletedList extends Readonly<Pages> {
  readonly actor: string;
  readonly list: ListOptions;
}

export class Lines {
  /** The list that the last record made complete. */
  completed: CompletedList | undefined;
  private readonly requests = new Map<number, Request>();
  private readonly continued = new Map<string, Pages>();

  /** A request by its number. It is forgotten when it is over and the next record comes. */
  request(number: number): Request | undefined {
    return this.requests.get(number);
  }

  /** What `actor` has asked for and what is not over. */
  *openOf(actor: string): Generator<Request> {
    for (const request of this.requests.values()) if (request.actor === actor && request.state !== 'over') yield request;
  }

  take(record: HistoryRecord): void {
    this.completed = undefined;
    switch (record.kind) {
      case 'list.requested':
      case 'watch.requested':
        this.sweep();
        return this.begin(record);
      case 'list.answered':
        return this.answer(record);
      case 'watch.opened':
        return this.move(record.request, 'open');
      case 'watch.received':
        return this.receive(record);
      case 'list.failed':
      case 'watch.ended':
      case 'request.cancelled':
        return this.move(record.request, 'over');
      default:
    }
  }

  private begin(asked: ListRequestedRecord | WatchRequestedRecord): void {
    const { request: number, actor, list } = asked;
    this.requests.set(number, { number, actor, list, asked, pages: this.pagesOf(asked), state: 'asked' });
  }

  private pagesOf(asked: ListRequestedRecord | WatchRequestedRecord): Pages | undefined {
    const page = asked.kind === 'list.requested' ? asked.continue : undefined;
    if (page !== undefined) return this.continued.get(pageName(asked.actor, asked.list, page));
    if (asked.kind === 'watch.requested' && asked.initialList !== true) return undefined;
    return { first: asked, items: new Map(), malformed: new Set(), revision: undefined, storeId: undefined, isComplete: false };
  }

  private answer({ request: number, items, malformed = [], revision, storeId, continue: page }: ListAnsweredRecord): void {
    const request = this.requests.get(number);
    if (request === undefined || request.state === 'over') return; // nobody waits for it any more
    request.state = 'over';
    const { pages, actor, list } = request;
    if (pages === undefined) return;
    for (const item of items) pages.items.set(item.key, item);
    for (const rawKey of malformed) pages.malformed.add(rawKey);
    pages.revision ??= revision;
    pages.storeId ??= storeId;
    if (page === undefined || page === '') this.complete(pages, request);
    else this.continued.set(pageName(actor, list, page), pages);
  }

  private receive({ request: number, events }: WatchReceivedRecord): void {
    const request = this.requests.get(number);
    if (request?.pages === undefined || request.pages.isComplete || request.state === 'over') return;
    const { items, malformed } = request.pages;
    for (const event of events) {
      const { type, key = '', hash = '', objectRevision, uid, revision, rawKey = key } = event;
      if (type === WatchEventType.Bookmark && event.initialListEnd === true) {
        request.pages.revision = revision;
        return this.complete(request.pages, request);
      }
      if (type === WatchEventType.Error) malformed.add(rawKey);
      else malformed.delete(rawKey);
      const item = {
        key,
        hash,
        ...(objectRevision === undefined ? {} : { revision: objectRevision }),
        ...(uid === undefined ? {} : { uid }),
      };
      if (type === WatchEventType.Added || type === WatchEventType.Modified) items.set(key, item);
      if (type === WatchEventType.Deleted) items.delete(key);
    }
  }

  private complete(pages: Pages, { actor, list }: Request): void {
    pages.isComplete = true;
    this.completed = { ...pages, actor, list };
  }

  private move(number: number, state: Request['state']): void {
    const request = this.requests.get(number);
    if (request !== undefined && request.state !== 'over') request.state = state;
  }

  private sweep(): void {
    for (const [number, { state }] of this.requests) if (state === 'over') this.requests.delete(number);
  }
}

function pageName(actor: string, list: ListOptions, page: string): string {
  return JSON.stringify([actor, nameOfList(list), page]);
}
