/** Says things to a logger, whatever that does. */
import type { LogFields, Logger } from '../../ports/logger.js';

export class SafeLog {
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  say(level: keyof Logger, message: string, fields: LogFields): void {
    try {
      this.logger[level](message, fields);
    } catch {
      // A logger that fails has nobody to tell.
    }
  }
}
