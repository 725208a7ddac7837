/** Events: what has happened and may cause a reaction (Contiv controller API, Event and UpdateEvent). */

/** How an event is reacted to (EventMethodType). */
export const EventMethod: {
  /** Everything is built anew by the handlers, and the southbound is read before it is compared (controller, southbound and below). */
  readonly FullResync: 'fullResync';
  /** The southbound is compared with what it should be. No handler is called. */
  readonly DownstreamResync: 'downstreamResync';
  /** Everything is built anew by the handlers, and the southbound's own picture is trusted. */
  readonly UpstreamResync: 'upstreamResync';
  /** An incremental change. */
  readonly Update: 'update';
} = {
  FullResync: 'fullResync',
  DownstreamResync: 'downstreamResync',
  UpstreamResync: 'upstreamResync',
  Update: 'update',
};
export type EventMethod = (typeof EventMethod)[keyof typeof EventMethod];

/** In which order an update flows through the handlers (UpdateDirectionType). */
export const UpdateDirection: {
  /** In the order in which they were given: each handler's dependencies have reacted before it. */
  readonly Forward: 'forward';
  /** The other way round: each handler's dependencies are still as before the event. */
  readonly Reverse: 'reverse';
} = { Forward: 'forward', Reverse: 'reverse' };
export type UpdateDirection = (typeof UpdateDirection)[keyof typeof UpdateDirection];

/** What becomes of the changes of an update that fails (UpdateTransactionType). */
export const UpdateTransactionType: {
  /** They are kept, and the other handlers go on: as close to the desired state as possible. Healing follows. */
  readonly BestEffort: 'bestEffort';
  /** They are reverted: all or nothing. */
  readonly RevertOnFailure: 'revertOnFailure';
  /**
   * As BestEffort, and what handlers or parts of a commit fail with is not healed: for what is expected to fail. When it is aborted, or
   * when its commit is refused, reverted or not answered, healing follows all the same.
   */
  readonly BestEffortIgnoreErrors: 'bestEffortIgnoreErrors';
} = {
  BestEffort: 'bestEffort',
  RevertOnFailure: 'revertOnFailure',
  BestEffortIgnoreErrors: 'bestEffortIgnoreErrors',
};

export type UpdateTransactionType = (typeof UpdateTransactionType)[keyof typeof UpdateTransactionType];

/** Something that has happened. Give it to `pushEvent` of a Controller; an event can be pushed once. */
export interface Event {
  /** Identifies the type of event; unique among types, and readable. */
  readonly name: string;
  /** What happened, for people. The first line is the title; it is read once, when the event is processed. */
  toString(): string;
  readonly method: EventMethod;
  /** Whether somebody waits for the answer. Such an event cannot be pushed from inside the loop, which would wait for itself. */
  readonly isBlocking: boolean;
  /**
   * Is called by the controller exactly once for each event that it accepted, when all is said and done, with the error when there was
   * one. Must not throw.
   */
  done(error: Error | undefined): void;
}

/** An event that is reacted to by an incremental change. Its `method` is {@link EventMethod.Update}. */
export interface UpdateEvent extends Event {
  readonly transactionType: UpdateTransactionType;
  readonly direction: UpdateDirection;
}

/** Whether handlers or the southbound build everything anew for this event. */
export function isResync(event: Event): boolean {
  return event.method !== EventMethod.Update;
}

const transactionTypes: ReadonlySet<unknown> = new Set(Object.values(UpdateTransactionType));
const directions: ReadonlySet<unknown> = new Set(Object.values(UpdateDirection));

/** Whether it is a whole update event: its method is Update, and type and direction are known ones. */
export function isUpdateEvent(event: Event): event is UpdateEvent {
  const { method, transactionType, direction } = event as Partial<UpdateEvent>; // looked at before it is believed
  return method === EventMethod.Update && transactionTypes.has(transactionType) && directions.has(direction);
}
