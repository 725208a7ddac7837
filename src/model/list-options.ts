import type { Revision } from './revision.js';

/**
 * Which objects a list or a watch is about. Absent members do not restrict, so `{}` selects everything. They mean the same for list
 * and watch: an object that begins or ceases to match is Added or Deleted for the watch.
 *
 * The kind is the first segment of a key. A key of three or more segments has a namespace, the second, and a name, the third; what is
 * deeper belongs to that name. A key of two segments has a name, the second, and no namespace.
 */
export interface ListOptions {
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** The last of `kind`, `namespace`, `name` that is given needs to match the beginning only. */
  readonly prefix?: boolean;
  /** Labels that the object must carry with exactly these values, in `value.metadata.labels`. */
  readonly labelSelector?: Readonly<Record<string, string>>;
}

/** How a list is read. */
export interface ListRequest {
  /** The revision to read at. Absent: the latest there is, never a cached one. */
  readonly revision?: Revision;
  /** `exact` (the default): the picture at `revision`. `notOlderThan`: that of `revision` or any later one. */
  readonly revisionMatch?: 'exact' | 'notOlderThan';
  /** At most so many items in this page. */
  readonly limit?: number;
  /** The `continue` of the page before. */
  readonly continue?: string;
  readonly signal?: AbortSignal;
}

/** How a watch is opened. */
export interface WatchRequest {
  /** Report what happened after this revision. Absent: after the moment of opening. */
  readonly revision?: Revision;
  /** Begin with every object as Added and one bookmark with `initialListEnd`: a list as a stream. `revision` is then "not older than". */
  readonly initialList?: boolean;
  /** Stops the watch when it aborts; the iteration then ends without an error. */
  readonly signal?: AbortSignal;
}
