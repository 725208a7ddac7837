import type { Revision } from './revision.js';

/**
 * Which objects a list or a watch is about. Absent members do not restrict, so `{}` selects everything. They mean the same for list
 * and watch: an object that begins or ceases to match is Added or Deleted for the watch.
 *
 * The kind is the first segment of a key. A key of three or more segments has a namespace, the second, and a name, the third; what is
 * deeper belongs to that name. A key of two segments has a name, the second, and no namespace.
 */
export interface ListOptions {
  readonly kind?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** The last of `kind`, `namespace`, `name` that is given needs to match the beginning only. */
  readonly prefix?: boolean | undefined;
  /** Labels that the object must carry with exactly these values, in `value.metadata.labels`. */
  readonly labelSelector?: Readonly<Record<string, string>> | undefined;
}

/** How a list is read. */
export interface ListRequest {
  /** The revision to read at. Absent: the latest there is, never a cached one. */
  readonly revision?: Revision | undefined;
  /** `exact` (the default): the picture at `revision`. `notOlderThan`: that of `revision` or any later one. */
  readonly revisionMatch?: 'exact' | 'notOlderThan' | undefined;
  /** At most so many items in this page. */
  readonly limit?: number | undefined;
  /** The `continue` of the page before. */
  readonly continue?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How a watch is opened. */
export interface WatchRequest {
  /** Report what happened after this revision. Absent: after the moment of opening. */
  readonly revision?: Revision | undefined;
  /** Begin with every object as Added and one bookmark with `initialListEnd`: a list as a stream. `revision` is then "not older than". */
  readonly initialList?: boolean | undefined;
  /** Stops the watch when it aborts; the iteration then ends without an error. */
  readonly signal?: AbortSignal | undefined;
}
