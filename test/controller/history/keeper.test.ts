/** The history of a controller by example, and against a plain array. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HistoryKeeper, type HistoryKeeperOptions } from '../../../src/controller/history/keeper.js';
import { parseHistory } from '../../../src/controller/history/json-lines.js';
import type { EventRecord, HistoryQuery, RetentionOptions } from '../../../src/controller/history/record.js';
import type { RecordedTransaction } from '../../../src/controller/southbound/port.js';
import type { Clock } from '../../../src/ports/clock.js';
import { recordedErrorOf } from '../../../src/controller/history/recorded-error.js';
import { frozen, isFrozen } from '../external/values.js';
import { recordWith } from './records.js';

const hour = 3_600_000;

/** Time that is set by hand, and a wall clock beside it. Timers are an error: a history has none. */
class HandClock implements Clock {
  time = 0;
  wall = 1_000_000;
  now(): number {
    return this.time;
  }
  wallNow(): number {
    return this.wall + this.time;
  }
  setTimeout(): never {
    throw new Error('a history sets no timer');
  }
  clearTimeout(): void {}
}

function keeperWith(clock: Clock, options: Partial<HistoryKeeperOptions> = {}): HistoryKeeper {
  return new HistoryKeeper({ clock, ...options });
}

function numbersOf(records: readonly EventRecord[]): readonly number[] {
  return records.map(({ sequence }) => sequence);
}

describe('the history', () => {
  it('EC30: keeps records in order, frozen, and finds them', () => {
    const keeper = keeperWith(new HandClock());
    for (let n = 0; n < 10; n++) keeper.append(recordWith({ sequence: n, startedAt: n * 100, endedAt: n * 100 + 50 }));
    const found = (query?: HistoryQuery): readonly number[] => numbersOf(keeper.query(query));
    expect(found()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(found({ sequence: 3, first: 1, since: 900 })).toEqual([3]);
    expect(found({ sequence: 10 })).toEqual([]);
    expect(found({ since: 650, until: 800 }), 'those that ended at 650 or later, and began at 800 or before').toEqual([6, 7, 8]);
    expect(found({ since: 800, until: 300 })).toEqual([]);
    expect(found({ from: 2, to: 4 })).toEqual([2, 3, 4]);
    expect(found({ from: 8 })).toEqual([8, 9]);
    expect(found({ from: 2, to: 8, first: 3 })).toEqual([2, 3, 4]);
    expect(found({ from: 2, to: 8, last: 2 })).toEqual([7, 8]);
    expect(found({ first: 3, last: 1 })).toEqual([2]);
    expect(found({ first: 0 })).toEqual([]);
    expect(found({ last: 0 })).toEqual([]);
    expect(Object.isFrozen(keeper.query())).toBe(true);
  });

  it('EC30: a record is frozen, all of it', () => {
    const keeper = keeperWith(new HandClock());
    const change = { key: '/a', after: frozen({ n: [1] }), wantedBy: ['routes'] };
    const transaction = {
      kind: 'update',
      outcome: 'applied',
      changes: [change],
      failures: [],
      versionBefore: 0,
      versionAfter: 1,
    } as const;
    const handlers = [{ handler: 'routes', isRevert: false, change: '', took: 1, error: recordedErrorOf(new Error('x')) }];
    keeper.append(Object.freeze(recordWith({ sequence: 0, handlers, transaction, notes: ['a'], error: recordedErrorOf('y') })));
    expect(isFrozen(keeper.query())).toBe(true);
  });

  it('EC30: what is no number is refused', () => {
    const keeper = keeperWith(new HandClock());
    const refused: readonly (readonly [object, string])[] = [
      [{ first: -1 }, "The query's first is -1; give a whole number of at least 0."],
      [{ last: 1.5 }, "The query's last is 1.5"],
      [{ sequence: '3' }, "The query's sequence is string"],
      [{ from: Number.NaN }, "The query's from is NaN"],
      [{ since: Number.NaN }, "The query's since is NaN; give milliseconds since 1970."],
    ];
    for (const [query, message] of refused) expect(() => keeper.query(query)).toThrow(message);
  });

  it('EC30, E18: numbers only grow', () => {
    const keeper = keeperWith(new HandClock());
    keeper.append(recordWith({ sequence: 3 }));
    for (const sequence of [3, 2, -1, 4.5, Number.NaN]) {
      expect(() => keeper.append(recordWith({ sequence }))).toThrow('it must be a whole number above 3');
    }
    expect(numbersOf(keeper.query())).toEqual([3]);
  });

  it('EC30: the first hour stays, the rest for a day, without any timer', () => {
    const clock = new HandClock();
    const keeper = keeperWith(clock);
    const appendAt = (sequence: number, time: number): void => {
      clock.time = time;
      keeper.append(recordWith({ sequence }));
    };
    appendAt(0, 0);
    appendAt(1, hour);
    appendAt(2, hour + 1);
    appendAt(3, 20 * hour);
    clock.time = 25 * hour + 1;
    expect(numbersOf(keeper.query()), 'a day old exactly').toEqual([0, 1, 2, 3]);
    clock.time++;
    expect(numbersOf(keeper.query())).toEqual([0, 1, 3]);
    appendAt(4, 1000 * hour);
    expect(numbersOf(keeper.query())).toEqual([0, 1, 4]);
  });

  it('EC30: an event that began in the first hour is of it, however long it took', () => {
    const clock = new HandClock();
    const keeper = keeperWith(clock);
    clock.time = 2 * hour;
    keeper.append(recordWith({ sequence: 0 }), hour);
    clock.time = 100 * hour;
    expect(numbersOf(keeper.query())).toEqual([0]);
  });

  it('EH31: a wall clock that is set changes nothing', () => {
    const clock = new HandClock();
    const keeper = keeperWith(clock, { retention: { permanentPeriod: 0 } });
    clock.time = 1;
    keeper.append(recordWith({ sequence: 0, startedAt: clock.wallNow(), endedAt: clock.wallNow() }));
    clock.wall += 1000 * hour;
    keeper.append(recordWith({ sequence: 1, startedAt: clock.wallNow(), endedAt: clock.wallNow() }));
    clock.wall -= 2000 * hour;
    keeper.append(recordWith({ sequence: 2, startedAt: clock.wallNow(), endedAt: clock.wallNow() }));
    expect(numbersOf(keeper.query())).toEqual([0, 1, 2]);
    clock.time += 24 * hour + 1;
    expect(numbersOf(keeper.query())).toEqual([]);
  });

  it('EH54: over the limit the oldest go; the permanent ones give way to the newest half only', () => {
    const clock = new HandClock();
    const keeper = keeperWith(clock, { retention: { maxRecords: 4 } });
    for (let n = 0; n < 5; n++) keeper.append(recordWith({ sequence: n }));
    expect(numbersOf(keeper.query())).toEqual([1, 2, 3, 4]);
    clock.time = 2 * hour;
    keeper.append(recordWith({ sequence: 5 }));
    expect(numbersOf(keeper.query())).toEqual([2, 3, 4, 5]);
    for (let n = 6; n < 20; n++) keeper.append(recordWith({ sequence: n }));
    expect(numbersOf(keeper.query())).toEqual([3, 4, 18, 19]);
    const none = keeperWith(clock, { retention: { maxRecords: 0 } });
    none.append(recordWith({ sequence: 0 }));
    expect(none.query()).toEqual([]);
  });

  it('EC30: keeps nothing when that is asked for', () => {
    const keeper = keeperWith(new HandClock(), { enabled: false });
    keeper.append(recordWith({ sequence: 0 }));
    expect(keeper.query()).toEqual([]);
    expect(keeper.print()).toBe('');
    expect(parseHistory(keeper.toJSONLines())).toEqual([]);
  });

  it('EC30: knows the southbound’s own record of a transaction, tells lines that can be read, and boxes', () => {
    const executed: RecordedTransaction = {
      sequence: 7,
      kind: 'update',
      description: '',
      startedAt: 0,
      endedAt: 0,
      outcome: 'applied',
      executed: [],
    };
    const keeper = keeperWith(new HandClock(), { transactionOf: (sequence) => (sequence === 7 ? executed : undefined) });
    const transaction = {
      kind: 'update',
      sequence: 7,
      outcome: 'applied',
      changes: [],
      failures: [],
      versionBefore: 0,
      versionAfter: 1,
    } as const;
    keeper.append(recordWith({ sequence: 0 }));
    keeper.append(recordWith({ sequence: 1, transaction }));
    expect([0, 1, 2].map((sequence) => keeper.transactionOf(sequence))).toEqual([undefined, executed, undefined]);
    expect(parseHistory(keeper.toJSONLines({ from: 1 }))).toEqual(keeper.query({ sequence: 1 }));
    expect(keeper.print({ sequence: 1 })).toContain('EVENT #1 DONE');
  });

  it.each<readonly [Partial<Record<keyof RetentionOptions, unknown>>, string]>([
    [{ ageLimit: -1 }, 'Illegal option retention.ageLimit: it is -1; give milliseconds'],
    [{ permanentPeriod: Number.NaN }, 'Illegal option retention.permanentPeriod: it is NaN'],
    [{ maxRecords: 1.5 }, 'Illegal option retention.maxRecords: it is 1.5; give a whole number'],
    [{ maxRecords: '9' }, 'Illegal option retention.maxRecords: it is 9'],
  ])('EC30: refuses %j', (retention, message) => {
    const options = { retention: retention as Partial<RetentionOptions> }; // what a program without types may give
    expect(() => keeperWith(new HandClock(), options)).toThrow(message);
  });
});

interface Known {
  readonly record: EventRecord;
  readonly ended: number;
  readonly isPermanent: boolean;
}

const anyQuery: fc.Arbitrary<HistoryQuery> = fc.record(
  {
    sequence: fc.nat(30),
    since: fc.nat(400),
    until: fc.nat(400),
    from: fc.nat(30),
    to: fc.nat(30),
    first: fc.nat(8),
    last: fc.nat(8),
  },
  { requiredKeys: [] },
);
const anyStep = fc.oneof(
  fc.record({ type: fc.constant('append' as const), took: fc.nat(20), gap: fc.nat(2) }),
  fc.record({ type: fc.constant('wait' as const), time: fc.nat(60) }),
  fc.record({ type: fc.constant('query' as const), query: anyQuery }),
);
const anyRetention = fc.record({ ageLimit: fc.nat(150), permanentPeriod: fc.nat(100), maxRecords: fc.nat(12) });

function trimmed(known: readonly Known[], now: number, { ageLimit, maxRecords }: RetentionOptions): readonly Known[] {
  const left = known.filter(({ isPermanent, ended }) => isPermanent || now - ended <= ageLimit);
  while (left.length > maxRecords) {
    const recent = left.filter(({ isPermanent }) => !isPermanent);
    left.splice(recent.length > Math.ceil(maxRecords / 2) ? left.length - recent.length : 0, 1);
  }
  return left;
}

function answerOf(known: readonly Known[], query: HistoryQuery): readonly EventRecord[] {
  const records = known.map(({ record }) => record);
  if (query.sequence !== undefined) return records.filter(({ sequence }) => sequence === query.sequence);
  let found = records;
  if (query.since !== undefined) found = found.filter(({ endedAt }) => endedAt >= Number(query.since));
  if (query.until !== undefined) found = found.filter(({ startedAt }) => startedAt <= Number(query.until));
  if (query.from !== undefined) found = found.filter(({ sequence }) => sequence >= Number(query.from));
  if (query.to !== undefined) found = found.filter(({ sequence }) => sequence <= Number(query.to));
  if (query.first !== undefined) found = found.filter((_, index) => index < Number(query.first));
  const rest = found.length - (query.last ?? found.length);
  return found.filter((_, index) => index >= rest);
}

describe('the history, as an array', () => {
  it('EC30, EH54, E18: keeps what it should and no more, and answers any query', () => {
    fc.assert(
      fc.property(anyRetention, fc.array(anyStep, { maxLength: 60, size: 'max' }), (retention, steps) => {
        const clock = new HandClock();
        const keeper = keeperWith(clock, { retention });
        let [known, sequence]: [readonly Known[], number] = [[], 0];
        for (const step of steps) {
          if (step.type === 'wait') clock.time += step.time;
          if (step.type === 'append') {
            const began = clock.time;
            clock.time += step.took;
            const record = recordWith({ sequence, startedAt: began, endedAt: clock.time });
            sequence += 1 + step.gap;
            keeper.append(record, began);
            known = trimmed(
              [...known, { record, ended: clock.time, isPermanent: began <= retention.permanentPeriod }],
              clock.time,
              retention,
            );
          }
          if (step.type === 'query') {
            known = trimmed(known, clock.time, retention);
            expect(keeper.query(step.query)).toEqual(answerOf(known, step.query));
          }
        }
        known = trimmed(known, clock.time, retention);
        expect(keeper.query()).toEqual(answerOf(known, {}));
        expect(keeper.query().length).toBeLessThanOrEqual(retention.maxRecords);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});
