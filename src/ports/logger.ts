/** What a log entry is about, as data. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where the library says what it does. The shape fits pino, winston and the console. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Says nothing: the default, since a library that writes to somebody's terminal unasked is a nuisance. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Writes to standard error, one line an entry. */
export const consoleLogger: Logger = {
  debug: (message, fields) => console.error(...line('debug', message, fields)),
  info: (message, fields) => console.error(...line('info', message, fields)),
  warn: (message, fields) => console.error(...line('warn', message, fields)),
  error: (message, fields) => console.error(...line('error', message, fields)),
};

/** One remembered log entry. */
export interface LogEntry {
  readonly level: keyof Logger;
  readonly message: string;
  readonly fields: LogFields;
}

/** Remembers what was said, for tests. */
export class MemoryLogger implements Logger {
  readonly entries: LogEntry[] = [];

  debug(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'debug', message, fields });
  }
  info(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'info', message, fields });
  }
  warn(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'warn', message, fields });
  }
  error(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: 'error', message, fields });
  }
}

function ignore(): void {}

function line(level: keyof Logger, message: string, fields?: LogFields): unknown[] {
  return fields === undefined ? [`${level}: ${message}`] : [`${level}: ${message}`, fields];
}
