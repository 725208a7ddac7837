/** How a controller is doing. */
export interface ControllerReport {
  /** `notStarted`, or a state of the chart `eventLoopMachine`: `awaitingStartupResync`, `idle`, `processing`, `escalating`, `aborting`, `stopped`. */
  readonly state: string;
  readonly healing: string;
  /** Events that wait, pushed from outside and by handlers. */
  readonly queue: number;
  readonly followUps: number;
  /** What is being processed. */
  readonly processing: string | undefined;
  readonly resyncCount: number;
  readonly failedHealings: number;
}
