/** Telling problems: in order, soon, and whatever those who are told do. */
import { describe, expect, it } from 'vitest';
import { Teller } from '../../src/cache/teller.js';
import { MemoryLogger, silentLogger, type Logger } from '../../src/ports/logger.js';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

describe('a teller', () => {
  it('D2: tells soon, in order, and nobody from inside of what is going on', async () => {
    const told: number[] = [];
    const teller = new Teller<number>((problem) => told.push(problem), silentLogger);
    teller.tellSoon(1);
    teller.tellSoon(2);
    expect(told).toEqual([]);
    await turns();
    teller.tellSoon(3);
    await turns();
    expect(told).toEqual([1, 2, 3]);
  });

  it('R19: tells what is left at the end, and nothing after it', async () => {
    const told: number[] = [];
    const teller = new Teller<number>((problem) => told.push(problem), silentLogger);
    teller.tellSoon(1);
    teller.close();
    teller.tellSoon(2);
    teller.tell(3);
    await turns();
    expect(told).toEqual([1]);
  });

  it('K39: goes on though whoever is told throws, rejects, or throws what has no text, and though the logger fails', async () => {
    const told: number[] = [];
    const logged = new MemoryLogger();
    const broken = (): never => {
      throw new Error('the disk is full');
    };
    const failing: Logger = { debug: broken, info: broken, warn: broken, error: broken };
    for (const logger of [logged, failing]) {
      const teller = new Teller<number>((problem) => {
        told.push(problem);
        if (problem === 1) throw new Error('no');
        if (problem === 2) throw Object.create(null); // whatever it is
        if (problem === 3) return Promise.reject(new Error('later')) as unknown as void; // a callback may be async
      }, logger);
      for (const problem of [1, 2, 3, 4]) teller.tellSoon(problem);
      teller.log('warn', 'said', {});
      await turns();
    }
    expect(told).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(logged.entries.map(({ message }) => message)).toEqual([
      'said',
      'onError failed: no',
      expect.stringContaining('without a text form'),
      'onError failed: later',
    ]);
  });
});
