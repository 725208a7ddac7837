/** Whole plays of the mirror this package ships, recorded and held against every promise that a history can be held against. */
import { describe, expect, it } from 'vitest';
import { checkHistory, type FaultRates } from '../../../src/testing/index.js';
import { recordedPlay, type Recorded, type RecordedPlay } from '../../support/recorded-play.js';

const bad: FaultRates = {
  'list.refused': 0.2,
  'list.throttled': 0.1,
  'list.stale': 0.2,
  'list.pageExpired': 0.1,
  'watch.refused': 0.1,
  'watch.cut': 0.1,
  'watch.duplicated': 0.1,
  'watch.replayed': 0.1,
  'watch.delayed': 0.1,
  'watch.expired': 0.05,
  'watch.closedAtOnce': 0.1,
};

const plays: Readonly<Record<string, Omit<RecordedPlay, 'seed'>>> = {
  'in good weather': {},
  'in bad weather': { weather: bad },
  'in bad weather, listing as a stream': { weather: bad, initialList: 'streamed' },
  'with entries that cannot be read': { weather: bad, corrupts: true },
  'with a slow consumer': { weather: bad, slowConsumer: true },
  'with a consumer that throws': { weather: bad, throwingConsumer: true, stop: 'silent' },
  'deleting on disconnect': {
    weather: { ...bad, 'list.refused': 0.9, 'watch.refused': 0.9 },
    deletesOnDisconnect: true,
    stop: 'drain',
  },
};

/** Leaves out the updates of one record: the batch was told, and nothing of it was taken. */
function without(history: Recorded, seq: number): Recorded {
  const records = history.records.map((record) =>
    record.seq === seq && record.kind === 'updates' ? Object.assign({ ...record }, { updates: [] }) : record,
  );
  return { header: history.header, records };
}

describe('a history that was altered', () => {
  it('is not accepted, whichever batch of updates is emptied', async () => {
    const history = await recordedPlay({ seed: 9, weather: bad, rounds: 12 });
    const batches = history.records.filter(
      (record) =>
        record.kind === 'updates' && record.actor === 'mirror:1' && record.updates.some(({ key }) => key.startsWith('/a/')),
    );
    expect(batches.length).toBeGreaterThan(5);
    for (const { seq } of batches) {
      const { violated } = await checkHistory(without(history, seq), { only: ['R1', 'R5', 'R11', 'S8', 'RL1', 'S12', 'I7'] });
      expect(Object.keys(violated), `record ${seq}`).not.toEqual([]);
    }
  });
});

describe('a recorded mirror', () => {
  const seeds = Array.from({ length: Number(process.env['HELIOSTAT_RECORDED_PLAYS'] ?? 2) }, (_, index) => index + 1);
  const judged = new Map<string, number>();

  it.each(Object.entries(plays))('keeps every promise %s', async (_, play) => {
    for (const seed of seeds) {
      const report = await checkHistory(await recordedPlay({ seed, ...play }));
      expect(report.violations, `seed ${seed}`).toEqual([]);
      for (const [id, count] of Object.entries(report.judged)) judged.set(id, (judged.get(id) ?? 0) + count);
    }
  });

  it('judged something for every promise', () => {
    expect([...judged].filter(([, count]) => count === 0)).toEqual([]);
  });
});
