/** The log itself: what it keeps, and what is told of one that cannot be read. */
import { describe, expect, it } from 'vitest';
import { AbortEventError, Controller, DBResync, FatalError, type EventHandler, type Southbound } from '../../../src/controller.js';
import { recordedErrorOf } from '../../../src/controller/history/recorded-error.js';
import { ValueReader, ValueWriter } from '../../../src/testing/controller-log/identities.js';
import { recordController } from '../../../src/testing/controller-log/record-controller.js';
import { replayController } from '../../../src/testing/controller-log/replay-controller.js';
import { decode, encode } from '../../../src/testing/controller-log/values.js';
import { SimulatedClock } from '../../../src/testing/index.js';

const applies: Southbound = { commit: () => Promise.resolve({ outcome: 'applied', sequence: 1, failures: [], values: [] }) };
const through = (value: unknown): unknown => decode(JSON.parse(JSON.stringify(encode(value))));

async function recorded(handlers: readonly EventHandler[]): Promise<{ log: string; history: string }> {
  const clock = new SimulatedClock();
  const recording = recordController({ handlers, southbound: applies, clock });
  await recording.controller.start();
  recording.controller.pushEvent(new DBResync({ kubeState: { pods: { '/p': { node: 'a' } } } }));
  await clock.advance(10);
  await recording.controller.close();
  return { log: recording.log, history: recording.controller.history.toJSONLines() };
}

describe('the log of a controller', () => {
  it('E19: a run is a run of a Controller like any other, and its log begins with how it was set up', async () => {
    const { log, history } = await recorded([]);
    expect(JSON.parse(log.split('\n')[0] ?? '')).toMatchObject({ format: 'heliostat-controller-log', version: 1 });
    expect(log).not.toContain('"kind":"put"');
    expect(await replayController(log)).toEqual({ history, divergence: undefined });
    expect(recordController({ handlers: [], southbound: applies }).controller).toBeInstanceOf(Controller);
  });

  it('E19: a run in real time is played again with the times that were read', async () => {
    const slow: EventHandler = {
      name: 'slow',
      handlesEvent: () => true,
      async resync(_event, kubeState, _count, txn) {
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        txn.put('/slow', kubeState['pods']?.['/p']);
      },
      update() {
        throw new Error('not today');
      },
      revert() {},
    };
    const recording = recordController({ handlers: [slow], southbound: applies });
    await recording.controller.start();
    recording.controller.pushEvent(new DBResync({ kubeState: { pods: { '/p': { node: 'a' } } } }));
    recording.controller.pushEvent(new DBResync({ local: true, kubeState: { pods: { '/p': { node: 'b' } } } }));
    await expect(recording.controller.close()).rejects.toThrow('not today');
    const history = recording.controller.history.toJSONLines();
    expect(history.split('\n')).toHaveLength(5);
    expect(await replayController(recording.log)).toEqual({ history, divergence: undefined });
  });

  it('E19: values and errors come back as they were, as far as records tell them', () => {
    const odd = { '': 1, $value: 2, list: [undefined, -0, NaN, null], deep: { $a: JSON.parse('{"__proto__":3}') as unknown } };
    expect(JSON.stringify(through(odd))).toBe(JSON.stringify(odd));
    expect(Object.is((through([-0]) as readonly unknown[])[0], -0)).toBe(true);
    expect(through(() => {})).toBeUndefined();
    const cause = new Error('why', { cause: 'a text' });
    for (const error of [
      cause,
      new FatalError(cause),
      new AbortEventError(cause),
      new AggregateError([cause, new TypeError('x')], 'many'),
    ])
      expect(recordedErrorOf(through(error))).toEqual(recordedErrorOf(error));
    expect(through(new FatalError(cause))).toBeInstanceOf(FatalError);
    expect(through(new AbortEventError(cause))).toBeInstanceOf(AbortEventError);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(JSON.stringify(encode(circle))).toContain('nested too deeply');
  });

  it('E19: an object that is wanted again is the same object again', () => {
    const [writer, reader] = [new ValueWriter(), new ValueReader()];
    const [shared, equal] = [{ a: 1 }, { a: 1 }];
    const [one, two, three] = [shared, shared, equal].map((value) => reader.read(JSON.parse(JSON.stringify(writer.write(value)))));
    expect(one).toEqual(shared);
    expect(two).toBe(one);
    expect(three).not.toBe(one);
  });

  it('E19: what is no log is told by its line', async () => {
    const { log } = await recorded([]);
    const [header = '', ...lines] = log.split('\n');
    await expect(replayController('')).rejects.toThrow(/Line 1 of the controller's log cannot be read: it is not JSON/);
    await expect(replayController('{"format":"heliostat-history"}\n')).rejects.toThrow(/expected the header/);
    await expect(replayController(`${header}\nnull\n`)).rejects.toThrow(/Line 2 .*expected "kind" to be one of start/);
    await expect(replayController(`${header}\n{"kind":"put","call":"x"}\n`)).rejects.toThrow(/expected "call" to be a number/);
    await expect(replayController([header, ...lines.slice(0, 3), '{"kind":"pu'].join('\n'))).resolves.toMatchObject({
      divergence: undefined,
    });
  });

  it('E19: the rules for merging have to be given again', async () => {
    const clock = new SimulatedClock();
    const mergeRules = [{ prefix: '/a', strategy: 'replace' }] as const;
    const { controller, log } = recordController({ handlers: [], southbound: applies, clock, mergeRules });
    await expect(replayController(log)).rejects.toMatchObject({ code: 'invalid', field: 'mergeRules' });
    expect((await replayController(log, { mergeRules })).divergence).toBeUndefined();
    await controller.close();
  });
});
