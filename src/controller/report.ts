/** Where a controller is: not started, or a state of the chart `eventLoopMachine`. */
export type ControllerPlace =
  'notStarted' | 'awaitingStartupResync' | 'idle' | 'processing' | 'escalating' | 'aborting' | 'stopped';

/** Whether something is to be healed: nothing; after the delay; a healing waits or is under way; it has failed as often as it may. */
export type HealingPlace = 'none' | 'scheduled' | 'pending' | 'escalated';

/** How a controller is doing. */
export interface ControllerReport {
  readonly state: ControllerPlace;
  readonly healing: HealingPlace;
  /** Events that wait, pushed from outside and by handlers. */
  readonly queue: number;
  readonly followUps: number;
  /** What is being processed. */
  readonly processing: string | undefined;
  readonly resyncCount: number;
  readonly failedHealings: number;
}
