import { afterEach, describe, expect, it, vi } from 'vitest';
import { consoleLogger, silentLogger, type Logger } from '../../src/index.js';
import { MemoryLogger } from '../../src/testing/index.js';

const levels = ['debug', 'info', 'warn', 'error'] as const;
const sayAll = (logger: Logger): void => levels.forEach((level) => logger[level]('hello', { level }));

afterEach(() => vi.restoreAllMocks());

describe('loggers', () => {
  it('the silent one says nothing, not even on the console', () => {
    const spies = [vi.spyOn(console, 'error'), vi.spyOn(console, 'log')];
    sayAll(silentLogger);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });

  it('the one of the console writes to standard error, one line an entry', () => {
    const spy = vi.spyOn(console, 'error').mockImplementation(() => {});
    sayAll(consoleLogger);
    consoleLogger.info('bare');
    expect(spy.mock.calls).toEqual([...levels.map((level) => [`${level}: hello`, { level }]), ['info: bare']]);
  });

  it('the one of the tests remembers', () => {
    const logger = new MemoryLogger();
    sayAll(logger);
    logger.info('bare');
    expect(logger.entries).toHaveLength(5);
    expect(logger.entries[0]).toEqual({ level: 'debug', message: 'hello', fields: { level: 'debug' } });
  });
});
