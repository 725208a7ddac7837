/** Asking sources: everything that a source can do wrong is its own answer. */
import { describe, expect, it } from 'vitest';
import { loadSnapshots, type LoadedSnapshot } from '../../../src/controller/external/snapshots.js';
import type { ExternalConfigSource } from '../../../src/controller/external/source.js';
import { pause } from '../../../src/ports/clock.js';
import { SimulatedClock } from '../../../src/ports/simulated-clock.js';

type Answer = ExternalConfigSource['getConfigSnapshot'];

function told(answers: readonly LoadedSnapshot[]): unknown {
  return answers.map((answer) =>
    'error' in answer
      ? [answer.source, `${answer.error.name}: ${answer.error.message}`]
      : [answer.source, [...answer.layer.values], answer.layer.version],
  );
}

function sourcesOf(answers: Readonly<Record<string, Answer>>): readonly ExternalConfigSource[] {
  return Object.entries(answers).map(([name, getConfigSnapshot]) => ({ name, getConfigSnapshot }));
}

const hang: Answer = () => new Promise(() => {});

describe('snapshots of sources', () => {
  it('EC24: are asked for in parallel, and told in the order of the sources', async () => {
    const clock = new SimulatedClock();
    const after =
      (delay: number, n: number): Answer =>
      () =>
        pause(clock, delay).then(() => ({ '/a': n }));
    const sources = sourcesOf({
      slow: after(900, 1),
      quick: after(100, 2),
      now: () => ({ values: { '/b': 3 }, version: 7 }),
      none: () => ({}),
    });
    const loading = loadSnapshots(sources, { clock, timeout: 1000 });
    await clock.advance(900);
    expect(told(await loading)).toEqual([
      ['slow', [['/a', 1]], undefined],
      ['quick', [['/a', 2]], undefined],
      ['now', [['/b', 3]], 7],
      ['none', [], undefined],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('EC24, E16: a source that throws, rejects, hangs or answers nonsense has an error; the others their answers', async () => {
    const clock = new SimulatedClock();
    const signals: AbortSignal[] = [];
    const nonsense =
      (value: unknown): Answer =>
      () =>
        value as ReturnType<Answer>; // what a program without types may give
    const sources = sourcesOf({
      throws: () => {
        throw new Error('no');
      },
      rejects: () => Promise.reject(new RangeError('not now')),
      text: () => Promise.reject('just text'), // eslint-disable-line prefer-promise-reject-errors
      hangs: ({ signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
      nothing: nonsense(undefined),
      list: nonsense([1]),
      dates: () => ({ '/a': new Date(0) }),
      fine: () => ({ '/a': 1 }),
    });
    const loading = loadSnapshots(sources, { clock, timeout: 5000 });
    await clock.advance(5000);
    const answers = await loading;
    expect(told(answers)).toEqual([
      ['throws', 'Error: no'],
      ['rejects', 'RangeError: not now'],
      ['text', 'Error: The source "text" threw something that is no error: string'],
      ['hangs', 'TimedOutError: The source "hangs" has not answered within 5000 ms.'],
      ['nothing', 'ValidationError: A snapshot is undefined; give a record of values by key.'],
      ['list', 'ValidationError: A snapshot is an array; give a record of values by key.'],
      ['dates', expect.stringContaining('ValidationError: The value of "/a" cannot be taken.')],
      ['fine', [['/a', 1]], undefined],
    ]);
    expect(answers[2]).toMatchObject({ error: { cause: 'just text' } });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(clock.pending).toBe(0);
  });

  it('E16: what comes after its time changes nothing, be it an answer or an error', async () => {
    const clock = new SimulatedClock();
    const sources = sourcesOf({
      late: () => pause(clock, 2000).then(() => ({ '/a': 1 })),
      lateError: () => pause(clock, 2000).then(() => Promise.reject(new Error('too late'))),
    });
    const loading = loadSnapshots(sources, { clock, timeout: 1000 });
    await clock.advance(3000);
    expect((await loading).map((answer) => 'error' in answer && answer.error.name)).toEqual(['TimedOutError', 'TimedOutError']);
  });

  it('E15: the signal ends the waiting, at once or before it has begun', async () => {
    const clock = new SimulatedClock();
    const stop = new AbortController();
    let asked = 0;
    const sources = sourcesOf({
      hangs: hang,
      fine: () => {
        asked++;
        return { '/a': 1 };
      },
    });
    const loading = loadSnapshots(sources, { clock, timeout: Infinity, signal: stop.signal });
    await clock.settle();
    stop.abort(new Error('stopped'));
    expect(told(await loading)).toEqual([
      ['hangs', 'Error: stopped'],
      ['fine', [['/a', 1]], undefined],
    ]);
    expect(told(await loadSnapshots(sources, { clock, timeout: 1000, signal: stop.signal }))).toEqual([
      ['hangs', 'Error: stopped'],
      ['fine', 'Error: stopped'],
    ]);
    expect(asked).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
