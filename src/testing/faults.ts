/** What can go wrong between a client and its datastore, by name. docs/SPEC.md maps them to the faults of the literature. */

/** The faults that a {@link FaultyClient} can inject. */
export const faultNames = [
  /** A list is refused: no connection. */
  'list.refused',
  /** A list is never answered. */
  'list.hangs',
  /** A list is answered with a request for patience. */
  'list.throttled',
  /** A list is answered by a replica that has not reached the revision asked for. */
  'list.tooNew',
  /** A list is not allowed: credentials have expired. */
  'list.unauthorized',
  /** A list fails in a way nobody has classified. */
  'list.broken',
  /** A list shows the state of an earlier revision: a lagging replica. Needs a datastore with history. */
  'list.stale',
  /** A page after the first fails as compacted. */
  'list.pageExpired',
  /** A watch is refused: no connection. */
  'watch.refused',
  /** A watch is never answered. */
  'watch.hangs',
  /** A watch is answered with a request for patience. */
  'watch.throttled',
  /** A watch is answered by a replica that has not reached its revision. */
  'watch.tooNew',
  /** A watch is not allowed: credentials have expired. */
  'watch.unauthorized',
  /** A watch is not to be had, says whoever answers. */
  'watch.unsupported',
  /** A watch fails in a way nobody has classified, when it is opened. */
  'watch.broken',
  /** A watch is accepted and closed at once. */
  'watch.closedAtOnce',
  /** A watch is cut: what it was about to bring is lost. */
  'watch.cut',
  /** A watch brings nothing any more and does not end: a half-open connection. */
  'watch.silent',
  /** A watch is closed in peace. */
  'watch.closed',
  /** A watch ends with an error nobody has classified. */
  'watch.failed',
  /** A watch ends because its revision is compacted, whether it is or not. */
  'watch.expired',
  /** A watch brings an event that is none. */
  'watch.garbled',
  /** A watch brings a batch twice. */
  'watch.duplicated',
  /** A watch brings a batch late. */
  'watch.delayed',
  /** A watch brings again what it brought before. */
  'watch.replayed',
  /** A write is refused before it is sent. */
  'write.refused',
  /** A write is done, and its answer lost. */
  'write.answerLost',
] as const;

/** A kind of fault. */
export type FaultName = (typeof faultNames)[number];

/** How likely each fault is, from 0 (or absent: never) to 1 (always), at each occasion that it has. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;
