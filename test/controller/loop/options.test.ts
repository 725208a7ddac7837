/** How a controller is set up: what cannot be is refused at once, and said. */
import { describe, expect, it } from 'vitest';
import { Controller } from '../../../src/controller/controller.js';
import { controllerDefaults, type ControllerOptions } from '../../../src/controller/options.js';
import { ValidationError } from '../../../src/model/errors.js';
import { TestUpdate } from '../../support/controller/recording-handler.js';
import { rig, running } from '../../support/controller/rig.js';

function making(options: object): () => Controller {
  const { southbound } = rig();
  return () => new Controller({ handlers: [], southbound, ...options });
}

function fieldOf(make: () => unknown): string | undefined {
  try {
    make();
  } catch (error) {
    if (error instanceof ValidationError) return error.field;
    throw error;
  }
  return undefined;
}

const handler = (name: unknown): object => ({ name, handlesEvent() {}, resync() {}, update() {}, revert() {} });
const source = (name: unknown): object => ({ name, getConfigSnapshot() {} });

describe('options', () => {
  it.each<[object, string]>([
    [{ handlers: undefined }, 'handlers'],
    [{ handlers: {} }, 'handlers'],
    [{ handlers: [{ name: 'a' }] }, 'handlers.0'],
    [{ handlers: [handler('')] }, 'handlers.0.name'],
    [{ handlers: [handler('a'), handler('a')] }, 'handlers.1.name'],
    [{ handlers: [{ ...handler('a'), dependsOn: ['b'] }] }, 'handlers.0.dependsOn'],
    [{ southbound: undefined }, 'southbound'],
    [{ southbound: {} }, 'southbound'],
    [{ handler: [] }, 'handler'],
    [{ toString: 1 }, 'toString'],
    [{ externalSources: [{ name: 'cli' }] }, 'externalSources.0'],
    [{ externalSources: [source('db')] }, 'externalSources'],
    [{ externalSources: [source('cli'), source('cli')] }, 'precedence[1]'],
    [{ externalSources: [source('cli')], precedence: ['db'] }, 'precedence'],
    [{ externalSources: [source('a')], handlers: [handler('a')] }, 'handlers'],
    [{ precedence: 'db' }, 'precedence'],
    [{ mergeRules: {} }, 'mergeRules'],
    [{ resources: 'pods' }, 'resources'],
    [{ resources: [7] }, 'resources.0'],
    [{ timings: 5 }, 'timings'],
    [{ timings: { handlerTimeout: -1 } }, 'timings.handlerTimeout'],
    [{ timings: { handlerTimeout: Number.NaN } }, 'timings.handlerTimeout'],
    [{ timings: { handlerTimeout: '5' } }, 'timings.handlerTimeout'],
    [{ timings: { handlertimeout: 5 } }, 'timings.handlertimeout'],
    [{ timings: { toString: 5 } }, 'timings.toString'],
    [{ healing: { attempts: 0 } }, 'healing.attempts'],
    [{ healing: { factor: 0.5 } }, 'healing.factor'],
    [{ healing: { onExhausted: 'retry' } }, 'healing.onExhausted'],
    [{ periodicHealing: 60_000 }, 'periodicHealing'],
    [{ retry: true }, 'retry'],
    [{ retry: { exponential: 2 } }, 'retry.exponential'],
    [{ retry: { delay: -1 } }, 'retry.delay'],
    [{ history: true }, 'history'],
    [{ history: { maxRecords: -1 } }, 'history.maxRecords'],
    [{ limits: { queue: -1 } }, 'limits.queue'],
    [{ limits: null }, 'limits'],
    [{ ownership: 'share' }, 'ownership'],
    [{ onProblem: {} }, 'onProblem'],
    [{ onFatal: true }, 'onFatal'],
    [{ clock: Date }, 'clock'],
    [{ logger: {} }, 'logger'],
  ])('cannot be: %j', (options, field) => {
    expect(fieldOf(making(options))).toBe(field);
  });

  it.each([undefined, null, 7, []])('are an object: %j', (options) => {
    expect(fieldOf(() => new Controller(options as unknown as ControllerOptions))).toBe('options');
  });

  it('that are undefined are as not given', async () => {
    const names = [
      'externalSources',
      'precedence',
      'resources',
      'timings',
      'healing',
      'retry',
      'history',
      'limits',
      'ownership',
      'clock',
    ];
    expect(fieldOf(making(Object.fromEntries(names.map((name) => [name, undefined]))))).toBeUndefined();
    expect(fieldOf(making({ timings: { handlerTimeout: undefined } }))).toBeUndefined();
  });

  it('default to what the original does', async () => {
    const loop = await running({ handlers: { a: { resync: (_event, txn) => txn.put('/a', 1) } } });
    expect(loop.southbound.commits[0]?.retry).toEqual({ delay: 1_000, maxAttempts: 3, exponential: true });
    expect(controllerDefaults.timings).toMatchObject({
      startupResyncDeadline: 30_000,
      delayAfterErrorHealing: 5_000,
      periodicHealingInterval: 60_000,
    });
    expect(controllerDefaults.healing.attempts).toBe(1);
    expect(controllerDefaults.limits).toEqual({ queue: 1_000, followUps: 1_000 });
  });

  it('retries can be switched off, or be others', async () => {
    const off = await running({ retry: false });
    expect(off.southbound.commits[0]?.retry).toBeUndefined();
    const other = await running({ retry: { delay: 7 } });
    expect(other.southbound.commits[0]?.retry).toEqual({ delay: 7, maxAttempts: 3, exponential: true });
  });

  it('times are those that were given', async () => {
    const loop = rig({ timings: { startupResyncDeadline: Infinity } });
    await loop.controller.start();
    await loop.clock.advance(1_000_000);
    expect(loop.controller.report().state).toBe('awaitingStartupResync');
  });

  it('handlers react after what they depend on', async () => {
    const loop = await running({ handlers: { a: { dependsOn: ['c'] }, b: {}, c: {} } });
    loop.controller.pushEvent(new TestUpdate('e'));
    await loop.clock.settle();
    expect(loop.trace).toEqual(['b.update e', 'c.update e', 'a.update e']);
    expect(loop.controller.handlers.map(({ name }) => name)).toEqual(['b', 'c', 'a']);
  });
});
