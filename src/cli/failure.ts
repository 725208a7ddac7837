/** How the command ends. */
export const exitCodes = {
  /** Everything that was asked for was done. */
  done: 0,
  /** It was not: not in sync in time, the check failed, the datastore cannot be read. */
  failed: 1,
  /** The command line is not understood. Nothing was done. */
  usage: 2,
  /** What was to be read cannot be. */
  unreadable: 2,
  /** Interrupted before what was asked for was done. */
  interrupted: 130,
} as const;

/** Ends the command with a message for the person who typed it. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}
